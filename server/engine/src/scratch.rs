//! The memory of forward passes, and the output of a pass in it.

use crate::attention::Query;
use crate::packed::Activations;
use crate::screening::Savings;

/// Buffers of a forward pass, kept between passes. Two models never share one.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) x: Vec<f32>,             // (n, dim) residual stream
    pub(crate) normed: Vec<f32>,        // (n, dim), where a product needs it in f32
    pub(crate) q: Vec<f32>,             // (n, heads * head_dim)
    pub(crate) k: Vec<f32>,             // (n, kv_dim)
    pub(crate) v: Vec<f32>,             // (n, kv_dim)
    pub(crate) mixed: Vec<f32>,         // (n, heads * head_dim)
    pub(crate) hidden: Vec<f32>,        // (n, hidden), where a product needs it in f32
    pub(crate) low: Vec<f32>,           // (n, ranks) the narrow side of an adapter's changes
    pub(crate) partial: Vec<f32>,       // partial results of attention
    pub(crate) angles: Vec<(f32, f32)>, // (n, rope_dim / 2) cosine and sine
    pub(crate) narrow: Activations,     // (n, dim)
    pub(crate) heads: Activations,      // (n, heads * head_dim)
    pub(crate) wide: Activations,       // (n, hidden)
    pub(crate) threads: Vec<ThreadScratch>,
    pub(crate) norms: Vec<f32>,  // (groups, m) of the last activations
    pub(crate) bounds: Vec<f32>, // (m, tiles) how large a logit of a tile can be
    pub(crate) order: Vec<u32>,  // tiles to compute in full
    pub(crate) savings: Savings,
    /// (m, vocab) logits of the last pass that asked for them; where it asked for the best ones, mostly
    /// estimates.
    pub(crate) logits: Vec<f32>,
    /// (m) the likeliest tokens, where the last pass asked for them.
    pub(crate) best: Vec<Best>,
    /// Whether estimates for a token must not depend on the other tokens of its pass.
    pub(crate) steady: bool,
    /// (m) ln Σ exp of all estimates, where the last pass made them and `steady` is set.
    pub(crate) sums: Vec<f64>,
}

/// The memory of one thread.
#[derive(Debug, Default)]
pub(crate) struct ThreadScratch {
    pub(crate) row: Vec<f32>,
    pub(crate) tiles: Vec<f32>,
    pub(crate) scores: Vec<f32>,
    pub(crate) queries: Vec<Query>,
    pub(crate) partial: Vec<f32>,
}

/// The output that a pass leaves in the scratch memory, for its last tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Nothing,
    /// All logits of so many tokens.
    Logits(usize),
    /// The likeliest next token after each of so many tokens.
    Best(usize),
}

impl Want {
    /// Returns for how many tokens.
    pub(crate) fn rows(self) -> usize {
        match self {
            Want::Nothing => 0,
            Want::Logits(n) | Want::Best(n) => n,
        }
    }
}

/// The likeliest next token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Best {
    /// The first of equals; `None` if no logit is finite.
    pub(crate) token: Option<u32>,
    pub(crate) logit: f32,
    /// ln Σ exp(logit). The unlikely tokens' part in it is estimated, which shows in the third decimal.
    pub(crate) log_sum: f64,
}

/// Gives a buffer `n` elements; new ones are zero.
pub(crate) fn resize(v: &mut Vec<f32>, n: usize) {
    v.resize(n, 0.0);
}
