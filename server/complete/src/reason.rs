//! Why there is nothing to show: a closed list, each with a code for programs and a sentence for people.

use thiserror::Error;

/// The one reason for a missing suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Reason {
    // Before the model is asked.
    /// Switched off by `enabled`.
    #[error("completions are switched off (setting `enabled`)")]
    Disabled,
    /// Switched off by a mode.
    #[error("completions are off here (setting `{setting}`)")]
    ModeOff {
        /// The setting that says so.
        setting: &'static str,
    },
    /// Only on request, by a mode.
    #[error("completions come only when asked for here (setting `{setting}`)")]
    ManualOnly {
        /// The setting that says so.
        setting: &'static str,
    },
    /// The file is excluded.
    #[error("this file is left alone: it matches {glob:?} (setting `disabled`)")]
    PathDisabled {
        /// The glob that matched.
        glob: String,
    },
    /// Too much text right of the cursor.
    #[error("{found} characters stand right of the cursor, more than {allowed} (setting `maxLineSuffix`)")]
    TextRight {
        /// Visible characters right of the cursor that are no closers.
        found: usize,
        /// The setting.
        allowed: usize,
    },
    /// The cursor is inside a word.
    #[error("the cursor is inside a word")]
    InsideWord,
    /// Nothing around the cursor.
    #[error("there is no text around the cursor to go by")]
    NoContext,
    /// Quiet prose: not a place where a suggestion helps.
    #[error(
        "prose is completed quietly: only at the end of a line, in a sentence that is under way (setting `prose.mode`)"
    )]
    ProseQuiet,

    // The model.
    /// A newer request took its place, or the editor took it back.
    #[error("the request was cancelled")]
    Cancelled,
    /// The model failed.
    #[error("the model failed: {0}")]
    ModelFailed(String),
    /// No text within the deadline.
    #[error("the model wrote nothing within {deadline_ms} ms (setting `deadlineMs`)")]
    TooSlow {
        /// The setting.
        deadline_ms: u64,
    },
    /// The model ended at once.
    #[error("the model had nothing to add")]
    ModelSilent,
    /// The model thinks that the line ends here.
    #[error("the model found the line complete")]
    LineComplete,
    /// The model was not sure enough.
    #[error(
        "the model was not sure enough: mean log-probability {:.2}, less than {:.2} (setting `minLogprob` or `quietLogprob`)",
        *found as f64 / 1000.0,
        *asked as f64 / 1000.0
    )]
    LowConfidence {
        /// Thousandths of the mean natural logarithm.
        found: i64,
        /// The threshold, in the same unit.
        asked: i64,
    },

    // The filters.
    /// Special tokens spelled out.
    #[error("the model wrote one of its special tokens as text")]
    SpecialToken,
    /// An answer in words, a fence or thoughts in place of code.
    #[error("the model spoke to the user in place of writing code")]
    Chat,
    /// Nothing visible.
    #[error("the model wrote only white space")]
    Blank,
    /// Nothing but closers.
    #[error("the model wrote only closing brackets or punctuation")]
    BareClosers,
    /// Too little to be of use.
    #[error("the model wrote too little to be of use")]
    TooShort,
    /// It stands below or right of the cursor.
    #[error("the model wrote what already stands after the cursor")]
    SuffixDuplicate,
    /// It stands above or left of the cursor.
    #[error("the model wrote what already stands before the cursor")]
    PrefixEcho,
    /// It repeats itself.
    #[error("the model repeated itself")]
    Repetition,
    /// Cut by a limit before it said anything whole.
    #[error("the text was cut off before its first word was whole")]
    Unfinished,
    /// A bracket or quote that the editor has already put right of the cursor.
    #[error("the model closed a bracket or quote that is closed already")]
    ClosedAlready,
    /// Indentation that stands there already.
    #[error("the model repeated the indentation")]
    Indentation,
    /// It breaks a skill.
    #[error("what the model wrote breaks the team's skill `{skill}`")]
    BreaksSkill {
        /// Its name.
        skill: String,
    },
    /// More lines than allowed.
    #[error("the suggestion had too many lines (setting `maxLines`)")]
    TooLong,
}

impl Reason {
    /// Returns the reason's code, which stays the same whatever the sentence says.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Disabled => "disabled",
            Reason::ModeOff { .. } => "mode-off",
            Reason::ManualOnly { .. } => "manual-only",
            Reason::PathDisabled { .. } => "path-disabled",
            Reason::TextRight { .. } => "text-right",
            Reason::InsideWord => "inside-word",
            Reason::NoContext => "no-context",
            Reason::ProseQuiet => "prose-quiet",
            Reason::Cancelled => "cancelled",
            Reason::ModelFailed(_) => "model-failed",
            Reason::TooSlow { .. } => "too-slow",
            Reason::ModelSilent => "model-silent",
            Reason::LineComplete => "line-complete",
            Reason::LowConfidence { .. } => "low-confidence",
            Reason::SpecialToken => "special-token",
            Reason::Chat => "chat",
            Reason::Blank => "blank",
            Reason::BareClosers => "bare-closers",
            Reason::TooShort => "too-short",
            Reason::SuffixDuplicate => "suffix-duplicate",
            Reason::PrefixEcho => "prefix-echo",
            Reason::Repetition => "repetition",
            Reason::Unfinished => "unfinished",
            Reason::ClosedAlready => "closed-already",
            Reason::Indentation => "indentation",
            Reason::TooLong => "too-long",
            Reason::BreaksSkill { .. } => "breaks-skill",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;
    use std::collections::BTreeSet;

    #[test]
    fn codes_differ_and_sentences_are_for_people() {
        let all = [
            Reason::Disabled,
            Reason::ModeOff { setting: "mode" },
            Reason::ManualOnly { setting: "prose.mode" },
            Reason::PathDisabled { glob: "*.pem".to_owned() },
            Reason::TextRight { found: 9, allowed: 8 },
            Reason::InsideWord,
            Reason::NoContext,
            Reason::ProseQuiet,
            Reason::Cancelled,
            Reason::ModelFailed("out of luck".to_owned()),
            Reason::TooSlow { deadline_ms: 2500 },
            Reason::ModelSilent,
            Reason::LineComplete,
            Reason::LowConfidence { found: -3210, asked: -2500 },
            Reason::SpecialToken,
            Reason::Chat,
            Reason::Blank,
            Reason::BareClosers,
            Reason::TooShort,
            Reason::SuffixDuplicate,
            Reason::PrefixEcho,
            Reason::Repetition,
            Reason::Unfinished,
            Reason::ClosedAlready,
            Reason::Indentation,
            Reason::TooLong,
            Reason::BreaksSkill { skill: "no-unwrap".to_owned() },
        ];
        let codes: BTreeSet<&str> = all.iter().map(Reason::code).collect();
        assert_eq!(codes.len(), all.len(), "two reasons share a code");
        assert!(
            codes.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '-')),
            "{codes:?}"
        );
        for reason in &all {
            assert!(reason.to_string().split(' ').count() >= 4, "{reason}");
        }
        let sure = Reason::LowConfidence { found: -3210, asked: -2500 }.to_string();
        assert!(sure.contains("-3.21, less than -2.50"), "{sure}");
    }
}
