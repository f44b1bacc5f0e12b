//! Vectors of 16 lanes, the same on every processor.
//!
//! The kernels are written once, over [`Simd`], and compiled for each instruction set: 16 lanes are one
//! register with AVX-512, two with AVX2, four with NEON, an array in portable code. Lane by lane all of
//! them compute the same operations in the same order (products are fused into sums everywhere), so a
//! model writes the same text on every machine, and the portable code is the oracle of the others.

use std::sync::OnceLock;

mod scalar;
pub(crate) use scalar::Scalar;

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::{Neon, NeonDot};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
pub(crate) use {avx2::Avx2, avx2::AvxVnni, avx512::Avx512};

mod math;
pub(crate) use math::{exp, exp_one, sum, sum_i32};

/// Lanes of a vector.
pub(crate) const LANES: usize = 16;

/// The instruction set in use, found out once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    /// Portable code.
    Scalar,
    /// AVX2, FMA and F16C.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// The same with the 256-bit byte products of AVX-VNNI.
    #[cfg(target_arch = "x86_64")]
    AvxVnni,
    /// AVX-512 F, BW, VL and VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// NEON with byte products.
    #[cfg(target_arch = "aarch64")]
    NeonDot,
}

impl Isa {
    /// Returns its name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Isa::Scalar => "portable",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Isa::AvxVnni => "AVX-VNNI",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => "AVX-512 VNNI",
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => "NEON",
            #[cfg(target_arch = "aarch64")]
            Isa::NeonDot => "NEON with dot products",
        }
    }

    /// Returns what this processor can run, the best last.
    pub(crate) fn available() -> Vec<Isa> {
        let mut all = vec![Isa::Scalar];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c")
        {
            all.push(Isa::Avx2);
            if is_x86_feature_detected!("avxvnni") {
                all.push(Isa::AvxVnni);
            }
            if is_x86_feature_detected!("avx512vnni")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512f")
            {
                all.push(Isa::Avx512);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            all.push(Isa::Neon);
            if std::arch::is_aarch64_feature_detected!("dotprod") {
                all.push(Isa::NeonDot);
            }
        }
        all
    }

    /// Returns the best instruction set of this machine. It is found out once.
    pub(crate) fn detect() -> Isa {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Isa::available().pop().unwrap_or(Isa::Scalar))
    }
}

/// The operations of an instruction set on 16 lanes of f32 and i32, and on 64 bytes (four a lane).
///
/// # Safety
/// Of all functions: the processor must have the instruction set, and pointers must be good for the 16
/// lanes that are read or written there, at any alignment.
pub(crate) trait Simd: Copy {
    /// 16 lanes of f32.
    type F: Copy;
    /// 16 lanes of i32.
    type I: Copy;
    /// 64 unsigned bytes: lane r holds bytes 4r to 4r + 3.
    type B: Copy;

