//! The form of a piece of prose or of a literal.

use serde::{Deserialize, Serialize};

/// Pieces of a kind have a form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The kind of piece and its form.
    pub of: FormKind,
}

/// A kind of piece with the form that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// Headings in sentence case: `Set up the server`.
    HeadingSentenceCase,
    /// Headings in title case: `Set Up the Server`.
    HeadingTitleCase,
    /// List items that end in a full stop.
    ListItemFullStop,
    /// List items that do not.
    ListItemNoStop,
}
