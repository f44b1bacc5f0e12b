//! The model in this process: the engine behind the pipeline's boundary.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::eval::Arm;
use housestyle_complete::generator::{
    Cancel, Capabilities, Chunk, Description, Flow, GenerateError, Generation, Generator, Marker, Prompt,
    PromptPart, Request, Score, Stop, Usage,
};
use housestyle_complete::prompt::fim_context_1;
use housestyle_engine::{
    Adapter, AdapterWeights, Engine, EngineError, GenerateOptions, Input, Options, Prior, Sampling, Special,
    StopReason, Tokenizer,
};
use housestyle_learn::phrases::Phrases;
use housestyle_train::Example;
use housestyle_workspace::{notice, phrases};

use super::adapter_cache::PreparedAdapter;
use super::draft_sources::DraftSources;
use super::parts::Parts;
use super::phrases::{PhraseModel, scan, vocabulary};
use super::starter::Starter;
use super::watch_thread::{self, WatchThread, Watchers};
use super::{Adaptive, Setup};
use crate::error::Error;

/// Tokens of a prompt evaluated in a second, before that was measured: a model of half a billion weights on two cores.
const DEFAULT_SPEED: f64 = 300.0;
/// Fewer tokens than this measure the cost of a call more than that of a token.
const MEASURED_TOKENS: usize = 32;

/// A model file, opened.
#[derive(Debug)]
pub struct Local {
    name: String,
    engine: Engine,
    /// Tokens of a prompt evaluated in a second, as measured last.
    speed: f64,
    draft_sources: DraftSources,
    /// The state folder of the workspace.
    state: PathBuf,
    vocabulary: u64,
    pub(super) phrase_model: PhraseModel,
    learned: Option<Arc<Phrases>>,
    starter: Starter,
    /// The candidate adapter that an evaluation measures.
    candidate: Option<PreparedAdapter>,
    /// Name or id of the adapter in use.
    adapter: Option<String>,
    /// The root of the workspace that the model serves.
    workspace: Option<PathBuf>,
    /// The learned parts in use.
    pub(super) parts: Parts,
    /// Prepares the learned parts of workspaces while the model serves.
    watch_thread: Option<WatchThread>,
}

impl Local {
    /// Opens a model file. `threads` 0 takes one for each core; `packed_caches` are the paths where its packed weights may
    /// be stored, the best one first.
    ///
    /// # Errors
    /// When the file is missing, broken or of an unsupported kind.
    pub fn open(
        name: String,
        path: &Path,
        threads: usize,
        packed_caches: Vec<PathBuf>,
        state: PathBuf,
        digest: Option<String>,
    ) -> Result<Local, EngineError> {
        let mut engine =
            Engine::open(path, Options { threads, packed_cache: packed_caches, ..Options::default() })?;
        let vocabulary = vocabulary(engine.tokenizer());
        let phrase_model = PhraseModel::new(engine.tokenizer(), vocabulary);
        engine.add_drafter(Box::new(phrase_model.clone()));
        let draft_sources = DraftSources::default();
        Ok(Local {
            name,
            engine,
            speed: DEFAULT_SPEED,
            draft_sources,
            state,
            vocabulary,
            phrase_model,
            learned: None,
            starter: Starter::of(digest),
            candidate: None,
            adapter: None,
            workspace: None,
            parts: Parts::default(),
            watch_thread: None,
        })
    }

    /// Returns the model's tokenizer.
    pub fn tokenizer(&self) -> &Arc<Tokenizer> {
        self.engine.tokenizer()
    }

    /// Applies a prepared adapter to the model, or none.
    fn set_prepared(&mut self, prepared: Option<PreparedAdapter>) -> Result<(), EngineError> {
        let (name, adapter) = prepared.map(|PreparedAdapter { name, adapter }| (name, adapter)).unzip();
        self.engine.set_adapter(adapter)?;
        self.adapter = name;
        Ok(())
    }

