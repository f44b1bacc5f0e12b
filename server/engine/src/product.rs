//! Products of a model's matrices with rows of activations, and the normalisation before them.

use crate::adapter::Delta;
use crate::matrix::{Lhs, Matrix};
use crate::model::Model;
use crate::ops;
use crate::packed::{self, GROUP, TILE};
use crate::pool::Shared;
use crate::scratch::{Scratch, ThreadScratch, resize};

/// One matrix of a product with everything that is added.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term<'a> {
    pub(crate) matrix: &'a Matrix,
    pub(crate) bias: Option<&'a [f32]>,
    pub(crate) delta: Option<Delta<'a>>,
}

impl<'a> From<&'a Matrix> for Term<'a> {
    fn from(matrix: &'a Matrix) -> Term<'a> {
        Term { matrix, bias: None, delta: None }
    }
}

/// So many rows are one task where each is little work.
pub(crate) const FEW: usize = 4;

impl Model {
    /// Normalises the residual stream (n, dim) for the next products; in f32 too where one needs it so.
    pub(crate) fn normalise(&self, weight: &[f32], n: usize, keep: bool, s: &mut Scratch) {
        let (dim, eps) = (self.config.dim, self.config.eps);
        let keep = keep || self.plain;
        let quantized = dim.is_multiple_of(GROUP);
        if quantized {
            s.narrow.resize(n, dim);
        }
        resize(&mut s.normed, if keep { n * dim } else { 0 });
        let (x, narrow, normed) = (&s.x, &s.narrow, Shared::new(&mut s.normed));
        self.each_row(n, &|r| {
            let x = &x[r * dim..(r + 1) * dim];
            // SAFETY: each row is one task's.
            let normed = unsafe { normed.slice(r * dim * usize::from(keep), dim * usize::from(keep)) };
            if quantized {
                let to = if keep { normed.as_mut_ptr() } else { std::ptr::null_mut() };
                // SAFETY: `dim` values each, and each row is one task's.
                unsafe {
                    packed::rms_norm_quantize(self.isa, x.as_ptr(), weight.as_ptr(), eps, r, to, narrow)
                };
            } else {
                ops::rms_norm(x, weight, eps, normed);
            }
        });
    }

    /// Computes the products of x with some matrices, into outs (n, rows) or, if `add`, added to them.
    pub(crate) fn product(
        &self,
        terms: &[Term<'_>],
        x: Lhs<'_>,
        threads: &mut [ThreadScratch],
        outs: &mut [&mut Vec<f32>],
        add: bool,
    ) {
        let outs: Vec<Shared<'_, f32>> = outs.iter_mut().map(|out| Shared::new(out)).collect();
        let tiles: usize = terms.iter().map(|term| term.matrix.tiles()).sum();
        // Small tasks for an even end, but some hundred kilobytes each, so that memory is read in long runs.
        let block = (tiles / (self.pool.threads() * 8)).clamp(1, 16);
        let threads = Shared::new(threads);
        self.pool.run(tiles.div_ceil(block), &|thread, task| {
            // SAFETY: a thread's number is used by one thread at a time.
            let scratch = unsafe { &mut threads.slice(thread, 1)[0] };
            resize(&mut scratch.tiles, x.n * TILE);
            for tile in task * block..((task + 1) * block).min(tiles) {
                let (mut t, mut which) = (tile, 0);
                while t >= terms[which].matrix.tiles() {
                    t -= terms[which].matrix.tiles();
                    which += 1;
                }
                let Term { matrix: w, bias, delta } = terms[which];
                if let Some(delta) = delta {
                    delta.ask(self.isa, t);
                }
                w.tile(self.isa, t, x, &mut scratch.row, &mut scratch.tiles);
                if let Some(delta) = delta {
                    delta.add(self.isa, t, &mut scratch.tiles);
                }
                let some = w.rows_of(t);
                for (r, from) in scratch.tiles.chunks_exact(TILE).enumerate() {
                    // SAFETY: each tile is one task's, and so are its columns of the result.
                    let to = unsafe { outs[which].slice(r * w.rows() + t * TILE, some) };
                    match (add, bias) {
                        (true, _) => to.iter_mut().zip(from).for_each(|(to, from)| *to += from),
                        (false, None) => to.copy_from_slice(&from[..some]),
                        (false, Some(bias)) => {
                            let bias = &bias[t * TILE..];
                            to.iter_mut().zip(from).zip(bias).for_each(|((to, from), b)| *to = from + b);
                        }
                    }
                }
            }
        });
    }

    /// Calls `work` for each row below n, on several threads where there are many.
    pub(crate) fn each_row(&self, n: usize, work: &(dyn Fn(usize) + Sync)) {
        if n <= FEW {
            return (0..n).for_each(work);
        }
        self.pool.run(n.div_ceil(FEW), &|_, task| (task * FEW..((task + 1) * FEW).min(n)).for_each(work));
    }
}
