//! Reads completion cases written as Markdown, and writes them as the JSON Lines of `housestyle eval`.
//!
//! `README.md` beside this file describes the form:
//! ````text
//! ## greet-by-name
//!
//! An argument named just above.
//!
//! ```src/main.rs
//! fn greet(name: &str) {
//!     println!("Hello, {}", ⟦name⟧);
//! }
//! ```
//! ````

use std::fmt;

use serde_json::json;

/// Opens the hole in a case's text.
const OPEN: char = '⟦';
/// Closes the hole in a case's text.
const CLOSE: char = '⟧';

/// One completion case: a document with a hole, and what may fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvalCase {
    /// Unique name in kebab-case.
    pub(crate) name: String,
    /// The subject of the case, in one line.
    pub(crate) about: String,
    /// Path of the document; its ending gives the language.
    pub(crate) path: String,
    /// Text before the hole.
    pub(crate) prefix: String,
    /// Text after the hole.
    pub(crate) suffix: String,
    /// The expected text in the hole.
    pub(crate) middle: String,
    /// Texts that are as good as `middle`.
    pub(crate) accept: Vec<String>,
}

/// A problem of a file of cases, and its line (1-based).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormatError {
    /// Line of the file, counted from 1.
    pub(crate) line: usize,
    /// The problem.
    pub(crate) problem: Problem,
}

/// The ways in which a file of cases can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// A heading whose text is not kebab-case.
    BadName(String),
    /// The second case of that name.
    DuplicateName(String),
    /// A case without its subject.
    NoAbout(String),
    /// A case without a fenced document.
    NoDocument(String),
    /// A fence that never closes.
    OpenFence,
    /// A fence without a path.
    NoPath,
    /// A fenced block where none belongs.
    StrayBlock,
    /// Text where none belongs.
    StrayText(String),
    /// A document whose hole is missing, doubled, reversed or empty.
    BadHole(String),
    /// An alternative that says nothing new, or holds a hole mark.
    BadAlternative(String),
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for FormatError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::BadName(name) => {
                write!(f, "case name `{name}` is not kebab-case (a-z, 0-9, single hyphens)")
            }
            Problem::DuplicateName(name) => write!(f, "case name `{name}` is taken; choose another"),
            Problem::NoAbout(name) => {
                write!(f, "case `{name}` needs one line saying what it tests, before its text")
            }
            Problem::NoDocument(name) => write!(f, "case `{name}` needs a fenced block with its text"),
            Problem::OpenFence => write!(f, "this fence is never closed by one of its own length"),
            Problem::NoPath => write!(f, "a fence needs a path, such as ```src/main.rs, or `accept`"),
            Problem::StrayBlock => {
                write!(
                    f,
                    "this block belongs nowhere: a case has one text, then `accept:`, then `accept` blocks"
                )
            }
            Problem::StrayText(text) => {
                write!(f, "`{text}` belongs nowhere: one line says what a case tests")
            }
            Problem::BadHole(name) => {
                write!(
                    f,
                    "the text of `{name}` needs exactly one hole {OPEN}expected{CLOSE} that is not empty"
                )
            }
            Problem::BadAlternative(text) => {
                write!(f, "alternative `{text}` is empty, holds a hole mark or is listed already")
            }
        }
    }
}

/// Returns the cases of one Markdown file, in order. Line ends are read as `\n`.
pub(crate) fn parse(markdown: &str) -> Result<Vec<EvalCase>, FormatError> {
    let markdown = markdown.replace("\r\n", "\n");
    let mut lines = markdown.split('\n').enumerate().map(|(index, text)| (index + 1, text));
    let mut cases: Vec<EvalCase> = Vec::new();
    let mut draft: Option<Draft> = None;
    while let Some((line, text)) = lines.next() {
        let fail = |problem| Err(FormatError { line, problem });
        if let Some((ticks, info)) = fence(text) {
            let body = block(&mut lines, ticks).ok_or(FormatError { line, problem: Problem::OpenFence })?;
            match draft.as_mut() {
                Some(draft) => draft.add_block(line, info, body)?,
                None => return fail(Problem::StrayBlock),
            }
        } else if let Some(name) = text.strip_prefix("## ") {
            if let Some(done) = draft.take() {
                cases.push(done.finish()?);
            }
            let name = name.trim();
            if !is_kebab(name) {
                return fail(Problem::BadName(name.to_owned()));
            }
            if cases.iter().any(|case| case.name == name) {
                return fail(Problem::DuplicateName(name.to_owned()));
            }
            draft = Some(Draft { line, name: name.to_owned(), ..Draft::default() });
        } else if let (Some(draft), false) = (draft.as_mut(), text.trim().is_empty()) {
            draft.add_text(line, text.trim())?;
        }
    }
    if let Some(done) = draft {
        cases.push(done.finish()?);
    }
    Ok(cases)
}

