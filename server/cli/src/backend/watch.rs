//! What was learned of the workspace, watched while the server runs: the active adapter and the phrases.
//!
//! A thread of its own looks every second whether they changed, reads and checks what is new, and makes it ready. The
//! model's thread takes it between two requests, which costs next to nothing. What cannot be used is told once on
//! stderr, and what was in use stays.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use housestyle_engine::Adapter;
use housestyle_learn::phrases::Phrases;
use housestyle_train::format::short;

use super::phrases::{self, PhrasesError};
use super::resident::{Ready, Resident};
use crate::adapters::{Base, Seen, Store, Version};
use crate::context::Context;
use crate::failure::Failure;
use crate::stamp::Stamp;
use crate::workspace_state;

/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);
/// Most bytes of adapters that are kept ready; those of the default model have about seven million.
const RESIDENT: usize = 64 << 20;

/// What takes part from now on.
#[derive(Debug)]
pub(super) enum News {
    /// This adapter of the team's; where there is none, the starter.
    Adapter(Option<Ready>),
    /// These phrases, or none.
    Phrases(Option<Arc<Phrases>>),
}

/// What is watched, and how it was seen last.
#[derive(Debug)]
pub(super) struct Watch {
    context: Context,
    store: Store,
    phrases: PathBuf,
    vocabulary: u64,
    /// The model, once an adapter asks for it.
    base: Option<Base>,
    resident: Resident,
    /// The adapter in use.
    active: Option<String>,
    seen_adapters: Option<Seen>,
    seen_phrases: Option<Stamp>,
    /// What was told of what cannot be used.
    told: BTreeSet<String>,
}

/// A watch on its thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Watching {
    news: Receiver<News>,
    _end: Sender<()>,
}

impl Watch {
    /// Watches what is learned of the workspace for a model with this vocabulary. Nothing of it is in use yet.
    pub(super) fn new(context: &Context, vocabulary: u64) -> Watch {
        let state = workspace_state::folder(&context.home, &context.workspace);
        Watch {
            context: context.clone(),
            store: Store::at(&state),
            phrases: phrases::file(&state, vocabulary),
            vocabulary,
            base: None,
            resident: Resident::of(RESIDENT),
            active: None,
            seen_adapters: None,
            seen_phrases: None,
            told: BTreeSet::new(),
        }
    }

    /// Looks whether something changed, and returns what is to be used from now on. Tells what cannot be.
    pub(super) fn look(&mut self) -> Vec<News> {
        let (news, failed) = self.changes();
        if !news.is_empty() {
            self.told.clear();
        }
        for why in failed {
            if self.told.insert(why.clone()) {
                eprintln!("housestyle: {why}; what was in use stays in use");
            }
        }
        news
    }

    fn changes(&mut self) -> (Vec<News>, Vec<String>) {
        let (mut news, mut failed) = (Vec::new(), Vec::new());
        // What is seen is noted before it is read: what changes meanwhile is seen the next time.
        let seen = Some(self.store.seen());
        if self.seen_adapters != seen {
            self.seen_adapters = seen;
            match self.adapter() {
                Ok(adapter) => {
                    let name = adapter.as_ref().map(|ready| ready.name.clone());
                    if self.active != name {
                        self.active = name;
                        news.push(News::Adapter(adapter));
                    }
                }
                Err(failure) => failed.push(format!("the active adapter cannot be used: {failure}")),
            }
        }
        let seen = Some(Stamp::of(&self.phrases));
        if self.seen_phrases != seen {
            let first = self.seen_phrases.is_none();
            self.seen_phrases = seen;
            match phrases::read_file(&self.phrases, self.vocabulary) {
                Ok(phrases) => news.push(News::Phrases(Some(Arc::new(phrases)))),
                Err(PhrasesError::Nothing) if first => {}
                Err(PhrasesError::Nothing) => news.push(News::Phrases(None)),
                Err(error) => failed.push(format!("the team's phrases cannot be used: {error}")),
            }
        }
        (news, failed)
    }

    /// Returns the active adapter, made ready; only an approved one.
    fn adapter(&mut self) -> Result<Option<Ready>, Failure> {
        // Where none is active, the model's digest need not be known.
        let Some(id) = self.store.serving()? else { return Ok(None) };
        if let Some(ready) = self.resident.get(&id) {
            return Ok(Some(ready));
        }
        let base = match self.base.take() {
            Some(base) => base,
            None => Base::of(&self.context)?,
        };
        let base = self.base.insert(base);
        let loaded = self.store.load_active(&base.config, &base.sha256)?;
        let Some((Version { id: Some(name), .. }, loaded)) = loaded else { return Ok(None) };
        let adapter = Adapter::new(&[&loaded.weights], &base.config);
        let adapter = Arc::new(adapter.map_err(|error| Failure::CheckSaidNo(error.to_string()))?);
        let ready = Ready { name, adapter };
        self.resident.keep(ready.clone());
        Ok(Some(ready))
    }

    /// Goes on looking on a thread of its own.
    pub(super) fn start(mut self) -> Watching {
        let ((tell, news), (end, ended)) = (mpsc::channel(), mpsc::channel::<()>());
        let watch = move || {
            while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                for news in self.look() {
                    eprintln!("housestyle: {news}");
                    if tell.send(news).is_err() {
                        return;
                    }
                }
            }
        };
        // Without a thread what is learned is used from the next start on.
        drop(thread::Builder::new().name("watch".to_owned()).spawn(watch));
        Watching { news, _end: end }
    }
}

impl Watching {
    /// Returns what is new, if anything is.
    pub(super) fn news(&self) -> Option<News> {
        self.news.try_recv().ok()
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Adapter(Some(ready)) => write!(f, "adapter {} takes part from now on", short(&ready.name)),
            News::Adapter(None) => write!(f, "no adapter of the team's takes part from now on"),
            News::Phrases(Some(_)) => write!(f, "newly learned phrases take part from now on"),
            News::Phrases(None) => write!(f, "no phrases of the team's take part from now on"),
        }
    }
}
