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
    /// Scratch of one thread: unpacked rows, a row in f32, and the products of some rows.
    static SCRATCH: RefCell<(Vec<Unpacked>, Vec<f32>, Vec<f32>)> = RefCell::default();
}

/// Where threads write their own rows of a result, side by side.
struct Out(*mut f32);
// SAFETY: every thread writes other elements (`mul` gives each row to one thread only), and the
// buffer outlives the parallel section.
unsafe impl Sync for Out {}

impl Matrix {
    fn rows(&self, r: Range<usize>) -> &[u8] {
        let n = self.dtype.row_bytes(self.cols);
        &self.file[self.bytes.start + r.start * n..self.bytes.start + r.end * n]
    }

    /// Converts row `r` to f32 (cols).
    pub(crate) fn row_f32(&self, r: usize, out: &mut [f32]) {
        self.dtype.to_f32(self.rows(r..r + 1), out);
    }

    /// Computes `out = x · selfᵀ`: x is (n, cols), out is (n, rows). Runs on the current rayon pool.
    /// `lhs` keeps the quantised x between products with the same x.
    pub(crate) fn mul(&self, isa: Isa, x: &[f32], lhs: &mut Lhs, out: &mut [f32]) {
        let n = x.len() / self.cols;
        assert!(x.len() == n * self.cols && out.len() == n * self.rows, "shapes of a matrix product");
        let kernel = quant::has_kernel(self.dtype) && self.cols.is_multiple_of(GROUP);
        if kernel && !lhs.fresh {
            lhs.quantized.quantize(isa, x, self.cols);
            lhs.fresh = true;
        }
        let acts = &lhs.quantized;
        let target = Out(out.as_mut_ptr());
        // What a thread takes at once: some blocks of rows whose unpacked weights fit its L1 cache.
        let block = (16_384 / self.cols).clamp(2, 16);
        let chunk = self.rows.div_ceil(rayon::current_num_threads() * 4).next_multiple_of(block);
        (0..self.rows.div_ceil(chunk)).into_par_iter().for_each(|c| {
            // The whole wrapper is captured, not its pointer: the pointer alone is not Sync.
            let target = &target;
            let end = ((c + 1) * chunk).min(self.rows);
            SCRATCH.with_borrow_mut(|(unpacked, row, products)| {
                for from in (c * chunk..end).step_by(block) {
                    let to = (from + block).min(end);
                    products.resize((to - from) * n, 0.0);
                    if kernel {
                        quant::dot_rows(isa, self.dtype, self.rows(from..to), acts, products, unpacked);
                    } else {
                        row.resize(self.cols, 0.0);
                        for (r, products) in (from..to).zip(products.chunks_exact_mut(n)) {
                            self.row_f32(r, row);
                            for (x, p) in x.chunks_exact(self.cols).zip(products) {
                                *p = ops::dot(isa, row, x);
                            }
                        }
                    }
                    for i in 0..n {
                        for (k, r) in (from..to).enumerate() {
                            // SAFETY: i < n and r < rows, so the place lies within `out`; row r belongs
                            // to this chunk alone.
                            unsafe { *target.0.add(i * self.rows + r) = products[k * n + i] };
                        }
                    }
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random bytes as blocks of every type; scales are made small and finite.
    fn random_blocks(dtype: DType, elems: usize) -> Vec<u8> {
        let mut x = 88_172_645_463_325_252u64;
        let mut bytes: Vec<u8> = (0..dtype.row_bytes(elems))
            .map(|_| {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                x as u8
            })
            .collect();
        // The high byte of every f16 scale, of f16 and bf16 themselves, and of f32.
        let highs: &[usize] = match dtype {
            DType::F32 => &[3],
            DType::F16 | DType::BF16 | DType::Q4_0 | DType::Q5_0 | DType::Q8_0 => &[1],
            DType::Q2_K => &[81, 83],
            DType::Q3_K => &[109],
            DType::Q6_K => &[209],
            _ => &[1, 3],
        };
        for block in bytes.chunks_exact_mut(dtype.block_bytes()) {
            for at in highs {
                block[*at] =
                    if matches!(dtype, DType::F32 | DType::BF16) { 0x3c } else { 0x24 } | (block[*at] & 0x80);
            }
        }
        bytes
    }

    #[test]
    fn every_type_gives_the_product_of_its_values() {
        use DType::*;
        let (rows, cols, n) = (37, 512, 7);
        let x: Vec<f32> = (0..n * cols).map(|i| ((i * 7919 % 1009) as f32 / 504.5 - 1.0) * 2.0).collect();
        for dtype in [F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K] {
            let bytes = random_blocks(dtype, rows * cols);
            let mut map = memmap2::MmapMut::map_anon(bytes.len()).expect("memory");
            map.copy_from_slice(&bytes);
            let file = Arc::new(map.make_read_only().expect("memory"));
            let m = Matrix { file, bytes: 0..bytes.len(), dtype, rows, cols };
            for isa in [Isa::Scalar, Isa::detect()] {
                for n in [1, n] {
                    let mut out = vec![f32::NAN; n * rows];
                    m.mul(isa, &x[..n * cols], &mut Lhs::default(), &mut out);
                    let mut w = vec![0.0; cols];
                    for r in 0..rows {
                        m.row_f32(r, &mut w);
                        for i in 0..n {
                            let products = w.iter().zip(&x[i * cols..]).map(|(w, x)| f64::from(w * x));
                            let exact: f64 = products.clone().sum();
                            let size = products.map(|p| p * p).sum::<f64>().sqrt();
                            let got = f64::from(out[i * rows + r]);
                            // Activations are rounded to one of 127 steps.
                            assert!(
                                (got - exact).abs() < 0.03 * size,
                                "{dtype:?} {isa:?} ({i}, {r}): {got}, {exact}"
                            );
                        }
                    }
                }
            }
        }
    }
}
