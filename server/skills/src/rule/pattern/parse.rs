//! From the text of a pattern to its trees.

use std::ops::Range;

use housestyle_text::Language;
use housestyle_text::syntax::parse;
use tree_sitter::Node;

use super::context::{self, Context};
use super::metavariable::{self, Reading, Substituted};
use super::{Finder, PATTERN_BYTES, Pattern, Tree, Variant};
use crate::error::PatternError;
use crate::source::{Source, significant_children};

/// Levels of a pattern's tree; deeper is no pattern that a person reads.
const DEPTH: usize = 100;
/// Different metavariables of one pattern.
const NAMES: usize = 32;

impl Pattern {
    /// Parses a pattern in a language.
    ///
    /// # Errors
    ///
    /// When the text is no code of the language, or matches everything.
    pub fn parse(text: &str, language: Language) -> Result<Pattern, PatternError> {
        let trimmed = text.trim();
        if trimmed.is_empty() || text.len() > PATTERN_BYTES {
            return Err(PatternError::Length { bytes: trimmed.len(), most: PATTERN_BYTES });
        }
        let Some(contexts) = context::of(language) else {
            return Err(PatternError::Language { language });
        };
        let plain = metavariable::substitute(trimmed, language, Reading::Names)?;
        if plain.names.len() > NAMES {
            return Err(PatternError::Metavariables { count: plain.names.len(), most: NAMES });
        }
        if plain.idents.contains(&plain.text) {
            return Err(PatternError::Everything);
        }
        let mut readings = vec![plain];
        for other in [Reading::Statements, Reading::Strings] {
            let reading = metavariable::substitute(trimmed, language, other)?;
            if reading.text != readings[0].text {
                readings.push(reading);
            }
        }
        let mut variants: Vec<Variant> = Vec::new();
        for reading in &readings {
            let read = |context: &Context| read(reading, *context, language);
            // A line that is nothing else is two statements to a lenient grammar: one node is the better reading.
            if variants.first().is_none_or(|variant| variant.roots.len() > 1)
                && let Some(variant) = contexts.first_of.iter().find_map(read)
                && (variants.is_empty() || variant.roots.len() == 1)
            {
                variants = vec![variant];
            }
            for variant in contexts.and.iter().filter_map(read) {
                if !variants.contains(&variant) {
                    variants.push(variant);
                }
            }
        }
        if variants.is_empty() {
            return Err(PatternError::NoCode { language });
        }
        let names = readings.swap_remove(0).names;
        Ok(Pattern { text: trimmed.to_owned(), language, names, variants })
    }

    /// Returns a text within the context in which this pattern was read, and where it stands there; none where it has
    /// an error in all of them.
    pub fn in_context(&self, text: &str) -> Option<(String, Range<usize>)> {
        let contexts = context::of(self.language)?;
        contexts.first_of.iter().chain(contexts.and).find_map(|(before, after)| {
            let whole = format!("{before}{text}{after}");
            let tree = parse(self.language, &whole)?;
            (!tree.root_node().has_error()).then(|| (whole, before.len()..before.len() + text.len()))
        })
    }

    /// Returns whether this pattern matches another, or a part of it that is no metavariable: then its matches
    /// prove nothing where the other pattern matches too.
    pub fn matches_pattern(&self, other: &Pattern) -> bool {
        let Ok(plain) = metavariable::substitute(&other.text, other.language, Reading::Names) else {
            return false;
        };
        let Some((whole, at)) = other.in_context(&plain.text) else { return false };
        let source = Source::new("", &whole, other.language);
        let found = Finder::new(vec![self.clone()]).find(&source, Some(at.clone()), |_| true);
        found.iter().any(|found| at.start <= found.range.start && found.range.end <= at.end)
    }
}

/// Reads a pattern in a context; none where it has an error there or nothing to hold on to.
fn read(pattern: &Substituted, context: Context, language: Language) -> Option<Variant> {
    let (before, after) = context;
    let text = format!("{before}{}{after}", pattern.text);
    let tree = parse(language, &text)?;
    let (start, end) = (before.len(), before.len() + pattern.text.len());
    if tree.root_node().has_error() {
        return None;
    }
    let node = tree.root_node().named_descendant_for_byte_range(start, end)?;
    let build = Build { text: &text, pattern, language };
    let (roots, up) = if node.byte_range() == (start..end) && node.parent().is_some() {
        (vec![build.tree(node, 0)?], 0)
    } else {
        let inside = |child: &Node<'_>| child.start_byte() >= start && child.end_byte() <= end;
        let children = significant_children(node, &text, language);
        let children: Vec<_> = children.into_iter().filter(inside).collect();
        let covers = children.first()?.start_byte() == start && children.last()?.end_byte() == end;
        // A root with a context of its own, as `package p`, is cut through by neighbours only.
        if !covers {
            return None;
        }
        (children.into_iter().map(|child| build.tree(child, 0)).collect::<Option<_>>()?, 1)
    };
    let (anchor, depth) = anchor(&roots)?;
    if matches!(roots.last(), Some(Tree::Many(_))) || matches!(roots.first(), Some(Tree::Many(_))) {
        return None;
    }
    Some(Variant { roots, anchor, up: up + depth })
}

struct Build<'a> {
    text: &'a str,
    pattern: &'a Substituted,
    language: Language,
}

