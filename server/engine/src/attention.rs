//! Attention of grouped queries over cached keys and values (Vaswani et al., 2017; Ainslie et al., 2023).
//!
//! Positions are taken in parts of [`PART`]. Each part gives a partial result with its own maximum, as in
//! online softmax (Milakov and Gimelshein, 2018), and partial results are merged in order. So the result
//! for a query has the same bits whether parts were computed by one thread or several, for one query or
//! many.

use crate::kv_cache::{BLOCK, Shape};
use crate::simd::{self, Isa, LANES, Simd, dispatch};

/// Positions of a part.
pub(crate) const PART: usize = 256;

/// One query: a head of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query {
    /// (head_dim), scaled by 1/√head_dim.
    pub(crate) q: *const f32,
    /// How many positions it sees.
    pub(crate) seen: usize,
    /// A partial result, see [`partial_len`].
    pub(crate) out: *mut f32,
}

// SAFETY: plain addresses; who uses them promises that they are good (`attend`).
unsafe impl Send for Query {}

/// Returns the length of a partial result: the weighted sum of values (value_width), the maximum of the
/// scores, and the sum of the weights.
pub(crate) fn partial_len(shape: Shape) -> usize {
    shape.value_width() + LANES
}

/// Computes the partial results of some queries of one kv head over the part of positions that begins at
/// `from`, which each of them must see.
///
/// # Safety
/// The pointers of each [`Query`] must be good for the lengths that its fields state, and keys and values hold all
/// positions seen.
pub(crate) unsafe fn attend(
    isa: Isa,
    (keys, values): (&[u16], &[u16]),
    shape: Shape,
    head: usize,
    from: usize,
    queries: &[Query],
    scores: &mut Vec<f32>,
) {
    let blocks = queries.iter().map(|q| q.seen).max().unwrap_or(0).div_ceil(BLOCK);
    assert!(keys.len() >= blocks * shape.key_block() && values.len() >= blocks * shape.value_block());
    assert!(from.is_multiple_of(PART) && head < shape.kv_heads && queries.iter().all(|q| q.seen > from));
    scores.resize(MOST * PART, 0.0);
    for queries in queries.chunks(MOST) {
        // SAFETY: as above; scores holds parts for as many queries as any kernel computes at once.
        unsafe { part(isa, keys.as_ptr(), values.as_ptr(), shape, head, from, queries, scores.as_mut_ptr()) }
    }
}

/// Queries whose scores are held at once: as many as the widest kernel computes.
const MOST: usize = 8;

/// Merges a partial result into one of earlier positions (`merged` may be empty: sum of weights 0).
pub(crate) fn merge(shape: Shape, merged: &mut [f32], part: &[f32]) {
    let width = shape.value_width();
    let (max, sum) = (part[width], part[width + 1]);
    if merged[width + 1] == 0.0 {
        merged.copy_from_slice(part);
        return;
    }
    let (old_max, old_sum) = (merged[width], merged[width + 1]);
    let top = if old_max > max { old_max } else { max };
    let (old, new) = (simd::exp_one(old_max - top), simd::exp_one(max - top));
    for (m, p) in merged[..width].iter_mut().zip(part) {
        *m = *m * old + p * new;
    }
    merged[width] = top;
    merged[width + 1] = old_sum * old + sum * new;
}

dispatch! {
    fn part(keys: *const u16, values: *const u16, shape: Shape, head: usize, from: usize, queries: &[Query], scores: *mut f32) = chunks
}

#[inline(always)]
unsafe fn chunks<S: Simd, const R: usize>(
    keys: *const u16,
    values: *const u16,
    shape: Shape,
    head: usize,
    from: usize,
    queries: &[Query],
    scores: *mut f32,
) {
    let mut rest = queries;
    // SAFETY: passed on.
    unsafe {
        while !rest.is_empty() {
            let n = rest.len();
            let taken = if n > 4 && R > 4 {
                some::<S, R>(keys, values, shape, head, from, rest, scores)
            } else if n > 2 && R >= 4 {
                some::<S, 4>(keys, values, shape, head, from, rest, scores)
            } else {
                some::<S, 2>(keys, values, shape, head, from, rest, scores)
            };
            rest = &rest[taken..];
        }
    }
}