    /// Lets the learned parts of a workspace take part from the next call on, and no others.
    ///
    /// # Errors
    /// When the adapter does not fit the model; the starter is in its place.
    pub(super) fn set_parts(&mut self, parts: Parts) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.parts, parts);
        if !self.parts.has_phrases_of(&before) {
            self.set_phrases(self.parts.phrases.clone());
        }
        if self.parts.adapter_name() == before.adapter_name() {
            return Ok(());
        }
        self.apply_adapter(Arm::Starter)?;
        match self.parts.adapter.clone() {
            Some(prepared) => self.set_prepared(Some(prepared)).map_err(Error::AdapterMismatch),
            None => Ok(()),
        }
    }

    /// Switches the workspace's phrases on or off. They are scanned for secrets and read once.
    fn switch_phrases(&mut self, on: bool) -> Result<(), Error> {
        if on && self.learned.is_none() {
            scan(&phrases::file(&self.state, self.vocabulary), self.tokenizer())?;
            let read = phrases::read(&self.state, self.vocabulary).map_err(Error::NoPhrases)?;
            self.learned = Some(Arc::new(read));
        }
        self.set_phrases(self.learned.clone().filter(|_| on));
        Ok(())
    }

    /// Returns a training example: the tokens of a prompt, of the text that follows, and of its end; `None` where they are
    /// too many.
    ///
    /// # Errors
    /// When the model lacks a marker of the prompt.
    pub fn example(
        &self,
        prompt: &Prompt,
        middle: &str,
        most_learned: usize,
    ) -> Result<Option<Example>, EngineError> {
        let (mut tokens, learned) = self.engine.continuation(&inputs(prompt), middle)?;
        let end = self.engine.tokenizer().special(Special::EndOfText);
        tokens.push(end.ok_or(EngineError::NoSpecial(Special::EndOfText))?);
        let from = tokens.len() - learned - 1;
        let fits = learned <= most_learned && tokens.len() <= self.engine.context() && from > 0;
        Ok(fits.then_some(Example { tokens, from, weight: 1.0 }))
    }

    /// Applies an adapter to the model from the next call on, or none.
    ///
    /// # Errors
    /// When it does not fit the model.
    pub fn set_adapter(&mut self, adapter: Option<(String, &AdapterWeights)>) -> Result<(), EngineError> {
        let prepared = match adapter {
            Some((name, weights)) => {
                Some(PreparedAdapter { name, adapter: Arc::new(self.engine.prepare(&[weights])?) })
            }
            None => None,
        };
        self.set_prepared(prepared)
    }

    /// Returns the engine, for measurements below the pipeline.
    pub fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Returns whether the adapter in use was trained for prompts with context, and the model has a marker for files.
    fn reads_context(&self) -> bool {
        let format = self.engine.adapter().and_then(Adapter::prompt_format);
        format == Some(fim_context_1::NAME) && self.tokenizer().special(Special::FileSep).is_some()
    }

    /// Takes the measure of an evaluation.
    fn record_speed(&mut self, tokens: usize, took: Duration) {
        if tokens >= MEASURED_TOKENS && !took.is_zero() {
            self.speed = tokens as f64 / took.as_secs_f64();
        }
    }

    fn error(&self, error: EngineError, prompt: &Prompt) -> GenerateError {
        match error {
            EngineError::ContextFull { tokens, context } => GenerateError::PromptTooLong { tokens, context },
            EngineError::NoSpecial(special) => match marker_of(special) {
                Some(marker) => {
                    GenerateError::MissingMarker { model: self.name.clone(), marker, format: prompt.format }
                }
                None => GenerateError::Failed(EngineError::NoSpecial(special).to_string()),
            },
            other => GenerateError::Failed(other.to_string()),
        }
    }
}

fn special_of(marker: Marker) -> Special {
    match marker {
        Marker::FimPrefix => Special::FimPrefix,
        Marker::FimSuffix => Special::FimSuffix,
        Marker::FimMiddle => Special::FimMiddle,
        Marker::RepoName => Special::RepoName,
        Marker::FileSep => Special::FileSep,
    }
}

