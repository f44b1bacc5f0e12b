//! Keys and values of the positions evaluated so far, as halves.
//!
//! Positions are stored in blocks of 16: keys with a position in each lane, so that 16 scores come from
//! plain products without sums across lanes; values with the elements of a head in the lanes.

use crate::config::Config;
use crate::simd::LANES;

/// Positions of a block.
pub(crate) const BLOCK: usize = LANES;
/// Memory is taken for so many blocks at a time.
const GROWTH: usize = 8;

/// The cache of one sequence. Rewinding sets a length and copies nothing.
#[derive(Debug)]
pub(crate) struct KvCache {
    /// Per layer (blocks, kv_heads, head_dim, 16).
    keys: Vec<Vec<u16>>,
    /// Per layer (blocks, kv_heads, 16, value_width).
    values: Vec<Vec<u16>>,
    shape: Shape,
    capacity: usize,
    /// The tokens whose keys and values are held, in order.
    tokens: Vec<u32>,
}

/// The sizes of a layer's keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) kv_heads: usize,
    pub(crate) head_dim: usize,
}

impl Shape {
    /// The width of a head's values: filled up with zeros to whole vectors.
    pub(crate) fn value_width(self) -> usize {
        self.head_dim.next_multiple_of(LANES)
    }

    /// Halves of a block of keys.
    pub(crate) fn key_block(self) -> usize {
        self.kv_heads * self.head_dim * BLOCK
    }

    /// Halves of a block of values.
    pub(crate) fn value_block(self) -> usize {
        self.kv_heads * BLOCK * self.value_width()
    }
}

impl KvCache {
    /// Returns an empty cache for up to `capacity` positions; memory is taken as it fills.
    pub(crate) fn new(config: &Config, capacity: usize) -> KvCache {
        KvCache {
            keys: vec![Vec::new(); config.layers],
            values: vec![Vec::new(); config.layers],
            shape: Shape { kv_heads: config.kv_heads, head_dim: config.head_dim },
            capacity,
            tokens: Vec::new(),
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns the bytes of memory that the cache has taken.
    pub(crate) fn bytes(&self) -> usize {
        let halves: usize = self.keys.iter().chain(&self.values).map(Vec::capacity).sum();
        halves * size_of::<u16>() + self.tokens.capacity() * size_of::<u32>()
    }

    /// Forgets the positions from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.tokens.truncate(len);
    }

    /// Becomes a copy of the first `len` positions of another cache of the same model.
    pub(crate) fn copy_prefix(&mut self, from: &KvCache, len: usize) {
        debug_assert_eq!(self.shape, from.shape);
        let len = len.min(from.tokens.len()).min(self.capacity);
        self.tokens.clear();
        self.reserve(len);
        self.tokens.extend_from_slice(&from.tokens[..len]);
        let blocks = len.div_ceil(BLOCK);
        let parts = [
            (&mut self.keys, &from.keys, self.shape.key_block()),
            (&mut self.values, &from.values, self.shape.value_block()),
        ];
        for (to, from, block) in parts {
            for (to, from) in to.iter_mut().zip(from) {
                to[..blocks * block].copy_from_slice(&from[..blocks * block]);
            }
        }
    }

    /// Takes memory for `more` positions after those held.
    pub(crate) fn reserve(&mut self, more: usize) {
        let blocks = (self.tokens.len() + more).div_ceil(BLOCK).next_multiple_of(GROWTH);
        for (all, block) in
            [(&mut self.keys, self.shape.key_block()), (&mut self.values, self.shape.value_block())]
        {
            for layer in all {
                if layer.len() < blocks * block {
                    layer.reserve_exact(blocks * block - layer.len());
                    layer.resize(blocks * block, 0);
                }
            }
        }
    }

    /// Records that the positions of `tokens` were evaluated, after the ones held.
    pub(crate) fn commit(&mut self, tokens: &[u32]) {
        self.tokens.extend_from_slice(tokens);
    }

    /// Returns keys and values of a layer.
    pub(crate) fn layer(&self, layer: usize) -> (&[u16], &[u16]) {
        (&self.keys[layer], &self.values[layer])
    }

    /// Returns keys and values of a layer, to write.
    pub(crate) fn layer_mut(&mut self, layer: usize) -> (&mut [u16], &mut [u16]) {
        (&mut self.keys[layer], &mut self.values[layer])
    }
}
