//! Confidence intervals by resampling commits: edits of one commit rise and fall together, and counting each
//! of them as evidence of its own would make every interval too narrow.

use std::collections::BTreeMap;

use housestyle_complete::random::SplitMix64;
use serde::Serialize;

/// Resamples drawn.
const RESAMPLES: usize = 2000;
/// Seed of the draw: the same results give the same interval.
const SEED: u64 = 0x005E_ED0F_6A7E;

/// One edit's share of two ratios, and the commit it came with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share<'a> {
    /// The cluster.
    pub commit: &'a str,
    /// The arm: what is summed above and below the line.
    pub arm: (f64, f64),
    /// The other arm.
    pub against: (f64, f64),
}

/// A difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The arm's figure less the other one's.
    pub diff: f64,
    /// The middle 95 % of the same over resampled commits.
    pub ci95: [f64; 2],
}

/// Sums of both ratios over one commit: arm's top and bottom, the other's top and bottom.
type Sums = [f64; 4];

/// Returns the difference of two ratios with an interval over commits, or `None` without edits.
pub fn difference<'a>(shares: impl IntoIterator<Item = Share<'a>>) -> Option<Interval> {
    let mut commits: BTreeMap<&str, Sums> = BTreeMap::new();
    for Share { commit, arm, against } in shares {
        add(commits.entry(commit).or_default(), &[arm.0, arm.1, against.0, against.1]);
    }
    let commits: Vec<Sums> = commits.into_values().collect();
    let diff = ratio_difference(commits.iter())?;
    let mut random = SplitMix64::new(SEED);
    let mut drawn: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let draw: Vec<&Sums> = commits.iter().map(|_| &commits[random.below(commits.len())]).collect();
            ratio_difference(draw.into_iter())
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| drawn.get((drawn.len().saturating_sub(1) as f64 * share).round() as usize).copied();
    Some(Interval { diff, ci95: [at(0.025)?, at(0.975)?] })
}

fn add(sums: &mut Sums, more: &Sums) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

fn ratio_difference<'a>(commits: impl Iterator<Item = &'a Sums>) -> Option<f64> {
    let mut all = Sums::default();
    commits.for_each(|commit| add(&mut all, commit));
    let [top, bottom, other_top, other_bottom] = all;
    (bottom > 0.0 && other_bottom > 0.0).then(|| top / bottom - other_top / other_bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(commits: usize, edits: usize, gain: impl Fn(usize, usize) -> f64) -> Interval {
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
        let width = |found: Interval| found.ci95[1] - found.ci95[0];
        let theory = 2.0 * 1.96 * 0.0433;
        for edits in [1, 10] {
            let found = of(100, edits, |commit, _| f64::from(u8::from(commit % 4 == 0)));
            assert!((width(found) - theory).abs() < 0.02, "{edits}: {found:?}");
        }
        // The same edits told as commits of their own would look three times as sure.
        let apart = of(1000, 1, |commit, _| f64::from(u8::from(commit % 4 == 0)));
        assert!(width(apart) < theory / 2.5, "{apart:?}");
    }
}
