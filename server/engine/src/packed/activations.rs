//! Activations quantised to i8, one scale for each group of 32.

use std::cell::UnsafeCell;

use super::GROUP;
use crate::simd::{self, LANES, Simd, dispatch};

/// 32 activations of a row: `x ≈ d * q`. One cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Group {
    pub(super) q: [i8; GROUP],
    pub(super) d: f32,
    /// d Σ q.
    pub(super) sum: f32,
    /// -offset Σ q, for the formats of 4, 5 and 8 bits, and for the halves of a group of 6 bits.
    pub(super) offsets: [i32; 5],
}

const EMPTY: Group = Group { q: [0; GROUP], d: 0.0, sum: 0.0, offsets: [0; 5] };

/// (rows, cols) activations, stored by group, then by row: a kernel takes one group of all rows after the
/// other.
#[derive(Debug, Default)]
pub(crate) struct Activations {
    rows: usize,
    cols: usize,
    groups: Vec<Cell>,
}

/// A group that one thread fills while others fill theirs.
#[derive(Debug)]
#[repr(transparent)]
struct Cell(UnsafeCell<Group>);

// SAFETY: `slot` leaves it to its callers that no group is written by two threads or read meanwhile.
unsafe impl Sync for Cell {}

impl Activations {
    /// Makes room for `rows` of `cols` (whole groups).
    pub(crate) fn resize(&mut self, rows: usize, cols: usize) {
        assert!(cols > 0 && cols.is_multiple_of(GROUP));
        (self.rows, self.cols) = (rows, cols);
        let needed = rows * (cols / GROUP);
        if self.groups.len() < needed {
            self.groups.resize_with(needed, || Cell(UnsafeCell::new(EMPTY)));
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn cols(&self) -> usize {
        self.cols
    }

    /// Writes the sum of the sizes of each group, (groups, rows).
    pub(crate) fn norms(&self, out: &mut Vec<f32>) {
        out.clear();
        out.extend(self.groups[..self.rows * (self.cols / GROUP)].iter().map(|cell| {
            // SAFETY: whoever may write groups has `&self` too, but only while tasks run (`slot`).
            let group = unsafe { &*cell.0.get() };
            group.d * group.q.iter().map(|q| i32::from(q.unsigned_abs())).sum::<i32>() as f32
        }));
    }

    pub(super) fn as_ptr(&self) -> *const Group {
        self.groups.as_ptr().cast()
    }

    fn slot(&self, group: usize, row: usize) -> *mut Group {
        assert!(group < self.cols / GROUP && row < self.rows);
        self.groups[group * self.rows + row].0.get()
    }

    #[cfg(test)]
    pub(super) fn dequantized(&self, row: usize) -> Vec<f32> {
        (0..self.cols)
            .map(|c| {
                // SAFETY: nobody writes in a test.
                let group = unsafe { *self.slot(c / GROUP, row) };
                f32::from(group.q[c % GROUP]) * group.d
            })
            .collect()
    }
}

dispatch! {
    /// Quantises `groups` groups of x for row `row`, from group `first` on.
    ///
    /// # Safety
    /// `x` must hold `32 * groups` values, and no other thread may use these groups of that row.
    fn quantize(first: usize, groups: usize, x: *const f32, row: usize, out: &Activations) = quantize_groups
}

dispatch! {
    /// Normalises a row by its root mean square (Zhang and Sennrich, 2019), scales it by `weight`, stores it
    /// in `normed` unless that is null, and quantises it.
    ///
    /// # Safety
    /// `x`, `weight` and `normed` must hold `out.cols()` values, and no other thread may use that row.
    fn rms_norm_quantize(x: *const f32, weight: *const f32, eps: f32, row: usize, normed: *mut f32, out: &Activations) = norm
}

#[inline(always)]
unsafe fn quantize_groups<S: Simd, const R: usize>(
    first: usize,
    groups: usize,
    x: *const f32,
    row: usize,
    out: &Activations,
) {
    for g in 0..groups {
        // SAFETY: within x by the caller's promise; `slot` checks group and row.
        unsafe {
            let at = x.add(g * GROUP);
            one_group::<S>([S::load(at), S::load(at.add(LANES))], out.slot(first + g, row));
        }
    }
}

#[inline(always)]
unsafe fn norm<S: Simd, const R: usize>(
    x: *const f32,
    weight: *const f32,
    eps: f32,
    row: usize,
    normed: *mut f32,
    out: &Activations,
) {
    // SAFETY: all within `cols` by the caller's promise.
    unsafe {
        let n = out.cols();
        let mut squares = S::splat(0.0);
        for i in (0..n).step_by(LANES) {
            let v = S::load(x.add(i));
            squares = S::fma(v, v, squares);
        }
        let scale = S::splat(1.0 / (simd::sum::<S>(squares) / n as f32 + eps).sqrt());
        for g in 0..n / GROUP {
            let at = g * GROUP;
            let half = |i: usize| S::mul(S::mul(S::load(x.add(i)), scale), S::load(weight.add(i)));
            let halves = [half(at), half(at + LANES)];
            if !normed.is_null() {
                S::store(normed.add(at), halves[0]);
                S::store(normed.add(at + LANES), halves[1]);
            }
            one_group::<S>(halves, out.slot(g, row));
        }
    }
}

#[inline(always)]
unsafe fn one_group<S: Simd>(x: [S::F; 2], out: *mut Group) {
    // SAFETY: `out` is good for writing by the caller's promise.
    unsafe {
        // Sizes are compared as the integers that their bits are: in that order NaN is above infinity, so
        // neither is lost.
        let mut sizes = [[0.0f32; LANES]; 2];
        S::store(sizes[0].as_mut_ptr(), S::abs(x[0]));
        S::store(sizes[1].as_mut_ptr(), S::abs(x[1]));
        let mut bits: [u32; LANES] =
            std::array::from_fn(|i| sizes[0][i].to_bits().max(sizes[1][i].to_bits()));
        for half in [8, 4, 2, 1] {
            for i in 0..half {
                bits[i] = bits[i].max(bits[i + half]);
            }
        }
        let largest = f32::from_bits(bits[0]);
        if !largest.is_finite() || largest > f32::MAX / 2.0 {
            // NaN or infinity: keep it visible in the result instead of clamping it to something.
            *out = Group { q: [1; GROUP], d: f32::NAN, sum: f32::NAN, offsets: [0; 5] };
            return;
        }
        let d = largest / 127.0;
        let inverse = if d.is_normal() { 1.0 / d } else { 0.0 };
        let d = if inverse == 0.0 { 0.0 } else { d };
        let inverse = S::splat(inverse);
        let (low, high) = (S::round(S::mul(x[0], inverse)), S::round(S::mul(x[1], inverse)));
        let q = (*out).q.as_mut_ptr();
        S::store_i8(q, low);
        S::store_i8(q.add(LANES), high);
        let (low, high) = (simd::sum_i32::<S>(low), simd::sum_i32::<S>(high));
        let sum = low + high;
        (*out).d = d;
        (*out).sum = d * sum as f32;
        (*out).offsets = [-8 * sum, -16 * sum, -128 * sum, -32 * low, -32 * high];
    }
}
