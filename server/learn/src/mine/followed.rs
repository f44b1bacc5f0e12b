//! Whether a rule is followed: often enough, by enough people, for long enough.

use super::evidence::support;
use super::funnel::Stage;
use super::interval::wilson;
use super::observe::Tally;
use super::trust::{share, stands_without_any};
use super::{Basis, FileEdit};

/// Share of new places, with each author's part bounded, that must follow a rule.
const SHARE: f64 = 0.93;
/// The lower end of the 95 % interval of that share: ten of ten places will do.
const LOWEST: f64 = 0.72;
/// New places that must follow it.
const PLACES: usize = 8;
/// Fewer will do where so many places were changed to follow it: that is a decision, not a habit.
const CHANGED: usize = 3;
/// Commits that must follow it, where only one author does.
const COMMITS: usize = 3;
/// In each quarter of the time with so many places ...
const PLACES_OF_QUARTER: usize = 5;
/// ... the rule must be followed so often, but for the first: habits begin somewhere.
const SHARE_OF_QUARTER: f64 = 0.85;

/// Returns the tallies since people began to change places to follow the rule, where they wrote otherwise before.
pub(super) fn since_decided(mut tallies: Vec<Tally>) -> Vec<Tally> {
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    let (changed, undone) = (sum(|tally| tally.changed), sum(|tally| tally.undone));
    let first = tallies.iter().position(|tally| tally.changed > 0).unwrap_or(0);
    if changed >= CHANGED && changed >= 4 * undone {
        let (followed, places) = tallies[..first]
            .iter()
            .fold((0, 0), |sum, tally| (sum.0 + tally.followed, sum.1 + tally.total()));
        if (followed as f64) < SHARE * places as f64 {
            tallies.drain(..first);
        }
    }
    tallies
}

/// Returns the stage at which a rule is dropped; `None` where it is followed.
pub(super) fn falls(
    edits: &[FileEdit<'_>],
    tallies: &[Tally],
    basis: Basis,
    is_alone: bool,
) -> Option<Stage> {
    let support = support(edits, tallies);
    let undone: usize = tallies.iter().map(|tally| tally.undone).sum();
    let decided = support.changed >= CHANGED && support.changed >= 4 * undone;
    let people = support.authors >= 2 && support.commits >= 2 || support.commits >= COMMITS;
    let enough = support.followed >= if decided { PLACES / 2 } else { PLACES };
    let all: Vec<&Tally> = tallies.iter().collect();
    let [low, _] = wilson(support.followed, support.places);
    let undisputed = match basis {
        Basis::Places => false,
        Basis::Usual => support.changed == 0 && support.places == support.followed,
        Basis::Changes => !(decided && disappears_after(tallies, support.changed)),
    };
    let falls = [
        (support.followed == 0, Stage::Nowhere),
        (!enough, Stage::FewPlaces),
        (share(edits, &all) < SHARE, Stage::Broken),
        (low < LOWEST && !decided, Stage::Uncertain),
        (!people, Stage::FewCommits),
        (!steady(edits, tallies), Stage::Unsteady),
        (undisputed, Stage::Undisputed),
        (!stands_without_any(edits, &all, is_alone), Stage::OneAuthor),
    ];
    falls.into_iter().find_map(|(falls, stage)| falls.then_some(stage))
}

/// Returns whether the avoided form nearly disappears after its first change.
fn disappears_after(tallies: &[Tally], changed: usize) -> bool {
    let first = tallies.iter().position(|tally| tally.changed > 0).unwrap_or(0);
    let again: usize = tallies.iter().skip(first).map(|tally| tally.broken).sum();
    again * 5 <= changed
}

/// Returns how many places follow a rule and how many there are, for each quarter of its commits.
pub(super) fn quarters(edits: &[FileEdit<'_>], tallies: &[Tally]) -> Vec<[usize; 2]> {
    let mut commits: Vec<&str> = tallies.iter().filter_map(|t| edits.get(t.edit)).map(|e| e.commit).collect();
    commits.dedup();
    let mut counts = vec![[0, 0]; 4];
    let (mut number, mut last) = (0, None);
    for tally in tallies {
        let commit = edits.get(tally.edit).map(|edit| edit.commit);
        number += usize::from(last.is_some() && last != Some(commit));
        last = Some(commit);
        let quarter = &mut counts[(number * 4 / commits.len().max(1)).min(3)];
        quarter[0] += tally.followed;
        quarter[1] += tally.total();
    }
    counts
}

fn steady(edits: &[FileEdit<'_>], tallies: &[Tally]) -> bool {
    let holds = |[followed, places]: &[usize; 2]| {
        *places < PLACES_OF_QUARTER || *followed as f64 >= SHARE_OF_QUARTER * *places as f64
    };
    let quarters = quarters(edits, tallies);
    let [followed, places] = quarters[2..].iter().fold([0, 0], |sum, q| [sum[0] + q[0], sum[1] + q[1]]);
    quarters[1..].iter().all(holds) && followed as f64 >= SHARE * places as f64
}
