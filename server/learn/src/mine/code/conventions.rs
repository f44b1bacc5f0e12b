//! Conventions: where a team has a choice and nearly always makes the same.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use housestyle_skills::{Name, Rule, Source, definitions};

use super::choices::by_language;
use super::names::{AFFIXES, Affix, KINDS};
use super::{Bounds, language, strongest};
use crate::mine::{Basis, FileEdit, Guess};

/// A place that was written, and which way it went.
#[derive(Debug, Clone)]
struct Written {
    edit: usize,
    way: usize,
}

/// Returns the conventions that the added code follows, those with the most places first.
pub(crate) fn conventions(edits: &[FileEdit<'_>], bounds: &Bounds) -> Vec<Guess> {
    let mut order: Vec<usize> = (0..edits.len()).filter(|edit| language(&edits[*edit]).is_some()).collect();
    order.sort_by_key(|edit| (edits[*edit].time, edits[*edit].path, edits[*edit].commit));
    let choices = by_language(order.iter().filter_map(|edit| language(&edits[*edit])));
    let names = names();
    // By language: for each choice, and then for each name, what was written.
    let mut written: BTreeMap<&str, Vec<Vec<Written>>> =
        choices.iter().map(|(id, choices)| (*id, vec![Vec::new(); choices.count() + names.len()])).collect();
    for number in order {
        let edit = &edits[number];
        let Some(language) = language(edit) else { continue };
        let (Some(choices), Some(written)) = (choices.get(language.id()), written.get_mut(language.id()))
        else {
            continue;
        };
        let source = Source::new(edit.path, edit.new, language);
        let added = |range: &Range<usize>| {
            let starts = |hunk: &Range<usize>| hunk.start <= range.start && range.start < hunk.end;
            edit.hunks.iter().any(|(_, new)| starts(new))
        };
        for found in choices.finder.find(&source, None, |_| true) {
            let Some((choice, way)) = choices.owners.get(found.pattern).copied() else { continue };
            if added(&found.range) {
                written[choice].push(Written { edit: number, way });
            }
        }
        for (of, range) in definitions(&source).into_iter().filter(|(_, range)| added(range)) {
            let text = source.slice(range.clone());
            for (at, (name, _)) in names.iter().enumerate().filter(|(_, (name, _))| name.of == of) {
                let way = usize::from(!name.is_followed(text));
                written[choices.count() + at].push(Written { edit: number, way });
            }
        }
    }
    let mut found = Vec::new();
    for (id, written) in &written {
        let Some(choices) = choices.get(id) else { continue };
        for (number, places) in written.iter().enumerate() {
            let (ways, name) = match number.checked_sub(choices.count()) {
                None => (choices.ways(number), None),
                // Not to have a beginning or an ending is no convention.
                Some(at) => (1, names.get(at)),
            };
            let Some(way) = (0..ways).find(|way| is_convention(places, *way, edits, bounds)) else {
                continue;
            };
            let (rule, usual) = match name {
                Some((name, usual)) => (Some(Rule::Name(name.clone())), *usual),
                None => (choices.rule(number, way).map(Rule::Rewrite), choices.is_usual(number, way)),
            };
            if let Some(rule) = rule {
                let support = places.iter().filter(|place| place.way == way).count();
                let basis = if usual { Basis::Usual } else { Basis::Places };
                found.push((support, Guess { rule, languages: vec![(*id).to_owned()], basis }));
            }
        }
    }
    strongest(found, bounds)
}

/// Returns the rules of names that are asked, and whether they are usual.
fn names() -> Vec<(Name, bool)> {
    let name = |of, (prefix, suffix, usual): Affix| {
        (Name { of, prefix: prefix.to_owned(), suffix: suffix.to_owned() }, usual)
    };
    KINDS.iter().flat_map(|of| AFFIXES.iter().map(move |affix| name(*of, *affix))).collect()
}

/// Returns whether nearly all of the places, which are in the order of time, go one way: early and late, or from some time
/// on. The pipeline measures late decisions from then on, and asks for changes, too.
fn is_convention(places: &[Written], way: usize, edits: &[FileEdit<'_>], bounds: &Bounds) -> bool {
    let share = |places: &[Written]| {
        let kept = places.iter().filter(|place| place.way == way).count();
        kept as f64 / places.len().max(1) as f64
    };
    let nearly_all = |places: &[Written]| {
        let kept = || places.iter().filter(|place| place.way == way).map(|place| &edits[place.edit]);
        let paths: HashSet<&str> = kept().map(|edit| edit.path).collect();
        let commits: HashSet<&str> = kept().map(|edit| edit.commit).collect();
        places.len() >= bounds.places
            && paths.len() >= bounds.convention_files
            && commits.len() >= bounds.convention_commits
            && share(places) >= bounds.share
    };
    let (early, late) = places.split_at(places.len() / 2);
    let steady =
        [early, late].iter().all(|half| half.len() >= bounds.half_places && share(half) >= bounds.half_share);
    (steady && nearly_all(places)) || nearly_all(late)
}
