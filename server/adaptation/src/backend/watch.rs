//! Watches the active adapter and the phrase cache of one workspace while the server runs.
//!
//! A poll looks for changes, reads a new part, checks it and prepares it. An unusable part is a warning, given once, and
//! the current part stays in use. An adapter ends with its approval.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use housestyle_engine::{Adapter, Tokenizer};
use housestyle_learn::phrases::Phrases;
use housestyle_train::format::short;
use housestyle_workspace::FileStamp;
use housestyle_workspace::adapters::{Base, Store, StoreError, StoreStamp};
use housestyle_workspace::notice;
use housestyle_workspace::phrases::{self, PhrasesError};

use super::Setup;
use super::adapter_cache::{AdapterCache, PreparedAdapter};
use super::approval::{self, Consequence, InUse};
use super::phrases::scan;
use crate::error::Error;

/// A change of the adapter or the phrases in use.
#[derive(Debug)]
pub(super) enum Update {
    /// This adapter of the team's; where there is none, the starter.
    Adapter(Option<PreparedAdapter>),
    /// These phrases, or none.
    Phrases(Option<Arc<Phrases>>),
}

/// The watched files, and their stamps at the last poll.
#[derive(Debug)]
pub(super) struct Watcher {
    setup: Setup,
    store: Store,
    phrases: PathBuf,
    vocabulary: u64,
    tokenizer: Arc<Tokenizer>,
    /// The model, once an adapter asks for it.
    base: Option<Base>,
    /// The prepared adapters of all workspaces.
    cache: Arc<Mutex<AdapterCache>>,
    /// The adapter in use.
    active: Option<InUse>,
    adapters_stamp: Option<StoreStamp>,
    phrases_stamp: Option<FileStamp>,
    /// Warnings that were given already.
    warned: BTreeSet<String>,
}

impl Watcher {
    /// Watches the workspace's adapters and phrases for a model with this tokenizer. None is in use yet.
    pub(super) fn new(
        setup: &Setup,
        vocabulary: u64,
        tokenizer: Arc<Tokenizer>,
        cache: Arc<Mutex<AdapterCache>>,
    ) -> Watcher {
        let state = setup.workspace.state();
        Watcher {
            setup: setup.clone(),
            store: Store::of(&setup.workspace),
            phrases: phrases::file(state, vocabulary),
            vocabulary,
            tokenizer,
            base: None,
            cache,
            active: None,
            adapters_stamp: None,
            phrases_stamp: None,
            warned: BTreeSet::new(),
        }
    }

    /// Returns the changes since the last poll, and warns of files that cannot be used.
    pub(super) fn poll(&mut self) -> Vec<Update> {
        let (updates, failed) = self.changes();
        if !updates.is_empty() {
            self.warned.clear();
        }
        for why in failed {
            if self.warned.insert(why.clone()) {
                notice::warn(why);
            }
        }
        updates
    }

    fn changes(&mut self) -> (Vec<Update>, Vec<String>) {
        let (mut updates, mut failed) = (Vec::new(), Vec::new());
        // The stamp is taken before the file is read: a change meanwhile is seen at the next poll.
        let stamp = Some(self.store.stamp());
        if self.adapters_stamp != stamp {
            self.adapters_stamp = stamp;
            let not_rolled_back = approval::roll_back_revoked(&self.store).err();
            if not_rolled_back.is_some() {
                self.adapters_stamp = None; // the next poll tries again
            }
            match self.adapter() {
                Ok(found) => {
                    let (adapter, in_use) = found.unzip();
                    let id = |in_use: &InUse| in_use.id.clone();
                    if self.active.as_ref().map(id) != in_use.as_ref().map(id) {
                        updates.push(Update::Adapter(adapter));
                    }
                    self.active = in_use;
                }
                Err(failure) => match Consequence::of(&failure, &self.store, self.active.as_ref()) {
                    Consequence::Ends => {
                        let why = failure.to_string();
                        let other = |error: &StoreError| !error.is_passing() && error.to_string() != why;
                        failed.extend(not_rolled_back.filter(other).map(not_rolled));
                        failed.push(why);
                        updates.extend(self.active.take().map(|_| Update::Adapter(None)));
                    }
                    consequence => {
                        if consequence == Consequence::AskAgain {
                            self.adapters_stamp = None;
                        }
                        failed.push(stays(format_args!("the active adapter cannot be used: {failure}")));
                    }
                },
            }
        }
        let stamp = Some(FileStamp::of(&self.phrases));
        if self.phrases_stamp != stamp {
            let first = self.phrases_stamp.is_none();
            match scan(&self.phrases, &self.tokenizer) {
                Ok(()) => {}
                // The other process may take some time; the next poll asks again.
                Err(error) if error.is_busy() => return (updates, failed),
                Err(error) => {
                    self.phrases_stamp = stamp;
                    failed.push(stays(Error::from(error)));
                    return (updates, failed);
                }
            }
            self.phrases_stamp = stamp;
            match phrases::read_file(&self.phrases, self.vocabulary) {
                Ok(phrases) => updates.push(Update::Phrases(Some(Arc::new(phrases)))),
                Err(PhrasesError::Nothing) if first => {}
                Err(PhrasesError::Nothing) => updates.push(Update::Phrases(None)),
                Err(error) => failed.push(stays(format_args!("the team's phrases cannot be used: {error}"))),
            }
        }
        (updates, failed)
    }

    /// Returns the active adapter, prepared for the engine, if it is approved.
    fn adapter(&mut self) -> Result<Option<(PreparedAdapter, InUse)>, Error> {
        // Where none is active, the model's digest need not be known.
        let Some(version) = self.store.active()? else { return Ok(None) };
        let in_use = InUse { id: version.approved()?.to_owned(), by_merge: version.rests_on_merge() };
        if let Some(prepared) = self.cache().get(&in_use.id) {
            return Ok(Some((prepared, in_use)));
        }
        let base = match self.base.take() {
            Some(base) => base,
            None => self.setup.base()?,
        };
        let base = self.base.insert(base);
        let loaded = self.store.load_active(&base.config, &base.sha256)?;
        let Some((version, loaded)) = loaded else { return Ok(None) };
        let in_use = InUse { id: version.approved()?.to_owned(), by_merge: version.rests_on_merge() };
        let adapter = Adapter::new(&[&loaded.weights], &base.config);
        let adapter = Arc::new(adapter.map_err(Error::AdapterMismatch)?);
        let prepared = PreparedAdapter { name: in_use.id.clone(), adapter };
        self.cache().insert(prepared.clone());
        Ok(Some((prepared, in_use)))
    }

    fn cache(&self) -> MutexGuard<'_, AdapterCache> {
        // What it holds is whole at any time, so a panic elsewhere leaves nothing half done.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a warning about a rollback that failed.
fn not_rolled(problem: StoreError) -> String {
    format!(
        "the rollback failed, and is tried again: {problem}; until then no adapter of the team's takes part"
    )
}

/// Returns a warning about something that replaces nothing.
fn stays(problem: impl fmt::Display) -> String {
    format!("{problem}; what was in use stays in use")
}

impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Update::Adapter(Some(prepared)) => {
                write!(f, "adapter {} takes part from now on", short(&prepared.name))
            }
            Update::Adapter(None) => write!(f, "no adapter of the team's takes part from now on"),
            Update::Phrases(Some(_)) => write!(f, "newly learned phrases take part from now on"),
            Update::Phrases(None) => write!(f, "no phrases of the team's take part from now on"),
        }
    }
}