/// Computes up to N queries; returns how many.
#[inline(always)]
unsafe fn some<S: Simd, const N: usize>(
    keys: *const u16,
    values: *const u16,
    shape: Shape,
    head: usize,
    from: usize,
    queries: &[Query],
    scores: *mut f32,
) -> usize {
    let n = queries.len().min(N);
    // Where there are fewer than N, the last one is computed more often.
    let queries: [Query; N] = std::array::from_fn(|i| queries[i.min(n - 1)]);
    let most = queries.iter().map(|q| q.seen).fold(0, usize::max).min(from + PART);
    let (first, end) = (from / BLOCK, most.div_ceil(BLOCK));
    let width = shape.value_width();
    // SAFETY: the blocks first to end are within keys and values, as are `PART` scores for each query.
    unsafe {
        // Two blocks at once, as a fused product takes several cycles and the next one would wait for it.
        let mut block = first;
        while block + 2 <= end {
            scores_of::<S, N, 2>(keys, shape, head, block, &queries, scores.add((block - first) * BLOCK));
            block += 2;
        }
        if block < end {
            scores_of::<S, N, 1>(keys, shape, head, block, &queries, scores.add((block - first) * BLOCK));
        }
        for (i, query) in queries[..n].iter().enumerate() {
            let scores = scores.add(i * PART);
            let seen = query.seen.min(from + PART) - from;
            let padded = (end - first) * BLOCK;
            for j in seen..padded {
                *scores.add(j) = f32::NEG_INFINITY;
            }
            let mut largest = S::load(scores);
            for b in 1..end - first {
                largest = S::max(largest, S::load(scores.add(b * BLOCK)));
            }
            let mut lanes = [0.0f32; LANES];
            S::store(lanes.as_mut_ptr(), largest);
            let max = lanes.iter().fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
            let mut total = S::splat(0.0);
            for b in 0..end - first {
                let at = scores.add(b * BLOCK);
                S::store(at, simd::exp::<S>(S::sub(S::load(at), S::splat(max))));
                for j in seen.max(b * BLOCK)..((b + 1) * BLOCK).max(seen) {
                    *scores.add(j) = 0.0;
                }
                total = S::add(total, S::load(at));
            }
            *query.out.add(width) = max;
            *query.out.add(width + 1) = simd::sum::<S>(total);
        }
        for i in n..N {
            std::ptr::copy_nonoverlapping(scores.add((n - 1) * PART), scores.add(i * PART), PART);
        }
        let weights = Weights { p: scores, from, most };
        let mut c = 0;
        while c + 2 * LANES <= width {
            values_of::<S, N, 2>(values, shape, head, c, &weights, &queries[..n]);
            c += 2 * LANES;
        }
        if c < width {
            values_of::<S, N, 1>(values, shape, head, c, &weights, &queries[..n]);
        }
    }
    n
}

/// Computes the scores of N queries for B blocks of positions.
#[allow(clippy::needless_range_loop)] // one index for several arrays
#[inline(always)]
unsafe fn scores_of<S: Simd, const N: usize, const B: usize>(
    keys: *const u16,
    shape: Shape,
    head: usize,
    block: usize,
    queries: &[Query; N],
    scores: *mut f32,
) {
    // SAFETY: the blocks are within the keys, and there are so many scores, by the caller's promise.
    unsafe {
        let keys: [*const u16; B] = std::array::from_fn(|b| {
            keys.add((block + b) * shape.key_block() + head * shape.head_dim * BLOCK)
        });
        // A head's keys lie in pieces of a block each, too short for the processor to foresee the next one.
        let next = keys.map(|keys| keys.wrapping_add(B * shape.key_block()).cast::<u8>());
        let mut sum = [[S::splat(0.0); N]; B];
        for d in 0..shape.head_dim {
            for b in 0..B {
                if d.is_multiple_of(2) {
                    S::prefetch(next[b].wrapping_add(2 * d * BLOCK), 4 * BLOCK);
                }
                let k = S::load_f16(keys[b].add(d * BLOCK));
                for i in 0..N {
                    sum[b][i] = S::fma(S::splat(*queries[i].q.add(d)), k, sum[b][i]);
                }
            }
        }
        for b in 0..B {
            for i in 0..N {
                S::store(scores.add(i * PART + b * BLOCK), sum[b][i]);
            }
        }
    }
}

