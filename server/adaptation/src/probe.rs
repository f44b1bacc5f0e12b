//! A hole with a known answer: shows whether a model's fill-in-the-middle markers work.
//!
//! A file may carry the markers in its vocabulary and yet never have been trained on them, or name the wrong
//! tokens. Such a model writes fluent nonsense; it is better refused than shown.

use std::time::{Duration, Instant};

use housestyle_complete::generator::{
    Cancel, Flow, GenerateError, Generation, Generator, Limits, Marker, Prompt, PromptPart, Request, Sampling,
};

/// The text before the hole and after it, and its answer: only a model that reads the text after the hole can know.
const BEFORE: &str = "\"\"\"Prints a record.\"\"\"\n\n";
const LINE: &str = "import ";
const AFTER: &str = "\n\nprint(json.dumps({\"name\": \"value\"}))\n";
/// The answer.
pub const ANSWER: &str = "json";

/// The model's answer to a hole.
#[derive(Debug, Clone)]
pub struct ProbeResult {
    /// Whether it wrote what belongs there.
    pub works: bool,
    /// The written text, up to the line's end.
    pub text: String,
    /// How long that took.
    pub took: Duration,
}

/// Lets the model fill the hole.
///
/// # Errors
/// When the model fails, or has no such markers.
pub fn run(generator: &mut dyn Generator) -> Result<ProbeResult, GenerateError> {
    let began = Instant::now();
    let parts = vec![
        PromptPart::Marker(Marker::FimPrefix),
        PromptPart::Text(BEFORE.to_owned()),
        PromptPart::Marker(Marker::FimSuffix),
        PromptPart::Text(AFTER.to_owned()),
        PromptPart::Marker(Marker::FimMiddle),
        PromptPart::Text(LINE.to_owned()),
    ];
    let made = generate(generator, Prompt { format: "probe-1", parts }, 6)?;
    let works = made.text.split_whitespace().next() == Some(ANSWER);
    let text = made.text.trim().lines().next().unwrap_or_default().to_owned();
    Ok(ProbeResult { works, text, took: began.elapsed() })
}

/// Generates greedily, with patience.
///
/// # Errors
/// As [`Generator::generate`].
pub fn generate(
    generator: &mut dyn Generator,
    prompt: Prompt,
    max_tokens: usize,
) -> Result<Generation, GenerateError> {
    let limits = Limits { max_tokens, deadline: Duration::from_secs(120) };
    let request = Request { prompt, limits, sampling: Sampling::GREEDY };
    generator.generate(&request, &Cancel::new(), &mut |_| Flow::Continue)
}
