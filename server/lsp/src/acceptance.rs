//! Reads from a change of the document how much of the suggestion shown there was accepted.
//!
//! The protocol reports full acceptance alone, and not every editor sends even that: accepting a word
//! or a line runs no command. The document after a change shows both.

use housestyle_text::Snapshot;

use crate::convert::utf16_len;
use crate::host::OutcomeStep;
use crate::suggestions::Shown;
use crate::typed_range::{Splice, TypedRange};

/// How much of a suggestion a change accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acceptance {
    /// What happened to the suggestion.
    pub(crate) step: OutcomeStep,
    /// UTF-16 units of the suggestion that stand in the document now.
    pub(crate) accepted: usize,
    /// The same in bytes.
    pub(crate) bytes: usize,
}

/// Returns what `edit` accepted of `shown`, which stood at `typed_range`; `after` is the document after the edit.
///
/// The text counts, not the form of the edit: editors send the same acceptance as an insertion, as a
/// replacement of the closers, or shifted by characters that repeat.
pub(crate) fn acceptance(
    typed_range: TypedRange,
    shown: &Shown,
    edit: Splice,
    after: &Snapshot,
) -> Option<Acceptance> {
    let grown = edit.inserted.checked_sub(edit.end.checked_sub(edit.start)?)?;
    let start = typed_range.start().0;
    let typed = typed_range.end().0 - start;
    let limit = typed_range.end().0 + shown.swallowed;
    if edit.start < start || edit.end > limit {
        return None;
    }
    let stands = |bytes: usize| {
        shown.text.is_char_boundary(bytes) && after.slice(start..start + bytes) == shown.text[..bytes]
    };
    let whole = shown.text.len();
    // The whole: the text typed before, the text inserted now, and the closers that it replaces.
    if shown.swallowed > 0 && typed + shown.swallowed + grown == whole && stands(whole) {
        return Some(accepted(shown, typed, whole));
    }
    let now = typed + grown;
    if grown == 0 || now > whole || !stands(now) {
        return None;
    }
    Some(accepted(shown, typed, now))
}

fn accepted(shown: &Shown, before: usize, now: usize) -> Acceptance {
    // The document may have held something else there before; then nothing was typed of it.
    let taken = shown.text.get(before..now).unwrap_or(&shown.text[..now]);
    let step = if taken.chars().count() <= 1 && shown.text.chars().count() > 1 {
        OutcomeStep::TypedThrough
    } else if now == shown.text.len() {
        OutcomeStep::Accepted
    } else {
        OutcomeStep::PartlyAccepted
    };
    Acceptance { step, accepted: utf16_len(&shown.text[..now]), bytes: now }
}

