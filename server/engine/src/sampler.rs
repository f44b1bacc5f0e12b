//! Choice of the next token.

use crate::ops;
use crate::random::SplitMix64;
use crate::scratch::Want;

/// How the next token is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// 0 is greedy: always the likeliest token, the lowest id among equals.
    pub temperature: f32,
    /// Only the likeliest tokens that together have this probability are drawn from; 1 for all.
    pub top_p: f32,
    /// The same seed and prompt give the same text.
    pub seed: u64,
}

impl Sampling {
    /// Always the likeliest token.
    pub const GREEDY: Sampling = Sampling { temperature: 0.0, top_p: 1.0, seed: 0 };

    /// Returns whether the choice is deterministic.
    pub fn is_greedy(&self) -> bool {
        self.temperature.is_nan() || self.temperature <= 0.0
    }
}

/// A sampler with random numbers of its own.
#[derive(Debug)]
pub(crate) struct Sampler {
    sampling: Sampling,
    random: SplitMix64,
    order: Vec<(f32, u32)>,
}

impl Sampler {
    pub(crate) fn new(sampling: Sampling) -> Sampler {
        Sampler { sampling, random: SplitMix64::new(sampling.seed), order: Vec::new() }
    }

    /// Returns the output that a pass must compute for choices after its last `rows` tokens.
    pub(crate) fn wants(&self, rows: usize) -> Want {
        if self.sampling.is_greedy() { Want::Best(rows) } else { Want::Logits(rows) }
    }

    /// Returns the next token of `(token, logit)` candidates, or `None` if no logit is finite.
    pub(crate) fn pick(&mut self, candidates: impl Iterator<Item = (u32, f32)>) -> Option<u32> {
        if self.sampling.is_greedy() {
            let mut best: Option<(u32, f32)> = None;
            for (token, logit) in candidates {
                if logit > best.map_or(f32::NEG_INFINITY, |b| b.1) && logit < f32::INFINITY {
                    best = Some((token, logit));
                }
            }
            return best.map(|b| b.0);
        }
        self.order.clear();
        self.order.extend(candidates.filter(|c| c.1.is_finite()).map(|(token, logit)| (logit, token)));
        self.order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut p: Vec<f32> = self.order.iter().map(|(l, _)| l / self.sampling.temperature).collect();
        ops::softmax(&mut p);
        let mut kept = 0.0;
        let mut size = 0;
        for p in &p {
            kept += p;
            size += 1;
            if kept >= self.sampling.top_p {
                break;
            }
        }
        let mut target = self.random.unit() * kept;
        for (p, (_, token)) in p[..size].iter().zip(&self.order) {
            target -= p;
            if target <= 0.0 {
                return Some(*token);
            }
        }
        self.order[..size].last().map(|(_, token)| *token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(sampling: Sampling, logits: &[f32], times: usize) -> Vec<u32> {
        let mut s = Sampler::new(sampling);
        (0..times)
            .map(|_| s.pick(logits.iter().enumerate().map(|(i, l)| (i as u32, *l))).expect("finite logits"))
            .collect()
    }

    #[test]
    fn greedy_takes_the_largest_and_the_first_of_equals() {
        assert_eq!(draw(Sampling::GREEDY, &[0.0, 2.0, f32::NAN, 2.0], 1), [1]);
        assert_eq!(Sampler::new(Sampling::GREEDY).pick([(3, f32::NAN)].into_iter()), None);
    }

    #[test]
    fn the_same_seed_draws_the_same_and_frequencies_follow_the_softmax() {
        let sampling = Sampling { temperature: 1.0, top_p: 1.0, seed: 5 };
        let logits = [0.0, 3f32.ln()];
        let drawn = draw(sampling, &logits, 4000);
        assert_eq!(drawn, draw(sampling, &logits, 4000));
        let share = drawn.iter().filter(|t| **t == 1).count() as f32 / 4000.0;
        assert!((share - 0.75).abs() < 0.03, "{share}");
    }

    #[test]
    fn top_p_cuts_the_tail() {
        let sampling = Sampling { temperature: 1.0, top_p: 0.7, seed: 1 };
        assert!(draw(sampling, &[0.0, 3f32.ln()], 200).iter().all(|t| *t == 1));
    }
}
