//! Comments: the voice of those that document, capitals and full stops of the others.

use std::ops::Range;

use super::{FormSite, Side, stop, verbs};
use crate::prose::{Piece, PieceKind, touching};
use crate::source::Source;

/// Fewer words are a label.
const WORDS: usize = 3;

/// Returns the first words of function documentation that are verbs.
pub(super) fn voice(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let mut found = Vec::new();
    for piece in touching(source.pieces(), within) {
        if piece.kind != (PieceKind::Doc { of_function: true }) {
            continue;
        }
        // In Go the name of the function comes first.
        let named = usize::from(source.language.id() == "go");
        let Some(word) = piece.words.get(named).filter(|word| word.plain) else { continue };
        let own = source.slice(word.range.clone());
        let Some((verb, form)) = verbs::find(own) else { continue };
        let has = match form {
            verbs::Form::Third => Some(Side::First),
            verbs::Form::Plain => Some(Side::Second),
            verbs::Form::Past => continue,
        };
        let fixes = [verb.third, verb.plain].map(|fix| Some(verbs::like(own, fix)));
        found.push(FormSite { range: word.range.clone(), has, fixes });
    }
    found
}

/// Comments of whole sentences, on lines of their own.
fn sentences<'s>(source: &'s Source<'_>, within: Option<&Range<usize>>) -> impl Iterator<Item = &'s Piece> {
    touching(source.pieces(), within).iter().filter(|piece| {
        let sentence = piece.words.iter().filter(|word| word.plain).count() >= WORDS;
        // Rules and boxes drawn of marks.
        let drawn = piece.lines.iter().any(|line| {
            source.text.get(line.clone()).is_some_and(|own| own.contains("---") || own.contains("==="))
        });
        piece.kind == (PieceKind::Comment { own_line: true }) && sentence && !drawn
    })
}

/// Returns the first words of comments.
pub(super) fn case(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    let mut found = Vec::new();
    for piece in sentences(source, within) {
        let Some(word) = piece.words.first().filter(|word| word.plain) else { continue };
        let own = source.slice(word.range.clone());
        // Acronyms and names have capitals of their own.
        if own.chars().skip(1).any(char::is_uppercase) || own == "I" {
            continue;
        }
        let side = if own.starts_with(char::is_uppercase) { Side::First } else { Side::Second };
        // A first word may be a name in the code: no fix is certain.
        found.push(FormSite { range: word.range.clone(), has: Some(side), fixes: [None, None] });
    }
    found
}

/// Returns how comments end.
pub(super) fn stops(source: &Source<'_>, within: Option<&Range<usize>>) -> Vec<FormSite> {
    sentences(source, within).filter_map(|piece| stop::site(source, &piece.lines)).collect()
}
