//! The rules of a catalogue of choices: one for each way of each choice.

use std::collections::BTreeMap;

use housestyle_skills::{Finder, Pattern, Rewrite};
use housestyle_text::Language;

use super::catalogue::{CHOICES, Choice};

/// The choices of one language, with all their patterns.
#[derive(Debug)]
pub(super) struct Choices {
    pub(super) finder: Finder,
    /// For each pattern of the finder: its choice, and its way there.
    pub(super) owners: Vec<(usize, usize)>,
    choices: Vec<&'static Choice>,
}

impl Choices {
    /// Reads the choices of a language. A pattern that is none in it is left out, and a choice with fewer than two ways.
    pub(super) fn of(language: Language) -> Choices {
        let mut made = Choices { finder: Finder::default(), owners: Vec::new(), choices: Vec::new() };
        let mut all = Vec::new();
        for choice in CHOICES.iter().filter(|choice| choice.languages.contains(&language.id())) {
            for (way, texts) in choice.ways.iter().enumerate() {
                for text in *texts {
                    if let Ok(pattern) = Pattern::parse(text, language) {
                        made.owners.push((made.choices.len(), way));
                        all.push(pattern);
                    }
                }
            }
            made.choices.push(choice);
        }
        made.finder = Finder::new(all);
        made
    }

    pub(super) fn count(&self) -> usize {
        self.choices.len()
    }

    /// Returns the number of ways of a choice.
    pub(super) fn ways(&self, choice: usize) -> usize {
        self.choices.get(choice).map_or(0, |choice| choice.ways.len())
    }

    /// Returns whether a way is the one that nearly everybody writes.
    pub(super) fn is_usual(&self, choice: usize, way: usize) -> bool {
        way == 0 && self.choices.get(choice).is_some_and(|choice| choice.usual)
    }

    /// Returns the rule that prefers a way; `None` where there is no other way.
    pub(super) fn rule(&self, choice: usize, way: usize) -> Option<Rewrite> {
        let ways = self.choices.get(choice)?.ways;
        let alternatives = ways.iter().enumerate().filter(|(other, _)| *other != way);
        let known: Vec<&str> = self.finder.patterns().iter().map(|pattern| pattern.text.as_str()).collect();
        let avoid: Vec<String> = alternatives
            .flat_map(|(_, texts)| texts.iter())
            .filter(|text| known.contains(&text.trim()))
            .map(|text| (*text).to_owned())
            .collect();
        let prefer = ways.get(way)?.first().filter(|text| known.contains(&text.trim()))?;
        (!avoid.is_empty()).then(|| Rewrite { avoid, prefer: (*prefer).to_owned() })
    }
}

/// Returns the purpose of the code of a rule, in a few words, where the rule is a choice of the catalogue that has one.
pub(crate) fn purpose(rewrite: &Rewrite) -> Option<&'static str> {
    let is_way = |choice: &Choice, text: &str| choice.ways.iter().any(|way| way.contains(&text));
    let known = CHOICES.iter().filter(|choice| !choice.purpose.is_empty());
    let mut choices = known.filter(|choice| {
        is_way(choice, &rewrite.prefer) && rewrite.avoid.iter().all(|avoid| is_way(choice, avoid))
    });
    choices.next().map(|choice| choice.purpose)
}

/// Returns every rule of the catalogue.
#[cfg(test)]
pub(crate) fn every_rule() -> Vec<Rewrite> {
    let languages = CHOICES.iter().flat_map(|choice| choice.languages).map(|id| Language::from_id(id));
    let all = by_language(languages);
    let rules = |choices: &Choices| {
        let ways = |choice| (0..choices.ways(choice)).filter_map(move |way| choices.rule(choice, way));
        (0..choices.count()).flat_map(ways).collect::<Vec<_>>()
    };
    all.values().flat_map(rules).collect()
}

/// Returns the choices of some languages, each read once.
pub(super) fn by_language(languages: impl Iterator<Item = Language>) -> BTreeMap<&'static str, Choices> {
    let mut all = BTreeMap::new();
    for language in languages {
        all.entry(language.id()).or_insert_with(|| Choices::of(language));
    }
    all
}
