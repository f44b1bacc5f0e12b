//! The cached sequences: one KV cache for each of the documents used last, within a byte budget.
//!
//! Switching between documents then evaluates nothing anew. A prompt continues a sequence that loses little by that.
//! Where another sequence has a longer common prefix, the prompt copies that prefix: a copy of keys and values takes
//! a thousandth of computing them.

use std::collections::HashSet;

use crate::config::Config;
use crate::kv_cache::KvCache;

/// Identity of the adapter that keys and values were computed with; `None` stands for the model alone.
pub(crate) type AdapterId = u64;

/// Most cached sequences, however small: each is compared with every prompt.
const MOST: usize = 16;
/// Tokens that a sequence may always lose: the end of a prompt and the text generated after it.
const LITTLE: usize = 64;
/// Tokens in a row that are looked for to tell a new version of a text from another text.
const GRAM: usize = 4;

/// The cached sequences, one of which is the current one.
#[derive(Debug)]
pub(crate) struct Sequences {
    held: Vec<Sequence>,
    current: usize,
    config: Config,
    /// Most bytes of keys and values; the current sequence alone may be larger.
    budget: usize,
    clock: u64,
}

#[derive(Debug)]
struct Sequence {
    cache: KvCache,
    adapter: Option<AdapterId>,
    /// The clock when it was current last.
    used: u64,
}

impl Sequences {
    /// Returns one empty sequence for up to `capacity` positions; more come as they are needed.
    pub(crate) fn new(config: &Config, capacity: usize, budget: usize) -> Sequences {
        let first = Sequence { cache: KvCache::new(config, capacity), adapter: None, used: 0 };
        Sequences { held: vec![first], current: 0, config: config.clone(), budget, clock: 0 }
    }

    /// Returns the current sequence.
    pub(crate) fn current(&self) -> &KvCache {
        &self.held[self.current].cache
    }

    /// Returns the current sequence, to be written.
    pub(crate) fn current_mut(&mut self) -> &mut KvCache {
        &mut self.held[self.current].cache
    }

    /// Returns how many positions a sequence can hold.
    pub(crate) fn capacity(&self) -> usize {
        self.current().capacity()
    }

    /// Returns how many sequences are cached, and how many bytes their keys and values take.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.held.len(), self.held.iter().map(|s| s.cache.bytes()).sum())
    }

    /// Returns how many of `tokens` need not be evaluated, from the first on.
    pub(crate) fn held(&self, tokens: &[u32], adapter: Option<AdapterId>) -> usize {
        self.held.iter().map(|s| s.common(tokens, adapter)).max().unwrap_or(0)
    }

    /// Drops all sequences.
    pub(crate) fn clear(&mut self) {
        *self = Sequences::new(&self.config, self.capacity(), self.budget);
    }

    /// Makes the sequence current that `tokens` are best evaluated in, and returns how many of them it
    /// holds already. It may hold others behind these: the caller rewinds it before writing.
    pub(crate) fn select(&mut self, tokens: &[u32], adapter: Option<AdapterId>) -> usize {
        self.clock += 1;
        let common: Vec<usize> = self.held.iter().map(|s| s.common(tokens, adapter)).collect();
        let longest = (0..common.len()).max_by_key(|i| (common[*i], self.held[*i].used)).unwrap_or(0);
        let mut grams: Option<HashSet<&[u32]>> = None;
        let mut loses_little = |i: usize| {
            let lost = &self.held[i].cache.tokens()[common[i]..];
            if lost.len() <= LITTLE {
                return true;
            }
            // A part of the text is no version of it: who asked for the part may ask for it again.
            if 2 * self.held[i].cache.tokens().len() <= tokens.len() {
                return false;
            }
            // Most of it comes again: an older version of the same text, or the same seen from another line.
            let grams = grams.get_or_insert_with(|| tokens.windows(GRAM).collect());
            lost.windows(GRAM).filter(|gram| grams.contains(gram)).count() * 2 > lost.len()
        };
        let own = |i: &usize| self.held[*i].adapter == adapter;
        let fitting = (0..common.len()).filter(|i| own(i) && loses_little(*i));
        let target = fitting.max_by_key(|i| (common[*i], self.held[*i].used));
        self.current = target.unwrap_or_else(|| {
            let cache = KvCache::new(&self.config, self.capacity());
            self.held.push(Sequence { cache, adapter, used: 0 });
            self.held.len() - 1
        });
        let shared = common[longest];
        let held = common.get(self.current).copied().unwrap_or(0);
        if held < shared
            && let Ok([to, from]) = self.held.get_disjoint_mut([self.current, longest])
        {
            to.cache.copy_prefix(&from.cache, shared);
        }
        self.held[self.current].used = self.clock;
        self.trim();
        held.max(shared)
    }

    /// Drops the sequences that were current the longest ago until number and bytes are within bounds.
    pub(crate) fn trim(&mut self) {
        while self.held.len() > 1 && (self.held.len() > MOST || self.size().1 > self.budget) {
            let others = (0..self.held.len()).filter(|i| *i != self.current);
            let Some(oldest) = others.min_by_key(|i| self.held[*i].used) else { return };
            self.held.remove(oldest);
            self.current -= usize::from(oldest < self.current);
        }
    }
}

