//! The storage types of GGUF tensors: sizes, and conversion to f32.
//!
//! Conversion is candle's, for all types: it is the oracle of our own kernels and the slow path of
//! the types which have none.

use candle_core::quantized::k_quants::{
    BlockQ2K, BlockQ3K, BlockQ4_0, BlockQ4_1, BlockQ4K, BlockQ5_0, BlockQ5_1, BlockQ5K, BlockQ6K, BlockQ8_0,
    GgmlType,
};

/// Storage type of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, non_camel_case_types)]
pub enum DType {
    F32,
    F16,
    BF16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
}

impl DType {
    /// Returns the type of a `ggml_type` number, if it is one this engine reads.
    pub fn from_ggml(id: u32) -> Option<DType> {
        Some(match id {
            0 => DType::F32,
            1 => DType::F16,
            2 => DType::Q4_0,
            3 => DType::Q4_1,
            6 => DType::Q5_0,
            7 => DType::Q5_1,
            8 => DType::Q8_0,
            10 => DType::Q2_K,
            11 => DType::Q3_K,
            12 => DType::Q4_K,
            13 => DType::Q5_K,
            14 => DType::Q6_K,
            30 => DType::BF16,
            _ => return None,
        })
    }

    /// Returns how many elements a block holds.
    pub fn block_elems(self) -> usize {
        match self {
            DType::F32 | DType::F16 | DType::BF16 => 1,
            DType::Q4_0 | DType::Q4_1 | DType::Q5_0 | DType::Q5_1 | DType::Q8_0 => 32,
            DType::Q2_K | DType::Q3_K | DType::Q4_K | DType::Q5_K | DType::Q6_K => 256,
        }
    }

    /// Returns how many bytes a block takes.
    pub fn block_bytes(self) -> usize {
        match self {
            DType::F32 => 4,
            DType::F16 | DType::BF16 => 2,
            DType::Q4_0 => 18,
            DType::Q4_1 => 20,
            DType::Q5_0 => 22,
            DType::Q5_1 => 24,
            DType::Q8_0 => 34,
            DType::Q2_K => 84,
            DType::Q3_K => 110,
            DType::Q4_K => 144,
            DType::Q5_K => 176,
            DType::Q6_K => 210,
        }
    }

    /// Returns the bytes of a row of `cols` elements; `cols` must be whole blocks.
    pub fn row_bytes(self, cols: usize) -> usize {
        cols / self.block_elems() * self.block_bytes()
    }

    /// Converts one row to f32. `row` must hold `out.len()` elements in whole blocks.
    pub fn to_f32(self, row: &[u8], out: &mut [f32]) {
        debug_assert_eq!(row.len(), self.row_bytes(out.len()));
        match self {
            DType::F32 => {
                for (o, b) in out.iter_mut().zip(row.chunks_exact(4)) {
                    *o = f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
                }
            }
            DType::F16 => {
                for (o, b) in out.iter_mut().zip(row.chunks_exact(2)) {
                    *o = half::f16::from_le_bytes([b[0], b[1]]).to_f32();
                }
            }
            DType::BF16 => {
                for (o, b) in out.iter_mut().zip(row.chunks_exact(2)) {
                    *o = half::bf16::from_le_bytes([b[0], b[1]]).to_f32();
                }
            }
            DType::Q4_0 => blocks::<BlockQ4_0>(row, out),
            DType::Q4_1 => blocks::<BlockQ4_1>(row, out),
            DType::Q5_0 => blocks::<BlockQ5_0>(row, out),
            DType::Q5_1 => blocks::<BlockQ5_1>(row, out),
            DType::Q8_0 => blocks::<BlockQ8_0>(row, out),
            DType::Q2_K => blocks::<BlockQ2K>(row, out),
            DType::Q3_K => blocks::<BlockQ3K>(row, out),
            DType::Q4_K => blocks::<BlockQ4K>(row, out),
            DType::Q5_K => blocks::<BlockQ5K>(row, out),
            DType::Q6_K => blocks::<BlockQ6K>(row, out),
        }
    }
}

fn blocks<T: GgmlType>(row: &[u8], out: &mut [f32]) {
    let n = row.len() / size_of::<T>();
    if row.as_ptr().cast::<T>().is_aligned() {
        // SAFETY: the pointer is aligned (checked), the length covers n whole blocks, and candle's
        // blocks are plain `repr(C)` integers and halves: every bit pattern is valid.
        let blocks = unsafe { std::slice::from_raw_parts(row.as_ptr().cast::<T>(), n) };
        T::to_float(blocks, out);
    } else {
        let mut aligned: Vec<T> = Vec::with_capacity(n);
        // SAFETY: the capacity is n blocks, source and target do not overlap, and every bit pattern
        // is a valid block (above), so the first n are initialised after the copy.
        unsafe {
            std::ptr::copy_nonoverlapping(
                row.as_ptr(),
                aligned.as_mut_ptr().cast::<u8>(),
                n * size_of::<T>(),
            );
            aligned.set_len(n);
        }
        T::to_float(&aligned, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_sizes_are_those_of_candle() {
        assert_eq!(DType::Q4_0.block_bytes(), size_of::<BlockQ4_0>());
        assert_eq!(DType::Q4_1.block_bytes(), size_of::<BlockQ4_1>());
        assert_eq!(DType::Q5_0.block_bytes(), size_of::<BlockQ5_0>());
        assert_eq!(DType::Q5_1.block_bytes(), size_of::<BlockQ5_1>());
        assert_eq!(DType::Q8_0.block_bytes(), size_of::<BlockQ8_0>());
        assert_eq!(DType::Q2_K.block_bytes(), size_of::<BlockQ2K>());
        assert_eq!(DType::Q3_K.block_bytes(), size_of::<BlockQ3K>());
        assert_eq!(DType::Q4_K.block_bytes(), size_of::<BlockQ4K>());
        assert_eq!(DType::Q5_K.block_bytes(), size_of::<BlockQ5K>());
        assert_eq!(DType::Q6_K.block_bytes(), size_of::<BlockQ6K>());
    }
}