/// The weights of the positions from .. most, (queries, PART).
struct Weights {
    p: *const f32,
    from: usize,
    most: usize,
}

/// Computes C vectors of the weighted sums of values, from element `c` on.
#[allow(clippy::needless_range_loop)] // one index for several arrays
#[inline(always)]
unsafe fn values_of<S: Simd, const N: usize, const C: usize>(
    values: *const u16,
    shape: Shape,
    head: usize,
    c: usize,
    weights: &Weights,
    queries: &[Query],
) {
    let width = shape.value_width();
    // SAFETY: the positions are within the values, and there are weights for N queries, by the caller's promise.
    unsafe {
        let mut sum = [[S::splat(0.0); N]; C];
        for j in weights.from..weights.most {
            let (block, inside) = (j / BLOCK, j % BLOCK);
            let at = values.add(block * shape.value_block() + (head * BLOCK + inside) * width + c);
            S::prefetch(at.wrapping_add(shape.value_block()).cast(), 2 * C * LANES);
            let v: [S::F; C] = std::array::from_fn(|k| S::load_f16(at.add(k * LANES)));
            for i in 0..N {
                let p = S::splat(*weights.p.add(i * PART + j - weights.from));
                for k in 0..C {
                    sum[k][i] = S::fma(p, v[k], sum[k][i]);
                }
            }
        }
        for (i, query) in queries.iter().enumerate() {
            for k in 0..C {
                S::store(query.out.add(c + k * LANES), sum[k][i]);
            }
        }
    }
}

dispatch! {
    /// Writes keys and values of one position, (kv_heads, head_dim) each.
    ///
    /// # Safety
    /// The pointers must be good for that, `keys` and `values` for the block of the position, and no other
    /// thread may write that position.
    fn store(k: *const f32, v: *const f32, shape: Shape, position: usize, keys: *mut u16, values: *mut u16) = store_position
}

