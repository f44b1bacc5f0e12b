//! Prompt lookup: the tokens that followed the last few tokens at an earlier place, in the text itself or in other
//! texts, are likely to follow again.

use super::index::{GRAM, Index, LONGEST};
use super::{Drafter, Guess};

/// Most tokens of other texts that are looked through.
const MOST: usize = 1 << 16;
/// Stands between two texts, and is no token.
const BORDER: u32 = u32::MAX;

/// A drafter that copies from the text itself and from other texts.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    own: Index,
    corpus: Index,
}

impl Lookup {
    /// Replaces the other texts; the last tokens of them count, up to a bound.
    pub(crate) fn set_corpus<'a>(&mut self, texts: impl IntoIterator<Item = &'a [u32]>) {
        let mut all = Vec::new();
        for text in texts {
            all.extend_from_slice(text);
            all.push(BORDER);
        }
        all.drain(..all.len().saturating_sub(MOST));
        self.corpus.set(&all);
    }
}

impl Drafter for Lookup {
    fn draft(&mut self, context: &[u32], most: usize, out: &mut Vec<Guess>) {
        self.own.set(context);
        let (own, other) = (self.own.own_end(), self.corpus.end_of(context));
        let of_corpus = other.filter(|other| own.is_none_or(|own| own.length < other.length));
        let (found, text) = match (of_corpus, own) {
            (Some(other), _) => (other, self.corpus.tokens()),
            (None, Some(own)) => (own, self.own.tokens()),
            (None, None) => return,
        };
        let period = text.len() - found.at;
        for n in 0..most {
            // A text that repeats itself goes on with the draft itself.
            let token = match text.get(found.at + n) {
                Some(token) => *token,
                None if of_corpus.is_none() => out[n - period].token,
                None => break,
            };
            if token == BORDER {
                break;
            }
            out.push(Guess { token, rank: rank(found.length + n) });
        }
    }
}

/// Returns the rank of a guess after a match of so many tokens: the lengths double, roughly.
fn rank(length: usize) -> usize {
    match length.min(LONGEST) {
        ..=GRAM => 0,
        4 => 1,
        5..=6 => 2,
        7..=9 => 3,
        10..=14 => 4,
        15..=21 => 5,
        22..=31 => 6,
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(lookup: &mut Lookup, context: &[u32], most: usize) -> Vec<u32> {
        let mut out = Vec::new();
        lookup.draft(context, most, &mut out);
        out.into_iter().map(|g| g.token).collect()
    }

    #[test]
    fn a_draft_repeats_the_text() {
        let mut l = Lookup::default();
        assert_eq!(draft(&mut l, &[1, 2, 3, 4, 5, 6, 1, 2, 3], 2), [4, 5]);
        assert_eq!(draft(&mut l, &[1, 2, 3, 4, 5, 6, 1, 2, 4], 2), [0u32; 0]);
        assert_eq!(draft(&mut l, &[], 2), [0u32; 0]);
        assert_eq!(draft(&mut l, &[1, 2, 1, 2, 1, 2], 5), [1, 2, 1, 2, 1], "a repetition goes on");
    }

    #[test]
    fn other_texts_are_looked_through_too() {
        let mut l = Lookup::default();
        l.set_corpus([&[1, 2, 3, 4][..], &[7, 1, 2, 3, 9, 9, 9]]);
        assert_eq!(draft(&mut l, &[1, 2, 3], 3), [9, 9, 9], "the last place");
        assert_eq!(draft(&mut l, &[7, 7, 1, 2, 3], 2), [9, 9]);
        assert_eq!(draft(&mut l, &[2, 3, 4], 5), [0u32; 0], "not beyond a text's end");
        assert_eq!(draft(&mut l, &[1, 2, 3, 8, 1, 2, 3], 2), [8, 1], "the text itself before other texts");
        let long = vec![5; MOST];
        l.set_corpus([&long[..], &[1, 2, 3, 9]]);
        assert_eq!(draft(&mut l, &[1, 2, 3], 1), [9], "of too much the last is kept");
        l.set_corpus([]);
        assert_eq!(draft(&mut l, &[1, 2, 3], 3), [0u32; 0]);
    }
}
