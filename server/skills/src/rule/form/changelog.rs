//! Tense of a changelog's entries.

use std::ops::Range;

use super::{FormSite, Side, verbs};
use crate::prose::{PieceKind, touching};
use crate::source::Source;

/// Beginnings of the names of changelogs, in small letters.
const NAMES: &[&str] = &["change", "history", "news", "release"];

/// Returns the first words of entries that are verbs.
pub(super) fn sites(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let name = source.path.rsplit('/').next().unwrap_or_default().to_lowercase();
    if !source.language.is_prose() || !NAMES.iter().any(|known| name.starts_with(known)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for piece in touching(source.pieces(), within) {
        let PieceKind::ListItem { .. } = piece.kind else { continue };
        let Some(word) = piece.words.first().filter(|word| word.plain) else { continue };
        let own = source.slice(word.range.clone());
        let Some((verb, form)) = verbs::find(own) else { continue };
        let has = match form {
            verbs::Form::Plain => Some(Side::First),
            verbs::Form::Past => Some(Side::Second),
            verbs::Form::Third => None,
        };
        let fixes = [verb.plain, verb.past].map(|fix| Some(verbs::like(own, fix)));
        found.push(FormSite { range: word.range.clone(), has, fixes });
    }
    found
}
