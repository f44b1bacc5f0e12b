//! What was taken of us and kept, by the journal.

use housestyle_complete::Settings;
use housestyle_journal::Journal;
use housestyle_learn::Span;
use housestyle_learn::phrases::Kind;

use super::texts::{Texts, written};
use crate::adapt::{Edit, Edits};
use crate::context::Context;
use crate::ear::cases::{Taught, cases};
use crate::failure::Failure;
use crate::workspace_state;

/// Reads what the workspace's journal teaches: each text with the line that it was taken in, and each as an edit.
///
/// # Errors
/// When the journal cannot be read, or teaches nothing yet.
pub(super) fn read(context: &Context, settings: &Settings) -> Result<(Texts, Edits), Failure> {
    let path = workspace_state::journal(&context.home, &context.workspace);
    let failed = |error: housestyle_journal::JournalError| Failure::Environment(error.to_string());
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
    let mut texts = Texts::default();
    for one in &taught {
        context.verbose(|| {
            format!("journal entry {}, {}: {:.0} % kept", one.entry, one.case.path, 100.0 * one.weight)
        });
        texts.add(&one.case.path, Kind::Edit, &written(&one.case), settings);
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
