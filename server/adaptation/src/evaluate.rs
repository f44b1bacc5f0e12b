//! One case with a back end: the answer, and the probability that the back end gives to the team's text.

use std::time::Instant;

use housestyle_complete::eval::{Case, CaseResult, run, score};
use housestyle_complete::generator::{Cancel, GenerateError, Generator};
use housestyle_complete::{Memory, Settings, Trace};

use crate::error::Error;

/// Milliseconds for an answer outside of an editor: the limits of typing would only cut the answer of a cold model.
const PATIENCE_MS: u64 = 10 * 60 * 1000;

/// Returns the settings without the time limits of typing, so that an answer depends on no machine's speed.
pub fn without_time_limits(mut settings: Settings) -> Settings {
    settings.deadline_ms = PATIENCE_MS;
    settings.time_budget_ms = PATIENCE_MS;
    for special in settings.languages.values_mut() {
        special.remove("deadlineMs");
        special.remove("timeBudgetMs");
    }
    settings
}

/// Runs a case with an empty memory, and scores the team's text.
///
/// # Errors
/// When the model fails.
pub fn evaluate_case(
    case: &Case,
    settings: &Settings,
    generator: &mut dyn Generator,
) -> Result<(CaseResult, Trace), Error> {
    evaluate_with_memory(case, Memory::none(), settings, generator)
}

/// Runs a case with a memory, and scores the team's text.
///
/// # Errors
/// When the model fails.
pub fn evaluate_with_memory(
    case: &Case,
    memory: &Memory,
    settings: &Settings,
    generator: &mut dyn Generator,
) -> Result<(CaseResult, Trace), Error> {
    let began = Instant::now();
    let (result, trace) = run(case, memory, settings, generator, &Cancel::new());
    let result = result.with_latency_ms(began.elapsed().as_secs_f64() * 1e3);
    match score(case, memory, settings, generator, &Cancel::new()) {
        Ok(score) => Ok((result.with_score(score), trace)),
        // A script has no probabilities, and a case may be longer than the model: both are `null` in the report.
        Err(GenerateError::Unsupported(_) | GenerateError::PromptTooLong { .. }) => Ok((result, trace)),
        Err(source) => Err(Error::Case { name: result.name, source }),
    }
}
