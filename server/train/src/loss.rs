//! The loss: cross-entropy of the tokens that are to be learned.

use housestyle_engine::frozen::{self, Frozen, Scratch, Weight};

/// Rows of logits held at once: each takes four bytes a vocabulary entry.
const ROWS: usize = 32;

/// Computes the summed loss, in nats, of `targets` (m) under the normalised activations x (m, dim), and, where
/// there is room for it, its gradient by x times `factor`.
pub(crate) fn cross_entropy(
    frozen: Frozen<'_>,
    x: &[f32],
    targets: &[u32],
    factor: f32,
    mut dx: Option<&mut [f32]>,
    logits: &mut Vec<f32>,
    s: &mut Scratch,
) -> Vec<f64> {
    let (dim, vocab) = (frozen.config().dim, frozen.vocab());
    let mut losses = Vec::with_capacity(targets.len());
    for (i, (x, targets)) in x.chunks(ROWS * dim).zip(targets.chunks(ROWS)).enumerate() {
        logits.resize(targets.len() * vocab, 0.0);
        frozen.multiply(Weight::Output, x, logits, s);
        for (row, target) in logits.chunks_exact_mut(vocab).zip(targets) {
            let logit = f64::from(row[*target as usize]);
            let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            // The sum is had from the probability of the largest logit, which is never small.
            frozen::softmax(row, vocab);
            let largest = row.iter().copied().fold(0.0, f32::max);
            losses.push(f64::from(max) - f64::from(largest).ln() - logit);
            row[*target as usize] -= 1.0;
            row.iter_mut().for_each(|v| *v *= factor);
        }
        if let Some(dx) = &mut dx {
            let from = i * ROWS * dim;
            frozen.multiply_transposed(Weight::Output, logits, false, &mut dx[from..from + x.len()], s);
        }
    }
    losses
}
