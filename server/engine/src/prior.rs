//! Priors: knowledge about the next token from outside of the model, mixed into its distribution.
//!
//! Of text that goes on, p(t) = (1 − Σ m) · p_model(t) + m(t), with the additions m that a prior names. Whether the text
//! ends is for the model alone: an end token keeps the model's probability, and the additions share the
//! rest: p(t) = (1 − Σ m) · p_model(t) + (1 − p_model(end)) · m(t) for every token but the end.

use std::fmt::Debug;

use crate::special::Special;
use crate::tokenizer::Tokenizer;

/// Most of the probability that a prior gets, whatever it claims.
const MOST: f64 = 0.99;

/// Something that knows which tokens tend to come, such as an n-gram model of a team's text.
pub trait Prior: Debug + Send {
    /// Appends to `out`, which is empty, the tokens that may follow `context`, each once and with its share of the
    /// next token's probability. The model gets the rest of 1; without tokens it gets all.
    fn predict(&mut self, context: &[u32], out: &mut Vec<(u32, f32)>);
}

/// A prior, and its last prediction.
#[derive(Debug, Default)]
pub(crate) struct Mixing {
    pub(crate) prior: Option<Box<dyn Prior>>,
    additions: Vec<(u32, f32)>,
    /// The model's share.
    model: f64,
}

/// The additions after one context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mixture<'a> {
    pub(crate) additions: &'a [(u32, f32)],
    model: f64,
    /// The end token, which takes no part.
    end: Option<u32>,
}

impl Mixing {
    /// Asks the prior what may come after `context`.
    pub(crate) fn ask(&mut self, context: &[u32], tokenizer: &Tokenizer) -> Option<Mixture<'_>> {
        // Special tokens and those that do not exist are no text.
        self.ask_for(context, tokenizer.special(Special::EndOfText), &|token| !tokenizer.is_control(token))
    }

    /// Asks the prior; returns nothing where there is no prior, or where it has no answer. Drops tokens that are not
    /// `usable` and invalid shares, and bounds the sum, so that the answer is a distribution, whatever the prior
    /// says.
    fn ask_for(
        &mut self,
        context: &[u32],
        end: Option<u32>,
        usable: &dyn Fn(u32) -> bool,
    ) -> Option<Mixture<'_>> {
        let prior = self.prior.as_mut()?;
        self.additions.clear();
        prior.predict(context, &mut self.additions);
        self.additions.retain(|(token, share)| *share > 0.0 && share.is_finite() && usable(*token));
        self.additions.sort_unstable_by_key(|(token, _)| *token);
        self.additions.dedup_by_key(|(token, _)| *token);
        let sum: f64 = self.additions.iter().map(|a| f64::from(a.1)).sum();
        if sum > MOST {
            self.additions.iter_mut().for_each(|a| a.1 = (f64::from(a.1) * MOST / sum) as f32);
        }
        self.model = 1.0 - sum.min(MOST);
        let Mixing { additions, model, .. } = self;
        (!additions.is_empty()).then_some(Mixture { additions, model: *model, end })
    }
}

impl Mixture<'_> {
    /// Returns the end token, if the model has one.
    pub(crate) fn end(&self) -> Option<u32> {
        self.end
    }

    /// Returns the model's share in text that goes on.
    pub(crate) fn share(&self) -> f64 {
        self.model
    }

    /// Returns what the prior adds for a token.
    pub(crate) fn addition(&self, token: u32) -> f64 {
        let found = self.additions.binary_search_by_key(&token, |a| a.0);
        found.map_or(0.0, |at| f64::from(self.additions[at].1))
    }

    /// Returns a token's probability, given the model's for it and for the end.
    pub(crate) fn probability(&self, token: u32, model: f64, end: f64) -> f64 {
        if Some(token) == self.end {
            return model;
        }
        self.model * model + (1.0 - end).max(0.0) * self.addition(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Says(Vec<(u32, f32)>);

    impl Prior for Says {
        fn predict(&mut self, _: &[u32], out: &mut Vec<(u32, f32)>) {
            out.extend_from_slice(&self.0);
        }
    }

    /// Probabilities of five tokens, of which the last one is the end, when the model finds all equally likely.
    #[track_caller]
    fn check(says: &[(u32, f32)], expect: Option<[f64; 5]>) {
        let mut mixing = Mixing { prior: Some(Box::new(Says(says.to_vec()))), ..Mixing::default() };
        let mixture = mixing.ask_for(&[], Some(4), &|token| token < 4);
        let got = mixture.map(|m| [0, 1, 2, 3, 4].map(|token| m.probability(token, 0.2, 0.2)));
        match (got, expect) {
            (Some(got), Some(expect)) => {
                assert!(got.iter().zip(expect).all(|(g, e)| (g - e).abs() < 1e-6), "{got:?}");
                assert!((got.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{got:?}");
            }
            (got, expect) => assert_eq!(got, expect),
        }
    }

    #[test]
    fn additions_share_what_the_end_leaves() {
        check(&[(1, 0.5)], Some([0.1, 0.5, 0.1, 0.1, 0.2]));
        check(&[(3, 0.25), (0, 0.25)], Some([0.3, 0.1, 0.1, 0.3, 0.2]));
    }

    #[test]
    fn whatever_is_said_is_a_distribution() {
        check(&[], None);
        check(&[(4, 0.5), (9, 0.1), (u32::MAX, 0.1), (0, f32::NAN), (1, -0.5), (2, 0.0)], None);
        check(&[(4, 0.9), (1, 0.5)], Some([0.1, 0.5, 0.1, 0.1, 0.2]));
        check(&[(1, f32::INFINITY), (1, 0.5), (1, 0.5)], Some([0.1, 0.5, 0.1, 0.1, 0.2]));
        check(&[(1, 3.0), (2, 1.0)], Some([0.002, 0.002 + 0.8 * 0.7425, 0.002 + 0.8 * 0.2475, 0.002, 0.2]));
    }
}
