//! The likelihood of a given continuation.

use crate::engine::{Engine, Input};
use crate::error::EngineError;
use crate::ops;
use crate::scratch::Want;
use crate::special::Special;

/// Rows of logits held at once: each takes four bytes a vocabulary entry.
const SCORE_ROWS: usize = 8;

/// The likelihood of a given continuation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Negative log-likelihood of the continuation's tokens, in nats.
    pub nll: f64,
    /// How many tokens that are.
    pub tokens: usize,
    /// Negative log-likelihood of the end token after them, in nats.
    pub nll_end: f64,
}

/// The model's probability of one token of a given continuation, without a prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenScore<'a> {
    /// The tokens before it: the prompt and the continuation so far.
    pub context: &'a [u32],
    /// The token.
    pub token: u32,
    /// Its probability.
    pub probability: f64,
    /// Probability of the end token in its place.
    pub end: f64,
}

/// Called for each token in turn, with the tokens so far, the row of logits behind them, and the next token, if any.
type Visit<'a> = dyn FnMut(&mut Engine, &[u32], usize, Option<u32>) + 'a;

impl Engine {
    /// Returns how likely `continuation` is after `prompt`, without token healing: where the two meet
    /// they are tokenised as they would be in one text.
    ///
    /// Returns `None` if `cancelled` said so.
    ///
    /// # Errors
    /// When prompt and continuation do not fit.
    pub fn score(
        &mut self,
        prompt: &[Input<'_>],
        continuation: &str,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Scored>, EngineError> {
        let end =
            self.tokenizer.special(Special::EndOfText).ok_or(EngineError::NoSpecial(Special::EndOfText))?;
        let mut scored = Scored { nll: 0.0, tokens: 0, nll_end: 0.0 };
        let done =
            self.follow(prompt, continuation, cancelled, &mut |engine, context, row, token| match token {
                Some(token) => {
                    scored.nll -= engine.logprob(context, row, token);
                    scored.tokens += 1;
                }
                None => scored.nll_end = -engine.logprob(context, row, end),
            });
        if !done? {
            return Ok(None);
        }
        if !scored.nll.is_finite() || !scored.nll_end.is_finite() {
            return Err(EngineError::NotFinite { position: self.sequences.current().tokens().len() });
        }
        Ok(Some(scored))
    }

    /// Calls `visit` with the probability of each token of `continuation` by the model alone, without a prior.
    /// Returns whether it came to the end: `cancelled` stops it.
    ///
    /// # Errors
    /// When prompt and continuation do not fit.
    pub fn score_tokens(
        &mut self,
        prompt: &[Input<'_>],
        continuation: &str,
        cancelled: &dyn Fn() -> bool,
        visit: &mut dyn FnMut(TokenScore<'_>),
    ) -> Result<bool, EngineError> {
        let end = self.tokenizer.special(Special::EndOfText);
        self.follow(prompt, continuation, cancelled, &mut |engine, context, row, token| {
            let Some(token) = token else { return };
            let logits = engine.logits_of(row);
            let sum = ops::log_sum_exp(logits);
            let alone = |token: u32| (f64::from(logits[token as usize]) - sum).exp();
            visit(TokenScore { context, token, probability: alone(token), end: end.map_or(0.0, alone) });
        })
    }

    /// Evaluates a prompt and a continuation, and calls `visit` with the row of logits before each token of
    /// the continuation; at last with the row behind all of them, without a token. Returns whether it came to the
    /// end.
    fn follow(
        &mut self,
        prompt: &[Input<'_>],
        continuation: &str,
        cancelled: &dyn Fn() -> bool,
        visit: &mut Visit<'_>,
    ) -> Result<bool, EngineError> {
        let (mut tokens, middle) = self.continuation(prompt, continuation)?;
        let targets: Vec<u32> = tokens.split_off(tokens.len() - middle);
        self.check(&tokens, targets.len() + 1)?;
        let reused = self.rewind_to_common(&tokens);
        if !self.feed(&tokens[reused..], Want::Logits(1), cancelled) {
            return Ok(false);
        }
        let prompt = tokens.len();
        tokens.extend_from_slice(&targets);
        let mut at = prompt;
        let mut chunks = targets.chunks(SCORE_ROWS);
        loop {
            // Each row predicts the token after it: one more of the targets, or the end.
            for row in 0..self.scratch.logits.len() / self.model.vocab {
                visit(self, &tokens[..at], row, targets.get(at - prompt).copied());
                at += 1;
            }
            let Some(chunk) = chunks.next() else { return Ok(true) };
            if !self.pass(chunk, Want::Logits(chunk.len()), cancelled) {
                return Ok(false);
            }
        }
    }

    /// Returns a row of logits.
    fn logits_of(&self, row: usize) -> &[f32] {
        &self.scratch.logits[row * self.model.vocab..][..self.model.vocab]
    }

    /// Returns the logarithm of a token's probability after a row of logits, which `context` led to.
    fn logprob(&mut self, context: &[u32], row: usize, token: u32) -> f64 {
        let Engine { model, tokenizer, mixing, scratch, .. } = self;
        let logits = &scratch.logits[row * model.vocab..][..model.vocab];
        let sum = ops::log_sum_exp(logits);
        let alone = |token: u32| f64::from(logits[token as usize]) - sum;
        match mixing.ask(context, tokenizer) {
            None => alone(token),
            Some(mixture) => {
                let end = mixture.end().map_or(0.0, |end| alone(end).exp());
                mixture.probability(token, alone(token).exp(), end).ln()
            }
        }
    }

    /// Tokenises prompt and continuation so that the last text part and the continuation are one
    /// text, and returns all tokens and how many of them belong to the continuation: those that end
    /// after its start.
    ///
    /// # Errors
    /// [`EngineError::NoSpecial`] when the model lacks a special token.
    pub fn continuation(
        &self,
        prompt: &[Input<'_>],
        continuation: &str,
    ) -> Result<(Vec<u32>, usize), EngineError> {
        if let Some((Input::Text(last), before)) = prompt.split_last() {
            let mut tokens = self.tokenize(before)?;
            let from = tokens.len();
            self.tokenizer.encode(&format!("{last}{continuation}"), &mut tokens);
            // A tokenizer may have put a space in front that no text has: it belongs to the prompt.
            let spelled: usize = tokens[from..].iter().map(|t| self.tokenizer.bytes(*t).len()).sum();
            let extra = spelled.saturating_sub(last.len() + continuation.len());
            let mut at = 0;
            let inside = tokens[from..].iter().filter(|t| {
                at += self.tokenizer.bytes(**t).len();
                at > last.len() + extra
            });
            let middle = inside.count();
            // At least one token must come before the ones that are scored.
            let middle = middle.min(tokens.len().saturating_sub(1));
            return Ok((tokens, middle));
        }
        let mut tokens = self.tokenize(prompt)?;
        let from = tokens.len();
        self.tokenizer.encode(continuation, &mut tokens);
        let middle = tokens.len() - from;
        Ok((tokens, middle))
    }
}
