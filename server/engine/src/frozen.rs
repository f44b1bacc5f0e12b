//! The frozen weights of a model, for training adapters: products with them, and with their transposes.
//!
//! Training uses serving's forward product, with activations in eight bits where the weights are quantised, so that
//! the trained model is the served model. The backward product takes the same weights in f32, so a gradient is that
//! of the model with exact activations.

use crate::config::Config;
use crate::engine::Engine;
use crate::family::Rope;
use crate::gemm::{self, DEPTH, Gemm, PANEL, View};
use crate::matrix::{Lhs, Matrix};
use crate::model::Model;
use crate::packed::{self, Activations, GROUP, TILE};
use crate::pool::Shared;
use crate::simd::{self, LANES, Simd, dispatch};
use crate::target::Target;

/// Rows of activations that a tile of weights is multiplied with at once.
const ROWS: usize = 64;
/// Columns of a task of the transposed product.
const COLUMNS: usize = 2 * GROUP;

/// A frozen matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// One of a layer.
    Layer(usize, Target),
    /// The output matrix (vocab, dim).
    Output,
}

/// A normalisation's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// Before attention.
    Attention(usize),
    /// Before the feed-forward network.
    FeedForward(usize),
    /// Before the output matrix.
    Output,
}

/// A model's weights and threads.
#[derive(Debug, Clone, Copy)]
pub struct Frozen<'a> {
    model: &'a Model,
}

/// Memory for products, kept between them.
#[derive(Debug, Default)]
pub struct Scratch {
    acts: Vec<Activations>,
    threads: Vec<Thread>,
    turned: Vec<f32>,
    gemm: Vec<Gemm>,
}

#[derive(Debug, Default)]
struct Thread {
    row: Vec<f32>,
    tile: Vec<f32>,
    weights: Vec<f32>,
    sums: Vec<f32>,
}

impl Engine {
    /// Returns the model's weights, for training adapters.
    pub fn frozen(&self) -> Frozen<'_> {
        Frozen { model: &self.model }
    }
}

