//! The output of a pass: logits, or only the likeliest token.
//!
//! The likeliest token is found exactly, but mostly from half of the output matrix's bytes: all products
//! are estimated with a known bound of the error, and only tiles of rows that may hold the largest one are
//! computed in full, in the order of their bounds.

use crate::matrix::{Lhs, Matrix};
use crate::model::Model;
use crate::ops;
use crate::packed::{self, Packed, TILE};
use crate::pool::Shared;
use crate::product::Term;
use crate::scratch::{Best, Scratch, ThreadScratch, Want, resize};

/// Tiles of a task of estimates.
const BLOCK: usize = 64;
/// Tiles of a task of products, which lie far apart.
const BATCH: usize = 8;

impl Model {
    /// Computes the wanted output from the residual stream (want.rows(), dim), into the scratch memory.
    pub(crate) fn output(&self, want: Want, s: &mut Scratch) {
        let n = want.rows();
        s.logits.clear();
        s.best.clear();
        s.sums.clear();
        if n == 0 {
            return;
        }
        self.normalise(&self.norm, n, false, s);
        resize(&mut s.logits, n * self.vocab);
        match (&self.output, want) {
            (Matrix::Packed(w), Want::Best(_))
                if packed::can_screen(w) && s.savings.estimate(self.screening, s.steady) =>
            {
                self.screened(w, n, s)
            }
            _ => {
                let x = Lhs { quantized: &s.narrow, plain: &s.normed, n };
                self.product(&[Term::from(&self.output)], x, &mut s.threads, &mut [&mut s.logits], false);
                if let Want::Best(_) = want {
                    s.best.extend(s.logits.chunks_exact(self.vocab).map(|row| {
                        let mut best = NONE;
                        row.iter().enumerate().for_each(|(i, logit)| better(&mut best, i, *logit));
                        best
                    }));
                }
            }
        }
        for (best, logits) in s.best.iter_mut().zip(s.logits.chunks_exact(self.vocab)) {
            best.log_sum = f64::from(best.logit) + f64::from(ops::sum_exp(self.isa, logits, best.logit)).ln();
        }
    }

    fn screened(&self, w: &Packed, n: usize, s: &mut Scratch) {
        let (vocab, tiles) = (self.vocab, w.tiles());
        s.narrow.norms(&mut s.norms);
        resize(&mut s.bounds, n * tiles);
        let threads = Shared::new(&mut s.threads);
        let (logits, bounds) = (Shared::new(&mut s.logits), Shared::new(&mut s.bounds));
        let (x, norms) = (&s.narrow, &s.norms);
        self.pool.run(tiles.div_ceil(BLOCK), &|thread, task| {
            // SAFETY: a thread's number is used by one thread at a time.
            let work = unsafe { &mut threads.slice(thread, 1)[0] };
            resize(&mut work.tiles, n * TILE);
            resize(&mut work.partial, n * TILE);
            for t in task * BLOCK..((task + 1) * BLOCK).min(tiles) {
                packed::estimate(self.isa, w, t, x, norms, &mut work.tiles, &mut work.partial);
                let some = TILE.min(vocab - t * TILE);
                for r in 0..n {
                    let (values, errors) =
                        (&work.tiles[r * TILE..][..some], &work.partial[r * TILE..][..some]);
                    let bound_of = values.iter().zip(errors).fold(f32::NEG_INFINITY, |most, (v, e)| {
                        let most_here = v + e;
                        // NaN has to be computed in full.
                        if most_here > most {
                            most_here
                        } else if most_here.is_nan() {
                            f32::INFINITY
                        } else {
                            most
                        }
                    });
                    // SAFETY: each tile is one task's, and so are its places.
                    unsafe {
                        logits.slice(r * vocab + t * TILE, some).copy_from_slice(values);
                        bounds.slice(r * tiles + t, 1)[0] = bound_of;
                    }
                }
            }
        });
        if s.steady {
            // Before anything else is known: which tiles are computed in full depends on the other rows too.
            s.sums.extend(s.logits.chunks_exact(vocab).map(|row| {
                let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                f64::from(most) + f64::from(ops::sum_exp(self.isa, row, most)).ln()
            }));
        }
        s.best.resize(n, NONE);
        let mut computed = 0;
        for r in 0..n {
            let bounds = &s.bounds[r * tiles..(r + 1) * tiles];
            s.order.clear();
            // The tiles that may reach most give a first value; all that cannot reach it are out.
            let first = (0..tiles).fold(0, |best, t| if bounds[t] > bounds[best] { t } else { best }) as u32;
            self.exact_tiles(w, &[first], &s.narrow, &mut s.threads, &mut s.logits, &mut s.best);
            let best = s.best[r].logit;
            s.order.extend((0..tiles as u32).filter(|t| bounds[*t as usize] >= best && *t != first));
            s.order.sort_unstable_by(|a, b| bounds[*b as usize].total_cmp(&bounds[*a as usize]));
            let mut some = BATCH;
            let mut rest = &s.order[..];
            while let Some(t) = rest.first()
                && bounds[*t as usize] >= s.best[r].logit
            {
                let (now, after) = rest.split_at(some.min(rest.len()));
                self.exact_tiles(w, now, &s.narrow, &mut s.threads, &mut s.logits, &mut s.best);
                computed += now.len();
                rest = after;
                some *= 2;
            }
        }
        s.savings.record(computed as f32 / (n * tiles) as f32);
    }

