//! Causal attention with grouped queries, and its gradient.
//!
//! Scores are computed by blocks of queries, and again on the way back: they are never stored. Queries are those
//! of the positions from the first one of interest on, (heads, m, head_dim); keys and values are those of all
//! positions, (kv_heads, n, head_dim).

use std::sync::{Mutex, PoisonError};

use housestyle_engine::frozen::{self, Frozen};
use housestyle_engine::{Gemm, View};

use crate::rows::each;

/// Queries of a block.
const BLOCK: usize = 64;

/// The memory of one thread.
#[derive(Debug, Default)]
pub(crate) struct ThreadScratch {
    gemm: Gemm,
    probabilities: Vec<f32>,
    gradients: Vec<f32>,
}

/// Queries, keys and values of all heads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heads<'a> {
    pub(crate) q: &'a [f32],
    pub(crate) k: &'a [f32],
    pub(crate) v: &'a [f32],
    /// Positions.
    pub(crate) n: usize,
    /// The position of the first query.
    pub(crate) first: usize,
}

impl<'a> Heads<'a> {
    /// Returns the queries (m, head_dim), keys and values (n, head_dim) of one query head.
    fn of(&self, frozen: Frozen<'_>, head: usize) -> [&'a [f32]; 3] {
        let c = frozen.config();
        let (d, group) = (c.head_dim, c.heads / c.kv_heads);
        let part = |all: &'a [f32], i: usize, rows: usize| &all[i * rows * d..(i + 1) * rows * d];
        let [k, v] = [self.k, self.v].map(|all| part(all, head / group, self.n));
        [part(self.q, head, self.n - self.first), k, v]
    }
}

/// Returns the memory of each thread.
pub(crate) fn thread_scratch(frozen: Frozen<'_>) -> Vec<Mutex<ThreadScratch>> {
    (0..frozen.threads()).map(|_| Mutex::default()).collect()
}

/// Computes the output of attention: out (heads, m, head_dim).
pub(crate) fn forward(
    frozen: Frozen<'_>,
    heads: Heads<'_>,
    thread_scratch: &[Mutex<ThreadScratch>],
    out: &mut [f32],
) {
    let (m, d) = (heads.n - heads.first, frozen.config().head_dim);
    each(frozen, out.chunks_mut(m * d).enumerate(), |thread, (head, out)| {
        let w = &mut *thread_scratch[thread].lock().unwrap_or_else(PoisonError::into_inner);
        let [q, k, v] = heads.of(frozen, head);
        for from in (0..m).step_by(BLOCK) {
            let (rows, seen) = scores(w, from, heads, d, q, k);
            let p = View::rows(&w.probabilities, seen);
            let out = &mut out[from * d..(from + rows) * d];
            w.gemm.multiply([rows, d, seen], p, View::rows(v, d), 1.0, false, out, d);
        }
    });
}

/// Computes the gradients of queries, and of the keys and values of the same positions, given that of the
/// output: d_out and dq (heads, m, head_dim), dk and dv (kv_heads, m, head_dim).
pub(crate) fn backward(
    frozen: Frozen<'_>,
    heads: Heads<'_>,
    d_out: &[f32],
    thread_scratch: &[Mutex<ThreadScratch>],
    [dq, dk, dv]: [&mut [f32]; 3],
) {
    let c = frozen.config();
    let (first, m) = (heads.first, heads.n - heads.first);
    let (d, group) = (c.head_dim, c.heads / c.kv_heads);
    let scale = (d as f32).sqrt().recip();
    // Each query head has gradients of its own for its keys and values; they are added up in order.
    let size = m * d;
    let mut own = vec![0.0; 2 * c.heads * size];
    let parts = dq.chunks_mut(size).zip(own.chunks_mut(2 * size)).enumerate();
    each(frozen, parts, |thread, (head, (dq, own))| {
        let w = &mut *thread_scratch[thread].lock().unwrap_or_else(PoisonError::into_inner);
        let [q, k, v] = heads.of(frozen, head);
        let d_out = &d_out[head * size..(head + 1) * size];
        let (dk, dv) = own.split_at_mut(size);
        for from in (0..m).step_by(BLOCK) {
            let (rows, seen) = scores(w, from, heads, d, q, k);
            let here = from * d..(from + rows) * d;
            let d_here = View::rows(&d_out[here.clone()], d);
            let p = View::rows(&w.probabilities[first..], seen).transposed();
            w.gemm.multiply([seen - first, d, rows], p, d_here, 1.0, true, dv, d);
            w.gradients.resize(rows * seen, 0.0);
            let by_value = View::rows(v, d).transposed();
            w.gemm.multiply([rows, seen, d], d_here, by_value, 1.0, false, &mut w.gradients, seen);
            for (p, ds) in w.probabilities.chunks_exact(seen).zip(w.gradients.chunks_exact_mut(seen)) {
                let mean: f32 = p.iter().zip(&*ds).map(|(p, ds)| p * ds).sum();
                ds.iter_mut().zip(p).for_each(|(ds, p)| *ds = p * (*ds - mean));
            }
            let ds = View::rows(&w.gradients, seen);
            w.gemm.multiply([rows, d, seen], ds, View::rows(k, d), scale, false, &mut dq[here.clone()], d);
            let q_here = View::rows(&q[here], d);
            let ds = View::rows(&w.gradients[first..], seen).transposed();
            w.gemm.multiply([seen - first, d, rows], ds, q_here, scale, true, dk, d);
        }
    });
    for (kv_head, (dk, dv)) in dk.chunks_mut(size).zip(dv.chunks_mut(size)).enumerate() {
        let own = &own[kv_head * group * 2 * size..][..group * 2 * size];
        let sum = |out: &mut [f32], at: usize| {
            out.fill(0.0);
            for one in own.chunks_exact(2 * size) {
                out.iter_mut().zip(&one[at..at + size]).for_each(|(out, v)| *out += v);
            }
        };
        sum(dk, 0);
        sum(dv, size);
    }
}

/// Computes the probabilities (rows, seen) of a block of queries; returns how many rows it has, and how many
/// keys the last of them sees.
fn scores(
    w: &mut ThreadScratch,
    from: usize,
    heads: Heads<'_>,
    d: usize,
    q: &[f32],
    k: &[f32],
) -> (usize, usize) {
    let at = heads.first + from;
    let rows = BLOCK.min(heads.n - at);
    let seen = at + rows;
    w.probabilities.resize(rows * seen, 0.0);
    let scale = (d as f32).sqrt().recip();
    let q = View::rows(&q[from * d..], d);
    let k = View::rows(k, d).transposed();
    w.gemm.multiply([rows, seen, d], q, k, scale, false, &mut w.probabilities, seen);
    for (i, row) in w.probabilities.chunks_exact_mut(seen).enumerate() {
        frozen::softmax(row, at + i + 1);
    }
    (rows, seen)
}