impl<'a> Frozen<'a> {
    /// Returns the model's shape.
    pub fn config(&self) -> &'a Config {
        &self.model.config
    }

    /// Returns how many tokens the model knows.
    pub fn vocab(&self) -> usize {
        self.model.vocab
    }

    /// Returns how many threads do the arithmetic.
    pub fn threads(&self) -> usize {
        self.model.pool.threads()
    }

    /// Calls `work(thread, task)` for each task below `tasks`, on all threads; each task is done once, and a
    /// thread's number is in use by one thread at a time.
    pub fn run(&self, tasks: usize, work: &(dyn Fn(usize, usize) + Sync)) {
        self.model.pool.run(tasks, work);
    }

    /// Looks up tokens (n), which must be within the vocabulary: out (n, dim).
    pub fn embed(&self, tokens: &[u32], out: &mut [f32]) {
        for (token, x) in tokens.iter().zip(out.chunks_exact_mut(self.model.config.dim)) {
            self.model.embed(*token as usize, x);
        }
    }

    /// Returns a normalisation's weights (dim).
    pub fn norm(&self, norm: Norm) -> &'a [f32] {
        match norm {
            Norm::Attention(layer) => &self.model.layers[layer].attn_norm,
            Norm::FeedForward(layer) => &self.model.layers[layer].ffn_norm,
            Norm::Output => &self.model.norm,
        }
    }

    /// Returns the model's own bias of a matrix (out), if it has one.
    pub fn bias(&self, layer: usize, target: Target) -> Option<&'a [f32]> {
        let layer = &self.model.layers[layer];
        match target {
            Target::Query => layer.q_bias.as_deref(),
            Target::Key => layer.k_bias.as_deref(),
            Target::Value => layer.v_bias.as_deref(),
            _ => None,
        }
    }

    /// Returns the weights (head_dim) by which each head of queries or of keys is normalised, where the family does so.
    pub fn head_norm(&self, layer: usize, target: Target) -> Option<&'a [f32]> {
        let layer = &self.model.layers[layer];
        match target {
            Target::Query => layer.q_norm.as_deref(),
            Target::Key => layer.k_norm.as_deref(),
            _ => None,
        }
    }

    /// Returns the rotation per position (rope_dim / 2), in radians, and how elements are paired.
    pub fn rotation(&self) -> (&'a [f64], Rope) {
        (&self.model.frequencies, self.model.config.family.rope)
    }

    fn matrix(&self, weight: Weight) -> &'a Matrix {
        match weight {
            Weight::Output => &self.model.output,
            Weight::Layer(layer, target) => {
                let layer = &self.model.layers[layer];
                match target {
                    Target::Query => &layer.q,
                    Target::Key => &layer.k,
                    Target::Value => &layer.v,
                    Target::Output => &layer.o,
                    Target::Gate => &layer.gate,
                    Target::Up => &layer.up,
                    Target::Down => &layer.down,
                }
            }
        }
    }

    /// Computes `out = x Wᵀ`: x (n, in), out (n, out).
    ///
    /// # Panics
    /// When a slice has another length.
    pub fn multiply(&self, weight: Weight, x: &[f32], out: &mut [f32], s: &mut Scratch) {
        let w = self.matrix(weight);
        let (isa, cols, rows) = (self.model.isa, w.cols(), w.rows());
        let n = x.len() / cols;
        assert!(x.len() == n * cols && out.len() == n * rows);
        let chunks = n.div_ceil(ROWS);
        s.acts.resize_with(chunks.max(s.acts.len()), Activations::default);
        if !w.is_plain() {
            for (acts, x) in s.acts.iter_mut().zip(x.chunks(ROWS * cols)) {
                acts.resize(x.len() / cols, cols);
            }
            let acts = &s.acts;
            self.run(n, &|_, r| {
                let x = &x[r * cols..(r + 1) * cols];
                // SAFETY: a row of whole groups, and each row is one task's.
                unsafe { packed::quantize(isa, 0, cols / GROUP, x.as_ptr(), r % ROWS, &acts[r / ROWS]) };
            });
        }
        s.threads.resize_with(self.threads(), Thread::default);
        let (threads, out, acts) = (Shared::new(&mut s.threads), Shared::new(out), &s.acts);
        self.run(w.tiles(), &|thread, t| {
            // SAFETY: a thread's number is used by one thread at a time.
            let thread = unsafe { &mut threads.slice(thread, 1)[0] };
            for (chunk, x) in x.chunks(ROWS * cols).enumerate() {
                let n = x.len() / cols;
                thread.tile.resize(n * TILE, 0.0);
                let lhs = Lhs { quantized: &acts[chunk], plain: x, n };
                w.tile(isa, t, lhs, &mut thread.row, &mut thread.tile);
                for (r, from) in thread.tile.chunks_exact(TILE).enumerate() {
                    let at = (chunk * ROWS + r) * rows + t * TILE;
                    // SAFETY: each tile's columns are one task's.
                    let to = unsafe { out.slice(at, w.rows_of(t)) };
                    to.copy_from_slice(&from[..to.len()]);
                }
            }
        });
    }

    /// Computes `dx = dy W`, or adds it to dx: dy (n, out), dx (n, in).
    ///
    /// # Panics
    /// When a slice has another length.
    pub fn multiply_transposed(
        &self,
        weight: Weight,
        dy: &[f32],
        add: bool,
        dx: &mut [f32],
        s: &mut Scratch,
    ) {
        let w = self.matrix(weight);
        let (isa, cols, rows) = (self.model.isa, w.cols(), w.rows());
        let n = dy.len() / rows;
        assert!(dy.len() == n * rows && dx.len() == n * cols);
        let (panels, depth) = (n.div_ceil(PANEL), w.tiles() * TILE);
        // dy turned: by panels of 32 rows, (panels, out, 32), filled up with zeros.
        s.turned.resize(panels * depth * PANEL, 0.0);
        let turned = Shared::new(&mut s.turned);
        self.run(panels * depth.div_ceil(DEPTH), &|_, task| {
            let (panel, from) = (task % panels, task / panels * DEPTH);
            let some = DEPTH.min(depth - from);
            // SAFETY: each part is one task's.
            let to = unsafe { turned.slice((panel * depth + from) * PANEL, some * PANEL) };
            for (j, k) in (from..from + some).enumerate() {
                for (i, to) in to[j * PANEL..(j + 1) * PANEL].iter_mut().enumerate() {
                    let r = panel * PANEL + i;
                    *to = if r < n && k < rows { dy[r * rows + k] } else { 0.0 };
                }
            }
        });
        s.threads.resize_with(self.threads(), Thread::default);
        let (threads, dx, turned) = (Shared::new(&mut s.threads), Shared::new(dx), &s.turned);
        // What has no kernel is converted by whole rows.
        let block = if w.is_plain() { cols } else { COLUMNS };
        self.run(cols.div_ceil(block), &|thread, task| {
            // SAFETY: a thread's number is used by one thread at a time.
            let thread = unsafe { &mut threads.slice(thread, 1)[0] };
            let from = task * block;
            let some = block.min(cols - from);
            thread.weights.resize(some * DEPTH, 0.0);
            thread.sums.clear();
            thread.sums.resize(panels * some * PANEL, 0.0);
            for k in (0..depth).step_by(DEPTH) {
                let here = DEPTH.min(depth - k);
                for t in 0..here / TILE {
                    let out = &mut thread.weights[t * TILE..];
                    w.unpack(isa, k / TILE + t, from..from + some, DEPTH, out);
                }
                for panel in 0..panels {
                    // SAFETY: `some` rows of `here` weights, `here` rows of the panel, `some` rows of sums.
                    unsafe {
                        gemm::block(
                            isa,
                            here,
                            thread.weights.as_ptr(),
                            some,
                            DEPTH,
                            1,
                            turned[(panel * depth + k) * PANEL..].as_ptr(),
                            thread.sums[panel * some * PANEL..].as_mut_ptr(),
                            PANEL,
                        );
                    }
                }
            }
            for r in 0..n {
                // SAFETY: these columns are this task's.
                let to = unsafe { dx.slice(r * cols + from, some) };
                let sums = thread.sums[(r / PANEL * some) * PANEL + r % PANEL..].iter().step_by(PANEL);
                if add {
                    to.iter_mut().zip(sums).for_each(|(to, v)| *to += v);
                } else {
                    to.iter_mut().zip(sums).for_each(|(to, v)| *to = *v);
                }
            }
        });
    }

    /// Computes `c = factor · a b`, or adds it to c, on all threads: a (m, k), b (k, n), c (m, n).
    ///
    /// # Panics
    /// When a slice is too short.
    #[allow(clippy::too_many_arguments)] // as everywhere in linear algebra
    pub fn gemm(
        &self,
        sizes: [usize; 3],
        a: View<'_>,
        b: View<'_>,
        factor: f32,
        add: bool,
        c: &mut [f32],
        s: &mut Scratch,
    ) {
        gemm::parallel(&self.model.pool, &mut s.gemm, sizes, a, b, factor, add, c);
    }
}

