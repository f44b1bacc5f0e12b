//! Confidence intervals by paired bootstrap: how sure a difference between two arms is.
//!
//! Cases of one commit are alike, so commits are drawn, not cases: a hundred holes of one commit say little more than
//! ten.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::random::SplitMix64;

/// Resamples drawn.
const RESAMPLES: usize = 2000;
/// Seed of [`paired_difference`]: the same results give the same interval.
const SEED: u64 = 0x005E_ED0F_4805;

/// One case's share of a ratio: the arm's figure is the sum of the tops over the sum of the bottoms. For a mean over
/// cases the bottom is 1; for nats a token it is the case's tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fraction {
    /// The case's part of the numerator.
    pub top: f64,
    /// The case's part of the denominator.
    pub bottom: f64,
}

impl Fraction {
    const ZERO: Fraction = Fraction { top: 0.0, bottom: 0.0 };

    fn add(&mut self, other: &Fraction) {
        (self.top, self.bottom) = (self.top + other.top, self.bottom + other.bottom);
    }
}

/// A difference between two arms on the same cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The arm's figure less the other one's.
    pub diff: f64,
    /// The middle 95 % of the same over resampled commits.
    pub ci95: [f64; 2],
}

/// Returns the difference between an arm and another, case by case; `None` without cases in common.
///
/// `clusters` names the commit of each case. Where all cases are of one commit, cases are drawn instead: the interval
/// then says nothing of other commits.
pub fn paired_difference(arm: &[Fraction], against: &[Fraction], clusters: &[u64]) -> Option<Difference> {
    let cases = arm.iter().zip(against).map(|(a, b)| [*a, *b]);
    let mut sums = sums_by_cluster(clusters.iter().zip(cases.clone()));
    if sums.len() < 2 {
        sums = cases.zip(clusters).map(|(case, _)| case).collect();
    }
    resampled_difference(&sums, SEED)
}

/// Returns the sums of both arms' fractions over each cluster, in the order of the clusters.
pub fn sums_by_cluster<K: Ord>(cases: impl IntoIterator<Item = (K, [Fraction; 2])>) -> Vec<[Fraction; 2]> {
    let mut sums: BTreeMap<K, [Fraction; 2]> = BTreeMap::new();
    for (cluster, [of_arm, of_other]) in cases {
        let [arm, other] = sums.entry(cluster).or_insert([Fraction::ZERO; 2]);
        arm.add(&of_arm);
        other.add(&of_other);
    }
    sums.into_values().collect()
}

/// Returns the difference between two arms, with an interval over clusters that are drawn with replacement; `None` where
/// nothing is below the line. `clusters` holds the sums of the arm and of the other one. The same seed draws the same
/// clusters.
pub fn resampled_difference(clusters: &[[Fraction; 2]], seed: u64) -> Option<Difference> {
    let diff = difference(clusters)?;
    let mut random = SplitMix64::new(seed);
    let mut drawn: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| difference(clusters.iter().map(|_| &clusters[random.below(clusters.len())])))
        .collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| drawn.get((drawn.len().saturating_sub(1) as f64 * share).round() as usize).copied();
    Some(Difference { diff, ci95: [at(0.025)?, at(0.975)?] })
}

fn difference<'a>(sums: impl IntoIterator<Item = &'a [Fraction; 2]>) -> Option<f64> {
    let (mut a, mut b) = (Fraction::ZERO, Fraction::ZERO);
    for [of_arm, of_other] in sums {
        a.add(of_arm);
        b.add(of_other);
    }
    (a.bottom > 0.0 && b.bottom > 0.0).then(|| a.top / a.bottom - b.top / b.bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(values: impl IntoIterator<Item = f64>) -> Vec<Fraction> {
        values.into_iter().map(|top| Fraction { top, bottom: 1.0 }).collect()
    }

    /// Compares with every case being a commit of its own.
    fn compare(arm: &[Fraction], against: &[Fraction]) -> Option<Difference> {
        paired_difference(arm, against, &(0..arm.len() as u64).collect::<Vec<_>>())
    }

    #[test]
    fn a_constant_difference_is_certain() {
        let found = compare(&means([3.0, 5.0, 9.0]), &means([2.0, 4.0, 8.0])).expect("cases");
        assert!((found.diff - 1.0).abs() < 1e-12, "{found:?}");
        assert!(found.ci95.iter().all(|end| (end - 1.0).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn the_interval_has_the_width_that_theory_gives() {
        // 400 cases of which a quarter get better by 1: standard error √(0.25·0.75/400) ≈ 0.02165.
        let better = (0..400).map(|n| f64::from(n % 4 == 0));
        let found = compare(&means(better), &means(vec![0.0; 400])).expect("cases");
        assert_eq!(found.diff, 0.25);
        assert!((found.ci95[0] - (0.25 - 1.96 * 0.02165)).abs() < 0.006, "{found:?}");
        assert!((found.ci95[1] - (0.25 + 1.96 * 0.02165)).abs() < 0.006, "{found:?}");
    }

    #[test]
    fn long_cases_weigh_more_in_a_ratio() {
        let of = |pairs: [(f64, f64); 2]| pairs.map(|(top, bottom)| Fraction { top, bottom });
        let found = compare(&of([(1.0, 1.0), (0.0, 9.0)]), &of([(0.0, 1.0), (0.0, 9.0)])).expect("cases");
        assert_eq!(found.diff, 0.1);
    }

    #[test]
    fn it_is_the_same_every_time_and_nothing_without_cases() {
        let a = means((0..50).map(f64::from));
        assert_eq!(compare(&a, &means(vec![1.0; 50])), compare(&a, &means(vec![1.0; 50])));
        assert_eq!(compare(&[], &[]), None);
    }

    #[test]
    fn alike_cases_of_a_commit_do_not_make_it_surer() {
        // 20 commits of which a quarter get better, of 1 or of 20 cases each.
        let better = |cases: usize| -> Vec<Fraction> {
            means((0..20 * cases).map(|n| f64::from((n / cases).is_multiple_of(4))))
        };
        let clusters =
            |cases: usize| -> Vec<u64> { (0..20 * cases as u64).map(|n| n / cases as u64).collect() };
        let width = |cases: usize| {
            let found = paired_difference(&better(cases), &means(vec![0.0; 20 * cases]), &clusters(cases))
                .expect("cases");
            found.ci95[1] - found.ci95[0]
        };
        assert!((width(1) - width(20)).abs() < 1e-9, "{} {}", width(1), width(20));
        assert!(width(1) > 0.3, "{}", width(1));
    }

    #[test]
    fn one_commit_alone_is_drawn_by_cases() {
        let found =
            paired_difference(&means([1.0, 0.0, 1.0, 0.0]), &means([0.0; 4]), &[7; 4]).expect("cases");
        assert!(found.ci95[0] < found.ci95[1], "{found:?}");
    }
}
