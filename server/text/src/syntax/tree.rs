//! Finds comments and strings in a tree-sitter tree, and where the tree stops being sure.

use tree_sitter::Node;

use crate::{Offset, Snapshot};

use super::PARSED_BYTES;
use super::parse::parse;
use super::scan::Found;
use super::work;

/// Parses the document and returns its text with what stands at `offset`, or else (`Err`) the byte from which only a
/// scanner can tell. `None` if there is no grammar, or the document is too large or too hard.
pub(super) fn find(snapshot: &Snapshot, offset: Offset) -> Option<(String, Result<Found, usize>)> {
    // The shell's grammar takes any text for the rest of a here-document that is not closed yet; and in 3,500 places
    // of real scripts it knew nothing that the scanner did not.
    if snapshot.len() > PARSED_BYTES || snapshot.language().id() == "shellscript" {
        return None;
    }
    let text = snapshot.to_text();
    let tree = parse(snapshot.language(), &text)?;
    let found = match first_doubt(tree.root_node(), &text, offset.0) {
        Some(from) => Err(from),
        None => enclosing(tree.root_node(), &text, offset.0),
    };
    Some((text, found))
}

/// Returns the first byte before `end` at which the parser gave up on what may open a string or a comment.
///
/// Errors as such are no doubt: half of what is being typed is an error. Only text that the parser skipped, and
/// openers left without their close, make what follows uncertain. Within a literal the doubt begins where the
/// outermost literal does, as the scanner must begin in code.
fn first_doubt(root: Node<'_>, text: &str, end: usize) -> Option<usize> {
    let mut first = None;
    let mut cursor = root.walk();
    // Not `Node::parent`: it walks down from the root each time, which takes forever in a deep tree.
    let mut open = vec![(root, None)];
    while let Some((node, literal)) = open.pop() {
        work::count(1);
        let start = literal.unwrap_or(node.start_byte());
        if start >= first.unwrap_or(end) || !node.has_error() {
            continue;
        }
        if node.is_missing() {
            // A close that the parser made up; the cursor may stand before it.
            first = literal.or(first);
            continue;
        }
        let begins = node.is_named() && (is_string(node.kind()) || is_comment(node.kind()));
        let literal = literal.or_else(|| begins.then(|| node.start_byte()));
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        if node.is_error()
            && let Some(at) = doubt_among(node, &children, text)
        {
            let at = literal.unwrap_or(at);
            if at < first.unwrap_or(end) {
                first = Some(at);
            }
        }
        open.extend(children.into_iter().map(|child| (child, literal)));
    }
    first
}

/// Returns where among the direct children of an error text was skipped or an opener stands alone.
fn doubt_among(error: Node<'_>, children: &[Node<'_>], text: &str) -> Option<usize> {
    work::count(children.len());
    let skipped = |from: usize, to: usize| text.get(from..to).is_some_and(|gap| !gap.trim().is_empty());
    let mut reached = error.start_byte();
    for child in children {
        if skipped(reached, child.start_byte()) {
            return Some(reached);
        }
        if child.child_count() == 0 && is_opener(*child, text) {
            return Some(child.start_byte());
        }
        reached = child.end_byte();
    }
    skipped(reached, error.end_byte()).then_some(reached)
}

fn is_opener(leaf: Node<'_>, text: &str) -> bool {
    if is_comment(leaf.kind()) {
        return false;
    }
    let text = text.get(leaf.byte_range()).unwrap_or_default();
    leaf.kind() == "string_start"
        || text.starts_with(['"', '\'', '`', '/'])
        || text.ends_with(['"', '\''])
        || ["--", "[[", "[=", "<<"].iter().any(|opener| text.starts_with(opener))
}

/// Returns what stands at `at`, or else the byte from which only a scanner can tell.
fn enclosing(root: Node<'_>, text: &str, at: usize) -> Result<Found, usize> {
    let found = innermost(root, text, at);
    // A `/*` without its close is no error to many grammars, but an operator, or the start of a regular expression.
    if let Some(open) = text.get(..at).and_then(|before| before.rfind("/*"))
        && !text[open + 2..at].contains("*/")
    {
        let unclosed = match innermost(root, text, open + 2) {
            Ok(Found::Code) => true,
            Ok(Found::String { start }) => start >= open,
            _ => false,
        };
        return if unclosed { Err(open) } else { found };
    }
    found
}

/// Returns what the tree has at `at`, or else the start of a node whose inside it does not know.
fn innermost(root: Node<'_>, text: &str, at: usize) -> Result<Found, usize> {
    let mut found = Found::Code;
    let Some(before) = at.checked_sub(1) else { return Ok(found) };
    let mut cursor = root.walk();
    while cursor.goto_first_child_for_byte(before).is_some() && cursor.node().start_byte() <= before {
        work::count(1);
        let node = cursor.node();
        let (start, end) = (node.start_byte(), node.end_byte());
        if is_comment(node.kind()) {
            let own = text.get(start..end).unwrap_or_default();
            let block = ["/*", "--[[", "--[=", "<!--"].iter().any(|open| own.starts_with(open));
            let open_ended = at == end && !block && !own.ends_with(['\n', '\r']);
            let behind_mark = at > start + usize::from(!own.starts_with('#'));
            return Ok(if behind_mark && (at < end || open_ended) { Found::Comment } else { Found::Code });
        }
        // The text of a C macro is one token, comments and all.
        if node.kind() == "preproc_arg" {
            return Err(start);
        }
        let first = node.child(0).filter(|first| !first.is_named() || first.kind() == "string_start");
        let opener = first.map_or(start + 1, |first| first.end_byte());
        if is_string(node.kind()) && node.is_named() && opener <= at && at < end {
            found = Found::String { start };
        } else if is_hole(node.kind()) && start < at && at < end {
            found = Found::Code;
        }
    }
    Ok(found)
}

fn is_comment(kind: &str) -> bool {
    matches!(kind, "comment" | "line_comment" | "block_comment" | "html_comment")
}

fn is_hole(kind: &str) -> bool {
    matches!(
        kind,
        "template_substitution"
            | "template_type"
            | "interpolation"
            | "string_interpolation"
            | "command_substitution"
    )
}

fn is_string(kind: &str) -> bool {
    matches!(
        kind,
        "string"
            | "string_literal"
            | "raw_string_literal"
            | "interpreted_string_literal"
            | "char_literal"
            | "character_literal"
            | "rune_literal"
            | "template_string"
            | "template_literal_type"
            | "regex"
    )
}
