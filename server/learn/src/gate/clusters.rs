//! Confidence intervals by resampling commits: edits of one commit rise and fall together, and counting each
//! of them as evidence of its own would make every interval too narrow.

use housestyle_complete::eval::{Difference, Fraction, resampled_difference, sums_by_cluster};

/// Seed of the draw: the same results give the same interval.
const SEED: u64 = 0x005E_ED0F_6A7E;

/// One edit's share of two ratios, and the commit it came with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share<'a> {
    /// The cluster.
    pub commit: &'a str,
    /// The arm's parts of numerator and denominator.
    pub arm: (f64, f64),
    /// The other arm.
    pub against: (f64, f64),
}

/// Returns the difference of two ratios with an interval over commits, or `None` without edits. With a single commit
/// the interval has no width.
pub fn difference<'a>(shares: impl IntoIterator<Item = Share<'a>>) -> Option<Difference> {
    let fraction = |(top, bottom)| Fraction { top, bottom };
    let cases = shares.into_iter().map(|share| (share.commit, [share.arm, share.against].map(fraction)));
    resampled_difference(&sums_by_cluster(cases), SEED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(commits: usize, edits: usize, gain: impl Fn(usize, usize) -> f64) -> Difference {
        let names: Vec<String> = (0..commits).map(|commit| commit.to_string()).collect();
        let shares = (0..commits).flat_map(|c| (0..edits).map(move |e| (c, e)));
        let share =
            |(c, e): (usize, usize)| Share { commit: &names[c], arm: (gain(c, e), 1.0), against: (0.0, 1.0) };
        difference(shares.map(share)).expect("edits")
    }

    #[test]
    fn a_constant_difference_is_certain_and_nothing_is_nothing() {
        let found = of(5, 3, |_, _| -0.5);
        assert_eq!((found.diff, found.ci95), (-0.5, [-0.5, -0.5]));
        assert_eq!(difference([]), None);
    }

    #[test]
    fn edits_of_one_commit_count_as_one_piece_of_evidence() {
        // 100 commits whose edits all agree: standard error √(0.25·0.75/100) ≈ 0.0433, however many edits.
        let width = |found: Difference| found.ci95[1] - found.ci95[0];
        let theory = 2.0 * 1.96 * 0.0433;
        for edits in [1, 10] {
            let found = of(100, edits, |commit, _| f64::from(u8::from(commit % 4 == 0)));
            assert!((width(found) - theory).abs() < 0.02, "{edits}: {found:?}");
        }
        // The same edits as commits of their own would look three times as sure.
        let apart = of(1000, 1, |commit, _| f64::from(u8::from(commit % 4 == 0)));
        assert!(width(apart) < theory / 2.5, "{apart:?}");
    }
}
