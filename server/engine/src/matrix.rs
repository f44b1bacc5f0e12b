//! A weight matrix within the mapped file, and its product with activations.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;
use rayon::prelude::*;

use crate::dtype::DType;
use crate::ops;
use crate::quant::{self, Activations, GROUP, Isa, Unpacked};

/// (rows, cols) weights, stored row by row.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    pub(crate) file: Arc<Mmap>,
    pub(crate) bytes: Range<usize>,
    pub(crate) dtype: DType,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
}

/// Rows of activations, in f32 and, where a kernel wants it, quantised.
#[derive(Debug, Default)]
pub(crate) struct Lhs {
    quantized: Activations,
    fresh: bool,
}

impl Lhs {
    /// Says that the f32 activations have changed.
    pub(crate) fn changed(&mut self) {
        self.fresh = false;
    }
}

thread_local! {
    /// Scratch of one thread: an unpacked row, a row in f32, and the products of a row.
    static SCRATCH: RefCell<(Unpacked, Vec<f32>, Vec<f32>)> = RefCell::default();
}

/// Where threads write their own rows of a result, side by side.
struct Out(*mut f32);
// SAFETY: every thread writes other elements (`mul` gives each row to one thread only), and the
// buffer outlives the parallel section.
unsafe impl Sync for Out {}

impl Matrix {
    fn row(&self, r: usize) -> &[u8] {
        let n = self.dtype.row_bytes(self.cols);
        &self.file[self.bytes.start + r * n..self.bytes.start + (r + 1) * n]
    }

    /// Converts row `r` to f32 (cols).
    pub(crate) fn row_f32(&self, r: usize, out: &mut [f32]) {
        self.dtype.to_f32(self.row(r), out);
    }

    /// Computes `out = x · selfᵀ`: x is (n, cols), out is (n, rows). Runs on the current rayon pool.
    /// `lhs` keeps the quantised x between products with the same x.
    pub(crate) fn mul(&self, isa: Isa, x: &[f32], lhs: &mut Lhs, out: &mut [f32]) {
        let n = x.len() / self.cols;
        assert!(x.len() == n * self.cols && out.len() == n * self.rows, "shapes of a matrix product");
        let kernel = quant::has_kernel(self.dtype) && self.cols.is_multiple_of(GROUP);
        if kernel && !lhs.fresh {
            lhs.quantized.quantize(x, self.cols);
            lhs.fresh = true;
        }
        let acts = &lhs.quantized;
        let target = Out(out.as_mut_ptr());
        let chunk = self.rows.div_ceil(rayon::current_num_threads() * 4).max(8);
        (0..self.rows.div_ceil(chunk)).into_par_iter().for_each(|c| {
            // The whole wrapper is captured, not its pointer: the pointer alone is not Sync.
            let target = &target;
            SCRATCH.with_borrow_mut(|(unpacked, row, products)| {
                products.resize(n, 0.0);
                for r in c * chunk..((c + 1) * chunk).min(self.rows) {
                    if kernel {
                        quant::dot_row(isa, self.dtype, self.row(r), acts, products, unpacked);
                    } else {
                        row.resize(self.cols, 0.0);
                        self.row_f32(r, row);
                        for (x, p) in x.chunks_exact(self.cols).zip(products.iter_mut()) {
                            *p = ops::dot(isa, row, x);
                        }
                    }
                    for (i, p) in products.iter().enumerate() {
                        // SAFETY: i < n and r < rows, so the place lies within `out`; row r belongs
                        // to this chunk alone.
                        unsafe { *target.0.add(i * self.rows + r) = *p };
                    }
                }
            });
        });
    }
}
