//! What is remembered beside the document: short notes of people, the team's skills, and what the user did lately
//! elsewhere.
//!
//! It goes into the prompt's stable part, before the window: no weight changes, and what is forgotten is gone with the
//! next prompt. Nothing here knows where notes are kept or what time it is; both are told.

mod edit;
mod note;
mod recall;
mod trail;

use std::sync::{Arc, LazyLock};

use housestyle_text::{Offset, Snapshot};

pub(crate) use edit::unseen;
pub use edit::{Edit, MOST_LINES};
pub use note::{MOST_CHARACTERS, Note, NoteError, Scope};
pub(crate) use recall::{recall, told_in};
pub use trail::Trail;

use crate::settings::Settings;
use crate::skills::{Skills, near};

/// What a prompt may remember.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// Notes that hold now, for any file.
    pub notes: Arc<Vec<Note>>,
    /// The user's last edits elsewhere, oldest first.
    pub edits: Vec<Edit>,
    /// The team's skills, for any file.
    pub skills: Arc<Skills>,
    /// Those of them that the model is told of, by their places in the list, the best first.
    pub told: Vec<usize>,
}

impl Memory {
    /// Returns a memory of nothing.
    pub fn none() -> &'static Memory {
        static NONE: LazyLock<Memory> = LazyLock::new(Memory::default);
        &NONE
    }

    /// Chooses the skills that the model is told of at a place. They stay until somebody chooses anew, so that what is
    /// read before the text stays as it is while one types.
    pub fn tell(&mut self, snapshot: &Snapshot, cursor: Offset, settings: &Settings) {
        self.told = near(&self.skills, snapshot, cursor, &settings.for_language(snapshot.language().id()));
    }
}
