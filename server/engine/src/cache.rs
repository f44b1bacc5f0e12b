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

    /// Returns the bytes of memory that the cache has taken.
    pub(crate) fn bytes(&self) -> usize {
        let floats: usize = self.keys.iter().chain(&self.values).map(Vec::capacity).sum();
        floats * size_of::<f32>() + self.tokens.capacity() * size_of::<u32>()
    }

    /// Becomes a copy of the first `len` positions of another cache of the same model.
    pub(crate) fn copy_prefix(&mut self, from: &KvCache, len: usize) {
        let len = len.min(from.tokens.len()).min(self.capacity);
        self.tokens.clear();
        self.tokens.extend_from_slice(&from.tokens[..len]);
        for (to, from) in [(&mut self.keys, &from.keys), (&mut self.values, &from.values)] {
            for (to, from) in to.iter_mut().zip(from) {
                to.clear();
                to.extend_from_slice(&from[..len * self.width]);
            }
        }
    }

    /// Takes memory for `more` positions after those held.
    pub(crate) fn reserve(&mut self, more: usize) {
        let len = (self.tokens.len() + more) * self.width;
        for layer in self.keys.iter_mut().chain(&mut self.values) {
            layer.resize(len.max(layer.len()), 0.0);
        }
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