fn marker_of(special: Special) -> Option<Marker> {
    Some(match special {
        Special::FimPrefix => Marker::FimPrefix,
        Special::FimSuffix => Marker::FimSuffix,
        Special::FimMiddle => Marker::FimMiddle,
        Special::RepoName => Marker::RepoName,
        Special::FileSep => Marker::FileSep,
        Special::EndOfText => return None,
    })
}

pub(super) fn inputs(prompt: &Prompt) -> Vec<Input<'_>> {
    let input = |part| match part {
        &PromptPart::Marker(marker) => Input::Special(special_of(marker)),
        PromptPart::Text(text) => Input::Text(text),
    };
    prompt.parts.iter().map(input).collect()
}

impl Adaptive for Local {
    fn set_candidate(&mut self, id: &str, weights: &AdapterWeights) -> Result<(), Error> {
        let adapter = Arc::new(self.engine.prepare(&[weights]).map_err(Error::AdapterMismatch)?);
        self.candidate = Some(PreparedAdapter { name: id.to_owned(), adapter });
        Ok(())
    }

    fn apply(&mut self, arm: Arm) -> Result<(), Error> {
        self.apply_adapter(arm)?;
        match arm {
            // Everything that there is: a team that has learned no phrases has none.
            Arm::All => self.switch_phrases(phrases::file(&self.state, self.vocabulary).is_file()),
            arm => self.switch_phrases(arm.has(Arm::Phrases)),
        }
    }

    /// A team's adapter was trained from the starter, and takes its place.
    fn apply_adapter(&mut self, arm: Arm) -> Result<(), Error> {
        let prepared = match self.candidate.as_ref().filter(|_| arm.has(Arm::Adapter)) {
            Some(candidate) => Some(candidate.clone()),
            None if arm == Arm::Adapter => {
                return Err(Error::NothingLearned { arm, problem: "no adapter was learned here" });
            }
            None if arm.has(Arm::Starter) => self.starter.prepared(&self.engine)?,
            None => None,
        };
        Ok(self.set_prepared(prepared)?)
    }

    fn has_starter(&mut self) -> Result<bool, Error> {
        Ok(self.starter.prepared(&self.engine)?.is_some())
    }

    fn set_phrases(&mut self, phrases: Option<Arc<Phrases>>) {
        let prior = phrases.is_some().then(|| Box::new(self.phrase_model.clone()) as Box<dyn Prior>);
        self.phrase_model.set(phrases);
        self.engine.set_prior(prior);
    }

    fn watch(&mut self, setup: &Setup) -> Result<(), Error> {
        self.apply(Arm::Starter)?;
        let mut watchers = Watchers::new(setup, self.vocabulary, Arc::clone(self.tokenizer()));
        watchers.add(&watch_thread::root_of(setup));
        self.watch_thread = Some(watchers.start());
        Ok(())
    }

    fn trainable(&mut self) -> Option<&mut Local> {
        Some(self)
    }

    fn vocabulary(&self) -> u64 {
        self.vocabulary
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        self.engine.tokenizer().encode(text, &mut tokens);
        tokens
    }
}

impl Generator for Local {
    fn set_path(&mut self, path: Option<&str>) {
        self.phrase_model.set_path(path.unwrap_or_default());
    }

