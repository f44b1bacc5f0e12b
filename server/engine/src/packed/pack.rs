//! From the blocks of a GGUF file to tiles.
//!
//! Done once for every weight of a model at loading, so it works on words of four columns at a time.

use half::f16;

use super::{Buffer, GROUP, Kind, NIBBLE_BYTES, TILE};
use crate::dtype::DType;
use crate::pool::{Pool, Shared};

/// 32 unsigned weights (word k: columns 4k to 4k + 3), a scale for each half, and the bias.
struct Weights {
    words: [u32; 8],
    scales: [u16; 2],
    bias: u16,
}

const ONES: u32 = 0x0101_0101;
const NIBBLES: u32 = 0x0f0f_0f0f;

/// Fills the areas of a matrix: nibbles, rest, scales, biases.
pub(super) fn pack(
    pool: &Pool,
    dtype: DType,
    kind: Kind,
    bytes: &[u8],
    rows: usize,
    cols: usize,
    areas: [&mut Buffer; 4],
) {
    let read: fn(&[u8], usize) -> Weights = match dtype {
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
    let groups = cols / GROUP;
    let per_block = dtype.block_elems() / GROUP;
    let (row_bytes, block_bytes) = (dtype.row_bytes(cols), dtype.block_bytes());
    assert_eq!(bytes.len(), rows * row_bytes);
    // Bytes of a tile in each area.
    let sizes =
        [NIBBLE_BYTES, kind.rest_bytes(), kind.scales() * TILE * 2, usize::from(kind.has_bias()) * TILE * 2]
            .map(|n| n * groups);
    let areas = areas.map(|area| Shared::new(area.own()));
    pool.run(rows.div_ceil(TILE), &|_, tile| {
        // SAFETY: each tile has its own bytes in each area, and belongs to one task.
        let [nibbles, rest, scales, biases] =
            std::array::from_fn(|i| unsafe { areas[i].slice(tile * sizes[i], sizes[i]) });
        for lane in 0..TILE.min(rows - tile * TILE) {
            let row = &bytes[(tile * TILE + lane) * row_bytes..][..row_bytes];
            for g in 0..groups {
                let w = read(&row[g / per_block * block_bytes..][..block_bytes], g % per_block);
                store(kind, &w, lane, g, nibbles, rest);
                for i in 0..kind.scales() {
                    put(scales, (g * kind.scales() + i) * TILE + lane, w.scales[i].to_le_bytes());
                }
                if kind.has_bias() {
                    put(biases, g * TILE + lane, w.bias.to_le_bytes());
                }
            }
        }
    });
}

/// Writes item `i` of an area.
fn put<const N: usize>(area: &mut [u8], i: usize, bytes: [u8; N]) {
    area[i * N..(i + 1) * N].copy_from_slice(&bytes);
}

fn store(kind: Kind, w: &Weights, lane: usize, g: usize, nibbles: &mut [u8], rest: &mut [u8]) {
    // How many bits of each weight go to the rest, and how far the nibble is up.
    let up = match kind {
        Kind::Four | Kind::FourBias | Kind::Five | Kind::FiveBias => 0,
        Kind::Six => 2,
        Kind::Eight => 4,
    };
    for j in 0..4 {
        let nibble = |k: usize| (w.words[k] >> up) & NIBBLES;
        put(nibbles, (g * 4 + j) * TILE + lane, (nibble(j) | nibble(j + 4) << 4).to_le_bytes());
    }
    match kind {
        Kind::Four | Kind::FourBias => {}
        Kind::Five | Kind::FiveBias => {
            let bits = (0..8).fold(0, |bits, k| bits | ((w.words[k] >> 4) & ONES) << k);
            put(rest, g * TILE + lane, bits.to_le_bytes());
        }
        Kind::Six => {
            for h in 0..2 {
                let bits = (0..4).fold(0, |bits, m| bits | (w.words[4 * h + m] & (3 * ONES)) << (2 * m));
                put(rest, (g * 2 + h) * TILE + lane, bits.to_le_bytes());
            }
        }
        Kind::Eight => {
            for j in 0..4 {
                let word = (w.words[j] & NIBBLES) | (w.words[j + 4] & NIBBLES) << 4;
                put(rest, (g * 4 + j) * TILE + lane, word.to_le_bytes());
            }
        }
    }
}

fn half_at(b: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([b[at], b[at + 1]])
}

fn word_at(b: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]])
}