/// Returns the cases as JSON Lines, one a line, with a line break after each.
pub(crate) fn to_jsonl(cases: &[EvalCase]) -> String {
    let line = |case: &EvalCase| {
        let EvalCase { name, about, path, prefix, suffix, middle, accept } = case;
        let value = json!({ "name": name, "about": about, "path": path, "prefix": prefix, "suffix": suffix, "middle": middle, "accept": accept });
        format!("{value}\n")
    };
    cases.iter().map(line).collect()
}

/// Returns the first name that two of the cases share: names are unique across all files.
pub(crate) fn duplicate_name(cases: &[EvalCase]) -> Option<&str> {
    let mut seen = std::collections::HashSet::new();
    cases.iter().map(|case| case.name.as_str()).find(|name| !seen.insert(*name))
}

/// A case as far as it has been read.
#[derive(Default)]
struct Draft {
    line: usize,
    name: String,
    about: Option<String>,
    document: Option<(String, [String; 3])>,
    accepting: bool,
    accept: Vec<String>,
}

impl Draft {
    fn add_text(&mut self, line: usize, text: &str) -> Result<(), FormatError> {
        if text == "accept:" && self.document.is_some() && !self.accepting {
            self.accepting = true;
        } else if self.about.is_none() && self.document.is_none() {
            self.about = Some(text.to_owned());
        } else {
            return Err(FormatError { line, problem: Problem::StrayText(text.to_owned()) });
        }
        Ok(())
    }

    fn add_block(&mut self, line: usize, info: &str, body: String) -> Result<(), FormatError> {
        let fail = |problem| Err(FormatError { line, problem });
        match (&self.document, info) {
            (_, "") => fail(Problem::NoPath),
            (Some((_, [_, middle, _])), "accept") if self.accepting => {
                let text = body.strip_suffix('\n').unwrap_or(&body).to_owned();
                if text.trim().is_empty()
                    || text.contains([OPEN, CLOSE])
                    || text == *middle
                    || self.accept.contains(&text)
                {
                    return fail(Problem::BadAlternative(text));
                }
                self.accept.push(text);
                Ok(())
            }
            (None, path) if path != "accept" => match cut(&body) {
                Some(parts) => {
                    self.document = Some((path.to_owned(), parts));
                    Ok(())
                }
                None => fail(Problem::BadHole(self.name.clone())),
            },
            _ => fail(Problem::StrayBlock),
        }
    }

    fn finish(self) -> Result<EvalCase, FormatError> {
        let fail = |problem| Err(FormatError { line: self.line, problem });
        let Some(about) = self.about else { return fail(Problem::NoAbout(self.name)) };
        let Some((path, [prefix, middle, suffix])) = self.document else {
            return fail(Problem::NoDocument(self.name));
        };
        Ok(EvalCase { name: self.name, about, path, prefix, suffix, middle, accept: self.accept })
    }
}

/// Returns the number of backticks and the info string of a line that opens a fenced block.
fn fence(line: &str) -> Option<(usize, &str)> {
    let info = line.trim_start_matches('`');
    let ticks = line.len() - info.len();
    (ticks >= 3 && !info.contains('`')).then(|| (ticks, info.trim()))
}

/// Returns the lines up to the closing fence, each with its line break, or `None` if there is none.
fn block<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, ticks: usize) -> Option<String> {
    let mut body = String::new();
    for (_, line) in lines {
        if fence(line).is_some_and(|(count, info)| count >= ticks && info.is_empty()) {
            return Some(body);
        }
        body.push_str(line);
        body.push('\n');
    }
    None
}

