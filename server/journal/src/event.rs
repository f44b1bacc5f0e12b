//! Events as plain data: the facts of the journal, and the user's text that belongs to some of them.
//!
//! Facts hold no text of the user and stay for ever. Text is stored apart, so that it can be deleted.

use serde::{Deserialize, Serialize};

use crate::entry::Stamp;
use crate::retention::Retention;

/// Number of an event in its journal, from 1 and without holes.
pub type Number = i64;

/// One event of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its number.
    pub number: Number,
    /// When it happened.
    pub time: Stamp,
    /// The suggestion it is about, by the number of the event that offered it.
    pub suggestion: Option<Number>,
    /// The fact.
    pub fact: Fact,
    /// The user's text that belongs to it; none where there never was any, or where it was forgotten.
    pub text: Option<Text>,
    /// Digest of this event and of all before it, in lower-case hexadecimal.
    pub digest: String,
}

/// The fact of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fact {
    /// A suggestion was given to the editor.
    Offered(Offered),
    /// The editor reports that it was on the screen.
    Shown(Taken),
    /// All of it was taken in one step.
    Accepted(Taken),
    /// A part of it was taken in one step.
    PartlyAccepted(Taken),
    /// Its next characters were typed by hand.
    TypedThrough(Taken),
    /// Something else was typed in its place.
    TypedOver(Taken),
    /// The user went elsewhere.
    Dismissed(Taken),
    /// Another answer took its place.
    Superseded(Taken),
    /// A later check counted its tokens that still stand in the document.
    #[serde(rename = "kept")]
    RetentionChecked(RetentionCheck),
    /// The file of a model that takes part has this digest.
    Model {
        /// The name by which [`Offered::model`] refers to it.
        name: String,
        /// SHA-256 of its file, in lower-case hexadecimal.
        digest: String,
    },
    /// The user marked a line for which a skill does not hold: a counter-example.
    NotHere(NotHere),
    /// Events came faster than they could be written, and this many are not here.
    Lost {
        /// How many.
        events: u64,
    },
    /// Text was removed.
    Forgotten(Tombstone),
    /// Something that a newer version wrote.
    #[serde(other)]
    Unknown,
}

/// A suggestion that was given to the editor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Offered {
    /// Its identifier in the protocol; the same text at the same place has the same one again.
    pub id: String,
    /// Identifier of the file's language.
    pub language: String,
    /// Line of the cursor, from 1.
    pub line: u32,
    /// Column of the cursor in characters, from 1.
    pub column: u32,
    /// `invoked` or `automatic`.
    pub trigger: String,
    /// Length in UTF-16 units.
    pub length: usize,
    /// Lines of it.
    pub lines: usize,
    /// Name and version of the prompt format.
    pub format: Option<String>,
    /// Name of the model.
    pub model: Option<String>,
    /// SHA-256 of the model's file, where it was known at the time; else an event `model` has it.
    pub model_digest: Option<String>,
    /// Identity of the adapter that was active.
    pub adapter: Option<String>,
    /// Identities of the skills that took part.
    pub skills: Vec<String>,
    /// Why the text is not here: `outcomes` where the settings keep text out, or the rule that found a secret.
    pub withheld: Option<String>,
}

/// A line for which a skill does not hold. The line's text is not recorded: it belongs to no suggestion by which it could
/// be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NotHere {
    /// The skill's name.
    pub skill: String,
    /// Identifier of the file's language.
    pub language: String,
    /// The line's number, from 1.
    pub line: u32,
}

/// How much of a suggestion stands in the document, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Taken {
    /// `editor` or `change`.
    pub source: String,
    /// UTF-16 units from its start that stand in the document.
    pub accepted: usize,
    /// Of these, how many were typed by hand.
    pub typed: usize,
    /// UTF-16 units of the whole.
    pub length: usize,
}

/// The moment of a retention check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckTime {
    /// After a while of the document being open.
    #[default]
    #[serde(rename = "while")]
    AfterDelay,
    /// When the document was closed before that.
    Closed,
    /// At the next commit.
    Commit,
}

/// A check of how much of an accepted text stands in the document later; [`crate::retention()`] does the counting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RetentionCheck {
    /// When that was.
    pub when: CheckTime,
    /// The commit, for [`CheckTime::Commit`].
    pub commit: Option<String>,
    /// Tokens that were accepted.
    pub accepted: usize,
    /// Of these, how many still stood there, in their order.
    #[serde(rename = "kept")]
    pub retained: usize,
    /// Tokens that stood in the place of all of it.
    #[serde(rename = "later")]
    pub current: usize,
}

impl RetentionCheck {
    /// Returns retained ÷ accepted; 1 for a text without tokens, of which nothing can be lost.
    pub fn rate(&self) -> f64 {
        Retention { accepted: self.accepted, retained: self.retained, current: self.current }.rate()
    }
}

/// The record of a deletion: its reason and its extent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tombstone {
    /// The request to forget, in the command's words.
    pub request: String,
    /// How many suggestions have no text any more by it.
    pub suggestions: u64,
    /// SHA-256 over the numbers of the events whose text was removed, in lower-case hexadecimal.
    pub events: String,
}

/// The user's text that belongs to an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Text {
    /// The file, relative to the workspace, `/` between its parts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The text before the suggestion.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// The text of the event: the suggestion, or the text in its place at a check.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The text after the suggestion.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}
