//! The cache of prepared adapters, within a budget of bytes: switching back to a cached adapter takes no time.

use std::sync::Arc;

use housestyle_engine::Adapter;

/// An adapter prepared for the engine, and its name or id.
#[derive(Debug, Clone)]
pub(crate) struct PreparedAdapter {
    pub name: String,
    pub adapter: Arc<Adapter>,
}

/// The prepared adapters that were used last.
#[derive(Debug)]
pub(super) struct AdapterCache {
    /// The one used last at the end.
    adapters: Vec<PreparedAdapter>,
    budget: usize,
}

impl AdapterCache {
    /// Returns room for `budget` bytes of adapters.
    pub(super) fn of(budget: usize) -> AdapterCache {
        AdapterCache { adapters: Vec::new(), budget }
    }

    /// Returns the adapter of this name, if it is cached.
    pub(super) fn get(&mut self, name: &str) -> Option<PreparedAdapter> {
        let at = self.adapters.iter().position(|prepared| prepared.name == name)?;
        let found = self.adapters.remove(at);
        self.adapters.push(found.clone());
        Some(found)
    }

    /// Adds an adapter, in the place of those used longest ago. The newest stays, however large it is.
    pub(super) fn insert(&mut self, prepared: PreparedAdapter) {
        self.adapters.push(prepared);
        while self.adapters.len() > 1 && self.bytes() > self.budget {
            self.adapters.remove(0);
        }
    }

    fn bytes(&self) -> usize {
        self.adapters.iter().map(|prepared| prepared.adapter.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use housestyle_engine::{AdapterWeights, Config, Family, Target};

    use super::*;

    fn prepared(name: &str) -> PreparedAdapter {
        let config = Config {
            family: Family::named("qwen2").expect("a family"),
            layers: 1,
            dim: 64,
            hidden: 64,
            heads: 2,
            kv_heads: 1,
            head_dim: 32,
            rope_dim: 32,
            rope_base: 10_000.0,
            rope_scale: 1.0,
            eps: 1e-6,
            context: 64,
        };
        let biases = BTreeMap::from([((0, Target::Up), vec![1.0; 64])]);
        let weights = AdapterWeights { biases, ..AdapterWeights::default() };
        PreparedAdapter {
            name: name.to_owned(),
            adapter: Arc::new(Adapter::new(&[&weights], &config).expect("fits")),
        }
    }

    #[test]
    fn those_used_last_stay_within_the_budget() {
        let one = prepared("a").adapter.bytes();
        let mut cache = AdapterCache::of(2 * one);
        ["a", "b"].into_iter().for_each(|name| cache.insert(prepared(name)));
        assert!(cache.get("a").is_some_and(|found| found.name == "a"));
        cache.insert(prepared("c"));
        let here = ["a", "b", "c"].map(|name| cache.get(name).is_some());
        assert_eq!(here, [true, false, true]);
        let mut small = AdapterCache::of(0);
        ["a", "b"].into_iter().for_each(|name| small.insert(prepared(name)));
        assert!(small.get("a").is_none() && small.get("b").is_some());
    }
}
