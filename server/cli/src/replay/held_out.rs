//! Which cases of a history are predicted: the latest, spread evenly over their commits.

use housestyle_learn::ExclusionCounts;
use housestyle_learn::cases::{CaseOptions, Collector, Dropped};
use housestyle_review::{History, ReviewError};

use crate::git;

/// What is predicted, by numbers: the cases themselves are made when their turn comes, as they may not fit memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct HeldOut {
    /// The first commit that is predicted, by its number in the history.
    pub(crate) first: usize,
    /// The cases that are predicted, by their numbers among those held out.
    pub(crate) chosen: Vec<usize>,
    /// How many cases are held out.
    pub(crate) of: usize,
    /// How many commits these are of.
    pub(crate) commits: usize,
    /// What of the whole history is not learned from.
    pub(crate) left_out: ExclusionCounts,
    /// Cases that were not made of it.
    pub(crate) dropped: Dropped,
}

impl HeldOut {
    /// Counts the cases of a history, and holds out the last `share` of them, by whole commits.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub(crate) fn of(
        history: &History,
        options: CaseOptions,
        share: f64,
        limit: usize,
        mut tell: impl FnMut(usize),
    ) -> Result<HeldOut, ReviewError> {
        let mut collector = Collector::new(options, &git::holds_secret);
        let mut left_out = history.exclusions().clone();
        let mut counts = Vec::with_capacity(history.len());
        for index in 0..history.len() {
            let reading = history.read(index)?;
            left_out.merge(&reading.exclusions);
            counts.push(collector.examples(&reading.commit).len());
            tell(index + 1);
        }
        let first = border(&counts, share);
        let held = &counts[first..];
        let of = held.iter().sum();
        let commits = held.iter().filter(|count| **count > 0).count();
        Ok(HeldOut { first, chosen: spread(of, limit), of, commits, left_out, dropped: collector.dropped() })
    }
}

/// Returns the first of the last commits that have about this share of all cases.
fn border(counts: &[usize], share: f64) -> usize {
    let all: usize = counts.iter().sum();
    let wanted = share * all as f64;
    let (mut best, mut distance, mut held) = (counts.len(), wanted, 0);
    for (index, count) in counts.iter().enumerate().rev() {
        held += count;
        let here = (held as f64 - wanted).abs();
        if *count > 0 && here < distance {
            (best, distance) = (index, here);
        }
    }
    best
}

/// Returns at most `limit` numbers below `of`, evenly.
pub(crate) fn spread(of: usize, limit: usize) -> Vec<usize> {
    let count = of.min(limit);
    // The middle of each of `count` equal parts.
    (0..count).map(|n| (2 * n + 1) * of / (2 * count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_commits_are_held_out_whole() {
        assert_eq!(border(&[10, 10, 10, 10], 0.25), 3);
        assert_eq!(border(&[10, 10, 10, 10], 0.4), 2);
        assert_eq!(border(&[40, 0, 5, 0], 0.15), 2);
        assert_eq!(border(&[10], 0.15), 1);
        assert_eq!(border(&[], 0.15), 0);
    }

    #[test]
    fn numbers_are_spread_evenly() {
        assert_eq!(spread(10, 2), [2, 7]);
        assert_eq!(spread(3, 10), [0, 1, 2]);
        assert!(spread(0, 5).is_empty() && spread(5, 0).is_empty());
    }
}
