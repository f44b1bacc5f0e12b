//! The outcomes of the cases, one line a case, and their comparison with earlier outcomes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Nats a token by which a case may differ from its committed outcome.
const NATS: f64 = 0.02;

/// How good a suggestion was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// All of it is right.
    Exact,
    /// Its first line is right.
    FirstLine,
    /// It is something else.
    ShownWrong,
    /// There is none.
    Silent,
}

/// The outcome of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The case's name.
    pub(crate) name: String,
    /// How good it was.
    pub(crate) verdict: Verdict,
    /// Why there is no suggestion, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The suggestion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// Edit similarity of the first line, to three places.
    pub(crate) similarity: f64,
    /// Nats a token of the expected text, to three places.
    pub(crate) nll: f64,
    /// Tokens of the expected text.
    pub(crate) tokens: usize,
}

/// Reads outcomes, one a line.
///
/// # Errors
/// Names the line.
pub(crate) fn read(text: &str) -> Result<Vec<Outcome>, String> {
    let line = |(n, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", n + 1));
    text.lines().enumerate().map(line).collect()
}

/// Writes outcomes, one on each line.
///
/// # Errors
/// When a number is not finite.
pub(crate) fn write(outcomes: &[Outcome]) -> Result<String, serde_json::Error> {
    outcomes.iter().map(|outcome| Ok(serde_json::to_string(outcome)? + "\n")).collect()
}

/// What changed, for people, and how many cases say something else.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Cases with another verdict, reason or text.
    pub(crate) said: usize,
    /// Cases in which only the likelihood moved.
    pub(crate) moved: usize,
    /// Each change: the case, its earlier outcome, its outcome now.
    pub(crate) shown: String,
}

/// Compares by name.
pub(crate) fn compare(was: &[Outcome], is: &[Outcome]) -> Changes {
    let by_name = |outcomes: &[Outcome]| -> BTreeMap<String, Outcome> {
        outcomes.iter().map(|outcome| (outcome.name.clone(), outcome.clone())).collect()
    };
    let (was, is) = (by_name(was), by_name(is));
    let names: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let mut changes = Changes::default();
    for name in names {
        let (old, new) = (was.get(name), is.get(name));
        let same = match (old, new) {
            (Some(a), Some(b)) => (a.verdict, &a.reason, &a.text) == (b.verdict, &b.reason, &b.text),
            _ => false,
        };
        // Written so that a NaN is a change too.
        let near =
            matches!((old, new), (Some(a), Some(b)) if (a.nll - b.nll).abs() <= NATS && a.tokens == b.tokens);
        if same && near {
            continue;
        }
        let words = |outcome: Option<&Outcome>| {
            outcome.map_or("absent".to_owned(), |outcome| {
                let said = outcome.text.as_ref().map(|text| format!("{text:?}"));
                let said = said.or_else(|| outcome.reason.clone()).unwrap_or_default();
                format!("{:11} {:.3} nats  {said}", label(outcome.verdict), outcome.nll)
            })
        };
        // Writing into a string cannot fail.
        let _ = writeln!(changes.shown, "{name}\n    was  {}\n    is   {}", words(old), words(new));
        if same {
            changes.moved += 1;
        } else {
            changes.said += 1;
        }
    }
    changes
}

fn label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Exact => "exact",
        Verdict::FirstLine => "first-line",
        Verdict::ShownWrong => "shown-wrong",
        Verdict::Silent => "silent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, verdict: Verdict, said: &str, nll: f64) -> Outcome {
        let silent = verdict == Verdict::Silent;
        Outcome {
            name: name.to_owned(),
            verdict,
            reason: silent.then(|| said.to_owned()),
            text: (!silent).then(|| said.to_owned()),
            similarity: 0.5,
            nll,
            tokens: 3,
        }
    }

    #[test]
    fn a_change_shows_what_was_and_what_is() {
        let was = [
            outcome("a", Verdict::Exact, "x\n", 0.5),
            outcome("b", Verdict::Silent, "model-silent", 0.5),
            outcome("c", Verdict::Exact, "z", 1.0),
            outcome("gone", Verdict::Exact, "z", 1.0),
        ];
        let is = [
            outcome("a", Verdict::ShownWrong, "y", 0.51),
            outcome("b", Verdict::Silent, "model-silent", 0.515),
            outcome("c", Verdict::Exact, "z", 1.03),
        ];
        let changes = compare(&was, &is);
        assert_eq!((changes.said, changes.moved), (2, 1));
        let expect = "a\n    was  exact       0.500 nats  \"x\\n\"\n    is   shown-wrong 0.510 nats  \"y\"\n\
                      c\n    was  exact       1.000 nats  \"z\"\n    is   exact       1.030 nats  \"z\"\n\
                      gone\n    was  exact       1.000 nats  \"z\"\n    is   absent\n";
        assert_eq!(changes.shown, expect);
    }

    #[test]
    fn lines_are_read_as_written() {
        let all = [
            outcome("a", Verdict::FirstLine, "é\r\n", 0.125),
            outcome("b", Verdict::Silent, "model-silent", 2.0),
        ];
        let text = write(&all).unwrap();
        assert_eq!(
            text.lines().nth(1),
            Some(
                r#"{"name":"b","verdict":"silent","reason":"model-silent","similarity":0.5,"nll":2.0,"tokens":3}"#
            )
        );
        assert_eq!(read(&text).unwrap(), all);
        assert!(read("{}\n").unwrap_err().starts_with("line 1: missing field"));
    }
}
