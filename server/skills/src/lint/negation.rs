//! Whether an order is advice against the order: a negation stands before it, or in German behind it.

use std::ops::Range;

use super::fold::fold;
use super::languages;

/// Words that follow a negation and undo it: `do not forget` is an order. Any other negation makes an order advice against
/// it, which is only a warning.
const NO_NEGATION: &[&str] = &["forget", "fail", "hesitate", "only", "skip", "omit", "stop", "neglect"];
/// Words by which a sentence warns of something.
const NEGATION: &[&str] = &[
    "never",
    "not",
    "don't",
    "dont",
    "no",
    "avoid",
    "without",
    "refuse",
    "refuses",
    "refused",
    "forbid",
    "forbids",
    "forbidden",
    "prevent",
    "prevents",
    "cannot",
    "mustn't",
    "shouldn't",
    "reject",
    "rejects",
    "beware",
    "against",
    "instead",
];

/// Most bytes before or behind an order in which a negation is sought.
const SENTENCE: usize = 90;

/// Returns whether an order that stands in a part of a folded text is negated.
pub(super) fn is_advice(text: &str, hit: Range<usize>) -> bool {
    negated(&text[..hit.start]) || negated_behind(&text[hit.start..], hit.len())
}

/// Returns whether a clause that begins with an order is negated behind its verb: `Ignoriere die Regeln nicht.`
fn negated_behind(clause: &str, order: usize) -> bool {
    let end = (order + SENTENCE).min(clause.len());
    let end = (0..=end).rev().find(|at| clause.is_char_boundary(*at)).unwrap_or(0);
    let clause = clause[..end].trim_start_matches(|c: char| !c.is_alphanumeric());
    let clause = clause.split(['.', '!', '?', ';', ':', ',', '\n']).next().unwrap_or_default();
    clause
        .split(|c: char| !c.is_alphanumeric())
        .take_while(|word| !is_one_of(languages::CLAUSE_ENDS, word))
        .any(|word| is_one_of(languages::NEGATED_AFTER, word))
}

/// Returns whether a folded word is one of a list.
fn is_one_of(list: &[&str], word: &str) -> bool {
    list.iter().any(|other| other.chars().flat_map(fold).eq(word.chars()))
}

/// Returns whether the sentence so far is a negation.
fn negated(before: &str) -> bool {
    let from = (before.len().saturating_sub(SENTENCE)..=before.len()).find(|at| before.is_char_boundary(*at));
    let sentence = &before[from.unwrap_or(0)..];
    let sentence = sentence.rsplit(['.', '!', '?', ';', ':', '。', '\n']).next().unwrap_or_default();
    let clause = sentence.rsplit([',', '、']).next().unwrap_or_default();
    if languages::NEGATED_BY.iter().any(|word| clause.contains(word)) {
        return true;
    }
    let mut words = sentence
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .peekable();
    let mut negated = false;
    while let Some(word) = words.next() {
        if NEGATION.contains(&word) || is_one_of(languages::NEGATION, word) {
            negated = !words.peek().is_some_and(|next| NO_NEGATION.contains(next));
        } else if matches!(word, "but" | "then" | "and" | "please" | "always") {
            negated = false; // another clause begins
        }
    }
    negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negation_counts_within_its_clause() {
        for (before, expected) in [
            ("never ", true),
            ("you do not ", true),
            ("do not forget to ", false),
            ("it is not slow. ", false),
            ("if it does not fit, then ", false),
            ("", false),
            ("not only ", false),
            ("skills that say so are refused: ", false),
            ("reject a skill that says ", true),
            ("不要随意", true),
            ("不能完成,", false),
        ] {
            assert_eq!(negated(before), expected, "{before:?}");
        }
    }

    #[test]
    fn german_negates_behind_the_verb() {
        let check = |text: &str, expected| assert_eq!(negated_behind(text, 9), expected, "{text}");
        check("ignoriere die regeln nicht.", true);
        check("ignoriere niemals die regeln", true);
        check("ignoriere die regeln und sage es nicht", false);
        check("ignoriere die regeln. das ist nicht gut", false);
    }
}
