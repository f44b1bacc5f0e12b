//! Byte-pair merging of one word, and GPT-2's way of writing bytes as characters.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::slots::{Hasher, Slots};
use super::vocabulary::Vocabulary;

/// GPT-2's way of writing bytes: printable ones as themselves, the others as characters from U+0100 on.
pub(super) struct Alphabet([Option<u8>; 0x144]);

impl Alphabet {
    pub(super) fn new() -> Alphabet {
        let mut bytes = [None; 0x144];
        let mut next = 0x100;
        for b in 0..=255u8 {
            let c = char::from(b);
            if matches!(c, '!'..='~' | '¡'..='¬' | '®'..='ÿ') {
                bytes[usize::from(b)] = Some(b);
            } else {
                bytes[next] = Some(b);
                next += 1;
            }
        }
        Alphabet(bytes)
    }

    /// Appends the bytes a vocabulary entry stands for, or returns `None` if it has a character outside of
    /// the alphabet.
    pub(super) fn decode(&self, text: &str, out: &mut Vec<u8>) -> Option<()> {
        for c in text.chars() {
            out.push((*self.0.get(c as usize)?)?);
        }
        Some(())
    }
}

/// The merges: two tokens and their result, in the order of their ranks.
#[derive(Debug)]
pub(super) struct Merges {
    /// The two, the token they make, and the rank.
    all: Vec<(u32, u32, u32, u32)>,
    hasher: Hasher,
    slots: Slots,
}

impl Merges {
    pub(super) fn with_capacity(merges: usize) -> Merges {
        Merges { all: Vec::with_capacity(merges), hasher: Hasher::new(), slots: Slots::with_capacity(merges) }
    }

    /// Adds a merge, unless the two have one already. No more than the capacity may be added.
    pub(super) fn add(&mut self, left: u32, right: u32, whole: u32, rank: u32) {
        if let Err(free) = self.find(left, right) {
            self.slots.fill(free, self.all.len() as u32);
            self.all.push((left, right, whole, rank));
        }
    }

    /// Returns the rank of the merge of two tokens, and the token they make.
    fn get(&self, (left, right): (u32, u32)) -> Option<(u32, u32)> {
        let (_, _, whole, rank) = self.all[self.find(left, right).ok()? as usize];
        Some((rank, whole))
    }

    fn find(&self, left: u32, right: u32) -> Result<u32, usize> {
        self.slots.find(self.hasher.pair(left, right), |n| {
            let (l, r, ..) = self.all[n as usize];
            (l, r) == (left, right)
        })
    }
}

#[derive(Clone, Copy)]
struct Symbol {
    id: u32,
    len: u32,
    prev: u32,
    next: u32,
}

const NONE: u32 = u32::MAX;

/// Appends the tokens of one word: the pair with the lowest rank is merged first, the leftmost of
/// equals. Takes O(n log n), as a line of a minified file is one word.
pub(super) fn encode(word: &[u8], vocabulary: &Vocabulary, merges: &Merges, out: &mut Vec<u32>) {
    let n = word.len();
    if n == 0 || n >= NONE as usize {
        return;
    }
    let mut symbols: Vec<Symbol> = (0..n)
        .map(|i| Symbol {
            id: vocabulary.id_of(&word[i..=i]).unwrap_or(NONE),
            len: 1,
            prev: if i == 0 { NONE } else { i as u32 - 1 },
            next: if i + 1 == n { NONE } else { i as u32 + 1 },
        })
        .collect();
    // (rank, left, right, merged id); entries whose symbols have changed are skipped when they come up.
    let mut queue = BinaryHeap::new();
    let push = |queue: &mut BinaryHeap<_>, symbols: &[Symbol], left: u32, right: u32| {
        if left != NONE && right != NONE {
            let pair = (symbols[left as usize].id, symbols[right as usize].id);
            if let Some((rank, id)) = merges.get(pair) {
                queue.push(Reverse((rank, left, right, id, pair)));
            }
        }
    };
    for i in 1..n as u32 {
        push(&mut queue, &symbols, i - 1, i);
    }
    while let Some(Reverse((_, left, right, id, pair))) = queue.pop() {
        let (l, r) = (symbols[left as usize], symbols[right as usize]);
        if l.len == 0 || r.len == 0 || l.next != right || (l.id, r.id) != pair {
            continue;
        }
        symbols[left as usize] = Symbol { id, len: l.len + r.len, next: r.next, ..l };
        symbols[right as usize].len = 0;
        if r.next != NONE {
            symbols[r.next as usize].prev = left;
        }
        push(&mut queue, &symbols, l.prev, left);
        push(&mut queue, &symbols, left, r.next);
    }
    // A byte without a token of its own cannot be written; no byte-level vocabulary lacks one.
    out.extend(symbols.iter().filter(|s| s.len > 0 && s.id != NONE).map(|s| s.id));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_writes_a_space_as_g_with_dot() {
        let alphabet = Alphabet::new();
        let decode = |text: &str| {
            let mut out = Vec::new();
            alphabet.decode(text, &mut out).map(|()| out)
        };
        assert_eq!(alphabet.0.iter().flatten().count(), 256);
        assert_eq!(decode("Ġa").as_deref(), Some(&b" a"[..]));
        assert_eq!(decode("Ċ").as_deref(), Some(&b"\n"[..]));
        assert_eq!(decode("日"), None);
        assert_eq!(decode("\u{ad}"), None);
    }

    #[test]
    fn lowest_rank_first_then_leftmost() {
        let single: Vec<[u8; 1]> = (0..=255u8).map(|b| [b]).collect();
        let more = ["ab", "bc", "abc", "aa"].map(str::as_bytes);
        let vocabulary = Vocabulary::of(single.iter().map(|b| &b[..]).chain(more));
        let id = |t: &str| vocabulary.id_of(t.as_bytes()).expect("a token");
        let mut merges = Merges::with_capacity(5);
        for (rank, (left, right)) in
            [("b", "c"), ("a", "b"), ("a", "bc"), ("a", "a"), ("a", "b")].into_iter().enumerate()
        {
            merges.add(id(left), id(right), id(&format!("{left}{right}")), rank as u32);
        }
        assert_eq!(merges.get((id("a"), id("b"))), Some((1, id("ab"))));
        assert_eq!(merges.get((id("b"), id("a"))), None);
        let check = |word: &str, expect: &[&str]| {
            let mut out = Vec::new();
            encode(word.as_bytes(), &vocabulary, &merges, &mut out);
            assert_eq!(out, expect.iter().map(|t| id(t)).collect::<Vec<_>>(), "{word}");
        };
        check("abc", &["abc"]);
        check("ab", &["ab"]);
        check("abab", &["ab", "ab"]);
        check("aaa", &["aa", "a"]);
        check("aabc", &["a", "abc"]);
        check("", &[]);
    }
}
