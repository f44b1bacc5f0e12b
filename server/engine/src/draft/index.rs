//! Where runs of tokens stand in a text, kept up to date as the text grows and is taken back.

use std::collections::HashMap;

/// Tokens of the runs that are indexed: the shortest match.
pub(super) const GRAM: usize = 3;
/// Longest match that is distinguished from a longer one.
pub(super) const LONGEST: usize = 32;
/// Places that are compared for one question, the last first.
const PLACES: usize = 32;

/// No place.
const NONE: u32 = u32::MAX;

/// A text, and for each run of [`GRAM`] tokens its places.
#[derive(Debug, Default)]
pub(super) struct Index {
    tokens: Vec<u32>,
    /// Behind the last place of each run.
    last: HashMap<[u32; GRAM], u32>,
    /// For each position: the last position before it that stands behind the same run.
    previous: Vec<u32>,
}

/// An earlier place of the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    /// Position behind it.
    pub(super) at: usize,
    /// How many tokens agree, up to [`LONGEST`].
    pub(super) length: usize,
}

impl Index {
    /// Returns the text.
    pub(super) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Makes `tokens` the text; only what differs from the one before is work.
    pub(super) fn set(&mut self, tokens: &[u32]) {
        let common = self.tokens.iter().zip(tokens).take_while(|(a, b)| a == b).count();
        while self.tokens.len() > common {
            if let (Some(gram), Some(before)) = (self.tokens.last_chunk::<GRAM>(), self.previous.pop()) {
                match before {
                    NONE => self.last.remove(gram),
                    before => self.last.insert(*gram, before),
                };
            }
            self.tokens.pop();
        }
        for token in &tokens[common..] {
            self.tokens.push(*token);
            if let (Some(gram), Ok(at)) = (self.tokens.last_chunk::<GRAM>(), u32::try_from(self.tokens.len()))
            {
                self.previous.push(self.last.insert(*gram, at).unwrap_or(NONE));
            }
        }
    }

    /// Returns where the text's own end stands before: the longest match, the last of equals.
    pub(super) fn own_end(&self) -> Option<Match> {
        self.longest(&self.tokens, *self.previous.last()?)
    }

    /// Returns where the end of another text stands in this one.
    pub(super) fn end_of(&self, other: &[u32]) -> Option<Match> {
        self.longest(other, *self.last.get(other.last_chunk::<GRAM>()?)?)
    }

    /// Compares the end of `text` with the places from `place` on backwards.
    fn longest(&self, text: &[u32], mut place: u32) -> Option<Match> {
        let mut best: Option<Match> = None;
        for _ in 0..PLACES {
            if place == NONE {
                break;
            }
            let at = place as usize;
            let pairs = self.tokens[..at].iter().rev().zip(text.iter().rev()).take(LONGEST);
            let length = pairs.take_while(|(a, b)| a == b).count();
            if best.is_none_or(|b| length > b.length) {
                best = Some(Match { at, length });
            }
            if length == LONGEST {
                break;
            }
            place = self.previous[at - GRAM];
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(tokens: &[u32]) -> Index {
        let mut index = Index::default();
        index.set(tokens);
        index
    }

    #[test]
    fn the_longest_wins_and_then_the_last() {
        //      0  1  2  3  4  5  6  7  8  9 10 11 12
        let t = [9, 1, 2, 3, 7, 1, 2, 3, 8, 9, 1, 2, 3];
        assert_eq!(index(&t).own_end(), Some(Match { at: 4, length: 4 }));
        assert_eq!(index(&t[1..]).own_end(), Some(Match { at: 7, length: 3 }));
        assert_eq!(index(&t[..8]).end_of(&[5, 7, 1, 2, 3]), Some(Match { at: 8, length: 4 }));
        assert_eq!(index(&t).end_of(&[1, 3, 2]), None);
        assert_eq!(index(&t[..2]).own_end(), None);
    }

    proptest! {
        #[test]
        fn an_index_that_was_changed_is_that_of_a_fresh_start(
            texts in proptest::collection::vec(proptest::collection::vec(0u32..3, 0..40), 1..6)
        ) {
            let mut changed = Index::default();
            for text in &texts {
                changed.set(text);
                let fresh = index(text);
                prop_assert_eq!(changed.tokens(), &text[..]);
                prop_assert_eq!(&changed.last, &fresh.last);
                prop_assert_eq!(&changed.previous, &fresh.previous);
                // By the definition: of all earlier places the one that agrees longest.
                let slow = (GRAM..text.len()).rev().map(|at| {
                    let pairs = text[..at].iter().rev().zip(text.iter().rev()).take(LONGEST);
                    Match { at, length: pairs.take_while(|(a, b)| a == b).count() }
                });
                let slow = slow.filter(|m| m.length >= GRAM).take(PLACES);
                let slow = slow.reduce(|a, b| if b.length > a.length { b } else { a });
                prop_assert_eq!(changed.own_end(), slow);
            }
        }
    }
}
