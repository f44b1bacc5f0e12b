//! SentencePiece merging: Llama 1 and 2, Mistral, TinyLlama.
//!
//! The neighbours whose union is the best-scored token are merged first, the leftmost of equals; what
//! is no token in the end is spelled in byte tokens. Vocabularies write a space as U+2581.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::vocabulary::Vocabulary;

/// How vocabularies write a space.
pub(super) const SPACE: char = '\u{2581}';

/// Returns the byte of a byte token, written as `<0x0A>`.
pub(super) fn byte_of(text: &str) -> Option<u8> {
    let hex = text.strip_prefix("<0x")?.strip_suffix('>')?;
    if hex.len() == 2 { u8::from_str_radix(hex, 16).ok() } else { None }
}

#[derive(Clone, Copy)]
struct Symbol {
    start: usize,
    end: usize,
    prev: usize,
    next: usize,
}

const NONE: usize = usize::MAX;

/// A score that sorts.
#[derive(PartialEq)]
struct Rank(f32);

impl Eq for Rank {}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Rank) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Rank) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Appends the tokens of `text`. `bytes` holds the token of each single byte.
pub(super) fn encode(
    text: &str,
    vocabulary: &Vocabulary,
    scores: &[f32],
    bytes: &[Option<u32>; 256],
    out: &mut Vec<u32>,
) {
    let raw = text.as_bytes();
    let mut symbols: Vec<Symbol> = text
        .char_indices()
        .enumerate()
        .map(|(i, (at, c))| Symbol {
            start: at,
            end: at + c.len_utf8(),
            prev: i.checked_sub(1).unwrap_or(NONE),
            next: if at + c.len_utf8() == raw.len() { NONE } else { i + 1 },
        })
        .collect();
    // (score, leftmost first, right, length of the union); stale entries are skipped when they come up.
    let mut queue = BinaryHeap::new();
    let push = |queue: &mut BinaryHeap<_>, symbols: &[Symbol], left: usize, right: usize| {
        if left == NONE || right == NONE {
            return;
        }
        let (start, end) = (symbols[left].start, symbols[right].end);
        if let Some(id) = vocabulary.id_of(&raw[start..end]) {
            let score = scores.get(id as usize).copied().unwrap_or(0.0);
            queue.push((Rank(score), Reverse(left), right, end - start));
        }
    };
    for i in 1..symbols.len() {
        push(&mut queue, &symbols, i - 1, i);
    }
    while let Some((_, Reverse(left), right, len)) = queue.pop() {
        let (l, r) = (symbols[left], symbols[right]);
        if l.start == l.end || r.start == r.end || l.next != right || r.end - l.start != len {
            continue;
        }
        symbols[left] = Symbol { end: r.end, next: r.next, ..l };
        symbols[right].end = r.start;
        if r.next != NONE {
            symbols[r.next].prev = left;
        }
        push(&mut queue, &symbols, l.prev, left);
        push(&mut queue, &symbols, left, r.next);
    }
    for s in symbols.iter().filter(|s| s.start < s.end) {
        match vocabulary.id_of(&raw[s.start..s.end]) {
            Some(id) => out.push(id),
            None => out.extend(raw[s.start..s.end].iter().filter_map(|b| bytes[usize::from(*b)])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_score_first_and_bytes_for_the_rest() {
        let tokens: [(&[u8], f32); 6] =
            [(b"a", 0.0), (b"b", 0.0), (b"ab", -2.0), (b"ba", -1.0), (b" ", 0.0), (b" a", -3.0)];
        let vocabulary = Vocabulary::of(tokens.iter().map(|t| t.0));
        let scores: Vec<f32> = tokens.iter().map(|t| t.1).collect();
        let bytes: [Option<u32>; 256] = std::array::from_fn(|b| Some(1000 + b as u32));
        let check = |text: &str, expect: &[u32]| {
            let mut out = Vec::new();
            encode(text, &vocabulary, &scores, &bytes, &mut out);
            assert_eq!(out, expect, "{text:?}");
        };
        check("aba", &[0, 3]);
        check(" ab", &[4, 2]);
        check("é", &[1000 + 0xc3, 1000 + 0xa9]);
        check("", &[]);
    }

    #[test]
    fn byte_tokens_are_read() {
        assert_eq!(byte_of("<0x0A>"), Some(10));
        assert_eq!(byte_of("<0xZZ>"), None);
        assert_eq!(byte_of("0A"), None);
    }
}
