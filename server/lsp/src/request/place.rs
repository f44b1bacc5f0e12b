//! Where a suggestion stands in the document: its range, its line breaks, and how much of it was typed already.

use housestyle_complete::{Selected, Suggestion};
use housestyle_text::{Encoding, Offset, Snapshot};

use crate::convert;
use crate::params::SelectedItem;
use crate::suggestions::Shown;
use crate::typed_range::TypedRange;

/// Returns at which byte of its origin `text` begins, where it is the rest of the suggestion shown at `typed_range`;
/// nothing where it is another suggestion.
pub(super) fn rest(
    typed_range: TypedRange,
    shown: &Shown,
    snapshot: &Snapshot,
    cursor: Offset,
    text: &str,
) -> Option<usize> {
    if cursor < typed_range.start() || cursor > typed_range.end() {
        return None;
    }
    let typed = snapshot.slice(typed_range.start().0..cursor.0);
    let rest = shown.text.strip_prefix(&typed)?;
    (rest == text).then_some(shown.offset + typed.len())
}

/// Returns `text` with the line breaks of the document around the cursor, as it will stand there.
pub(super) fn document_breaks(snapshot: &Snapshot, cursor: Offset, text: &str) -> String {
    let line = snapshot.line_of(cursor);
    let broken = |line: usize| snapshot.slice(snapshot.line_end(line).0..snapshot.line_start(line + 1).0);
    let mut found = broken(line);
    if found.is_empty() && line > 0 {
        found = broken(line - 1);
    }
    if found == "\r\n" { text.replace('\n', "\r\n") } else { text.to_owned() }
}

/// Returns the range that a suggestion replaces, held to the cursor's line: clients refuse anything else.
pub(super) fn one_line(snapshot: &Snapshot, cursor: Offset, suggestion: &Suggestion) -> (Offset, Offset) {
    let line = snapshot.line_of(cursor);
    let (first, last) = (snapshot.line_start(line), snapshot.line_end(line));
    let start = suggestion.replace.start.max(first).min(cursor);
    let end = suggestion.replace.end.min(last).max(cursor);
    (start, end)
}

/// Returns the menu's item in the pipeline's types. Neovim sends the visual selection in its place, which may
/// span lines or lie elsewhere: then there is no item.
pub(super) fn menu_item(
    snapshot: &Snapshot,
    cursor: Offset,
    item: &SelectedItem,
    encoding: Encoding,
) -> Option<Selected> {
    let start = snapshot.offset_at(convert::position(item.range.start), encoding);
    let end = snapshot.offset_at(convert::position(item.range.end), encoding);
    let one_line = snapshot.line_of(start) == snapshot.line_of(end);
    let around = start <= cursor && cursor <= end;
    (one_line && around).then(|| Selected { range: start..end, text: item.text.clone() })
}

#[cfg(test)]
mod tests {
    use housestyle_testkit::cursor;
    use housestyle_text::Language;

    use super::*;

    #[test]
    fn replaced_text_is_held_to_the_line_of_the_cursor() {
        let (text, at) = cursor::split("one\ntw‸o)\nthree");
        let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
        let check = |start: usize, end: usize, expected: (usize, usize)| {
            let suggestion = Suggestion { text: String::new(), replace: Offset(start)..Offset(end) };
            let (start, end) = one_line(&snapshot, Offset(at), &suggestion);
            assert_eq!((start.0, end.0), expected);
        };
        check(at, at, (6, 6));
        check(at, at + 2, (6, 8));
        check(0, 100, (4, 8));
        check(100, 0, (6, 6));
    }

    #[test]
    fn breaks_are_those_of_the_document() {
        let check = |fixture: &str, expected: &str| {
            let (text, at) = cursor::split(fixture);
            let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
            assert_eq!(document_breaks(&snapshot, Offset(at), "a\nb"), expected, "{fixture:?}");
        };
        check("x‸\r\ny", "a\r\nb");
        check("x\r\n‸", "a\r\nb");
        check("x\n‸\r\n", "a\r\nb");
        check("x‸\ny", "a\nb");
        check("‸", "a\nb");
    }

    #[test]
    fn a_selection_is_no_menu_item() {
        let (text, at) = cursor::split("one\ntwo.‸\nthree");
        let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
        let check = |start: (u32, u32), end: (u32, u32), expected: bool| {
            let at_position = |(line, character)| tower_lsp::ls_types::Position { line, character };
            let range = tower_lsp::ls_types::Range { start: at_position(start), end: at_position(end) };
            let item = SelectedItem { range, text: ".len".to_owned() };
            assert_eq!(menu_item(&snapshot, Offset(at), &item, Encoding::Utf16).is_some(), expected);
        };
        check((1, 3), (1, 4), true);
        check((0, 0), (1, 4), false);
        check((0, 0), (0, 2), false);
        check((1, 4), (9, 9), false);
    }
}
