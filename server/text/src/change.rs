//! One change of a document, as an editor reports it.

use crate::Position;

/// Replaces a range of a document, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Start and end in the document before this change (but after the changes reported before it); either order
    /// is accepted. `None` means the whole document.
    pub range: Option<(Position, Position)>,
    /// The text after the change.
    pub text: String,
}

impl Change {
    /// Returns the change that replaces what lies between `start` and `end`.
    pub fn replace(start: Position, end: Position, text: impl Into<String>) -> Change {
        Change { range: Some((start, end)), text: text.into() }
    }

    /// Returns the change that replaces the whole document.
    pub fn whole(text: impl Into<String>) -> Change {
        Change { range: None, text: text.into() }
    }
}
