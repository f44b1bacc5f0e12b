//! Words that edits changed into others.

use std::collections::{BTreeMap, BTreeSet};

use super::{spellings, term};
use crate::mine::alignment::aligned;
use crate::mine::{Basis, Guess};

/// Longer phrases are sentences that were written anew.
const MOST_WORDS: usize = 3;
/// Most words of a hunk whose words are paired; of longer ones the pairs would be wrong.
const MOST_COMPARED: usize = 400;
/// Commits that must make a change of words that are no spellings of each other.
const COMMITS: usize = 3;
/// Commits that must make a change between spellings.
const COMMITS_OF_SPELLINGS: usize = 2;

/// Replaced phrases and their replacements, with the commits.
pub(super) type Changes = BTreeMap<(String, String), BTreeSet<String>>;

/// Adds the words that a hunk replaces by others. `None` stands for something that is no word.
pub(super) fn changed(was: &[Option<String>], is: &[Option<String>], commit: &str, changes: &mut Changes) {
    if was.is_empty() || is.is_empty() || was.len() > MOST_COMPARED || is.len() > MOST_COMPARED {
        return;
    }
    let unchanged = aligned(was, is, |a, b| usize::from(a == b));
    let (mut a, mut b) = (0, 0);
    for (next_a, next_b) in unchanged.into_iter().chain([(was.len(), is.len())]) {
        let (gone, come) = (&was[a..next_a], &is[b..next_b]);
        if let (Some(gone), Some(come)) = (phrase(gone), phrase(come))
            && gone != come
        {
            changes.entry((gone, come)).or_default().insert(commit.to_owned());
        }
        (a, b) = (next_a + 1, next_b + 1);
    }
}

fn phrase(words: &[Option<String>]) -> Option<String> {
    if words.is_empty() || words.len() > MOST_WORDS {
        return None;
    }
    let words: Vec<&str> = words.iter().map(Option::as_deref).collect::<Option<_>>()?;
    Some(words.join(" "))
}

/// Returns the terms that changes show.
pub(super) fn terms(changes: &Changes) -> Vec<Guess> {
    // Changes at a sentence's start are those within one.
    let mut folded: Changes = BTreeMap::new();
    for ((from, to), commits) in changes {
        let case_only = from.to_lowercase() == to.to_lowercase();
        let key = if case_only { (from.clone(), to.clone()) } else { (lowered(from, to), lowered(to, from)) };
        folded.entry(key).or_default().extend(commits.iter().cloned());
    }
    let mut by_preferred: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    for ((from, to), commits) in &folded {
        let back = folded.get(&(to.clone(), from.clone())).map_or(0, BTreeSet::len);
        let spelling = bare(from) == bare(to);
        let needed = if spelling { COMMITS_OF_SPELLINGS } else { COMMITS };
        // A capital alone may come from where the word stands now.
        let says = from.to_lowercase() != to.to_lowercase() || to.chars().skip(1).any(char::is_uppercase);
        let content =
            |phrase: &str| phrase.split([' ', '-']).any(|word| word.len() >= 3 && !spellings::is_small(word));
        // Another number, tense or person of a word is grammar.
        let grammar = !spelling && stem(from) == stem(to);
        if commits.len() >= needed
            && commits.len() >= 4 * back
            && says
            && content(from)
            && content(to)
            && !grammar
        {
            by_preferred.entry((to.clone(), spelling)).or_default().push(from.clone());
        }
    }
    let basis = |spelling| if spelling { Basis::Places } else { Basis::Changes };
    by_preferred.into_iter().map(|((to, spelling), from)| term(from, to, basis(spelling))).collect()
}

/// Returns a phrase with a small first letter where both sides have a capital for the sentence's sake.
fn lowered(phrase: &str, other: &str) -> String {
    let sentence = |text: &str| {
        let mut letters = text.chars();
        letters.next().is_some_and(char::is_uppercase) && !letters.any(char::is_uppercase)
    };
    if sentence(phrase) && sentence(other) { phrase.to_lowercase() } else { phrase.to_owned() }
}

fn bare(phrase: &str) -> String {
    phrase.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect()
}

fn stem(phrase: &str) -> String {
    let bare = bare(phrase);
    ["ing", "es", "ed", "s", "d", "e"]
        .iter()
        .find_map(|end| bare.strip_suffix(end))
        .unwrap_or(&bare)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_words_are_paired() {
        let words = |text: &str| -> Vec<Option<String>> {
            text.split(' ').map(|word| (word != "_").then(|| word.to_owned())).collect()
        };
        let mut changes = Changes::new();
        for commit in ["a", "b", "c"] {
            changed(
                &words("we utilize the e-mail _ here"),
                &words("we use the email _ here"),
                commit,
                &mut changes,
            );
            changed(&words("Utilize _ now"), &words("Use _ now"), commit, &mut changes);
            changed(&words("it fixes it"), &words("it fixed it"), commit, &mut changes);
        }
        let rules: Vec<String> =
            terms(&changes).into_iter().map(|found| format!("{:?}", found.rule)).collect();
        assert_eq!(rules.len(), 2, "{rules:?}");
        assert!(rules[0].contains("e-mail") && rules[1].contains("utilize"), "{rules:?}");
        changed(&words("please utilize x"), &words("please employ x"), "d", &mut changes);
        assert_eq!(terms(&changes).len(), 2);
    }
}
