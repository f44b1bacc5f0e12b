//! The engine: a model, its KV cache, and the loop that makes text.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memmap2::Mmap;

use crate::cache::KvCache;
use crate::config::Config;
use crate::error::EngineError;
use crate::gguf::Gguf;
use crate::heal::Constraint;
use crate::model::{Model, Scratch};
use crate::ops;
use crate::output::Want;
use crate::sampler::{Sampler, Sampling};
use crate::tokenizer::{Special, Tokenizer};
use crate::utf8::Utf8Stream;

/// Most prompt tokens evaluated in one pass: enough to read the weights seldom.
const CHUNK: usize = 32;
/// Fewest prompt tokens a pass shrinks to when passes are aborted: what an aborted pass had computed is
/// lost, and whoever types faster than a pass takes would otherwise never get past it.
const SMALLEST_CHUNK: usize = 4;
/// Rows of logits held at once when scoring: each takes four bytes a vocabulary entry.
const SCORE_ROWS: usize = 8;

/// How an engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Threads for the arithmetic; 0 for one a physical core as the system reports it.
    pub threads: usize,
    /// Positions of the KV cache; the model's own context at most.
    pub context: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { threads: 0, context: 4096 }
    }
}

/// A piece of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input<'a> {
    /// A special token.
    Special(Special),
    /// Text; special tokens spelled out in it stay text.
    Text(&'a str),
}

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
    /// Of these, found in the cache.
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

/// What became of a prompt that was only evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefilled {
    /// Tokens in the prompt.
    pub prompt_tokens: usize,
    /// Of these, found in the cache.
    pub reused_tokens: usize,
    /// Of these, evaluated now.
    pub evaluated_tokens: usize,
    /// Whether all of the prompt is in the cache.
    pub finished: bool,
}

/// One model with one sequence in its cache.
#[derive(Debug)]
pub struct Engine {
    model: Model,
    tokenizer: Tokenizer,
    cache: KvCache,
    scratch: Scratch,
    /// Prompt tokens of the next pass.
    chunk: usize,
}

