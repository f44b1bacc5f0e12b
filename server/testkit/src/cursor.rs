//! Documents with a visible cursor: `"let x = ‸;"`.

use housestyle_text::{Language, Offset, Snapshot};

/// Stands for the cursor in a fixture: U+2038 CARET, which no real document of ours holds.
pub const CURSOR: char = '‸';

/// Returns the text without its cursor, and the cursor's byte offset.
///
/// # Panics
/// When the fixture has not exactly one cursor: a test that is written wrongly should say so.
#[track_caller]
pub fn split(fixture: &str) -> (String, usize) {
    let at = fixture.find(CURSOR).unwrap_or_else(|| panic!("no {CURSOR} in fixture {fixture:?}"));
    let rest = &fixture[at + CURSOR.len_utf8()..];
    assert!(!rest.contains(CURSOR), "two {CURSOR} in fixture {fixture:?}");
    (format!("{}{rest}", &fixture[..at]), at)
}

/// Returns the document at `path` (which decides the language) and its cursor.
#[track_caller]
pub fn document(path: &str, fixture: &str) -> (Snapshot, Offset) {
    let (text, at) = split(fixture);
    (Snapshot::new(&text, 1, Language::from_path(path)).with_path(path), Offset(at))
}

/// Returns `text` with the cursor drawn at a byte offset.
pub fn draw(text: &str, at: usize) -> String {
    format!("{}{CURSOR}{}", &text[..at], &text[at..])
}
