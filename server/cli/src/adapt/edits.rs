//! The edits that an adapter learns from, and the later ones that it is measured on.

use std::fs;
use std::path::Path;

use housestyle_complete::Settings;
use housestyle_complete::eval::{Case, parse_cases};
use housestyle_learn::cases::{CaseOptions, Collector, Example, border_by};
use housestyle_learn::{ExclusionCounts, Span};
use housestyle_review::History;
use housestyle_train::format::id_of;

use crate::failure::Failure;
use crate::git;
use crate::progress::Progress;

/// Share of the edits that is measured on, the latest.
const LATER: f64 = 0.15;

/// An edit, and where it is from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edit {
    pub(crate) case: Case,
    /// How much it counts in learning.
    pub(crate) weight: f32,
    pub(crate) span: Span,
}

impl Edit {
    /// Returns what is one for the edits of a commit: its id, or the time where there is none.
    pub(crate) fn commit(&self) -> String {
        self.span.commit.clone().unwrap_or_else(|| format!("time {}", self.case.time))
    }

    /// Returns what is one for each author.
    pub(crate) fn author(&self) -> String {
        self.span.author.clone().unwrap_or_default()
    }
}

/// Edits in the order of time, divided.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Edits {
    pub(crate) train: Vec<Edit>,
    /// None of these is earlier than any of the others.
    pub(crate) later: Vec<Edit>,
    /// The newest commit that was looked at.
    pub(crate) head: Option<String>,
    /// What is not learned from.
    pub(crate) left_out: ExclusionCounts,
}

/// Returns the edits of a history. Those after the border are learned from by nobody.
///
/// # Errors
/// When a commit cannot be read.
pub(crate) fn of_git(history: &History, inside: &str, bar: &mut Progress) -> Result<Edits, Failure> {
    let options = CaseOptions { tune: 0.0, test: LATER, ..CaseOptions::default() };
    let mut collector = Collector::new(options, &git::holds_secret);
    let mut left_out = history.exclusions().clone();
    let mut examples = Vec::new();
    bar.begin_items("reading the history", history.len());
    for index in 0..history.len() {
        let reading = history.read(index).map_err(git::failure)?;
        left_out.merge(&reading.exclusions);
        examples.extend(collector.examples(&reading.commit));
        bar.at(index as u64 + 1);
    }
    bar.end();
    examples.retain(|example: &Example| example.case.path.starts_with(inside));
    let first = history.ids().next().unwrap_or_default();
    let edit = |example: Example| Edit {
        weight: 1.0,
        span: Span::of(&example, |author| git::hashed(&first, author)),
        case: Case { path: example.case.path[inside.len()..].to_owned(), ..example.case },
    };
    let set = collector.split(examples);
    let [train, later] = [set.train, set.test].map(|part| part.into_iter().map(edit).collect());
    Ok(Edits { train, later, head: Some(history.head()), left_out })
}

/// Returns the edits of a file of cases, in the order of their times.
///
/// # Errors
/// When the file cannot be read or holds no cases.
pub(crate) fn of_cases(file: &Path, settings: &Settings) -> Result<Edits, Failure> {
    let wrong = |why: String| Failure::Usage(format!("--from {}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let cases = parse_cases(&text).map_err(|error| wrong(error.to_string()))?;
    let allowed = |case: &Case| {
        settings.disabled_by(&case.path).is_none()
            && ![&case.prefix, &case.middle, &case.suffix].into_iter().any(|text| git::holds_secret(text))
    };
    let edit = |case: Case| Edit {
        weight: 1.0,
        span: Span {
            path: case.path.clone(),
            blob: None,
            journal: None,
            case: Some(digest(&case)),
            range: [0, case.middle.len()],
            commit: None,
            author: None,
            time: case.time as i64,
        },
        case,
    };
    Ok(Edits::of_list(cases.into_iter().filter(allowed).map(edit).collect()))
}

impl Edits {
    /// Divides edits of any order; those of the same time stay together.
    pub(crate) fn of_list(mut edits: Vec<Edit>) -> Edits {
        edits.sort_by(|a, b| a.case.time.total_cmp(&b.case.time));
        let border = border_by(&edits, LATER, |edit| edit.case.time.to_bits());
        let later = edits.split_off(border);
        Edits { train: edits, later, ..Edits::default() }
    }
}

/// Returns the SHA-256 of a case as it would be written.
fn digest(case: &Case) -> String {
    id_of(serde_json::to_string(case).unwrap_or_default().as_bytes()) // texts and a number: always JSON
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_measured_on_and_a_time_is_not_parted() {
        let line = |n: usize| {
            let time = if n >= 17 { 17 } else { n };
            format!(r#"{{"path": "a.rs", "prefix": "x", "suffix": "", "middle": "{n}", "time": {time}}}"#)
        };
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("cases.jsonl");
        let mut lines: Vec<String> = (0..20).rev().map(line).collect();
        lines.push(line(3).replace("a.rs", ".env"));
        fs::write(&file, lines.join("\n")).expect("written");
        let edits = of_cases(&file, &Settings::default()).expect("edits");
        assert_eq!((edits.train.len(), edits.later.len()), (17, 3));
        assert!(edits.train.iter().all(|edit| edit.case.time < 17.0));
        let commits: std::collections::BTreeSet<String> = edits.later.iter().map(Edit::commit).collect();
        assert_eq!(commits.len(), 1);
    }
}
