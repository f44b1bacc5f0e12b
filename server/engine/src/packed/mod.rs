//! Weight matrices in the layout of the kernels.
//!
//! A GGUF file stores a matrix row by row. A kernel that multiplies 16 rows at once, one in each lane, needs no sums
//! across lanes, reads one scale for all of them with one load, and takes each activation once for 16 rows. So
//! loading a model packs every quantised matrix: by tiles of 16 rows, by groups of 32 columns, four neighbouring
//! columns of a row in a lane. Packing rounds only the products of scales of the K formats, which become halves.
//!
//! A weight is `scale * (u - offset) + bias` with an unsigned `u` of 4, 5, 6 or 8 bits. Four bits of each `u` are in
//! one area of memory, the other bits in a second: see [`Kind`].

mod activations;
mod buffer;
mod kernel;
mod pack;
mod screen;
#[cfg(test)]
mod tests;
mod unpack;

pub(crate) use activations::{Activations, quantize, rms_norm_quantize};
pub(crate) use buffer::Buffer;
pub(crate) use kernel::multiply;
pub(crate) use screen::{can_screen, estimate};
pub(crate) use unpack::unpack;

use std::sync::Arc;

use half::f16;

use crate::dtype::DType;
use crate::error::EngineError;
use crate::pool::Pool;

/// Columns that share a scale.
pub(crate) const GROUP: usize = 32;
/// Rows of a tile.
pub(crate) const TILE: usize = 16;

/// The form in which the weights of a matrix are stored.
///
/// Within a tile and a group, word j (j < 4) of the first area holds for each row four bytes: their low nibbles
/// belong to the columns 4j to 4j + 3, the high ones to the columns 16 + 4j to 16 + 4j + 3. The second area holds the
/// rest of the bits: one bit a column (byte c, bit k: column 4k + c), two bits (word h, byte c, bits 2m and 2m + 1:
/// column 16h + 4m + c), or nibbles laid out like those of the first area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Four bits, less 8.
    Four,
    /// Four bits and a bias.
    FourBias,
    /// Five bits, less 16; the fifth bit is in the second area.
    Five,
    /// Five bits and a bias.
    FiveBias,
    /// Six bits, less 32, a scale for each half of a group; the two low bits are in the second area.
    Six,
    /// Eight bits, less 128; the low nibble is in the second area.
    Eight,
}

impl Kind {
    /// Returns how matrices of a type are packed; `None` for those which have no kernel.
    pub(crate) fn of(dtype: DType) -> Option<Kind> {
        Some(match dtype {
            DType::Q4_0 => Kind::Four,
            DType::Q4_1 | DType::Q4_K => Kind::FourBias,
            DType::Q5_0 => Kind::Five,
            DType::Q5_1 | DType::Q5_K => Kind::FiveBias,
            DType::Q6_K => Kind::Six,
            DType::Q8_0 => Kind::Eight,
            DType::F32 | DType::F16 | DType::BF16 | DType::Q2_K | DType::Q3_K => return None,
        })
    }

    /// Bytes of a group of a tile in the second area.
    fn rest_bytes(self) -> usize {
        match self {
            Kind::Four | Kind::FourBias => 0,
            Kind::Five | Kind::FiveBias => 64,
            Kind::Six => 128,
            Kind::Eight => 256,
        }
    }

    /// Scales of a group of a row.
    fn scales(self) -> usize {
        if self == Kind::Six { 2 } else { 1 }
    }

    fn has_bias(self) -> bool {
        matches!(self, Kind::FourBias | Kind::FiveBias)
    }
}

/// Bytes of a group of a tile in the first area.
const NIBBLE_BYTES: usize = 256;

/// (rows, cols) weights in tiles. A clone shares the memory.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    pub(crate) kind: Kind,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    /// (tiles, groups) of 256 bytes.
    nibbles: Arc<Buffer>,
    /// (tiles, groups) of [`Kind::rest_bytes`].
    rest: Arc<Buffer>,
    /// (tiles, groups, scales, 16) halves.
    scales: Arc<Buffer>,
    /// (tiles, groups, 16) halves; empty where the format has none.
    biases: Arc<Buffer>,
}

/// Where the parts of one tile begin.
#[derive(Clone, Copy)]
struct Tile {
    nibbles: *const u8,
    rest: *const u8,
    scales: *const u16,
    biases: *const u16,
}

