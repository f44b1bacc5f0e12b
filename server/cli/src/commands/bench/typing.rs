//! The typing session: thirty keys in the middle of a function, a suggestion for each.

use std::fmt;
use std::time::Instant;

use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::{Job, Settings, Trigger, suggest};
use housestyle_text::{Language, Offset, Snapshot};
use serde::Serialize;

use super::{DOCUMENT, ms, percentile};
use crate::failure::Failure;

/// The session's description for people.
pub(super) const SESSION: &str = "30 keys, 16 tokens each";
/// Tokens of each suggestion.
const SUGGESTION_TOKENS: usize = 16;
/// Where the typing begins: in the middle of a function of [`DOCUMENT`].
const TYPED_AFTER: &str = "        let mut bytes = serde_json::to_vec(line)?;\n";
/// The typed text, a key at a time, after the indentation.
const TYPED: &str = "let written = bytes.len() + 1;";
const INDENTATION: &str = "        ";

/// The figures of the session.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Typing {
    pub(super) cold_ms: f64,
    pub(super) p50_ms: f64,
    pub(super) p95_ms: f64,
    pub(super) tokens_evaluated_p50: usize,
}

impl fmt::Display for Typing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Typing { cold_ms, p50_ms, p95_ms, tokens_evaluated_p50 } = self;
        write!(
            f,
            "first answer {cold_ms:.0} ms · then half within {p50_ms:.0} ms, 95 % within {p95_ms:.0} ms · \
             {tokens_evaluated_p50} tokens read a key"
        )
    }
}

/// Types [`TYPED`] into the document; every key is a request of its own, nothing of an earlier suggestion is reused.
///
/// # Errors
/// When the model fails.
pub(super) fn measure(generator: &mut dyn Generator) -> Result<Typing, Failure> {
    let settings = Settings { max_tokens: SUGGESTION_TOKENS, ..without_time_limits(Settings::default()) };
    let start = DOCUMENT.find(TYPED_AFTER).map_or(0, |at| at + TYPED_AFTER.len());
    let (above, below) = DOCUMENT.split_at(start);
    let mut times = Vec::new();
    let mut evaluated = Vec::new();
    for keys in 0..=TYPED.len() {
        let line = format!("{INDENTATION}{}", &TYPED[..keys]);
        let text = format!("{above}{line}\n{below}");
        let snapshot = Snapshot::new(&text, 0, Language::from_id("rust"));
        let cursor = Offset(above.len() + line.len());
        let job = Job { trigger: Trigger::Invoked, ..Job::at(&snapshot, cursor, &settings) };
        let began = Instant::now();
        let trace = suggest(&job, generator, &Cancel::new(), &mut |_| {});
        times.push(ms(began.elapsed()));
        let usage =
            trace.raw.ok_or_else(|| Failure::Environment("the model gave no answer".to_owned()))?.usage;
        evaluated.push((usage.prompt_tokens.saturating_sub(usage.reused_tokens)) as f64);
    }
    let cold_ms = times.remove(0);
    evaluated.remove(0);
    Ok(Typing {
        cold_ms,
        p50_ms: percentile(times.clone(), 0.5),
        p95_ms: percentile(times, 0.95),
        tokens_evaluated_p50: percentile(evaluated, 0.5) as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_thirty_keys_inside_a_function_of_the_document() {
        assert_eq!(TYPED.len(), 30);
        assert_eq!(DOCUMENT.matches(TYPED_AFTER).count(), 1);
        assert_eq!(SESSION, format!("{} keys, {SUGGESTION_TOKENS} tokens each", TYPED.len()));
    }
}
