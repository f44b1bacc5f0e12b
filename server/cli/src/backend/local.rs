//! The model in this process: the engine behind the pipeline's boundary.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::generator::{
    Cancel, Chunk, Description, Flow, GenerateError, Generation, Generator, Marker, Prompt, PromptPart,
    Request, Score, Stop, Usage,
};
use housestyle_engine::{
    AdapterWeights, Engine, EngineError, GenerateOptions, Input, Options, Prior, Sampling, Special,
    StopReason, Tokenizer,
};
use housestyle_learn::phrases::Phrases;

use housestyle_train::Example;

use super::Learned;
use super::beside::Beside;
use super::phrases::{self, Team};
use super::resident::Ready;
use super::starter::Starter;
use super::watch::{News, Watching};
use crate::args::Arm;
use crate::failure::Failure;

/// Tokens of a prompt evaluated in a second, before that was measured: a model of half a billion weights on two cores.
const USUAL_SPEED: f64 = 300.0;
/// Fewer tokens than this measure the cost of a call more than that of a token.
const MEASURED_TOKENS: usize = 32;

/// A model file, opened.
#[derive(Debug)]
pub(crate) struct Local {
    name: String,
    engine: Engine,
    /// Tokens of a prompt evaluated in a second, as measured last.
    speed: f64,
    beside: Beside,
    /// Where what was learned of the workspace lives.
    state: PathBuf,
    vocabulary: u64,
    pub(super) team: Team,
    learned: Option<Arc<Phrases>>,
    starter: Starter,
    /// The team's adapter that is measured.
    candidate: Option<Ready>,
    /// The adapter beside the model, by its name or id.
    adapter: Option<String>,
    /// What is learned while the model serves.
    watching: Option<Watching>,
}

impl Local {
    /// Opens a model file; `threads` 0 takes one for each core, and `kept` says where its packed weights may be
    /// kept, the best place first.
    ///
    /// # Errors
    /// When the file is missing, broken or of an unsupported kind.
    pub(crate) fn open(
        name: String,
        path: &Path,
        threads: usize,
        kept: Vec<PathBuf>,
        state: PathBuf,
        digest: Option<String>,
    ) -> Result<Local, EngineError> {
        let mut engine = Engine::open(path, Options { threads, kept, ..Options::default() })?;
        let vocabulary = phrases::vocabulary(engine.tokenizer());
        let team = Team::new(engine.tokenizer(), vocabulary);
        engine.add_drafter(Box::new(team.clone()));
        let beside = Beside::default();
        Ok(Local {
            name,
            engine,
            speed: USUAL_SPEED,
            beside,
            state,
            vocabulary,
            team,
            learned: None,
            starter: Starter::of(digest),
            candidate: None,
            adapter: None,
            watching: None,
        })
    }

    /// Returns the model's tokenizer.
    pub(crate) fn tokenizer(&self) -> &Tokenizer {
        self.engine.tokenizer()
    }

    /// Returns the tokens of a text.
    pub(crate) fn encode(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        self.engine.tokenizer().encode(text, &mut tokens);
        tokens
    }

    /// Returns which vocabulary the model's tokens are of.
    pub(crate) fn vocabulary(&self) -> u64 {
        self.vocabulary
    }

    /// Puts the adapter of an arm beside the model, or none. A team's adapter was trained from the starter, and takes
    /// its place.
    pub(crate) fn use_adapter(&mut self, arm: Arm) -> Result<(), Failure> {
        let beside = match arm {
            Arm::Base | Arm::Memory | Arm::Phrases | Arm::Skills => None,
            Arm::Starter => self.starter.ready(&self.engine)?,
            Arm::Adapter | Arm::All if self.candidate.is_some() => self.candidate.clone(),
            Arm::All => self.starter.ready(&self.engine)?,
            Arm::Adapter => {
                return Err(Failure::Usage("arm `adapter`: no adapter was learned here".to_owned()));
            }
        };
        self.put(beside).map_err(|error| Failure::Environment(error.to_string()))
    }

    /// Puts an adapter that is ready beside the model, or none.
    fn put(&mut self, beside: Option<Ready>) -> Result<(), EngineError> {
        let (name, adapter) = beside.map(|Ready { name, adapter }| (name, adapter)).unzip();
        self.engine.set_adapter(adapter)?;
        self.adapter = name;
        Ok(())
    }

    /// Lets what is new take part from the next call on.
    ///
    /// # Errors
    /// When it does not fit the model; what took part still does.
    pub(super) fn hear(&mut self, news: News) -> Result<(), Failure> {
        match news {
            News::Adapter(Some(ready)) => {
                self.put(Some(ready)).map_err(|error| Failure::CheckSaidNo(error.to_string()))
            }
            News::Adapter(None) => self.use_adapter(Arm::Starter),
            News::Phrases(learned) => {
                let on = learned.is_some();
                self.learned = learned;
                self.use_phrases(on)
            }
        }
    }

