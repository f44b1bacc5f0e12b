//! The weights of the mixture of cache and model: one for each kind of match, fitted on held-out edits.

use super::corpus::Scope;
use super::predict::LEVELS;

/// Upper bounds of how sure a prediction is of its likeliest token; beyond the last one it is surest.
const SURE: [f32; 5] = [0.15, 0.3, 0.5, 0.75, 0.95];
/// Kinds of matches: the level of the longest, and how sure the prediction is.
const KINDS: usize = LEVELS.len() * (SURE.len() + 1);
/// Rounds of a fit; it moves little after a few.
const ROUNDS: usize = 50;
/// How many held-out tokens the weights before a fit count as, so that few tokens change little.
const PRIOR: f64 = 20.0;
/// Fewest held-out tokens to which a team's own weights are fitted.
pub const FEWEST: usize = 100;
/// The most that a match may count: whatever was seen before, something else may come.
const MOST: f32 = 0.98;

/// How much each kind of match counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// (KINDS) the share of the prediction in the mixture.
    pub(super) shares: Vec<f32>,
    /// How much a match counts by its scope, in matches of another file of the repository.
    pub(super) scopes: [f32; 4],
    /// How much of a level is left to the shorter ones for each different token seen at it.
    pub(super) escape: f32,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights { shares: FITTED.to_vec(), scopes: [1.0, 2.0, 8.0, 8.0], escape: 1.0 }
    }
}

/// Fitted on later edits of five packages (see `decisions/phrases.md`); a row for each level, from unsure to sure.
const FITTED: [f32; KINDS] = [
    0.063, 0.029, 0.069, 0.021, 0.063, 0.076, //
    0.211, 0.065, 0.128, 0.069, 0.075, 0.186, //
    0.365, 0.330, 0.055, 0.080, 0.164, 0.265, //
    0.299, 0.342, 0.185, 0.130, 0.138, 0.265, //
    0.200, 0.150, 0.171, 0.258, 0.263, 0.484, //
    0.200, 0.200, 0.200, 0.328, 0.225, 0.174, //
    0.150, 0.062, 0.225, 0.240, 0.368, 0.560,
];

/// A token of a held-out edit, and the probabilities that predicted it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOutToken {
    /// The kind of match, as in [`Prediction::kind`](super::Prediction::kind).
    pub kind: usize,
    /// The probability that the model gave to the token that came.
    pub model: f64,
    /// The probability that the cache alone gave to it.
    pub cache: f64,
}

impl Weights {
    /// Returns the weights, fitted so that the mixture makes the tokens as likely as it can (expectation
    /// maximisation). Kinds with few tokens keep most of their weight from before.
    #[must_use]
    pub fn fit(&self, outcomes: &[HeldOutToken]) -> Weights {
        let mut shares = self.shares.clone();
        for (kind, share) in shares.iter_mut().enumerate() {
            let own: Vec<&HeldOutToken> = outcomes.iter().filter(|o| o.kind == kind).collect();
            let before = f64::from(*share);
            let mut now = before.clamp(0.001, f64::from(MOST));
            for _ in 0..ROUNDS {
                let of_cache = |o: &&HeldOutToken| {
                    let (cache, model) = (now * o.cache, (1.0 - now) * o.model);
                    if cache + model > 0.0 { cache / (cache + model) } else { now }
                };
                let sum: f64 = own.iter().map(of_cache).sum();
                now = (sum + PRIOR * before) / (own.len() as f64 + PRIOR);
            }
            *share = (now as f32).clamp(0.0, MOST);
        }
        Weights { shares, ..self.clone() }
    }

    /// Returns the nats of the tokens in the mixture.
    pub fn nats(&self, outcomes: &[HeldOutToken]) -> f64 {
        let nats = |o: &HeldOutToken| {
            let share = f64::from(self.share(o.kind));
            -((1.0 - share) * o.model + share * o.cache).max(f64::MIN_POSITIVE).ln()
        };
        outcomes.iter().map(nats).sum()
    }

    /// Returns weights for a team: fitted to its held-out tokens, or all 0 where even the fitted mixture makes them
    /// less likely than the model alone. With fewer tokens than [`FEWEST`] the weights stay as they are.
    #[must_use]
    pub fn fitted(&self, outcomes: &[HeldOutToken]) -> Weights {
        if outcomes.len() < FEWEST {
            return self.clone();
        }
        let (fit, none) = (self.fit(outcomes), self.none());
        if fit.nats(outcomes) <= none.nats(outcomes) { fit } else { none }
    }

    /// Returns weights with which no match counts.
    pub(super) fn none(&self) -> Weights {
        Weights { shares: vec![0.0; KINDS], ..self.clone() }
    }

    /// Returns the kind of a match.
    pub(super) fn kind(level: usize, sure: f32) -> usize {
        level * (SURE.len() + 1) + SURE.iter().filter(|bound| sure >= **bound).count()
    }

    /// Returns the share that a kind of match has in the mixture.
    pub(super) fn share(&self, kind: usize) -> f32 {
        self.shares.get(kind).map_or(0.0, |share| share.clamp(0.0, MOST))
    }

    pub(super) fn of_scope(&self, scope: Scope) -> f32 {
        match scope {
            Scope::Repository => self.scopes[0],
            Scope::Directory => self.scopes[1],
            Scope::File => self.scopes[2],
            Scope::Edit => self.scopes[3],
        }
    }
}
