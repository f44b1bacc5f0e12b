//! Patterns of code as words, for names and titles: `$A.is_empty()` is "is empty".

use housestyle_skills::{Rewrite, Scope};

/// Words of one side of a rule, at most.
const WORDS: usize = 4;
/// Letters of one side, at most.
const LETTERS: usize = 20;

/// Beginnings of patterns that have a name of their own.
const SHAPES: &[(&str, &str)] =
    &[("f\"", "f-strings"), ("f'", "f-strings"), ("b\"", "byte strings"), ("r\"", "raw strings")];

/// Names of marks, for sides that words do not distinguish; a mark stands before those that are parts of it.
const MARKS: &[(&str, &str)] = &[
    ("===", "strict equality"),
    ("!==", "strict inequality"),
    ("**", "power operator"),
    ("=>", "arrow functions"),
    ("??", "nullish coalescing"),
    ("?.", "optional chaining"),
    ("++", "increment"),
    ("+=", "compound assignment"),
    (":=", "short declarations"),
    ("==", "equality"),
    ("!=", "inequality"),
    ("...", "spread"),
    ("[[", "double brackets"),
    ("$(", "dollar parentheses"),
    ("`", "backticks"),
    ("%", "percent"),
    ("?", "question mark"),
    ("&", "reference"),
    ("|", "bar"),
    ("#", "length"),
    ("[", "brackets"),
    ("{", "braces"),
    ("+", "plus"),
    (".", "dot"),
    ("=", "assignment"),
    ("!", "not"),
];

/// Returns the preferred and the avoided side of a rewrite, each in a few words.
pub(super) fn sides(rewrite: &Rewrite) -> [String; 2] {
    let both = |avoid: &String| [in_words(&rewrite.prefer, avoid), in_words(avoid, &rewrite.prefer)];
    // The first with other words: in a name `List` is `list`.
    let differ = |[good, bad]: &[String; 2]| !good.eq_ignore_ascii_case(bad);
    let first = || rewrite.avoid.first().map_or_else(<[String; 2]>::default, both);
    rewrite.avoid.iter().map(both).find(differ).unwrap_or_else(first)
}

/// Returns a side in a few words; where the other side has all of them, with a mark that it has not.
fn in_words(pattern: &str, other: &str) -> String {
    let (own, others) = (words(pattern), words(other));
    let mut said = cut(&own);
    if own.iter().all(|word| others.contains(word)) {
        let known: Vec<&str> = marks(other).collect();
        if let Some(mark) = marks(pattern).find(|mark| !known.contains(mark)) {
            said = format!("{said} {mark}").trim().to_owned();
        }
    }
    said
}

/// Returns the language that a rule is of, where it is one alone.
pub(super) fn language(scope: &Scope) -> Option<&str> {
    match scope.languages.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Returns the words of a pattern, each once, without numbers, marks and metavariables.
fn words(pattern: &str) -> Vec<String> {
    if let Some((_, said)) = SHAPES.iter().find(|(shape, _)| pattern.starts_with(shape)) {
        return vec![(*said).to_owned()];
    }
    let kept = pattern.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
    let mut words: Vec<String> = Vec::new();
    for word in kept.filter(|word| !word.contains('$')).flat_map(|word| word.split('_')) {
        if word.contains(char::is_alphabetic) && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// Returns the marks of a pattern by their names, those first that say most.
fn marks(pattern: &str) -> impl Iterator<Item = &'static str> {
    let parted = |c: char| c.is_alphanumeric() || c.is_whitespace() || "$_\"'(),;".contains(c);
    let runs: Vec<&str> = pattern.split(parted).filter(|run| !run.is_empty()).collect();
    // Of a run of marks the longest that has a name counts.
    let named: Vec<&str> = runs
        .iter()
        .filter_map(|run| MARKS.iter().find(|(mark, _)| run.contains(mark)).map(|(_, said)| *said))
        .collect();
    MARKS.iter().map(|(_, said)| *said).filter(move |said| named.contains(said))
}

/// Returns the first words, as far as there is room.
fn cut(words: &[String]) -> String {
    let mut joined = String::new();
    for word in words.iter().take(WORDS) {
        if !joined.is_empty() && joined.len() + word.len() >= LETTERS {
            break;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefer: &str, avoid: &[&str], good: &str, bad: &str) {
        let avoid = avoid.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(sides(&Rewrite { avoid, prefer: prefer.to_owned() }), [good, bad]);
    }

    #[test]
    fn each_side_is_named_by_what_the_other_has_not() {
        check("$A.is_empty()", &["$A.len() == 0"], "is empty", "len");
        check("assert_eq!($A, $B, $$$C)", &["assert!($A == $B, $$$C)"], "assert eq", "assert equality");
        check("f\"$$$A\"", &["\"$A\".format($$$B)", "\"$A\" % $B"], "f-strings", "format");
        check("from typing import $$$A", &["import typing as t"], "from typing import", "import typing as t");
        check(
            "import type { $$$A } from $B",
            &["import { type $A } from $B"],
            "import type from",
            "import type from",
        );
        check("$A === $B", &["$A == $B"], "strict equality", "equality");
        check("out[#out + 1] = $A", &["table.insert(out, $A)"], "out length", "table insert out");
        check("list[$A]", &["List[$A]", "typing.List[$A]"], "list", "typing List");
        check("Array<$A>", &["$A[]"], "Array", "brackets");
        check("{ ...$A }", &["Object.assign({}, $A)"], "spread", "Object assign");
        check("!$A", &["$A == NULL"], "not", "NULL");
        check("$A++;", &["++$A;", "$A += 1;"], "increment", "compound assignment");
        check("$A?", &["$A.unwrap()"], "question mark", "unwrap");
        check("except $E as e:\n    $$$B", &["except $E as exc:\n    $$$B"], "except as e", "except as exc");
        check("[[ $$$A ]]", &["[ $$$A ]"], "double brackets", "brackets");
    }
}
