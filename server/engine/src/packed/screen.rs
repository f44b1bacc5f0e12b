//! A cheap look at a product: from the upper four bits of eight-bit weights alone.
//!
//! Greedy decoding needs the largest of 150,000 products with the output matrix, which is over a third of
//! the bytes that a token reads. The upper half of those bytes gives every product up to an error that is
//! known; few rows can then still have the largest one, and only these are computed in full.

use super::activations::Group;
use super::{Activations, GROUP, Kind, NIBBLE_BYTES, Packed, TILE, Tile};
use crate::simd::{Isa, Simd, dispatch};

/// With u = 16 h + l, l is taken for 7.5, which is wrong by no more than this.
const REST: f32 = 7.5;
/// Both the estimate and the product itself are rounded sums of groups; this covers some thousand groups.
const ROUNDING: f32 = 1.002;

/// Returns whether products with a matrix can be estimated.
pub(crate) fn can_screen(w: &Packed) -> bool {
    w.kind == Kind::Eight
}

/// Estimates the products of tile `tile` with all rows of activations: `out` (n, 16), and in `errors` (n, 16)
/// how far they may be from what [`multiply`](super::multiply) gives. `norms` are those of `acts`.
pub(crate) fn estimate(
    isa: Isa,
    w: &Packed,
    tile: usize,
    acts: &Activations,
    norms: &[f32],
    out: &mut [f32],
    errors: &mut [f32],
) {
    let n = acts.rows();
    assert!(can_screen(w) && w.cols == acts.cols() && norms.len() == n * (w.cols / GROUP));
    assert!(out.len() == n * TILE && errors.len() == n * TILE);
    // SAFETY: the tile is inside the matrix, and the lengths are those just asserted.
    unsafe {
        let groups = w.cols / GROUP;
        screen(
            isa,
            w.tile(tile),
            groups,
            acts.as_ptr(),
            n,
            norms.as_ptr(),
            out.as_mut_ptr(),
            errors.as_mut_ptr(),
        );
    }
}

dispatch! {
    fn screen(tile: Tile, groups: usize, acts: *const Group, n: usize, norms: *const f32, out: *mut f32, errors: *mut f32) = estimates
}

#[inline(always)]
unsafe fn estimates<S: Simd, const R: usize>(
    tile: Tile,
    groups: usize,
    acts: *const Group,
    n: usize,
    norms: *const f32,
    out: *mut f32,
    errors: *mut f32,
) {
    let mut r = 0;
    // SAFETY: rows below n.
    unsafe {
        while r + 4 <= n {
            rows::<S, 4>(tile, groups, acts.add(r), n, norms.add(r), out.add(r * TILE), errors.add(r * TILE));
            r += 4;
        }
        while r < n {
            rows::<S, 1>(tile, groups, acts.add(r), n, norms.add(r), out.add(r * TILE), errors.add(r * TILE));
            r += 1;
        }
    }
}

#[inline(always)]
unsafe fn rows<S: Simd, const N: usize>(
    tile: Tile,
    groups: usize,
    acts: *const Group,
    n: usize,
    norms: *const f32,
    out: *mut f32,
    errors: *mut f32,
) {
    // SAFETY: N rows from here on, and groups within the tile, by the caller's promise.
    unsafe {
        let mask = S::splat_byte(15);
        let (mut sums, mut bounds) = ([S::splat(0.0); N], [S::splat(0.0); N]);
        for g in 0..groups {
            S::prefetch(
                tile.nibbles
                    .add(g * NIBBLE_BYTES)
                    .wrapping_add(super::kernel::PREFETCH_GROUPS * NIBBLE_BYTES),
                NIBBLE_BYTES,
            );
            let [a, b, c, d] =
                std::array::from_fn(|j| S::load_bytes(tile.nibbles.add(g * NIBBLE_BYTES + 64 * j)));
            let high = |v: S::B| S::and(S::shr::<4>(v), mask);
            let words = [
                S::and(a, mask),
                S::and(b, mask),
                S::and(c, mask),
                S::and(d, mask),
                high(a),
                high(b),
                high(c),
                high(d),
            ];
            let acts = acts.add(g * n);
            let q = std::array::from_fn(|i| (&raw const (*acts.add(i)).q).cast::<i8>());
            let dots = S::dots::<4, N, 0, 8>(&words, q, [std::ptr::null(); N]);
            let scale = S::load_f16(tile.scales.add(g * TILE));
            let size = S::abs(scale);
            for i in 0..N {
                let group = &*acts.add(i);
                sums[i] = S::fma(S::to_f32(dots[i]), S::mul(scale, S::splat(16.0 * group.d)), sums[i]);
                sums[i] = S::fma(scale, S::splat((REST - 128.0) * group.sum), sums[i]);
                bounds[i] = S::fma(size, S::splat(*norms.add(g * n + i)), bounds[i]);
            }
        }
        for i in 0..N {
            S::store(out.add(i * TILE), sums[i]);
            S::store(errors.add(i * TILE), S::mul(bounds[i], S::splat(REST * ROUNDING)));
        }
    }
}
