//! Units of place in a document, each a type of its own.

/// Says where in a document: a byte offset into its UTF-8 text.
///
/// An offset that a snapshot returned lies on a character boundary and is at most the document's length. One made by
/// hand may be anything: every function that takes an offset clamps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub usize);

/// Names the unit in which a [`Position`] counts its column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16: what an editor means that negotiated nothing.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

/// Says where in a document, as an editor does: a line and a column, both from 0.
///
/// A position means nothing without the [`Encoding`] of its column, which a caller passes along with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 0; lines end at `\n`, `\r\n` and lone `\r`.
    pub line: u32,
    /// Column, from 0, in units of an [`Encoding`].
    pub column: u32,
}

impl Position {
    /// Returns the position at `line` and `column`, both from 0.
    pub const fn new(line: u32, column: u32) -> Position {
        Position { line, column }
    }
}
