//! Portable code: what the other instruction sets are compared with.

use super::{LANES, Simd};

/// Arrays of 16.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

#[inline(always)]
fn map<T: Copy, U>(a: [T; LANES], b: [T; LANES], f: impl Fn(T, T) -> U) -> [U; LANES] {
    std::array::from_fn(|i| f(a[i], b[i]))
}

impl Simd for Scalar {
    type F = [f32; LANES];
    type I = [i32; LANES];
    type B = [u16; 2 * LANES];

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::F {
        [x; LANES]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::F {
        // SAFETY: good for 16 values by the trait's promise.
        unsafe { p.cast::<Self::F>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::F) {
        // SAFETY: good for 16 values by the trait's promise.
        unsafe { p.cast::<Self::F>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn load_f16(p: *const u16) -> Self::F {
        // SAFETY: good for 16 values by the trait's promise.
        let halves = unsafe { p.cast::<[u16; LANES]>().read_unaligned() };
        halves.map(|h| half::f16::from_bits(h).to_f32())
    }
    #[inline(always)]
    unsafe fn store_f16(p: *mut u16, v: Self::F) {
        let halves = v.map(|x| half::f16::from_f32(x).to_bits());
        // SAFETY: good for 16 values by the trait's promise.
        unsafe { p.cast::<[u16; LANES]>().write_unaligned(halves) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F {
        map(a, b, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(a: Self::F, b: Self::F) -> Self::F {
        map(a, b, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F {
        map(a, b, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F {
        map(a, b, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F {
        map(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn min(a: Self::F, b: Self::F) -> Self::F {
        map(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn abs(a: Self::F) -> Self::F {
        a.map(f32::abs)
    }
    #[inline(always)]
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        // A fused product is a slow library call where the processor has none. In f64 the product is
        // exact; rounding the sum twice differs from rounding it once in one case of 2^29.
        std::array::from_fn(|i| (f64::from(a[i]) * f64::from(b[i]) + f64::from(c[i])) as f32)
    }

    #[inline(always)]
    unsafe fn to_f32(v: Self::I) -> Self::F {
        v.map(|v| v as f32)
    }
    #[inline(always)]
    unsafe fn round(v: Self::F) -> Self::I {
        // Adding 1.5 * 2^23 leaves the integer in the low bits of the sum; the standard library's
        // rounding is a call on processors without SSE4.1.
        const SHIFT: f32 = 12_582_912.0;
        v.map(|x| (x + SHIFT).to_bits().wrapping_sub(SHIFT.to_bits()) as i32)
    }
    #[inline(always)]
    unsafe fn exp2(v: Self::I) -> Self::F {
        v.map(|v| f32::from_bits(((v.wrapping_add(127)) as u32) << 23))
    }
    #[inline(always)]
    unsafe fn store_i32(p: *mut i32, v: Self::I) {
        // SAFETY: good for 16 values by the trait's promise.
        unsafe { p.cast::<Self::I>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn store_i8(p: *mut i8, v: Self::I) {
        // SAFETY: good for 16 values by the trait's promise.
        unsafe { p.cast::<[i8; LANES]>().write_unaligned(v.map(|v| v as i8)) }
    }

    #[inline(always)]
    unsafe fn prefetch(_: *const u8, _: usize) {}
    #[inline(always)]
    unsafe fn load_bytes(p: *const u8) -> Self::B {
        // SAFETY: good for 64 bytes by the trait's promise.
        let pairs = unsafe { p.cast::<[[u8; 2]; 2 * LANES]>().read_unaligned() };
        pairs.map(u16::from_le_bytes)
    }
    #[inline(always)]
    unsafe fn splat_byte(b: u8) -> Self::B {
        [u16::from_le_bytes([b, b]); 2 * LANES]
    }
    #[inline(always)]
    unsafe fn and(a: Self::B, b: Self::B) -> Self::B {
        std::array::from_fn(|i| a[i] & b[i])
    }
    #[inline(always)]
    unsafe fn or(a: Self::B, b: Self::B) -> Self::B {
        std::array::from_fn(|i| a[i] | b[i])
    }
    #[inline(always)]
    unsafe fn shl<const N: u32>(v: Self::B) -> Self::B {
        v.map(|v| v << N)
    }
    #[inline(always)]
    unsafe fn shr<const N: u32>(v: Self::B) -> Self::B {
        v.map(|v| v >> N)
    }

    #[inline(always)]
    unsafe fn byte<const C: u32>(v: Self::B) -> Self::I {
        std::array::from_fn(|lane| i32::from((v[2 * lane + C as usize / 2] >> (8 * (C % 2))) & 255))
    }

    #[inline(always)]
    unsafe fn dots<const BITS: u32, const R: usize, const FROM: usize, const TO: usize>(
        w: &[Self::B; 8],
        a: [*const i8; R],
        offset: [*const i32; R],
    ) -> [Self::I; R] {
        std::array::from_fn(|r| {
            // SAFETY: the row has 32 activations and the offset is null or good, by the trait's promise.
            let (a, offset) = unsafe {
                (a[r].cast::<[i8; 32]>().read_unaligned(), offset[r].as_ref().copied().unwrap_or(0))
            };
            std::array::from_fn(|lane| {
                let mut sum = offset;
                for k in FROM..TO {
                    let pairs = [w[k][2 * lane], w[k][2 * lane + 1]];
                    for (pair, a) in pairs.iter().zip(a[4 * k..4 * k + 4].chunks_exact(2)) {
                        sum += i32::from(pair & 255) * i32::from(a[0]);
                        sum += i32::from(pair >> 8) * i32::from(a[1]);
                    }
                }
                sum
            })
        })
    }
}
