//! The loop that makes text: token by token, until something ends it.

use std::time::{Duration, Instant};

use crate::engine::{Engine, Input};
use crate::error::EngineError;
use crate::heal::Constraint;
use crate::ops;
use crate::output::{Best, Want};
use crate::sampler::{Sampler, Sampling};
use crate::utf8::Utf8Stream;

/// Bounds and choices of one generation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenerateOptions {
    /// Most tokens to generate.
    pub max_tokens: usize,
    /// Latest end, counted from the call.
    pub deadline: Duration,
    /// Choice of tokens.
    pub sampling: Sampling,
    /// Whether the last token of a prompt that ends in text is taken back and completed (token
    /// healing).
    pub heal: bool,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The model wrote an end token, or any other special token.
    EndToken,
    /// As many tokens as asked for.
    MaxTokens,
    /// The deadline passed.
    Deadline,
    /// `cancelled` said so.
    Cancelled,
    /// The listener said so.
    Listener,
    /// The context is full.
    ContextFull,
}

/// A finished generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The new text.
    pub text: String,
    /// Why it ended.
    pub stop: StopReason,
    /// Tokens in the prompt, after healing.
    pub prompt_tokens: usize,
    /// Of these, kept from before.
    pub reused_tokens: usize,
    /// Tokens generated.
    pub generated_tokens: usize,
    /// Time for the prompt.
    pub prefill: Duration,
    /// Time for the new tokens.
    pub decode: Duration,
    /// Sum of the natural logarithms of the new tokens' probabilities; of a healed one, among the tokens
    /// that may stand there.
    pub logprob: f64,
}

impl Engine {
    /// Continues a prompt. `cancelled` and the deadline are read before every layer of every pass;
    /// `listener` hears all new text (whole characters) with the time since
    /// the call, and says whether to go on.
    ///
    /// # Errors
    /// When the prompt is empty or does not fit, or the model's output is not finite.
    pub fn generate(
        &mut self,
        prompt: &[Input<'_>],
        options: &GenerateOptions,
        cancelled: &(dyn Fn() -> bool + Sync),
        listener: &mut dyn FnMut(&str, Duration) -> bool,
    ) -> Result<Output, EngineError> {
        let begun = Instant::now();
        let mut tokens = self.tokenize(prompt)?;
        let ends_in_text = matches!(prompt.last(), Some(Input::Text(t)) if !t.is_empty());
        let mut constraint = Constraint::default();
        if options.heal && ends_in_text && tokens.len() > 1 {
            let last = tokens.pop().map(|t| self.tokenizer.bytes(t).to_vec());
            constraint = Constraint::new(last.unwrap_or_default());
        }
        self.check(&tokens, 1)?;
        let reused = self.rewind_to_common(&tokens);
        let mut out = Output {
            text: String::new(),
            stop: StopReason::MaxTokens,
            prompt_tokens: tokens.len(),
            reused_tokens: reused,
            generated_tokens: 0,
            prefill: Duration::ZERO,
            decode: Duration::ZERO,
            logprob: 0.0,
        };
        let late = || begun.elapsed() >= options.deadline;
        let stop_now = || {
            if cancelled() { Some(StopReason::Cancelled) } else { late().then_some(StopReason::Deadline) }
        };
        let mut sampler = Sampler::new(options.sampling);
        let mut want = if constraint.is_done() { sampler.wants() } else { Want::Logits(1) };
        let fed = self.feed(&tokens[reused..], want, &|| stop_now().is_some());
        out.prefill = begun.elapsed();
        if !fed {
            out.stop = stop_now().unwrap_or(StopReason::Cancelled);
            return Ok(out);
        }

        let mut stream = Utf8Stream::default();
        while out.generated_tokens < options.max_tokens {
            if let Some(stop) = stop_now() {
                out.stop = stop;
                break;
            }
            let logits = &self.scratch.logits;
            // While healing, a token is as likely as it is among those that may come: what stands there is
            // no choice of the model's, and must not make it look unsure.
            let (picked, total) = if !constraint.is_done() {
                let allowed = constraint.allowed(&self.tokenizer);
                let among: Vec<f32> = allowed.iter().map(|t| logits[*t as usize]).collect();
                (sampler.pick(allowed.into_iter().zip(among.iter().copied())), ops::log_sum_exp(&among))
            } else if let (Want::Best(_), Some(Best { token, log_sum, .. })) =
                (want, self.scratch.best.first())
            {
                (*token, *log_sum)
            } else {
                (sampler.pick((0u32..).zip(logits.iter().copied())), ops::log_sum_exp(logits))
            };
            let position = self.sequences.current().tokens().len();
            let token = picked.ok_or(EngineError::NotFinite { position })?;
            out.logprob += f64::from(logits[token as usize]) - total;
            if self.tokenizer.is_control(token) {
                out.stop = StopReason::EndToken;
                break;
            }
            out.generated_tokens += 1;
            let text = stream.push(constraint.take(self.tokenizer.bytes(token)));
            if !text.is_empty() {
                out.text.push_str(&text);
                if !listener(&text, begun.elapsed()) {
                    out.stop = StopReason::Listener;
                    break;
                }
            }
            if out.generated_tokens == options.max_tokens {
                break;
            }
            if self.sequences.current().tokens().len() == self.context() {
                out.stop = StopReason::ContextFull;
                break;
            }
            want = if constraint.is_done() { sampler.wants() } else { Want::Logits(1) };
            if !self.feed(&[token], want, &|| stop_now().is_some()) {
                out.stop = stop_now().unwrap_or(StopReason::Cancelled);
                break;
            }
        }
        out.decode = begun.elapsed() - out.prefill;
        Ok(out)
    }
}
