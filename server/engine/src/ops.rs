//! The small operations of a transformer, on plain f32 slices.

use crate::simd::{self, Isa, LANES, Simd, dispatch};

/// Returns Σ a·b; the slices are equally long.
pub(crate) fn dot(isa: Isa, a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let mut sum = 0.0;
    // SAFETY: both have that length.
    unsafe { dot_of(isa, a.as_ptr(), b.as_ptr(), a.len(), &mut sum) };
    sum
}

dispatch! { fn dot_of(a: *const f32, b: *const f32, n: usize, out: &mut f32) = dot_product }

#[inline(always)]
unsafe fn dot_product<S: Simd, const R: usize>(a: *const f32, b: *const f32, n: usize, out: &mut f32) {
    // SAFETY: i + 16 <= n, the length of both.
    unsafe {
        let mut sums = [S::splat(0.0); 2];
        let whole = n / LANES * LANES;
        for i in (0..whole).step_by(LANES) {
            let sum = &mut sums[i / LANES % 2];
            *sum = S::fma(S::load(a.add(i)), S::load(b.add(i)), *sum);
        }
        *out =
            simd::sum::<S>(S::add(sums[0], sums[1])) + (whole..n).map(|i| *a.add(i) * *b.add(i)).sum::<f32>();
    }
}

/// Root mean square normalisation of a row: `out = x / rms(x) * weight` (Zhang and Sennrich, 2019).
pub(crate) fn rms_norm(x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
    let scale = inverse_rms(x, eps);
    for ((o, x), w) in out.iter_mut().zip(x).zip(weight) {
        *o = x * scale * w;
    }
}

/// As [`rms_norm`], with the result in the place of x.
pub(crate) fn rms_norm_in_place(x: &mut [f32], weight: &[f32], eps: f32) {
    let scale = inverse_rms(x, eps);
    for (x, w) in x.iter_mut().zip(weight) {
        *x = *x * scale * w;
    }
}

fn inverse_rms(x: &[f32], eps: f32) -> f32 {
    // In f64, as the order of a long f32 sum shows in the last bits.
    let mean = x.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>() / x.len() as f64;
    1.0 / (mean as f32 + eps).sqrt()
}

/// Computes `gate = silu(gate) * up` (Shazeer, 2020) for whole vectors of 16.
pub(crate) fn swiglu(isa: Isa, gate: &mut [f32], up: &[f32]) {
    assert!(gate.len() == up.len() && gate.len().is_multiple_of(LANES));
    // SAFETY: both have that length.
    unsafe { swiglu_of(isa, gate.as_mut_ptr(), up.as_ptr(), gate.len()) }
}

dispatch! { fn swiglu_of(gate: *mut f32, up: *const f32, n: usize) = swiglu_product }

#[inline(always)]
unsafe fn swiglu_product<S: Simd, const R: usize>(gate: *mut f32, up: *const f32, n: usize) {
    // SAFETY: i + 16 <= n, the length of both.
    unsafe {
        for i in (0..n).step_by(LANES) {
            let g = S::load(gate.add(i));
            let e = simd::exp::<S>(S::sub(S::splat(0.0), g));
            let silu = S::div(g, S::add(S::splat(1.0), e));
            S::store(gate.add(i), S::mul(silu, S::load(up.add(i))));
        }
    }
}

/// Returns Σ exp(x - max).
pub(crate) fn sum_exp(isa: Isa, x: &[f32], max: f32) -> f32 {
    let mut sum = 0.0;
    // SAFETY: of that length.
    unsafe { sum_exp_of(isa, x.as_ptr(), x.len(), max, &mut sum) };
    sum
}

dispatch! { fn sum_exp_of(x: *const f32, n: usize, max: f32, out: &mut f32) = exps }

#[inline(always)]
unsafe fn exps<S: Simd, const R: usize>(x: *const f32, n: usize, max: f32, out: &mut f32) {
    // SAFETY: i + 16 <= n, the length of x.
    unsafe {
        let mut sum = S::splat(0.0);
        let whole = n / LANES * LANES;
        for i in (0..whole).step_by(LANES) {
            sum = S::add(sum, simd::exp::<S>(S::sub(S::load(x.add(i)), S::splat(max))));
        }
        *out = simd::sum::<S>(sum) + (whole..n).map(|i| simd::exp_one(*x.add(i) - max)).sum::<f32>();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_code_agrees_with_plain_loops() {
        let a: Vec<f32> = (0..101).map(|i| (i as f32 * 0.7).sin() * 3.0).collect();
        let b: Vec<f32> = (0..101).map(|i| (i as f32 * 0.3).cos()).collect();
        for n in [0, 1, 7, 16, 31, 32, 33, 64, 100, 101] {
            let exact: f64 = a[..n].iter().zip(&b[..n]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let dots: Vec<f32> = Isa::available().into_iter().map(|isa| dot(isa, &a[..n], &b[..n])).collect();
            assert!((f64::from(dots[0]) - exact).abs() < 1e-5, "{n}");
            assert!(dots.iter().all(|d| *d == dots[0]), "{n}: {dots:?}");
        }
        for isa in Isa::available() {
            let mut gate = a[..96].to_vec();
            swiglu(isa, &mut gate, &b[..96]);
            for i in 0..96 {
                let exact = a[i] / (1.0 + (-a[i]).exp()) * b[i];
                assert!((gate[i] - exact).abs() < 1e-6, "{isa:?} {i}: {} for {exact}", gate[i]);
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