impl Sequence {
    /// Returns how many tokens it begins with that can be used for `tokens` under `adapter`.
    fn common(&self, tokens: &[u32], adapter: Option<AdapterId>) -> usize {
        if self.adapter != adapter {
            return 0;
        }
        self.cache.tokens().iter().zip(tokens).take_while(|(a, b)| a == b).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::Family;

    const CAPACITY: usize = 1000;

    fn sequences(budget: usize) -> Sequences {
        let config = Config {
            family: Family::named("qwen2").expect("a family"),
            layers: 2,
            dim: 8,
            hidden: 8,
            heads: 2,
            kv_heads: 1,
            head_dim: 4,
            context: CAPACITY,
            rope_dim: 4,
            rope_base: 1e4,
            rope_scale: 1.0,
            eps: 1e-6,
        };
        Sequences::new(&config, CAPACITY, budget)
    }

    /// A text of its own: no four tokens in a row stand in another one.
    fn text(document: u32, length: usize) -> Vec<u32> {
        (0..length as u32).map(|i| document * 10_000 + i).collect()
    }

    /// Evaluates `tokens` as an engine does, and returns how many were there.
    fn feed(s: &mut Sequences, tokens: &[u32], adapter: Option<AdapterId>) -> usize {
        let kept = s.select(tokens, adapter);
        let cache = s.current_mut();
        assert_eq!(cache.tokens()[..kept], tokens[..kept]);
        cache.truncate(kept);
        cache.reserve(tokens.len() - kept);
        cache.commit(&tokens[kept..]);
        assert_eq!(cache.tokens(), tokens);
        s.trim();
        kept
    }

    #[test]
    fn documents_take_turns_without_losing_anything() {
        let mut s = sequences(usize::MAX);
        let (a, b) = (text(1, 300), text(2, 300));
        assert_eq!([&a, &b, &a, &b].map(|t| feed(&mut s, t, None)), [0, 0, 300, 300]);
        assert_eq!(s.size().0, 2);
    }

    #[test]
    fn another_document_copies_what_it_shares() {
        let mut s = sequences(usize::MAX);
        let shared = text(9, 200);
        let (a, b) = ([&shared[..], &text(1, 300)].concat(), [&shared[..], &text(2, 300)].concat());
        assert_eq!([&a, &b, &a, &b].map(|t| feed(&mut s, t, None)), [0, 200, 500, 500]);
    }

    #[test]
    fn an_edit_above_goes_on_in_the_same_sequence() {
        let mut s = sequences(usize::MAX);
        let mut a = text(1, 400);
        feed(&mut s, &a, None);
        a.insert(20, 7);
        assert_eq!(feed(&mut s, &a, None), 20);
        a.truncate(390);
        assert_eq!(feed(&mut s, &a, None), 390);
        assert_eq!(s.size().0, 1, "the older version is of no use");
    }

    #[test]
    fn a_part_of_a_text_and_the_whole_take_turns() {
        let mut s = sequences(usize::MAX);
        let (part, whole) = (&text(1, 400)[250..], text(1, 400));
        assert_eq!([part, &whole, part, &whole].map(|t| feed(&mut s, t, None)), [0, 0, 150, 400]);
    }

    #[test]
    fn an_adapter_has_keys_and_values_of_its_own() {
        let mut s = sequences(usize::MAX);
        let a = text(1, 300);
        let turns = [None, Some(1), Some(2), None, Some(1), Some(2)];
        assert_eq!(turns.map(|adapter| feed(&mut s, &a, adapter)), [0, 0, 0, 300, 300, 300]);
        // A short one is no prefix for another adapter either.
        assert_eq!(feed(&mut s, &a[..10], Some(3)), 0);
    }

    #[test]
    fn the_oldest_goes_when_the_budget_is_full() {
        let mut one = sequences(usize::MAX);
        feed(&mut one, &text(1, 300), None);
        let budget = one.size().1 * 5 / 2;
        let mut s = sequences(budget);
        let [a, b, c] = [1, 2, 3].map(|document| text(document, 300));
        let mut seen = Vec::new();
        for t in [&a, &b, &a, &c, &a, &b, &c] {
            seen.push(feed(&mut s, t, None));
            assert!(s.size().1 <= budget, "{:?} in {budget}", s.size());
        }
        // The third document took the place of the second, and so on; the first was used in between.
        assert_eq!(seen, [0, 0, 300, 0, 300, 0, 0]);
    }

    #[test]
    fn there_are_never_many() {
        let mut s = sequences(usize::MAX);
        for document in 0..3 * MOST as u32 {
            feed(&mut s, &text(document, 100), None);
            assert!(s.size().0 <= MOST);
        }
        assert_eq!(feed(&mut s, &text(3 * MOST as u32 - 1, 100), None), 100);
    }

    #[test]
    fn the_current_one_stays_whatever_the_budget() {
        let mut s = sequences(1);
        for document in [1, 2, 1] {
            assert_eq!(feed(&mut s, &text(document, 300), None), 0);
            assert_eq!(s.size().0, 1);
        }
    }
}
