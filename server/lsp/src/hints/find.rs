//! Finds the hints of one document.

use std::sync::Arc;

use housestyle_complete::settings::Settings;
use housestyle_complete::skills::{Exceptions, Hint, MOST_BYTES, Skills, hints, line_at};
use housestyle_text::Snapshot;

use crate::session::Session;

/// The state of a document for a check.
pub(crate) struct CheckInput {
    pub(crate) revision: u64,
    pub(crate) snapshot: Snapshot,
    pub(crate) exceptions: Exceptions,
    skills: Arc<Skills>,
    settings: Arc<Settings>,
}

impl CheckInput {
    /// Copies a document from the session; returns nothing for a document that is not open or too large.
    pub(crate) fn of(session: &Session, uri: &str) -> Option<CheckInput> {
        let document = session.documents.get(uri).filter(|document| document.too_large.is_none())?;
        Some(CheckInput {
            revision: document.revision,
            snapshot: document.snapshot.clone(),
            exceptions: session.exceptions(uri),
            skills: Arc::clone(&document.context.memory.skills),
            settings: Arc::clone(&document.settings),
        })
    }
}

/// Returns the places that do not follow a skill; none where the settings say so, or exclude the file. Takes up to some
/// tenths of a second in a large document.
pub(crate) fn find(input: &CheckInput) -> Arc<Vec<Hint>> {
    let path = input.snapshot.path().unwrap_or_default();
    if !input.settings.skill_hints || input.skills.is_empty() || input.settings.disabled_by(path).is_some() {
        return Arc::default();
    }
    if input.snapshot.len() > MOST_BYTES {
        return Arc::default();
    }
    let text = input.snapshot.to_text();
    let mut found = hints(&input.skills, path, input.snapshot.language(), &text, &input.settings);
    found.retain(|hint| !input.exceptions.holds(&hint.skill, line_at(&text, hint.range.start)));
    Arc::new(found)
}