/// Computes `h = silu(g) u`, row by row; all have the same length, whole vectors of 16.
///
/// # Panics
/// When they have not.
pub fn swiglu(g: &[f32], u: &[f32], h: &mut [f32]) {
    assert!(g.len() == u.len() && g.len() == h.len() && g.len().is_multiple_of(LANES));
    // SAFETY: of the same length.
    unsafe { swiglu_of(simd::Isa::detect(), g.as_ptr(), u.as_ptr(), h.as_mut_ptr(), g.len()) }
}

/// Turns g and u into the gradients of `h = silu(g) u` by them, given dh.
///
/// # Panics
/// When the slices differ in length, or are not of whole vectors of 16.
pub fn swiglu_backward(dh: &[f32], g: &mut [f32], u: &mut [f32]) {
    assert!(g.len() == u.len() && g.len() == dh.len() && g.len().is_multiple_of(LANES));
    // SAFETY: of the same length.
    unsafe {
        swiglu_gradient(simd::Isa::detect(), dh.as_ptr(), g.as_mut_ptr(), u.as_mut_ptr(), g.len());
    }
}

/// Turns the first `seen` scores of a row into probabilities and the others into zeros. `seen` is at least 1.
///
/// # Panics
/// When the row is shorter than `seen`, or `seen` is 0.
pub fn softmax(row: &mut [f32], seen: usize) {
    assert!(seen > 0, "a softmax of nothing");
    let (scores, rest) = row.split_at_mut(seen);
    rest.fill(0.0);
    let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // SAFETY: of that length.
    unsafe { exp_in_place(simd::Isa::detect(), scores.as_mut_ptr(), scores.len(), max) };
    let sum: f32 = scores.iter().sum();
    let inverse = 1.0 / sum;
    scores.iter_mut().for_each(|v| *v *= inverse);
}

