//! A pattern against the nodes of a text.

use std::ops::Range;

use housestyle_text::Language;
use tree_sitter::Node;

use super::parse::has_gap;
use super::{Metavariable, Tree, Variant};
use crate::source::significant_children;

/// The value of a metavariable, in bytes of the text.
pub(crate) type Bound = Option<Range<usize>>;

/// Comparisons that one candidate may cost; several `$$$` in a row could cost any number.
const STEPS: usize = 4000;

/// One pattern against one place.
pub(super) struct Matcher<'t> {
    pub(super) text: &'t str,
    pub(super) language: Language,
    pub(super) names: &'t [Metavariable],
    pub(super) bound: Vec<Bound>,
    /// The numbers of the bound metavariables, in the order of binding, for [`Matcher::undo`].
    binding_order: Vec<usize>,
    steps: usize,
}

impl<'t> Matcher<'t> {
    pub(super) fn new(text: &'t str, language: Language, names: &'t [Metavariable]) -> Matcher<'t> {
        Matcher {
            text,
            language,
            names,
            bound: vec![None; names.len()],
            binding_order: Vec::new(),
            steps: STEPS,
        }
    }

    /// Returns the comparisons done.
    pub(super) fn spent(&self) -> usize {
        STEPS - self.steps
    }

    /// Returns the bytes that a variant matches at a node: the node's, or those of the first neighbours in it from
    /// `from` on; with neighbours also where the next search begins.
    pub(super) fn at(&mut self, variant: &Variant, node: Node<'_>, from: usize) -> Option<Found> {
        if let [root] = variant.roots.as_slice() {
            if from > 0 || !self.node(root, node) {
                return None;
            }
            return Some(Found { range: self.shortened(root, node), next: usize::MAX });
        }
        let children = significant_children(node, self.text, self.language);
        for start in from..children.len() {
            if let Some(count) = self.sequence(&variant.roots, &children[start..], false, false)
                && count > 0
            {
                let (first, last) = (children[start], children[start + count - 1]);
                let range = first.start_byte()..last.end_byte();
                return Some(Found { range, next: start + count });
            }
            self.undo(0);
        }
        None
    }

    /// Returns the bytes of a node without a semicolon at its end that the pattern has not.
    fn shortened(&self, root: &Tree, node: Node<'_>) -> Range<usize> {
        if !matches!(root, Tree::Node { .. }) {
            return node.byte_range();
        }
        let last = significant_children(node, self.text, self.language).last().map(Node::end_byte);
        let end = node.end_byte();
        let rest = last.and_then(|last| self.text.get(last..end)).unwrap_or_default();
        let cut = rest.trim() == ";";
        node.start_byte()..if cut { last.unwrap_or(end) } else { end }
    }

    fn node(&mut self, tree: &Tree, node: Node<'_>) -> bool {
        let Some(rest) = self.steps.checked_sub(1) else { return false };
        self.steps = rest;
        match tree {
            Tree::One(number) => self.bind(*number, &[node]),
            Tree::Many(number) => self.bind(*number, &[node]),
            Tree::Leaf(text) => self.text.get(node.byte_range()) == Some(text),
            Tree::Node { kind, children, tokens, verbatim } => {
                if node.kind_id() != *kind || (*verbatim && has_gap(node, self.text)) {
                    return false;
                }
                let found = significant_children(node, self.text, self.language);
                self.sequence(children, &found, true, *tokens).is_some()
            }
        }
    }

    /// Matches neighbours: all of `nodes` where `whole`, else the first of them. Returns how many.
    fn sequence(&mut self, trees: &[Tree], nodes: &[Node<'_>], whole: bool, tokens: bool) -> Option<usize> {
        self.steps = self.steps.checked_sub(1)?;
        let Some((first, rest)) = trees.split_first() else {
            return (!whole || nodes.is_empty()).then_some(0);
        };
        let mark = self.binding_order.len();
        match first {
            Tree::Many(number) => {
                // Where the rest is a list of a known length, there is one length for this.
                let fixed = whole && !tokens && !rest.iter().any(|tree| matches!(tree, Tree::Many(_)));
                let lengths = match nodes.len().checked_sub(rest.len()) {
                    Some(length) if fixed => length..=length,
                    None if fixed => return None,
                    _ => 0..=nodes.len(),
                };
                for length in lengths {
                    if self.bind(*number, &nodes[..length])
                        && let Some(more) = self.sequence(rest, &nodes[length..], whole, tokens)
                    {
                        return Some(length + more);
                    }
                    self.undo(mark);
                }
                // A separator belongs to what is not there.
                let (separator, rest) = rest.split_first()?;
                let skipped = tokens && is_comma(separator) && self.bind(*number, &[]);
                let found = skipped.then(|| self.sequence(rest, nodes, whole, tokens)).flatten();
                if found.is_none() {
                    self.undo(mark);
                }
                found
            }
            Tree::One(number) if tokens => {
                let run = nodes.iter().take_while(|node| !is_separator(self.text_of(**node))).count();
                for length in (1..=run).rev() {
                    if self.bind(*number, &nodes[..length])
                        && let Some(more) = self.sequence(rest, &nodes[length..], whole, tokens)
                    {
                        return Some(length + more);
                    }
                    self.undo(mark);
                }
                None
            }
            _ => {
                let one = nodes.split_first().filter(|(node, _)| self.node(first, **node));
                if let Some((_, nodes)) = one
                    && let Some(more) = self.sequence(rest, nodes, whole, tokens)
                {
                    return Some(1 + more);
                }
                self.undo(mark);
                if tokens
                    && is_comma(first)
                    && let Some((Tree::Many(number), rest)) = rest.split_first()
                    && self.bind(*number, &[])
                    && let Some(more) = self.sequence(rest, nodes, whole, tokens)
                {
                    return Some(more);
                }
                self.undo(mark);
                None
            }
        }
    }

    /// Binds a metavariable, if it is not bound to another text.
    fn bind(&mut self, number: usize, nodes: &[Node<'_>]) -> bool {
        if nodes.iter().any(|node| node.is_error() || node.is_missing()) {
            return false;
        }
        let Some(name) = self.names.get(number) else { return false };
        if !name.many
            && let [node] = nodes
            && !node.is_named()
        {
            return false;
        }
        let range = match (nodes.first(), nodes.last()) {
            (Some(first), Some(last)) => first.start_byte()..last.end_byte(),
            _ => 0..0,
        };
        if name.is_anonymous() {
            return true;
        }
        if let Some(known) = self.bound[number].clone() {
            return self.text.get(known) == self.text.get(range);
        }
        self.bound[number] = Some(range);
        self.binding_order.push(number);
        true
    }

    fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn undo(&mut self, mark: usize) {
        for number in self.binding_order.drain(mark.min(self.binding_order.len())..) {
            self.bound[number] = None;
        }
    }
}

/// Where a variant matched.
pub(super) struct Found {
    pub(super) range: Range<usize>,
    /// The neighbour from which the next match may begin; beyond all where there is none.
    pub(super) next: usize,
}

fn is_comma(tree: &Tree) -> bool {
    matches!(tree, Tree::Leaf(text) if text == ",")
}

/// Returns whether a token of a macro call parts its operands: a comma, a bracket, or an operator that binds less than
/// what an operand is made of.
pub fn is_separator(text: &str) -> bool {
    const SEPARATORS: [&str; 16] =
        [",", ";", "=>", "&&", "||", "==", "!=", "=", "..", "..=", "(", ")", "[", "]", "{", "}"];
    SEPARATORS.contains(&text)
}
