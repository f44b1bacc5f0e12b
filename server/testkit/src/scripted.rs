//! A generator whose answers a test writes down, and which records its requests.

use std::collections::VecDeque;
use std::time::Duration;

use housestyle_complete::generator::{
    Cancel, Capabilities, Capability, Chunk, Description, Flow, GenerateError, Generation, Generator,
    Limitation, Prompt, Request, Score, Stop, Usage,
};

/// One answer of a [`Scripted`] generator.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The whole text; handed out one character at a time, as slow models do.
    pub text: String,
    /// Time that passes before each character.
    pub per_char: Duration,
    /// How it ends when nobody stops it.
    pub stop: Stop,
    /// The confidence it reports.
    pub mean_logprob: f32,
}

impl From<&str> for Answer {
    fn from(text: &str) -> Answer {
        Answer { text: text.to_owned(), per_char: Duration::ZERO, stop: Stop::EndOfText, mean_logprob: -0.1 }
    }
}

/// A generator whose answers are written down beforehand. No clock: time is made up.
#[derive(Debug, Clone)]
pub struct Scripted {
    /// Answers still to give; the last one is repeated for ever.
    pub answers: VecDeque<Result<Answer, String>>,
    /// Every request so far.
    pub asked: Vec<Request>,
    /// The description that it reports.
    pub description: Description,
    /// The capabilities that it reports.
    pub capabilities: Capabilities,
}

impl Scripted {
    /// Returns a generator that gives these answers in order and repeats the last one.
    pub fn new<A: Into<Answer>>(answers: impl IntoIterator<Item = A>) -> Scripted {
        Scripted {
            answers: answers.into_iter().map(|answer| Ok(answer.into())).collect(),
            asked: Vec::new(),
            description: Description {
                model: "scripted".to_owned(),
                fim: true,
                reads_context: false,
                context_tokens: 4096,
                adapter: None,
            },
            capabilities: Capabilities::new(&[Capability::Probabilities], Limitation::TextOnly),
        }
    }

    /// Returns a generator that fails with this message.
    pub fn failing(message: &str) -> Scripted {
        let mut scripted = Scripted::new([""]);
        scripted.answers = VecDeque::from([Err(message.to_owned())]);
        scripted
    }

    fn next(&mut self) -> Result<Answer, String> {
        if self.answers.len() > 1 {
            return self.answers.pop_front().unwrap_or_else(|| Ok("".into()));
        }
        self.answers.front().cloned().unwrap_or_else(|| Ok("".into()))
    }
}

impl Generator for Scripted {
    fn describe(&self) -> Description {
        self.description.clone()
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.len().div_ceil(4)
    }

    fn generate(
        &mut self,
        request: &Request,
        cancel: &Cancel,
        listener: &mut dyn FnMut(Chunk<'_>) -> Flow,
    ) -> Result<Generation, GenerateError> {
        self.asked.push(request.clone());
        let answer = self.next().map_err(GenerateError::Failed)?;
        let mut elapsed = Duration::ZERO;
        let mut text = String::new();
        let mut stop = answer.stop;
        for (index, (at, character)) in answer.text.char_indices().enumerate() {
            elapsed += answer.per_char;
            if cancel.is_cancelled() {
                stop = Stop::Cancelled;
                break;
            }
            if elapsed >= request.limits.deadline {
                stop = Stop::Deadline;
                break;
            }
            // Four characters are counted as a token, as in `count_tokens`.
            if index >= request.limits.max_tokens.saturating_mul(4) {
                stop = Stop::MaxTokens;
                break;
            }
            let piece = &answer.text[at..at + character.len_utf8()];
            text.push_str(piece);
            if listener(Chunk { text: piece, elapsed }) == Flow::Stop {
                stop = Stop::Listener;
                break;
            }
        }
        let usage = Usage {
            generated_tokens: text.len().div_ceil(4),
            decode: elapsed,
            mean_logprob: answer.mean_logprob,
            ..Usage::default()
        };
        Ok(Generation { text, stop, usage })
    }

    fn score(&mut self, _prompt: &Prompt, middle: &str, _cancel: &Cancel) -> Result<Score, GenerateError> {
        self.capabilities.require(Capability::Probabilities)?;
        let tokens = self.count_tokens(middle);
        Ok(Score { nll: tokens as f64, tokens, nll_end: 0.5 })
    }
}
