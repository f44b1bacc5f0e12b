//! From counts to probabilities: each level's counts, and the share that it leaves to the shorter matches.

use super::corpus::{Phrases, Scopes};
use super::predict::{Hole, LEVELS, Vote};
use super::weights::Weights;

/// Tokens that a prediction names at most.
const MOST: usize = 32;
/// Probabilities below this are left to the model.
const LEAST: f32 = 1e-4;

/// The continuation of a text by a mixture with a model: p(t) = `model` · p_model(t) + the addition of t.
#[derive(Debug, Clone, Default)]
pub struct Prediction {
    /// The tokens that may come, the likeliest first, and each one's addition; together 1 − `model`.
    pub tokens: Vec<(u32, f32)>,
    /// The share of the model.
    pub model: f32,
    /// The kind of match that this rests on: the level of the longest match, and how sure the prediction is. `None`
    /// where nothing was found.
    pub kind: Option<usize>,
    votes: Vec<Vote>,
}

impl Prediction {
    /// Predicts the continuation of a text from several caches together; each comes with its scopes, and the weights
    /// of the first one count.
    pub fn of_all(&mut self, caches: &[(&Phrases, &Scopes)], hole: Hole<'_>) {
        self.tokens.clear();
        self.votes.clear();
        (self.model, self.kind) = (1.0, None);
        let Some((first, _)) = caches.first() else { return };
        for (cache, scopes) in caches {
            cache.vote(scopes, hole, &first.weights, &mut self.votes);
        }
        self.estimate(&first.weights);
    }

    /// Returns how likely a token is by the cache alone; 0 where it knows nothing.
    pub fn alone(&self, token: u32) -> f64 {
        let found = self.tokens.iter().find(|t| t.0 == token);
        found.map_or(0.0, |t| f64::from(t.1) / (1.0 - f64::from(self.model)).max(f64::MIN_POSITIVE))
    }

    /// Makes probabilities of the votes.
    fn estimate(&mut self, weights: &Weights) {
        let Some(longest) = self.votes.iter().map(|vote| vote.level).max() else { return };
        // A token's votes stand together, those of the longest matches first.
        self.votes.sort_unstable_by(|a, b| a.token.cmp(&b.token).then(b.level.cmp(&a.level)));
        let (mut totals, mut distinct) = ([0.0f32; LEVELS.len()], [0.0f32; LEVELS.len()]);
        for votes in self.votes.chunk_by(|a, b| a.token == b.token) {
            votes.iter().for_each(|vote| totals[vote.level] += vote.weight);
            distinct[votes[0].level] += 1.0;
        }
        // A level holds the longer matches too.
        for level in (0..longest).rev() {
            totals[level] += totals[level + 1];
            distinct[level] += distinct[level + 1];
        }
        // What each level gives to each unit of weight at it.
        let mut shares = [0.0f32; LEVELS.len()];
        let mut left = 1.0;
        for level in (0..=longest).rev() {
            let escape = if level == 0 { 0.0 } else { weights.escape * distinct[level] };
            let own = totals[level] / (totals[level] + escape);
            shares[level] = left * own / totals[level];
            left *= 1.0 - own;
        }
        for votes in self.votes.chunk_by(|a, b| a.token == b.token) {
            let (mut weight, mut p, mut at) = (0.0, 0.0, 0);
            for level in (0..=longest).rev() {
                while let Some(vote) = votes.get(at).filter(|vote| vote.level == level) {
                    weight += vote.weight;
                    at += 1;
                }
                p += shares[level] * weight;
            }
            self.tokens.push((votes[0].token, p));
        }
        self.tokens.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.tokens.truncate(MOST);
        let kind = Weights::kind(longest, self.tokens[0].1);
        let share = weights.share(kind);
        self.tokens.retain_mut(|(_, p)| {
            *p *= share;
            *p >= LEAST
        });
        self.kind = Some(kind);
        self.model = (1.0 - self.tokens.iter().map(|t| f64::from(t.1)).sum::<f64>()) as f32;
    }
}
