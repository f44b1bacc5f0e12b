//! What speaks for a rule and against it, as a candidate tells it.

use std::collections::BTreeSet;
use std::ops::Range;

use housestyle_text::{Language, secrets};

use super::Edit;
use super::candidate::{Candidate, Counter, Example, Later, Support};
use super::followed::quarters;
use super::interval::wilson;
use super::observe::Tally;
use super::titles::told;
use crate::rule::{RuleFile, Scope};
use crate::source::{line_end, line_start};

/// Examples and counter-examples that are kept.
const EXAMPLES: usize = 5;
/// Bytes of an example at most.
const EXAMPLE_BYTES: usize = 600;

/// Returns a candidate from what earlier and later edits say of its rule.
pub(super) fn candidate(
    earlier: &[Edit<'_>],
    later: &[Edit<'_>],
    file: RuleFile,
    tallies: &[Tally],
    after: &[Tally],
) -> Candidate {
    let told = told(&file);
    let support = support(earlier, tallies);
    let later = kept(later, after);
    let [low, _] = wilson(support.followed + later.followed, support.places + later.places);
    let contested = support.changed > 0 || support.places > support.followed;
    // What was changed was decided; what was never otherwise nobody needs to be told.
    let worth = if contested { 1.0 + (support.changed as f64).min(10.0) / 10.0 } else { 0.6 };
    Candidate {
        description: format!("{} {}", told.rule, when(&file.scope)),
        name: told.name,
        title: told.title,
        examples: examples(earlier, tallies),
        counter_examples: counters(earlier, tallies),
        stability: quarters(earlier, tallies),
        score: low * worth * (1.0 + support.commits as f64).ln(),
        file,
        support,
        later,
    }
}

/// Returns what speaks for a rule.
pub(super) fn support(edits: &[Edit<'_>], tallies: &[Tally]) -> Support {
    let following: Vec<&Edit<'_>> =
        tallies.iter().filter(|tally| tally.followed > 0).filter_map(|tally| edits.get(tally.edit)).collect();
    let different =
        |of: fn(&Edit<'_>) -> String| following.iter().map(|edit| of(edit)).collect::<BTreeSet<_>>().len();
    Support {
        places: tallies.iter().map(Tally::total).sum(),
        followed: tallies.iter().map(|tally| tally.followed).sum(),
        changed: tallies.iter().map(|tally| tally.changed).sum(),
        edits: following.len(),
        files: different(|edit| edit.path.to_owned()),
        commits: different(|edit| edit.commit.to_owned()),
        authors: different(|edit| edit.author.to_owned()),
    }
}

/// Returns how edits keep a rule.
pub(super) fn kept(edits: &[Edit<'_>], tallies: &[Tally]) -> Later {
    let places = tallies.iter().map(Tally::total).sum();
    let followed = tallies.iter().map(|tally| tally.followed).sum();
    Later {
        places,
        followed,
        interval: wilson(followed, places),
        edits: tallies.len(),
        keeping: tallies.iter().filter(|tally| tally.broken == 0).count(),
        broken: counters(edits, tallies),
    }
}

fn counters(edits: &[Edit<'_>], tallies: &[Tally]) -> Vec<Counter> {
    let counter = |tally: &Tally| {
        let (edit, place) = (edits.get(tally.edit)?, tally.counter.as_ref()?);
        let line = line_of(edit.new, place.start);
        Some(Counter { path: edit.path.to_owned(), line, commit: edit.commit.to_owned() })
    };
    tallies.iter().rev().filter_map(counter).take(EXAMPLES).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

/// Returns in a sentence where a rule holds.
pub(super) fn when(scope: &Scope) -> String {
    let names: Vec<&str> = scope.languages.iter().map(|id| Language::from_id(id).name()).collect();
    let languages = if names.is_empty() { "any file".to_owned() } else { names.join(", ") };
    match scope.paths.as_slice() {
        [] => format!("Use it when you write or review {languages}."),
        paths => format!("Use it when you write or review {languages} in {}.", paths.join(", ")),
    }
}

/// Returns edits that follow the rule: changes first, then the newest.
fn examples(edits: &[Edit<'_>], tallies: &[Tally]) -> Vec<Example> {
    let mut with: Vec<&Tally> = tallies.iter().filter(|tally| tally.example.is_some()).collect();
    with.sort_by_key(|tally| (std::cmp::Reverse(tally.changed.min(1)), std::cmp::Reverse(tally.edit)));
    let mut found: Vec<Example> = Vec::new();
    for tally in with {
        let (Some(edit), Some((place, before))) = (edits.get(tally.edit), tally.example.as_ref()) else {
            continue;
        };
        let after = lines(edit.new, place);
        let before = before.as_ref().map(|place| lines(edit.old, place));
        let fits = |text: &str| text.len() <= EXAMPLE_BYTES && secrets::find(text).is_empty();
        let told = found.iter().any(|known| known.after == after);
        if !fits(&after) || !before.as_deref().is_none_or(fits) || told {
            continue;
        }
        found.push(Example {
            before,
            line: line_of(edit.new, place.start),
            after,
            path: edit.path.to_owned(),
            commit: edit.commit.to_owned(),
            author: edit.author.to_owned(),
            time: edit.time,
        });
        if found.len() == EXAMPLES {
            break;
        }
    }
    found
}

/// Returns the whole lines of a place.
fn lines(text: &str, place: &Range<usize>) -> String {
    let lines = line_start(text, place.start)..line_end(text, place.end);
    text.get(lines).unwrap_or_default().trim_end().to_owned()
}
