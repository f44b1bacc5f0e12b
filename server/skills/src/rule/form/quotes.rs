//! Quotes of string literals.

use std::ops::Range;

use tree_sitter::Node;

use super::{FormSite, Side};
use crate::source::Source;

/// Languages in which both quotes mean the same.
const LANGUAGES: &[&str] =
    &["python", "javascript", "javascriptreact", "typescript", "typescriptreact", "lua"];
/// Deepest level of nodes that are visited.
const DEEPEST: u32 = 400;

/// Returns the strings in which either quote could stand.
pub(super) fn sites(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let mut found = Vec::new();
    let Some(tree) = source.tree.as_ref().filter(|_| LANGUAGES.contains(&source.language.id())) else {
        return found;
    };
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let here =
            within.is_none_or(|within| node.start_byte() <= within.end && within.start <= node.end_byte());
        let is_string = here && node.kind() == "string" && node.is_named();
        if is_string {
            // From a node its parent is found by walking down from the root.
            let mut above = cursor.clone();
            let parent = if above.goto_parent() { above.node().kind() } else { "" };
            found.extend(string(source, node, parent));
        }
        if here && !is_string && cursor.depth() < DEEPEST && cursor.goto_first_child() {
            continue;
        }
        loop {
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

fn string(source: &Source<'_>, node: Node<'_>, parent: &str) -> Option<FormSite> {
    // Attributes of JSX have their own habits, docstrings theirs.
    if matches!(parent, "jsx_attribute" | "expression_statement" | "concatenated_string") {
        return None;
    }
    let own = source.slice(node.byte_range());
    let prefix = own.len() - own.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let bare = &own[prefix..];
    let mark = bare.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = bare.get(1..)?.strip_suffix(mark)?;
    if inner.contains(['"', '\'', '\\', '\n']) {
        return None;
    }
    let lead = &own[..prefix];
    let has = if mark == '"' { Side::First } else { Side::Second };
    let fixes = [Some(format!("{lead}\"{inner}\"")), Some(format!("{lead}'{inner}'"))];
    Some(FormSite { range: node.byte_range(), has: Some(has), fixes })
}