    /// Computes the logits of `tokens` after a row of the last pass in full, leaves them in the scratch memory, and
    /// returns ln Σ exp(logit) of all tokens. With screening the part of all other tokens is an estimate. It depends
    /// on that row and `tokens` alone; [`Best::log_sum`] also depends on the other tokens of the pass.
    pub(crate) fn exact(&self, tokens: &[u32], row: usize, s: &mut Scratch) -> f64 {
        let (Matrix::Packed(w), Some(sum)) = (&self.output, s.sums.get(row).copied()) else {
            return s.best.get(row).map_or(f64::NAN, |best| best.log_sum);
        };
        let tile_of = |token: u32| token / TILE as u32;
        s.order.clear();
        s.order.extend(tokens.iter().map(|token| tile_of(*token)));
        s.order.sort_unstable();
        s.order.dedup();
        let (n, place) = (s.narrow.rows(), |token: u32| row * self.vocab + token as usize);
        let (mut values, mut errors) = (vec![0.0; n * TILE], vec![0.0; n * TILE]);
        let mut estimates = Vec::with_capacity(tokens.len());
        for tile in &s.order {
            packed::estimate(self.isa, w, *tile as usize, &s.narrow, &s.norms, &mut values, &mut errors);
            let own = tokens.iter().filter(|token| tile_of(**token) == *tile);
            estimates.extend(own.map(|token| values[row * TILE + *token as usize % TILE]));
        }
        self.exact_tiles(w, &s.order, &s.narrow, &mut s.threads, &mut s.logits, &mut s.best);
        let part = |logit: f32| (f64::from(logit) - sum).exp();
        let estimated: f64 = estimates.into_iter().map(part).sum();
        let known: f64 = tokens.iter().map(|token| part(s.logits[place(*token)])).sum();
        sum + ((1.0 - estimated).max(0.0) + known).ln()
    }

    /// Computes some tiles in full, for all rows.
    fn exact_tiles(
        &self,
        w: &Packed,
        tiles: &[u32],
        x: &packed::Activations,
        threads: &mut [ThreadScratch],
        logits: &mut [f32],
        best: &mut [Best],
    ) {
        let vocab = self.vocab;
        let rows_of = |t: u32| (t as usize * TILE, TILE.min(vocab - t as usize * TILE));
        let (threads, shared) = (Shared::new(threads), Shared::new(logits));
        self.pool.run(tiles.len().div_ceil(BATCH), &|thread, task| {
            // SAFETY: a thread's number is used by one thread at a time.
            let work = unsafe { &mut threads.slice(thread, 1)[0] };
            resize(&mut work.tiles, x.rows() * TILE);
            for t in tiles.iter().skip(task * BATCH).take(BATCH) {
                packed::multiply(self.isa, w, *t as usize, x, &mut work.tiles);
                let (at, some) = rows_of(*t);
                for (r, values) in work.tiles.chunks_exact(TILE).enumerate() {
                    // SAFETY: each tile stands in the list once.
                    unsafe { shared.slice(r * vocab + at, some) }.copy_from_slice(&values[..some]);
                }
            }
        });
        for (best, logits) in best.iter_mut().zip(logits.chunks_exact(vocab)) {
            for t in tiles {
                let (at, some) = rows_of(*t);
                logits[at..at + some].iter().enumerate().for_each(|(i, logit)| better(best, at + i, *logit));
            }
        }
    }
}

/// Before any logit was seen.
const NONE: Best = Best { token: None, logit: f32::NEG_INFINITY, log_sum: 0.0 };

fn better(best: &mut Best, token: usize, logit: f32) {
    let first = best.token.is_none_or(|t| (token as u32) < t);
    if (logit > best.logit || (logit == best.logit && first)) && logit.is_finite() {
        (best.token, best.logit) = (Some(token as u32), logit);
    }
}
