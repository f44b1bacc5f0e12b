//! Where a rule holds: the languages in which it is followed, and the narrowest folder that explains its places.

use std::collections::BTreeMap;

use housestyle_skills::{Rule, Scope};
use housestyle_text::Language;

use super::observe::Tally;
use super::{FileEdit, Guess};

/// A language takes part where the rule is followed so often in it.
const SHARE: f64 = 0.9;
/// With fewer places a language is no evidence against the rule.
const PLACES: usize = 4;
/// A folder must have so many places to have a rule of its own.
const PLACES_OF_FOLDER: usize = 20;

/// Returns the scopes in which a rule may hold, the widest first.
pub(super) fn scopes(edits: &[FileEdit<'_>], found: &Guess, tallies: &[Tally]) -> Vec<Scope> {
    let mut by_language: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut by_folder: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for tally in tallies {
        let Some(edit) = edits.get(tally.edit) else { continue };
        let language = Language::from_path(edit.path).id();
        for entry in
            [by_language.entry(language).or_default(), by_folder.entry(folder(edit.path)).or_default()]
        {
            entry[0] += tally.followed;
            entry[1] += tally.total();
        }
    }
    let holds = |[followed, places]: [usize; 2]| {
        followed > 0 && (places < PLACES || followed as f64 >= SHARE * places as f64)
    };
    let languages: Vec<String> =
        by_language.iter().filter(|(_, counts)| holds(**counts)).map(|(id, _)| (*id).to_owned()).collect();
    if languages.is_empty() {
        return own_folder(by_folder, &by_language).into_iter().collect();
    }
    let wide = Scope { languages, paths: Vec::new() };
    let paths = narrowest(edits, found, tallies, &wide);
    let mut scopes = vec![Scope { paths, ..wide }];
    scopes.extend(own_folder(by_folder, &by_language));
    scopes
}

/// Returns the folder with the most places in which the rule is followed though it is not elsewhere.
fn own_folder(
    by_folder: BTreeMap<&str, [usize; 2]>,
    by_language: &BTreeMap<&str, [usize; 2]>,
) -> Option<Scope> {
    let kept = by_folder.into_iter().filter(|(folder, [followed, places])| {
        !folder.is_empty() && *places >= PLACES_OF_FOLDER && *followed as f64 >= SHARE * *places as f64
    });
    let (folder, _) = kept.max_by_key(|(_, [followed, _])| *followed)?;
    let languages = by_language.keys().map(|id| (*id).to_owned()).collect();
    Some(Scope { languages, paths: vec![format!("{folder}/**")] })
}

/// Returns a path's first folder; empty at the root.
fn folder(path: &str) -> &str {
    path.split_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the glob that covers all places that follow the rule, if there is one narrower than everything.
fn narrowest(edits: &[FileEdit<'_>], found: &Guess, tallies: &[Tally], scope: &Scope) -> Vec<String> {
    let mut paths: Vec<&str> = tallies
        .iter()
        .filter(|tally| tally.followed > 0)
        .filter_map(|tally| edits.get(tally.edit))
        .map(|edit| edit.path)
        .filter(|path| scope.holds(path, Language::from_path(path)))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let [first, .., last] = paths.as_slice() else {
        // One file: a rule about that file, such as a changelog.
        let only = paths.first().map(|path| (*path).to_owned());
        return if matches!(found.rule, Rule::Form(_)) { only.into_iter().collect() } else { Vec::new() };
    };
    // Sorted: what the first and the last have in common all have.
    let common = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
    match first.get(..common).and_then(|shared| shared.rfind('/')) {
        Some(end) => vec![format!("{}/**", &first[..end])],
        None => Vec::new(),
    }
}
