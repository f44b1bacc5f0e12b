//! Full stops at the end of a text.

use std::ops::Range;

use super::{FormSite, Side};
use crate::prose::count_words;
use crate::source::Source;

/// Fewer words are a label, not a sentence.
const WORDS: usize = 3;

/// Returns whether lines of text end in a full stop; `None` where they end in another mark, or are too short.
pub(super) fn site(source: &Source<'_>, lines: &[Range<usize>]) -> Option<FormSite> {
    let (first, last) = (lines.first()?, lines.last()?);
    let words: usize = lines.iter().map(|line| count_words(source.slice(line.clone()))).sum();
    if words < WORDS {
        return None;
    }
    let own = source.slice(last.clone());
    let range = last.clone();
    // A stop may stand within brackets or before a quotation's end.
    let bare = own.trim_end_matches(['*', '_', ')', '"', '\'', '”', '`']);
    if bare.ends_with(['!', '?', ':', ',', ';', '…']) || own.ends_with("...") || own.ends_with("etc.") {
        return None;
    }
    if own.contains("://") && own.split_whitespace().last().is_some_and(|word| word.contains("://")) {
        return None;
    }
    if bare.ends_with('.') {
        let all = source.slice(first.start..last.end);
        // Between several sentences the stop is no choice.
        let several = all.trim_end_matches('.').contains(". ");
        let without = own.strip_suffix('.').filter(|_| !several).map(str::to_owned);
        return Some(FormSite { range, has: Some(Side::First), fixes: [None, without] });
    }
    let certain = own.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '`' | ')'));
    let with = certain.then(|| format!("{own}."));
    Some(FormSite { range, has: Some(Side::Second), fixes: [with, None] })
}
