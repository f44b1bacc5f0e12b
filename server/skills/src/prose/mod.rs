//! Text for people within a file: prose, comments and docstrings, cut into pieces and words.
//!
//! Code spans, fences, links, paths and identifiers are no words. [`crate::Source`] keeps the pieces of a text.

mod comments;
mod document;
mod marks;
mod words;

use std::ops::Range;

use housestyle_text::Language;
use tree_sitter::Tree;

pub use words::Word;
pub(crate) use words::{count_words, words};

/// A stretch of text for people: a heading, a list item, a paragraph, a comment, a docstring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its kind.
    pub kind: PieceKind,
    /// From its first to its last byte, marks included.
    pub range: Range<usize>,
    /// Its lines without marks and the white space around them; code within it is in none.
    pub lines: Vec<Range<usize>>,
    /// How many of these are its first paragraph.
    pub summary: usize,
    /// Its words, in the order of the text.
    pub words: Vec<Word>,
}

/// Kinds of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// A heading of a document.
    Heading,
    /// An item of a list, with the byte of its mark.
    ListItem {
        /// Where the mark stands.
        mark: usize,
    },
    /// Other text of a document.
    Text,
    /// A comment that documents nothing.
    Comment {
        /// Whether nothing else stands on its first line.
        own_line: bool,
    },
    /// A comment or a string that documents something.
    Doc {
        /// Whether that is a function.
        of_function: bool,
    },
}

impl Piece {
    /// Makes a piece of lines; none where nothing is in them.
    fn new(kind: PieceKind, range: Range<usize>, lines: Vec<Range<usize>>, text: &str) -> Option<Piece> {
        let begins_tag = |line: &Range<usize>| text[line.clone()].starts_with(['@', ':', '\\']);
        let from_first = lines.iter().skip_while(|line| line.is_empty());
        let summary = from_first.take_while(|line| !line.is_empty() && !begins_tag(line)).count();
        let lines: Vec<Range<usize>> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let is_doc = matches!(kind, PieceKind::Doc { .. });
        let words: Vec<Word> = words(text, &lines, is_doc);
        (!lines.is_empty()).then_some(Piece { kind, range, lines, summary, words })
    }
}

/// Returns the pieces of a text, in its order. `tree` is its syntax tree, where its language has a grammar.
pub(crate) fn pieces(text: &str, language: Language, tree: Option<&Tree>) -> Vec<Piece> {
    match language.is_prose() {
        true => document::pieces(text, language),
        false => comments::pieces(text, language, tree),
    }
}

/// Returns whether a node of a syntax tree is a comment, by its kind.
pub(crate) fn is_comment(kind: &str) -> bool {
    matches!(kind, "comment" | "line_comment" | "block_comment" | "html_comment")
}

/// Returns the pieces that touch a range; all where there is none.
pub fn touching<'p>(pieces: &'p [Piece], within: Option<&Range<usize>>) -> &'p [Piece] {
    let Some(within) = within else { return pieces };
    let first = pieces.partition_point(|piece| piece.range.end < within.start);
    let end = pieces.partition_point(|piece| piece.range.start <= within.end);
    pieces.get(first..end).unwrap_or_default()
}

/// Returns whether two ranges touch: share a byte or a border.
pub(crate) fn touch(a: &Range<usize>, within: Option<&Range<usize>>) -> bool {
    within.is_none_or(|within| a.start <= within.end && within.start <= a.end)
}

/// Returns a range without the white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let own = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (own.len() - own.trim_start().len());
    start..start + own.trim().len()
}
