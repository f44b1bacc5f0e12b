//! Products of f32 matrices, for training: the same bits with any number of threads and on every processor.
//!
//! After Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): the right-hand
//! side is copied by panels of 32 columns and 256 rows, which stay in the nearest cache while all rows of the
//! left-hand side pass. Sums are taken in the order of k, whatever the division.

use crate::pool::{Pool, Shared};
use crate::simd::{Isa, LANES, Simd, dispatch};

/// Columns of a panel.
pub(crate) const PANEL: usize = 2 * LANES;
/// Rows of a panel.
pub(crate) const DEPTH: usize = 256;

/// A matrix in a slice: element (i, j) stands at `i * row + j * col`.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Where the elements are.
    pub data: &'a [f32],
    /// Distance of neighbours in a column.
    pub row: usize,
    /// Distance of neighbours in a row.
    pub col: usize,
}

impl<'a> View<'a> {
    /// Returns a matrix stored row by row, `width` elements each.
    pub fn rows(data: &'a [f32], width: usize) -> View<'a> {
        View { data, row: width, col: 1 }
    }

    /// Returns the same matrix with rows and columns exchanged.
    #[must_use]
    pub fn transposed(self) -> View<'a> {
        View { row: self.col, col: self.row, ..self }
    }

    fn holds(&self, rows: usize, cols: usize) -> bool {
        rows == 0 || cols == 0 || (rows - 1) * self.row + (cols - 1) * self.col < self.data.len()
    }
}

/// Scratch memory of one thread's products.
#[derive(Debug, Default)]
pub struct Gemm {
    panel: Vec<f32>,
    sums: Vec<f32>,
}

impl Gemm {
    /// Computes `c = factor · a b`, or adds it to c: a (m, k), b (k, n), c (m, n) with rows of `width`.
    ///
    /// # Panics
    /// When a slice is too short.
    #[allow(clippy::too_many_arguments)] // as everywhere in linear algebra
    pub fn multiply(
        &mut self,
        [m, n, k]: [usize; 3],
        a: View<'_>,
        b: View<'_>,
        factor: f32,
        add: bool,
        c: &mut [f32],
        width: usize,
    ) {
        assert!(a.holds(m, k) && b.holds(k, n) && (m * n == 0 || c.len() >= (m - 1) * width + n));
        let isa = Isa::detect();
        for from in (0..n).step_by(PANEL) {
            let some = PANEL.min(n - from);
            self.columns(isa, [m, from, some, k], a, b);
            for (sums, c) in self.sums.chunks_exact(PANEL).zip(c.chunks_mut(width)) {
                finish(&sums[..some], factor, add, &mut c[from..from + some]);
            }
        }
    }

    /// Computes some columns of a product into `sums` (m, 32).
    fn columns(&mut self, isa: Isa, [m, from, some, k]: [usize; 4], a: View<'_>, b: View<'_>) {
        self.panel.resize(DEPTH * PANEL, 0.0);
        self.sums.clear();
        self.sums.resize(m * PANEL, 0.0);
        for at in (0..k).step_by(DEPTH) {
            let depth = DEPTH.min(k - at);
            pack(b, at..at + depth, from, some, &mut self.panel);
            // SAFETY: a holds (m, k), the panel `depth` rows, and there are m rows of sums.
            unsafe {
                block(
                    isa,
                    depth,
                    a.data.as_ptr().add(at * a.col),
                    m,
                    a.row,
                    a.col,
                    self.panel.as_ptr(),
                    self.sums.as_mut_ptr(),
                    PANEL,
                );
            }
        }
    }
}

fn finish(sums: &[f32], factor: f32, add: bool, c: &mut [f32]) {
    if add {
        c.iter_mut().zip(sums).for_each(|(c, s)| *c += factor * s);
    } else {
        c.iter_mut().zip(sums).for_each(|(c, s)| *c = factor * s);
    }
}

/// Copies some columns of some rows of b into a panel, filled up with zeros.
fn pack(b: View<'_>, rows: std::ops::Range<usize>, from: usize, some: usize, panel: &mut [f32]) {
    for (k, to) in rows.zip(panel.chunks_exact_mut(PANEL)) {
        let (to, rest) = to.split_at_mut(some);
        rest.fill(0.0);
        let at = k * b.row + from * b.col;
        if b.col == 1 {
            to.copy_from_slice(&b.data[at..at + some]);
        } else {
            to.iter_mut().zip(b.data[at..].iter().step_by(b.col)).for_each(|(to, v)| *to = *v);
        }
    }
}

/// As [`Gemm::multiply`], on several threads. c is (m, n), row by row; `scratch` has one item a thread.
#[allow(clippy::too_many_arguments)] // as everywhere in linear algebra
pub(crate) fn parallel(
    pool: &Pool,
    scratch: &mut Vec<Gemm>,
    [m, n, k]: [usize; 3],
    a: View<'_>,
    b: View<'_>,
    factor: f32,
    add: bool,
    c: &mut [f32],
) {
    assert!(a.holds(m, k) && b.holds(k, n) && c.len() >= m * n);
    let isa = Isa::detect();
    scratch.resize_with(pool.threads(), Gemm::default);
    let (scratch, c) = (Shared::new(scratch), Shared::new(c));
    pool.run(n.div_ceil(PANEL), &|thread, task| {
        // SAFETY: a thread's number is used by one thread at a time.
        let gemm = unsafe { &mut scratch.slice(thread, 1)[0] };
        let from = task * PANEL;
        let some = PANEL.min(n - from);
        gemm.columns(isa, [m, from, some, k], a, b);
        for (i, sums) in gemm.sums.chunks_exact(PANEL).enumerate() {
            // SAFETY: these columns are this task's.
            finish(&sums[..some], factor, add, unsafe { c.slice(i * n + from, some) });
        }
    });
}

