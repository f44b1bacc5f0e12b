//! Many rules against one text: what they share is done once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use housestyle_text::Language;

use super::pattern::{Finder, Match};
use super::rewrite::Sides;
use super::{Place, Rule, RuleFile};
use crate::source::Source;

/// Rules that are asked together. All rewrites of a text are found in one walk over its tree.
#[derive(Debug, Default)]
pub struct Rules {
    files: Vec<RuleFile>,
    /// The patterns of a language, made when a text of it first comes.
    compiled: Mutex<HashMap<Language, Arc<Compiled>>>,
}

/// The rewrites of a language.
#[derive(Debug, Default)]
struct Compiled {
    finder: Finder,
    /// The rules that have patterns here, with their patterns' places in the finder.
    sides: Vec<(usize, Sides)>,
    /// For each pattern its place in `sides`.
    owners: Vec<usize>,
}

impl Rules {
    /// Takes rules; their places in the list are their numbers.
    pub fn new(files: Vec<RuleFile>) -> Rules {
        Rules { files, compiled: Mutex::default() }
    }

    /// Returns the rules.
    pub fn files(&self) -> &[RuleFile] {
        &self.files
    }

    /// Returns the places of every rule whose scope holds for the text, as [`Rule::places`] does for one, with the
    /// rule's number; by rule, and then in the order of the text.
    pub fn places_of_all(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<(usize, Place)> {
        let holds: Vec<bool> =
            self.files.iter().map(|file| file.scope.holds(source.path, source.language)).collect();
        if !holds.contains(&true) {
            return Vec::new();
        }
        let compiled = self.compiled(source.language);
        let owner = |pattern: usize| compiled.owners.get(pattern).and_then(|side| compiled.sides.get(*side));
        let wanted = |pattern: usize| owner(pattern).is_some_and(|(rule, _)| holds[*rule]);
        let matches = compiled.finder.find(source, within.clone(), wanted);
        let mut by_rule: HashMap<usize, Vec<&Match>> = HashMap::new();
        for found in &matches {
            if let Some((rule, _)) = owner(found.pattern) {
                by_rule.entry(*rule).or_default().push(found);
            }
        }
        let mut all = Vec::new();
        for (rule, sides) in &compiled.sides {
            if let Some(matches) = by_rule.get(rule) {
                let places = sides.places(source, &compiled.finder, matches);
                all.extend(places.into_iter().map(|place| (*rule, place)));
            }
        }
        for (number, file) in self.files.iter().enumerate() {
            if holds[number] && !matches!(file.rule, Rule::Rewrite(_)) {
                let places = file.rule.places(source, within.clone());
                all.extend(places.into_iter().map(|place| (number, place)));
            }
        }
        all.sort_by_key(|(rule, place)| (*rule, place.range.start, place.range.end));
        all
    }

    fn compiled(&self, language: Language) -> Arc<Compiled> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.entry(language).or_insert_with(|| Arc::new(Compiled::new(&self.files, language))).clone()
    }
}

impl Compiled {
    fn new(files: &[RuleFile], language: Language) -> Compiled {
        let mut made = Compiled::default();
        let mut all = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let spoken = &file.scope.languages;
            let here = spoken.is_empty() || spoken.iter().any(|id| Language::from_id(id) == language);
            let Rule::Rewrite(rewrite) = &file.rule else { continue };
            let Some(patterns) = here.then(|| rewrite.patterns(language).ok()).flatten() else { continue };
            made.owners.extend(patterns.iter().map(|_| made.sides.len()));
            made.sides.push((number, Sides::new(&patterns, all.len())));
            all.extend(patterns);
        }
        made.finder = Finder::new(all);
        made
    }
}
