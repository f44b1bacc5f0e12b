//! Looks for the places of one document.

use std::sync::Arc;

use housestyle_complete::settings::Settings;
use housestyle_complete::skills::{Exceptions, Hint, MOST_BYTES, Skills, hints, line_at};
use housestyle_text::Snapshot;

use crate::session::Session;

/// A document as it is looked at.
pub(crate) struct Look {
    pub(crate) revision: u64,
    pub(crate) snapshot: Snapshot,
    pub(crate) exceptions: Exceptions,
    skills: Arc<Skills>,
    settings: Arc<Settings>,
}

impl Look {
    /// Takes what is needed from the session; nothing for a document that is not open or too large.
    pub(crate) fn at(session: &Session, uri: &str) -> Option<Look> {
        let document = session.documents.get(uri).filter(|document| document.too_large.is_none())?;
        Some(Look {
            revision: document.revision,
            snapshot: document.snapshot.clone(),
            exceptions: session.exceptions.clone(),
            skills: Arc::clone(&document.context.memory.skills),
            settings: Arc::clone(&session.settings),
        })
    }
}

/// Returns the places that do not follow a skill; none where the settings say so, or the file is left alone. Takes up to
/// some tenths of a second in a large document.
pub(crate) fn find(look: &Look) -> Arc<Vec<Hint>> {
    let path = look.snapshot.path().unwrap_or_default();
    if !look.settings.skill_hints || look.skills.is_empty() || look.settings.disabled_by(path).is_some() {
        return Arc::default();
    }
    if look.snapshot.len() > MOST_BYTES {
        return Arc::default();
    }
    let text = look.snapshot.to_text();
    let mut found = hints(&look.skills, path, look.snapshot.language(), &text, &look.settings);
    found.retain(|hint| !look.exceptions.holds(&hint.skill, line_at(&text, hint.range.start)));
    Arc::new(found)
}
