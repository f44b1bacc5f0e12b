//! The loop that makes text: token by token, until something ends it.

use std::time::{Duration, Instant};

use crate::engine::{Engine, Input};
use crate::error::EngineError;
use crate::heal::Constraint;
use crate::sampler::{Sampler, Sampling};
use crate::scratch::Want;
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
    /// `cancelled` returned true.
    Cancelled,
    /// The listener returned false.
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
    /// Of these, reused from earlier calls.
    pub reused_tokens: usize,
    /// Tokens generated.
    pub generated_tokens: usize,
    /// Guesses that were verified with them.
    pub drafted_tokens: usize,
    /// Of these, how many came true; each saved a pass.
    pub accepted_tokens: usize,
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
    /// `listener` gets all new text (whole characters) with the time since the call, and returns whether to go on.
    ///
    /// # Errors
    /// When the prompt is empty or does not fit, or the model's output is not finite.
    pub fn generate(
        &mut self,
        prompt: &[Input<'_>],
        options: &GenerateOptions,
        cancelled: &dyn Fn() -> bool,
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
            drafted_tokens: 0,
            accepted_tokens: 0,
            prefill: Duration::ZERO,
            decode: Duration::ZERO,
            logprob: 0.0,
        };
        let late = || begun.elapsed() >= options.deadline;
        let stop_now = || {
            if cancelled() { Some(StopReason::Cancelled) } else { late().then_some(StopReason::Deadline) }
        };
        let mut sampler = Sampler::new(options.sampling);
        let mut want = if constraint.is_done() { sampler.wants(1) } else { Want::Logits(1) };
        let fed = self.feed(&tokens[reused..], want, &|| stop_now().is_some());
        out.prefill = begun.elapsed();
        if !fed {
            out.stop = stop_now().unwrap_or(StopReason::Cancelled);
            return Ok(out);
        }

        let drafts = self.drafts && options.sampling.is_greedy();
        self.drafting.begin();
        let mut stream = Utf8Stream::default();
        let mut pass = Vec::new();
        // Positions of the sequence that are certain; behind them stand guesses.
        let mut certain = tokens.len();
        let ended = loop {
            if out.generated_tokens == options.max_tokens {
                break Ok(StopReason::MaxTokens);
            }
            if let Some(stop) = stop_now() {
                break Ok(stop);
            }
            let row = self.drafting.confirmed();
            let Some((token, logprob)) = self.pick(want, row, &tokens, &mut sampler, &constraint) else {
                break Err(EngineError::NotFinite { position: certain });
            };
            out.logprob += logprob;
            if self.tokenizer.is_control(token) {
                self.drafting.finish();
                break Ok(StopReason::EndToken);
            }
            out.generated_tokens += 1;
            let text = stream.push(constraint.take(self.tokenizer.bytes(token)));
            if !text.is_empty() {
                out.text.push_str(&text);
                if !listener(&text, begun.elapsed()) {
                    self.drafting.observe(token);
                    self.drafting.finish();
                    break Ok(StopReason::Listener);
                }
            }
            if out.generated_tokens == options.max_tokens {
                break Ok(StopReason::MaxTokens);
            }
            if certain == self.context() {
                break Ok(StopReason::ContextFull);
            }
            tokens.push(token);
            if self.drafting.observe(token) {
                certain += 1;
                out.accepted_tokens += 1;
                continue;
            }
            self.sequences.current_mut().truncate(certain);
            pass.clear();
            pass.push(token);
            self.drafting.begin();
            if drafts && constraint.is_done() {
                // Neither more than can come, nor more than there is room for.
                let most = (options.max_tokens - out.generated_tokens).min(self.context() - certain) - 1;
                let (tokenizer, vocab) = (&self.tokenizer, self.model.vocab);
                let usable = |token| (token as usize) < vocab && !tokenizer.is_control(token);
                self.drafting.propose(&tokens, most, &usable, &mut pass);
            }
            let passed = Instant::now();
            want = if constraint.is_done() { sampler.wants(pass.len()) } else { Want::Logits(1) };
            if !self.pass(&pass, want, &|| stop_now().is_some()) {
                break Ok(stop_now().unwrap_or(StopReason::Cancelled));
            }
            self.drafting.passed(passed.elapsed());
            certain += 1;
            out.drafted_tokens += pass.len() - 1;
        };
        self.sequences.current_mut().truncate(certain);
        out.decode = begun.elapsed() - out.prefill;
        ended.map(|stop| Output { stop, ..out })
    }
}
