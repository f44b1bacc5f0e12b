//! One version of one document, immutable and cheap to clone.

use std::ops::Range;
use std::sync::Arc;

use ropey::Rope;

use crate::{Change, Encoding, Language, Offset, Position};

/// Holds one version of a document.
///
/// Clones share their text. Every look-up costs O(log n) of the document's length, on a line of a megabyte as on
/// a file of fifty. Positions and offsets are clamped, never refused: past the end of a line is before its break,
/// past the last line is the end, inside a character (or between the halves of a surrogate pair) is before it,
/// and between `\r` and `\n` is before both.
#[derive(Clone, Debug)]
pub struct Snapshot {
    rope: Rope,
    version: i32,
    language: Language,
    path: Option<Arc<str>>,
}

impl Snapshot {
    /// Returns a snapshot of `text`, byte for byte (a byte order mark or a NUL is text like any other).
    pub fn new(text: &str, version: i32, language: Language) -> Snapshot {
        Snapshot { rope: Rope::from_str(text), version, language, path: None }
    }

    /// Names the document: its path in the workspace, or its file name, parted by `/`.
    pub fn with_path(self, path: impl Into<String>) -> Snapshot {
        Snapshot { path: Some(Arc::from(path.into())), ..self }
    }

    /// Returns the editor's version number.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// Returns the document's language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Returns the document's path in the workspace or its file name, if it has one.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Returns the length in bytes of UTF-8.
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Returns whether the document has no text at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of lines, at least 1; a break at the very end begins an empty last line.
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }

    /// Returns the document after `changes`, made one after the other. The positions of each refer to the text after
    /// the change before it.
    pub fn apply(&self, changes: &[Change], encoding: Encoding, version: i32) -> Snapshot {
        let mut next = Snapshot { version, ..self.clone() };
        for change in changes {
            match change.range {
                None => next.rope = Rope::from_str(&change.text),
                Some((a, b)) => {
                    let (a, b) = (next.offset_at(a, encoding), next.offset_at(b, encoding));
                    next.replace(a.min(b), a.max(b), &change.text);
                }
            }
        }
        next
    }

    fn replace(&mut self, start: Offset, end: Offset, text: &str) {
        let start = self.rope.byte_to_char(start.0);
        let end = self.rope.byte_to_char(end.0);
        if start < end {
            self.rope.remove(start..end);
        }
        if !text.is_empty() {
            self.rope.insert(start, text);
        }
    }

    /// Returns the offset of a position whose column counts units of `encoding`.
    pub fn offset_at(&self, position: Position, encoding: Encoding) -> Offset {
        let line = position.line as usize;
        if line >= self.line_count() {
            return Offset(self.len());
        }
        let (start, end) = (self.line_start(line), self.line_end(line));
        let column = position.column as usize;
        match encoding {
            Encoding::Utf8 => self.floor(start.0.saturating_add(column).min(end.0)),
            Encoding::Utf16 => {
                let unit = self.utf16_units(start).saturating_add(column).min(self.utf16_units(end));
                Offset(self.rope.char_to_byte(self.rope.utf16_cu_to_char(unit)))
            }
            Encoding::Utf32 => {
                let (first, last) = (self.rope.byte_to_char(start.0), self.rope.byte_to_char(end.0));
                Offset(self.rope.char_to_byte(first.saturating_add(column).min(last)))
            }
        }
    }

    /// Returns the position of an offset, its column in units of `encoding`.
    pub fn position_of(&self, offset: Offset, encoding: Encoding) -> Position {
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let offset = self.floor(offset.0).min(self.line_end(line));
        let column = match encoding {
            Encoding::Utf8 => offset.0 - start.0,
            Encoding::Utf16 => self.utf16_units(offset) - self.utf16_units(start),
            Encoding::Utf32 => self.rope.byte_to_char(offset.0) - self.rope.byte_to_char(start.0),
        };
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: narrow(line), column: narrow(column) }
    }

    /// Returns the line, from 0, on which an offset lies; a line's break belongs to it.
    pub fn line_of(&self, offset: Offset) -> usize {
        self.rope.byte_to_line(self.before_pair(self.floor(offset.0)).0)
    }

    /// Returns where a line begins; past the last line, the end of the document.
    pub fn line_start(&self, line: usize) -> Offset {
        Offset(if line >= self.line_count() { self.len() } else { self.rope.line_to_byte(line) })
    }

    /// Returns where a line's text ends, before its break; past the last line, the end of the document.
    pub fn line_end(&self, line: usize) -> Offset {
        if line.saturating_add(1) >= self.line_count() {
            return Offset(self.len());
        }
        // Every line but the last ends in a break, so its next line does not begin at 0.
        let next = self.rope.line_to_byte(line + 1);
        self.before_pair(Offset(next.saturating_sub(1)))
    }

    /// Returns the text of a byte range, clamped to the document and, at both ends, down to a character boundary.
    pub fn slice(&self, range: Range<usize>) -> String {
        let (start, end) = (self.floor(range.start), self.floor(range.end));
        if start >= end {
            return String::new();
        }
        let mut text = String::with_capacity(end.0 - start.0);
        text.extend(self.rope.byte_slice(start.0..end.0).chunks());
        text
    }

    /// Returns the text of a line without its break; past the last line, nothing.
    pub fn line_text(&self, line: usize) -> String {
        self.slice(self.line_start(line).0..self.line_end(line).0)
    }

    /// Returns the whole text.
    pub fn to_text(&self) -> String {
        self.rope.to_string()
    }

    /// Returns the nearest character boundary at or before byte `at`, at most the end.
    pub fn floor(&self, at: usize) -> Offset {
        if at >= self.len() {
            return Offset(self.len());
        }
        Offset(self.rope.char_to_byte(self.rope.byte_to_char(at)))
    }

    pub(crate) fn rope(&self) -> &Rope {
        &self.rope
    }

    fn utf16_units(&self, offset: Offset) -> usize {
        self.rope.char_to_utf16_cu(self.rope.byte_to_char(offset.0))
    }

    /// Moves an offset that lies between `\r` and `\n` before both.
    fn before_pair(&self, offset: Offset) -> Offset {
        let between = offset.0 > 0
            && self.rope.get_byte(offset.0) == Some(b'\n')
            && self.rope.get_byte(offset.0 - 1) == Some(b'\r');
        Offset(offset.0 - usize::from(between))
    }
}
