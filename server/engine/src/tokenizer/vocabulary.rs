//! The tokens' bytes, and tokens by their bytes: a few large blocks of memory instead of one for each token.

use super::slots::{Hasher, Slots};

/// The tokens of a model.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// The bytes of all tokens, one after the other.
    text: Vec<u8>,
    /// (vocab) where each token's bytes end.
    ends: Vec<u32>,
    hasher: Hasher,
    ids: Slots,
    /// Ids of the tokens that are text, sorted by their bytes.
    sorted: Vec<u32>,
}

impl Vocabulary {
    pub(super) fn with_capacity(tokens: usize) -> Vocabulary {
        Vocabulary {
            text: Vec::with_capacity(tokens * 8),
            ends: Vec::with_capacity(tokens),
            hasher: Hasher::new(),
            ids: Slots::with_capacity(tokens),
            sorted: Vec::new(),
        }
    }

    /// Adds the next token; empty ones are no text.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
        // A header has 64 MiB at most, and a token no more bytes than its text there.
        self.ends.push(self.text.len() as u32);
    }

    /// Makes the last token the one of its bytes, unless another one was before.
    pub(super) fn name_last(&mut self) {
        let id = self.len() as u32 - 1;
        let bytes = self.bytes(id);
        let hash = self.hasher.bytes(bytes);
        if let Err(free) = self.ids.find(hash, |other| self.bytes(other) == bytes) {
            self.ids.fill(free, id);
        }
    }

    /// Returns the number of tokens.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the bytes of a token: empty for ids outside of the vocabulary.
    pub(super) fn bytes(&self, id: u32) -> &[u8] {
        let Some(end) = self.ends.get(id as usize) else { return &[] };
        let start = if id == 0 { 0 } else { self.ends[id as usize - 1] };
        &self.text[start as usize..*end as usize]
    }

    /// Returns the token with exactly these bytes.
    pub(super) fn id_of(&self, bytes: &[u8]) -> Option<u32> {
        self.ids.find(self.hasher.bytes(bytes), |id| self.bytes(id) == bytes).ok()
    }

    /// Returns the ids of all tokens that are text, sorted by their bytes.
    pub(super) fn in_order(&self) -> Vec<u32> {
        // Most comparisons are decided by the first eight bytes, which then need not be fetched.
        let mut order: Vec<(u64, u32)> = (0..self.len() as u32)
            .filter_map(|id| {
                let bytes = self.bytes(id);
                let mut first = [0; 8];
                let n = bytes.len().min(8);
                first[..n].copy_from_slice(&bytes[..n]);
                (n > 0).then_some((u64::from_be_bytes(first), id))
            })
            .collect();
        order.sort_unstable_by(|(first, a), (other, b)| {
            first.cmp(other).then_with(|| self.bytes(*a).cmp(self.bytes(*b))).then(a.cmp(b))
        });
        order.into_iter().map(|(_, id)| id).collect()
    }

    /// Takes what [`Vocabulary::in_order`] returned.
    pub(super) fn set_order(&mut self, order: Vec<u32>) {
        self.sorted = order;
    }

    /// Returns the tokens that begin with `prefix`, once the order is set.
    pub(super) fn starting_with(&self, prefix: &[u8]) -> &[u32] {
        let from = self.sorted.partition_point(|id| self.bytes(*id) < prefix);
        let count = self.sorted[from..].partition_point(|id| self.bytes(*id).starts_with(prefix));
        &self.sorted[from..from + count]
    }

    /// Returns a vocabulary of these tokens.
    #[cfg(test)]
    pub(super) fn of<'a>(tokens: impl IntoIterator<Item = &'a [u8]>) -> Vocabulary {
        let mut vocabulary = Vocabulary::with_capacity(1000);
        for token in tokens {
            vocabulary.push(token);
            vocabulary.name_last();
        }
        vocabulary
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashMap};

    #[test]
    fn it_finds_what_a_map_finds() {
        let mut x = 1u32;
        let tokens: Vec<Vec<u8>> = (0..if cfg!(miri) { 100 } else { 3000 })
            .map(|_| {
                x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Few letters, so that many tokens are the same, or begin alike; lengths around eight.
                (0..x >> 28).map(|i| b"ab\0"[((x >> (i + 4)) % 3) as usize]).collect()
            })
            .collect();
        let mut vocabulary = Vocabulary::of(tokens.iter().map(Vec::as_slice).filter(|t| !t.is_empty()));
        let kept: Vec<&Vec<u8>> = tokens.iter().filter(|t| !t.is_empty()).collect();
        let (mut first, mut sorted) = (HashMap::new(), BTreeMap::new());
        for (id, token) in kept.iter().enumerate() {
            first.entry(token.as_slice()).or_insert(id as u32);
            sorted.insert((token.as_slice(), id as u32), ());
            assert_eq!(vocabulary.bytes(id as u32), token.as_slice());
        }
        for token in &tokens {
            assert_eq!(vocabulary.id_of(token), first.get(token.as_slice()).copied(), "{token:?}");
        }
        assert_eq!(vocabulary.id_of(b"abc"), None);
        assert_eq!(vocabulary.bytes(kept.len() as u32), b"");
        let order = vocabulary.in_order();
        assert_eq!(order, sorted.keys().map(|(_, id)| *id).collect::<Vec<_>>());
        vocabulary.set_order(order);
        let expected: Vec<u32> =
            sorted.keys().filter(|(bytes, _)| bytes.starts_with(b"ab")).map(|(_, id)| *id).collect();
        assert_eq!(vocabulary.starting_with(b"ab"), expected);
    }
}