/// The nibbles of 16 bytes: the low ones come first.
fn nibbles(b: &[u8]) -> [u32; 8] {
    std::array::from_fn(|k| {
        if k < 4 { word_at(b, 4 * k) & NIBBLES } else { (word_at(b, 4 * k - 16) >> 4) & NIBBLES }
    })
}

/// Adds a fifth bit to each weight, from 32 bits.
fn fifth(mut words: [u32; 8], bits: u32) -> [u32; 8] {
    for (k, word) in words.iter_mut().enumerate() {
        // The multiplication puts bit c of the four at bit 8c.
        *word |= (((bits >> (4 * k)) & 15).wrapping_mul(0x0020_4081) & ONES) << 4;
    }
    words
}

fn same(b: &[u8], bias: u16, words: [u32; 8]) -> Weights {
    Weights { words, scales: [half_at(b, 0); 2], bias }
}

fn q4_0(b: &[u8], _: usize) -> Weights {
    same(b, 0, nibbles(&b[2..]))
}

fn q4_1(b: &[u8], _: usize) -> Weights {
    same(b, half_at(b, 2), nibbles(&b[4..]))
}

fn q5_0(b: &[u8], _: usize) -> Weights {
    same(b, 0, fifth(nibbles(&b[6..]), word_at(b, 2)))
}

fn q5_1(b: &[u8], _: usize) -> Weights {
    same(b, half_at(b, 2), fifth(nibbles(&b[8..]), word_at(b, 4)))
}

fn q8_0(b: &[u8], _: usize) -> Weights {
    same(b, 0, std::array::from_fn(|k| word_at(b, 2 + 4 * k) ^ 0x8080_8080))
}

/// The product of a block's scale and a group's, as a half.
fn product(d: u16, by: i32) -> u16 {
    f16::from_f32(f16::from_bits(d).to_f32() * by as f32).to_bits()
}

/// Returns the six-bit scale and minimum of group `g` of a Q4_K or Q5_K block.
fn scale_and_min(s: &[u8], g: usize) -> (u8, u8) {
    if g < 4 {
        (s[g] & 63, s[g + 4] & 63)
    } else {
        ((s[g + 4] & 15) | ((s[g - 4] >> 6) << 4), (s[g + 4] >> 4) | ((s[g] >> 6) << 4))
    }
}

fn with_min(b: &[u8], g: usize, words: [u32; 8]) -> Weights {
    let (scale, min) = scale_and_min(&b[4..16], g);
    Weights {
        words,
        scales: [product(half_at(b, 0), i32::from(scale)); 2],
        bias: product(half_at(b, 2), -i32::from(min)),
    }
}

fn q4_k(b: &[u8], g: usize) -> Weights {
    let quants = &b[16 + g / 2 * 32..];
    with_min(b, g, std::array::from_fn(|k| (word_at(quants, 4 * k) >> (4 * (g % 2))) & NIBBLES))
}

fn q5_k(b: &[u8], g: usize) -> Weights {
    let (upper, quants) = (&b[16..48], &b[48 + g / 2 * 32..]);
    let word = |k: usize| {
        let low = (word_at(quants, 4 * k) >> (4 * (g % 2))) & NIBBLES;
        low | ((word_at(upper, 4 * k) >> g) & ONES) << 4
    };
    with_min(b, g, std::array::from_fn(word))
}

fn q6_k(b: &[u8], g: usize) -> Weights {
    // A block is two halves of 128 weights; group k of a half takes the nibbles at (k % 2) * 32, low ones
    // for k < 2, and two bits at 2k.
    let (half, k) = (g / 4, g % 4);
    let (lower, upper) = (&b[half * 64 + (k % 2) * 32..], &b[128 + half * 32..]);
    let word = |j: usize| {
        let low = (word_at(lower, 4 * j) >> (4 * (k / 2))) & NIBBLES;
        low | ((word_at(upper, 4 * j) >> (2 * k)) & (3 * ONES)) << 4
    };
    let scale = |i: usize| product(half_at(b, 208), i32::from(b[192 + half * 8 + 2 * k + i] as i8));
    Weights { words: std::array::from_fn(word), scales: [scale(0), scale(1)], bias: 0 }
}
