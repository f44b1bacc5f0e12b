//! The edits that an adapter is trained on, and the later ones that are held out.

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_learn::cases::{CaseOptions, Collector, Example, border_by};
use housestyle_learn::{ExclusionCounts, Span};
use housestyle_review::History;
use housestyle_train::format::id_of;
use housestyle_workspace::Progress;
use housestyle_workspace::history::{case_holds_secret, hashed, holds_secret};

use crate::error::Error;

/// Share of the edits that is held out, the latest.
const HELD_OUT_SHARE: f64 = 0.15;

/// An edit to train on, with its source.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingEdit {
    /// The hole, and the team's text for it.
    pub case: Case,
    /// The weight of the edit in training.
    pub weight: f32,
    /// The source of the edit, as the manifest cites it.
    pub span: Span,
}

impl TrainingEdit {
    /// Returns the commit's id, or the time where there is none.
    pub fn commit(&self) -> String {
        self.span.commit.clone().unwrap_or_else(|| format!("time {}", self.case.time))
    }

    /// Returns the author; empty where it is unknown.
    pub fn author(&self) -> String {
        self.span.author.clone().unwrap_or_default()
    }
}

/// Edits in the order of time, divided into training and held-out ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainingEdits {
    /// The edits to train on.
    pub train: Vec<TrainingEdit>,
    /// The held-out edits. None is earlier than any training edit.
    pub held_out: Vec<TrainingEdit>,
    /// The newest commit that was read.
    pub head: Option<String>,
    /// Commits and files that were excluded, by reason.
    pub exclusions: ExclusionCounts,
}

/// Returns the edits of a history, the latest of them held out.
///
/// # Errors
/// When a commit cannot be read.
pub fn of_git(history: &History, inside: &str, bar: &mut dyn Progress) -> Result<TrainingEdits, Error> {
    let options = CaseOptions { tune: 0.0, test: HELD_OUT_SHARE, ..CaseOptions::default() };
    let mut collector = Collector::new(options, &holds_secret);
    let mut exclusions = history.exclusions().clone();
    let mut examples = Vec::new();
    bar.begin_items("reading the history", history.len());
    for index in 0..history.len() {
        let reading = history.read(index)?;
        exclusions.merge(&reading.exclusions);
        examples.extend(collector.examples(&reading.commit));
        bar.at(index as u64 + 1);
    }
    bar.end();
    examples.retain(|example: &Example| example.case.path.starts_with(inside));
    let first = history.ids().next().unwrap_or_default();
    let edit = |example: Example| TrainingEdit {
        weight: 1.0,
        span: Span::of(&example, |author| hashed(&first, author)),
        case: Case { path: example.case.path[inside.len()..].to_owned(), ..example.case },
    };
    let set = collector.split(examples);
    let [train, held_out] = [set.train, set.test].map(|part| part.into_iter().map(edit).collect());
    Ok(TrainingEdits { train, held_out, head: Some(history.head()), exclusions })
}

/// Returns the edits of cases, in the order of their times.
pub fn of_cases(cases: &[Case], settings: &Settings) -> TrainingEdits {
    let allowed = |case: &Case| settings.disabled_by(&case.path).is_none() && !case_holds_secret(case);
    let edit = |case: &Case| TrainingEdit {
        weight: 1.0,
        span: Span {
            path: case.path.clone(),
            blob: None,
            journal: None,
            case: Some(digest(case)),
            range: [0, case.middle.len()],
            commit: None,
            author: None,
            time: case.time as i64,
        },
        case: case.clone(),
    };
    TrainingEdits::split(cases.iter().filter(|case| allowed(case)).map(edit).collect())
}

impl TrainingEdits {
    /// Divides edits of any order; those of the same time stay together.
    pub fn split(mut edits: Vec<TrainingEdit>) -> TrainingEdits {
        edits.sort_by(|a, b| a.case.time.total_cmp(&b.case.time));
        let border = border_by(&edits, HELD_OUT_SHARE, |edit| edit.case.time.to_bits());
        let held_out = edits.split_off(border);
        TrainingEdits { train: edits, held_out, ..TrainingEdits::default() }
    }
}

/// Returns the SHA-256 of a case as it would be written.
pub(super) fn digest(case: &Case) -> String {
    id_of(serde_json::to_string(case).unwrap_or_default().as_bytes()) // texts and a number: always JSON
}

#[cfg(test)]
mod tests {
    use housestyle_complete::eval::parse_cases;

    use super::*;

    #[test]
    fn the_latest_edits_are_held_out_and_equal_times_stay_together() {
        let line = |n: usize| {
            let time = if n >= 17 { 17 } else { n };
            format!(r#"{{"path": "a.rs", "prefix": "x", "suffix": "", "middle": "{n}", "time": {time}}}"#)
        };
        let mut lines: Vec<String> = (0..20).rev().map(line).collect();
        lines.push(line(3).replace("a.rs", ".env"));
        let cases = parse_cases(&lines.join("\n")).expect("cases");
        let edits = of_cases(&cases, &Settings::default());
        assert_eq!((edits.train.len(), edits.held_out.len()), (17, 3));
        assert!(edits.train.iter().all(|edit| edit.case.time < 17.0));
        let commits: std::collections::BTreeSet<String> =
            edits.held_out.iter().map(TrainingEdit::commit).collect();
        assert_eq!(commits.len(), 1);
    }
}