dispatch! {
    /// Adds a (rows, k) times a panel b (k, 32) to c (rows, 32): element (i, j) of a stands at
    /// `i * a_row + j * a_col`, row i of c at `i * c_row`.
    ///
    /// # Safety
    /// The memory must hold that.
    fn block(
        k: usize,
        a: *const f32,
        rows: usize,
        a_row: usize,
        a_col: usize,
        b: *const f32,
        c: *mut f32,
        c_row: usize,
    ) = block_of
}

#[inline(always)]
#[allow(clippy::too_many_arguments)] // a kernel gets plain pointers and lengths
unsafe fn block_of<S: Simd, const R: usize>(
    k: usize,
    a: *const f32,
    rows: usize,
    a_row: usize,
    a_col: usize,
    b: *const f32,
    c: *mut f32,
    c_row: usize,
) {
    // SAFETY: passed on.
    unsafe {
        let mut i = 0;
        while i + R <= rows {
            some_rows::<S, R>(k, a.add(i * a_row), a_row, a_col, b, c.add(i * c_row), c_row);
            i += R;
        }
        while i < rows {
            some_rows::<S, 1>(k, a.add(i * a_row), a_row, a_col, b, c.add(i * c_row), c_row);
            i += 1;
        }
    }
}

#[inline(always)]
unsafe fn some_rows<S: Simd, const N: usize>(
    k: usize,
    a: *const f32,
    a_row: usize,
    a_col: usize,
    b: *const f32,
    c: *mut f32,
    c_row: usize,
) {
    // SAFETY: N rows of a and c, k rows of b, by the caller's promise.
    unsafe {
        let mut sums = [[S::splat(0.0); 2]; N];
        for (i, sums) in sums.iter_mut().enumerate() {
            *sums = [S::load(c.add(i * c_row)), S::load(c.add(i * c_row + LANES))];
        }
        for j in 0..k {
            let b = [S::load(b.add(j * PANEL)), S::load(b.add(j * PANEL + LANES))];
            for (i, sums) in sums.iter_mut().enumerate() {
                let a = S::splat(*a.add(i * a_row + j * a_col));
                sums[0] = S::fma(a, b[0], sums[0]);
                sums[1] = S::fma(a, b[1], sums[1]);
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            S::store(c.add(i * c_row), sums[0]);
            S::store(c.add(i * c_row + LANES), sums[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 37 + seed * 101) % 64) as f32 / 32.0 - 1.0).collect()
    }

    #[test]
    fn products_are_those_of_three_loops_with_any_strides_and_threads() {
        for [m, n, k] in
            [[1, 1, 1], [8, 32, 256], [9, 33, 257], [3, 70, 600], [40, 5, 7], [0, 4, 4], [4, 0, 3]]
        {
            let (a, b) = (noise(m * k, 1), noise(k * n, 2));
            let start = noise(m * n, 3);
            let mut exact = start.clone();
            for i in 0..m {
                for j in 0..n {
                    let sum: f64 = (0..k).map(|x| f64::from(a[i * k + x]) * f64::from(b[x * n + j])).sum();
                    exact[i * n + j] += 0.5 * sum as f32;
                }
            }
            // Both sides stored the other way round give the same bits.
            let turned = |x: &[f32], rows: usize, cols: usize| -> Vec<f32> {
                (0..rows * cols).map(|i| x[(i % rows.max(1)) * cols + i / rows.max(1)]).collect()
            };
            let (at, bt) = (turned(&a, m, k), turned(&b, k, n));
            let views = [
                (View::rows(&a, k), View::rows(&b, n)),
                (View::rows(&at, m).transposed(), View::rows(&bt, k).transposed()),
            ];
            let mut first: Option<Vec<f32>> = None;
            for (a, b) in views {
                let mut one = start.clone();
                Gemm::default().multiply([m, n, k], a, b, 0.5, true, &mut one, n.max(1));
                let far = one.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(far < 1e-3, "{m} {n} {k}: {far}");
                assert_eq!(*first.get_or_insert(one.clone()), one);
                let mut set = vec![f32::NAN; m * n];
                Gemm::default().multiply([m, n, k], a, b, 0.5, false, &mut set, n.max(1));
                assert!(set.iter().all(|v| v.is_finite()));
                for threads in 1..4 {
                    let pool = Pool::new(threads).expect("threads");
                    let mut many = start.clone();
                    parallel(&pool, &mut Vec::new(), [m, n, k], a, b, 0.5, true, &mut many);
                    assert_eq!(many, one);
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let (a, b) = (noise(11 * 300, 1), noise(300 * PANEL, 2));
        let mut first: Option<Vec<f32>> = None;
        for isa in Isa::available() {
            let mut c = noise(11 * PANEL, 4);
            // SAFETY: 11 rows of 300, 300 rows of 32, 11 rows of 32.
            unsafe { block(isa, 300, a.as_ptr(), 11, 300, 1, b.as_ptr(), c.as_mut_ptr(), PANEL) };
            assert_eq!(*first.get_or_insert(c.clone()), c, "{isa:?}");
        }
    }
}
