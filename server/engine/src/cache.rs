//! Keys and values of the positions evaluated so far.

use crate::config::Config;

/// The cache of one sequence. Rewinding sets a length and copies nothing.
#[derive(Debug)]
pub(crate) struct KvCache {
    /// Per layer (positions, kv_heads * head_dim).
    keys: Vec<Vec<f32>>,
    values: Vec<Vec<f32>>,
    width: usize,
    capacity: usize,
    /// The tokens whose keys and values are held, in order.
    tokens: Vec<u32>,
}

impl KvCache {
    /// Returns an empty cache for up to `capacity` positions; memory is taken as it fills.
    pub(crate) fn new(config: &Config, capacity: usize) -> KvCache {
        KvCache {
            keys: vec![Vec::new(); config.layers],
            values: vec![Vec::new(); config.layers],
            width: config.kv_dim(),
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

    /// Forgets the positions from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.tokens.truncate(len);
    }

    /// Says that the positions of `tokens` were evaluated, after the ones held.
    pub(crate) fn commit(&mut self, tokens: &[u32]) {
        self.tokens.extend_from_slice(tokens);
    }

    /// Writes keys and values of a layer, of shape (n, width), after the committed positions.
    pub(crate) fn store(&mut self, layer: usize, k: &[f32], v: &[f32]) {
        let at = self.tokens.len() * self.width;
        for (all, new) in [(&mut self.keys[layer], k), (&mut self.values[layer], v)] {
            all.truncate(at);
            all.extend_from_slice(new);
        }
    }

    /// Returns keys and values of a layer, (positions, width) each, uncommitted ones included.
    pub(crate) fn layer(&self, layer: usize) -> (&[f32], &[f32]) {
        (&self.keys[layer], &self.values[layer])
    }
}
