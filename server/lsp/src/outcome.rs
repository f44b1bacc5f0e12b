//! How a completion request can end, each with a code and a sentence.

use std::fmt;

use housestyle_complete::Reason;
use housestyle_complete::skills::{SkillAction, SkillUse};
use tower_lsp::ls_types as lsp;

use crate::documents::MAX_BYTES;
use crate::flight::Overtaken;

/// The end of a completion request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// There is something to show.
    Suggestion(Ready),
    /// There is nothing to show, and this is why.
    Nothing(Why),
    /// The request is no longer of interest.
    Overtaken(Overtaken),
    /// The client took it back.
    Cancelled,
}

/// A suggestion in the protocol's words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ready {
    /// Its identifier.
    pub(crate) id: String,
    /// What it inserts: plain text.
    pub(crate) text: String,
    /// What it replaces, on one line.
    pub(crate) range: lsp::Range,
    /// Whether it came from an earlier run of the model.
    pub(crate) reused: bool,
    /// Which skills took part, and what they did.
    pub(crate) skills: Vec<SkillUse>,
    /// Other suggestions for the place, where they were asked for.
    pub(crate) others: Vec<Ready>,
}

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Why {
    /// The pipeline says so.
    Pipeline(Reason),
    /// The document is not open.
    NotOpen,
    /// The document has this many bytes, too many.
    TooLarge(usize),
    /// The user paused completions.
    Paused,
    /// There is no model, and this is why.
    NoModel(String),
}

impl Why {
    /// Returns the reason in kebab-case.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Why::Pipeline(reason) => reason.code(),
            Why::NotOpen => "not-open",
            Why::TooLarge(_) => "document-too-large",
            Why::Paused => "paused",
            Why::NoModel(_) => "no-model",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Pipeline(reason) => reason.fmt(f),
            Why::NotOpen => f.write_str("the editor has not opened this document"),
            Why::TooLarge(bytes) => {
                let mib = |bytes: usize| bytes / (1024 * 1024);
                write!(f, "the document has {} MiB; up to {} MiB are completed", mib(*bytes), mib(MAX_BYTES))
            }
            Why::Paused => f.write_str("completions are paused; run housestyle.toggle to go on"),
            Why::NoModel(why) => write!(f, "there is no model: {why}"),
        }
    }
}

impl Outcome {
    /// Returns how the request ended, in kebab-case.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Outcome::Suggestion(_) => "suggestion",
            Outcome::Nothing(why) => why.code(),
            Outcome::Overtaken(Overtaken::Change) => "overtaken-by-change",
            Outcome::Overtaken(Overtaken::Request) => "overtaken-by-request",
            Outcome::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Suggestion(ready) if ready.reused => {
                f.write_str("the rest of an earlier suggestion was shown")
            }
            Outcome::Suggestion(ready) => {
                f.write_str("a suggestion was shown")?;
                let by = |action: SkillAction| {
                    let parts = ready.skills.iter().filter(move |part| part.action == action && !part.shadow);
                    parts.map(|part| format!("`{}`", part.name)).collect::<Vec<_>>().join(", ")
                };
                match (by(SkillAction::Repaired).as_str(), by(SkillAction::Cut).as_str()) {
                    ("", "") => Ok(()),
                    (repaired, "") => write!(f, ", put right by the team's skill {repaired}"),
                    ("", cut) => write!(f, ", cut short by the team's skill {cut}"),
                    (repaired, cut) => {
                        write!(f, ", put right by the team's skill {repaired}, cut short by {cut}")
                    }
                }
            }
            Outcome::Nothing(why) => why.fmt(f),
            Outcome::Overtaken(Overtaken::Change) => {
                f.write_str("the document changed before the answer was ready")
            }
            Outcome::Overtaken(Overtaken::Request) => {
                f.write_str("a newer request came before the answer was ready")
            }
            Outcome::Cancelled => f.write_str("the editor took the request back"),
        }
    }
}
