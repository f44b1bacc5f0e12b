//! The order of a matrix's rows: as the weights were published, or as the base's GGUF file has them.
//!
//! Conversion of Llama's family to GGUF re-orders the rows of queries and keys within each head, so that
//! the rotary embedding can pair neighbours instead of halves. The rows of LoRA's B and a bias, which are
//! added to their product, must be re-ordered with them.

use housestyle_engine::{Config, Rope, Target};

/// Which way rows are re-ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// From the published order to that of the GGUF file.
    ToGguf,
    /// From the order of the GGUF file to the published one.
    ToPublished,
}

/// Returns rows of `width` numbers each in the other order; unchanged where both are the same.
pub(super) fn reorder(
    values: Vec<f32>,
    width: usize,
    target: Target,
    config: &Config,
    order: Order,
) -> Vec<f32> {
    let rotated = matches!(target, Target::Query | Target::Key);
    if config.family.rope != Rope::Interleaved || !rotated || width == 0 {
        return values;
    }
    let half = config.head_dim / 2;
    let mut out = Vec::with_capacity(values.len());
    for row in 0..values.len() / width {
        let (head, within) = (row / config.head_dim, row % config.head_dim);
        // Published: (half, index); GGUF: (index, half).
        let from = match order {
            Order::ToGguf => (within % 2) * half + within / 2,
            Order::ToPublished => (within % half) * 2 + within / half,
        };
        let from = (head * config.head_dim + from) * width;
        out.extend_from_slice(&values[from..from + width]);
    }
    out
}
