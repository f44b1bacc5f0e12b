//! Words and phrases that are preferred to others: one of them, or many in one pass.

use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Occurrence;
use crate::prose::{Piece, PieceKind, Word, touch, touching};
use crate::source::Source;

/// Whole words, in prose, comments and docstrings; never in code, links or paths.
///
/// Case counts only where it is the only difference of the avoided and the preferred word, or where the preferred word has
/// capitals of its own. A plural in `s` of a single word is that word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The avoided words.
    pub avoid: Vec<String>,
    /// The preferred word.
    pub prefer: String,
}

impl Term {
    /// Returns every occurrence of one of the words whose range touches `within`.
    pub fn occurrences(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<Occurrence> {
        let alone = Terms::new([(0, self)]);
        alone.occurrences(source, within.as_ref(), |_| true).into_iter().map(|(_, place)| place).collect()
    }

    fn differs_in_case(&self, avoid: &str) -> bool {
        avoid.to_lowercase() == self.prefer.to_lowercase()
    }
}

/// Terms of many rules, found together: each word of a text is looked up once, however many terms there are.
#[derive(Debug, Default)]
pub(super) struct Terms {
    sought: Vec<Sought>,
    /// For the first word of a phrase, in small letters, the places of its terms in the list.
    by_word: HashMap<String, Vec<usize>>,
}

/// A term, prepared for the search.
#[derive(Debug)]
struct Sought {
    /// The number of its rule.
    rule: usize,
    text: String,
    prefer: Phrase,
    avoided: Vec<Phrase>,
}

impl Terms {
    /// Takes terms with the numbers of their rules.
    pub(super) fn new<'t>(terms: impl IntoIterator<Item = (usize, &'t Term)>) -> Terms {
        let mut made = Terms::default();
        for (rule, term) in terms {
            let case_only = term.avoid.iter().any(|avoid| term.differs_in_case(avoid));
            let exact = case_only || term.prefer.chars().any(char::is_uppercase);
            let Some(prefer) = Phrase::of(&term.prefer, exact) else { continue };
            let phrase = |avoid: &String| Phrase::of(avoid, term.differs_in_case(avoid));
            let avoided: Vec<Phrase> = term.avoid.iter().filter_map(phrase).collect();
            for phrase in [&prefer].into_iter().chain(&avoided) {
                let terms = made.by_word.entry(phrase.words[0].to_lowercase()).or_default();
                if terms.last() != Some(&made.sought.len()) {
                    terms.push(made.sought.len());
                }
            }
            made.sought.push(Sought { rule, text: term.prefer.clone(), prefer, avoided });
        }
        made
    }

    /// Returns the occurrences of the terms whose rule's number `wanted` takes, in the order of the text.
    pub(super) fn occurrences(
        &self,
        source: &Source<'_>,
        within: Option<&Range<usize>>,
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<(usize, Occurrence)> {
        let mut found = Vec::new();
        let mut asked: Vec<usize> = Vec::new();
        for piece in touching(source.pieces(), within) {
            for (at, word) in piece.words.iter().enumerate().filter(|(_, word)| word.plain) {
                let own = source.slice(word.range.clone()).to_lowercase();
                asked.clear();
                // A plural in `s` is looked up without it, too.
                for key in [Some(own.as_str()), own.strip_suffix('s')].into_iter().flatten() {
                    asked.extend(self.by_word.get(key).into_iter().flatten());
                }
                asked.sort_unstable();
                asked.dedup();
                for sought in asked.iter().map(|number| &self.sought[*number]).filter(|it| wanted(it.rule)) {
                    let place = sought.at(source, piece, at);
                    found.extend(place.filter(|it| touch(&it.range, within)).map(|it| (sought.rule, it)));
                }
            }
        }
        found
    }
}

impl Sought {
    fn at(&self, source: &Source<'_>, piece: &Piece, at: usize) -> Option<Occurrence> {
        let text = source.text;
        // What is preferred is tried first: it may begin with what is avoided.
        if let Some(hit) = self.prefer.at(text, piece, at) {
            return Some(Occurrence { range: hit.range, followed: true, fix: None });
        }
        let hits = |avoid| Phrase::at(avoid, text, piece, at).map(|hit| (avoid, hit));
        let (avoid, hit) = self.avoided.iter().find_map(hits)?;
        // A capital at a sentence's start says nothing of the word.
        if (hit.first || piece.kind == PieceKind::Heading) && avoid.only_first_capital(&self.text) {
            return None;
        }
        let fix = avoid.replaced(source.slice(hit.range.clone()), &self.text, hit.plural);
        Some(Occurrence { range: hit.range, followed: false, fix: Some(fix) })
    }
}

/// A phrase, prepared for the search; it has a word.
#[derive(Debug)]
struct Phrase {
    words: Vec<String>,
    /// Whether case counts.
    exact: bool,
}

/// Where a phrase stands.
struct Hit {
    range: Range<usize>,
    plural: bool,
    first: bool,
}

