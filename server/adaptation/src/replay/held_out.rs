//! The held-out cases of a history: the latest, spread evenly over their commits.

use housestyle_learn::ExclusionCounts;
use housestyle_learn::cases::{CaseOptions, Collector, DroppedCases};
use housestyle_review::{History, ReviewError};
use housestyle_workspace::history::holds_secret;

use crate::spread;

/// The numbers of the held-out cases. The cases themselves are made when their turn comes, as they may not fit memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeldOutCases {
    /// The first commit that is predicted, by its number in the history.
    pub first: usize,
    /// The cases that are predicted, by their numbers among those held out.
    pub chosen: Vec<usize>,
    /// Number of cases that are held out.
    pub total: usize,
    /// Number of their commits.
    pub commits: usize,
    /// Commits and files of the whole history that were excluded, by reason.
    pub exclusions: ExclusionCounts,
    /// Cases that were dropped, by reason.
    pub dropped: DroppedCases,
}

impl HeldOutCases {
    /// Counts the cases of a history, and holds out the last `share` of them, by whole commits.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn of(
        history: &History,
        options: CaseOptions,
        share: f64,
        limit: usize,
        mut progress: impl FnMut(usize),
    ) -> Result<HeldOutCases, ReviewError> {
        let mut collector = Collector::new(options, &holds_secret);
        let mut exclusions = history.exclusions().clone();
        let mut counts = Vec::with_capacity(history.len());
        for index in 0..history.len() {
            let reading = history.read(index)?;
            exclusions.merge(&reading.exclusions);
            counts.push(collector.examples(&reading.commit).len());
            progress(index + 1);
        }
        let first = border(&counts, share);
        let held = &counts[first..];
        let total = held.iter().sum();
        let commits = held.iter().filter(|count| **count > 0).count();
        Ok(HeldOutCases {
            first,
            chosen: spread(total, limit),
            total,
            commits,
            exclusions,
            dropped: collector.dropped(),
        })
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
}
