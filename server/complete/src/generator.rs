//! The boundary between the pipeline and a model: text in, text out, no tensors.
//!
//! The engine in this process is one implementation, a scripted file another, a remote endpoint
//! may be a third. None of them knows about documents, cursors or filters.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::lines;

/// A piece of a prompt. Markers are not text: no document can forge one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptPart {
    /// A special token of the model, by its role.
    Marker(Marker),
    /// Ordinary text; special tokens spelled out in it are tokenised as plain characters.
    Text(String),
}

/// The roles of the special tokens a prompt format may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marker {
    /// Start of the text before the hole.
    FimPrefix,
    /// Start of the text after the hole.
    FimSuffix,
    /// Start of the hole itself: the model writes from here.
    FimMiddle,
    /// Start of the repository's name (multi-file prompts).
    RepoName,
    /// Start of a file (multi-file prompts).
    FileSep,
}

/// A whole prompt: stable parts first, volatile parts last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Name and version of the format, such as `fim-line-1`.
    pub format: &'static str,
    /// The parts in order. The last one is the text that the model continues.
    pub parts: Vec<PromptPart>,
}

impl Prompt {
    /// Returns whether there is no text to go by.
    pub fn is_blank(&self) -> bool {
        let mut texts = self.parts.iter().filter_map(|part| match part {
            PromptPart::Marker(_) => None,
            PromptPart::Text(text) => Some(text),
        });
        texts.all(|text| lines::is_blank(text))
    }
}

/// Where and when a generation ends at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most tokens to generate.
    pub max_tokens: usize,
    /// After this long, counted from the call, generation ends with [`Stop::Deadline`].
    pub deadline: Duration,
}

/// How the next token is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// 0 is greedy.
    pub temperature: f32,
    /// Nucleus size in (0, 1]; 1 keeps everything.
    pub top_p: f32,
    /// Seed of the sampler: the same seed and prompt give the same text.
    pub seed: u64,
}

impl Sampling {
    /// Always the likeliest token.
    pub const GREEDY: Sampling = Sampling { temperature: 0.0, top_p: 1.0, seed: 0 };
}

/// One call of a [`Generator`].
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The prompt to continue.
    pub prompt: Prompt,
    /// Bounds.
    pub limits: Limits,
    /// Choice of tokens.
    pub sampling: Sampling,
}

/// A flag that ends a generation from another thread. Clones share the flag.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Returns a flag that is not set.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Sets the flag; it cannot be taken back.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Returns whether the flag is set.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Text as it comes out of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chunk<'a> {
    /// New text since the last chunk; whole characters only.
    pub text: &'a str,
    /// Time since the call began.
    pub elapsed: Duration,
}

/// The listener's answer to a [`Chunk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Enough: end with [`Stop::Listener`].
    Stop,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// The model said that the hole is filled.
    EndOfText,
    /// [`Limits::max_tokens`] was reached.
    MaxTokens,
    /// [`Limits::deadline`] was reached.
    Deadline,
    /// The cancel flag was set.
    Cancelled,
    /// The listener said stop.
    Listener,
}

/// A finished generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// All text, special tokens left out, nothing trimmed.
    pub text: String,
    /// Why it ended.
    pub stop: Stop,
    /// Tokens and times.
    pub usage: Usage,
}

/// Tokens and times of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// Tokens in the prompt.
    pub prompt_tokens: usize,
    /// Of these, how many came from the cache of an earlier call.
    pub reused_tokens: usize,
    /// Tokens generated.
    pub generated_tokens: usize,
    /// Tokens that were guessed and verified.
    pub drafted_tokens: usize,
    /// Of these, how many came true.
    pub accepted_tokens: usize,
    /// Time to evaluate the prompt.
    pub prefill: Duration,
    /// Time to generate.
    pub decode: Duration,
    /// Mean natural logarithm of the probability of the generated tokens; 0 when unknown.
    pub mean_logprob: f32,
}

/// How likely a given middle is under a prompt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Negative log-likelihood of the middle's own tokens, in nats, summed.
    pub nll: f64,
    /// How many tokens that is.
    pub tokens: usize,
    /// Negative log-likelihood of the end-of-middle token after them, in nats.
    pub nll_end: f64,
}

/// A model's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Name for people: a catalogue name or a file name.
    pub model: String,
    /// Whether the model knows fill-in-the-middle markers.
    pub fim: bool,
    /// Whether the model reads prompts with context: it has a marker for files, and its adapter was trained for such
    /// prompts.
    pub reads_context: bool,
    /// Longest prompt and answer together, in tokens.
    pub context_tokens: usize,
    /// Identity of the active adapter, if any.
    pub adapter: Option<String>,
}