impl Phrase {
    fn of(phrase: &str, exact: bool) -> Option<Phrase> {
        let words: Vec<String> = phrase.split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Phrase { words, exact })
    }

    fn at(&self, text: &str, piece: &Piece, at: usize) -> Option<Hit> {
        let words = piece.words.get(at..at + self.words.len())?;
        let is_plain = |(n, word): (usize, &Word)| word.plain && (n == 0 || word.joined);
        if !words.iter().enumerate().all(is_plain) {
            return None;
        }
        let last = self.words.len() - 1;
        let mut plural = false;
        for (n, (word, own)) in words.iter().zip(&self.words).enumerate() {
            let there = text.get(word.range.clone())?;
            if same(there, own, self.exact) {
                continue;
            }
            let singular = there.strip_suffix('s').filter(|_| n == last && last == 0 && !own.ends_with('s'));
            plural = singular.is_some_and(|there| same(there, own, self.exact));
            if !plural {
                return None;
            }
        }
        let range = words[0].range.start..words[last].range.end;
        Some(Hit { range, plural, first: words[0].first })
    }

    fn only_first_capital(&self, prefer: &str) -> bool {
        let own = self.words.join(" ");
        let mut letters = own.chars();
        let lowered: String =
            letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        own != prefer && lowered == prefer
    }

    /// Returns the preferred phrase with the capitals of the text that it replaces.
    fn replaced(&self, there: &str, prefer: &str, plural: bool) -> String {
        let mut letters = there.chars().filter(|c| c.is_alphabetic());
        let capital = letters.next().is_some_and(char::is_uppercase);
        let shouted = capital
            && there.chars().filter(|c| c.is_alphabetic()).count() > 1
            && letters.all(char::is_uppercase);
        let own_capitals = prefer.chars().any(char::is_uppercase) || self.exact;
        let mut fix = if own_capitals || !capital {
            prefer.to_owned()
        } else if shouted {
            prefer.to_uppercase()
        } else {
            let mut letters = prefer.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        };
        if plural {
            fix.push(if shouted && !own_capitals { 'S' } else { 's' });
        }
        fix
    }
}

fn same(there: &str, own: &str, exact: bool) -> bool {
    match exact {
        true => there == own,
        false if there.is_ascii() && own.is_ascii() => there.eq_ignore_ascii_case(own),
        false => there.to_lowercase() == own.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_text::Language;

    /// Applies every fix of the rule `AVOID,.. -> PREFER` to a text.
    #[track_caller]
    fn check(rule: &str, path: &str, text: &str, fixed: &str, followed: usize) {
        let (avoid, prefer) = rule.split_once(" -> ").expect("a rule");
        let term = Term { avoid: avoid.split(',').map(str::to_owned).collect(), prefer: prefer.to_owned() };
        let source = Source::new(path, text, Language::from_path(path));
        let places = term.occurrences(&source, None);
        assert_eq!(places.iter().filter(|place| place.followed).count(), followed, "{places:?}");
        let mut out = text.to_owned();
        for place in places.iter().rev() {
            if let Some(fix) = &place.fix {
                out.replace_range(place.range.clone(), fix);
            }
        }
        assert_eq!(out, fixed);
    }

    #[test]
    fn words_are_replaced_in_prose_and_nowhere_else() {
        check(
            "e-mail -> email",
            "a.md",
            "# E-mail\n\nSend an e-mail, not two E-mails. `e-mail` [e-mail](http://e-mail)\nan email\n\n```\ne-mail\n```\n",
            "# Email\n\nSend an email, not two Emails. `e-mail` [email](http://e-mail)\nan email\n\n```\ne-mail\n```\n",
            1,
        );
        check(
            "behavior -> behaviour",
            "a.md",
            "A [known behavior][behavior], see [behavior] and [behavior][].\n\nThe behavior of {{ behavior }}.\n\n[behavior]: b\n",
            "A [known behaviour][behavior], see [behavior] and [behavior][].\n\nThe behaviour of {{ behavior }}.\n\n[behavior]: b\n",
            0,
        );
        check(
            "colour -> color",
            "a.rs",
            "/// Its colour, or `colour`.\nfn colour() -> Colour {} // no COLOUR\nlet s = \"a colour here\";\n",
            "/// Its color, or `colour`.\nfn colour() -> Colour {} // no COLOR\nlet s = \"a colour here\";\n",
            0,
        );
        check(
            "colour -> color",
            "a.py",
            "def f():\n    \"\"\"The colour of x.\"\"\"\n    x = 'the colour of'\n",
            "def f():\n    \"\"\"The color of x.\"\"\"\n    x = 'the colour of'\n",
            0,
        );
        check(
            "log in,log-in -> sign in",
            "a.md",
            "Log in. You log in. A log-in, and log  ins.\n",
            "Sign in. You sign in. A sign in, and log  ins.\n",
            0,
        );
        check(
            "colour -> color",
            "a.yaml",
            "# the colour\ncolour: the colour\n",
            "# the color\ncolour: the colour\n",
            0,
        );
    }

    #[test]
    fn case_counts_where_it_is_the_difference() {
        check(
            "Github,github -> GitHub",
            "a.md",
            "Github and github, GitHub. GITHUB\n",
            "GitHub and GitHub, GitHub. GITHUB\n",
            1,
        );
        check(
            "Internet -> internet",
            "a.md",
            "Internet is. The Internet is the internet.\n",
            "Internet is. The internet is the internet.\n",
            1,
        );
    }
}
