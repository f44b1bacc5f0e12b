//! From tiles back to f32, for products with the transposed matrix.

use std::ops::Range;

use super::kernel::Weights;
use super::{GROUP, Kind, Packed, TILE, Tile};
use crate::simd::{Isa, Simd, dispatch};

/// Converts whole groups of columns of a tile: of column c, row r goes to `out[(c - from) * stride + r]`.
pub(crate) fn unpack(
    isa: Isa,
    w: &Packed,
    tile: usize,
    columns: Range<usize>,
    stride: usize,
    out: &mut [f32],
) {
    assert!(columns.start.is_multiple_of(GROUP) && columns.end.is_multiple_of(GROUP));
    assert!(columns.start < columns.end && columns.end <= w.cols && stride >= TILE);
    assert!(out.len() >= (columns.len() - 1) * stride + TILE);
    let (first, groups) = (columns.start / GROUP, columns.len() / GROUP);
    // SAFETY: the groups lie within the tile, and out has a vector for each column.
    unsafe { unpack_groups(isa, w.kind, w.tile(tile), first, groups, stride, out.as_mut_ptr()) }
}

dispatch! {
    fn unpack_groups(kind: Kind, tile: Tile, first: usize, groups: usize, stride: usize, out: *mut f32) = by_kind
}

#[inline(always)]
unsafe fn by_kind<S: Simd, const R: usize>(
    kind: Kind,
    tile: Tile,
    first: usize,
    groups: usize,
    stride: usize,
    out: *mut f32,
) {
    for i in 0..groups {
        // SAFETY: passed on.
        unsafe {
            let out = out.add(i * GROUP * stride);
            match kind {
                Kind::Four => one::<S, 4, false>(tile, first + i, stride, out),
                Kind::FourBias => one::<S, 4, true>(tile, first + i, stride, out),
                Kind::Five => one::<S, 5, false>(tile, first + i, stride, out),
                Kind::FiveBias => one::<S, 5, true>(tile, first + i, stride, out),
                Kind::Six => one::<S, 6, false>(tile, first + i, stride, out),
                Kind::Eight => one::<S, 8, false>(tile, first + i, stride, out),
            }
        }
    }
}

/// `scale * (u - offset) + bias` for the 32 columns of a group.
#[inline(always)]
unsafe fn one<S: Simd, const BITS: u32, const BIAS: bool>(
    tile: Tile,
    group: usize,
    stride: usize,
    out: *mut f32,
) {
    // SAFETY: the group lies within the tile, and out has a vector for each of its columns.
    unsafe {
        let w = Weights::<S>::read::<BITS, BIAS>(tile, group);
        let offset = S::splat(if BIAS { 0.0 } else { (1u32 << (BITS - 1)) as f32 });
        for k in 0..8 {
            let scale = w.scales[k / 4];
            let put = |c: usize, u: S::I| {
                let v = S::fma(S::sub(S::to_f32(u), offset), scale, w.bias);
                S::store(out.add((4 * k + c) * stride), v);
            };
            put(0, S::byte::<0>(w.words[k]));
            put(1, S::byte::<1>(w.words[k]));
            put(2, S::byte::<2>(w.words[k]));
            put(3, S::byte::<3>(w.words[k]));
        }
    }
}
