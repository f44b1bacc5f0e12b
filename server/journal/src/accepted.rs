//! Accepted suggestions as edits to train on.
//!
//! An accepted suggestion has training weight 0 until its later check; then its weight is the share that survived. So
//! the model's own text teaches nothing before somebody has kept it, and learning takes the text in the document, not
//! the text of the suggestion. Text that a person typed by hand is no accepted suggestion.

use serde::Serialize;

use crate::entry::Stamp;
use crate::error::JournalError;
use crate::event::{CheckTime, Number, RetentionCheck};
use crate::history::{SuggestionHistory, SuggestionOutcome};
use crate::journal::Journal;

/// An accepted suggestion, as a case to train on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AcceptedEdit {
    /// The suggestion, by the event that offered it; manifests cite it.
    pub id: Number,
    /// The time of the acceptance, or of the last check.
    pub time: Stamp,
    /// The file, relative to the workspace, `/` between its parts.
    pub path: String,
    /// Identifier of the file's language.
    pub language: String,
    /// The text before the accepted text, up to 8 KiB.
    pub before: String,
    /// The text in its place now, from the last check; else the accepted text.
    pub text: String,
    /// The text after the accepted text, up to 4 KiB.
    pub after: String,
    /// The last retention check.
    #[serde(rename = "kept")]
    pub check: Option<RetentionCheck>,
    /// The training weight: the share of the text that survived until the last check. A check at closing counts only
    /// with a check after a while or at a commit, or where somebody changed the text. Else the weight is 0, as it is
    /// before any check and for a suggestion that was undone.
    pub weight: f64,
}

impl Journal {
    /// Returns the accepted suggestions whose text is here, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn accepted_edits(&self) -> Result<Vec<AcceptedEdit>, JournalError> {
        let mut found = Vec::new();
        self.suggestions(|suggestion| found.extend(accepted(&suggestion)))?;
        Ok(found)
    }
}

fn accepted(suggestion: &SuggestionHistory) -> Option<AcceptedEdit> {
    if !matches!(suggestion.outcome(), SuggestionOutcome::Accepted | SuggestionOutcome::PartlyAccepted) {
        return None;
    }
    let (offered, around) = (suggestion.text.as_ref()?, suggestion.around.as_ref()?);
    let last = suggestion.checks.last();
    // A check whose text was withheld has an outcome, and nothing to learn.
    let text = match last {
        Some((_, _, current)) => &current.as_ref()?.text,
        None => &around.text,
    };
    // A file that was closed early proves nothing of its text, unless somebody changed it.
    let proved =
        suggestion.checks.iter().any(|(_, check, _)| check.when != CheckTime::Closed) || *text != around.text;
    let weight = match last {
        Some((_, check, _)) if proved && !text.trim().is_empty() => check.rate().clamp(0.0, 1.0),
        _ => 0.0,
    };
    Some(AcceptedEdit {
        id: suggestion.number,
        time: last.map_or(suggestion.time, |(time, ..)| *time),
        path: offered.path.clone(),
        language: suggestion.offered.language.clone(),
        before: around.before.clone(),
        text: text.clone(),
        after: around.after.clone(),
        check: last.map(|(_, check, _)| check.clone()),
        weight,
    })
}
