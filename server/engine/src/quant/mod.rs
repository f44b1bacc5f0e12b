//! Dot products of quantised weight rows with quantised activations.
//!
//! Every block format is read as groups of 32 weights `w = scale * q + bias` with an i8 `q`, one scale
//! for each half of the group and one bias for all of it. Activations are quantised to i8 with one
//! scale per 32 values (what llama.cpp calls Q8_0), and carry their own sum, so that
//! `dot = scale * d * Σ q·a + bias * d * Σ a`.
//!
//! [`scalar`] says what is computed; [`x86`] computes the same faster and is compared with it.

mod activations;
mod aligned;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use activations::Activations;

use crate::dtype::DType;

/// Weights in a group.
pub(crate) const GROUP: usize = 32;

/// The instruction set in use, found out once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    /// Portable code.
    Scalar,
    /// AVX2, FMA and F16C.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// The same with AVX-512 F, BW, VL and VNNI.
    #[cfg(target_arch = "x86_64")]
    Vnni,
}

impl Isa {
    /// Returns its name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Isa::Scalar => "portable",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Isa::Vnni => "AVX-512 VNNI",
        }
    }

    /// Returns the best instruction set of this machine.
    pub(crate) fn detect() -> Isa {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c")
            {
                if is_x86_feature_detected!("avx512vnni")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512f")
                {
                    return Isa::Vnni;
                }
                return Isa::Avx2;
            }
        }
        Isa::Scalar
    }
}

/// Returns whether rows of this type have a kernel; the others are converted to f32 row by row.
pub(crate) fn has_kernel(dtype: DType) -> bool {
    matches!(
        dtype,
        DType::Q4_0
            | DType::Q4_1
            | DType::Q5_0
            | DType::Q5_1
            | DType::Q8_0
            | DType::Q4_K
            | DType::Q5_K
            | DType::Q6_K
    )
}

/// Computes the dot products of weight rows with all activation rows.
///
/// `rows` holds whole rows of `acts.cols()` weights; `out` is (weight rows, activation rows). `work` is
/// scratch memory, kept between calls.
pub(crate) fn dot_rows(
    isa: Isa,
    dtype: DType,
    rows: &[u8],
    acts: &Activations,
    out: &mut [f32],
    work: &mut Vec<Unpacked>,
) {
    let row_bytes = dtype.row_bytes(acts.cols());
    assert!(rows.len().is_multiple_of(row_bytes));
    assert_eq!(out.len(), rows.len() / row_bytes * acts.rows());
    match isa {
        Isa::Scalar => {
            work.resize_with(1, Unpacked::default);
            for (row, out) in rows.chunks_exact(row_bytes).zip(out.chunks_exact_mut(acts.rows())) {
                scalar::unpack(dtype, row, &mut work[0]);
                scalar::dot(&work[0], acts, out);
            }
        }
        // SAFETY: `Isa::detect` returns these only where the processor has the features, and the
        // asserts above are the lengths the kernels rely on.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { x86::avx2::dot_rows(dtype, rows, acts, out, work) },
        #[cfg(target_arch = "x86_64")]
        Isa::Vnni => unsafe { x86::vnni::dot_rows(dtype, rows, acts, out, work) },
    }
}

