//! A generator that evaluates nothing and counts the tokens that it would have to: the cost of a session.
//!
//! It caches sequences of tokens as an engine does: a prompt costs the tokens behind its longest common prefix with
//! one of them. Tokens are words and single signs.

use std::time::Duration;

use housestyle_complete::generator::{
    Cancel, Capabilities, Capability, Chunk, Description, Flow, GenerateError, Generation, Generator,
    Limitation, Prompt, PromptPart, Request, Stop, Usage,
};

/// The most sequences in its cache.
const SEQUENCES: usize = 4;

/// The cost of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Tokens in the prompt.
    pub prompt: usize,
    /// Of these, how many had to be evaluated.
    pub evaluated: usize,
    /// Whether the call was a prefill.
    pub prefill: bool,
}

/// A generator that counts.
#[derive(Debug, Clone)]
pub struct Counting {
    /// The cached sequences; the one used last comes last.
    sequences: Vec<Vec<String>>,
    /// The text of every answer.
    pub answer: String,
    /// Its estimate of prompt tokens evaluated in a second; `None` for a generator without an estimate.
    pub per_second: Option<f64>,
    /// Whether it reads prompts with context.
    pub reads_context: bool,
    /// Every call so far.
    pub calls: Vec<Cost>,
    /// The prompts of these calls.
    pub prompts: Vec<Prompt>,
    /// The draft sources of every [`Generator::set_draft_sources`] call.
    pub draft_sources: Vec<Vec<String>>,
}

impl Counting {
    /// Returns a generator that always writes `answer`.
    pub fn new(answer: &str) -> Counting {
        Counting {
            sequences: Vec::new(),
            answer: answer.to_owned(),
            per_second: None,
            reads_context: false,
            calls: Vec::new(),
            prompts: Vec::new(),
            draft_sources: Vec::new(),
        }
    }

    /// Returns which sequence is most like `tokens`, and how many of them it has.
    fn nearest(&self, tokens: &[String]) -> (Option<usize>, usize) {
        let common = |cached: &[String]| cached.iter().zip(tokens).take_while(|(a, b)| a == b).count();
        let all = self.sequences.iter().enumerate().map(|(index, cached)| (Some(index), common(cached)));
        all.max_by_key(|(_, common)| *common).unwrap_or((None, 0))
    }

    /// Evaluates `tokens`, and caches them with `more` behind them.
    fn evaluate(&mut self, prompt: &Prompt, tokens: Vec<String>, more: &str, prefill: bool) -> Usage {
        let (nearest, common) = self.nearest(&tokens);
        let reused = common.min(tokens.len().saturating_sub(1));
        let cost = Cost { prompt: tokens.len(), evaluated: tokens.len() - reused, prefill };
        self.calls.push(cost);
        self.prompts.push(prompt.clone());
        // A sequence of which little would be left stays for whoever comes back to it.
        if let Some(index) = nearest.filter(|index| 2 * common >= self.sequences[*index].len()) {
            self.sequences.remove(index);
        } else if self.sequences.len() == SEQUENCES {
            self.sequences.remove(0);
        }
        let cached = tokens.into_iter().chain(pieces(more).map(str::to_owned)).collect();
        self.sequences.push(cached);
        Usage { prompt_tokens: cost.prompt, reused_tokens: reused, ..Usage::default() }
    }
}

impl Generator for Counting {
    fn describe(&self) -> Description {
        Description {
            model: "counting".to_owned(),
            fim: true,
            reads_context: self.reads_context,
            context_tokens: 4096,
            adapter: None,
        }
    }

    fn capabilities(&self) -> Capabilities {
        const COUNTS: &[Capability] = &[Capability::TokenCounts];
        const ESTIMATES: &[Capability] = &[Capability::TokenCounts, Capability::PrefillEstimate];
        let supported = if self.per_second.is_some() { ESTIMATES } else { COUNTS };
        Capabilities::new(supported, Limitation::TextOnly)
    }

    fn count_tokens(&self, text: &str) -> usize {
        pieces(text).count()
    }

    fn generate(
        &mut self,
        request: &Request,
        cancel: &Cancel,
        listener: &mut dyn FnMut(Chunk<'_>) -> Flow,
    ) -> Result<Generation, GenerateError> {
        let mut tokens = tokens(&request.prompt);
        tokens.pop(); // healed: the first token of the answer spells it again
        let mut text = String::new();
        let mut stop = Stop::EndOfText;
        for piece in pieces(&self.answer.clone()) {
            if cancel.is_cancelled() {
                stop = Stop::Cancelled;
                break;
            }
            text.push_str(piece);
            if listener(Chunk { text: piece, elapsed: Duration::ZERO }) == Flow::Stop {
                stop = Stop::Listener;
                break;
            }
        }
        let usage = self.evaluate(&request.prompt, tokens, &text, false);
        Ok(Generation { text, stop, usage })
    }

    fn prefill(&mut self, prompt: &Prompt, _cancel: &Cancel) -> Result<Usage, GenerateError> {
        Ok(self.evaluate(prompt, tokens(prompt), "", true))
    }

    fn reset(&mut self) {
        self.sequences.clear();
    }

    fn set_draft_sources(&mut self, texts: &[&str], _cancel: &Cancel) {
        self.draft_sources.push(texts.iter().map(|text| (*text).to_owned()).collect());
    }

    fn prefill_time(&self, prompt: &Prompt) -> Option<Duration> {
        let tokens = tokens(prompt);
        let cold = tokens.len() - self.nearest(&tokens).1;
        self.per_second.map(|rate| Duration::from_secs_f64(cold as f64 / rate))
    }
}

fn tokens(prompt: &Prompt) -> Vec<String> {
    let mut tokens = Vec::new();
    for part in &prompt.parts {
        match part {
            PromptPart::Marker(marker) => tokens.push(format!("<{marker:?}>")),
            PromptPart::Text(text) => tokens.extend(pieces(text).map(str::to_owned)),
        }
    }
    tokens
}

/// Splits text much as a tokenizer would: indentation, words with the space before them, single signs.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = |keep: fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let spaces = length(|c| c == ' ');
        let end = match first {
            ' ' if spaces > 1 => spaces - 1,
            ' ' => 1 + rest[1..].find(|c| !word(c)).unwrap_or(rest.len() - 1),
            _ if word(first) => length(|c| c.is_alphanumeric() || c == '_'),
            _ => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}