    /// Hears what is learned from now on.
    pub(super) fn follow(&mut self, watching: Watching) {
        self.watching = Some(watching);
    }

    /// Lets the team's phrases take part, or not. They are read once.
    fn use_phrases(&mut self, on: bool) -> Result<(), Failure> {
        if on && self.learned.is_none() {
            let read = phrases::read(&self.state, self.vocabulary);
            self.learned =
                Some(Arc::new(read.map_err(|error| Failure::Usage(format!("arm `phrases`: {error}")))?));
        }
        self.put_phrases(self.learned.clone().filter(|_| on));
        Ok(())
    }

    /// Lets these phrases take part from the next call on, or none.
    pub(crate) fn put_phrases(&mut self, phrases: Option<Arc<Phrases>>) {
        let prior = phrases.is_some().then(|| Box::new(self.team.clone()) as Box<dyn Prior>);
        self.team.set(phrases);
        self.engine.set_prior(prior);
    }

    /// Returns whether there is a starter adapter for this model.
    ///
    /// # Errors
    /// When the program's own copy does not fit the model.
    pub(crate) fn has_starter(&mut self) -> Result<bool, Failure> {
        Ok(self.starter.ready(&self.engine)?.is_some())
    }

    /// Returns the tokens of a prompt with what is to follow it and the end of it, to learn from; `None` where
    /// they are too many.
    ///
    /// # Errors
    /// When the model lacks a marker of the prompt.
    pub(crate) fn example(
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

    /// Puts an adapter beside the model from the next call on, or none.
    ///
    /// # Errors
    /// When it does not fit the model.
    pub(crate) fn set_adapter(
        &mut self,
        adapter: Option<(String, &AdapterWeights)>,
    ) -> Result<(), EngineError> {
        let ready = match adapter {
            Some((name, weights)) => {
                Some(Ready { name, adapter: Arc::new(self.engine.prepare(&[weights])?) })
            }
            None => None,
        };
        self.put(ready)
    }

    /// Returns the engine, for measurements below the pipeline.
    pub(crate) fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Takes the measure of an evaluation.
    fn measured(&mut self, tokens: usize, took: Duration) {
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

impl Learned for Local {
    fn know_adapter(&mut self, id: &str, weights: &AdapterWeights) -> Result<(), Failure> {
        let ready =
            self.engine.prepare(&[weights]).map_err(|error| Failure::CheckSaidNo(error.to_string()))?;
        self.candidate = Some(Ready { name: id.to_owned(), adapter: Arc::new(ready) });
        Ok(())
    }

    fn take_part(&mut self, arm: Arm) -> Result<(), Failure> {
        self.use_adapter(arm)?;
        match arm {
            Arm::Base | Arm::Memory | Arm::Skills | Arm::Starter | Arm::Adapter => self.use_phrases(false),
            Arm::Phrases => self.use_phrases(true),
            // Everything that there is: a team that has learned no phrases has none.
            Arm::All => self.use_phrases(phrases::file(&self.state, self.vocabulary).is_file()),
        }
    }

    fn local(&mut self) -> Option<&mut Local> {
        Some(self)
    }
}

impl Generator for Local {
    fn set_path(&mut self, path: Option<&str>) {
        self.team.set_path(path.unwrap_or_default());
    }

    fn refresh(&mut self, _workspace: Option<&Path>) {
        while let Some(news) = self.watching.as_ref().and_then(Watching::news) {
            if let Err(failure) = self.hear(news) {
                eprintln!("housestyle: {failure}; what was in use stays in use");
            }
        }
    }

    fn describe(&self) -> Description {
        let has = |special| self.engine.tokenizer().special(special).is_some();
        Description {
            model: self.name.clone(),
            fim: [Special::FimPrefix, Special::FimSuffix, Special::FimMiddle].into_iter().all(has),
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
        let mut hear = |text: &str, elapsed: Duration| listener(Chunk { text, elapsed }) == Flow::Continue;
        let made =
            self.engine.generate(&inputs(&request.prompt), &options, &|| cancel.is_cancelled(), &mut hear);
        let made = made.map_err(|error| self.error(error, &request.prompt))?;
        if !matches!(made.stop, StopReason::Cancelled | StopReason::Deadline) {
            self.measured(made.prompt_tokens - made.reused_tokens, made.prefill);
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
        let warmed = self.engine.prefill(&inputs(prompt), &|| cancel.is_cancelled());
        let warmed = warmed.map_err(|error| self.error(error, prompt))?;
        let prefill = begun.elapsed();
        self.measured(warmed.evaluated_tokens, prefill);
        Ok(Usage {
            prompt_tokens: warmed.prompt_tokens,
            reused_tokens: warmed.reused_tokens,
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
        if self.beside.set(texts, cancel, encode) {
            self.engine.set_draft_texts(self.beside.tokens());
            if self.team.takes_part() {
                self.team.set_beside(self.beside.tokens());
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
