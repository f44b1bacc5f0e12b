//! The engine: a model, its tokenizer, and the sequences that it caches.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;

use crate::adapter::{Adapter, AdapterWeights};
use crate::config::Config;
use crate::draft::{Drafter, Drafting};
use crate::error::EngineError;
use crate::gguf::Gguf;
use crate::matrix::release;
use crate::model::Model;
use crate::packed_cache::{Key, PackedCache, Writer};
use crate::prior::{Mixing, Prior};
use crate::scratch::{Scratch, Want};
use crate::screening::Screening;
use crate::sequences::{AdapterId, Sequences};
use crate::special::Special;
use crate::tokenizer::Tokenizer;

/// Most prompt tokens evaluated in one pass: enough to read the weights seldom.
const CHUNK: usize = 64;
/// Fewest prompt tokens a pass shrinks to when passes are aborted. An aborted pass is lost, so a user who types faster
/// than a long pass takes would never get past it.
const SMALLEST_CHUNK: usize = 4;

/// How an engine runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Threads for the arithmetic; 0 for one a physical core as the system reports it.
    pub threads: usize,
    /// Positions of a sequence; the model's own context at most.
    pub context: usize,
    /// Most bytes of keys and values of all sequences together. The sequences used last stay; the
    /// current one does, even if it is larger than that.
    pub kv_bytes: usize,
    /// Whether the likeliest token is looked for by estimates first. It is the same one either way.
    pub screening: Screening,
    /// Files that may hold the packed weights from one start to the next, the best path first. The first file that
    /// is of this model is mapped. Without such a file the engine packs the weights, and a thread writes them to
    /// the first path that can be written. Empty: the engine packs the weights at every start.
    pub packed_cache: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            threads: 0,
            context: 4096,
            kv_bytes: 192 << 20,
            screening: Screening::Auto,
            packed_cache: Vec::new(),
        }
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

/// The result of evaluating a prompt without generating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefilled {
    /// Tokens in the prompt.
    pub prompt_tokens: usize,
    /// Of these, reused from earlier calls.
    pub reused_tokens: usize,
    /// Of these, evaluated now.
    pub evaluated_tokens: usize,
    /// Whether all of the prompt is evaluated.
    pub finished: bool,
}

/// One model with the sequences it evaluated last.
#[derive(Debug)]
pub struct Engine {
    pub(crate) model: Model,
    pub(crate) tokenizer: Arc<Tokenizer>,
    pub(crate) sequences: Sequences,
    adapter: Option<Arc<Adapter>>,
    pub(crate) scratch: Scratch,
    pub(crate) drafting: Drafting,
    /// Whether drafts are made.
    pub(crate) drafts: bool,
    pub(crate) mixing: Mixing,
    /// Prompt tokens of the next pass.
    chunk: usize,
    /// Writes the packed weights to a file, where that is wanted.
    writer: Option<Writer>,
}