/// A capability of a back end besides writing text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// [`Generator::count_tokens`] counts the model's own tokens and does not estimate.
    TokenCounts,
    /// [`Generator::score`] returns the probability of a given text.
    Probabilities,
    /// A prior, such as the team's phrases, can be mixed into the model's probabilities.
    Prior,
    /// Adapters can be applied to the model.
    Adapters,
    /// [`Generator::prefill_time`] estimates.
    PrefillEstimate,
}

impl Capability {
    /// Every capability.
    pub const LIST: &[Capability] = &[
        Capability::TokenCounts,
        Capability::Probabilities,
        Capability::Prior,
        Capability::Adapters,
        Capability::PrefillEstimate,
    ];
}

/// The reason why a back end lacks capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limitation {
    /// Nothing but text comes from it.
    TextOnly,
    /// Its answers come from a file, and there is no model.
    Script,
    /// Its model runs in another program, which gives out no more.
    Remote,
}

/// The capabilities of a back end, and what keeps it from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    supported: &'static [Capability],
    limitation: Limitation,
}

impl Capabilities {
    /// Everything: a model in this process.
    pub const ALL: Capabilities = Capabilities::new(Capability::LIST, Limitation::TextOnly);

    /// Returns these capabilities; `limitation` is the reason for the lack of all others.
    pub const fn new(supported: &'static [Capability], limitation: Limitation) -> Capabilities {
        Capabilities { supported, limitation }
    }

    /// Returns whether the back end has a capability.
    pub fn has(&self, capability: Capability) -> bool {
        self.supported.contains(&capability)
    }

    /// Checks that there is a model, in which knowledge can take part.
    ///
    /// # Errors
    /// When there is none.
    pub fn require_model(&self) -> Result<(), NoModel> {
        if self.limitation == Limitation::Script { Err(NoModel) } else { Ok(()) }
    }

    /// Checks that the back end has a capability.
    ///
    /// # Errors
    /// When it lacks the capability.
    pub fn require(&self, capability: Capability) -> Result<(), Unsupported> {
        if self.has(capability) { Ok(()) } else { Err(self.lack_of(capability)) }
    }

    /// Returns the reason why the back end cannot do what needs a capability.
    pub fn lack_of(&self, capability: Capability) -> Unsupported {
        Unsupported { capability, limitation: self.limitation }
    }
}

/// The answers come from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a script has no model that anything could take part in")]
pub struct NoModel;

/// A capability that a back end lacks, and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported {
    /// The missing capability.
    pub capability: Capability,
    /// Why it is missing.
    pub limitation: Limitation,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.limitation {
            Limitation::Script => return NoModel.fmt(f),
            Limitation::TextOnly => "this back end",
            Limitation::Remote => "the program that runs the model",
        };
        let what = match self.capability {
            Capability::TokenCounts => "counts no tokens",
            Capability::Probabilities => "gives no probabilities",
            Capability::Prior => "takes no prior: phrases cannot be mixed in",
            Capability::Adapters => "takes no adapters",
            Capability::PrefillEstimate => "does not say how long it reads",
        };
        write!(f, "{who} {what}")
    }
}

impl std::error::Error for Unsupported {}

/// Why a generator could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The prompt has more tokens than the model can hold.
    #[error("prompt of {tokens} tokens does not fit the context of {context} tokens")]
    PromptTooLong {
        /// Tokens in the prompt.
        tokens: usize,
        /// The model's context.
        context: usize,
    },
    /// The format needs a marker that this model has not got.
    #[error("model {model} has no {marker:?} token, which prompt format {format} needs")]
    MissingMarker {
        /// The model's name.
        model: String,
        /// The marker that is missing.
        marker: Marker,
        /// The format that asked for it.
        format: &'static str,
    },
    /// The back end lacks a capability.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The model failed.
    #[error("{0}")]
    Failed(String),
}

/// A model as the pipeline sees it.
pub trait Generator: Send {
    /// Returns what the model is.
    fn describe(&self) -> Description;

    /// Returns what the back end can do besides writing text. It stays the same as long as the generator lives.
    fn capabilities(&self) -> Capabilities {
        Capabilities::new(&[], Limitation::TextOnly)
    }

    /// Sets the file of the next prompts, by its path in the workspace: its folder may change what is likely. A back end
    /// that knows the prompt alone does nothing.
    fn set_path(&mut self, path: Option<&str>) {
        let _ = path;
    }

    /// Lets the parts take part that were learned in the workspace with this root, and no others; for a document in no
    /// workspace, none. The call runs between two jobs and costs next to nothing, as another thread prepares the parts:
    /// those that are not prepared yet take part from a later call on. A back end without learned parts does nothing.
    fn refresh(&mut self, workspace: Option<&Path>) {
        let _ = workspace;
    }

