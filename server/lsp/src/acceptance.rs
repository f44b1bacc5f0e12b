//! Tells from a change of the document what became of the suggestion that was shown there.
//!
//! The protocol tells of nothing but full acceptance, and not all editors of that: taking a word or
//! a line runs no command. What stands in the document after a change cannot be hidden, though.

use housestyle_text::Snapshot;

use crate::convert::utf16_len;
use crate::host::Fate;
use crate::spot::{Edit, Spot};
use crate::suggestions::Shown;

/// What a change says about a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    /// What happened.
    pub(crate) fate: Fate,
    /// UTF-16 units of the suggestion that stand in the document now.
    pub(crate) accepted: usize,
}

/// Reads the sign of `edit`, made while `shown` stood at `spot`; `after` is the document after it.
///
/// The look is at the text, not at the form of the edit: editors tell the same acceptance as an
/// insertion, as a replacement of the closers, or shifted by characters that repeat.
pub(crate) fn sign(spot: Spot, shown: &Shown, edit: Edit, after: &Snapshot) -> Option<Sign> {
    let grown = edit.inserted.checked_sub(edit.end.checked_sub(edit.start)?)?;
    let start = spot.start().0;
    let typed = spot.end().0 - start;
    let reach = spot.end().0 + shown.swallowed;
    if edit.start < start || edit.end > reach {
        return None;
    }
    let stands = |bytes: usize| {
        shown.text.is_char_boundary(bytes) && after.slice(start..start + bytes) == shown.text[..bytes]
    };
    let whole = shown.text.len();
    // All of it: what was typed before, what came now, and the closers given up for it.
    if shown.swallowed > 0 && typed + shown.swallowed + grown == whole && stands(whole) {
        return Some(taken(shown, typed, whole));
    }
    let now = typed + grown;
    if grown == 0 || now > whole || !stands(now) {
        return None;
    }
    Some(taken(shown, typed, now))
}

fn taken(shown: &Shown, before: usize, now: usize) -> Sign {
    // The document may have held something else there before; then nothing was typed of it.
    let step = shown.text.get(before..now).unwrap_or(&shown.text[..now]);
    let fate = if step.chars().count() <= 1 && shown.text.chars().count() > 1 {
        Fate::TypedThrough
    } else if now == shown.text.len() {
        Fate::Accepted
    } else {
        Fate::PartlyAccepted
    };
    Sign { fate, accepted: utf16_len(&shown.text[..now]) }
}

#[cfg(test)]
mod tests {
    use housestyle_text::{Change, Encoding, Language, Offset, Position};

    use super::*;

    /// Shows `text` at `‸` in `before`, makes the changes (column, column, text) and tells the last sign.
    fn check(before: &str, (text, swallowed): (&str, usize), changes: &[(u32, u32, &str)], expected: &str) {
        let (given, cursor) = housestyle_testkit::cursor::split(before);
        let mut snapshot = Snapshot::new(&given, 1, Language::PLAIN);
        let mut spot = Some(Spot::at(Offset(cursor)));
        let shown = Shown { id: String::new(), text: text.to_owned(), swallowed };
        let mut found = String::new();
        for &(start, end, inserted) in changes {
            let at = |column| snapshot.offset_at(Position::new(0, column), Encoding::Utf16).0;
            let edit = Edit { start: at(start), end: at(end), inserted: inserted.len() };
            let change = Change::replace(Position::new(0, start), Position::new(0, end), inserted);
            snapshot = snapshot.apply(&[change], Encoding::Utf16, 2);
            let sign = spot.and_then(|spot| sign(spot, &shown, edit, &snapshot));
            found = sign.map_or("-".to_owned(), |sign| format!("{} {}", sign.fate.code(), sign.accepted));
            spot = spot.and_then(|spot| spot.follow(edit));
        }
        assert_eq!(found, expected, "{before} + {text:?} {changes:?}");
    }

    #[test]
    fn the_whole_in_one_change_is_accepted() {
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x = 1;")], "accepted 6");
        check("‸", ("a\nb\n", 0), &[(0, 0, "a\nb\n")], "accepted 4");
        check("é‸", ("😀é", 0), &[(1, 1, "😀é")], "accepted 3");
    }

    #[test]
    fn a_start_in_one_change_is_partly_accepted() {
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x =")], "partly-accepted 3");
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x ="), (7, 7, " 1;")], "accepted 6");
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x"), (5, 5, " =")], "partly-accepted 3");
    }

    #[test]
    fn one_character_at_a_time_is_typed() {
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x")], "typed-through 1");
        check("let ‸", ("ab", 0), &[(4, 4, "a"), (5, 5, "b")], "typed-through 2");
        check("‸", ("😀b", 0), &[(0, 0, "😀")], "typed-through 2");
    }

    #[test]
    fn closers_may_be_replaced_with_it() {
        check("f(‸)", ("a, b)", 1), &[(2, 3, "a, b)")], "accepted 5");
        // The same, told by an editor that keeps what is common.
        check("f(‸)", ("a, b)", 1), &[(2, 2, "a, b")], "accepted 5");
        check("f(‸)", ("a, b)", 1), &[(2, 2, "a,")], "partly-accepted 2");
        check("f(‸)", ("a, b)", 1), &[(2, 2, "a"), (3, 4, ", b)")], "accepted 5");
    }

    #[test]
    fn anything_else_says_nothing() {
        check("let ‸", ("x = 1;", 0), &[(4, 4, "y")], "-");
        check("let ‸", ("x = 1;", 0), &[(0, 0, "x")], "-");
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x = 1; more")], "-");
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x"), (4, 5, "")], "-");
        check("let ‸ a", ("x", 0), &[(4, 6, "")], "-");
    }
}
