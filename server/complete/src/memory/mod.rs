//! What is remembered beside the document: short notes of people, and what the user did lately elsewhere.
//!
//! It goes into the prompt's stable part, before the window: no weight changes, and what is forgotten is gone with the
//! next prompt. Nothing here knows where notes are kept or what time it is; both are told.

mod edit;
mod note;
mod recall;
mod trail;

use std::sync::{Arc, LazyLock};

pub(crate) use edit::unseen;
pub use edit::{Edit, MOST_LINES};
pub use note::{MOST_CHARACTERS, Note, NoteError, Scope};
pub(crate) use recall::recall;
pub use trail::Trail;

/// What a prompt may remember.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// Notes that hold now, for any file.
    pub notes: Arc<Vec<Note>>,
    /// The user's last edits elsewhere, oldest first.
    pub edits: Vec<Edit>,
}

impl Memory {
    /// Returns a memory of nothing.
    pub fn none() -> &'static Memory {
        static NONE: LazyLock<Memory> = LazyLock::new(Memory::default);
        &NONE
    }
}
