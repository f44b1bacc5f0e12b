//! Splits by time, and a bound on any one author's share of the training examples.

use std::collections::BTreeMap;

use super::Example;

/// With fewer authors than this no share is too large for one: two people cannot each write a quarter.
pub const FEWEST_AUTHORS: usize = 4;

/// Returns how many items, of those in order of time, come before the last `share` of them. Items of the same
/// `commit` are not parted, and never all are behind the border.
pub fn border_by<T, K: PartialEq>(items: &[T], share: f64, commit: impl Fn(&T) -> K) -> usize {
    let wanted = ((1.0 - share.clamp(0.0, 1.0)) * items.len() as f64).round() as usize;
    let starts = (0..=items.len())
        .filter(|at| *at == 0 || *at == items.len() || commit(&items[*at]) != commit(&items[*at - 1]));
    // The nearest border between commits.
    starts.min_by_key(|at| at.abs_diff(wanted)).unwrap_or(items.len())
}

/// Takes the oldest examples of authors who wrote more than `share` of all; returns how many were taken. With few
/// authors nothing is taken.
pub(crate) fn cap_authors(examples: &mut Vec<Example>, share: f64) -> usize {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for example in examples.iter() {
        *counts.entry(example.author.clone()).or_default() += 1;
    }
    if counts.len() < FEWEST_AUTHORS {
        return 0;
    }
    let most = fair(counts.values().copied().collect(), share);
    let before = examples.len();
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    let mut index = examples.len();
    let mut keep = vec![true; examples.len()];
    while index > 0 {
        index -= 1;
        let kept = kept.entry(examples[index].author.clone()).or_default();
        keep[index] = *kept < most;
        *kept += usize::from(keep[index]);
    }
    let mut flags = keep.into_iter();
    examples.retain(|_| flags.next().unwrap_or(true));
    before - examples.len()
}

/// Returns the largest count that is no more than `share` of the sum when all counts are cut to it.
fn fair(counts: Vec<usize>, share: f64) -> usize {
    let total = |most: usize| counts.iter().map(|count| *count.min(&most)).sum::<usize>() as f64;
    let largest = counts.iter().copied().max().unwrap_or(0);
    // Cutting to one leaves everybody with the same, which is as fair as it gets.
    (1..=largest).rev().find(|most| *most as f64 <= share * total(*most)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::tests::example;

    fn counts(cap: &[(&str, usize)], share: f64) -> Vec<usize> {
        let mut examples: Vec<Example> = Vec::new();
        for (author, count) in cap {
            for n in 0..*count {
                examples.push(example(author, &format!("{author}{n}"), n as i64));
            }
        }
        cap_authors(&mut examples, share);
        cap.iter().map(|(author, _)| examples.iter().filter(|e| e.author == *author).count()).collect()
    }

    #[test]
    fn nobody_is_more_than_the_share() {
        assert_eq!(counts(&[("a", 90), ("b", 10), ("c", 10), ("d", 10)], 0.25), [10, 10, 10, 10]);
        assert_eq!(
            counts(&[("a", 30), ("b", 30), ("c", 30), ("d", 30), ("e", 5)], 0.25),
            [30, 30, 30, 30, 5]
        );
        assert_eq!(counts(&[("a", 90), ("b", 2)], 0.25), [90, 2]);
    }

    #[test]
    fn the_newest_stay() {
        let mut examples: Vec<Example> = (0..20).map(|n| example("a", "x", n)).collect();
        examples.extend(["b", "c", "d"].map(|author| example(author, "y", 50)));
        assert!(cap_authors(&mut examples, 0.25) > 0);
        assert_eq!(examples.iter().find(|e| e.author == "a").map(|e| e.case.time), Some(19.0));
    }

    #[test]
    fn a_border_parts_no_commit() {
        let commits = ["a", "a", "b", "b", "b", "b", "c", "c"];
        let examples: Vec<Example> = commits.iter().map(|commit| example("x", commit, 0)).collect();
        let border =
            |examples: &[Example], share| border_by(examples, share, |example| example.commit.clone());
        assert_eq!(border(&examples, 0.3), 6);
        assert_eq!(border(&examples, 0.0), 8);
        assert_eq!(border(&[], 0.5), 0);
    }
}
