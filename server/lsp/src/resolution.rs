//! How a completion request can end, each with a code and a sentence.

use std::fmt;

use housestyle_complete::Reason;
use housestyle_complete::skills::{SkillAction, SkillUse};
use tower_lsp::ls_types as lsp;

use crate::in_flight::Overtaken;

/// The end of a completion request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resolution {
    /// There is something to show.
    Suggestion(Answer),
    /// There is nothing to show, and this is why.
    Nothing(Why),
    /// The request is no longer of interest.
    Overtaken(Overtaken),
    /// The client took it back.
    Cancelled,
}

/// A suggestion in the protocol's types.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Its identifier.
    pub(crate) id: String,
    /// The inserted text, without placeholders.
    pub(crate) text: String,
    /// The replaced range, on one line.
    pub(crate) range: lsp::Range,
    /// Whether it came from an earlier run of the model.
    pub(crate) reused: bool,
    /// Which skills took part, and what they did.
    pub(crate) skills: Vec<SkillUse>,
    /// Its alternatives, where a person asked for them.
    pub(crate) alternatives: Vec<Answer>,
}

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Why {
    /// The pipeline says so.
    Pipeline(Reason),
    /// The document is not open.
    NotOpen,
    /// The document has more bytes than the limit.
    TooLarge { bytes: usize, limit: usize },
    /// The user paused completions.
    Paused,
    /// A file of settings is broken, and this says which one and what to do.
    BrokenSettings(String),
    /// There is no model, and this is why.
    NoModel(String),
}

impl Why {
    /// Returns the reason in kebab-case.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Why::Pipeline(reason) => reason.code(),
            Why::NotOpen => "not-open",
            Why::TooLarge { .. } => "document-too-large",
            Why::Paused => "paused",
            // As for settings that say so: nothing may be suggested.
            Why::BrokenSettings(_) => "disabled",
            Why::NoModel(_) => "no-model",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Pipeline(reason) => reason.fmt(f),
            Why::NotOpen => f.write_str("the editor has not opened this document"),
            Why::TooLarge { bytes, limit } => {
                let mib = |bytes: usize| bytes / (1024 * 1024);
                write!(f, "the document has {} MiB; up to {} MiB are completed", mib(*bytes), mib(*limit))
            }
            Why::Paused => f.write_str("completions are paused; run housestyle.toggle to go on"),
            Why::BrokenSettings(problem) => f.write_str(problem),
            Why::NoModel(why) => write!(f, "there is no model: {why}"),
        }
    }
}

impl Resolution {
    /// Returns how the request ended, in kebab-case.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Resolution::Suggestion(_) => "suggestion",
            Resolution::Nothing(why) => why.code(),
            Resolution::Overtaken(Overtaken::Change) => "overtaken-by-change",
            Resolution::Overtaken(Overtaken::Request) => "overtaken-by-request",
            Resolution::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resolution::Suggestion(answer) if answer.reused => {
                f.write_str("the rest of an earlier suggestion was shown")
            }
            Resolution::Suggestion(answer) => {
                f.write_str("a suggestion was shown")?;
                let by = |action: SkillAction| {
                    let uses = answer.skills.iter().filter(move |used| used.action == action && !used.shadow);
                    uses.map(|used| format!("`{}`", used.name)).collect::<Vec<_>>().join(", ")
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
            Resolution::Nothing(why) => why.fmt(f),
            Resolution::Overtaken(Overtaken::Change) => {
                f.write_str("the document changed before the answer was ready")
            }
            Resolution::Overtaken(Overtaken::Request) => {
                f.write_str("a newer request came before the answer was ready")
            }
            Resolution::Cancelled => f.write_str("the editor took the request back"),
        }
    }
}