    fn refresh(&mut self, workspace: Option<&Path>) {
        let Some(watch_thread) = &self.watch_thread else { return };
        let parts = workspace.map(|root| watch_thread.parts(root)).unwrap_or_default();
        if self.workspace.as_deref() != workspace {
            self.workspace = workspace.map(Path::to_path_buf);
            // With phrases the draft sources change the text, and these are another workspace's.
            self.draft_sources = DraftSources::default();
            self.engine.set_draft_texts([]);
            self.phrase_model.set_draft_sources([].into_iter());
        }
        if let Err(error) = self.set_parts(parts) {
            notice::warn(format_args!("{error}; the model serves without it"));
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::ALL
    }

    fn reset(&mut self) {
        self.engine.reset();
    }

    fn describe(&self) -> Description {
        let has = |special| self.engine.tokenizer().special(special).is_some();
        Description {
            model: self.name.clone(),
            fim: [Special::FimPrefix, Special::FimSuffix, Special::FimMiddle].into_iter().all(has),
            reads_context: self.reads_context(),
            context_tokens: self.engine.context(),
            adapter: self.adapter.clone(),
        }
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.encode(text).len()
    }

    fn generate(
        &mut self,
        request: &Request,
        cancel: &Cancel,
        listener: &mut dyn FnMut(Chunk<'_>) -> Flow,
    ) -> Result<Generation, GenerateError> {
        let options = GenerateOptions {
            max_tokens: request.limits.max_tokens,
            deadline: request.limits.deadline,
            sampling: Sampling {
                temperature: request.sampling.temperature,
                top_p: request.sampling.top_p,
                seed: request.sampling.seed,
            },
            heal: true,
        };
        let mut on_text = |text: &str, elapsed: Duration| listener(Chunk { text, elapsed }) == Flow::Continue;
        let made =
            self.engine.generate(&inputs(&request.prompt), &options, &|| cancel.is_cancelled(), &mut on_text);
        let made = made.map_err(|error| self.error(error, &request.prompt))?;
        if !matches!(made.stop, StopReason::Cancelled | StopReason::Deadline) {
            self.record_speed(made.prompt_tokens - made.reused_tokens, made.prefill);
        }
        let tokens = made.generated_tokens;
        Ok(Generation {
            text: made.text,
            stop: match made.stop {
                StopReason::EndToken => Stop::EndOfText,
                StopReason::MaxTokens | StopReason::ContextFull => Stop::MaxTokens,
                StopReason::Deadline => Stop::Deadline,
                StopReason::Cancelled => Stop::Cancelled,
                StopReason::Listener => Stop::Listener,
            },
            usage: Usage {
                prompt_tokens: made.prompt_tokens,
                reused_tokens: made.reused_tokens,
                generated_tokens: tokens,
                drafted_tokens: made.drafted_tokens,
                accepted_tokens: made.accepted_tokens,
                prefill: made.prefill,
                decode: made.decode,
                mean_logprob: if tokens == 0 { 0.0 } else { (made.logprob / tokens as f64) as f32 },
            },
        })
    }

    fn prefill(&mut self, prompt: &Prompt, cancel: &Cancel) -> Result<Usage, GenerateError> {
        let begun = Instant::now();
        let done = self.engine.prefill(&inputs(prompt), &|| cancel.is_cancelled());
        let done = done.map_err(|error| self.error(error, prompt))?;
        let prefill = begun.elapsed();
        self.record_speed(done.evaluated_tokens, prefill);
        Ok(Usage {
            prompt_tokens: done.prompt_tokens,
            reused_tokens: done.reused_tokens,
            prefill,
            ..Usage::default()
        })
    }

    fn set_draft_sources(&mut self, texts: &[&str], cancel: &Cancel) {
        let tokenizer = self.engine.tokenizer();
        let encode = |text: &str| {
            let mut ids = Vec::new();
            tokenizer.encode(text, &mut ids);
            ids
        };
        if self.draft_sources.set(texts, cancel, encode) {
            self.engine.set_draft_texts(self.draft_sources.tokens());
            if self.phrase_model.is_active() {
                self.phrase_model.set_draft_sources(self.draft_sources.tokens());
            }
        }
    }

    fn prefill_time(&self, prompt: &Prompt) -> Option<Duration> {
        let (tokens, held) = self.engine.held(&inputs(prompt)).ok()?;
        Some(Duration::from_secs_f64((tokens - held) as f64 / self.speed))
    }

    fn score(&mut self, prompt: &Prompt, middle: &str, cancel: &Cancel) -> Result<Score, GenerateError> {
        let scored = self.engine.score(&inputs(prompt), middle, &|| cancel.is_cancelled());
        match scored.map_err(|error| self.error(error, prompt))? {
            Some(s) => Ok(Score { nll: s.nll, tokens: s.tokens, nll_end: s.nll_end }),
            None => Err(GenerateError::Failed("cancelled".to_owned())),
        }
    }
}