impl Packed {
    /// Packs the rows of a matrix of the file.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn new(
        pool: &Pool,
        dtype: DType,
        kind: Kind,
        bytes: &[u8],
        rows: usize,
        cols: usize,
    ) -> Result<Packed, EngineError> {
        let [nibbles, rest, scales, biases] = Packed::sizes(kind, rows, cols).map(Buffer::new);
        let mut areas = [nibbles?, rest?, scales?, biases?];
        pack::pack(pool, dtype, kind, bytes, rows, cols, areas.each_mut());
        Ok(Packed::with(kind, rows, cols, areas))
    }

    /// Returns a matrix whose areas were packed before; `take` returns the next area of so many bytes. `None` when
    /// one is missing.
    pub(crate) fn from_areas(
        kind: Kind,
        rows: usize,
        cols: usize,
        take: impl FnMut(usize) -> Option<Buffer>,
    ) -> Option<Packed> {
        let [nibbles, rest, scales, biases] = Packed::sizes(kind, rows, cols).map(take);
        Some(Packed::with(kind, rows, cols, [nibbles?, rest?, scales?, biases?]))
    }

    fn with(kind: Kind, rows: usize, cols: usize, areas: [Buffer; 4]) -> Packed {
        let [nibbles, rest, scales, biases] = areas.map(Arc::new);
        Packed { kind, rows, cols, nibbles, rest, scales, biases }
    }

    /// Returns the bytes of each area.
    fn sizes(kind: Kind, rows: usize, cols: usize) -> [usize; 4] {
        let groups = rows.div_ceil(TILE) * (cols / GROUP);
        let biases = if kind.has_bias() { TILE * 2 } else { 0 };
        [NIBBLE_BYTES, kind.rest_bytes(), kind.scales() * TILE * 2, biases].map(|bytes| groups * bytes)
    }

    /// Returns the areas in the order in which a file has them.
    pub(crate) fn areas(&self) -> [&[u8]; 4] {
        [&self.nibbles, &self.rest, &self.scales, &self.biases].map(|area| &area[..])
    }

    /// Returns how many tiles there are; the last one may be filled up with rows of zeros.
    pub(crate) fn tiles(&self) -> usize {
        self.rows.div_ceil(TILE)
    }

    /// Returns the bytes of memory that the weights take.
    pub(crate) fn bytes(&self) -> usize {
        self.areas().iter().map(|area| area.len()).sum()
    }

    /// Returns whether [`Packed::row_f32`] is possible.
    pub(crate) fn has_rows(&self) -> bool {
        self.kind == Kind::Eight
    }

    /// Converts row `r` of eight-bit weights to f32 (cols): the same numbers as those of the file.
    pub(crate) fn row_f32(&self, r: usize, out: &mut [f32]) {
        assert!(self.has_rows() && r < self.rows);
        let (groups, lane) = (self.cols / GROUP, r % TILE);
        for (g, out) in out.chunks_exact_mut(GROUP).enumerate() {
            let group = r / TILE * groups + g;
            let at = (group * TILE + lane) * 2;
            let scale = f16::from_le_bytes([self.scales[at], self.scales[at + 1]]).to_f32();
            let [upper, lower] =
                [&self.nibbles, &self.rest].map(|area| &area[group * NIBBLE_BYTES..][..NIBBLE_BYTES]);
            for (c, out) in out.iter_mut().enumerate() {
                let byte = (c / 4 % 4 * TILE + lane) * 4 + c % 4;
                let nibble = |area: &[u8]| i32::from(area[byte] >> (c / 16 * 4) & 15);
                *out = (nibble(upper) * 16 + nibble(lower) - 128) as f32 * scale;
            }
        }
    }

    fn tile(&self, tile: usize) -> Tile {
        assert!(tile < self.tiles());
        let at = tile * (self.cols / GROUP);
        Tile {
            nibbles: self.nibbles[at * NIBBLE_BYTES..].as_ptr(),
            rest: self.rest[at * self.kind.rest_bytes()..].as_ptr(),
            scales: self.scales[at * self.kind.scales() * TILE * 2..].as_ptr().cast(),
            biases: self.biases[if self.kind.has_bias() { at * TILE * 2 } else { 0 }..].as_ptr().cast(),
        }
    }
}
