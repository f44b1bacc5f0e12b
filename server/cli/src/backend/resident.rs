//! Adapters that were made ready, kept within a budget of bytes: going back to one of them takes no time.

use std::sync::Arc;

use housestyle_engine::Adapter;

/// An adapter made ready, and what people call it.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) name: String,
    pub(crate) adapter: Arc<Adapter>,
}

/// The adapters used last.
#[derive(Debug)]
pub(super) struct Resident {
    /// The one used last at the end.
    held: Vec<Ready>,
    budget: usize,
}

impl Resident {
    /// Returns room for `budget` bytes of adapters.
    pub(super) fn of(budget: usize) -> Resident {
        Resident { held: Vec::new(), budget }
    }

    /// Returns the adapter of this name, if it is here.
    pub(super) fn get(&mut self, name: &str) -> Option<Ready> {
        let at = self.held.iter().position(|held| held.name == name)?;
        let found = self.held.remove(at);
        self.held.push(found.clone());
        Some(found)
    }

    /// Keeps an adapter, in the place of those used longest ago. The newest stays, however large it is.
    pub(super) fn keep(&mut self, ready: Ready) {
        self.held.push(ready);
        while self.held.len() > 1 && self.bytes() > self.budget {
            self.held.remove(0);
        }
    }

    fn bytes(&self) -> usize {
        self.held.iter().map(|held| held.adapter.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use housestyle_engine::{AdapterWeights, Config, Family, Target};

    use super::*;

    fn ready(name: &str) -> Ready {
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
        Ready { name: name.to_owned(), adapter: Arc::new(Adapter::new(&[&weights], &config).expect("fits")) }
    }

    #[test]
    fn those_used_last_stay_within_the_budget() {
        let one = ready("a").adapter.bytes();
        let mut resident = Resident::of(2 * one);
        ["a", "b"].into_iter().for_each(|name| resident.keep(ready(name)));
        assert!(resident.get("a").is_some_and(|found| found.name == "a"));
        resident.keep(ready("c"));
        let here = ["a", "b", "c"].map(|name| resident.get(name).is_some());
        assert_eq!(here, [true, false, true]);
        let mut small = Resident::of(0);
        ["a", "b"].into_iter().for_each(|name| small.keep(ready(name)));
        assert!(small.get("a").is_none() && small.get("b").is_some());
    }
}
