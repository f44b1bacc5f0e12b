//! Pieces of a program: its comments and docstrings, found in the syntax tree or, without one, by the mark of a line.

use std::ops::Range;

use housestyle_text::Language;
use tree_sitter::{Node, Tree, TreeCursor};

use super::{Piece, PieceKind, is_comment, trimmed};

/// Deepest level of nodes that are visited.
const DEEPEST: usize = 400;
/// A comment at a file's top with one of these is about rights.
const RIGHTS: &[&str] = &["copyright", "licence", "license", "spdx-"];
/// Beginnings of comments that are orders to tools.
const ORDERS: &[&str] = &[
    "eslint",
    "prettier-",
    "noqa",
    "type:",
    "pylint",
    "pragma",
    "istanbul",
    "c8 ",
    "v8 ",
    "@ts-",
    "ts-",
    "fmt:",
    "isort",
    "mypy:",
    "pyright",
    "nolint",
    "go:",
    "+build",
    "luacheck",
    "shellcheck",
    "clang-format",
    "region",
    "endregion",
    "<reference",
    "biome-",
    "oxlint",
    "ruff:",
    "NOLINT",
    "#__PURE__",
    "@__PURE__",
    "cspell",
];

/// Returns the pieces of a program.
pub(super) fn pieces(text: &str, language: Language, tree: Option<&Tree>) -> Vec<Piece> {
    let mut raw = match tree {
        Some(tree) => of_tree(text, language, tree),
        None => of_lines(text, language),
    };
    raw.sort_by_key(|comment| comment.range.start);
    let mut found = Vec::new();
    let mut group: Vec<Raw> = Vec::new();
    for comment in raw {
        if group.last().is_some_and(|last| !joins(text, last, &comment)) {
            found.extend(piece(text, language, &group));
            group.clear();
        }
        group.push(comment);
    }
    found.extend(piece(text, language, &group));
    found
}

/// A comment or a docstring as it stands there.
#[derive(Debug)]
struct Raw {
    range: Range<usize>,
    is_string: bool,
    /// Whether it documents a definition, and whether that is a function.
    before: Option<bool>,
}

fn of_lines(text: &str, language: Language) -> Vec<Raw> {
    let Some(mark) = language.line_comment() else { return Vec::new() };
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let range = trimmed(text, at..at + line.len());
        at += line.len();
        if slice(text, &range).starts_with(mark) {
            found.push(Raw { range, is_string: false, before: None });
        }
    }
    found
}

fn of_tree(text: &str, language: Language, tree: &Tree) -> Vec<Raw> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    let python = language.id() == "python";
    loop {
        let node = cursor.node();
        if is_comment(node.kind()) {
            let range = trimmed(text, node.byte_range());
            found.push(Raw { range, is_string: false, before: documented(cursor.clone()) });
        } else if python && matches!(node.kind(), "module" | "block") {
            found.extend(docstring(node));
        }
        if !advance(&mut cursor) {
            return found;
        }
    }
}

/// Goes to the next node from top to bottom; `false` after the last one.
fn advance(cursor: &mut TreeCursor<'_>) -> bool {
    if (cursor.depth() as usize) < DEEPEST && !is_comment(cursor.node().kind()) && cursor.goto_first_child() {
        return true;
    }
    loop {
        if cursor.goto_next_sibling() {
            return true;
        }
        if !cursor.goto_parent() {
            return false;
        }
    }
}

/// Returns the string that a module or block begins with, if it does.
fn docstring(block: Node<'_>) -> Option<Raw> {
    let mut cursor = block.walk();
    let first = block.named_children(&mut cursor).find(|child| !is_comment(child.kind()))?;
    let string = first
        .named_child(0)
        .filter(|child| first.kind() == "expression_statement" && child.kind() == "string")?;
    let of_function = block.parent().is_some_and(|parent| parent.kind() == "function_definition");
    Some(Raw { range: string.byte_range(), is_string: true, before: Some(of_function) })
}

/// Returns whether what follows a comment is a definition, and whether it is one of a function. The cursor is a copy: from
/// a node its neighbour is found by walking down from the root.
fn documented(mut cursor: TreeCursor<'_>) -> Option<bool> {
    let mut line = cursor.node().end_position().row;
    while cursor.goto_next_sibling() {
        let node = cursor.node();
        if !node.is_named() {
            continue;
        }
        if node.start_position().row > line + 1 {
            return None;
        }
        if !is_comment(node.kind()) && !matches!(node.kind(), "attribute_item" | "decorator" | "annotation") {
            return defines(node, 0);
        }
        line = node.end_position().row;
    }
    None
}

fn defines(node: Node<'_>, depth: usize) -> Option<bool> {
    let kind = node.kind();
    if kind.contains("function") || kind.contains("method") || kind == "constructor_declaration" {
        return Some(true);
    }
    let wraps =
        matches!(kind, "export_statement" | "declaration" | "lexical_declaration" | "variable_declarator");
    if wraps && depth < 3 {
        let mut cursor = node.walk();
        if node.named_children(&mut cursor).any(|child| defines(child, depth + 1) == Some(true)) {
            return Some(true);
        }
    }
    let ends = ["_item", "_declaration", "_definition", "_clause", "_signature", "declaration"];
    ends.iter().any(|end| kind.ends_with(end)).then_some(false)
}

