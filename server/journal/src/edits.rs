//! Accepted suggestions as edits to learn from.
//!
//! Labels are honest: what was typed by hand is no accepted edit, and the model's own text teaches nothing until it has
//! proved itself. So an edit has weight 0 until what stands in its place was looked at later, and then the text that
//! stands there is what is learned, not the text that was suggested.

use serde::Serialize;

use crate::entry::Stamp;
use crate::error::JournalError;
use crate::event::{Kept, Number, When};
use crate::history::{Outcome, Suggestion};
use crate::journal::Journal;

/// An accepted suggestion, as a case to learn from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edit {
    /// The suggestion, by the event that offered it: what a manifest cites.
    pub id: Number,
    /// When it was taken, or looked at for the last time.
    pub time: Stamp,
    /// The file, relative to the workspace, `/` between its parts.
    pub path: String,
    /// Identifier of the file's language.
    pub language: String,
    /// What stood before it: up to 8 KiB.
    pub before: String,
    /// What stands there now, as far as it is known; else what was taken.
    pub text: String,
    /// What stood after it: up to 4 KiB.
    pub after: String,
    /// What was kept of it, at the last look.
    pub kept: Option<Kept>,
    /// How much it counts: the share of it that was kept at the last look, where it has stood for a while or until a
    /// commit, or was changed by hand; 0 for the model's own text that has not, and for what was taken back.
    pub weight: f64,
}

impl Journal {
    /// Returns the accepted suggestions whose text is here, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn edits(&self) -> Result<Vec<Edit>, JournalError> {
        let mut found = Vec::new();
        self.suggestions(|suggestion| found.extend(edit(&suggestion)))?;
        Ok(found)
    }
}

fn edit(suggestion: &Suggestion) -> Option<Edit> {
    if !matches!(suggestion.outcome(), Outcome::Accepted | Outcome::PartlyAccepted) {
        return None;
    }
    let (offered, around) = (suggestion.text.as_ref()?, suggestion.around.as_ref()?);
    let last = suggestion.kept.last();
    // A look whose text was withheld tells what became of it, and nothing to learn.
    let text = match last {
        Some((_, _, later)) => &later.as_ref()?.text,
        None => &around.text,
    };
    // That a file was closed says nothing for what stood in it, unless somebody changed that.
    let stood = suggestion.kept.iter().any(|(_, kept, _)| kept.when != When::Closed) || *text != around.text;
    let weight = match last {
        Some((_, kept, _)) if stood && !text.trim().is_empty() => kept.rate().clamp(0.0, 1.0),
        _ => 0.0,
    };
    Some(Edit {
        id: suggestion.number,
        time: last.map_or(suggestion.time, |(time, ..)| *time),
        path: offered.path.clone(),
        language: suggestion.offered.language.clone(),
        before: around.before.clone(),
        text: text.clone(),
        after: around.after.clone(),
        kept: last.map(|(_, kept, _)| kept.clone()),
        weight,
    })
}
