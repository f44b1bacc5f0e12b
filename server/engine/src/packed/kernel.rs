//! Products of a tile of 16 weight rows with rows of activations.
//!
//! Each product is a sum over groups in one order, whatever the number of activation rows and the
//! instruction set: evaluating tokens one by one, in chunks or as a draft gives the same bits.

use super::activations::Group;
use super::{Activations, GROUP, Kind, NIBBLE_BYTES, Packed, TILE, Tile};
use crate::simd::{Isa, Simd, dispatch};

/// Groups from the one in use to the one that is prefetched. Tiles follow each other in memory, so the prefetch runs
/// on into the next tile.
pub(super) const PREFETCH_GROUPS: usize = 16;

/// Computes the products of tile `tile` with all rows of activations: out (n, 16).
pub(crate) fn multiply(isa: Isa, w: &Packed, tile: usize, acts: &Activations, out: &mut [f32]) {
    assert_eq!(w.cols, acts.cols());
    assert_eq!(out.len(), acts.rows() * TILE);
    // SAFETY: the tile is inside the matrix, the activations have its columns, and out has a tile's rows
    // for each row of activations.
    unsafe {
        tile_product(isa, w.kind, w.tile(tile), w.cols / GROUP, acts.as_ptr(), acts.rows(), out.as_mut_ptr())
    }
}

dispatch! {
    fn tile_product(kind: Kind, tile: Tile, groups: usize, acts: *const Group, n: usize, out: *mut f32) = product
}

#[inline(always)]
unsafe fn product<S: Simd, const R: usize>(
    kind: Kind,
    tile: Tile,
    groups: usize,
    acts: *const Group,
    n: usize,
    out: *mut f32,
) {
    // SAFETY: passed on.
    unsafe {
        match kind {
            Kind::Four => run::<S, R, 4, false>(tile, groups, acts, n, out),
            Kind::FourBias => run::<S, R, 4, true>(tile, groups, acts, n, out),
            Kind::Five => run::<S, R, 5, false>(tile, groups, acts, n, out),
            Kind::FiveBias => run::<S, R, 5, true>(tile, groups, acts, n, out),
            Kind::Six => run::<S, R, 6, false>(tile, groups, acts, n, out),
            Kind::Eight => run::<S, R, 8, false>(tile, groups, acts, n, out),
        }
    }
}

#[inline(always)]
unsafe fn run<S: Simd, const R: usize, const BITS: u32, const BIAS: bool>(
    tile: Tile,
    groups: usize,
    acts: *const Group,
    n: usize,
    out: *mut f32,
) {
    // SAFETY: group g < groups lies within the tile, row r < n within activations and out.
    unsafe {
        if n == 1 {
            let mut sum = [S::splat(0.0)];
            for g in 0..groups {
                let w = Weights::<S>::read::<BITS, BIAS>(tile, g);
                w.add::<1, BITS, BIAS>(acts.add(g), &mut sum);
            }
            S::store(out, sum[0]);
            return;
        }
        for r in 0..n {
            S::store(out.add(r * TILE), S::splat(0.0));
        }
        for g in 0..groups {
            let w = Weights::<S>::read::<BITS, BIAS>(tile, g);
            let acts = acts.add(g * n);
            let mut r = 0;
            while r + R <= n {
                w.add_at::<R, BITS, BIAS>(acts, out, r);
                r += R;
            }
            if R > 4 && r + 4 <= n {
                w.add_at::<4, BITS, BIAS>(acts, out, r);
                r += 4;
            }
            if R > 2 && r + 2 <= n {
                w.add_at::<2, BITS, BIAS>(acts, out, r);
                r += 2;
            }
            while r < n {
                w.add_at::<1, BITS, BIAS>(acts, out, r);
                r += 1;
            }
        }
    }
}

/// One group of a tile, unpacked.
pub(super) struct Weights<S: Simd> {
    /// Word k holds the columns 4k to 4k + 3.
    pub(super) words: [S::B; 8],
    /// One scale a row; of six-bit weights for each half of the group.
    pub(super) scales: [S::F; 2],
    pub(super) bias: S::F,
}