#[inline(always)]
unsafe fn store_position<S: Simd, const R: usize>(
    k: *const f32,
    v: *const f32,
    shape: Shape,
    position: usize,
    keys: *mut u16,
    values: *mut u16,
) {
    let (block, inside) = (position / BLOCK, position % BLOCK);
    let width = shape.value_width();
    // SAFETY: within the position's block by the caller's promise.
    unsafe {
        let keys = keys.add(block * shape.key_block() + inside);
        let values = values.add(block * shape.value_block() + inside * width);
        for head in 0..shape.kv_heads {
            for d in (0..shape.head_dim).step_by(LANES) {
                let some = LANES.min(shape.head_dim - d);
                let mut x = [[0.0f32; LANES]; 2];
                std::ptr::copy_nonoverlapping(k.add(head * shape.head_dim + d), x[0].as_mut_ptr(), some);
                std::ptr::copy_nonoverlapping(v.add(head * shape.head_dim + d), x[1].as_mut_ptr(), some);
                let mut halves = [0u16; LANES];
                S::store_f16(halves.as_mut_ptr(), S::load(x[0].as_ptr()));
                for (i, half) in halves[..some].iter().enumerate() {
                    *keys.add((head * shape.head_dim + d + i) * BLOCK) = *half;
                }
                S::store_f16(values.add(head * BLOCK * width + d), S::load(x[1].as_ptr()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize, seed: u32) -> Vec<f32> {
        let mut x = seed;
        (0..n)
            .map(|_| {
                x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (x >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect()
    }

    fn half(x: f32) -> f64 {
        f64::from(half::f16::from_f32(x).to_f32())
    }

    /// Results of `queries` (rows of q with what they see), all parts merged.
    fn results(
        isa: Isa,
        cache: (&[u16], &[u16]),
        shape: Shape,
        head: usize,
        queries: &[(&[f32], usize)],
    ) -> Vec<Vec<f32>> {
        let len = partial_len(shape);
        let mut merged = vec![vec![0.0; len]; queries.len()];
        let most = queries.iter().map(|q| q.1).max().unwrap_or(0);
        for from in (0..most).step_by(PART) {
            let mut partial = vec![vec![f32::NAN; len]; queries.len()];
            let which: Vec<usize> = (0..queries.len()).filter(|i| queries[*i].1 > from).collect();
            let part: Vec<Query> = which
                .iter()
                .map(|i| Query {
                    q: queries[*i].0.as_ptr(),
                    seen: queries[*i].1,
                    out: partial[*i].as_mut_ptr(),
                })
                .collect();
            // SAFETY: lengths as documented.
            unsafe { attend(isa, cache, shape, head, from, &part, &mut Vec::new()) };
            which.iter().for_each(|i| merge(shape, &mut merged[*i], &partial[*i]));
        }
        merged
            .iter()
            .map(|m| (0..shape.head_dim).map(|d| m[d] / m[shape.value_width() + 1]).collect())
            .collect()
    }

    #[test]
    fn every_instruction_set_gives_the_attention_of_the_formula() {
        // Miri takes a thousand times as long: it gets shapes that come to every kind of end.
        let shapes: &[(usize, usize, usize)] = if cfg!(miri) {
            &[(1, 8, 1), (1, 8, 258)]
        } else {
            &[(1, 8, 1), (2, 64, 300), (3, 24, 513), (1, 128, 40)]
        };
        for &(kv_heads, head_dim, positions) in shapes {
            let shape = Shape { kv_heads, head_dim };
            let blocks = positions.div_ceil(BLOCK);
            let (k, v) =
                (noise(positions * kv_heads * head_dim, 1), noise(positions * kv_heads * head_dim, 2));
            let queries = noise(11 * head_dim, 3);
            let mut all: Vec<Vec<Vec<f32>>> = Vec::new();
            for isa in Isa::available() {
                let mut keys = vec![0; blocks * shape.key_block()];
                let mut values = vec![0; blocks * shape.value_block()];
                for p in 0..positions {
                    let at = p * kv_heads * head_dim;
                    // SAFETY: the blocks are there.
                    unsafe {
                        store(
                            isa,
                            k[at..].as_ptr(),
                            v[at..].as_ptr(),
                            shape,
                            p,
                            keys.as_mut_ptr(),
                            values.as_mut_ptr(),
                        );
                    }
                }
                let head = kv_heads - 1;
                // Like rows of a chunk: each sees one position more, and several heads a row.
                let asked: Vec<(&[f32], usize)> = queries
                    .chunks_exact(head_dim)
                    .enumerate()
                    .map(|(i, q)| (q, positions.saturating_sub((10 - i) / 3).max(1)))
                    .collect();
                let got = results(isa, (&keys, &values), shape, head, &asked);
                for ((q, seen), got) in asked.iter().zip(&got) {
                    let row = |p: usize| (p * kv_heads + head) * head_dim;
                    let scores: Vec<f64> = (0..*seen)
                        .map(|p| (0..head_dim).map(|d| f64::from(q[d]) * half(k[row(p) + d])).sum())
                        .collect();
                    let top = scores.iter().copied().fold(f64::MIN, f64::max);
                    let weights: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
                    let total: f64 = weights.iter().sum();
                    for d in 0..head_dim {
                        let exact = (0..*seen).map(|p| weights[p] * half(v[row(p) + d])).sum::<f64>() / total;
                        assert!((f64::from(got[d]) - exact).abs() < 2e-6, "{isa:?} {shape:?} {seen} {d}");
                    }
                }
                let alone = results(isa, (&keys, &values), shape, head, &asked[4..5]);
                assert_eq!(alone[0], got[4], "{isa:?}: alone and among others");
                all.push(got);
            }
            assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{shape:?}: all instruction sets");
        }
    }
}
