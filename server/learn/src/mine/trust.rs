//! The authors behind a rule: none decides alone.

use std::collections::HashMap;

use super::FileEdit;
use super::observe::Tally;

/// The largest part that one author has in a share, where there are enough authors.
const MOST_OF_ONE: f64 = 0.25;
/// Without any one author the rule must still be followed so often.
const SHARE_WITHOUT_ONE: f64 = 0.9;
/// And in so many commits.
const COMMITS_WITHOUT_ONE: usize = 2;

/// Returns the share of places that follow a rule, with each author's part in it bounded.
pub(super) fn share(edits: &[FileEdit<'_>], tallies: &[&Tally]) -> f64 {
    let mut by_author: HashMap<&str, [f64; 2]> = HashMap::new();
    for tally in tallies {
        let Some(edit) = edits.get(tally.edit) else { continue };
        let [followed, places] = by_author.entry(edit.author).or_default();
        *followed += tally.followed as f64;
        *places += tally.total() as f64;
    }
    let counts: Vec<f64> = by_author.values().map(|[_, places]| *places).collect();
    let cap = cap(&counts);
    let (mut hits, mut all) = (0.0, 0.0);
    for [followed, places] in by_author.values() {
        let weight = places.min(cap);
        hits += weight * followed / places.max(1.0);
        all += weight;
    }
    if all == 0.0 { 0.0 } else { hits / all }
}

/// Returns the most places that an author may count for, so that none has more than the largest part; fewer authors
/// than that allows count alike.
fn cap(counts: &[f64]) -> f64 {
    if counts.len() as f64 * MOST_OF_ONE <= 1.0 {
        return counts.iter().copied().fold(f64::INFINITY, f64::min).max(1.0);
    }
    let allowed =
        |cap: f64| cap <= MOST_OF_ONE * counts.iter().map(|count| count.min(cap)).sum::<f64>() + 1e-9;
    let (mut low, mut high) = (0.0, counts.iter().copied().fold(0.0, f64::max));
    if allowed(high) {
        return high;
    }
    // What is allowed is a stretch from 0: the sum grows ever more slowly than the cap.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if allowed(middle) { low = middle } else { high = middle }
    }
    low
}

/// Returns whether a rule stands without any one of its authors. In a repository of one author it does.
pub(super) fn stands_without_any(edits: &[FileEdit<'_>], tallies: &[&Tally], is_alone: bool) -> bool {
    if is_alone {
        return true;
    }
    let author = |tally: &Tally| edits.get(tally.edit).map(|edit| edit.author);
    let mut authors: Vec<Option<&str>> = tallies.iter().map(|tally| author(tally)).collect();
    authors.sort_unstable();
    authors.dedup();
    authors.iter().all(|one| {
        let rest: Vec<&&Tally> = tallies.iter().filter(|tally| author(tally) != *one).collect();
        let followed: usize = rest.iter().map(|tally| tally.followed).sum();
        let places: usize = rest.iter().map(|tally| tally.total()).sum();
        let mut commits: Vec<&str> = rest
            .iter()
            .filter(|tally| tally.followed > 0)
            .filter_map(|tally| edits.get(tally.edit).map(|edit| edit.commit))
            .collect();
        commits.sort_unstable();
        commits.dedup();
        commits.len() >= COMMITS_WITHOUT_ONE && followed as f64 >= SHARE_WITHOUT_ONE * places as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_more_than_the_largest_part() {
        for counts in [vec![100.0, 10.0, 10.0, 10.0, 10.0], vec![50.0, 40.0, 5.0, 5.0, 5.0], vec![9.0; 8]] {
            let cap = cap(&counts);
            let all: f64 = counts.iter().map(|count| count.min(cap)).sum();
            assert!(cap <= MOST_OF_ONE * all + 1e-9 && cap > 0.0, "{cap} of {all}");
        }
        assert_eq!(cap(&[7.0, 3.0]), 3.0);
    }
}
