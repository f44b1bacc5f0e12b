//! What is learned from: a prompt and what is to follow.

/// Tokens of a prompt and its continuation.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// All of them, the end token included where it is to be learned.
    pub tokens: Vec<u32>,
    /// The first token that is to be learned; at least 1, as something must stand before it.
    pub from: usize,
    /// How much it counts, usually 1.
    pub weight: f32,
}

impl Example {
    /// Returns how many tokens are to be learned.
    pub fn targets(&self) -> usize {
        self.tokens.len().saturating_sub(self.from)
    }

    /// Says what is wrong with it for a model, if anything is.
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
