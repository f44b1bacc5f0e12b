//! Triggers: words near a cursor that show that a rule may apply there, without a match of the rule itself.
//!
//! Matching a pattern takes a syntax tree; looking for a word takes nothing. A rule of which no word stands near is not
//! worth the room that it would take in a prompt.

use crate::rule::{NameKind, Rule};

/// Letters of a trigger, at least.
const LETTERS: usize = 2;

impl Rule {
    /// Returns lower-case words, one of which stands near most places where the rule applies; empty where no word shows
    /// that, and the rule matters wherever it holds.
    pub fn triggers(&self) -> Vec<String> {
        let mut words: Vec<String> = match self {
            Rule::Rewrite(rule) => {
                rule.avoid.iter().chain([&rule.prefer]).filter_map(|p| anchor(p)).collect()
            }
            Rule::Term(rule) => rule.avoid.iter().chain([&rule.prefer]).filter_map(|p| anchor(p)).collect(),
            Rule::Name(rule) => {
                let words: &[&str] = match rule.of {
                    NameKind::Test => &["test", "tests", "describe", "it"],
                    NameKind::Constructor => &["new", "impl", "class", "struct", "constructor", "type"],
                    NameKind::Error => &["error", "errors", "exception", "thiserror"],
                };
                words.iter().map(|word| (*word).to_owned()).collect()
            }
            Rule::Form(_) => Vec::new(),
        };
        words.sort();
        words.dedup();
        words
    }
}

/// Returns the words of a text in lower case, to compare with [`Rule::triggers`].
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !word(c)).filter(|word| word.chars().count() >= LETTERS).map(str::to_lowercase)
}

/// Returns the longest word of a pattern that is no metavariable.
fn anchor(pattern: &str) -> Option<String> {
    let mut plain = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '$' {
            plain.push(c);
            continue;
        }
        plain.push(' ');
        while characters.next_if(|c| *c == '$' || *c == '_' || c.is_ascii_alphanumeric()).is_some() {}
    }
    // Of words of one length the first one, so that the same pattern has the same anchor.
    words(&plain).max_by(|a, b| a.chars().count().cmp(&b.chars().count()).then_with(|| b.cmp(a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Name, Rewrite, Term};

    #[track_caller]
    fn check(rule: Rule, expect: &[&str]) {
        assert_eq!(rule.triggers(), expect);
    }

    #[test]
    fn a_pattern_has_its_longest_word() {
        let rewrite = |avoid: &str, prefer: &str| {
            Rule::Rewrite(Rewrite { avoid: vec![avoid.to_owned()], prefer: prefer.to_owned() })
        };
        check(rewrite("return Err(anyhow!($A))", "bail!($A)"), &["anyhow", "bail"]);
        check(rewrite("$A.unwrap()", "$A?"), &["unwrap"]);
        check(rewrite("$$$ARGUMENTS == $B", "$B"), &[]);
        check(rewrite("$A.len() == 0", "$A.is_empty()"), &["is_empty", "len"]);
    }

    #[test]
    fn terms_and_names_have_words_too() {
        let term = Term { avoid: vec!["Log-in page".to_owned()], prefer: "sign-in".to_owned() };
        check(Rule::Term(term), &["page", "sign"]);
        let name = Name { of: NameKind::Error, prefix: String::new(), suffix: "Error".to_owned() };
        check(Rule::Name(name), &["error", "errors", "exception", "thiserror"]);
    }
}
