//! A text that rules are matched against: read once, however many rules there are.

use std::ops::Range;

use housestyle_text::Language;

/// A text in a language, with its syntax tree where the language has a grammar.
#[derive(Debug)]
pub struct Source<'a> {
    /// The path, parted by `/`, relative to the repository's root.
    pub path: &'a str,
    /// The whole text.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
    /// The syntax tree; none where there is no grammar.
    pub tree: Option<tree_sitter::Tree>,
}

impl<'a> Source<'a> {
    /// Parses a text.
    pub fn new(path: &'a str, text: &'a str, language: Language) -> Source<'a> {
        let tree = language.grammar().and_then(|grammar| {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&grammar).ok()?;
            parser.parse(text, None)
        });
        Source { path, text, language, tree }
    }

    /// Returns the text of a range of bytes; empty where it is none.
    pub fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }
}