/// Returns the text before, in and after the only hole.
fn cut(document: &str) -> Option<[String; 3]> {
    let (prefix, rest) = document.split_once(OPEN)?;
    let (middle, suffix) = rest.split_once(CLOSE)?;
    let marks = |text: &str| text.contains([OPEN, CLOSE]);
    let good = !middle.trim().is_empty() && !marks(prefix) && !marks(middle) && !marks(suffix);
    good.then(|| [prefix, middle, suffix].map(str::to_owned))
}

/// Returns whether the name is made of `a-z0-9` words joined by single hyphens.
fn is_kebab(name: &str) -> bool {
    name.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# Rust\n\nIntroduction.\n\n## one-hole\n\nAn argument.\n\n````src/a.rs\nf(⟦a,\n  b⟧)\n```\n````\n\naccept:\n\n```accept\n  b, a\n```\n## two\nAnother.\n```b.md\n⟦x⟧\n```\n";

    fn error(markdown: &str) -> String {
        parse(markdown).expect_err("no error").to_string()
    }

    #[test]
    fn reads_text_hole_and_alternatives_as_they_stand() {
        let cases = parse(GOOD).unwrap();
        assert_eq!(cases.len(), 2);
        let EvalCase { name, about, path, prefix, suffix, middle, accept } = &cases[0];
        assert_eq!([name, about, path], ["one-hole", "An argument.", "src/a.rs"]);
        assert_eq!([prefix, middle, suffix], ["f(", "a,\n  b", ")\n```\n"]);
        assert_eq!(*accept, ["  b, a"]);
        assert_eq!(parse(&GOOD.replace('\n', "\r\n")).unwrap(), cases, "a checkout with CRLF reads the same");
    }

    #[test]
    fn writes_the_case_form_that_eval_reads() {
        let lines = to_jsonl(&parse(GOOD).unwrap());
        assert_eq!(lines.lines().count(), 2);
        let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(first["middle"], "a,\n  b");
        assert_eq!(first["accept"], json!(["  b, a"]));
    }

    #[test]
    fn errors_name_the_line_and_what_to_do() {
        let hole = "## a\nAbout.\n```a.rs\n";
        let fine = format!("{hole}⟦x⟧\n```\n");
        assert!(error("## Bad Name\n").starts_with("line 1: case name `Bad Name` is not kebab-case"));
        assert!(error(&format!("{fine}{fine}")).starts_with("line 6: case name `a` is taken"));
        assert!(error("## a\n```a.rs\n⟦x⟧\n```\n").starts_with("line 1: case `a` needs one line"));
        assert!(error("## a\nAbout.\n").starts_with("line 1: case `a` needs a fenced block"));
        assert!(error(&format!("{hole}⟦x⟧\n")).starts_with("line 3: this fence is never closed"));
        assert!(error("## a\nAbout.\n```\n⟦x⟧\n```\n").starts_with("line 3: a fence needs a path"));
        assert!(error("```a.rs\n⟦x⟧\n```\n").starts_with("line 1: this block belongs nowhere"));
        assert!(
            error(&format!("{fine}```accept\ny\n```\n")).starts_with("line 6: this block belongs nowhere")
        );
        assert!(error(&format!("{fine}More.\n")).starts_with("line 6: `More.` belongs nowhere"));
        assert!(error(&format!("{fine}accept:\n```accept\nx\n```\n")).starts_with("line 7: alternative `x`"));
        for bad in ["none", "⟦⟧", "⟦a⟧ ⟦b⟧", "⟧a⟦", "⟦a"] {
            assert!(
                error(&format!("{hole}{bad}\n```\n"))
                    .starts_with("line 3: the text of `a` needs exactly one hole")
            );
        }
    }

    #[test]
    fn names_are_unique_across_files() {
        let mut cases = parse(GOOD).unwrap();
        assert_eq!(duplicate_name(&cases), None);
        cases.extend(parse(GOOD).unwrap());
        assert_eq!(duplicate_name(&cases), Some("one-hole"));
    }
}
