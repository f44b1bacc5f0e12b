//! AVX-512 with VNNI: a vector is one register.

use std::arch::x86_64::*;

use super::Simd;

/// AVX-512 F, BW, VL and VNNI.
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

// SAFETY, of all blocks below: the trait promises the instruction set and the memory.
impl Simd for Avx512 {
    type F = __m512;
    type I = __m512i;
    type B = __m512i;

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m512 {
        unsafe { _mm512_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(p) }
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: __m512) {
        unsafe { _mm512_storeu_ps(p, v) }
    }
    #[inline(always)]
    unsafe fn load_f16(p: *const u16) -> __m512 {
        unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(p.cast())) }
    }
    #[inline(always)]
    unsafe fn store_f16(p: *mut u16, v: __m512) {
        unsafe {
            _mm256_storeu_si256(p.cast(), _mm512_cvtps_ph::<{ _MM_FROUND_TO_NEAREST_INT }>(v));
        }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_div_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn min(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_min_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn abs(a: __m512) -> __m512 {
        unsafe { _mm512_abs_ps(a) }
    }
    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn to_f32(v: __m512i) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(v) }
    }
    #[inline(always)]
    unsafe fn round(v: __m512) -> __m512i {
        unsafe { _mm512_cvtps_epi32(v) }
    }
    #[inline(always)]
    unsafe fn exp2(v: __m512i) -> __m512 {
        unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_add_epi32(v, _mm512_set1_epi32(127)))) }
    }
    #[inline(always)]
    unsafe fn store_i32(p: *mut i32, v: __m512i) {
        unsafe { _mm512_storeu_si512(p.cast(), v) }
    }
    #[inline(always)]
    unsafe fn store_i8(p: *mut i8, v: __m512i) {
        unsafe { _mm_storeu_si128(p.cast(), _mm512_cvtepi32_epi8(v)) }
    }

    #[inline(always)]
    unsafe fn prefetch(p: *const u8, len: usize) {
        for at in (0..len).step_by(64) {
            unsafe { _mm_prefetch::<_MM_HINT_T0>(p.wrapping_add(at).cast()) }
        }
    }
    #[inline(always)]
    unsafe fn load_bytes(p: *const u8) -> __m512i {
        unsafe { _mm512_loadu_si512(p.cast()) }
    }
    #[inline(always)]
    unsafe fn splat_byte(b: u8) -> __m512i {
        unsafe { _mm512_set1_epi8(b as i8) }
    }
    #[inline(always)]
    unsafe fn and(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_and_si512(a, b) }
    }
    #[inline(always)]
    unsafe fn or(a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_or_si512(a, b) }
    }
    #[inline(always)]
    unsafe fn shl<const N: u32>(v: __m512i) -> __m512i {
        unsafe { _mm512_slli_epi16::<N>(v) }
    }
    #[inline(always)]
    unsafe fn shr<const N: u32>(v: __m512i) -> __m512i {
        unsafe { _mm512_srli_epi16::<N>(v) }
    }

    #[inline(always)]
    unsafe fn byte<const C: u32>(v: __m512i) -> __m512i {
        unsafe {
            _mm512_and_si512(_mm512_srl_epi32(v, _mm_cvtsi32_si128(8 * C as i32)), _mm512_set1_epi32(255))
        }
    }

    #[allow(clippy::needless_range_loop)] // one index for several arrays
    #[inline(always)]
    unsafe fn dots<const BITS: u32, const R: usize, const FROM: usize, const TO: usize>(
        w: &[__m512i; 8],
        a: [*const i8; R],
        offset: [*const i32; R],
    ) -> [__m512i; R] {
        unsafe {
            let mut sum = [_mm512_setzero_si512(); R];
            for (sum, offset) in sum.iter_mut().zip(offset) {
                if !offset.is_null() {
                    *sum = _mm512_set1_epi32(offset.read_unaligned());
                }
            }
            for k in FROM..TO {
                for r in 0..R {
                    let four = _mm512_set1_epi32(a[r].cast::<i32>().add(k).read_unaligned());
                    sum[r] = _mm512_dpbusd_epi32(sum[r], w[k], four);
                }
            }
            sum
        }
    }
}
