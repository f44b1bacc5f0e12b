//! The evidence for and against a rule.

use std::collections::BTreeSet;
use std::ops::Range;

use housestyle_skills::{RuleFile, Scope, line_end, line_start};
use housestyle_text::{Language, secrets};

use super::FileEdit;
use super::candidate::{Candidate, CounterExample, Example, HeldOut, Support};
use super::followed::quarters;
use super::interval::wilson;
use super::observe::Tally;
use super::titles::{joined, wording};

/// Examples and counter-examples of a candidate, at most.
const EXAMPLES: usize = 5;
/// Bytes of an example at most.
const EXAMPLE_BYTES: usize = 600;

/// Returns a rule as a candidate: its evidence in the mined edits and in the held-out ones, each with their tallies.
pub(super) fn candidate(
    file: RuleFile,
    (mined, tallies): (&[FileEdit<'_>], &[Tally]),
    (later, after): (&[FileEdit<'_>], &[Tally]),
) -> Candidate {
    let wording = wording(&file);
    let support = support(mined, tallies);
    let held_out = held_out(later, after);
    let [low, _] = wilson(support.followed + held_out.followed, support.places + held_out.places);
    let contested = support.changed > 0 || support.places > support.followed;
    // Changes show a decision; a rule that nobody ever broke is worth less.
    let worth = if contested { 1.0 + (support.changed as f64).min(10.0) / 10.0 } else { 0.6 };
    Candidate {
        description: format!("{} {}", wording.rule, when(&file.scope, &wording.about)),
        name: wording.name,
        title: wording.title,
        examples: examples(mined, tallies),
        counter_examples: counters(mined, tallies),
        stability: quarters(mined, tallies),
        score: low * worth * (1.0 + support.commits as f64).ln(),
        file,
        support,
        held_out,
    }
}

/// Returns the evidence for a rule.
pub(super) fn support(edits: &[FileEdit<'_>], tallies: &[Tally]) -> Support {
    let following: Vec<&FileEdit<'_>> =
        tallies.iter().filter(|tally| tally.followed > 0).filter_map(|tally| edits.get(tally.edit)).collect();
    let different = |of: fn(&FileEdit<'_>) -> String| {
        following.iter().map(|edit| of(edit)).collect::<BTreeSet<_>>().len()
    };
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

/// Returns how held-out edits follow a rule.
pub(super) fn held_out(edits: &[FileEdit<'_>], tallies: &[Tally]) -> HeldOut {
    let places = tallies.iter().map(Tally::total).sum();
    let followed = tallies.iter().map(|tally| tally.followed).sum();
    HeldOut {
        places,
        followed,
        interval: wilson(followed, places),
        edits: tallies.len(),
        following: tallies.iter().filter(|tally| tally.broken == 0).count(),
        broken: counters(edits, tallies),
    }
}

fn counters(edits: &[FileEdit<'_>], tallies: &[Tally]) -> Vec<CounterExample> {
    let counter = |tally: &Tally| {
        let (edit, place) = (edits.get(tally.edit)?, tally.counter.as_ref()?);
        let line = line_of(edit.new, place.start);
        Some(CounterExample { path: edit.path.to_owned(), line, commit: edit.commit.to_owned() })
    };
    tallies.iter().rev().filter_map(counter).take(EXAMPLES).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

/// Returns in a sentence where a rule holds; `about` is what it avoids, by which a reader recognises a place.
pub(super) fn when(scope: &Scope, about: &[String]) -> String {
    let names: Vec<&str> = scope.languages.iter().map(|id| Language::from_id(id).name()).collect();
    let mut sentence = match names.as_slice() {
        [] => "Use when writing or reviewing any file".to_owned(),
        names => format!("Use when writing or reviewing {}", joined(names, "or")),
    };
    if !scope.paths.is_empty() {
        sentence.push_str(&format!(" in {}", scope.paths.join(", ")));
    }
    if !about.is_empty() {
        sentence.push_str(&format!(" with {}", joined(about, "or")));
    }
    sentence + "."
}

/// Returns edits that follow the rule: changes first, then the newest.
fn examples(edits: &[FileEdit<'_>], tallies: &[Tally]) -> Vec<Example> {
    let mut with: Vec<&Tally> = tallies.iter().filter(|tally| tally.example.is_some()).collect();
    with.sort_by_key(|tally| (std::cmp::Reverse(tally.changed.min(1)), std::cmp::Reverse(tally.edit)));
    let mut found: Vec<Example> = Vec::new();
    for tally in with {
        let (Some(edit), Some((place, before))) = (edits.get(tally.edit), tally.example.as_ref()) else {
            continue;
        };
        let before = before.as_ref();
        if shows_secret(edit.new, place) || before.is_some_and(|place| shows_secret(edit.old, place)) {
            continue;
        }
        let after = lines(edit.new, place);
        let before = before.map(|place| lines(edit.old, place));
        let fits = |text: &str| text.len() <= EXAMPLE_BYTES;
        let is_known = found.iter().any(|known| known.after == after);
        if !fits(&after) || !before.as_deref().is_none_or(fits) || is_known {
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

/// Returns whether the whole lines of a place show a secret, or a part of one whose name is near them.
fn shows_secret(text: &str, place: &Range<usize>) -> bool {
    secrets::is_in(text, line_start(text, place.start)..line_end(text, place.end))
}

/// Returns the whole lines of a place.
fn lines(text: &str, place: &Range<usize>) -> String {
    let lines = line_start(text, place.start)..line_end(text, place.end);
    text.get(lines).unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_a_secret_whose_name_is_on_another_line() {
        // Put together here, so that no secret stands in this file.
        let value = ["q7Rt", "2xWp", "9LmZ"].concat();
        let text = format!("- name: DB_PASSWORD\n  value: {value}\n- name: REGION\n  value: north\n");
        let at = |part: &str| text.find(part).map_or(0..0, |at| at..at + 1);
        assert!(shows_secret(&text, &at(&value)) && !shows_secret(&text, &at("north")));
    }
}