impl Engine {
    /// Maps a GGUF file and prepares to run it.
    ///
    /// The file must not be changed while the engine lives, as with every mapped file; `housestyle`
    /// only ever replaces model files by renaming.
    ///
    /// # Errors
    /// When the file cannot be read, is broken, or is of an unsupported kind.
    pub fn open(path: &Path, options: Options) -> Result<Engine, EngineError> {
        let open = |source| EngineError::Open { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(open)?;
        // SAFETY: the mapping is read-only; that nobody shortens the file meanwhile is asked of the
        // caller above, as no system offers a way to enforce it.
        let file = Arc::new(unsafe { Mmap::map(&file) }.map_err(open)?);
        let gguf = Gguf::parse(&file)?;
        let threads = match options.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let model = Model::load(&gguf, &file, threads)?;
        let tokenizer = Tokenizer::read(&gguf)?;
        if tokenizer.vocab() > model.vocab {
            return Err(EngineError::gguf(
                "tokenizer.ggml.tokens",
                format!("{} tokens, but token_embd.weight has {} rows", tokenizer.vocab(), model.vocab),
            ));
        }
        let cache = KvCache::new(&model.config, options.context.clamp(16, model.config.context.max(16)));
        Ok(Engine { model, tokenizer, cache, scratch: Scratch::default(), chunk: CHUNK })
    }

    /// Returns the model's shape.
    pub fn config(&self) -> &Config {
        &self.model.config
    }

    /// Returns the tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Returns how many positions the cache can hold.
    pub fn context(&self) -> usize {
        self.cache.capacity()
    }

    /// Returns how many threads do the arithmetic.
    pub fn threads(&self) -> usize {
        self.model.threads()
    }

    /// Empties the cache.
    pub fn reset(&mut self) {
        self.cache.truncate(0);
    }

    /// Returns the tokens of a prompt.
    ///
    /// # Errors
    /// [`EngineError::NoSpecial`] when the model lacks a special token.
    pub fn tokenize(&self, prompt: &[Input<'_>]) -> Result<Vec<u32>, EngineError> {
        let mut ids: Vec<u32> = self.tokenizer.begin().into_iter().collect();
        for part in prompt {
            match part {
                Input::Special(role) => {
                    ids.push(self.tokenizer.special(*role).ok_or(EngineError::NoSpecial(*role))?);
                }
                Input::Text(text) => self.tokenizer.encode(text, &mut ids),
            }
        }
        Ok(ids)
    }

    /// Evaluates `tokens` as the whole sequence, reusing what the cache holds of it, and returns the
    /// logits after the last one (vocab), or `None` if `abort` said so.
    ///
    /// # Errors
    /// When there are no tokens, too many, or one is outside of the vocabulary.
    pub fn logits(
        &mut self,
        tokens: &[u32],
        abort: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<&[f32]>, EngineError> {
        self.check(tokens, 0)?;
        let kept = self.rewind_to_common(tokens);
        Ok(self.feed(&tokens[kept..], 1, abort).then_some(&self.scratch.logits))
    }

    /// Evaluates a prompt into the cache and generates nothing, so that a later call for the same or a
    /// longer prompt has less to do. `abort` is asked before every layer; what was evaluated before
    /// the pass that it ended stays in the cache.
    ///
    /// # Errors
    /// When the prompt is empty or does not fit.
    pub fn prefill(
        &mut self,
        prompt: &[Input<'_>],
        abort: &(dyn Fn() -> bool + Sync),
    ) -> Result<Prefilled, EngineError> {
        let tokens = self.tokenize(prompt)?;
        self.check(&tokens, 0)?;
        let common = self.common(&tokens);
        if common < tokens.len() {
            self.cache.truncate(common);
            self.feed(&tokens[common..], 0, abort);
        }
        let held = self.cache.tokens().len().min(tokens.len());
        Ok(Prefilled {
            prompt_tokens: tokens.len(),
            reused_tokens: common,
            evaluated_tokens: held - common,
            finished: held == tokens.len(),
        })
    }

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
        let fed = self.feed(&tokens[reused..], 1, &|| stop_now().is_some());
        out.prefill = begun.elapsed();
        if !fed {
            out.stop = stop_now().unwrap_or(StopReason::Cancelled);
            return Ok(out);
        }

        let mut sampler = Sampler::new(options.sampling);
        let mut stream = Utf8Stream::default();
        while out.generated_tokens < options.max_tokens {
            if let Some(stop) = stop_now() {
                out.stop = stop;
                break;
            }
            let logits = &self.scratch.logits;
            // While healing, a token is as likely as it is among those that may come: what stands there is
            // no choice of the model's, and must not make it look unsure.
            let (picked, total) = if constraint.is_done() {
                (sampler.pick((0u32..).zip(logits.iter().copied())), ops::log_sum_exp(logits))
            } else {
                let allowed = constraint.allowed(&self.tokenizer);
                let among: Vec<f32> = allowed.iter().map(|t| logits[*t as usize]).collect();
                (sampler.pick(allowed.into_iter().zip(among.iter().copied())), ops::log_sum_exp(&among))
            };
            let position = self.cache.tokens().len();
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
            if self.cache.tokens().len() == self.cache.capacity() {
                out.stop = StopReason::ContextFull;
                break;
            }
            if !self.feed(&[token], 1, &|| stop_now().is_some()) {
                out.stop = stop_now().unwrap_or(StopReason::Cancelled);
                break;
            }
        }
        out.decode = begun.elapsed() - out.prefill;
        Ok(out)
    }

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
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Scored>, EngineError> {
        let (mut tokens, middle) = self.join(prompt, continuation)?;
        let targets: Vec<u32> = tokens.split_off(tokens.len() - middle);
        let end =
            self.tokenizer.special(Special::EndOfText).ok_or(EngineError::NoSpecial(Special::EndOfText))?;
        self.check(&tokens, targets.len() + 1)?;
        let reused = self.rewind_to_common(&tokens);
        if !self.feed(&tokens[reused..], 1, cancelled) {
            return Ok(None);
        }
        let mut scored = Scored { nll: 0.0, tokens: targets.len(), nll_end: 0.0 };
        let vocab = self.model.vocab;
        let mut next = targets.iter().copied();
        let nll = |logits: &[f32], token: u32| ops::log_sum_exp(logits) - f64::from(logits[token as usize]);
        match next.next() {
            None => scored.nll_end = nll(&self.scratch.logits, end),
            Some(first) => scored.nll += nll(&self.scratch.logits, first),
        }
        for chunk in targets.chunks(SCORE_ROWS) {
            let Engine { model, cache, scratch, .. } = self;
            if !model.forward(chunk, Want::Logits(chunk.len()), cache, scratch, cancelled) {
                return Ok(None);
            }
            for logits in self.scratch.logits.chunks_exact(vocab) {
                match next.next() {
                    Some(token) => scored.nll += nll(logits, token),
                    None => scored.nll_end = nll(logits, end),
                }
            }
        }
        if !scored.nll.is_finite() || !scored.nll_end.is_finite() {
            return Err(EngineError::NotFinite { position: self.cache.tokens().len() });
        }
        Ok(Some(scored))
    }

    /// Tokenises prompt and continuation so that the last text part and the continuation are one
    /// text, and returns all tokens and how many of them belong to the continuation: those that end
    /// after its start.
    fn join(&self, prompt: &[Input<'_>], continuation: &str) -> Result<(Vec<u32>, usize), EngineError> {
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

    /// Checks that tokens exist, are known, and leave room for `more`.
    fn check(&self, tokens: &[u32], more: usize) -> Result<(), EngineError> {
        if tokens.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        if tokens.len() + more > self.cache.capacity() {
            return Err(EngineError::ContextFull {
                tokens: tokens.len() + more,
                context: self.cache.capacity(),
            });
        }
        match tokens.iter().find(|t| **t as usize >= self.model.vocab) {
            Some(id) => Err(EngineError::TokenRange { id: *id, vocab: self.model.vocab }),
            None => Ok(()),
        }
    }

    /// Returns how many tokens the cache has in common with `tokens`, from the first on.
    fn common(&self, tokens: &[u32]) -> usize {
        self.cache.tokens().iter().zip(tokens).take_while(|(a, b)| a == b).count()
    }

    /// Rewinds the cache to what it has in common with `tokens`, but for the last one, whose logits
    /// are wanted; returns how many positions are kept.
    fn rewind_to_common(&mut self, tokens: &[u32]) -> usize {
        let kept = self.common(tokens).min(tokens.len().saturating_sub(1));
        self.cache.truncate(kept);
        kept
    }

    /// Evaluates tokens in passes, with the logits after the last `want` (0 or 1); returns whether it
    /// came to the end. What the passes before an abort evaluated stays in the cache.
    fn feed(&mut self, tokens: &[u32], want: usize, abort: &(dyn Fn() -> bool + Sync)) -> bool {
        let Engine { model, cache, scratch, chunk, .. } = self;
        let mut rest = tokens;
        while !rest.is_empty() {
            let (now, after) = rest.split_at(rest.len().min(*chunk));
            let want = if after.is_empty() { want } else { 0 };
            if !model.forward(now, Want::Logits(want), cache, scratch, abort) {
                if now.len() == *chunk {
                    *chunk = (*chunk / 2).max(SMALLEST_CHUNK);
                }
                return false;
            }
            if now.len() == *chunk {
                *chunk = (*chunk * 2).min(CHUNK);
            }
            rest = after;
        }
        true
    }
}
