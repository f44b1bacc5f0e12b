//! Functions of vectors that are the same operations on every instruction set.

use super::{LANES, Simd};

/// -ln 2 in two parts, so that x - n ln 2 is exact.
const LN_2: [f32; 2] = [-0.693_359_4, 2.121_944_4e-4];
/// Of e^r - 1 - r over r², highest power first.
const POLYNOMIAL: [f32; 6] =
    [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];

/// Returns e^x, within two units in the last place.
///
/// Arguments beyond ±87 count as ±87; NaN stays NaN. Reduction to |r| ≤ ln 2 / 2 and a polynomial, as in the
/// Cephes library (Moshier, 1989).
#[inline(always)]
pub(crate) unsafe fn exp<S: Simd>(x: S::F) -> S::F {
    // SAFETY: no memory is touched; the instruction set is the caller's promise.
    unsafe {
        let x = S::min(S::splat(87.0), S::max(S::splat(-87.0), x));
        let n = S::round(S::mul(x, S::splat(std::f32::consts::LOG2_E)));
        let whole = S::to_f32(n);
        let r = S::fma(whole, S::splat(LN_2[0]), x);
        let r = S::fma(whole, S::splat(LN_2[1]), r);
        let mut p = S::splat(POLYNOMIAL[0]);
        for c in &POLYNOMIAL[1..] {
            p = S::fma(p, r, S::splat(*c));
        }
        let p = S::add(S::fma(p, S::mul(r, r), r), S::splat(1.0));
        S::mul(p, S::exp2(n))
    }
}

/// Returns e^x by the same operations as a lane of [`exp`].
pub(crate) fn exp_one(x: f32) -> f32 {
    if x == 0.0 {
        return 1.0;
    }
    let fma = |a: f32, b: f32, c: f32| (f64::from(a) * f64::from(b) + f64::from(c)) as f32;
    let x = x.clamp(-87.0, 87.0);
    let whole = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = fma(whole, LN_2[0], x);
    let r = fma(whole, LN_2[1], r);
    let p = POLYNOMIAL.into_iter().skip(1).fold(POLYNOMIAL[0], |p, c| fma(p, r, c));
    let p = fma(p, r * r, r) + 1.0;
    p * f32::from_bits(((whole as i32).wrapping_add(127) as u32) << 23)
}

/// Returns the sum of all lanes, in one order everywhere.
#[inline(always)]
pub(crate) unsafe fn sum<S: Simd>(v: S::F) -> f32 {
    let mut lanes = [0.0f32; LANES];
    // SAFETY: 16 lanes.
    unsafe { S::store(lanes.as_mut_ptr(), v) };
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
    }
    lanes[0]
}

/// Returns the sum of all lanes.
#[inline(always)]
pub(crate) unsafe fn sum_i32<S: Simd>(v: S::I) -> i32 {
    let mut lanes = [0i32; LANES];
    // SAFETY: 16 lanes.
    unsafe { S::store_i32(lanes.as_mut_ptr(), v) };
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Isa, dispatch};

    dispatch! { fn exps(x: *const f32, out: *mut f32) = exps_of }

    #[inline(always)]
    unsafe fn exps_of<S: Simd, const R: usize>(x: *const f32, out: *mut f32) {
        // SAFETY: 16 values each.
        unsafe { S::store(out, exp::<S>(S::load(x))) }
    }

    #[test]
    fn exp_is_right_and_the_same_everywhere() {
        for i in -90_000..90_000 {
            let x = i as f32 / 1000.0 + 0.000_3;
            let mut first = None;
            for isa in Isa::available() {
                let mut out = [0.0; LANES];
                // SAFETY: 16 values each.
                unsafe { exps(isa, [x; LANES].as_ptr(), out.as_mut_ptr()) };
                assert_eq!(*first.get_or_insert(out[0]), out[15], "{isa:?} {x}");
            }
            let got = first.unwrap_or(f32::NAN);
            assert_eq!(got, exp_one(x), "{x}");
            let exact = f64::from(x.clamp(-87.0, 87.0)).exp();
            assert!((f64::from(got) / exact - 1.0).abs() < 2.5e-7, "{x}: {got} for {exact}");
        }
        assert!(exp_one(f32::NAN).is_nan());
    }
}
