//! How edits follow rules: each new occurrence counts once, less those that the edit replaced.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use housestyle_skills::{Occurrence, Rules, Source};
use housestyle_text::Language;

use super::FileEdit;

/// The tally of one edit for one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// The edit, by its place in the list.
    pub(super) edit: usize,
    /// New places that follow the rule.
    pub(super) followed: usize,
    /// New places that do not.
    pub(super) broken: usize,
    /// Places that the edit changed to follow it.
    pub(super) changed: usize,
    /// Places that the edit changed not to.
    pub(super) undone: usize,
    /// The hunk and the place of an example, with a place in the old text where something was changed.
    pub(super) example: Option<(Range<usize>, Option<Range<usize>>)>,
    /// A new place that does not follow it.
    pub(super) counter: Option<Range<usize>>,
    /// Where the places that follow it begin.
    pub(super) starts: Vec<usize>,
}

impl Tally {
    /// Returns how many new places there are.
    pub(super) fn total(&self) -> usize {
        self.followed + self.broken
    }
}

/// Returns for each rule the tallies of the edits, in their order, without those of edits that have no new occurrence.
/// `progress` is called with the number of each edit.
pub(super) fn observe(
    edits: &[FileEdit<'_>],
    rules: &Rules,
    progress: &mut dyn FnMut(usize),
) -> Vec<Vec<Tally>> {
    let count = rules.files().len();
    let mut tallies = vec![Vec::new(); count];
    for (number, edit) in edits.iter().enumerate() {
        progress(number);
        let language = Language::from_path(edit.path);
        if !language.is_known() {
            continue;
        }
        let old = Source::new(edit.path, edit.old, language);
        let new = Source::new(edit.path, edit.new, language);
        let mut of_edit: Vec<Counting> = vec![Counting::default(); count];
        for hunk in &edit.hunks {
            let was = occurrences_in(rules, &old, &hunk.0);
            let is = occurrences_in(rules, &new, &hunk.1);
            let mut concerned: Vec<usize> = was.keys().chain(is.keys()).copied().collect();
            concerned.sort_unstable();
            concerned.dedup();
            for rule in concerned {
                let of =
                    |places: &HashMap<usize, Vec<Occurrence>>| places.get(&rule).cloned().unwrap_or_default();
                of_edit[rule].hunk(&of(&was), of(&is));
            }
        }
        for (rule, counting) in of_edit.into_iter().enumerate() {
            if counting.tally.total() > 0 {
                tallies[rule].push(Tally { edit: number, ..counting.tally });
            }
        }
    }
    tallies
}

/// Returns the places of each rule that lie in a hunk with at least a byte.
fn occurrences_in(
    rules: &Rules,
    source: &Source<'_>,
    hunk: &Range<usize>,
) -> HashMap<usize, Vec<Occurrence>> {
    let mut found: HashMap<usize, Vec<Occurrence>> = HashMap::new();
    if hunk.is_empty() {
        return found;
    }
    for (rule, place) in rules.all_occurrences(source, Some(hunk.clone())) {
        let end = place.range.end.max(place.range.start + 1);
        if place.range.start < hunk.end && hunk.start < end {
            found.entry(rule).or_default().push(place);
        }
    }
    found
}

/// The tally of one edit's hunks for one rule.
#[derive(Debug, Clone, Default)]
struct Counting {
    tally: Tally,
    /// An occurrence that several hunks touch (a list item of three lines) counts with the first of them.
    taken: HashSet<usize>,
}

impl Counting {
    fn hunk(&mut self, was: &[Occurrence], mut is: Vec<Occurrence>) {
        let taken = &mut self.taken;
        is.retain(|place| taken.insert(place.range.start));
        let count = |places: &[Occurrence], followed| {
            places.iter().filter(|place| place.followed == followed).count()
        };
        let (kept, left) = (count(was, true), count(was, false));
        let (good, bad) = (count(&is, true), count(&is, false));
        let (come, more) = (good.saturating_sub(kept), bad.saturating_sub(left));
        let changed = left.saturating_sub(bad).min(come);
        let tally = &mut self.tally;
        tally.followed += come;
        tally.broken += more;
        tally.changed += changed;
        tally.undone += kept.saturating_sub(good).min(more);
        let first = |places: &[Occurrence], followed| {
            places.iter().find(|place| place.followed == followed).map(|place| place.range.clone())
        };
        let has_change = tally.example.as_ref().is_some_and(|(_, before)| before.is_some());
        if come > 0 && (tally.example.is_none() || (changed > 0 && !has_change)) {
            let before = if changed > 0 { first(was, false) } else { None };
            tally.example = first(&is, true).map(|place| (place, before));
        }
        if more > 0 && tally.counter.is_none() {
            tally.counter = first(&is, false);
        }
        if come > 0 {
            tally.starts.extend(is.iter().filter(|place| place.followed).map(|place| place.range.start));
        }
    }
}

/// Returns new places of a rule, at most `most` and no more than two of an edit: the edit's place in the list, and where
/// in the text after it.
pub(super) fn new_occurrences(
    edits: &[FileEdit<'_>],
    rules: &Rules,
    most: usize,
) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    for (number, edit) in edits.iter().enumerate() {
        let language = Language::from_path(edit.path);
        if found.len() >= most || !language.is_known() {
            continue;
        }
        let (old, new) =
            (Source::new(edit.path, edit.old, language), Source::new(edit.path, edit.new, language));
        let mut of_edit = Vec::new();
        for hunk in &edit.hunks {
            let count = |found: &HashMap<usize, Vec<Occurrence>>| found.values().map(Vec::len).sum::<usize>();
            let is = occurrences_in(rules, &new, &hunk.1);
            if count(&is) > count(&occurrences_in(rules, &old, &hunk.0)) {
                of_edit.extend(is.into_values().flatten().map(|place| (number, place.range)));
            }
        }
        of_edit.truncate(2);
        found.extend(of_edit);
    }
    found.truncate(most);
    found
}