impl Build<'_> {
    fn tree(&self, node: Node<'_>, depth: usize) -> Option<Tree> {
        if depth > DEPTH {
            return None;
        }
        let own = self.text.get(node.byte_range())?;
        if let Some(metavariable) = self.metavariable(node, own) {
            return Some(metavariable);
        }
        let children = significant_children(node, self.text, self.language);
        let verbatim = is_verbatim(node.kind());
        if node.child_count() == 0 || (verbatim && has_gap(node, self.text)) {
            return Some(Tree::Leaf(self.restored(own)));
        }
        let children =
            children.into_iter().map(|child| self.tree(child, depth + 1)).collect::<Option<_>>()?;
        Some(Tree::Node { kind: node.kind_id(), children, tokens: is_tokens(node.kind()), verbatim })
    }

    /// Returns the metavariable that a node is.
    fn metavariable(&self, node: Node<'_>, own: &str) -> Option<Tree> {
        let (statement, string) = (is_statement(node.kind()), node.kind().contains("string"));
        let stands_for = |ident: &String| {
            ident == own
                || (statement && metavariable::statement_of(ident, self.language) == own)
                || (string && metavariable::string_of(ident) == own)
        };
        let number = self.pattern.idents.iter().position(stands_for)?;
        if node.child_count() > 0 && !(statement || string || is_wrapper(node.kind())) {
            return None;
        }
        Some(if self.pattern.names[number].many { Tree::Many(number) } else { Tree::One(number) })
    }

    /// Returns a text in which every stand-in is the metavariable again: inside of a literal it is none.
    fn restored(&self, own: &str) -> String {
        let mut text = own.to_owned();
        for (ident, name) in self.pattern.idents.iter().zip(&self.pattern.names) {
            if text.contains(ident) {
                let dollars = if name.many { "$$$" } else { "$" };
                text = text.replace(ident, &format!("{dollars}{}", name.name));
            }
        }
        text
    }
}

/// Returns whether a node may be a statement of nothing but a metavariable.
fn is_statement(kind: &str) -> bool {
    matches!(kind, "expression_statement" | "command" | "function_call")
}

/// Returns whether a node means the same as the only node in it.
fn is_wrapper(kind: &str) -> bool {
    matches!(
        kind,
        "required_parameter"
            | "dotted_name"
            | "parameter_declaration"
            | "literal_element"
            | "shorthand_field_initializer"
            | "attribute"
            | "type"
            | "field"
            | "import_specifier"
            | "property_signature"
            | "jsx_attribute"
            | "export_specifier"
    )
}

/// Returns whether the children of a node are tokens without a tree.
fn is_tokens(kind: &str) -> bool {
    kind == "token_tree"
}

/// Returns whether text between the children of a node may count.
pub fn is_verbatim(kind: &str) -> bool {
    ["string", "content", "template", "regex", "heredoc", "char", "rune", "jsx_text", "preproc"]
        .iter()
        .any(|part| kind.contains(part))
}

/// Returns whether text that is no whitespace stands between the children of a node.
pub fn has_gap(node: Node<'_>, text: &str) -> bool {
    let mut cursor = node.walk();
    let mut reached = node.start_byte();
    let blank = |from, to| text.get(from..to).is_none_or(|gap| gap.trim().is_empty());
    for child in node.children(&mut cursor) {
        if !blank(reached, child.start_byte()) {
            return true;
        }
        reached = child.end_byte();
    }
    !blank(reached, node.end_byte())
}

/// Returns the token by which a pattern is found, and how deep it lies under its root.
fn anchor(roots: &[Tree]) -> Option<(String, usize)> {
    let mut best: Option<((bool, usize), &str, usize)> = None;
    let mut open: Vec<(&Tree, usize)> = roots.iter().map(|root| (root, 0)).collect();
    while let Some((tree, depth)) = open.pop() {
        match tree {
            Tree::One(_) | Tree::Many(_) => {}
            Tree::Leaf(text) => {
                let word = text.chars().any(char::is_alphanumeric) && !text.contains(char::is_whitespace);
                let weight = (word, if word { text.len() } else { usize::from(!is_bracket(text)) });
                if best.is_none_or(|(most, ..)| weight > most) {
                    best = Some((weight, text, depth));
                }
            }
            Tree::Node { children, .. } => open.extend(children.iter().map(|child| (child, depth + 1))),
        }
    }
    best.map(|(_, text, depth)| (text.to_owned(), depth))
}

fn is_bracket(text: &str) -> bool {
    text.chars().all(|c| "()[]{}.,;:\"'`".contains(c))
}

impl Pattern {
    /// Returns the tokens of the first reading in their order; a metavariable is a token without meaning.
    pub fn tokens(&self) -> Vec<String> {
        let mut open: Vec<&Tree> = Vec::new();
        open.extend(self.variants.first().into_iter().flat_map(|variant| variant.roots.iter().rev()));
        let mut tokens = Vec::new();
        while let Some(tree) = open.pop() {
            match tree {
                Tree::One(number) | Tree::Many(number) => {
                    tokens.push(format!("${}", self.names.get(*number).map_or("", |name| &name.name)));
                }
                Tree::Leaf(text) => tokens.push(text.clone()),
                Tree::Node { children, .. } => open.extend(children.iter().rev()),
            }
        }
        tokens
    }

    /// Returns whether it is a single token: a name alone proves nothing of its meaning.
    pub fn is_token(&self) -> bool {
        self.variants.first().is_some_and(|variant| matches!(variant.roots.as_slice(), [Tree::Leaf(_)]))
    }
}
