//! AVX2: a vector is two registers. With and without the byte products of AVX-VNNI.

use std::arch::x86_64::*;

use super::Simd;

/// AVX2, FMA and F16C.
pub(crate) type Avx2 = Pair<false>;
/// The same and AVX-VNNI.
pub(crate) type AvxVnni = Pair<true>;

/// Two registers of 256 bits.
#[derive(Clone, Copy)]
pub(crate) struct Pair<const VNNI: bool>;

#[inline(always)]
fn two<T>(mut f: impl FnMut(usize) -> T) -> [T; 2] {
    [f(0), f(1)]
}

// SAFETY, of all blocks below: the trait promises the instruction set and the memory.
impl<const VNNI: bool> Simd for Pair<VNNI> {
    type F = [__m256; 2];
    type I = [__m256i; 2];
    type B = [__m256i; 2];

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::F {
        [unsafe { _mm256_set1_ps(x) }; 2]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::F {
        two(|i| unsafe { _mm256_loadu_ps(p.add(8 * i)) })
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::F) {
        two(|i| unsafe { _mm256_storeu_ps(p.add(8 * i), v[i]) });
    }
    #[inline(always)]
    unsafe fn load_f16(p: *const u16) -> Self::F {
        two(|i| unsafe { _mm256_cvtph_ps(_mm_loadu_si128(p.add(8 * i).cast())) })
    }
    #[inline(always)]
    unsafe fn store_f16(p: *mut u16, v: Self::F) {
        two(|i| unsafe {
            let halves = _mm256_cvtps_ph::<{ _MM_FROUND_TO_NEAREST_INT }>(v[i]);
            _mm_storeu_si128(p.add(8 * i).cast(), halves);
        });
    }
    #[inline(always)]
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_add_ps(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn sub(a: Self::F, b: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_sub_ps(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_mul_ps(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_div_ps(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_max_ps(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn min(a: Self::F, b: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_min_ps(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn abs(a: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), a[i]) })
    }
    #[inline(always)]
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        two(|i| unsafe { _mm256_fmadd_ps(a[i], b[i], c[i]) })
    }

    #[inline(always)]
    unsafe fn to_f32(v: Self::I) -> Self::F {
        two(|i| unsafe { _mm256_cvtepi32_ps(v[i]) })
    }
    #[inline(always)]
    unsafe fn round(v: Self::F) -> Self::I {
        two(|i| unsafe { _mm256_cvtps_epi32(v[i]) })
    }
    #[inline(always)]
    unsafe fn exp2(v: Self::I) -> Self::F {
        two(|i| unsafe {
            let exponent = _mm256_add_epi32(v[i], _mm256_set1_epi32(127));
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
        })
    }
    #[inline(always)]
    unsafe fn store_i32(p: *mut i32, v: Self::I) {
        two(|i| unsafe { _mm256_storeu_si256(p.add(8 * i).cast(), v[i]) });
    }
    #[inline(always)]
    unsafe fn store_i8(p: *mut i8, v: Self::I) {
        two(|i| unsafe {
            let (low, high) = (_mm256_castsi256_si128(v[i]), _mm256_extracti128_si256::<1>(v[i]));
            let words = _mm_packs_epi32(low, high);
            _mm_storel_epi64(p.add(8 * i).cast(), _mm_packs_epi16(words, words));
        });
    }

    #[inline(always)]
    unsafe fn prefetch(p: *const u8, len: usize) {
        for at in (0..len).step_by(64) {
            unsafe { _mm_prefetch::<_MM_HINT_T0>(p.wrapping_add(at).cast()) }
        }
    }
    #[inline(always)]
    unsafe fn load_bytes(p: *const u8) -> Self::B {
        two(|i| unsafe { _mm256_loadu_si256(p.add(32 * i).cast()) })
    }
    #[inline(always)]
    unsafe fn splat_byte(b: u8) -> Self::B {
        [unsafe { _mm256_set1_epi8(b as i8) }; 2]
    }
    #[inline(always)]
    unsafe fn and(a: Self::B, b: Self::B) -> Self::B {
        two(|i| unsafe { _mm256_and_si256(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn or(a: Self::B, b: Self::B) -> Self::B {
        two(|i| unsafe { _mm256_or_si256(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn shl<const N: u32>(v: Self::B) -> Self::B {
        two(|i| unsafe { _mm256_sll_epi16(v[i], _mm_cvtsi32_si128(N as i32)) })
    }
    #[inline(always)]
    unsafe fn shr<const N: u32>(v: Self::B) -> Self::B {
        two(|i| unsafe { _mm256_srl_epi16(v[i], _mm_cvtsi32_si128(N as i32)) })
    }

    #[inline(always)]
    unsafe fn byte<const C: u32>(v: Self::B) -> Self::I {
        two(|i| unsafe {
            _mm256_and_si256(_mm256_srl_epi32(v[i], _mm_cvtsi32_si128(8 * C as i32)), _mm256_set1_epi32(255))
        })
    }

    #[allow(clippy::needless_range_loop)] // one index for several arrays
    #[inline(always)]
    unsafe fn dots<const BITS: u32, const R: usize, const FROM: usize, const TO: usize>(
        w: &[Self::B; 8],
        a: [*const i8; R],
        offset: [*const i32; R],
    ) -> [Self::I; R] {
        unsafe {
            let mut sum = [[_mm256_setzero_si256(); 2]; R];
            // Without VNNI, eight-bit weights are multiplied as signed ones, which takes their offset off.
            if VNNI || BITS < 8 {
                for (sum, offset) in sum.iter_mut().zip(offset) {
                    if !offset.is_null() {
                        *sum = [_mm256_set1_epi32(offset.read_unaligned()); 2];
                    }
                }
            }
            if VNNI {
                for k in FROM..TO {
                    for r in 0..R {
                        let four = _mm256_set1_epi32(a[r].cast::<i32>().add(k).read_unaligned());
                        for i in 0..2 {
                            sum[r][i] = _mm256_dpbusd_avx_epi32(sum[r][i], w[k][i], four);
                        }
                    }
                }
                return sum;
            }
            // So many sums of two products fit an i16: 2 * 127 * (2^BITS - 1) each.
            let most = match BITS {
                4 => 8,
                5 => 4,
                6 => 2,
                _ => 1,
            };
            let one = _mm256_set1_epi16(1);
            let mut from = FROM;
            while from < TO {
                let mut pairs = [[_mm256_setzero_si256(); 2]; R];
                for k in from..(from + most).min(TO) {
                    for r in 0..R {
                        let four = _mm256_set1_epi32(a[r].cast::<i32>().add(k).read_unaligned());
                        for i in 0..2 {
                            let products = if BITS < 8 {
                                _mm256_maddubs_epi16(w[k][i], four)
                            } else {
                                let signed = _mm256_xor_si256(w[k][i], _mm256_set1_epi8(-128));
                                _mm256_maddubs_epi16(_mm256_abs_epi8(signed), _mm256_sign_epi8(four, signed))
                            };
                            pairs[r][i] = _mm256_add_epi16(pairs[r][i], products);
                        }
                    }
                }
                for r in 0..R {
                    for i in 0..2 {
                        sum[r][i] = _mm256_add_epi32(sum[r][i], _mm256_madd_epi16(pairs[r][i], one));
                    }
                }
                from += most;
            }
            sum
        }
    }
}
