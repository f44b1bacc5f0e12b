//! The small operations of a transformer, on plain f32 slices.

use crate::quant::Isa;

/// Returns Σ a·b; the slices are equally long.
pub(crate) fn dot(isa: Isa, a: &[f32], b: &[f32]) -> f32 {
    debug_assert_eq!(a.len(), b.len());
    match isa {
        Isa::Scalar => dot_scalar(a, b),
        // SAFETY: these instruction sets include AVX2 and FMA.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Vnni => unsafe { x86::dot(a, b) },
    }
}

/// Adds `scale * x` to `y`.
pub(crate) fn add_scaled(isa: Isa, y: &mut [f32], scale: f32, x: &[f32]) {
    debug_assert_eq!(y.len(), x.len());
    match isa {
        Isa::Scalar => y.iter_mut().zip(x).for_each(|(y, x)| *y += scale * x),
        // SAFETY: these instruction sets include AVX2 and FMA.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Vnni => unsafe { x86::add_scaled(y, scale, x) },
    }
}

fn dot_scalar(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums: the order of additions is that of the vector code, and the compiler may use
    // whatever vectors the target has.
    let mut sums = [0.0f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Root mean square normalisation of each row: `out = x / rms(x) * weight` (Zhang and Sennrich, 2019).
pub(crate) fn rms_norm(x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
    for (x, out) in x.chunks_exact(weight.len()).zip(out.chunks_exact_mut(weight.len())) {
        // In f64, as the order of a long f32 sum shows in the last bits.
        let mean = x.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>() / x.len() as f64;
        let scale = 1.0 / (mean as f32 + eps).sqrt();
        for ((o, x), w) in out.iter_mut().zip(x).zip(weight) {
            *o = x * scale * w;
        }
    }
}

/// Turns scores into probabilities in place; an empty slice stays empty.
pub(crate) fn softmax(x: &mut [f32]) {
    let max = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for v in x.iter_mut() {
        *v = (*v - max).exp();
        sum += *v;
    }
    for v in x.iter_mut() {
        *v /= sum;
    }
}

/// Returns ln Σ exp(x), computed without overflow.
pub(crate) fn log_sum_exp(x: &[f32]) -> f64 {
    let max = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = x.iter().map(|v| f64::from((*v - max).exp())).sum();
    f64::from(max) + sum.ln()
}

/// Computes `gate = silu(gate) * up` (Shazeer, 2020).
pub(crate) fn swiglu(gate: &mut [f32], up: &[f32]) {
    for (g, u) in gate.iter_mut().zip(up) {
        *g = *g / (1.0 + (-*g).exp()) * u;
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    use std::arch::x86_64::*;

    /// # Safety
    /// The processor must have AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub(crate) unsafe fn dot(a: &[f32], b: &[f32]) -> f32 {
        let n = a.len().min(b.len());
        let mut sum = [_mm256_setzero_ps(); 4];
        let mut i = 0;
        // SAFETY: i + 32 <= n, the length of both.
        unsafe {
            while i + 32 <= n {
                for (k, s) in sum.iter_mut().enumerate() {
                    let x = _mm256_loadu_ps(a.as_ptr().add(i + 8 * k));
                    *s = _mm256_fmadd_ps(x, _mm256_loadu_ps(b.as_ptr().add(i + 8 * k)), *s);
                }
                i += 32;
            }
        }
        let v = _mm256_add_ps(_mm256_add_ps(sum[0], sum[1]), _mm256_add_ps(sum[2], sum[3]));
        let v = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
        let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
        let head = _mm_cvtss_f32(_mm_add_ss(v, _mm_shuffle_ps::<1>(v, v)));
        head + a[i..n].iter().zip(&b[i..n]).map(|(a, b)| a * b).sum::<f32>()
    }

    /// # Safety
    /// The processor must have AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn add_scaled(y: &mut [f32], scale: f32, x: &[f32]) {
        let n = y.len().min(x.len());
        let s = _mm256_set1_ps(scale);
        let mut i = 0;
        // SAFETY: i + 8 <= n, the length of both.
        unsafe {
            while i + 8 <= n {
                let p = y.as_mut_ptr().add(i);
                _mm256_storeu_ps(
                    p,
                    _mm256_fmadd_ps(s, _mm256_loadu_ps(x.as_ptr().add(i)), _mm256_loadu_ps(p)),
                );
                i += 8;
            }
        }
        for (y, x) in y[i..n].iter_mut().zip(&x[i..n]) {
            *y += scale * x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_code_agrees_with_plain_loops() {
        let a: Vec<f32> = (0..101).map(|i| (i as f32 * 0.7).sin()).collect();
        let b: Vec<f32> = (0..101).map(|i| (i as f32 * 0.3).cos()).collect();
        for n in [0, 1, 7, 8, 31, 32, 33, 64, 100, 101] {
            let exact: f64 = a[..n].iter().zip(&b[..n]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            for isa in [Isa::Scalar, Isa::detect()] {
                assert!((f64::from(dot(isa, &a[..n], &b[..n])) - exact).abs() < 1e-5, "{isa:?} {n}");
                let mut y = b[..n].to_vec();
                add_scaled(isa, &mut y, 0.5, &a[..n]);
                for i in 0..n {
                    assert!((y[i] - (b[i] + 0.5 * a[i])).abs() < 1e-6, "{isa:?} {n} {i}");
                }
            }
        }
    }

    #[test]
    fn softmax_sums_to_one_and_survives_large_scores() {
        let mut x = [1000.0, 1001.0, -1000.0];
        softmax(&mut x);
        assert!((x.iter().sum::<f32>() - 1.0).abs() < 1e-6 && x[1] > x[0] && x[2] == 0.0);
        assert!((log_sum_exp(&[1000.0, 1000.0]) - (1000.0 + 2f64.ln())).abs() < 1e-3);
    }
}
