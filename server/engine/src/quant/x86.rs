//! The kernels for x86-64. Reading weights, and the product with a single activation row, is written
//! once at 256 bits and compiled for two feature sets; products with many rows are in [`narrow`] and
//! [`wide`].
//!
//! Signed times signed bytes: `maddubs` and `dpbusd` want one unsigned side, so `|q|` is multiplied
//! with the activation carrying the sign of `q`. `|q| <= 128` and `|a| <= 127`, so the pair sums of
//! `maddubs` stay within i16.

macro_rules! kernels {
    ($name:ident, $features:literal, $many:path, $dot:item) => {
        pub(super) mod $name {
            use super::super::{Activations, GROUP, Unpacked};
            use super::Row;
            use crate::dtype::DType;
            use std::arch::x86_64::*;

            $dot

            /// # Safety
            /// The processor must have the features of this module; `rows` must hold whole rows of
            /// `acts.cols()` weights of type `dtype`, and `out` as many items for each of them as `acts`
            /// has rows.
            #[target_feature(enable = $features)]
            pub(in super::super) unsafe fn dot_rows(
                dtype: DType,
                rows: &[u8],
                acts: &Activations,
                out: &mut [f32],
                work: &mut Vec<Unpacked>,
            ) {
                // SAFETY: as promised by the caller, for each of the calls below.
                unsafe {
                    match dtype {
                        DType::Q4_0 => run::<super::Q4_0>(dtype, rows, acts, out, work),
                        DType::Q4_1 => run::<super::Q4_1>(dtype, rows, acts, out, work),
                        DType::Q5_0 => run::<super::Q5_0>(dtype, rows, acts, out, work),
                        DType::Q5_1 => run::<super::Q5_1>(dtype, rows, acts, out, work),
                        DType::Q8_0 => run::<super::Q8_0>(dtype, rows, acts, out, work),
                        DType::Q4_K => run::<super::Q4K>(dtype, rows, acts, out, work),
                        DType::Q5_K => run::<super::Q5K>(dtype, rows, acts, out, work),
                        DType::Q6_K => run::<super::Q6K>(dtype, rows, acts, out, work),
                        other => unreachable!("{other:?} has no kernel"),
                    }
                }
            }

            #[target_feature(enable = $features)]
            unsafe fn run<R: Row>(
                dtype: DType,
                rows: &[u8],
                acts: &Activations,
                out: &mut [f32],
                work: &mut Vec<Unpacked>,
            ) {
                let rows = rows.chunks_exact(dtype.row_bytes(acts.cols()));
                // SAFETY: lengths as promised by the caller of `dot_rows`.
                unsafe {
                    if acts.rows() == 1 {
                        for (row, out) in rows.zip(out) {
                            *out = fused::<R>(row, acts);
                        }
                        return;
                    }
                    work.resize_with(rows.len(), Unpacked::default);
                    for (row, work) in rows.zip(work.iter_mut()) {
                        unpack::<R>(row, acts.cols(), work);
                    }
                    $many(work, acts, R::BIAS, out);
                }
            }

            /// One activation row: nothing is worth storing in between. Four sums, as an addition takes
            /// several cycles and the next one would wait for it.
            #[target_feature(enable = $features)]
            unsafe fn fused<R: Row>(row: &[u8], acts: &Activations) -> f32 {
                let groups = acts.cols() / GROUP;
                let (mut sum, mut bias) = ([_mm256_setzero_ps(); 4], [0.0f32; 4]);
                let mut g = 0;
                // SAFETY: groups below `groups` lie within the row and the activations.
                unsafe {
                    while g + 4 <= groups {
                        for k in 0..4 {
                            step::<R>(row, acts, g + k, &mut sum[k], &mut bias[k]);
                        }
                        g += 4;
                    }
                    while g < groups {
                        step::<R>(row, acts, g, &mut sum[0], &mut bias[0]);
                        g += 1;
                    }
                }
                let sum = _mm256_add_ps(_mm256_add_ps(sum[0], sum[1]), _mm256_add_ps(sum[2], sum[3]));
                super::sum8(sum) + (bias[0] + bias[1]) + (bias[2] + bias[3])
            }

            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn step<R: Row>(row: &[u8], acts: &Activations, g: usize, sum: &mut __m256, bias: &mut f32) {
                // SAFETY: the caller passes a group within the row and the activations.
                unsafe {
                    let (q, scale, b) = R::group(row.as_ptr(), g);
                    let a = _mm256_loadu_si256(acts.q.as_ptr().add(g * GROUP).cast());
                    let d = _mm256_set1_ps(*acts.d.get_unchecked(g));
                    let p = _mm256_cvtepi32_ps(dot32(_mm256_abs_epi8(q), _mm256_sign_epi8(a, q)));
                    *sum = _mm256_fmadd_ps(p, _mm256_mul_ps(scale, d), *sum);
                    if R::BIAS {
                        *bias += b * *acts.s.get_unchecked(g);
                    }
                }
            }

            #[target_feature(enable = $features)]
            unsafe fn unpack<R: Row>(row: &[u8], cols: usize, work: &mut Unpacked) {
                let groups = cols / GROUP;
                work.q.resize(cols);
                work.scale.resize(groups * 2, 0.0);
                work.bias.resize(groups, 0.0);
                // SAFETY: the vectors were just made long enough, the row is by promise.
                unsafe {
                    for g in 0..groups {
                        let (q, scale, bias) = R::group(row.as_ptr(), g);
                        _mm256_storeu_si256(work.q.as_mut_ptr().add(g * GROUP).cast(), q);
                        *work.scale.get_unchecked_mut(2 * g) = _mm256_cvtss_f32(scale);
                        *work.scale.get_unchecked_mut(2 * g + 1) =
                            _mm_cvtss_f32(_mm256_extractf128_ps::<1>(scale));
                        *work.bias.get_unchecked_mut(g) = bias;
                    }
                }
            }
        }
    };
}

