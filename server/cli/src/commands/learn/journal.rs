//! What was taken of us and kept, by the journal.

use housestyle_complete::Settings;
use housestyle_journal::{Journal, JournalError};
use housestyle_learn::Span;
use housestyle_learn::phrases::Kind;

use super::texts::{Texts, written};
use crate::adapt::{Edit, Edits};
use crate::context::Context;
use crate::ear::cases::{Taught, cases};
use crate::failure::Failure;
use crate::forgetting::{Gone, purge};
use crate::workspace_state;

/// Reads what the workspace's journal teaches: each text with the line that it was taken in, and each as an edit.
///
/// # Errors
/// When the journal cannot be read, or teaches nothing yet.
pub(super) fn read(context: &Context, settings: &Settings) -> Result<(Texts, Edits), Failure> {
    let path = workspace_state::journal(&context.home, &context.workspace);
    let journal = Journal::open_existing(&path).map_err(failed)?;
    let taught =
        journal.map_or_else(|| Ok(Vec::new()), |journal| cases(&journal, settings)).map_err(failed)?;
    if taught.is_empty() {
        return Err(Failure::Usage(
            "--from journal: no suggestion was taken in this workspace and then kept for a while (`housestyle journal \
             stats`): learn from `git` or a file"
                .to_owned(),
        ));
    }
    let mut texts = Texts { adds: true, ..Texts::default() };
    for one in &taught {
        context.verbose(|| {
            format!("journal entry {}, {}: {:.0} % kept", one.entry, one.case.path, 100.0 * one.weight)
        });
        texts.add(&one.case.path, Kind::Taken(one.entry), &written(&one.case), settings);
    }
    let edit = |one: Taught| Edit {
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
    Ok((texts, Edits::of_list(taught.into_iter().map(edit).collect())))
}

/// Takes out again what was forgotten while it was learned.
///
/// # Errors
/// When the journal cannot be read, or a cache cannot be written.
pub(super) fn forget_meanwhile(context: &Context) -> Result<(), Failure> {
    let path = workspace_state::journal(&context.home, &context.workspace);
    let Some(journal) = Journal::open_existing(&path).map_err(failed)? else { return Ok(()) };
    let gone = Gone::of(&journal).map_err(failed)?;
    let state = workspace_state::folder(&context.home, &context.workspace);
    purge(&state, &gone).map_err(|error| Failure::Environment(error.to_string()))?;
    Ok(())
}

fn failed(error: JournalError) -> Failure {
    Failure::Environment(error.to_string())
}
