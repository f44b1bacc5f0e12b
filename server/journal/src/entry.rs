//! The lines of the log: plain data, readable by any program, tolerant to older and newer writers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(pub u64);

impl Stamp {
    /// Returns the moment of `time`; 1970 for anything earlier.
    pub fn of(time: SystemTime) -> Stamp {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Stamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    /// Returns how long before `now` this was; zero for the future.
    pub fn age(self, now: Stamp) -> Duration {
        Duration::from_millis(now.0.saturating_sub(self.0))
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Line {
    /// A request was answered.
    Request(Request),
    /// A suggestion had an outcome.
    #[serde(rename = "fate")]
    Outcome(LoggedOutcome),
}

/// One completion request and its answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// When it was answered.
    pub time: Stamp,
    /// The file: relative to its workspace where it has one, else as the editor names it.
    pub path: String,
    /// Identifier of the file's language.
    pub language: String,
    /// Line of the cursor, from 1.
    pub line: u32,
    /// Column of the cursor in characters, from 1.
    pub column: u32,
    /// `invoked` or `automatic`.
    pub trigger: String,
    /// `suggestion`, or the kebab-case code of the reason why there was none.
    pub code: String,
    /// The same for people, one sentence.
    pub sentence: String,
    /// The suggestion's identifier, when there was one.
    pub suggestion: Option<String>,
    /// Lines of the suggestion; 0 when there was none.
    pub lines: usize,
    /// Whether it came from an earlier generation, without a new call of the model.
    pub reused: bool,
    /// The size of the prompt's window, `whole` or `near`, if the model was asked.
    pub window: Option<String>,
    /// From the arrival of the request to its answer, in milliseconds.
    pub total_ms: f64,
    /// Time to evaluate the prompt, in milliseconds.
    pub prefill_ms: f64,
    /// Time to generate, in milliseconds.
    pub decode_ms: f64,
    /// Tokens in the prompt.
    pub prompt_tokens: usize,
    /// Of these, how many came from the cache.
    pub reused_tokens: usize,
    /// Tokens generated.
    pub generated_tokens: usize,
    /// The model's name, once one was loaded.
    pub model: Option<String>,
    /// The skills that took part, each with its effect: `name: repaired`.
    pub skills: Vec<String>,
}

/// The outcome of a suggestion, or a step towards it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedOutcome {
    /// When it happened.
    pub time: Stamp,
    /// The suggestion's identifier.
    pub suggestion: String,
    /// `shown`, `accepted`, `partly-accepted`, `typed-through`, `typed-over`, `dismissed` or `superseded`.
    #[serde(rename = "fate")]
    pub outcome: String,
    /// How it is known: `editor` or `change`.
    pub source: String,
    /// Length of the accepted part in UTF-16 units.
    pub accepted: usize,
    /// Length of the whole suggestion in UTF-16 units.
    pub length: usize,
}
