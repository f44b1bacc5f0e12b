//! The portable kernels: the definition of what the fast ones compute.

use super::{Activations, GROUP, Unpacked};
use crate::dtype::DType;

/// One group: 32 quants, the scale of each half, and the bias.
struct Group {
    q: [i8; GROUP],
    scale: [f32; 2],
    bias: f32,
}

/// Unpacks a whole row.
pub(super) fn unpack(dtype: DType, row: &[u8], out: &mut Unpacked) {
    let read: fn(&[u8], usize) -> Group = match dtype {
        DType::Q4_0 => q4_0,
        DType::Q4_1 => q4_1,
        DType::Q5_0 => q5_0,
        DType::Q5_1 => q5_1,
        DType::Q8_0 => q8_0,
        DType::Q4_K => q4_k,
        DType::Q5_K => q5_k,
        DType::Q6_K => q6_k,
        other => unreachable!("{other:?} has no kernel"),
    };
    let per_block = dtype.block_elems() / GROUP;
    out.q.resize(row.len() / dtype.block_bytes() * dtype.block_elems());
    out.scale.clear();
    out.bias.clear();
    let mut quants = out.q.chunks_exact_mut(GROUP);
    for block in row.chunks_exact(dtype.block_bytes()) {
        for (g, q) in (0..per_block).zip(quants.by_ref()) {
            let group = read(block, g);
            q.copy_from_slice(&group.q);
            out.scale.extend_from_slice(&group.scale);
            out.bias.push(group.bias);
        }
    }
}

/// Computes the products of an unpacked row with all activation rows.
pub(super) fn dot(w: &Unpacked, acts: &Activations, out: &mut [f32]) {
    let groups = acts.cols() / GROUP;
    for (i, o) in out.iter_mut().enumerate() {
        let mut sum = 0.0f32;
        for g in 0..groups {
            let at = i * acts.cols() + g * GROUP;
            let q = &w.q[g * GROUP..(g + 1) * GROUP];
            let a = &acts.q[at..at + GROUP];
            let half = |r: std::ops::Range<usize>| -> i32 {
                q[r.clone()].iter().zip(&a[r]).map(|(q, a)| i32::from(*q) * i32::from(*a)).sum()
            };
            let d = acts.d[i * groups + g];
            let low = w.scale[2 * g] * half(0..16) as f32;
            let high = w.scale[2 * g + 1] * half(16..32) as f32;
            sum += d * (low + high);
            if let Some(b) = w.bias.get(g) {
                sum += b * acts.s[i * groups + g];
            }
        }
        *o = sum;
    }
}

fn half_at(b: &[u8], at: usize) -> f32 {
    half::f16::from_le_bytes([b[at], b[at + 1]]).to_f32()
}

/// 16 bytes to 32 nibbles: low ones first.
fn nibbles(b: &[u8]) -> [i8; GROUP] {
    std::array::from_fn(|i| if i < 16 { (b[i] & 15) as i8 } else { (b[i - 16] >> 4) as i8 })
}

fn fifth_bits(q: &mut [i8; GROUP], b: &[u8]) {
    let bits = u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    for (i, q) in q.iter_mut().enumerate() {
        *q |= (((bits >> i) & 1) << 4) as i8;
    }
}

fn q4_0(b: &[u8], _: usize) -> Group {
    Group { q: nibbles(&b[2..]).map(|q| q - 8), scale: [half_at(b, 0); 2], bias: 0.0 }
}

fn q4_1(b: &[u8], _: usize) -> Group {
    Group { q: nibbles(&b[4..]), scale: [half_at(b, 0); 2], bias: half_at(b, 2) }
}

fn q5_0(b: &[u8], _: usize) -> Group {
    let mut q = nibbles(&b[6..]);
    fifth_bits(&mut q, &b[2..]);
    Group { q: q.map(|q| q - 16), scale: [half_at(b, 0); 2], bias: 0.0 }
}

fn q5_1(b: &[u8], _: usize) -> Group {
    let mut q = nibbles(&b[8..]);
    fifth_bits(&mut q, &b[4..]);
    Group { q, scale: [half_at(b, 0); 2], bias: half_at(b, 2) }
}

fn q8_0(b: &[u8], _: usize) -> Group {
    Group { q: std::array::from_fn(|i| b[2 + i] as i8), scale: [half_at(b, 0); 2], bias: 0.0 }
}

/// Returns the six-bit scale and minimum of group `g` of a Q4_K or Q5_K block.
pub(super) fn scale_and_min(s: &[u8], g: usize) -> (u8, u8) {
    if g < 4 {
        (s[g] & 63, s[g + 4] & 63)
    } else {
        ((s[g + 4] & 15) | ((s[g - 4] >> 6) << 4), (s[g + 4] >> 4) | ((s[g] >> 6) << 4))
    }
}

fn q4_k(b: &[u8], g: usize) -> Group {
    let (scale, min) = scale_and_min(&b[4..16], g);
    let qs = &b[16 + g / 2 * 32..];
    Group {
        q: std::array::from_fn(|i| if g.is_multiple_of(2) { (qs[i] & 15) as i8 } else { (qs[i] >> 4) as i8 }),
        scale: [half_at(b, 0) * f32::from(scale); 2],
        bias: -half_at(b, 2) * f32::from(min),
    }
}

fn q5_k(b: &[u8], g: usize) -> Group {
    let (scale, min) = scale_and_min(&b[4..16], g);
    let (qh, qs) = (&b[16..48], &b[48 + g / 2 * 32..]);
    Group {
        q: std::array::from_fn(|i| {
            let low = if g.is_multiple_of(2) { qs[i] & 15 } else { qs[i] >> 4 };
            (low | (((qh[i] >> g) & 1) << 4)) as i8
        }),
        scale: [half_at(b, 0) * f32::from(scale); 2],
        bias: -half_at(b, 2) * f32::from(min),
    }
}

fn q6_k(b: &[u8], g: usize) -> Group {
    // A block is two halves of 128 weights; group k of a half takes the nibbles of `ql` at
    // (k % 2) * 32, low ones for k < 2, and the two bits of `qh` at 2k.
    let (half, k) = (g / 4, g % 4);
    let ql = &b[half * 64 + (k % 2) * 32..];
    let qh = &b[128 + half * 32..];
    let d = half_at(b, 208);
    let scale = |i: usize| d * f32::from(b[192 + half * 8 + 2 * k + i] as i8);
    Group {
        q: std::array::from_fn(|i| {
            let low = if k < 2 { ql[i] & 15 } else { ql[i] >> 4 };
            (low | (((qh[i] >> (2 * k)) & 3) << 4)) as i8 - 32
        }),
        scale: [scale(0), scale(1)],
        bias: 0.0,
    }
}