kernels!(
    avx2,
    "avx2,fma,f16c",
    super::narrow::dot_many,
    /// Sums of four products each.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(in super::super) fn dot32(u: __m256i, s: __m256i) -> __m256i {
        _mm256_madd_epi16(_mm256_maddubs_epi16(u, s), _mm256_set1_epi16(1))
    }
);

kernels!(
    vnni,
    "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni",
    super::wide::dot_many,
    /// Sums of four products each.
    #[inline]
    #[target_feature(enable = "avx2,avx512vnni,avx512vl")]
    pub(in super::super) fn dot32(u: __m256i, s: __m256i) -> __m256i {
        _mm256_dpbusd_epi32(_mm256_setzero_si256(), u, s)
    }
);

mod narrow;
mod wide;

use super::scalar::scale_and_min;
use std::arch::x86_64::*;

/// How to read a group of a row: quants, scales (low and high half of the vector), bias.
trait Row {
    /// Whether groups have a bias.
    const BIAS: bool;

    /// # Safety
    /// AVX2 and F16C must be there, and group `g` must lie within the row at `row`.
    unsafe fn group(row: *const u8, g: usize) -> (__m256i, __m256, f32);
}

#[inline]
#[target_feature(enable = "avx2")]
fn sum8(v: __m256) -> f32 {
    let v = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
    let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
    _mm_cvtss_f32(_mm_add_ss(v, _mm_shuffle_ps::<1>(v, v)))
}

#[inline]
#[target_feature(enable = "f16c")]
unsafe fn half_at(p: *const u8) -> f32 {
    // SAFETY: the caller points at two readable bytes.
    let bits = unsafe { p.cast::<u16>().read_unaligned() };
    _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(bits))))
}

/// 16 bytes to 32 nibbles: the low ones in the low half.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn nibbles(p: *const u8) -> __m256i {
    // SAFETY: the caller points at 16 readable bytes.
    let b = unsafe { _mm_loadu_si128(p.cast()) };
    _mm256_and_si256(_mm256_set_m128i(_mm_srli_epi16::<4>(b), b), _mm256_set1_epi8(15))
}

/// Bit i of 32 to byte i: 16 where it is set, else 0.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn fifth_bits(p: *const u8) -> __m256i {
    // SAFETY: the caller points at four readable bytes.
    let bits = _mm256_set1_epi32(unsafe { p.cast::<i32>().read_unaligned() });
    let spread = _mm256_setr_epi64x(0, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303);
    let bytes = _mm256_shuffle_epi8(bits, spread);
    let one_each = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, one_each), one_each);
    _mm256_and_si256(set, _mm256_set1_epi8(16))
}