dispatch! { fn swiglu_of(g: *const f32, u: *const f32, h: *mut f32, n: usize) = swiglu_product }

#[inline(always)]
unsafe fn swiglu_product<S: Simd, const R: usize>(g: *const f32, u: *const f32, h: *mut f32, n: usize) {
    // SAFETY: i + 16 <= n, the length of all.
    unsafe {
        for i in (0..n).step_by(LANES) {
            let g = S::load(g.add(i));
            let silu = S::div(g, S::add(S::splat(1.0), simd::exp::<S>(S::sub(S::splat(0.0), g))));
            S::store(h.add(i), S::mul(silu, S::load(u.add(i))));
        }
    }
}

dispatch! { fn swiglu_gradient(dh: *const f32, g: *mut f32, u: *mut f32, n: usize) = swiglu_gradient_of }

#[inline(always)]
unsafe fn swiglu_gradient_of<S: Simd, const R: usize>(dh: *const f32, g: *mut f32, u: *mut f32, n: usize) {
    // SAFETY: i + 16 <= n, the length of all.
    unsafe {
        let one = S::splat(1.0);
        for i in (0..n).step_by(LANES) {
            let (d, x, up) = (S::load(dh.add(i)), S::load(g.add(i)), S::load(u.add(i)));
            let sigmoid = S::div(one, S::add(one, simd::exp::<S>(S::sub(S::splat(0.0), x))));
            let silu = S::mul(x, sigmoid);
            // silu' = σ (1 + x (1 - σ))
            let slope = S::mul(sigmoid, S::fma(x, S::sub(one, sigmoid), one));
            S::store(g.add(i), S::mul(S::mul(d, up), slope));
            S::store(u.add(i), S::mul(d, silu));
        }
    }
}

dispatch! { fn exp_in_place(x: *mut f32, n: usize, max: f32) = exps }

#[inline(always)]
unsafe fn exps<S: Simd, const R: usize>(x: *mut f32, n: usize, max: f32) {
    // SAFETY: i + 16 <= n, the length of x.
    unsafe {
        let whole = n / LANES * LANES;
        for i in (0..whole).step_by(LANES) {
            S::store(x.add(i), simd::exp::<S>(S::sub(S::load(x.add(i)), S::splat(max))));
        }
        for i in whole..n {
            *x.add(i) = simd::exp_one(*x.add(i) - max);
        }
    }
}

#[cfg(test)]
mod tests {
    use housestyle_testkit::tiny::Tiny;

    use super::*;
    use crate::engine::Options;

