//! Training examples: a prompt and its continuation.

/// Tokens of a prompt and its continuation.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// All tokens, with the end token where it is to be learned.
    pub tokens: Vec<u32>,
    /// The first token that is to be learned; at least 1, as something must stand before it.
    pub from: usize,
    /// Weight of its loss, usually 1.
    pub weight: f32,
}

impl Example {
    /// Returns the number of learned tokens.
    pub fn targets(&self) -> usize {
        self.tokens.len().saturating_sub(self.from)
    }

    /// Returns the reason why a model cannot learn from it, if there is one.
    pub(crate) fn problem(&self, vocab: usize) -> Option<String> {
        if self.from == 0 || self.from >= self.tokens.len() {
            return Some(format!("{} tokens, to be learned from {} on", self.tokens.len(), self.from));
        }
        if !self.weight.is_finite() || self.weight < 0.0 {
            return Some(format!("a weight of {}", self.weight));
        }
        let unknown = self.tokens.iter().find(|t| **t as usize >= vocab)?;
        Some(format!("token {unknown} is outside of the vocabulary of {vocab}"))
    }
}
