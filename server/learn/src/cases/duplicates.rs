//! Near-duplicates: texts that share sequences of eight tokens, whatever their numbers and layout.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// Tokens in a sequence.
const GRAM: usize = 8;
/// Share of a text's sequences that were seen before, from which on it is a duplicate.
const SHARE: f64 = 0.8;
/// Bytes before the hole from which its last tokens come.
const BEFORE: usize = 160;

/// The sequences of all earlier texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(HashSet<u64>);

impl Seen {
    /// Returns whether a near-duplicate was seen before, and adds the text's sequences.
    pub(crate) fn is_duplicate(&mut self, prefix: &str, middle: &str) -> bool {
        let grams = grams(prefix, middle);
        let seen = grams.iter().filter(|gram| self.0.contains(gram)).count();
        let duplicate = seen as f64 >= SHARE * grams.len() as f64;
        self.0.extend(grams);
        duplicate
    }
}

/// Returns the hashes of the sequences that end within the middle. Those at its start reach back into the prefix, so
/// that `return None` is another text after another line.
fn grams(prefix: &str, middle: &str) -> Vec<u64> {
    let near = prefix.floor_char_boundary(prefix.len().saturating_sub(BEFORE));
    let mut tokens = tokens(&prefix[near..]);
    let middle = self::tokens(middle);
    tokens.drain(..tokens.len().saturating_sub(GRAM - 1));
    let first = tokens.len();
    tokens.extend(middle);
    (first..tokens.len()).map(|last| hash(&tokens[(last + 1).saturating_sub(GRAM)..=last])).collect()
}

fn hash(tokens: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    tokens.hash(&mut hasher);
    hasher.finish()
}

/// Returns words and signs in lower case; all numbers are one.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' {
            if c.is_numeric() {
                if !word.ends_with('0') {
                    word.push('0');
                }
            } else {
                word.extend(c.to_lowercase());
            }
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: (&str, &str), second: (&str, &str), duplicate: bool) {
        let mut seen = Seen::default();
        assert!(!seen.is_duplicate(first.0, first.1));
        assert_eq!(seen.is_duplicate(second.0, second.1), duplicate, "{second:?}");
    }

    #[test]
    fn layout_and_numbers_do_not_make_a_text_new() {
        let line = "let total = items.iter().map(|item| item.price * 19).sum();";
        check(("fn f() {\n    ", line), ("fn f() {\n        ", &line.replace("19", "7")), true);
        check(("fn f() {\n", line), ("fn f() {\n", "return Err(Error::Missing(path.to_owned()));"), false);
    }

    #[test]
    fn a_short_text_is_told_by_what_stands_before_it() {
        check(("if user.is_none() {\n", "return None;"), ("if path.exists() {\n", "return None;"), false);
        check(("if user.is_none() {\n", "return None;"), ("if user.is_none() {\n", "return None;"), true);
    }
}
