//! The difference between two snapshots: the one range that was replaced.

use std::ops::Range;

use ropey::Rope;

use crate::{Offset, Snapshot};

/// The replacement of one range of an older snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The range that was replaced, in the older snapshot; empty for an insertion.
    pub range: Range<Offset>,
    /// The text of the newer snapshot in that place; empty for a deletion.
    pub text: String,
}

impl Replacement {
    /// Returns whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty() && self.text.is_empty()
    }
}

/// Returns the smallest single replacement that makes `new` of `old`.
///
/// What both begin with goes first to the common start, so an `a` typed into `aaa` counts as typed at its end.
/// Neither end of the edit parts a character, or a `\r` from its `\n`.
///
/// Costs O(1) when the two share all their storage and O(n/1000) when one is an edit of the other, because text
/// in shared chunks is not read; otherwise one pass over the text.
pub fn edit_between(old: &Snapshot, new: &Snapshot) -> Replacement {
    let (a, b) = (old.rope(), new.rope());
    if a.is_instance(b) {
        return Replacement { range: Offset(old.len())..Offset(old.len()), text: String::new() };
    }
    let shorter = old.len().min(new.len());
    let start = before_pair(a, b, old.floor(common_prefix(a, b)).0);
    let mut end = common_suffix(a, b).min(shorter - start);
    while end > 0 && !starts_whole(a, b, end) {
        end -= 1;
    }
    Replacement { range: Offset(start)..Offset(old.len() - end), text: new.slice(start..new.len() - end) }
}

/// Moves a common prefix back if it ends between `\r` and `\n` in either document.
fn before_pair(a: &Rope, b: &Rope, start: usize) -> usize {
    let line_feed = |rope: &Rope| rope.get_byte(start) == Some(b'\n');
    let between = start > 0 && a.get_byte(start - 1) == Some(b'\r') && (line_feed(a) || line_feed(b));
    start - usize::from(between)
}

/// Returns whether a common suffix of `length` bytes begins a character, and no second half of `\r\n`.
fn starts_whole(a: &Rope, b: &Rope, length: usize) -> bool {
    let at = |rope: &Rope, before: usize| {
        rope.len_bytes().checked_sub(length + before).and_then(|index| rope.get_byte(index))
    };
    match at(a, 0) {
        Some(b'\n') => at(a, 1) != Some(b'\r') && at(b, 1) != Some(b'\r'),
        Some(byte) => byte & 0b1100_0000 != 0b1000_0000,
        None => true,
    }
}

fn common_prefix(a: &Rope, b: &Rope) -> usize {
    let equal = |x: &[u8], y: &[u8]| x.iter().zip(y).take_while(|(x, y)| x == y).count();
    common(a.chunks(), b.chunks(), <[u8]>::split_at, equal)
}

fn common_suffix(a: &Rope, b: &Rope) -> usize {
    let a_chunks = a.chunks_at_byte(a.len_bytes()).0.reversed();
    let b_chunks = b.chunks_at_byte(b.len_bytes()).0.reversed();
    let equal = |x: &[u8], y: &[u8]| x.iter().rev().zip(y.iter().rev()).take_while(|(x, y)| x == y).count();
    common(a_chunks, b_chunks, split_from_end, equal)
}

fn split_from_end(chunk: &[u8], n: usize) -> (&[u8], &[u8]) {
    let (rest, near) = chunk.split_at(chunk.len() - n);
    (near, rest)
}

/// Counts the bytes at which two texts agree, chunk by chunk from the side that is compared.
///
/// `take` parts a chunk into its nearest `n` bytes and the rest; `equal` counts how far two pieces of one length
/// agree. Chunks that are the same memory agree without being read.
fn common<'a>(
    a: impl Iterator<Item = &'a str>,
    b: impl Iterator<Item = &'a str>,
    take: impl for<'c> Fn(&'c [u8], usize) -> (&'c [u8], &'c [u8]),
    equal: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let (mut a, mut b) = (a.map(str::as_bytes), b.map(str::as_bytes));
    let (mut x, mut y): (&[u8], &[u8]) = (&[], &[]);
    let mut count = 0;
    loop {
        x = if x.is_empty() { a.next().unwrap_or_default() } else { x };
        y = if y.is_empty() { b.next().unwrap_or_default() } else { y };
        let n = x.len().min(y.len());
        if n == 0 {
            return count;
        }
        let ((x_near, x_rest), (y_near, y_rest)) = (take(x, n), take(y, n));
        if !std::ptr::eq(x_near, y_near) && x_near != y_near {
            return count + equal(x_near, y_near);
        }
        count += n;
        (x, y) = (x_rest, y_rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Encoding, Language};

    fn snapshot(text: &str) -> Snapshot {
        Snapshot::new(text, 1, Language::PLAIN)
    }

    /// Shows the edit as `start..end -> text`.
    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        let (old, new) = (snapshot(old), snapshot(new));
        let edit = edit_between(&old, &new);
        let Range { start, end } = edit.range.clone();
        assert_eq!(format!("{}..{} -> {:?}", start.0, end.0, edit.text), expected);
        let made = old.slice(0..start.0) + &edit.text + &old.slice(end.0..old.len());
        assert_eq!(made, new.to_text());
    }

    #[test]
    fn one_edit_is_found() {
        check("abc", "abc", "3..3 -> \"\"");
        check("", "", "0..0 -> \"\"");
        check("", "abc", "0..0 -> \"abc\"");
        check("abc", "", "0..3 -> \"\"");
        check("let x", "let y", "4..5 -> \"y\"");
        check("aaa", "aaaa", "3..3 -> \"a\"");
        check("aaaa", "aaa", "3..4 -> \"\"");
        check("abab", "ab", "2..4 -> \"\"");
        check("foo()", "foo(x)", "4..4 -> \"x\"");
    }

    #[test]
    fn characters_and_line_breaks_stay_whole() {
        check("ä", "ö", "0..2 -> \"ö\""); // they share their first byte
        check("\u{4e2d}", "\u{4eee}", "0..3 -> \"\u{4eee}\"");
        check("\u{e9}", "\u{129}", "0..2 -> \"\u{129}\""); // and these their last
        check("a\r\nb", "a\rb", "1..3 -> \"\\r\"");
        check("a\nb", "a\r\nb", "1..2 -> \"\\r\\n\"");
        check("a\rb", "a\r\nb", "1..2 -> \"\\r\\n\"");
    }

    #[test]
    fn a_large_document_is_compared_by_its_chunks() {
        let old = snapshot(&"line of some length, and more of it\n".repeat(300_000));
        let at = old.position_of(Offset(5_000_000), Encoding::Utf8);
        let new = old.apply(&[Change::replace(at, at, "typed")], Encoding::Utf8, 2);
        let edit = edit_between(&old, &new);
        assert_eq!((edit.range, edit.text.as_str()), (Offset(5_000_000)..Offset(5_000_000), "typed"));
        assert!(edit_between(&old, &old.clone()).is_empty());
        assert!(edit_between(&old, &snapshot(&old.to_text())).is_empty());
    }
}
