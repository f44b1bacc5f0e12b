//! The recipe: how an adapter is trained.

use housestyle_engine::Target;

/// The course of the learning rate after its warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// It stays.
    Constant,
    /// Down to a tenth along half a cosine (Loshchilov and Hutter, 2017).
    Cosine,
}

/// The settings of a run. Together with base and examples they determine the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Rank of the low-rank changes; 0 for none.
    pub rank: usize,
    /// The scale of a low-rank change is `alpha / rank`.
    pub alpha: f32,
    /// Which matrices of a layer are changed.
    pub targets: Vec<Target>,
    /// Whether these get a bias too (BitFit); with rank 0 nothing else.
    pub bias: bool,
    /// The layers below this one stay as they are, and are evaluated only once for each example.
    pub first_layer: usize,
    /// Peak learning rate.
    pub rate: f32,
    /// The course of the rate.
    pub schedule: Schedule,
    /// Share of the steps over which the rate rises from 0.
    pub warmup: f32,
    /// Decoupled weight decay (Loshchilov and Hutter, 2019).
    pub decay: f32,
    /// Gradients are scaled down to this norm.
    pub clip: f32,
    /// Examples of a step.
    pub batch: usize,
    /// How often each example is seen.
    pub epochs: usize,
    /// Whether gradients go through the prompt too. Without it they go through the learned tokens alone, with the
    /// activations of the prompt as constants, in a fraction of the time.
    pub through_prompt: bool,
    /// Seed of the first weights and of the order of examples.
    pub seed: u64,
}

impl Default for Recipe {
    fn default() -> Recipe {
        Recipe {
            rank: 8,
            alpha: 16.0,
            targets: Target::MLP.to_vec(),
            bias: false,
            first_layer: 0,
            rate: 5e-4,
            schedule: Schedule::Cosine,
            warmup: 0.05,
            decay: 0.0,
            clip: 1.0,
            batch: 4,
            epochs: 1,
            through_prompt: true,
            seed: 1,
        }
    }
}

impl Recipe {
    /// Returns how many steps so many examples take.
    pub fn steps(&self, examples: usize) -> usize {
        self.epochs * examples.div_ceil(self.batch.max(1))
    }

    /// Returns the learning rate of a step, counted from 0, of `steps`.
    pub fn rate_at(&self, step: usize, steps: usize) -> f32 {
        let warm = (self.warmup * steps as f32).ceil().max(1.0);
        let at = step as f32 + 1.0;
        if at <= warm {
            return self.rate * at / warm;
        }
        match self.schedule {
            Schedule::Constant => self.rate,
            Schedule::Cosine => {
                let done = (at - warm) / (steps as f32 - warm).max(1.0);
                self.rate * (0.1 + 0.45 * (1.0 + (std::f32::consts::PI * done.min(1.0)).cos()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_and_falls() {
        let recipe = Recipe { warmup: 0.1, rate: 1.0, ..Recipe::default() };
        let rates: Vec<f32> = (0..100).map(|step| recipe.rate_at(step, 100)).collect();
        assert_eq!((rates[0], rates[9]), (0.1, 1.0));
        assert!(rates[10..].windows(2).all(|w| w[1] < w[0]));
        assert!((rates[99] - 0.1).abs() < 1e-3, "{}", rates[99]);
        let constant = Recipe { schedule: Schedule::Constant, ..recipe };
        assert_eq!(constant.rate_at(99, 100), 1.0);
        assert_eq!(Recipe { batch: 4, epochs: 2, ..constant }.steps(9), 6);
    }
}
