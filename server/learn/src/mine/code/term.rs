//! Terms: syntax trees to compare, of tokens with their texts, without comments and separators.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use housestyle_skills::{Source, has_gap, is_separator, is_verbatim, significant_children};
use tree_sitter::Node;

/// Levels of a tree that are read; a deeper node is one token.
const DEPTH: usize = 400;

/// A node.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) kind: u16,
    pub(super) named: bool,
    /// Whether its children are tokens without a tree.
    pub(super) flat: bool,
    /// Whether it is a token that parts operands.
    pub(super) separates: bool,
    /// Whether its children stand for themselves, as statements do.
    pub(super) body: bool,
    /// Whether it is only a part of its parent, as the arguments of a call.
    pub(super) part: bool,
    /// Whether it is, or stands in, a string.
    pub(super) literal: bool,
    pub(super) range: Range<usize>,
    pub(super) children: Vec<Term>,
    /// The same for the same tokens, whatever the tree over them is.
    pub(super) hash: u64,
    /// Tokens in it.
    pub(super) tokens: usize,
}

impl Term {
    /// Reads a text's whole tree; none without a tree.
    pub(super) fn of(source: &Source<'_>) -> Option<Term> {
        Some(Term::read(source.tree.as_ref()?.root_node(), source, 0))
    }

    fn read(node: Node<'_>, source: &Source<'_>, depth: usize) -> Term {
        let verbatim = is_verbatim(node.kind());
        let leaf = node.child_count() == 0 || depth > DEPTH || (verbatim && has_gap(node, source.text));
        let children: Vec<Term> = if leaf {
            Vec::new()
        } else {
            let children = significant_children(node, source.text, source.language);
            children.into_iter().map(|child| Term::read(child, source, depth + 1)).collect()
        };
        let mut hasher = DefaultHasher::new();
        let tokens = if children.is_empty() {
            source.slice(node.byte_range()).hash(&mut hasher);
            1
        } else {
            children.iter().map(|child| child.tokens).sum()
        };
        let hash = if children.is_empty() { hasher.finish() } else { Term::hash_of(&children) };
        Term {
            kind: node.kind_id(),
            named: node.is_named() && !node.is_error(),
            flat: node.kind() == "token_tree",
            separates: !node.is_named() && is_separator(source.slice(node.byte_range())),
            body: is_body(node.kind()),
            part: is_part(node.kind()),
            literal: verbatim,
            range: node.byte_range(),
            children,
            hash,
            tokens,
        }
    }

    /// Returns the hash of neighbours: that of their tokens in a row, as a polynomial of the tokens' own hashes.
    pub(super) fn hash_of(terms: &[Term]) -> u64 {
        const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
        terms.iter().fold(0, |hash, term| {
            let places = u32::try_from(term.tokens).unwrap_or(u32::MAX);
            hash.wrapping_mul(BASE.wrapping_pow(places)).wrapping_add(term.hash)
        })
    }

    /// Calls for every token.
    pub(super) fn leaves<'t>(&'t self, each: &mut dyn FnMut(&'t Term)) {
        if self.children.is_empty() {
            each(self);
        }
        for child in &self.children {
            child.leaves(each);
        }
    }
}

/// Returns whether a node is a row of statements, members or definitions.
fn is_body(kind: &str) -> bool {
    kind.contains("block")
        || kind.contains("body")
        || kind.ends_with("statement_list")
        || kind.ends_with("declaration_list")
        || matches!(
            kind,
            "program" | "source_file" | "module" | "chunk" | "compound_statement" | "translation_unit"
        )
}

/// Returns whether a node means nothing without its parent.
fn is_part(kind: &str) -> bool {
    [
        "argument",
        "parameter",
        "string_content",
        "string_fragment",
        "token_tree",
        "field_initializer",
        "jsx_text",
    ]
    .iter()
    .any(|part| kind.contains(part))
        || matches!(kind, "expression_list" | "declaration_list" | "variable_list" | "escape_sequence")
}
