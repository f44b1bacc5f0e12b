//! Headings in sentence case or in title case.

use std::ops::Range;

use super::{FormSite, Side};
use crate::prose::{PieceKind, touching};
use crate::source::Source;

/// Words in small letters even in title case, of those that are long enough to count.
const SMALL: &[&str] =
    &["with", "from", "into", "onto", "over", "than", "that", "upon", "when", "your", "this", "via"];
/// Fewest letters of a word that counts.
const LETTERS: usize = 4;

/// Returns the headings in which a word after the first shows their case.
pub(super) fn sites(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let mut found = Vec::new();
    for piece in touching(source.pieces(), within) {
        if piece.kind != PieceKind::Heading {
            continue;
        }
        let telling = piece.words.iter().filter(|word| word.plain && !word.first).filter_map(|word| {
            let own = source.slice(word.range.clone());
            // Names and acronyms have capitals of their own.
            let named = own.chars().skip(1).any(char::is_uppercase);
            let tells =
                own.chars().count() >= LETTERS && !named && !SMALL.contains(&own.to_lowercase().as_str());
            tells.then(|| own.starts_with(char::is_uppercase))
        });
        let capitals: Vec<bool> = telling.collect();
        let capital = capitals.iter().filter(|capital| **capital).count();
        let has = match (capitals.len(), capital) {
            (0, _) => continue,
            (all, capital) if capital == all => Side::Second,
            (all, capital) if capital * 2 <= all => Side::First,
            // Names among small words, or a title with a word forgotten: nobody can tell.
            _ => continue,
        };
        found.push(FormSite { range: piece.range.clone(), has: Some(has), fixes: [None, None] });
    }
    found
}
