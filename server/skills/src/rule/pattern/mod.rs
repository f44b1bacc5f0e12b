//! Patterns of code, which a rule of kind `rewrite` matches against a syntax tree.
//!
//! A pattern is code with metavariables. It is parsed with the grammar of the language, within the context that it
//! needs, and compared node by node: whitespace, comments and trailing commas do not count, names and literals do.

mod context;
mod find;
mod matching;
mod metavariable;
mod parse;
mod replace;
#[cfg(test)]
mod tests;

pub use find::{Finder, Match};
pub use matching::is_separator;
pub use parse::{has_gap, is_verbatim};
pub use replace::expand;

use housestyle_text::Language;

/// Bytes that a pattern may have; a rule is a line or two.
pub(crate) const PATTERN_BYTES: usize = 4096;

/// A pattern, parsed for texts of one language.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As it was written.
    pub text: String,
    /// The language whose grammar parsed it.
    pub language: Language,
    /// The names of its metavariables; the nodes of its trees have their places in this list.
    pub names: Vec<Metavariable>,
    /// The trees that it can be: an expression is parsed into one, the same text as a type into another.
    pub(crate) variants: Vec<Variant>,
}

/// A name that stands for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metavariable {
    /// Without its dollars; begins with `_` where nothing is bound.
    pub name: String,
    /// Whether it stands for any number of neighbours.
    pub many: bool,
}

impl Metavariable {
    /// Returns whether two nodes with this name need not be the same, and none of them is bound.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.name.is_empty() || self.name.starts_with('_')
    }
}

/// One way in which a pattern can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    /// A node, or neighbours in one parent.
    pub(crate) roots: Vec<Tree>,
    /// A token without which there is no match.
    pub(crate) anchor: String,
    /// How many levels above that token the match stands: the root itself, or the parent of neighbours.
    pub(crate) up: usize,
}

/// A node of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    /// Any one node.
    One(usize),
    /// Any number of neighbours.
    Many(usize),
    /// A node that is compared by its text.
    Leaf(String),
    /// A node that is compared by its kind and its children.
    Node {
        kind: u16,
        children: Vec<Tree>,
        /// Whether its children are tokens, not a tree: the inside of a macro call.
        tokens: bool,
        /// Whether text between its children counts, as in strings.
        verbatim: bool,
    },
}