/// Returns how the suggestion at `before` ended by an edit that accepted nothing of it, if it ended; `follows` is its
/// range after the edit, if it still has one.
pub(crate) fn end(
    before: TypedRange,
    shown: &Shown,
    edit: Option<Splice>,
    follows: Option<TypedRange>,
    after: &Snapshot,
) -> Option<OutcomeStep> {
    let Some(typed_range) = follows else {
        let here = |edit: Splice| (before.start().0..=before.end().0).contains(&edit.start);
        return Some(if edit.is_some_and(here) { OutcomeStep::TypedOver } else { OutcomeStep::Dismissed });
    };
    let typed = typed_range.text(after);
    // Closers that the editor put behind what was typed are not the user's.
    let by_hand = typed.trim_end_matches(|c| ")]}>\"'`".contains(c));
    let agrees = shown.text.starts_with(&typed) || (!by_hand.is_empty() && shown.text.starts_with(by_hand));
    (!agrees).then_some(OutcomeStep::TypedOver)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use housestyle_complete::settings::JournalMode;
    use housestyle_text::{Change, Encoding, Language, Offset, Position};

    use super::*;
    use crate::suggestions::Origin;

    fn shown(snapshot: &Snapshot, cursor: usize, (text, swallowed): (&str, usize)) -> Shown {
        let origin = Arc::new(Origin {
            id: String::new(),
            uri: String::new(),
            text: text.to_owned(),
            snapshot: snapshot.clone(),
            replaced: cursor..cursor + swallowed,
            journal: JournalMode::On,
        });
        Shown { text: text.to_owned(), swallowed, origin, offset: 0, alternatives: None }
    }

    /// Shows a suggestion at `‸` in `before`, replaces the whole text by `after`, and compares the step.
    #[track_caller]
    fn check_whole(before: &str, suggestion: (&str, usize), after: &str, expected: &str) {
        let (content, cursor) = housestyle_testkit::cursor::split(before);
        let snapshot = Snapshot::new(&content, 1, Language::PLAIN);
        let shown = shown(&snapshot, cursor, suggestion);
        let after = Snapshot::new(after, 2, Language::PLAIN);
        let edit = Splice::between(&snapshot, &after, Offset(cursor));
        let found = acceptance(TypedRange::at(Offset(cursor)), &shown, edit, &after);
        let found = found.map_or("-".to_owned(), |found| format!("{} {}", found.step.code(), found.accepted));
        assert_eq!(found, expected, "{before} + {suggestion:?} in {:?}", after.to_text());
    }

    /// Shows `text` at `‸` in `before`, makes the changes (column, column, text) and compares the last step.
    fn check(before: &str, suggestion: (&str, usize), changes: &[(u32, u32, &str)], expected: &str) {
        let (content, cursor) = housestyle_testkit::cursor::split(before);
        let mut snapshot = Snapshot::new(&content, 1, Language::PLAIN);
        let mut typed_range = Some(TypedRange::at(Offset(cursor)));
        let shown = shown(&snapshot, cursor, suggestion);
        let mut found = String::new();
        for &(start, end, inserted) in changes {
            let at = |column| snapshot.offset_at(Position::new(0, column), Encoding::Utf16).0;
            let edit = Splice { start: at(start), end: at(end), inserted: inserted.len() };
            let change = Change::replace(Position::new(0, start), Position::new(0, end), inserted);
            snapshot = snapshot.apply(&[change], Encoding::Utf16, 2);
            let acceptance =
                typed_range.and_then(|typed_range| acceptance(typed_range, &shown, edit, &snapshot));
            let follows = typed_range.and_then(|typed_range| typed_range.follow(edit));
            let ended = typed_range
                .and_then(|typed_range| super::end(typed_range, &shown, Some(edit), follows, &snapshot));
            found = match acceptance {
                Some(acceptance) => format!("{} {}", acceptance.step.code(), acceptance.accepted),
                None => ended.map_or("-", OutcomeStep::code).to_owned(),
            };
            typed_range = follows;
        }
        assert_eq!(found, expected, "{before} + {suggestion:?} {changes:?}");
    }

    #[test]
    fn the_whole_in_one_change_is_accepted() {
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x = 1;")], "accepted 6");
        check("‸", ("a\nb\n", 0), &[(0, 0, "a\nb\n")], "accepted 4");
        check("é‸", ("😀é", 0), &[(1, 1, "😀é")], "accepted 3");
    }

    #[test]
    fn the_whole_text_is_accepted_where_it_holds_the_suggestion() {
        check_whole("let ‸\n", ("x = 1;", 0), "let x = 1;\n", "accepted 6");
        check_whole("f() {‸\n}", ("\n    a();", 0), "f() {\n    a();\n}", "accepted 9");
        check_whole("a‸a", ("aa", 0), "aaaa", "accepted 2");
        check_whole("f(‸);", ("a, b)", 1), "f(a, b);", "accepted 5");
        check_whole("let ‸\n", ("x = 1;", 0), "let x =\n", "partly-accepted 3");
        check_whole("let ‸\n", ("x = 1;", 0), "let y = 1;\n", "-");
        check_whole("let ‸\n", ("x = 1;", 0), "set x = 1;\n", "-");
        check_whole("let ‸\n", ("x = 1;", 0), "let \nx = 1;", "-");
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
        // The same edit as an editor sends it that leaves out the common end.
        check("f(‸)", ("a, b)", 1), &[(2, 2, "a, b")], "accepted 5");
        check("f(‸)", ("a, b)", 1), &[(2, 2, "a,")], "partly-accepted 2");
        check("f(‸)", ("a, b)", 1), &[(2, 2, "a"), (3, 4, ", b)")], "accepted 5");
    }

    #[test]
    fn anything_else_at_its_place_is_typed_over_it() {
        check("let ‸", ("x = 1;", 0), &[(4, 4, "y")], "typed-over");
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x = 1; more")], "typed-over");
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x"), (5, 5, "y")], "typed-over");
        check("let ‸ a", ("x", 0), &[(4, 6, "")], "typed-over");
    }

    #[test]
    fn an_edit_elsewhere_dismisses_it() {
        check("let ‸", ("x = 1;", 0), &[(0, 0, "x")], "dismissed");
        check("let ‸ a", ("x", 0), &[(5, 6, "")], "dismissed");
        check("let ‸", ("x = 1;", 0), &[(0, 4, "x")], "dismissed");
    }

    #[test]
    fn taking_back_and_closers_of_the_editor_say_nothing() {
        check("let ‸", ("x = 1;", 0), &[(4, 4, "x"), (4, 5, "")], "-");
        check("f‸", ("(a);", 0), &[(1, 1, "()")], "-");
        check("f‸", ("(a);", 0), &[(1, 1, "("), (2, 2, ")")], "-");
    }
}