impl<S: Simd> Weights<S> {
    #[inline(always)]
    pub(super) unsafe fn read<const BITS: u32, const BIAS: bool>(tile: Tile, g: usize) -> Weights<S> {
        // SAFETY: the group lies within the tile by the caller's promise.
        unsafe {
            let nibbles = tile.nibbles.add(g * NIBBLE_BYTES);
            S::prefetch(nibbles.wrapping_add(PREFETCH_GROUPS * NIBBLE_BYTES), NIBBLE_BYTES);
            let rest_bytes = match BITS {
                4 => 0,
                5 => 64,
                6 => 128,
                _ => 256,
            };
            S::prefetch(tile.rest.wrapping_add((g + PREFETCH_GROUPS) * rest_bytes), rest_bytes);
            S::prefetch(tile.scales.wrapping_add((g + PREFETCH_GROUPS) * TILE).cast(), 32);
            if BIAS {
                S::prefetch(tile.biases.wrapping_add((g + PREFETCH_GROUPS) * TILE).cast(), 32);
            }
            let nibble = |j: usize| S::load_bytes(nibbles.add(64 * j));
            let mask = S::splat_byte(15);
            let low = |v: S::B| S::and(v, mask);
            let high = |v: S::B| S::and(S::shr::<4>(v), mask);
            let words = match BITS {
                4 => {
                    let [a, b, c, d] = [nibble(0), nibble(1), nibble(2), nibble(3)];
                    [low(a), low(b), low(c), low(d), high(a), high(b), high(c), high(d)]
                }
                5 => {
                    let bits = S::load_bytes(tile.rest.add(g * 64));
                    let fifth = S::splat_byte(16);
                    let [a, b, c, d] = [nibble(0), nibble(1), nibble(2), nibble(3)];
                    let with = |v: S::B, bits: S::B| S::or(v, S::and(bits, fifth));
                    [
                        with(low(a), S::shl::<4>(bits)),
                        with(low(b), S::shl::<3>(bits)),
                        with(low(c), S::shl::<2>(bits)),
                        with(low(d), S::shl::<1>(bits)),
                        with(high(a), bits),
                        with(high(b), S::shr::<1>(bits)),
                        with(high(c), S::shr::<2>(bits)),
                        with(high(d), S::shr::<3>(bits)),
                    ]
                }
                6 => {
                    let upper = S::splat_byte(0x3c);
                    let two = S::splat_byte(3);
                    let low = |v: S::B| S::and(S::shl::<2>(v), upper);
                    let high = |v: S::B| S::and(S::shr::<2>(v), upper);
                    let with = |v: S::B, bits: S::B| S::or(v, S::and(bits, two));
                    let [a, b, c, d] = [nibble(0), nibble(1), nibble(2), nibble(3)];
                    let bits =
                        [S::load_bytes(tile.rest.add(g * 128)), S::load_bytes(tile.rest.add(g * 128 + 64))];
                    [
                        with(low(a), bits[0]),
                        with(low(b), S::shr::<2>(bits[0])),
                        with(low(c), S::shr::<4>(bits[0])),
                        with(low(d), S::shr::<6>(bits[0])),
                        with(high(a), bits[1]),
                        with(high(b), S::shr::<2>(bits[1])),
                        with(high(c), S::shr::<4>(bits[1])),
                        with(high(d), S::shr::<6>(bits[1])),
                    ]
                }
                _ => {
                    let upper = S::splat_byte(0xf0);
                    let rest = |j: usize| S::load_bytes(tile.rest.add(g * 256 + 64 * j));
                    let mut words = [mask; 8];
                    for j in 0..4 {
                        let (v, rest) = (nibble(j), rest(j));
                        words[j] = S::or(S::and(S::shl::<4>(v), upper), S::and(rest, mask));
                        words[4 + j] = S::or(S::and(v, upper), S::and(S::shr::<4>(rest), mask));
                    }
                    words
                }
            };
            let scale = |i: usize| S::load_f16(tile.scales.add(i * TILE));
            let scales = if BITS == 6 { [scale(2 * g), scale(2 * g + 1)] } else { [scale(g); 2] };
            let bias = if BIAS { S::load_f16(tile.biases.add(g * TILE)) } else { S::splat(0.0) };
            Weights { words, scales, bias }
        }
    }

    /// Adds the products with the rows r to r + N to out.
    #[inline(always)]
    unsafe fn add_at<const N: usize, const BITS: u32, const BIAS: bool>(
        &self,
        acts: *const Group,
        out: *mut f32,
        r: usize,
    ) {
        // SAFETY: the rows are there by the caller's promise.
        unsafe {
            let mut sum = [S::splat(0.0); N];
            for (i, sum) in sum.iter_mut().enumerate() {
                *sum = S::load(out.add((r + i) * TILE));
            }
            self.add::<N, BITS, BIAS>(acts.add(r), &mut sum);
            for (i, sum) in sum.iter().enumerate() {
                S::store(out.add((r + i) * TILE), *sum);
            }
        }
    }

    #[inline(always)]
    unsafe fn add<const N: usize, const BITS: u32, const BIAS: bool>(
        &self,
        acts: *const Group,
        sum: &mut [S::F; N],
    ) {
        // SAFETY: N groups of activations by the caller's promise.
        unsafe {
            let mut q = [std::ptr::null(); N];
            let mut offsets = [[std::ptr::null(); N]; 2];
            for i in 0..N {
                let group = acts.add(i);
                q[i] = (&raw const (*group).q).cast::<i8>();
                let all = (&raw const (*group).offsets).cast::<i32>();
                if !BIAS {
                    let which = match BITS {
                        4 => 0,
                        5 => 1,
                        6 => 3,
                        _ => 2,
                    };
                    offsets[0][i] = all.add(which);
                    offsets[1][i] = all.add(4);
                }
            }
            if BITS == 6 {
                let low = S::dots::<BITS, N, 0, 4>(&self.words, q, offsets[0]);
                let high = S::dots::<BITS, N, 4, 8>(&self.words, q, offsets[1]);
                for i in 0..N {
                    let d = S::splat((*acts.add(i)).d);
                    sum[i] = S::fma(S::to_f32(low[i]), S::mul(self.scales[0], d), sum[i]);
                    sum[i] = S::fma(S::to_f32(high[i]), S::mul(self.scales[1], d), sum[i]);
                }
                return;
            }
            let dots = S::dots::<BITS, N, 0, 8>(&self.words, q, offsets[0]);
            for i in 0..N {
                let d = S::splat((*acts.add(i)).d);
                sum[i] = S::fma(S::to_f32(dots[i]), S::mul(self.scales[0], d), sum[i]);
                if BIAS {
                    sum[i] = S::fma(self.bias, S::splat((*acts.add(i)).sum), sum[i]);
                }
            }
        }
    }
}