impl Engine {
    /// Maps a GGUF file and prepares to run it.
    ///
    /// The file must not be changed while the engine lives, nor one of `options.packed_cache`, as with every mapped
    /// file; `housestyle` replaces them only by renaming.
    ///
    /// # Errors
    /// When the file cannot be read, is broken, or is of an unsupported kind.
    pub fn open(path: &Path, options: Options) -> Result<Engine, EngineError> {
        let open = |source| EngineError::Open { path: path.to_owned(), source };
        let file = File::open(path).map_err(open)?;
        // SAFETY: the mapping is read-only; that nobody shortens the file meanwhile is asked of the
        // caller above, as no system offers a way to enforce it.
        let map = Arc::new(unsafe { Mmap::map(&file) }.map_err(open)?);
        let gguf = Gguf::parse(&map)?;
        let threads = match options.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        // The vocabulary is read while the matrices are packed or mapped.
        let (model, tokenizer) = std::thread::scope(|scope| {
            let tokenizer = scope.spawn(|| Tokenizer::read(&gguf));
            let model = load(&gguf, &file, &map, threads, options.packed_cache);
            (model, tokenizer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let ((mut model, writer), tokenizer) = (model?, tokenizer?);
        model.screening = options.screening;
        if tokenizer.vocab() > model.vocab {
            return Err(EngineError::gguf(
                "tokenizer.ggml.tokens",
                format!("{} tokens, but token_embd.weight has {} rows", tokenizer.vocab(), model.vocab),
            ));
        }
        let context = options.context.clamp(16, model.config.context.max(16));
        let sequences = Sequences::new(&model.config, context, options.kv_bytes);
        Ok(Engine {
            model,
            tokenizer: Arc::new(tokenizer),
            sequences,
            adapter: None,
            scratch: Scratch::default(),
            drafting: Drafting::default(),
            drafts: true,
            mixing: Mixing::default(),
            chunk: CHUNK,
            writer,
        })
    }

    /// Waits until the packed weights are in their file, if a thread is writing one. An engine that is dropped
    /// sooner gives up writing; the next start writes the file.
    ///
    /// # Errors
    /// The system's error when the file could not be written; the engine works all the same.
    pub fn wait_for_packed_cache(&mut self) -> std::io::Result<()> {
        self.writer.take().map_or(Ok(()), Writer::wait)
    }

    /// Returns the model's shape.
    pub fn config(&self) -> &Config {
        &self.model.config
    }

    /// Returns the tokenizer.
    pub fn tokenizer(&self) -> &Arc<Tokenizer> {
        &self.tokenizer
    }

    /// Returns how many positions a sequence can hold.
    pub fn context(&self) -> usize {
        self.sequences.capacity()
    }

    /// Returns how many sequences are cached, and how many bytes their keys and values take.
    pub fn cached_sequences(&self) -> (usize, usize) {
        self.sequences.size()
    }

    /// Returns how many threads do the arithmetic.
    pub fn threads(&self) -> usize {
        self.model.threads()
    }

    /// Drops all cached sequences.
    pub fn reset(&mut self) {
        self.sequences.clear();
    }

    /// Switches drafting on or off: the next tokens are guessed and several verified at once. It is on at first; it
    /// changes the time that greedy decoding takes, and never the text.
    pub fn set_drafting(&mut self, on: bool) {
        self.drafts = on;
    }

    /// Sets the texts (tokens) from which drafts may be copied besides the prompt, such as the other open
    /// documents. They replace the texts set before; a common beginning costs nothing.
    pub fn set_draft_texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a [u32]>) {
        self.drafting.lookup.set_corpus(texts);
    }

    /// Adds a drafter to the engine's own, which copies from the text.
    pub fn add_drafter(&mut self, drafter: Box<dyn Drafter>) {
        self.drafting.add(drafter);
    }

    /// Mixes a prior into the model's distribution from the next call on, or none. It takes part in generating and
    /// scoring, not in [`Engine::logits`] and [`Engine::likeliest`].
    pub fn set_prior(&mut self, prior: Option<Box<dyn Prior>>) {
        self.scratch.steady = prior.is_some();
        self.mixing.prior = prior;
    }

    /// Prepares adapters for this model: their changes are added up.
    ///
    /// # Errors
    /// When a tensor has another shape than the model's matrix, or holds a number that is not finite.
    pub fn prepare(&self, adapters: &[&AdapterWeights]) -> Result<Adapter, EngineError> {
        Adapter::new(adapters, self.config())
    }

    /// Applies an adapter from the next call on, or none. Sequences evaluated with another adapter stay cached, and
    /// serve again when that adapter does.
    ///
    /// # Errors
    /// When the adapter was prepared for a model of another shape.
    pub fn set_adapter(&mut self, adapter: Option<Arc<Adapter>>) -> Result<(), EngineError> {
        if let Some(adapter) = &adapter {
            adapter.check(self.config())?;
        }
        self.adapter = adapter;
        Ok(())
    }

    /// Returns the adapter that takes part.
    pub fn adapter(&self) -> Option<&Adapter> {
        self.adapter.as_deref()
    }

    fn adapter_id(&self) -> Option<AdapterId> {
        self.adapter.as_ref().map(|adapter| adapter.id())
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

    /// Evaluates `tokens` as the whole sequence, reusing its cached prefix, and returns the logits after the last token
    /// (vocab), or `None` if `abort` returned true.
    ///
    /// # Errors
    /// When there are no tokens, too many, or one is outside of the vocabulary.
    pub fn logits(
        &mut self,
        tokens: &[u32],
        abort: &dyn Fn() -> bool,
    ) -> Result<Option<&[f32]>, EngineError> {
        self.check(tokens, 0)?;
        let reused = self.rewind_to_common(tokens);
        Ok(self.feed(&tokens[reused..], Want::Logits(1), abort).then_some(&self.scratch.logits))
    }

    /// Evaluates `tokens` as the whole sequence, reusing its cached prefix, and returns the likeliest token after the
    /// last one, or `None` if `abort` returned true or no logit is finite. As [`Engine::logits`], but without the
    /// logits of all tokens where estimates suffice.
    ///
    /// # Errors
    /// When there are no tokens, too many, or one is outside of the vocabulary.
    pub fn likeliest(
        &mut self,
        tokens: &[u32],
        abort: &dyn Fn() -> bool,
    ) -> Result<Option<u32>, EngineError> {
        self.check(tokens, 0)?;
        let reused = self.rewind_to_common(tokens);
        let done = self.feed(&tokens[reused..], Want::Best(1), abort);
        Ok(if done { self.scratch.best.first().and_then(|best| best.token) } else { None })
    }

    /// Evaluates a prompt into a sequence and generates nothing, so that a later call for the same or a
    /// longer prompt has less to do. The engine asks `abort` before every layer; the passes before the aborted one stay
    /// cached.
    ///
    /// # Errors
    /// When the prompt is empty or does not fit.
    pub fn prefill(
        &mut self,
        prompt: &[Input<'_>],
        abort: &dyn Fn() -> bool,
    ) -> Result<Prefilled, EngineError> {
        let tokens = self.tokenize(prompt)?;
        self.check(&tokens, 0)?;
        let common = self.sequences.select(&tokens, self.adapter_id());
        if common < tokens.len() {
            self.sequences.current_mut().truncate(common);
            self.feed(&tokens[common..], Want::Nothing, abort);
        }
        let held = self.sequences.current().tokens().len().min(tokens.len());
        Ok(Prefilled {
            prompt_tokens: tokens.len(),
            reused_tokens: common,
            evaluated_tokens: held - common,
            finished: held == tokens.len(),
        })
    }

    /// Returns how many tokens a prompt has, and how many of them are held from earlier calls.
    ///
    /// # Errors
    /// [`EngineError::NoSpecial`] when the model lacks a special token.
    pub fn held(&self, prompt: &[Input<'_>]) -> Result<(usize, usize), EngineError> {
        let tokens = self.tokenize(prompt)?;
        Ok((tokens.len(), self.sequences.held(&tokens, self.adapter_id())))
    }

    /// Checks that there are tokens, that all are in the vocabulary, and that `more` fit after them.
    ///
    /// # Errors
    /// When one of the three does not hold.
    pub(crate) fn check(&self, tokens: &[u32], more: usize) -> Result<(), EngineError> {
        if tokens.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        let (tokens_wanted, context) = (tokens.len() + more, self.context());
        if tokens_wanted > context {
            return Err(EngineError::ContextFull { tokens: tokens_wanted, context });
        }
        match tokens.iter().find(|t| **t as usize >= self.model.vocab) {
            Some(id) => Err(EngineError::TokenRange { id: *id, vocab: self.model.vocab }),
            None => Ok(()),
        }
    }

    /// Selects the sequence for `tokens` and rewinds it to their common prefix, without the
    /// last token, whose logits are wanted; returns how many positions are reused.
    pub(crate) fn rewind_to_common(&mut self, tokens: &[u32]) -> usize {
        let reused = self.sequences.select(tokens, self.adapter_id()).min(tokens.len().saturating_sub(1));
        self.sequences.current_mut().truncate(reused);
        reused
    }

    /// Evaluates tokens in passes, the last one with output `want`; returns whether it came to the end. The passes
    /// before an aborted one stay cached.
    pub(crate) fn feed(&mut self, tokens: &[u32], want: Want, abort: &dyn Fn() -> bool) -> bool {
        let mut rest = tokens;
        while !rest.is_empty() {
            let (now, after) = rest.split_at(rest.len().min(self.chunk));
            let full = now.len() == self.chunk;
            if !self.pass(now, if after.is_empty() { want } else { Want::Nothing }, abort) {
                if full {
                    self.chunk = (self.chunk / 2).max(SMALLEST_CHUNK);
                }
                return false;
            }
            if full {
                self.chunk = (self.chunk * 2).min(CHUNK);
            }
            rest = after;
        }
        true
    }

    /// Evaluates tokens in one pass with output `want`; returns whether it came to the end. An aborted pass changes
    /// nothing.
    pub(crate) fn pass(&mut self, tokens: &[u32], want: Want, abort: &dyn Fn() -> bool) -> bool {
        let Engine { model, sequences, scratch, adapter, .. } = self;
        let done = model.forward(tokens, want, adapter.as_deref(), sequences.current_mut(), scratch, abort);
        sequences.trim();
        done
    }
}

/// Prepares the weights: from a file of packed ones, if there is one of this model, else anew.
fn load(
    gguf: &Gguf<'_>,
    file: &File,
    map: &Arc<Mmap>,
    threads: usize,
    paths: Vec<PathBuf>,
) -> Result<(Model, Option<Writer>), EngineError> {
    if paths.is_empty() {
        return Ok((Model::load(gguf, map, threads, None)?, None));
    }
    let key = Key::of(file, gguf, map);
    release(map, &(0..map.len()));
    for mut cache in paths.iter().filter_map(|path| PackedCache::open(path, key)) {
        let model = Model::load(gguf, map, threads, Some(&mut cache))?;
        release(map, &(0..map.len()));
        if cache.is_used_up() {
            return Ok((model, None));
        }
    }
    let model = Model::load(gguf, map, threads, None)?;
    let packed = model.packed();
    // Without a thread to write them, they are packed again at the next start.
    let writer = if packed.is_empty() { None } else { Writer::start(paths, key, packed).ok() };
    Ok((model, writer))
}
