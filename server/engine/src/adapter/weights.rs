//! The weights of an adapter, as plain data: what is trained, stored, exported and loaded.

use std::collections::BTreeMap;

use crate::config::Config;

/// A weight matrix of a layer that an adapter may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Queries of attention.
    Query,
    /// Keys of attention.
    Key,
    /// Values of attention.
    Value,
    /// Output projection of attention.
    Output,
    /// Gate of the feed-forward network.
    Gate,
    /// Upward projection of the feed-forward network.
    Up,
    /// Downward projection of the feed-forward network.
    Down,
}

impl Target {
    /// All of them, in the order in which a layer uses them.
    pub const ALL: [Target; 7] =
        [Target::Query, Target::Key, Target::Value, Target::Output, Target::Gate, Target::Up, Target::Down];
    /// Those of the feed-forward network.
    pub const MLP: [Target; 3] = [Target::Gate, Target::Up, Target::Down];

    /// Returns the name of the matrix in a GGUF file, after `blk.N.` and before `.weight`.
    pub fn gguf_name(self) -> &'static str {
        match self {
            Target::Query => "attn_q",
            Target::Key => "attn_k",
            Target::Value => "attn_v",
            Target::Output => "attn_output",
            Target::Gate => "ffn_gate",
            Target::Up => "ffn_up",
            Target::Down => "ffn_down",
        }
    }

    /// Returns the matrix's shape (out, in) in a model.
    pub fn shape(self, config: &Config) -> (usize, usize) {
        let (dim, heads) = (config.dim, config.heads * config.head_dim);
        match self {
            Target::Query => (heads, dim),
            Target::Key | Target::Value => (config.kv_dim(), dim),
            Target::Output => (dim, heads),
            Target::Gate | Target::Up => (config.hidden, dim),
            Target::Down => (dim, config.hidden),
        }
    }
}

/// A low-rank change of one matrix: `W + scale · B A` (Hu et al., 2021, "LoRA").
#[derive(Debug, Clone, PartialEq)]
pub struct LowRank {
    /// (rank, in).
    pub a: Vec<f32>,
    /// (out, rank).
    pub b: Vec<f32>,
}

/// All tensors of an adapter. Shapes are checked against a model when it is put on one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AdapterWeights {
    /// Rank of every low-rank change; 0 where there is none.
    pub rank: usize,
    /// The scale of every low-rank change is `alpha / rank`.
    pub alpha: f32,
    /// Low-rank changes, by layer and matrix.
    pub low_rank: BTreeMap<(usize, Target), LowRank>,
    /// What is added to a matrix's product (Ben Zaken et al., 2021, "BitFit"): (out) each.
    pub biases: BTreeMap<(usize, Target), Vec<f32>>,
}

impl AdapterWeights {
    /// Returns the factor of every low-rank change.
    pub fn scale(&self) -> f32 {
        if self.rank == 0 { 0.0 } else { self.alpha / self.rank as f32 }
    }

    /// Returns how many numbers it has.
    pub fn parameters(&self) -> usize {
        let low_rank: usize = self.low_rank.values().map(|l| l.a.len() + l.b.len()).sum();
        low_rank + self.biases.values().map(Vec::len).sum::<usize>()
    }
}
