//! Places where editors and servers have disagreed, one line each.

use housestyle_text::{Change, Encoding, Language, Offset, Position, Snapshot};

use Encoding::{Utf8, Utf16, Utf32};

fn snapshot(text: &str) -> Snapshot {
    Snapshot::new(text, 1, Language::PLAIN)
}

/// Shows where a position is, with a visible cursor.
fn at(text: &str, line: u32, column: u32, encoding: Encoding) -> String {
    let snapshot = snapshot(text);
    let offset = snapshot.offset_at(Position::new(line, column), encoding).0;
    format!("{}‸{}", &text[..offset], &text[offset..])
}

#[test]
fn positions_are_clamped() {
    let cases = [
        // inside a surrogate pair, or the bytes of a character
        ("a😀b", 0, 1, Utf16, "a‸😀b"),
        ("a😀b", 0, 2, Utf16, "a‸😀b"),
        ("a😀b", 0, 3, Utf16, "a😀‸b"),
        ("a😀b", 0, 2, Utf8, "a‸😀b"),
        ("a😀b", 0, 4, Utf8, "a‸😀b"),
        ("a😀b", 0, 5, Utf8, "a😀‸b"),
        ("a😀b", 0, 2, Utf32, "a😀‸b"),
        ("μ", 0, 1, Utf8, "‸μ"),
        // past the end of a line: before its break, whichever it is
        ("ab\ncd", 0, 99, Utf16, "ab‸\ncd"),
        ("ab\r\ncd", 0, 99, Utf16, "ab‸\r\ncd"),
        ("ab\rcd", 0, 99, Utf16, "ab‸\rcd"),
        ("ab\ncd", 0, u32::MAX, Utf8, "ab‸\ncd"),
        ("ab\ncd", 0, u32::MAX, Utf32, "ab‸\ncd"),
        ("😀\n😀", 0, 2, Utf16, "😀‸\n😀"),
        // between \r and \n
        ("ab\r\ncd", 0, 3, Utf16, "ab‸\r\ncd"),
        ("ab\r\ncd", 0, 3, Utf8, "ab‸\r\ncd"),
        // past the end of the document
        ("ab\ncd", 1, 99, Utf16, "ab\ncd‸"),
        ("ab\ncd", 2, 0, Utf16, "ab\ncd‸"),
        ("ab\ncd", u32::MAX, u32::MAX, Utf16, "ab\ncd‸"),
        ("ab\n", 1, 0, Utf16, "ab\n‸"),
        ("", 0, 0, Utf16, "‸"),
        ("", 7, 7, Utf16, "‸"),
        // no breaks: line and paragraph separators, next line, vertical tab, form feed
        ("a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f", 0, 11, Utf16, "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f‸"),
        ("a\u{2028}b", 1, 0, Utf16, "a\u{2028}b‸"),
        // a byte order mark and a NUL are characters like others
        ("\u{feff}ab", 0, 1, Utf16, "\u{feff}‸ab"),
        ("\0a", 0, 1, Utf8, "\0‸a"),
        // a family of emoji is one picture and eleven units
        ("👩‍👩‍👧‍👦x", 0, 11, Utf16, "👩‍👩‍👧‍👦‸x"),
    ];
    for (text, line, column, encoding, expected) in cases {
        assert_eq!(at(text, line, column, encoding), expected, "{text:?} {line}:{column} {encoding:?}");
    }
}

#[test]
fn offsets_are_clamped() {
    let cases = [
        ("ab\r\ncd", 3, 0, 2), // between \r and \n
        ("ab\r\ncd", 4, 1, 0),
        ("a😀b", 3, 0, 1), // inside a character
        ("ab", 99, 0, 2),
        ("ab\n", 99, 1, 0),
        ("\r\n", 1, 0, 0),
        ("\n\r", 1, 1, 0), // two breaks
        ("\n\r", 2, 2, 0),
    ];
    for (text, offset, line, column) in cases {
        let position = snapshot(text).position_of(Offset(offset), Utf16);
        assert_eq!(position, Position::new(line, column), "{text:?} at {offset}");
    }
}

#[test]
fn edits_that_join_and_part_line_breaks() {
    let edit = |text: &str, from: (u32, u32), to: (u32, u32), with: &str| {
        let (from, to) = (Position::new(from.0, from.1), Position::new(to.0, to.1));
        let next = snapshot(text).apply(&[Change::replace(from, to, with)], Utf16, 2);
        (next.to_text(), next.line_count())
    };
    assert_eq!(edit("a\rx\nb", (1, 0), (1, 1), ""), ("a\r\nb".into(), 2)); // three lines become two
    assert_eq!(edit("a\rb", (1, 0), (1, 0), "\n"), ("a\r\nb".into(), 2));
    assert_eq!(edit("a\nb", (0, 1), (0, 1), "\r"), ("a\r\nb".into(), 2));
    assert_eq!(edit("a\r\nb", (0, 1), (1, 0), "\r"), ("a\rb".into(), 2));
    assert_eq!(edit("a\r\nb", (0, 2), (0, 2), "x"), ("ax\r\nb".into(), 2)); // cannot part them
    assert_eq!(edit("abc", (0, 2), (0, 1), "x"), ("axc".into(), 1)); // reversed
    assert_eq!(edit("a😀b", (0, 2), (0, 3), ""), ("ab".into(), 1)); // half a pair takes all of it
}

#[test]
fn slices_are_clamped() {
    let snapshot = snapshot("a😀b");
    assert_eq!(snapshot.slice(0..99), "a😀b");
    assert_eq!(snapshot.slice(2..6), "😀b");
    assert_eq!(snapshot.slice(0..4), "a");
    assert_eq!(snapshot.slice(2..4), "");
    #[expect(clippy::reversed_empty_ranges)]
    let reversed = 5..1;
    assert_eq!(snapshot.slice(reversed), "");
    assert_eq!(snapshot.slice(usize::MAX..usize::MAX), "");
    assert_eq!(snapshot.line_text(9), "");
}
