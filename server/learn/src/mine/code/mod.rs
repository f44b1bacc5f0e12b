//! The miner of code: rewrites that a team's edits make again and again, and choices that it nearly always makes.

mod bounds;
mod catalogue;
mod choices;
mod conventions;
mod generalise;
mod names;
mod pairs;
mod rewrites;
mod select;
mod term;
#[cfg(test)]
mod tests;

pub(super) use bounds::Bounds;
#[cfg(test)]
pub(super) use choices::every_rule;
pub(super) use choices::purpose;
pub(super) use conventions::conventions;
pub(super) use rewrites::rewrites;

use std::collections::HashMap;

use housestyle_skills::Source;
use housestyle_text::Language;

use super::{FileEdit, Guess};

/// Texts with more bytes are not read: no person wrote them.
const TEXT_BYTES: usize = 512 * 1024;

/// Returns the rules with the most places, each given with how many it has.
fn strongest(mut found: Vec<(usize, Guess)>, bounds: &Bounds) -> Vec<Guess> {
    found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.rule.cmp(&other.rule)));
    found.into_iter().take(bounds.rules).map(|(_, guess)| guess).collect()
}

/// Returns the language of an edit; none where its syntax is not known or its texts are too long.
fn language(edit: &FileEdit<'_>) -> Option<Language> {
    let language = Language::from_path(edit.path);
    let short = edit.old.len() <= TEXT_BYTES && edit.new.len() <= TEXT_BYTES;
    (short && language.grammar().is_some()).then_some(language)
}

/// Returns the newest text of each file of a language, by path.
fn newest<'a>(edits: &[FileEdit<'a>], language: Language) -> Vec<Source<'a>> {
    let mut last: HashMap<&str, &FileEdit<'a>> = HashMap::new();
    for edit in edits.iter().filter(|edit| self::language(edit) == Some(language)) {
        let known = last.entry(edit.path).or_insert(edit);
        if known.time <= edit.time {
            *known = edit;
        }
    }
    let mut last: Vec<&FileEdit<'a>> = last.into_values().filter(|edit| !edit.new.is_empty()).collect();
    last.sort_by_key(|edit| edit.path);
    last.into_iter().map(|edit| Source::new(edit.path, edit.new, language)).collect()
}
