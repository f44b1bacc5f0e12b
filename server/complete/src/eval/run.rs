//! Runs one case.

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::ceilings::ceilings;
use super::metrics::measure;
use crate::generator::{Cancel, GenerateError, Generator, Prompt, Score};
use crate::job::{Job, Trigger};
use crate::memory::Memory;
use crate::settings::Settings;
use crate::trace::Trace;
use crate::{lines, suggest};

/// The result of one case on one arm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// The case's name, or its path.
    pub name: String,
    /// When the case was written: cases of the same time are of one commit. 0 where that is not known.
    #[serde(skip)]
    pub time: f64,
    /// The suggestion, if any.
    pub text: Option<String>,
    /// The code of the reason why there was none.
    pub reason: Option<String>,
    /// See [`Metrics`](super::Metrics).
    pub exact: bool,
    /// See [`Metrics`](super::Metrics).
    pub first_line_exact: bool,
    /// See [`Metrics`](super::Metrics).
    pub edit_similarity: f64,
    /// All names of the first line stand in the prompt.
    pub names_in_prompt: bool,
    /// The first line itself stands in the prompt.
    pub line_in_prompt: bool,
    /// Negative log-likelihood of the middle's own tokens, in nats; missing where the model gives no probabilities.
    pub nll: Option<f64>,
    /// The same of the end-of-middle token after them.
    pub nll_end: Option<f64>,
    /// The middle's tokens.
    pub tokens: usize,
    /// How long the suggestion took, by the caller's clock.
    pub latency_ms: Option<f64>,
}

impl CaseResult {
    /// Returns the result with the score of the team's text.
    #[must_use]
    pub fn with_score(self, score: Score) -> CaseResult {
        CaseResult { nll: Some(score.nll), nll_end: Some(score.nll_end), tokens: score.tokens, ..self }
    }

    /// Returns the result with the time that the suggestion took.
    #[must_use]
    pub fn with_latency_ms(self, latency_ms: f64) -> CaseResult {
        CaseResult { latency_ms: Some(latency_ms), ..self }
    }
}

/// Suggests in the hole as if somebody had asked there, and compares. The caller times this call.
pub fn run(
    case: &Case,
    memory: &Memory,
    settings: &Settings,
    generator: &mut dyn Generator,
    cancel: &Cancel,
) -> (CaseResult, Trace) {
    let (snapshot, cursor) = case.document();
    let trigger = Trigger::Invoked;
    let job = Job { trigger, memory, ..Job::at(&snapshot, cursor, settings) };
    let trace = suggest::suggest(&job, generator, cancel, &mut |_| {});
    let text = trace.suggestion().map(|suggestion| suggestion.text.clone());
    let metrics = measure(text.as_deref().unwrap_or(""), case.wanted());
    let ceilings = match &trace.prompt {
        Some(prompt) => ceilings(case, prompt),
        None => ceilings(case, &suggest::prompt_of(&job, generator)),
    };
    let result = CaseResult {
        name: case.name.clone().unwrap_or_else(|| case.path.clone()),
        time: case.time,
        reason: trace.reason().map(|reason| reason.code().to_owned()),
        // Silence is never right, not even where nothing was wanted: it is counted by `shown`.
        exact: metrics.exact && text.is_some(),
        first_line_exact: metrics.first_line_exact && text.is_some(),
        edit_similarity: if text.is_some() { metrics.edit_similarity } else { 0.0 },
        names_in_prompt: ceilings.names,
        line_in_prompt: ceilings.line,
        text,
        ..CaseResult::default()
    };
    (result, trace)
}

/// Returns the prompt that serving would use in a case.
pub fn prompt_in(case: &Case, memory: &Memory, settings: &Settings, generator: &dyn Generator) -> Prompt {
    let (snapshot, cursor) = case.document();
    let trigger = Trigger::Invoked;
    let job = Job { trigger, memory, ..Job::at(&snapshot, cursor, settings) };
    suggest::prompt_of(&job, generator)
}

/// Returns how likely the team's text is under the prompt that serving would use.
///
/// # Errors
/// As [`Generator::score`].
pub fn score(
    case: &Case,
    memory: &Memory,
    settings: &Settings,
    generator: &mut dyn Generator,
    cancel: &Cancel,
) -> Result<Score, GenerateError> {
    let prompt = prompt_in(case, memory, settings, generator);
    generator.set_path(Some(&case.path));
    generator.score(&prompt, &lines::unix(&case.middle), cancel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::{Capabilities, Limitation};
    use crate::tests::scripted::Scripted;

    fn case() -> Case {
        Case {
            path: "a.rs".to_owned(),
            prefix: "fn f() {\n    let x = ".to_owned(),
            suffix: "\n}\n".to_owned(),
            middle: "five();".to_owned(),
            ..Case::default()
        }
    }

    #[test]
    fn a_case_is_served_like_a_document() {
        let mut model = Scripted::new(["five();\n}\n"]);
        let (result, trace) = run(&case(), Memory::none(), &Settings::default(), &mut model, &Cancel::new());
        assert_eq!((result.text.as_deref(), result.exact, result.reason), (Some("five();"), true, None));
        let score = score(&case(), Memory::none(), &Settings::default(), &mut model, &Cancel::new())
            .expect("a score");
        assert_eq!(score.tokens, 2);
        assert_eq!(trace.prompt.map(|prompt| prompt.format), Some("fim-line-1"));
    }

    #[test]
    fn a_model_without_probabilities_gives_no_score() {
        let mut model = Scripted::new(["five();"]);
        model.capabilities = Capabilities::new(&[], Limitation::Remote);
        let error = score(&case(), Memory::none(), &Settings::default(), &mut model, &Cancel::new());
        let error = error.expect_err("no probabilities").to_string();
        assert_eq!(error, "the program that runs the model gives no probabilities");
    }

    #[test]
    fn silence_has_a_reason() {
        let (result, _) =
            run(&case(), Memory::none(), &Settings::default(), &mut Scripted::new([""]), &Cancel::new());
        assert_eq!(
            (result.text, result.exact, result.reason.as_deref()),
            (None, false, Some("model-silent"))
        );
    }
}