/// Returns the marks that begin a comment: `///`, `/**`, `#`.
fn marker(own: &str) -> &str {
    let end = own.find(|c: char| !matches!(c, '/' | '!' | '*' | '#' | '-' | ';' | '%')).unwrap_or(own.len());
    &own[..end]
}

/// Returns the text of a range; empty for an invalid range.
fn slice<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    text.get(range.clone()).unwrap_or_default()
}

/// Returns whether two comments are one: lines of the same mark, one below the other, with nothing else on them.
fn joins(text: &str, last: &Raw, next: &Raw) -> bool {
    let gap = text.get(last.range.end..next.range.start).unwrap_or("x");
    let (a, b) = (&text[last.range.clone()], &text[next.range.clone()]);
    let single = |own: &str| !own.contains('\n') && !own.starts_with("/*") && !own.starts_with("--[");
    !last.is_string
        && !next.is_string
        && single(a)
        && single(b)
        && marker(a) == marker(b)
        && gap.trim().is_empty()
        && gap.matches('\n').count() == 1
        && own_line(text, last.range.start)
}

fn own_line(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
}

fn piece(text: &str, language: Language, group: &[Raw]) -> Option<Piece> {
    let (first, last) = (group.first()?, group.last()?);
    let own = slice(text, &first.range);
    let mark = if first.is_string { "" } else { marker(own) };
    let mut lines = Vec::new();
    for comment in group {
        if comment.is_string {
            string_lines(text, comment, &mut lines)
        } else {
            comment_lines(text, comment, &mut lines)
        }
    }
    let range = first.range.start..last.range.end;
    let first_line = lines.iter().find(|line| !line.is_empty()).map(|line| slice(text, line))?;
    let folded = first_line.to_lowercase();
    let is_order =
        own.starts_with("#!") || ORDERS.iter().any(|order| folded.starts_with(&order.to_lowercase()));
    let is_rights = first.range.start < 400 && {
        let all = slice(text, &range).to_lowercase();
        RIGHTS.iter().any(|word| all.contains(word))
    };
    if is_order || is_rights {
        return None;
    }
    let id = language.id();
    let marked = match id {
        "rust" => matches!(mark, "///" | "//!" | "/**" | "/*!"),
        "lua" => mark.starts_with("---"),
        "go" => last.before.is_some(),
        _ => matches!(mark, "/**" | "///" | "//!" | "/*!"),
    };
    let kind = if first.is_string || marked {
        PieceKind::Doc { of_function: last.before == Some(true) && mark != "//!" }
    } else {
        PieceKind::Comment { own_line: own_line(text, first.range.start) }
    };
    Piece::new(kind, range, without_code(text, lines), text)
}

fn comment_lines(text: &str, comment: &Raw, lines: &mut Vec<Range<usize>>) {
    let own = &text[comment.range.clone()];
    let mut at = comment.range.start;
    for (number, line) in own.split_inclusive('\n').enumerate() {
        let whole = at..at + line.len();
        at = whole.end;
        let mut inner = trimmed(text, whole);
        // The close first: of `*/` alone nothing is left that could be a mark.
        for close in ["**/", "*/", "]]"] {
            if text[inner.clone()].ends_with(close) && !text[inner.clone()].starts_with("//") {
                inner.end -= close.len();
                break;
            }
        }
        let bare = &text[inner.clone()];
        let lead =
            if number == 0 { marker(bare).len() } else { bare.len() - bare.trim_start_matches('*').len() };
        // `--[[` of Lua.
        let lead = lead + if number == 0 && bare[lead..].starts_with("[[") { 2 } else { 0 };
        inner.start += lead.min(bare.len());
        lines.push(trimmed(text, inner));
    }
}

fn string_lines(text: &str, string: &Raw, lines: &mut Vec<Range<usize>>) {
    let own = &text[string.range.clone()];
    let prefix = own.len() - own.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let quote = if own[prefix..].starts_with("\"\"\"") || own[prefix..].starts_with("'''") { 3 } else { 1 };
    let end = string.range.end.saturating_sub(quote).max(string.range.start + prefix + quote);
    let mut at = (string.range.start + prefix + quote).min(string.range.end);
    let inner = text.get(at..end).unwrap_or_default();
    for line in inner.split_inclusive('\n') {
        lines.push(trimmed(text, at..at + line.len()));
        at += line.len();
    }
}

/// Empties the lines that are code: fences, examples, lines with a prompt, lines that look like a statement.
fn without_code(text: &str, mut lines: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let (mut fenced, mut example) = (false, false);
    for line in &mut lines {
        let own = &text[line.clone()];
        let fence = own.starts_with("```") || own.starts_with("~~~");
        let begins = own.starts_with(">>>") || own.starts_with("@example") || own.starts_with(".. code");
        example = begins || (example && !own.is_empty() && !own.starts_with('@'));
        let statement = own.ends_with(';')
            || own.ends_with('{')
            || own.ends_with('}')
            || own.ends_with(");")
            || own.starts_with('#');
        if fenced || fence || example || statement {
            *line = line.start..line.start;
        }
        fenced ^= fence;
    }
    lines
}