macro_rules! row {
    ($name:ident, $bias:literal, |$row:ident, $g:ident| $body:expr) => {
        struct $name;
        impl Row for $name {
            const BIAS: bool = $bias;
            #[inline]
            #[target_feature(enable = "avx2,f16c")]
            unsafe fn group($row: *const u8, $g: usize) -> (__m256i, __m256, f32) {
                // SAFETY: the group lies within the row by the caller's promise, and every read
                // below stays within the group's block.
                unsafe { $body }
            }
        }
    };
}

row!(Q4_0, false, |row, g| {
    let b = row.add(g * 18);
    (_mm256_sub_epi8(nibbles(b.add(2)), _mm256_set1_epi8(8)), _mm256_set1_ps(half_at(b)), 0.0)
});

row!(Q4_1, true, |row, g| {
    let b = row.add(g * 20);
    (nibbles(b.add(4)), _mm256_set1_ps(half_at(b)), half_at(b.add(2)))
});

row!(Q5_0, false, |row, g| {
    let b = row.add(g * 22);
    let q = _mm256_or_si256(nibbles(b.add(6)), fifth_bits(b.add(2)));
    (_mm256_sub_epi8(q, _mm256_set1_epi8(16)), _mm256_set1_ps(half_at(b)), 0.0)
});

row!(Q5_1, true, |row, g| {
    let b = row.add(g * 24);
    let q = _mm256_or_si256(nibbles(b.add(8)), fifth_bits(b.add(4)));
    (q, _mm256_set1_ps(half_at(b)), half_at(b.add(2)))
});

row!(Q8_0, false, |row, g| {
    let b = row.add(g * 34);
    (_mm256_loadu_si256(b.add(2).cast()), _mm256_set1_ps(half_at(b)), 0.0)
});

row!(Q4K, true, |row, g| {
    let b = row.add(g / 8 * 144);
    let g = g % 8;
    let (scale, min) = scale_and_min(std::slice::from_raw_parts(b.add(4), 12), g);
    let q = _mm256_loadu_si256(b.add(16 + g / 2 * 32).cast());
    let q = if g.is_multiple_of(2) { q } else { _mm256_srli_epi16::<4>(q) };
    let q = _mm256_and_si256(q, _mm256_set1_epi8(15));
    (q, _mm256_set1_ps(half_at(b) * f32::from(scale)), -half_at(b.add(2)) * f32::from(min))
});

row!(Q5K, true, |row, g| {
    let b = row.add(g / 8 * 176);
    let g = g % 8;
    let (scale, min) = scale_and_min(std::slice::from_raw_parts(b.add(4), 12), g);
    let q = _mm256_loadu_si256(b.add(48 + g / 2 * 32).cast());
    let q = if g.is_multiple_of(2) { q } else { _mm256_srli_epi16::<4>(q) };
    let q = _mm256_and_si256(q, _mm256_set1_epi8(15));
    let bit = _mm256_set1_epi8((1u8 << g) as i8);
    let high = _mm256_loadu_si256(b.add(16).cast());
    let high = _mm256_cmpeq_epi8(_mm256_and_si256(high, bit), bit);
    let q = _mm256_or_si256(q, _mm256_and_si256(high, _mm256_set1_epi8(16)));
    (q, _mm256_set1_ps(half_at(b) * f32::from(scale)), -half_at(b.add(2)) * f32::from(min))
});

row!(Q6K, false, |row, g| {
    let b = row.add(g / 8 * 210);
    let (half, k) = (g % 8 / 4, g % 4);
    let low = _mm256_loadu_si256(b.add(half * 64 + (k % 2) * 32).cast());
    let low = if k < 2 { low } else { _mm256_srli_epi16::<4>(low) };
    let low = _mm256_and_si256(low, _mm256_set1_epi8(15));
    let high = _mm256_loadu_si256(b.add(128 + half * 32).cast());
    let high = _mm256_srl_epi16(high, _mm_cvtsi32_si128(2 * k as i32));
    let high = _mm256_slli_epi16::<4>(_mm256_and_si256(high, _mm256_set1_epi8(3)));
    let q = _mm256_sub_epi8(_mm256_or_si256(low, high), _mm256_set1_epi8(32));
    let d = half_at(b.add(208));
    let scales = b.add(192 + half * 8 + 2 * k).cast::<i8>();
    let low = _mm_set1_ps(d * f32::from(*scales));
    let high = _mm_set1_ps(d * f32::from(*scales.add(1)));
    (q, _mm256_set_m128(high, low), 0.0)
});
