//! Byte-pair merging of one word, and GPT-2's way of writing bytes as characters.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Returns the characters GPT-2 writes bytes as: printable ones as themselves, the others from
/// U+0100 on.
pub(super) fn alphabet() -> HashMap<char, u8> {
    let mut map = HashMap::with_capacity(256);
    let mut next = 0x100;
    for b in 0..=255u8 {
        let c = char::from(b);
        if matches!(c, '!'..='~' | '¡'..='¬' | '®'..='ÿ') {
            map.insert(c, b);
        } else if let Some(c) = char::from_u32(next) {
            map.insert(c, b);
            next += 1;
        }
    }
    map
}

/// Returns the bytes a vocabulary entry stands for, or `None` if it has a character outside of the
/// alphabet.
pub(super) fn decode(text: &str, alphabet: &HashMap<char, u8>) -> Option<Box<[u8]>> {
    text.chars().map(|c| alphabet.get(&c).copied()).collect()
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
pub(super) fn encode(
    word: &[u8],
    ids: &HashMap<Box<[u8]>, u32>,
    merges: &HashMap<(u32, u32), (u32, u32)>,
    out: &mut Vec<u32>,
) {
    let n = word.len();
    if n == 0 || n >= NONE as usize {
        return;
    }
    let mut symbols: Vec<Symbol> = (0..n)
        .map(|i| Symbol {
            id: ids.get(&word[i..=i]).copied().unwrap_or(NONE),
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
            if let Some((rank, id)) = merges.get(&pair) {
                queue.push(Reverse((*rank, left, right, *id, pair)));
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
        let a = alphabet();
        assert_eq!(a.len(), 256);
        assert_eq!(decode("Ġa", &a).as_deref(), Some(&b" a"[..]));
        assert_eq!(decode("Ċ", &a).as_deref(), Some(&b"\n"[..]));
        assert_eq!(decode("日", &a), None);
    }

    #[test]
    fn lowest_rank_first_then_leftmost() {
        let mut ids: HashMap<Box<[u8]>, u32> = (0..=255u8).map(|b| (Box::from([b]), u32::from(b))).collect();
        for (i, t) in ["ab", "bc", "abc", "aa"].iter().enumerate() {
            ids.insert(t.as_bytes().into(), 300 + i as u32);
        }
        let id = |t: &str| ids[t.as_bytes()];
        let merges = HashMap::from([
            ((id("b"), id("c")), (0, id("bc"))),
            ((id("a"), id("b")), (1, id("ab"))),
            ((id("a"), id("bc")), (2, id("abc"))),
            ((id("a"), id("a")), (3, id("aa"))),
        ]);
        let check = |word: &str, expect: &[&str]| {
            let mut out = Vec::new();
            encode(word.as_bytes(), &ids, &merges, &mut out);
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
