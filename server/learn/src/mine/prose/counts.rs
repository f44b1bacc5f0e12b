//! Counts of the words that edits added, by spelling, and of the words that they replaced.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use housestyle_skills::{PieceKind, Source, Word, touching};
use housestyle_text::Language;

use super::pairs::{Changes, changed};
use super::{spellings, term};
use crate::mine::{Basis, FileEdit, Guess};

/// Fewest uses of a spelling that is preferred to others.
const OFTEN: usize = 5;
/// Another spelling found in the history must stand so often to be an alternative, not a slip.
const ALTERNATIVE: usize = 2;

/// The observations in the edits.
#[derive(Debug, Default)]
pub(super) struct Observed {
    pub(super) surfaces: Surfaces,
    pub(super) changes: Changes,
}

/// How often edits added each spelling; pairs of words have a space between them.
#[derive(Debug, Default)]
pub(super) struct Surfaces {
    /// As it stands there, where no sentence begins with it.
    exact: HashMap<String, usize>,
    /// In small letters, wherever.
    folded: HashMap<String, usize>,
}

/// Reads the edits once.
pub(super) fn observe(edits: &[FileEdit<'_>]) -> Observed {
    let mut observed = Observed::default();
    for edit in edits {
        let language = Language::from_path(edit.path);
        if !language.is_known() {
            continue;
        }
        let old = Source::new(edit.path, edit.old, language);
        let new = Source::new(edit.path, edit.new, language);
        for (before, after) in &edit.hunks {
            let (was, is) = (words(&old, before), words(&new, after));
            for (word, in_heading) in &is {
                observed.surfaces.add(&new, word, *in_heading);
            }
            for pair in is.windows(2).filter(|pair| pair[0].0.plain && pair[1].0.plain && pair[1].0.joined) {
                let range = pair[0].0.range.start..pair[1].0.range.end;
                let both = Word { range, ..pair[0].0.clone() };
                observed.surfaces.add(&new, &both, pair[0].1);
            }
            let texts = |source: &Source<'_>, words: &[(Word, bool)]| -> Vec<Option<String>> {
                words
                    .iter()
                    .map(|(word, _)| word.plain.then(|| source.slice(word.range.clone()).to_owned()))
                    .collect()
            };
            changed(&texts(&old, &was), &texts(&new, &is), edit.commit, &mut observed.changes);
        }
    }
    observed
}

/// Returns the words of a range, with whether each stands in a heading.
fn words(source: &Source<'_>, range: &Range<usize>) -> Vec<(Word, bool)> {
    let within = |word: &&Word| word.range.start >= range.start && word.range.end <= range.end;
    touching(source.pieces(), Some(range))
        .iter()
        .flat_map(|piece| {
            let in_heading = piece.kind == PieceKind::Heading;
            piece.words.iter().filter(within).map(move |word| (word.clone(), in_heading))
        })
        .collect()
}

impl Surfaces {
    fn add(&mut self, source: &Source<'_>, word: &Word, in_heading: bool) {
        if !word.plain {
            return;
        }
        let own = source.slice(word.range.clone());
        *self.folded.entry(own.to_lowercase()).or_default() += 1;
        if !word.first && !in_heading {
            *self.exact.entry(own.to_owned()).or_default() += 1;
        }
    }

    fn of(&self, folded: &str) -> usize {
        self.folded.get(folded).copied().unwrap_or(0)
    }
}

/// Returns the terms of which one spelling stands more often than all others together.
pub(super) fn terms(surfaces: &Surfaces) -> Vec<Guess> {
    let mut found = Vec::new();
    for family in spellings::families() {
        let counts: Vec<usize> = family.iter().map(|spelling| surfaces.of(spelling)).collect();
        let Some((best, count)) =
            counts.iter().enumerate().max_by_key(|(n, count)| (**count, usize::MAX - n))
        else {
            continue;
        };
        if *count >= OFTEN && count * 2 > counts.iter().sum::<usize>() {
            let prefer = family[best].clone();
            let avoid = family.into_iter().filter(|other| *other != prefer).collect();
            let basis = if best == 0 { Basis::Usual } else { Basis::Places };
            found.push(term(avoid, prefer, basis));
        }
    }
    found.extend(joined(surfaces));
    found.extend(capitals(surfaces));
    found
}

/// Spellings that differ by hyphens and spaces: `file name`, `file-name`, `filename`.
fn joined(surfaces: &Surfaces) -> Vec<Guess> {
    let mut groups: BTreeMap<String, Vec<(&str, usize)>> = BTreeMap::new();
    for (spelling, count) in &surfaces.folded {
        if spelling.split([' ', '-']).any(spellings::is_small) {
            continue;
        }
        let bare: String = spelling.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        groups.entry(bare).or_default().push((spelling, *count));
    }
    let several = groups.into_values().filter(|spellings| spellings.len() > 1);
    several.filter_map(|spellings| dominant(spellings, Basis::Places)).collect()
}

/// Spellings that differ by capitals: `GitHub`, `Github`.
fn capitals(surfaces: &Surfaces) -> Vec<Guess> {
    let mut groups: BTreeMap<String, Vec<(&str, usize)>> = BTreeMap::new();
    for (spelling, count) in surfaces.exact.iter().filter(|(spelling, _)| !spelling.contains(' ')) {
        groups.entry(spelling.to_lowercase()).or_default().push((spelling, *count));
    }
    let mut found = Vec::new();
    for spellings in groups.into_values().filter(|spellings| spellings.len() > 1) {
        // What is shouted is stressed, not spelled.
        let plain: Vec<(&str, usize)> =
            spellings.iter().filter(|(own, count)| *count >= OFTEN || !is_shouted(own)).copied().collect();
        // A small word has a capital wherever a sentence, a cell or an item begins: that is no spelling. And a word with a
        // first capital alone may be a name in the code: it takes changes to tell.
        let (best, _) = plain.iter().max_by_key(|(_, count)| *count).copied().unwrap_or_default();
        let inner = best.chars().skip(1).any(char::is_uppercase);
        let basis = if inner { Basis::Places } else { Basis::Changes };
        if plain.len() > 1 && best.contains(char::is_uppercase) {
            found.extend(dominant(plain, basis));
        }
    }
    found
}

fn is_shouted(word: &str) -> bool {
    word.chars().all(|c| !c.is_lowercase()) && word.chars().count() > 1
}

fn dominant(mut spellings: Vec<(&str, usize)>, basis: Basis) -> Option<Guess> {
    spellings.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let ((best, count), others) = (*spellings.first()?, spellings.get(1..)?);
    let sum: usize = others.iter().map(|(_, count)| count).sum();
    let letters = best.chars().filter(|c| c.is_alphabetic()).count();
    let dominates = count >= OFTEN && sum >= ALTERNATIVE && count > sum * 2 && letters >= 4;
    dominates
        .then(|| term(others.iter().map(|(other, _)| (*other).to_owned()).collect(), best.to_owned(), basis))
}
