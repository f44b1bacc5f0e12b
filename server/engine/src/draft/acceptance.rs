//! How often guesses come true.

/// Ranks that are distinguished.
pub(super) const RANKS: usize = 8;
/// Share of guesses that come true, by rank, before anything is known: about what prompt lookup has in
/// source code.
const PRIOR: [f64; RANKS] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9];
/// How many guesses the prior counts as.
const PRIOR_WEIGHT: f64 = 4.0;
/// How many of the last guesses count, roughly.
const MEMORY: f64 = 48.0;

/// Decayed counts for each rank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Acceptance {
    /// Guesses, and those of them that came true.
    counts: [(f64, f64); RANKS],
}

impl Default for Acceptance {
    fn default() -> Acceptance {
        Acceptance { counts: PRIOR.map(|p| (PRIOR_WEIGHT, PRIOR_WEIGHT * p)) }
    }
}

impl Acceptance {
    /// Returns the share of a rank's guesses that come true.
    pub(super) fn of(&self, rank: usize) -> f64 {
        let (all, good) = self.counts[rank.min(RANKS - 1)];
        good / all
    }

    /// Counts a guess.
    pub(super) fn add(&mut self, rank: usize, came_true: bool) {
        let (all, good) = &mut self.counts[rank.min(RANKS - 1)];
        let keep = 1.0 - 1.0 / MEMORY;
        *all = *all * keep + 1.0;
        *good = *good * keep + f64::from(u8::from(came_true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_learned_and_forgotten() {
        let mut a = Acceptance::default();
        (0..200).for_each(|i| a.add(3, i % 4 != 0));
        assert!((a.of(3) - 0.75).abs() < 0.03, "{}", a.of(3));
        (0..100).for_each(|_| a.add(3, false));
        assert!(a.of(3) < 0.12, "{}", a.of(3));
        assert_eq!(a.of(2), PRIOR[2], "other ranks are not touched");
        assert_eq!(a.of(1000), PRIOR[RANKS - 1]);
    }
}
