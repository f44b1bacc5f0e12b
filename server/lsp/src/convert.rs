//! Between the protocol's words and ours: positions, ranges, changes, URIs.

use std::path::PathBuf;

use housestyle_text::{Change, Encoding, Offset, Position, Snapshot};
use tower_lsp::ls_types as lsp;

/// Returns the encoding of columns to use with a client that offers `offered`.
///
/// UTF-8 wherever it is offered, for it needs no counting; UTF-16 where nothing is said, as the
/// protocol demands; UTF-32 only for a client that knows nothing else.
pub(crate) fn negotiate(offered: Option<&[lsp::PositionEncodingKind]>) -> Encoding {
    let offers = |kind| offered.is_some_and(|kinds| kinds.contains(&kind));
    if offers(lsp::PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offers(lsp::PositionEncodingKind::UTF32) && !offers(lsp::PositionEncodingKind::UTF16) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

/// Returns the protocol's name of an encoding.
pub(crate) fn encoding_kind(encoding: Encoding) -> lsp::PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
        Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
    }
}

/// Returns a position in our words.
pub(crate) fn position(position: lsp::Position) -> Position {
    Position::new(position.line, position.character)
}

/// Returns a change in our words.
pub(crate) fn change(event: lsp::TextDocumentContentChangeEvent) -> Change {
    Change { range: event.range.map(|range| (position(range.start), position(range.end))), text: event.text }
}

/// Returns the range between two offsets in the protocol's words.
pub(crate) fn range(snapshot: &Snapshot, start: Offset, end: Offset, encoding: Encoding) -> lsp::Range {
    let at = |offset| {
        let found = snapshot.position_of(offset, encoding);
        lsp::Position { line: found.line, character: found.column }
    };
    lsp::Range { start: at(start), end: at(end) }
}

/// Returns the length of `text` in UTF-16 units.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Returns the file name of the document at `uri`; nothing for a document that was never saved.
pub(crate) fn document_name(uri: &str) -> Option<String> {
    let (scheme, path) = split_uri(uri)?;
    // `untitled:Untitled-1` is a label, `untitled:/src/new.rs` a path to be.
    if scheme == "untitled" && !path.contains('/') {
        return None;
    }
    path.rsplit('/').find(|part| !part.is_empty()).map(str::to_owned)
}

/// Returns the path of the file that a URI names, where it names one. For a cell of a notebook in VS Code that is the
/// notebook.
pub fn file_path(uri: &str) -> Option<PathBuf> {
    let names_file =
        |scheme: &str| ["file", "vscode-notebook-cell"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
    let (_, path) = split_uri(uri).filter(|(scheme, _)| names_file(scheme))?;
    // A drive of Windows is written behind a slash.
    let drive =
        path.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) && path.as_bytes().get(2) == Some(&b':');
    let path = if drive { &path[1..] } else { &path[..] };
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// Returns a URI's scheme and its decoded path without `.` and `..`, query and fragment left out.
fn split_uri(uri: &str) -> Option<(&str, String)> {
    let (scheme, rest) = uri.split_once(':')?;
    let rest = match rest.strip_prefix("//") {
        Some(with_authority) => with_authority.find('/').map_or("", |at| &with_authority[at..]),
        None => rest,
    };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    Some((scheme, without_dots(decode(path))))
}

/// Returns a path without `.` and `..`, by which paths can be compared. Nothing is above the root.
fn without_dots(path: String) -> String {
    if !path.split('/').any(|part| matches!(part, "." | "..")) {
        return path;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.len() > 1 => drop(parts.pop()),
            ".." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Undoes percent-encoding; wrong sequences stay unchanged.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = encoded_byte(&bytes[at..]);
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Returns the byte that `%` and two hexadecimal digits encode at the beginning of `text`.
pub(crate) fn encoded_byte(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiates_utf8_first_and_utf16_in_doubt() {
        let check = |offered: Option<&[lsp::PositionEncodingKind]>, expected| {
            assert_eq!(negotiate(offered), expected, "{offered:?}");
        };
        let (utf8, utf16, utf32) = (
            lsp::PositionEncodingKind::UTF8,
            lsp::PositionEncodingKind::UTF16,
            lsp::PositionEncodingKind::UTF32,
        );
        check(None, Encoding::Utf16);
        check(Some(&[]), Encoding::Utf16);
        check(Some(&[utf16.clone(), utf8.clone()]), Encoding::Utf8);
        check(Some(&[utf32.clone(), utf16]), Encoding::Utf16);
        check(Some(&[utf32]), Encoding::Utf32);
        check(Some(&[lsp::PositionEncodingKind::new("utf-7")]), Encoding::Utf16);
    }

    #[test]
    fn names_documents() {
        let check = |uri: &str, expected: Option<&str>| {
            assert_eq!(document_name(uri).as_deref(), expected, "{uri}");
        };
        check("file:///srv/two/b.py", Some("b.py"));
        check("file:///elsewhere/%C3%A9.md", Some("é.md"));
        check("untitled:Untitled-1", None);
        check("untitled:/x/new.rs", Some("new.rs"));
        check("vscode-notebook-cell:/home/me/my%20repo/n.ipynb#W0sZmlsZQ%3D%3D", Some("n.ipynb"));
        check("file:///a/100%.txt", Some("100%.txt"));
        check("file:///a/%+5%4", Some("%+5%4"));
        check("file:///home/me/x/../src/a.rs", Some("a.rs"));
        check("file:///home/me/my%20repo/%2e%2e/%2e%2e/x.py", Some("x.py"));
        check("no scheme", None);
        check("file://", None);
        check("", None);
    }

    #[test]
    fn files_have_paths() {
        assert_eq!(file_path("file:///w/a%20b.rs"), Some(PathBuf::from("/w/a b.rs")));
        assert_eq!(file_path("file:///c%3A/w/a.rs"), Some(PathBuf::from("c:/w/a.rs")));
        assert_eq!(file_path("file:///w/%2e%2e/../a.rs"), Some(PathBuf::from("/a.rs")));
        assert_eq!(file_path("vscode-notebook-cell:/w/n.ipynb#W0s"), Some(PathBuf::from("/w/n.ipynb")));
        assert_eq!(file_path("file:///w/.."), None);
        assert_eq!([file_path("untitled:1"), file_path("file://"), file_path("")], [None, None, None]);
    }

    #[test]
    fn counts_in_utf16() {
        assert_eq!(utf16_len("a😀é"), 4);
    }
}
