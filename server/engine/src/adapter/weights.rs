//! The weights of an adapter, as plain data, for training, storing and loading.

use std::collections::BTreeMap;

use crate::target::Target;

/// A low-rank change of one matrix: `W + scale · B A` (Hu et al., 2021, "LoRA").
#[derive(Debug, Clone, PartialEq)]
pub struct LowRank {
    /// (rank, in).
    pub a: Vec<f32>,
    /// (out, rank).
    pub b: Vec<f32>,
}

/// All tensors of an adapter. Preparing the adapter for a model checks the shapes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AdapterWeights {
    /// Rank of every low-rank change; 0 where there is none.
    pub rank: usize,
    /// The scale of every low-rank change is `alpha / rank`.
    pub alpha: f32,
    /// Name of the prompt format that it was trained for; `None` for the format without context.
    pub prompt_format: Option<String>,
    /// Low-rank changes, by layer and matrix.
    pub low_rank: BTreeMap<(usize, Target), LowRank>,
    /// Biases of a matrix's product (Ben Zaken et al., 2021, "BitFit"), by layer and matrix: (out) each.
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
