//! The change of one matrix, laid out for the kernels: halves, the wide side by tiles of 16 rows.

use half::f16;

use crate::packed::TILE;
use crate::simd::{self, Isa, LANES, Simd, dispatch};

/// A change of a matrix (out, in): low rank, a bias, or both.
#[derive(Debug)]
pub(crate) struct Change {
    rank: usize,
    cols: usize,
    /// (rank, in) halves.
    a: Vec<u16>,
    /// (tiles, rank, 16) halves, the scale multiplied in.
    b: Vec<u16>,
    /// (tiles, 16); empty where the change has no biases, so that the engine reads none.
    bias: Vec<f32>,
}

/// A change together with its narrow side for some rows of activations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delta<'a> {
    pub(crate) change: &'a Change,
    /// (n, stride), of which the change has the first `rank` of each row.
    pub(crate) low: &'a [f32],
    pub(crate) stride: usize,
}

impl Change {
    /// Returns no change of a matrix with so many columns, to be added to.
    pub(super) fn none(cols: usize) -> Change {
        Change { rank: 0, cols, a: Vec::new(), b: Vec::new(), bias: Vec::new() }
    }

    /// Adds low-rank changes of a matrix (rows, cols): a (rank, cols), b (rows, rank), and their factor.
    ///
    /// # Errors
    /// When a number is not finite, or is not as a half.
    pub(super) fn add_low_rank(
        &mut self,
        parts: &[(&[f32], &[f32], f32)],
        rows: usize,
    ) -> Result<(), String> {
        let ranks: Vec<usize> = parts.iter().map(|(a, ..)| a.len() / self.cols).collect();
        self.rank = ranks.iter().sum();
        for (a, ..) in parts {
            self.a.extend(halves(a.iter().copied())?);
        }
        self.b = vec![0; rows.div_ceil(TILE) * self.rank * TILE];
        let mut first = 0;
        for ((_, b, scale), rank) in parts.iter().zip(&ranks) {
            let scaled = halves(b.iter().map(|v| v * scale))?;
            for (row, b) in scaled.chunks_exact(*rank).enumerate() {
                for (j, v) in b.iter().enumerate() {
                    self.b[(row / TILE * self.rank + first + j) * TILE + row % TILE] = *v;
                }
            }
            first += rank;
        }
        Ok(())
    }

    /// Adds a bias (rows).
    pub(super) fn add_bias(&mut self, bias: &[f32]) {
        self.bias.resize(bias.len().next_multiple_of(TILE), 0.0);
        self.bias.iter_mut().zip(bias).for_each(|(to, from)| *to += from);
    }

    pub(crate) fn rank(&self) -> usize {
        self.rank
    }

    pub(crate) fn cols(&self) -> usize {
        self.cols
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.a[..]) + size_of_val(&self.b[..]) + size_of_val(&self.bias[..])
    }

    pub(super) fn hash(&self, state: &mut impl std::hash::Hasher) {
        use std::hash::Hash;
        (self.rank, self.cols, &self.a, &self.b).hash(state);
        self.bias.iter().for_each(|v| v.to_bits().hash(state));
    }

    /// Computes some of the narrow side of a row: out = A x, of A the rows from `first` on, with x (in).
    pub(crate) fn reduce(&self, isa: Isa, first: usize, x: &[f32], out: &mut [f32]) {
        assert!(x.len() == self.cols);
        let a = &self.a[first * self.cols..(first + out.len()) * self.cols];
        // SAFETY: A has rows as long as x, and there is a place for each.
        unsafe { reduce(isa, a.as_ptr(), x.as_ptr(), self.cols, out.len(), out.as_mut_ptr()) }
    }
}

impl Delta<'_> {
    /// Asks for the memory that [`Delta::add`] will read for tile `t`: a few lines that no processor foresees.
    pub(crate) fn ask(&self, isa: Isa, t: usize) {
        let rank = self.change.rank;
        let b = &self.change.b[t * rank * TILE..(t + 1) * rank * TILE];
        // SAFETY: memory is asked for, not read.
        unsafe { ask(isa, b.as_ptr().cast(), size_of_val(b)) }
    }

    /// Adds the change to the products of tile `t`: out (n, 16).
    pub(crate) fn add(&self, isa: Isa, t: usize, out: &mut [f32]) {
        let (n, rank) = (out.len() / TILE, self.change.rank);
        assert!(n == 0 || self.low.len() >= (n - 1) * self.stride + rank);
        let b = &self.change.b[t * rank * TILE..(t + 1) * rank * TILE];
        let bias =
            self.change.bias.get(t * TILE..(t + 1) * TILE).map_or(std::ptr::null(), |bias| bias.as_ptr());
        // SAFETY: `rank` vectors of B, one of the bias or none, `rank` numbers in each row, a vector of out for each.
        unsafe {
            expand(isa, b.as_ptr(), bias, rank, self.low.as_ptr(), self.stride, n, out.as_mut_ptr());
        }
    }
}

fn halves(values: impl Iterator<Item = f32>) -> Result<Vec<u16>, String> {
    values
        .map(|v| {
            let half = f16::from_f32(v);
            if half.is_finite() { Ok(half.to_bits()) } else { Err(format!("{v} is no finite half")) }
        })
        .collect()
}

dispatch! {
    fn reduce(a: *const u16, x: *const f32, cols: usize, rank: usize, out: *mut f32) = reduce_of
}

#[inline(always)]
unsafe fn reduce_of<S: Simd, const R: usize>(
    a: *const u16,
    x: *const f32,
    cols: usize,
    rank: usize,
    out: *mut f32,
) {
    // SAFETY: `rank` rows of `cols` halves, `cols` activations, `rank` results.
    unsafe {
        let whole = cols / LANES * LANES;
        for j in 0..rank {
            let a = a.add(j * cols);
            let mut sums = [S::splat(0.0); 4];
            for c in (0..whole).step_by(LANES) {
                let sum = &mut sums[c / LANES % 4];
                *sum = S::fma(S::load_f16(a.add(c)), S::load(x.add(c)), *sum);
            }
            let sum = S::add(S::add(sums[0], sums[1]), S::add(sums[2], sums[3]));
            let rest = (whole..cols).map(|c| f16::from_bits(*a.add(c)).to_f32() * *x.add(c)).sum::<f32>();
            *out.add(j) = simd::sum::<S>(sum) + rest;
        }
    }
}

dispatch! {
    fn ask(p: *const u8, len: usize) = ask_of
}

#[inline(always)]
unsafe fn ask_of<S: Simd, const R: usize>(p: *const u8, len: usize) {
    // SAFETY: any address may be asked for.
    unsafe { S::prefetch(p, len) }
}

dispatch! {
    fn expand(
        b: *const u16,
        bias: *const f32,
        rank: usize,
        low: *const f32,
        stride: usize,
        n: usize,
        out: *mut f32,
    ) = expand_of
}

#[inline(always)]
unsafe fn expand_of<S: Simd, const R: usize>(
    b: *const u16,
    bias: *const f32,
    rank: usize,
    low: *const f32,
    stride: usize,
    n: usize,
    out: *mut f32,
) {
    // SAFETY: as the caller says.
    unsafe {
        let bias = if bias.is_null() { S::splat(0.0) } else { S::load(bias) };
        for r in 0..n {
            let mut sum = bias;
            for j in 0..rank {
                sum = S::fma(S::load_f16(b.add(j * LANES)), S::splat(*low.add(r * stride + j)), sum);
            }
            let out = out.add(r * LANES);
            S::store(out, S::add(S::load(out), sum));
        }
    }
}