    /// Returns how many tokens `text` has; an estimate without [`Capability::TokenCounts`].
    fn count_tokens(&self, text: &str) -> usize;

    /// Continues the prompt, and passes all new text to `listener`. Reads `cancel` and the deadline before every
    /// token. The generator may re-tokenise the end of the prompt's last part (token healing); the returned text
    /// always starts exactly after the prompt.
    ///
    /// # Errors
    /// When the prompt does not fit or the model fails. Being cancelled is no error.
    fn generate(
        &mut self,
        request: &Request,
        cancel: &Cancel,
        listener: &mut dyn FnMut(Chunk<'_>) -> Flow,
    ) -> Result<Generation, GenerateError>;

    /// Evaluates a prompt before it is needed, so that a generation whose prompt begins alike starts behind it; returns
    /// the usage. Stops within 10 ms of `cancel`, and keeps what it evaluated until then. A back end that keeps nothing
    /// between calls does nothing.
    ///
    /// # Errors
    /// As [`Generator::generate`].
    fn prefill(&mut self, prompt: &Prompt, cancel: &Cancel) -> Result<Usage, GenerateError> {
        let _ = (prompt, cancel);
        Ok(Usage::default())
    }

    /// Drops everything that was evaluated in earlier calls, so that the next call takes as long as a first one. A back end
    /// that keeps nothing between calls does nothing.
    fn reset(&mut self) {}

    /// Replaces the texts from which the generator copies drafts; the likeliest sources come last. They change how long
    /// generating takes, and the text only where the team's phrases take part in it. Stops within 10 ms of `cancel`; the
    /// earlier sources may then still hold. A back end that drafts nothing does nothing.
    fn set_draft_sources(&mut self, texts: &[&str], cancel: &Cancel) {
        let _ = (texts, cancel);
    }

    /// Estimates how long evaluating a prompt would take now, less what is cached from earlier calls; `None` where the
    /// prompt cannot be evaluated. Asked only with [`Capability::PrefillEstimate`].
    fn prefill_time(&self, prompt: &Prompt) -> Option<Duration> {
        let _ = prompt;
        None
    }

    /// Returns how likely `middle` is as the continuation of `prompt`.
    ///
    /// # Errors
    /// As [`Generator::generate`]; [`GenerateError::Unsupported`] without [`Capability::Probabilities`].
    fn score(&mut self, prompt: &Prompt, middle: &str, cancel: &Cancel) -> Result<Score, GenerateError> {
        let _ = (prompt, middle, cancel);
        Err(self.capabilities().lack_of(Capability::Probabilities).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A back end that writes text and no more.
    struct Plain;

    impl Generator for Plain {
        fn describe(&self) -> Description {
            Description {
                model: "plain".to_owned(),
                fim: false,
                reads_context: false,
                context_tokens: 64,
                adapter: None,
            }
        }

        fn count_tokens(&self, text: &str) -> usize {
            text.len() / 4
        }

        fn generate(
            &mut self,
            _: &Request,
            _: &Cancel,
            _: &mut dyn FnMut(Chunk<'_>) -> Flow,
        ) -> Result<Generation, GenerateError> {
            Ok(Generation { text: String::new(), stop: Stop::EndOfText, usage: Usage::default() })
        }
    }

    #[test]
    fn a_back_end_that_says_nothing_has_no_capability() {
        let mut plain = Plain;
        let prompt = Prompt { format: "test-1", parts: Vec::new() };
        for capability in Capability::LIST {
            assert!(plain.capabilities().require(*capability).is_err(), "{capability:?}");
        }
        assert_eq!(plain.capabilities().require_model(), Ok(()));
        assert_eq!(plain.prefill_time(&prompt), None);
        let error = plain.score(&prompt, "x", &Cancel::new()).expect_err("no probabilities");
        assert_eq!(error.to_string(), "this back end gives no probabilities");
        assert!(matches!(
            error,
            GenerateError::Unsupported(Unsupported { capability: Capability::Probabilities, .. })
        ));
    }

    #[test]
    fn what_is_missing_has_a_reason() {
        let remote = Capabilities::new(&[Capability::Probabilities], Limitation::Remote);
        assert_eq!(remote.require(Capability::Probabilities), Ok(()));
        let check = |capabilities: Capabilities, capability, expect: &str| {
            let lack = capabilities.require(capability).expect_err("missing");
            assert_eq!(lack.to_string(), expect);
        };
        check(remote, Capability::Adapters, "the program that runs the model takes no adapters");
        let script = Capabilities::new(&[], Limitation::Script);
        check(script, Capability::Prior, "a script has no model that anything could take part in");
        assert_eq!((remote.require_model(), script.require_model()), (Ok(()), Err(NoModel)));
        assert!(Capability::LIST.iter().all(|capability| Capabilities::ALL.has(*capability)));
    }
}
