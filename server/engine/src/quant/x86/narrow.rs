//! Products with many activation rows at 256 bits, for AVX2.

use std::arch::x86_64::*;

use super::super::{Activations, GROUP, Unpacked};
use super::{avx2, sum8};

/// Computes the products of unpacked rows with all activation rows, (rows, activation rows). A few
/// activation rows at a time meet all weights, so that they are read from memory once.
///
/// # Safety
/// The processor must have AVX2 and FMA; each of `rows` must hold `acts.cols()`
/// weights, and `out` as many items for each as `acts` has rows.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn dot_many(rows: &[Unpacked], acts: &Activations, has_bias: bool, out: &mut [f32]) {
    let n = acts.rows();
    let mut i = 0;
    // SAFETY: activation rows i..i + N exist by the conditions of the loops.
    unsafe {
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

#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const N: usize>(w: &Unpacked, acts: &Activations, first: usize, has_bias: bool) -> [f32; N] {
    let groups = acts.cols() / GROUP;
    // SAFETY: all indices are below the lengths promised to `dot_many`.
    unsafe {
        let mut sum = [_mm256_setzero_ps(); N];
        for g in 0..groups {
            let q = _mm256_loadu_si256(w.q.as_ptr().add(g * GROUP).cast());
            let size = _mm256_abs_epi8(q);
            let low = _mm_set1_ps(*w.scale.get_unchecked(2 * g));
            let high = _mm_set1_ps(*w.scale.get_unchecked(2 * g + 1));
            let scale = _mm256_set_m128(high, low);
            for (n, sum) in sum.iter_mut().enumerate() {
                let at = (first + n) * groups + g;
                let a = _mm256_loadu_si256(acts.q.as_ptr().add(at * GROUP).cast());
                let d = _mm256_set1_ps(*acts.d.get_unchecked(at));
                let p = _mm256_cvtepi32_ps(avx2::dot32(size, _mm256_sign_epi8(a, q)));
                *sum = _mm256_fmadd_ps(p, _mm256_mul_ps(scale, d), *sum);
            }
        }
        let mut out = [0.0; N];
        for n in 0..N {
            out[n] = sum8(sum[n]);
            if has_bias {
                let s = &acts.s[(first + n) * groups..(first + n + 1) * groups];
                out[n] += crate::ops::x86::dot(&w.bias, s);
            }
        }
        out
    }
}
