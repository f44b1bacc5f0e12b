//! Functions of rows of activations, with their gradients; and work on parts of them by all threads.

use std::sync::{Mutex, PoisonError};

use housestyle_engine::Rope;
use housestyle_engine::frozen::Frozen;

/// Rows of a task.
const ROWS: usize = 8;

/// Does something with each item, on all threads. `work` gets the number of the thread too.
pub(crate) fn each<T: Send>(
    frozen: Frozen<'_>,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(usize, T) + Sync,
) {
    let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    frozen.run(items.len(), &|thread, task| {
        if let Some(item) = items[task].lock().unwrap_or_else(PoisonError::into_inner).take() {
            work(thread, item);
        }
    });
}

/// Normalises rows by their root mean square (Zhang and Sennrich, 2019): x, out (n, dim).
pub(crate) fn rms_norm(frozen: Frozen<'_>, x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
    let dim = weight.len();
    each(frozen, x.chunks(ROWS * dim).zip(out.chunks_mut(ROWS * dim)), |_, (x, out)| {
        for (x, out) in x.chunks_exact(dim).zip(out.chunks_exact_mut(dim)) {
            let scale = inverse_rms(x, eps);
            for ((out, x), w) in out.iter_mut().zip(x).zip(weight) {
                *out = x * scale * w;
            }
        }
    });
}

/// Adds to dx the gradient of [`rms_norm`] by x, given dy: all (n, dim).
pub(crate) fn rms_norm_backward(
    frozen: Frozen<'_>,
    x: &[f32],
    weight: &[f32],
    eps: f32,
    dy: &[f32],
    dx: &mut [f32],
) {
    let dim = weight.len();
    let rows = x.chunks(ROWS * dim).zip(dy.chunks(ROWS * dim)).zip(dx.chunks_mut(ROWS * dim));
    each(frozen, rows, |_, ((x, dy), dx)| {
        for ((x, dy), dx) in x.chunks_exact(dim).zip(dy.chunks_exact(dim)).zip(dx.chunks_exact_mut(dim)) {
            let scale = inverse_rms(x, eps);
            let dot: f64 =
                x.iter().zip(dy).zip(weight).map(|((x, d), w)| f64::from(x * d) * f64::from(*w)).sum();
            let along = (dot / dim as f64) as f32 * scale * scale * scale;
            for (((dx, x), d), w) in dx.iter_mut().zip(x).zip(dy).zip(weight) {
                *dx += scale * w * d - along * x;
            }
        }
    });
}

fn inverse_rms(x: &[f32], eps: f32) -> f32 {
    let mean = x.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>() / x.len() as f64;
    1.0 / (mean as f32 + eps).sqrt()
}

/// Cosines and sines of the rotation of positions 0 to n: (n, rope_dim / 2).
pub(crate) fn angles(frequencies: &[f64], n: usize) -> Vec<(f32, f32)> {
    let of = |position: usize| {
        frequencies.iter().map(move |f| {
            let (sin, cos) = (position as f64 * f).sin_cos();
            (cos as f32, sin as f32)
        })
    };
    (0..n).flat_map(of).collect()
}

/// The rotation of the rows at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rotation<'a> {
    /// (n, rope_dim / 2).
    pub(crate) angles: &'a [(f32, f32)],
    pub(crate) rope: Rope,
}

impl Rotation<'_> {
    /// Rotates a head of row `r` of `n`; backwards, which is the transpose, with `back`.
    fn apply(&self, head: &mut [f32], r: usize, n: usize, back: bool) {
        let half = self.angles.len() / n;
        for (i, (cos, sin)) in self.angles[r * half..(r + 1) * half].iter().enumerate() {
            let (a, b) = match self.rope {
                Rope::Interleaved => (2 * i, 2 * i + 1),
                Rope::Halves => (i, i + half),
            };
            let sin = if back { -sin } else { *sin };
            (head[a], head[b]) = (head[a] * cos - head[b] * sin, head[a] * sin + head[b] * cos);
        }
    }
}

/// From n rows (n, heads · head_dim) to heads (heads, n, head_dim), rotated by position (Su et al., 2021)
/// where there is a rotation.
pub(crate) fn to_heads(
    frozen: Frozen<'_>,
    n: usize,
    rows: &[f32],
    rotation: Option<Rotation<'_>>,
    heads: &mut [f32],
) {
    let (width, head_dim) = (rows.len() / n, frozen.config().head_dim);
    each(frozen, heads.chunks_mut(n * head_dim).enumerate(), |_, (head, to)| {
        for (r, to) in to.chunks_exact_mut(head_dim).enumerate() {
            to.copy_from_slice(&rows[r * width + head * head_dim..][..head_dim]);
            if let Some(rotation) = rotation {
                rotation.apply(to, r, n, false);
            }
        }
    });
}

/// The way back of [`to_heads`], for gradients.
pub(crate) fn from_heads(
    frozen: Frozen<'_>,
    n: usize,
    heads: &[f32],
    rotation: Option<Rotation<'_>>,
    rows: &mut [f32],
) {
    let (width, head_dim) = (rows.len() / n, frozen.config().head_dim);
    each(frozen, rows.chunks_mut(ROWS * width).enumerate(), |_, (chunk, rows)| {
        for (i, row) in rows.chunks_exact_mut(width).enumerate() {
            let r = chunk * ROWS + i;
            for (head, to) in row.chunks_exact_mut(head_dim).enumerate() {
                to.copy_from_slice(&heads[(head * n + r) * head_dim..][..head_dim]);
                if let Some(rotation) = rotation {
                    rotation.apply(to, r, n, true);
                }
            }
        }
    });
}
