//! A text that rules are matched against: read once, however many rules there are.

use std::ops::Range;
use std::sync::OnceLock;

use housestyle_text::Language;
use tree_sitter::Node;

use crate::prose::{self, Piece, is_comment};

/// A text in a language, with its syntax tree where the language has a grammar.
#[derive(Debug)]
pub struct Source<'a> {
    /// The path, parted by `/`, relative to the repository's root.
    pub path: &'a str,
    /// The whole text.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
    /// The syntax tree; none where there is no grammar, or where parsing takes more work than code does.
    pub tree: Option<tree_sitter::Tree>,
    pieces: OnceLock<Vec<Piece>>,
}

impl<'a> Source<'a> {
    /// Parses a text.
    pub fn new(path: &'a str, text: &'a str, language: Language) -> Source<'a> {
        let tree = housestyle_text::syntax::parse(language, text);
        Source { path, text, language, tree, pieces: OnceLock::new() }
    }

    /// Returns the stretches of text for people; they are cut when first asked for.
    pub fn pieces(&self) -> &[Piece] {
        self.pieces.get_or_init(|| prose::pieces(self.text, self.language, self.tree.as_ref()))
    }

    /// Returns the text of a range of bytes; empty for an invalid range.
    pub fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }
}

/// Returns where the line begins that holds a byte.
pub fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// Returns where the line ends that holds a byte, without its line end.
pub fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |end| at + end)
}

/// Returns the white space at the start of the line that holds a byte.
pub fn indentation(text: &str, at: usize) -> &str {
    let line = text.get(line_start(text, at)..).unwrap_or_default();
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Returns the children of a node that count: no comments, no separators that say nothing, nothing empty.
///
/// Commas count only among the tokens of a Rust macro call, and not before its closing bracket. Semicolons count where a
/// statement with one means something else.
pub fn significant_children<'t>(node: Node<'t>, text: &str, language: Language) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    let semicolons = matches!(language.id(), "c" | "java" | "rust");
    let tokens = node.kind() == "token_tree";
    let counts = |child: &Node<'t>| {
        if child.is_extra() || child.start_byte() == child.end_byte() || is_comment(child.kind()) {
            return false;
        }
        if child.is_named() {
            return true;
        }
        match text.get(child.byte_range()).map_or("", str::trim) {
            "" => false,
            "," => tokens,
            ";" => semicolons,
            _ => true,
        }
    };
    let mut children: Vec<Node<'t>> = node.children(&mut cursor).filter(counts).collect();
    if tokens
        && let [.., comma, _] = children.as_slice()
        && text.get(comma.byte_range()) == Some(",")
    {
        children.remove(children.len() - 2);
    }
    children
}
