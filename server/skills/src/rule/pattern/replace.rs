//! Replacements of matches.

use std::ops::Range;

use tree_sitter::Node;

use super::find::{Finder, Match};
use super::metavariable::{Piece, pieces};
use super::{Pattern, Tree};
use crate::prose::is_comment;
use crate::source::{Source, indentation};

/// Returns the text that puts `prefer` in place of a match of `avoid`.
///
/// Returns `None` where the result would not be certain: a metavariable of `prefer` is not bound, a comment would be
/// lost, a literal over several lines would move, or the new text would parse in another way.
pub fn expand(source: &Source<'_>, avoid: &Pattern, found: &Match, prefer: &Pattern) -> Option<String> {
    let values = values(source, avoid, found, prefer)?;
    if loses_comment(source, found) {
        return None;
    }
    let plain = filled(source, found, prefer, &values, false)?;
    let text = if means(&plain, prefer, &values) {
        plain
    } else {
        let bracketed = filled(source, found, prefer, &values, true)?;
        means(&bracketed, prefer, &values).then_some(bracketed)?
    };
    if is_loose(&text, prefer) && is_tight(&found.parent) {
        return (source.language.id() != "shellscript").then(|| format!("({text})"));
    }
    Some(text)
}

/// Returns the text that each metavariable of `prefer` stands for, with where it was.
fn values<'a>(
    source: &Source<'a>,
    avoid: &Pattern,
    found: &Match,
    prefer: &Pattern,
) -> Option<Vec<(&'a str, Range<usize>)>> {
    let value = |name: &super::Metavariable| {
        let number = avoid.names.iter().position(|known| known == name && !known.is_anonymous())?;
        let range = found.bound.get(number)?.clone()?;
        Some((source.slice(range.clone()), range))
    };
    prefer.names.iter().map(value).collect()
}

/// Returns whether a match holds a comment that the replacement would lose.
fn loses_comment(source: &Source<'_>, found: &Match) -> bool {
    let Some(tree) = &source.tree else { return false };
    let kept = |range: &Range<usize>| {
        found.bound.iter().flatten().any(|bound| bound.start <= range.start && range.end <= bound.end)
    };
    let mut open = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        let range = node.byte_range();
        if range.end <= found.range.start || found.range.end <= range.start || kept(&range) {
            continue;
        }
        if is_comment(node.kind()) {
            return true;
        }
        let mut cursor = node.walk();
        open.extend(node.children(&mut cursor));
    }
    false
}

/// Fills a pattern in. Values go into brackets with `bracketed`.
fn filled(
    source: &Source<'_>,
    found: &Match,
    prefer: &Pattern,
    values: &[(&str, Range<usize>)],
    bracketed: bool,
) -> Option<String> {
    let base = indentation(source.text, found.range.start);
    let mut text = String::new();
    for piece in pieces(&prefer.text, prefer.language) {
        match piece {
            Piece::Text(part) => {
                let unit = unit(&prefer.text);
                for (number, line) in part.split('\n').enumerate() {
                    if number > 0 {
                        text.push('\n');
                        let inner = line.trim_start_matches([' ', '\t']);
                        let depth = (line.len() - inner.len()).checked_div(unit).unwrap_or(0);
                        text.push_str(base);
                        text.push_str(&step(source.text).repeat(depth));
                        text.push_str(inner.trim_end_matches('\r'));
                    } else {
                        text.push_str(line);
                    }
                }
            }
            Piece::Metavariable(name, many, _) => {
                let number =
                    prefer.names.iter().position(|known| known.name == name && known.many == many)?;
                let (value, range) = values.get(number)?;
                let here = if text.contains('\n') { indentation(&text, text.len()) } else { base };
                let value = moved(source, value, range, here)?;
                let brackets = bracketed && !many && !is_atom(&value);
                text.push_str(if brackets { "(" } else { "" });
                text.push_str(&value);
                text.push_str(if brackets { ")" } else { "" });
            }
        }
    }
    Some(text)
}

/// Returns a value with its later lines moved to another indentation.
fn moved(source: &Source<'_>, value: &str, range: &Range<usize>, to: &str) -> Option<String> {
    let from = indentation(source.text, range.start);
    if !value.contains('\n') || from == to {
        return Some(value.to_owned());
    }
    if has_long_literal(source, range) {
        return None;
    }
    let mut lines = value.split('\n');
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        text.push('\n');
        match line.strip_prefix(from) {
            Some(rest) => text.extend([to, rest]),
            None if line.trim().is_empty() => text.push_str(line),
            None => return None,
        }
    }
    Some(text)
}

