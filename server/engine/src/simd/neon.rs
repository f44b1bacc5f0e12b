//! NEON: a vector is four registers. With and without the byte products of Armv8.2.

use std::arch::aarch64::*;
use std::arch::asm;

use super::Simd;

/// NEON, which every 64-bit Arm has.
pub(crate) type Neon = Quad<false>;
/// The same and byte products (`dotprod`).
pub(crate) type NeonDot = Quad<true>;

/// Four registers of 128 bits.
#[derive(Clone, Copy)]
pub(crate) struct Quad<const DOT: bool>;

#[inline(always)]
fn four<T>(mut f: impl FnMut(usize) -> T) -> [T; 4] {
    [f(0), f(1), f(2), f(3)]
}

/// Adds the dot products of the four groups of four bytes of `w` and `a`. The standard library's function
/// for this instruction is not stable yet.
#[inline(always)]
unsafe fn sdot(mut sum: int32x4_t, w: int8x16_t, a: int8x16_t) -> int32x4_t {
    // SAFETY: the caller promises the instruction; registers only.
    unsafe {
        asm!(
            ".arch_extension dotprod",
            "sdot {sum:v}.4s, {w:v}.16b, {a:v}.16b",
            sum = inout(vreg) sum, w = in(vreg) w, a = in(vreg) a,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

/// The same without the instruction; products of |w| <= 128 and |a| <= 127 fit an i16.
#[inline(always)]
unsafe fn sdot_by_parts(sum: int32x4_t, w: int8x16_t, a: int8x16_t) -> int32x4_t {
    // SAFETY: NEON, by the caller's promise.
    unsafe {
        let low = vpaddlq_s16(vmull_s8(vget_low_s8(w), vget_low_s8(a)));
        let high = vpaddlq_s16(vmull_high_s8(w, a));
        vaddq_s32(sum, vpaddq_s32(low, high))
    }
}

// SAFETY, of all blocks below: the trait promises the instruction set and the memory.
impl<const DOT: bool> Simd for Quad<DOT> {
    type F = [float32x4_t; 4];
    type I = [int32x4_t; 4];
    type B = [uint8x16_t; 4];

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::F {
        [unsafe { vdupq_n_f32(x) }; 4]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::F {
        four(|i| unsafe { vld1q_f32(p.add(4 * i)) })
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::F) {
        four(|i| unsafe { vst1q_f32(p.add(4 * i), v[i]) });
    }
    #[inline(always)]
    unsafe fn load_f16(p: *const u16) -> Self::F {
        four(|i| unsafe {
            let halves = vld1_u16(p.add(4 * i));
            let out: float32x4_t;
            asm!(
                "fcvtl {out:v}.4s, {halves:v}.4h",
                out = lateout(vreg) out, halves = in(vreg) halves,
                options(pure, nomem, nostack, preserves_flags),
            );
            out
        })
    }
    #[inline(always)]
    unsafe fn store_f16(p: *mut u16, v: Self::F) {
        four(|i| unsafe {
            let halves: uint16x4_t;
            asm!(
                "fcvtn {halves:v}.4h, {v:v}.4s",
                halves = lateout(vreg) halves, v = in(vreg) v[i],
                options(pure, nomem, nostack, preserves_flags),
            );
            vst1_u16(p.add(4 * i), halves);
        });
    }
    #[inline(always)]
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F {
        four(|i| unsafe { vaddq_f32(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn sub(a: Self::F, b: Self::F) -> Self::F {
        four(|i| unsafe { vsubq_f32(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F {
        four(|i| unsafe { vmulq_f32(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F {
        four(|i| unsafe { vdivq_f32(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F {
        four(|i| unsafe { vmaxq_f32(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn min(a: Self::F, b: Self::F) -> Self::F {
        four(|i| unsafe { vminq_f32(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn abs(a: Self::F) -> Self::F {
        four(|i| unsafe { vabsq_f32(a[i]) })
    }
    #[inline(always)]
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        four(|i| unsafe { vfmaq_f32(c[i], a[i], b[i]) })
    }

    #[inline(always)]
    unsafe fn to_f32(v: Self::I) -> Self::F {
        four(|i| unsafe { vcvtq_f32_s32(v[i]) })
    }
    #[inline(always)]
    unsafe fn round(v: Self::F) -> Self::I {
        four(|i| unsafe { vcvtnq_s32_f32(v[i]) })
    }
    #[inline(always)]
    unsafe fn exp2(v: Self::I) -> Self::F {
        four(|i| unsafe { vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(v[i], vdupq_n_s32(127)))) })
    }
    #[inline(always)]
    unsafe fn store_i32(p: *mut i32, v: Self::I) {
        four(|i| unsafe { vst1q_s32(p.add(4 * i), v[i]) });
    }
    #[inline(always)]
    unsafe fn store_i8(p: *mut i8, v: Self::I) {
        unsafe {
            let low = vcombine_s16(vmovn_s32(v[0]), vmovn_s32(v[1]));
            let high = vcombine_s16(vmovn_s32(v[2]), vmovn_s32(v[3]));
            vst1q_s8(p, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
        }
    }

    #[inline(always)]
    unsafe fn prefetch(p: *const u8, len: usize) {
        for at in (0..len).step_by(64) {
            unsafe {
                asm!("prfm pldl1keep, [{p}]", p = in(reg) p.wrapping_add(at), options(nostack, preserves_flags, readonly));
            }
        }
    }
    #[inline(always)]
    unsafe fn load_bytes(p: *const u8) -> Self::B {
        four(|i| unsafe { vld1q_u8(p.add(16 * i)) })
    }
    #[inline(always)]
    unsafe fn splat_byte(b: u8) -> Self::B {
        [unsafe { vdupq_n_u8(b) }; 4]
    }
    #[inline(always)]
    unsafe fn and(a: Self::B, b: Self::B) -> Self::B {
        four(|i| unsafe { vandq_u8(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn or(a: Self::B, b: Self::B) -> Self::B {
        four(|i| unsafe { vorrq_u8(a[i], b[i]) })
    }
    #[inline(always)]
    unsafe fn shl<const N: u32>(v: Self::B) -> Self::B {
        four(|i| unsafe {
            vreinterpretq_u8_u16(vshlq_u16(vreinterpretq_u16_u8(v[i]), vdupq_n_s16(N as i16)))
        })
    }
    #[inline(always)]
    unsafe fn shr<const N: u32>(v: Self::B) -> Self::B {
        four(|i| unsafe {
            vreinterpretq_u8_u16(vshlq_u16(vreinterpretq_u16_u8(v[i]), vdupq_n_s16(-(N as i16))))
        })
    }

    #[inline(always)]
    unsafe fn byte<const C: u32>(v: Self::B) -> Self::I {
        four(|i| unsafe {
            let down = vshlq_u32(vreinterpretq_u32_u8(v[i]), vdupq_n_s32(-8 * C as i32));
            vreinterpretq_s32_u32(vandq_u32(down, vdupq_n_u32(255)))
        })
    }

    #[inline(always)]
    unsafe fn dots<const BITS: u32, const R: usize, const FROM: usize, const TO: usize>(
        w: &[Self::B; 8],
        a: [*const i8; R],
        offset: [*const i32; R],
    ) -> [Self::I; R] {
        unsafe {
            let mut sum = [[vdupq_n_s32(0); 4]; R];
            // Eight-bit weights are made signed, which takes their offset off.
            if BITS < 8 {
                for (sum, offset) in sum.iter_mut().zip(offset) {
                    if !offset.is_null() {
                        *sum = [vdupq_n_s32(offset.read_unaligned()); 4];
                    }
                }
            }
            for k in FROM..TO {
                let flip = vdupq_n_u8(if BITS < 8 { 0 } else { 0x80 });
                let w = four(|i| vreinterpretq_s8_u8(veorq_u8(w[k][i], flip)));
                for r in 0..R {
                    let a = vdupq_n_s32(a[r].cast::<i32>().add(k).read_unaligned());
                    let a = vreinterpretq_s8_s32(a);
                    for i in 0..4 {
                        sum[r][i] =
                            if DOT { sdot(sum[r][i], w[i], a) } else { sdot_by_parts(sum[r][i], w[i], a) };
                    }
                }
            }
            sum
        }
    }
}
