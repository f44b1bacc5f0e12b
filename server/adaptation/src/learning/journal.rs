//! Texts and edits of the journal: accepted suggestions that survived their later check.

use housestyle_complete::Settings;
use housestyle_learn::Span;
use housestyle_learn::phrases::Kind;
use housestyle_workspace::journal_cases::{self, JournalCase};
use housestyle_workspace::{Workspace, notice};

use super::LearningData;
use super::texts::{Texts, written};
use crate::error::Error;
use crate::training::{TrainingEdit, TrainingEdits};

/// Reads the accepted suggestions of the workspace's journal: each as a text with its first line, and as an edit.
///
/// # Errors
/// When the journal cannot be read, or teaches nothing yet.
pub(crate) fn read(workspace: &Workspace, settings: &Settings) -> Result<LearningData, Error> {
    let found =
        journal_cases::of_workspace(workspace, settings).map_err(housestyle_workspace::Error::from)?;
    if found.is_empty() {
        return Err(Error::EmptyJournal);
    }
    let mut texts = Texts { adds: true, ..Texts::default() };
    for one in &found {
        notice::detail(format_args!(
            "journal entry {}, {}: {:.0} % kept",
            one.entry,
            one.case.path,
            100.0 * one.weight
        ));
        texts.add(&one.case.path, Kind::Taken(one.entry), &written(&one.case), settings);
    }
    let edit = |one: JournalCase| TrainingEdit {
        weight: one.weight,
        span: Span {
            path: one.case.path.clone(),
            blob: None,
            journal: Some(one.entry.to_string()),
            case: None,
            range: [0, one.case.middle.len()],
            commit: None,
            author: None,
            time: one.case.time as i64,
        },
        case: one.case,
    };
    let edits = TrainingEdits::split(found.into_iter().map(edit).collect());
    Ok(LearningData { texts, edits, cases: Vec::new() })
}