/// Returns whether a token goes over several lines in a range: moving its lines would change it.
fn has_long_literal(source: &Source<'_>, range: &Range<usize>) -> bool {
    let Some(tree) = &source.tree else { return true };
    let mut open: Vec<Node<'_>> = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        if node.end_byte() <= range.start || range.end <= node.start_byte() {
            continue;
        }
        let literal =
            node.child_count() == 0 || node.kind().contains("string") || node.kind().contains("heredoc");
        let lines = node.start_position().row < node.end_position().row;
        if literal && lines && !is_comment(node.kind()) && !source.slice(node.byte_range()).trim().is_empty()
        {
            return true;
        }
        let mut cursor = node.walk();
        open.extend(node.children(&mut cursor));
    }
    false
}

/// Returns whether a text is a match of the pattern in which the metavariables stand for the values.
fn means(text: &str, prefer: &Pattern, values: &[(&str, Range<usize>)]) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    prefer.in_context(text).is_some_and(|(whole, at)| {
        let source = Source::new("", &whole, prefer.language);
        let finder = Finder::new(vec![prefer.clone()]);
        finder.find(&source, Some(at.clone()), |_| true).iter().any(|found| {
            // What ends in a semicolon that does not count has one there.
            let covers = found.range.start == at.start && found.range.end <= at.end;
            let same =
                found.bound.iter().zip(values).zip(&prefer.names).all(|((bound, (value, _)), name)| {
                    let text = bound.clone().and_then(|bound| whole.get(bound)).unwrap_or_default();
                    let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
                    name.is_anonymous() || [text, bare].iter().any(|text| squeezed(text) == squeezed(value))
                });
            covers && same
        })
    })
}

/// Returns whether a value can stand anywhere without brackets.
fn is_atom(value: &str) -> bool {
    value.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

/// Returns whether a preferred text is an operation at its outermost level.
fn is_loose(text: &str, prefer: &Pattern) -> bool {
    let Some(variant) = prefer.variants.first() else { return false };
    let [Tree::Node { kind, .. }] = variant.roots.as_slice() else { return false };
    let Some(grammar) = prefer.language.grammar() else { return false };
    grammar.node_kind_for_id(*kind).is_some_and(is_operation) && !text.starts_with('(')
}

/// Returns whether a node of this kind binds tighter than an operation in it.
fn is_tight(parent: &str) -> bool {
    is_operation(parent)
        || parent.contains("member")
        || parent.contains("field_expression")
        || parent.contains("selector")
        || parent.contains("subscript")
        || parent.contains("index")
        || matches!(parent, "attribute" | "call" | "call_expression" | "method_invocation" | "field_access")
        || matches!(parent, "try_expression" | "token_tree" | "non_null_expression")
}

fn is_operation(kind: &str) -> bool {
    let operator =
        ["binary", "unary", "boolean", "comparison", "not_op", "conditional", "ternary", "await", "cast"];
    let other =
        ["assignment_expression", "lambda", "arrow_function", "closure", "range_exp", "reference_exp"];
    let yields = ["yield", "as_expression", "instanceof", "satisfies_expression", "update_expression"];
    operator.iter().chain(&other).chain(&yields).any(|part| kind.starts_with(part))
}

/// Returns the smallest indentation of a pattern's lines, in bytes.
fn unit(pattern: &str) -> usize {
    let lines = pattern.lines().skip(1).filter(|line| !line.trim().is_empty());
    let indents = lines.map(|line| line.len() - line.trim_start_matches([' ', '\t']).len());
    indents.filter(|indent| *indent > 0).min().unwrap_or(0)
}

/// Returns one step of indentation in a text: the smallest that it has.
fn step(text: &str) -> String {
    let mut smallest: Option<usize> = None;
    for line in text.lines().take(1000) {
        if line.starts_with('\t') {
            return "\t".to_owned();
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        // One space is the second line of a comment.
        if indent > 1 && indent < line.len() {
            smallest = Some(smallest.map_or(indent, |known| known.min(indent)));
        }
    }
    " ".repeat(smallest.unwrap_or(4))
}