    fn noise(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 37) % 64) as f32 / 32.0 - 1.0).collect()
    }

    /// W in f32, (out, in).
    fn dense(w: &Matrix) -> Vec<f32> {
        let mut columns = vec![0.0; w.cols() * w.tiles() * TILE];
        let stride = w.tiles() * TILE;
        for t in 0..w.tiles() {
            w.unpack(crate::simd::Isa::detect(), t, 0..w.cols(), stride, &mut columns[t * TILE..]);
        }
        (0..w.rows() * w.cols()).map(|i| columns[i % w.cols() * stride + i / w.cols()]).collect()
    }

    #[test]
    fn products_with_a_matrix_and_its_transpose() {
        for quantized in [false, true] {
            let file = tempfile::NamedTempFile::new().expect("a temporary file");
            let tiny = Tiny { quantized, ..Tiny::default() };
            std::fs::write(file.path(), tiny.gguf()).expect("writing the model");
            let engine =
                Engine::open(file.path(), Options { threads: 2, ..Options::default() }).expect("a model");
            let (frozen, mut s) = (engine.frozen(), Scratch::default());
            let weights =
                Target::ALL.map(|target| Weight::Layer(1, target)).into_iter().chain([Weight::Output]);
            for weight in weights {
                let w = frozen.matrix(weight);
                let (rows, cols) = (w.rows(), w.cols());
                let full = dense(w);
                let mut row = vec![0.0; cols];
                if let Matrix::Plain(plain) = w {
                    plain.row_f32(rows - 1, &mut row);
                    assert_eq!(row, full[(rows - 1) * cols..]);
                }
                for n in [1, 31, 70] {
                    let (x, dy) = (noise(n * cols), noise(n * rows));
                    let mut y = vec![0.0; n * rows];
                    frozen.multiply(weight, &x, &mut y, &mut s);
                    let mut dx = vec![1.0; n * cols];
                    frozen.multiply_transposed(weight, &dy, true, &mut dx, &mut s);
                    for r in [0, n / 2, n - 1] {
                        for i in [0, rows / 2, rows - 1] {
                            let exact: f32 = (0..cols).map(|c| x[r * cols + c] * full[i * cols + c]).sum();
                            let bound = if quantized { 0.05 } else { 1e-4 };
                            assert!((y[r * rows + i] - exact).abs() < bound, "{weight:?} {n}");
                        }
                        for c in [0, cols / 2, cols - 1] {
                            let exact: f32 =
                                1.0 + (0..rows).map(|i| dy[r * rows + i] * full[i * cols + c]).sum::<f32>();
                            assert!((dx[r * cols + c] - exact).abs() < 1e-3, "{weight:?} {n} {c}");
                        }
                    }
                    let mut set = vec![f32::NAN; n * cols];
                    frozen.multiply_transposed(weight, &dy, false, &mut set, &mut s);
                    assert!(set.iter().zip(&dx).all(|(a, b)| (a + 1.0 - b).abs() < 1e-4));
                }
            }
        }
    }

    #[test]
    fn small_functions_have_the_slopes_of_finite_differences() {
        let (g, u, dh) = (noise(32), noise(64)[32..].to_vec(), noise(32));
        let value = |g: &[f32], u: &[f32]| -> f64 {
            let mut h = vec![0.0; 32];
            swiglu(g, u, &mut h);
            h.iter().zip(&dh).map(|(h, d)| f64::from(h * d)).sum()
        };
        let (mut dg, mut du) = (g.clone(), u.clone());
        swiglu_backward(&dh, &mut dg, &mut du);
        for i in 0..32 {
            let moved = |x: &[f32], by: f32| {
                let mut x = x.to_vec();
                x[i] += by;
                x
            };
            let slope = |a: f64, b: f64| ((a - b) / 0.02) as f32;
            let by_g = slope(value(&moved(&g, 0.01), &u), value(&moved(&g, -0.01), &u));
            let by_u = slope(value(&g, &moved(&u, 0.01)), value(&g, &moved(&u, -0.01)));
            assert!((dg[i] - by_g).abs() < 1e-3 && (du[i] - by_u).abs() < 1e-3, "{i}");
        }
        let mut row = vec![1.0, 3.0, f32::NAN, 7.0];
        softmax(&mut row, 2);
        assert!((row[0] + row[1] - 1.0).abs() < 1e-6 && row[2..] == [0.0, 0.0]);
        assert!((row[1] / row[0] - 2f32.exp()).abs() < 1e-4);
    }
}