    unsafe fn splat(x: f32) -> Self::F;
    unsafe fn load(p: *const f32) -> Self::F;
    unsafe fn store(p: *mut f32, v: Self::F);
    /// Reads 16 halves.
    unsafe fn load_f16(p: *const u16) -> Self::F;
    /// Writes 16 halves, rounded to the nearest, ties to even.
    unsafe fn store_f16(p: *mut u16, v: Self::F);
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn sub(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F;
    /// The larger; where `b` is NaN, NaN.
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F;
    /// The smaller; where `b` is NaN, NaN.
    unsafe fn min(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn abs(a: Self::F) -> Self::F;
    /// a · b + c, rounded once.
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F;

    unsafe fn to_f32(v: Self::I) -> Self::F;
    /// Rounds to the nearest integer, ties to even; |v| must be below 2^22.
    unsafe fn round(v: Self::F) -> Self::I;
    /// 2^v for v in -126 ..= 127.
    unsafe fn exp2(v: Self::I) -> Self::F;
    unsafe fn store_i32(p: *mut i32, v: Self::I);
    /// Writes 16 bytes; the lanes must be within i8.
    unsafe fn store_i8(p: *mut i8, v: Self::I);

    /// Asks for `len` bytes that will be read soon. The address may be any.
    unsafe fn prefetch(p: *const u8, len: usize);
    unsafe fn load_bytes(p: *const u8) -> Self::B;
    unsafe fn splat_byte(b: u8) -> Self::B;
    unsafe fn and(a: Self::B, b: Self::B) -> Self::B;
    unsafe fn or(a: Self::B, b: Self::B) -> Self::B;
    /// Shifts pairs of bytes to the left: bits of the lower byte come into the upper one.
    unsafe fn shl<const N: u32>(v: Self::B) -> Self::B;
    /// Shifts pairs of bytes to the right: bits of the upper byte come into the lower one.
    unsafe fn shr<const N: u32>(v: Self::B) -> Self::B;

    /// Byte `C` of each lane.
    unsafe fn byte<const C: u32>(v: Self::B) -> Self::I;

    /// For each of `R` activation rows: Σ over k in FROM .. TO of the dot products of w\[k\] and the four
    /// activations at 4k, lane by lane, less the format's offset times the sum of these activations
    /// (`offset`, one pointer a row, points at that product, negated; null where there is no offset).
    ///
    /// The w are below 2^BITS, the activations within ±127.
    unsafe fn dots<const BITS: u32, const R: usize, const FROM: usize, const TO: usize>(
        w: &[Self::B; 8],
        a: [*const i8; R],
        offset: [*const i32; R],
    ) -> [Self::I; R];
}

/// Declares a function that runs a generic kernel with the instruction set given as its first argument.
///
/// `kernel::<S, R>` gets the instruction set's type and how many rows it can keep in registers. The
/// kernel and everything that it calls must be `#[inline(always)]`, or it is compiled without the
/// instruction set.
macro_rules! dispatch {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $kernel:ident) => {
        $(#[$doc])*
        #[allow(clippy::too_many_arguments)] // a kernel gets plain pointers and lengths
        pub(crate) unsafe fn $name(isa: $crate::simd::Isa, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn avx2($($arg: $ty),*) {
                // SAFETY: passed on.
                unsafe { $kernel::<$crate::simd::Avx2, 2>($($arg),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c,avxvnni")]
            unsafe fn avxvnni($($arg: $ty),*) {
                // SAFETY: passed on.
                unsafe { $kernel::<$crate::simd::AvxVnni, 4>($($arg),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")]
            unsafe fn avx512($($arg: $ty),*) {
                // SAFETY: passed on.
                unsafe { $kernel::<$crate::simd::Avx512, 8>($($arg),*) }
            }
            #[cfg(target_arch = "aarch64")]
            #[target_feature(enable = "neon")]
            unsafe fn neon($($arg: $ty),*) {
                // SAFETY: passed on.
                unsafe { $kernel::<$crate::simd::Neon, 2>($($arg),*) }
            }
            #[cfg(target_arch = "aarch64")]
            #[target_feature(enable = "neon,dotprod")]
            unsafe fn neon_dot($($arg: $ty),*) {
                // SAFETY: passed on.
                unsafe { $kernel::<$crate::simd::NeonDot, 4>($($arg),*) }
            }
            // SAFETY: an `Isa` is only had from `Isa::available`, which asked the processor; the rest is
            // the caller's promise.
            unsafe {
                match isa {
                    $crate::simd::Isa::Scalar => $kernel::<$crate::simd::Scalar, 4>($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::simd::Isa::Avx2 => avx2($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::simd::Isa::AvxVnni => avxvnni($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::simd::Isa::Avx512 => avx512($($arg),*),
                    #[cfg(target_arch = "aarch64")]
                    $crate::simd::Isa::Neon => neon($($arg),*),
                    #[cfg(target_arch = "aarch64")]
                    $crate::simd::Isa::NeonDot => neon_dot($($arg),*),
                }
            }
        }
    };
}
pub(crate) use dispatch;
