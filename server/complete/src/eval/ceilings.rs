//! The ceilings of a prompt: how much of a hole's first line stands in the prompt already. A model that only copies gets no
//! further.

use std::collections::HashSet;

use super::case::Case;
use crate::generator::{Prompt, PromptPart};
use crate::lines::unix;

/// What of the first line stands in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ceilings {
    /// All names of the line that end in the hole.
    pub(super) names: bool,
    /// The whole line, with the text left of the hole.
    pub(super) line: bool,
}

/// Returns what a prompt holds of the first line in a case's hole that is not blank.
pub(super) fn ceilings(case: &Case, prompt: &Prompt) -> Ceilings {
    let text = text_of(prompt);
    let (head, first, tail) = first_line(case);
    let line = format!("{head}{first}{tail}");
    let known: HashSet<&str> = names(&text).map(|(_, name)| name).collect();
    let in_the_hole = |(end, _): &(usize, &str)| *end > head.len() && *end <= head.len() + first.len();
    Ceilings {
        names: names(&line).filter(in_the_hole).all(|(_, name)| known.contains(name)),
        line: text.contains(line.trim()),
    }
}

/// Returns the first line in the hole that is not blank, with what stands left and right of the hole on it.
fn first_line(case: &Case) -> (String, String, String) {
    let (prefix, middle, suffix) = (unix(&case.prefix), unix(&case.middle), unix(&case.suffix));
    let blank = middle.len() - middle.trim_start().len();
    let before = format!("{prefix}{}", &middle[..blank]);
    let head = before.rsplit('\n').next().unwrap_or_default().to_owned();
    match middle[blank..].split_once('\n') {
        Some((first, _)) => (head, first.to_owned(), String::new()),
        None => {
            let tail = suffix.split('\n').next().unwrap_or_default().to_owned();
            (head, middle[blank..].to_owned(), tail)
        }
    }
}

fn text_of(prompt: &Prompt) -> String {
    let texts = prompt.parts.iter().filter_map(|part| match part {
        PromptPart::Text(text) => Some(text.as_str()),
        PromptPart::Marker(_) => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Returns the names in a text, with the byte at which each ends.
fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let words = text.split(move |c: char| !is_name(c)).filter(|word| !word.is_empty());
    let words = words.map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize + word.len(), word));
    words.filter(|(_, word)| !word.starts_with(|c: char| c.is_numeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Marker;

    /// Checks a hole between ‹ and ›, with another text in the prompt.
    #[track_caller]
    fn check(document: &str, elsewhere: &str, names: bool, line: bool) {
        let (prefix, rest) = document.split_once('‹').expect("a hole");
        let (middle, suffix) = rest.split_once('›').expect("its end");
        let [prefix, middle, suffix] = [prefix, middle, suffix].map(str::to_owned);
        let texts = [elsewhere, &suffix, &prefix].map(|text| PromptPart::Text(text.to_owned()));
        let parts = [PromptPart::Marker(Marker::FimPrefix)].into_iter().chain(texts).collect();
        let prompt = Prompt { format: "made", parts };
        let case = Case { prefix, middle, suffix, ..Case::default() };
        assert_eq!(ceilings(&case, &prompt), Ceilings { names, line }, "{document:?} with {elsewhere:?}");
    }

    #[test]
    fn a_line_can_be_copied_where_it_or_its_names_stand() {
        check("let total = ‹sum(items)›;\n", "items.sum()", true, false);
        check("let total = ‹sum(items)›;\n", "  let total = sum(items);\n", true, true);
        check("let total = ‹sum(items)›;\n", "sum(item)", false, false);
        check("let to‹tal = 17›;\n", "let to", false, false);
        check("let to‹tal = 17›;\n", "total", true, false);
        check("    ‹\n    sum(1);\n    unknown();›\n", "sum(1);", true, true);
        check("let a‹ = 1›;", "", true, false);
        check("‹naïve(日本)›\r\n", "naïve 日本", true, false);
    }
}
