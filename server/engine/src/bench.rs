//! The kernels one by one, for this crate's benchmarks. No part of its interface.

use crate::attention::{self, PART, Query};
use crate::dtype::DType;
use crate::kv_cache::{BLOCK, Shape};
use crate::packed::{self, Activations, GROUP, Kind, Packed, TILE};
use crate::pool::{Pool, Shared};
use crate::simd::Isa;

/// Returns the names of the instruction sets of this machine, the best last.
pub fn instruction_sets() -> Vec<&'static str> {
    Isa::available().into_iter().map(Isa::name).collect()
}

fn named(name: &str) -> Isa {
    Isa::available().into_iter().find(|isa| isa.name() == name).unwrap_or(Isa::Scalar)
}

fn noise(n: usize) -> impl Iterator<Item = u32> {
    let mut x = 1u32;
    (0..n).map(move |_| {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        x >> 8
    })
}

/// A product of a matrix of random weights with some rows of activations.
#[derive(Debug)]
pub struct Product {
    isa: Isa,
    pool: Pool,
    weights: Packed,
    acts: Activations,
    out: Vec<f32>,
}

impl Product {
    /// Prepares a matrix (rows, cols) and n rows of activations; `None` where the type has no kernel, a block
    /// does not divide the columns, or threads or memory are refused.
    pub fn new(
        isa: &str,
        threads: usize,
        dtype: DType,
        rows: usize,
        cols: usize,
        n: usize,
    ) -> Option<Product> {
        let (isa, kind) = (named(isa), Kind::of(dtype)?);
        if !cols.is_multiple_of(dtype.block_elems()) || n == 0 {
            return None;
        }
        let pool = Pool::new(threads).ok()?;
        // Scales that are any bits would be NaN at times: the speed is that of real ones only without.
        let bytes: Vec<u8> = noise(rows * dtype.row_bytes(cols)).map(|x| x as u8 & 0x3f).collect();
        let weights = Packed::new(&pool, dtype, kind, &bytes, rows, cols).ok()?;
        let x: Vec<f32> = noise(n * cols).map(|x| x as f32 / (1 << 23) as f32 - 1.0).collect();
        let mut acts = Activations::default();
        acts.resize(n, cols);
        for (r, x) in x.chunks_exact(cols).enumerate() {
            // SAFETY: a row of `cols` values, and one thread.
            unsafe { packed::quantize(isa, 0, cols / GROUP, x.as_ptr(), r, &acts) };
        }
        let out = vec![0.0; weights.tiles() * n * TILE];
        Some(Product { isa, pool, weights, acts, out })
    }

    /// Bytes of the weights.
    pub fn bytes(&self) -> usize {
        self.weights.bytes()
    }

    /// Multiplications of a weight with an activation.
    pub fn multiplications(&self) -> usize {
        self.weights.rows * self.weights.cols * self.acts.rows()
    }

    /// Computes it.
    pub fn run(&mut self) {
        const TILES: usize = 8;
        let (n, tiles) = (self.acts.rows() * TILE, self.weights.tiles());
        let out = Shared::new(&mut self.out);
        self.pool.run(tiles.div_ceil(TILES), &|_, task| {
            for t in task * TILES..((task + 1) * TILES).min(tiles) {
                // SAFETY: each tile is one task's.
                let out = unsafe { out.slice(t * n, n) };
                packed::multiply(self.isa, &self.weights, t, &self.acts, out);
            }
        });
    }
}

/// The attention of one row over cached positions, on one thread.
#[derive(Debug)]
pub struct Attention {
    isa: Isa,
    shape: Shape,
    positions: usize,
    group: usize,
    keys: Vec<u16>,
    values: Vec<u16>,
    q: Vec<f32>,
    partial: Vec<f32>,
    scores: Vec<f32>,
}

impl Attention {
    /// Prepares `kv_heads` heads of keys and values, each with `group` query heads.
    pub fn new(isa: &str, kv_heads: usize, group: usize, head_dim: usize, positions: usize) -> Attention {
        let shape = Shape { kv_heads, head_dim };
        let blocks = positions.div_ceil(BLOCK);
        let halves =
            |n: usize| noise(n).map(|x| half::f16::from_f32(x as f32 / (1 << 23) as f32 - 1.0).to_bits());
        Attention {
            isa: named(isa),
            shape,
            positions,
            group,
            keys: halves(blocks * shape.key_block()).collect(),
            values: halves(blocks * shape.value_block()).collect(),
            q: noise(kv_heads * group * head_dim).map(|x| x as f32 / (1 << 25) as f32).collect(),
            partial: vec![0.0; group * attention::partial_len(shape)],
            scores: Vec::new(),
        }
    }

    /// Bytes of keys and values.
    pub fn bytes(&self) -> usize {
        2 * (self.keys.len() + self.values.len())
    }

    /// Computes it.
    pub fn run(&mut self) {
        let len = attention::partial_len(self.shape);
        for head in 0..self.shape.kv_heads {
            let queries: Vec<Query> = (0..self.group)
                .map(|h| Query {
                    q: self.q[(head * self.group + h) * self.shape.head_dim..].as_ptr(),
                    seen: self.positions,
                    out: self.partial[h * len..].as_mut_ptr(),
                })
                .collect();
            for from in (0..self.positions).step_by(PART) {
                let cache = (&self.keys[..], &self.values[..]);
                // SAFETY: the queries' places are there, and so are all positions.
                unsafe {
                    attention::attend(self.isa, cache, self.shape, head, from, &queries, &mut self.scores)
                };
            }
        }
    }
}
