//! Memory: what a prompt holds besides the document, which is people's notes, the team's skills and the user's recent
//! edits elsewhere.
//!
//! Memory is rendered into the stable part of a prompt, before the window. It changes no weight, and a deleted note is
//! gone with the next prompt. Nothing here knows where notes are stored or what time it is: the caller passes the notes
//! that hold now.

mod edit_history;
mod note;
mod recent_edit;
mod render;

use std::sync::{Arc, LazyLock};

use housestyle_text::chunks::Chunk;
use housestyle_text::{Offset, Snapshot};

pub use edit_history::EditHistory;
pub use note::{MOST_CHARACTERS, Note, NoteError, Scope};
pub(crate) use recent_edit::unseen;
pub use recent_edit::{MOST_LINES, RecentEdit, visible_around};
pub(crate) use render::{injected_skills, render};

use crate::settings::Settings;
use crate::skills::{Skills, select};

/// The memory of one prompt.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// The notes that hold now, for any file.
    pub notes: Arc<Vec<Note>>,
    /// The user's recent edits elsewhere, oldest first.
    pub edits: Vec<RecentEdit>,
    /// Chunks of other files that are related to the place, the best one last.
    pub chunks: Vec<Chunk>,
    /// The team's skills, for any file.
    pub skills: Arc<Skills>,
    /// The skills that go into the prompt, by their indexes in the list, the best first.
    pub selected_skills: Vec<usize>,
}

impl Memory {
    /// Returns an empty memory.
    pub fn none() -> &'static Memory {
        static NONE: LazyLock<Memory> = LazyLock::new(Memory::default);
        &NONE
    }

    /// Selects the skills that go into the prompt for a cursor. The selection stays until the next call, so that the text
    /// before the window stays the same while somebody types.
    pub fn select_skills(&mut self, snapshot: &Snapshot, cursor: Offset, settings: &Settings) {
        self.selected_skills =
            select(&self.skills, snapshot, cursor, &settings.for_language(snapshot.language().id()));
    }
}