/// One weight row, unpacked to groups.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    /// (cols) quantised weights.
    pub(crate) q: aligned::Aligned<i8>,
    /// (cols / 16) scales, one for each half group.
    pub(crate) scale: Vec<f32>,
    /// (cols / 32) biases; empty when the format has none.
    pub(crate) bias: Vec<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPES: [DType; 8] = [
        DType::Q4_0,
        DType::Q4_1,
        DType::Q5_0,
        DType::Q5_1,
        DType::Q8_0,
        DType::Q4_K,
        DType::Q5_K,
        DType::Q6_K,
    ];

    fn isas() -> Vec<Isa> {
        let mut v = vec![Isa::Scalar];
        #[cfg(target_arch = "x86_64")]
        match Isa::detect() {
            Isa::Vnni => v.extend([Isa::Avx2, Isa::Vnni]),
            Isa::Avx2 => v.push(Isa::Avx2),
            Isa::Scalar => {}
        }
        v
    }

    /// Random block bytes whose f16 scales are finite and moderate.
    fn random_row(dtype: DType, cols: usize, seed: u64) -> Vec<u8> {
        let mut x = seed | 1;
        let mut next = || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x
        };
        let mut row: Vec<u8> = (0..dtype.row_bytes(cols)).map(|_| next() as u8).collect();
        let halves: &[usize] = match dtype {
            DType::Q4_0 | DType::Q5_0 | DType::Q8_0 => &[0],
            DType::Q6_K => &[208],
            _ => &[0, 2],
        };
        for block in row.chunks_exact_mut(dtype.block_bytes()) {
            for at in halves {
                let v = half::f16::from_f32((next() % 2000) as f32 / 10_000.0 - 0.1);
                block[*at..at + 2].copy_from_slice(&v.to_le_bytes());
            }
        }
        row
    }

    fn random_values(n: usize, scale: f32, seed: u64) -> Vec<f32> {
        let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        (0..n)
            .map(|_| {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                ((x % 20_001) as f32 / 10_000.0 - 1.0) * scale
            })
            .collect()
    }

    #[test]
    fn unpacked_rows_equal_candles_conversion() {
        for dtype in TYPES {
            let cols = 768;
            let row = random_row(dtype, cols, 7);
            let mut expected = vec![0.0; cols];
            dtype.to_f32(&row, &mut expected);
            let mut work = Unpacked::default();
            scalar::unpack(dtype, &row, &mut work);
            for (i, e) in expected.iter().enumerate() {
                let bias = work.bias.get(i / 32).copied().unwrap_or(0.0);
                let got = work.scale[i / 16] * f32::from(work.q[i]) + bias;
                assert!((got - e).abs() <= 1e-5 * (1.0 + e.abs()), "{dtype:?} element {i}: {got} for {e}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn every_kernel_agrees_with_the_exact_product(
            which in 0usize..TYPES.len(), blocks in 1usize..5, n in 1usize..20,
            scale in prop_oneof![Just(0.0f32), Just(1e-6), Just(1.0), Just(3e4)], seed in any::<u64>(),
        ) {
            let dtype = TYPES[which];
            let cols = blocks * dtype.block_elems();
            let row = random_row(dtype, cols, seed);
            let x = random_values(cols * n, scale, seed);
            let mut w = vec![0.0; cols];
            dtype.to_f32(&row, &mut w);
            for isa in isas() {
                let mut acts = Activations::default();
                acts.quantize(isa, &x, cols);
                // Twice the same row, so that the second one's place in the result is seen too.
                let mut out = vec![f32::NAN; 2 * n];
                dot_rows(isa, dtype, &[&row[..], &row[..]].concat(), &acts, &mut out, &mut Vec::new());
                prop_assert_eq!(&out[..n], &out[n..]);
                for (i, got) in out[..n].iter().enumerate() {
                    let a = acts.dequantized(i);
                    let exact: f64 = w.iter().zip(&a).map(|(w, a)| f64::from(*w) * f64::from(*a)).sum();
                    let size: f64 = w.iter().zip(&a).map(|(w, a)| f64::from((w * a).abs())).sum();
                    prop_assert!(
                        (f64::from(*got) - exact).abs() <= 2e-5 * size + 1e-12,
                        "{isa:?} {dtype:?} cols {cols} row {i} of {n}: {} for {exact}", got
                    );
                }
            }
        }
    }

    #[test]
    fn nan_and_infinite_activations_stay_visible() {
        for isa in isas() {
            let row = random_row(DType::Q8_0, 64, 3);
            let mut x = vec![1.0; 64];
            x[5] = f32::NAN;
            x[40] = f32::INFINITY;
            let mut acts = Activations::default();
            acts.quantize(isa, &x, 64);
            let mut out = [0.0];
            dot_rows(isa, DType::Q8_0, &row, &acts, &mut out, &mut Vec::new());
            assert!(!out[0].is_finite(), "{isa:?}: {}", out[0]);
        }
    }
}
