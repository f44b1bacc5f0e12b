//! Exceptions: lines for which somebody said "not here". The rule is right, but it does not hold for this line.
//!
//! The skill's name and the line's words identify an exception, so that it survives a move or another indentation. Only
//! their digest is stored, no text.

use std::collections::BTreeSet;

use housestyle_text::hex;
use sha2::{Digest, Sha256};

/// Bytes of the digest: enough that no two lines of a repository meet.
const BYTES: usize = 12;

/// Returns the key of a line as an exception to a skill.
pub fn exception_key(skill: &str, line: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(skill.as_bytes());
    for word in line.split_whitespace() {
        digest.update([0]);
        digest.update(word.as_bytes());
    }
    hex(&digest.finalize()[..BYTES])
}

/// The lines that are exceptions to skills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions(BTreeSet<String>);

impl Exceptions {
    /// Takes keys as [`exception_key`] makes them.
    pub fn new(keys: impl IntoIterator<Item = String>) -> Exceptions {
        Exceptions(keys.into_iter().collect())
    }

    /// Adds a line.
    pub fn add(&mut self, skill: &str, line: &str) {
        self.0.insert(exception_key(skill, line));
    }

    /// Returns whether a line is an exception to a skill.
    pub fn holds(&self, skill: &str, line: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&exception_key(skill, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_survives_moves_and_indentation() {
        let mut exceptions = Exceptions::default();
        assert!(!exceptions.holds("no-unwrap", "x.unwrap()"));
        exceptions.add("no-unwrap", "\tlet y =  x.unwrap();\r\n");
        assert!(exceptions.holds("no-unwrap", "  let y = x.unwrap();"));
        assert!(!exceptions.holds("no-unwrap", "let z = x.unwrap();"));
        assert!(!exceptions.holds("no-expect", "let y = x.unwrap();"));
        assert!(!exceptions.holds("no", "unwrap let y = x.unwrap();"), "words are parted");
    }
}
