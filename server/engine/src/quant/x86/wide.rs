//! Products with many activation rows at 512 bits, for AVX-512 with VNNI: two groups at once.
//!
//! `dpbusd` wants one unsigned side: activations are stored a second time with 128 added, and the sums
//! start at `-128 Σ q`, so the integers are exact.

use std::arch::x86_64::*;

use super::super::{Activations, GROUP, Unpacked};
use super::narrow;

/// Computes the products of unpacked rows with all activation rows, (rows, activation rows). A few
/// activation rows at a time meet all weights, so that they are read from memory once.
///
/// # Safety
/// The processor must have AVX2, FMA, and AVX-512 F, BW, VL and VNNI; each of `rows` must hold `acts.cols()`
/// weights, and `out` as many items for each as `acts` has rows.
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) unsafe fn dot_many(rows: &[Unpacked], acts: &Activations, has_bias: bool, out: &mut [f32]) {
    let n = acts.rows();
    let mut i = 0;
    // SAFETY: activation rows i..i + N exist by the conditions of the loops.
    unsafe {
        if !acts.cols().is_multiple_of(2 * GROUP) {
            return narrow::dot_many(rows, acts, has_bias, out);
        }
        while i + 4 <= n {
            for (w, out) in rows.iter().zip(out.chunks_exact_mut(n)) {
                out[i..i + 4].copy_from_slice(&tile::<4>(w, acts, i, has_bias));
            }
            i += 4;
        }
        while i < n {
            for (w, out) in rows.iter().zip(out.chunks_exact_mut(n)) {
                out[i] = tile::<1>(w, acts, i, has_bias)[0];
            }
            i += 1;
        }
    }
}

#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn tile<const N: usize>(w: &Unpacked, acts: &Activations, first: usize, has_bias: bool) -> [f32; N] {
    let (cols, groups) = (acts.cols(), acts.cols() / GROUP);
    // SAFETY: pair p of `groups / 2` lies within the weights and within every activation row.
    unsafe {
        let mut sum = [_mm512_setzero_ps(); N];
        // Lanes 0 to 3 belong to the first half group, 4 to 7 to the second, and so on.
        let spread = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        let rows: [*const u8; N] = std::array::from_fn(|n| acts.shifted.as_ptr().add((first + n) * cols));
        let scales: [*const f32; N] =
            std::array::from_fn(|n| acts.spread.as_ptr().add((first + n) * cols / 4));
        for p in 0..groups / 2 {
            let q = _mm512_loadu_si512(w.q.as_ptr().add(p * 2 * GROUP).cast());
            let shift = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(-128), q);
            let start = _mm512_sub_epi32(_mm512_setzero_si512(), shift);
            let scale = _mm512_castps128_ps512(_mm_loadu_ps(w.scale.as_ptr().add(4 * p)));
            let scale = _mm512_permutexvar_ps(spread, scale);
            for n in 0..N {
                let a = _mm512_loadu_si512(rows[n].add(p * 2 * GROUP).cast());
                let d = _mm512_loadu_ps(scales[n].add(p * GROUP / 2));
                let product = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(start, a, q));
                sum[n] = _mm512_fmadd_ps(product, _mm512_mul_ps(scale, d), sum[n]);
            }
        }
        let mut out = [0.0; N];
        for n in 0..N {
            out[n] = _mm512_reduce_add_ps(sum[n]);
            if has_bias {
                let s = &acts.s[(first + n) * groups..(first + n + 1) * groups];
                out[n] += crate::ops::x86::dot(&w.bias, s);
            }
        }
        out
    }
}
