//! Weight matrices: packed where there is a kernel for their type, else as they are in the file.

use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;

use crate::dtype::DType;
use crate::error::EngineError;
use crate::ops;
use crate::packed::{self, Activations, GROUP, Kind, Packed, TILE};
use crate::packed_cache::PackedCache;
use crate::pool::Pool;
use crate::simd::Isa;

/// (rows, cols) weights as the file stores them, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) file: Arc<Mmap>,
    pub(crate) bytes: Range<usize>,
    pub(crate) dtype: DType,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
}

impl Rows {
    /// Converts row `r` to f32 (cols).
    pub(crate) fn row_f32(&self, r: usize, out: &mut [f32]) {
        let n = self.dtype.row_bytes(self.cols);
        self.dtype.to_f32(&self.file[self.bytes.start + r * n..][..n], out);
    }
}

/// Advises the system that the pages of a part of a file will not be read soon. They stay in its cache of the file.
pub(crate) fn release(file: &Mmap, bytes: &Range<usize>) {
    #[cfg(all(unix, not(miri)))]
    // SAFETY: the pages of a read-only mapping of a file are read anew when they are wanted.
    let _ =
        unsafe { file.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, bytes.start, bytes.len()) };
    #[cfg(not(all(unix, not(miri))))]
    let _ = (file, bytes);
}

/// The right-hand side of products.
#[derive(Debug, Clone)]
pub(crate) enum Matrix {
    Packed(Packed),
    /// Of a type without a kernel, or not of whole groups: converted to f32 for each product.
    Plain(Rows),
}

/// The left-hand side of products: rows of activations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lhs<'a> {
    /// For packed matrices.
    pub(crate) quantized: &'a Activations,
    /// (n, cols), for plain ones; may be empty where there are none.
    pub(crate) plain: &'a [f32],
    pub(crate) n: usize,
}

impl Matrix {
    /// Prepares a matrix of the file for products: takes it from the cache if it is there, or packs it.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn new(
        pool: &Pool,
        rows: Rows,
        cache: Option<&mut PackedCache>,
    ) -> Result<Matrix, EngineError> {
        match Kind::of(rows.dtype) {
            Some(kind) if rows.cols.is_multiple_of(GROUP) => {
                let cached = cache
                    .and_then(|cache| Packed::from_areas(kind, rows.rows, rows.cols, |len| cache.take(len)));
                if let Some(packed) = cached {
                    return Ok(Matrix::Packed(packed));
                }
                let bytes = &rows.file[rows.bytes.clone()];
                let packed = Packed::new(pool, rows.dtype, kind, bytes, rows.rows, rows.cols)?;
                release(&rows.file, &rows.bytes);
                Ok(Matrix::Packed(packed))
            }
            _ => Ok(Matrix::Plain(rows)),
        }
    }

    /// Returns the packed weights, if it is packed.
    pub(crate) fn packed(&self) -> Option<&Packed> {
        match self {
            Matrix::Packed(packed) => Some(packed),
            Matrix::Plain(_) => None,
        }
    }

    pub(crate) fn rows(&self) -> usize {
        match self {
            Matrix::Packed(w) => w.rows,
            Matrix::Plain(w) => w.rows,
        }
    }

    /// Returns how many tiles of 16 rows there are.
    pub(crate) fn tiles(&self) -> usize {
        self.rows().div_ceil(TILE)
    }

    /// Returns how many rows of tile `t` are rows of the matrix.
    pub(crate) fn rows_of(&self, t: usize) -> usize {
        TILE.min(self.rows() - t * TILE)
    }

    pub(crate) fn cols(&self) -> usize {
        match self {
            Matrix::Packed(w) => w.cols,
            Matrix::Plain(w) => w.cols,
        }
    }

    /// Converts the columns `from` to `to` (whole groups, or all) of tile `t` to f32: of column c, row r goes
    /// to `out[(c - from) * stride + r]`. Rows beyond the matrix's last one are zero.
    pub(crate) fn unpack(&self, isa: Isa, t: usize, columns: Range<usize>, stride: usize, out: &mut [f32]) {
        match self {
            Matrix::Packed(w) => packed::unpack(isa, w, t, columns, stride, out),
            Matrix::Plain(w) => {
                let mut row = vec![0.0; w.cols];
                for r in 0..TILE {
                    if r < self.rows_of(t) {
                        w.row_f32(t * TILE + r, &mut row);
                    } else {
                        row.fill(0.0);
                    }
                    for (c, v) in row[columns.clone()].iter().enumerate() {
                        out[c * stride + r] = *v;
                    }
                }
            }
        }
    }

    /// Returns whether products need f32 activations.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Matrix::Plain(_))
    }

    /// Computes the products of tile `t` with all activations: out (n, 16). Rows beyond the matrix's last
    /// row have no meaning. `row` is scratch memory.
    pub(crate) fn tile(&self, isa: Isa, t: usize, x: Lhs<'_>, row: &mut Vec<f32>, out: &mut [f32]) {
        match self {
            Matrix::Packed(w) => packed::multiply(isa, w, t, x.quantized, out),
            Matrix::Plain(w) => {
                row.resize(w.cols, 0.0);
                for i in 0..self.rows_of(t) {
                    w.row_f32(t * TILE + i, row);
                    for (x, out) in x.plain.chunks_exact(w.cols).zip(out.chunks_exact_mut(TILE)) {
                        out[i] = ops::dot(isa, row, x);
                    }
                }
            }
        }
    }
}
