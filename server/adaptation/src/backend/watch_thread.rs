//! The thread that prepares what was learned in the workspaces that documents lie in, and watches for changes.
//!
//! The model's thread asks for the parts of a workspace at each request, which costs next to nothing. For a workspace
//! that it asks for the first time it gets none, and the parts are prepared meanwhile: no request waits for a file, and
//! none gets the parts of another workspace.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use housestyle_engine::Tokenizer;
use housestyle_workspace::{Workspace, clone, notice, root};

use super::Setup;
use super::adapter_cache::AdapterCache;
use super::parts::{Parts, PartsOfWorkspaces};
use super::watch::Watcher;

/// Time between two polls.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Most bytes of prepared adapters in the cache; an adapter of the default model has about seven million.
const ADAPTER_CACHE_BYTES: usize = 64 << 20;
/// Most bytes of the parts of all workspaces; the largest phrase cache has some thirty million.
const PARTS_BYTES: usize = 128 << 20;

/// The watched workspaces.
#[derive(Debug)]
pub(super) struct Watchers {
    setup: Setup,
    vocabulary: u64,
    tokenizer: Arc<Tokenizer>,
    cache: Arc<Mutex<AdapterCache>>,
    /// By the roots of their workspaces.
    watchers: HashMap<PathBuf, Watcher>,
    parts: Arc<Mutex<PartsOfWorkspaces>>,
}

/// The way to the thread, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct WatchThread {
    parts: Arc<Mutex<PartsOfWorkspaces>>,
    wanted: Sender<PathBuf>,
}

impl Watchers {
    /// Watches no workspace yet, for a model with this tokenizer. The setup says which user's workspaces they are.
    pub(super) fn new(setup: &Setup, vocabulary: u64, tokenizer: Arc<Tokenizer>) -> Watchers {
        Watchers {
            setup: setup.clone(),
            vocabulary,
            tokenizer,
            cache: Arc::new(Mutex::new(AdapterCache::of(ADAPTER_CACHE_BYTES))),
            watchers: HashMap::new(),
            parts: Arc::new(Mutex::new(PartsOfWorkspaces::within(PARTS_BYTES))),
        }
    }

    /// Prepares the parts of a workspace, and watches them from then on.
    pub(super) fn add(&mut self, root: &Path) {
        if self.watchers.contains_key(root) {
            return;
        }
        let workspace = Workspace::new(root.to_path_buf(), self.setup.workspace.home().clone());
        clone::tell();
        let setup = Setup { workspace, ..self.setup.clone() };
        let cache = Arc::clone(&self.cache);
        let watcher = Watcher::new(&setup, self.vocabulary, Arc::clone(&self.tokenizer), cache);
        self.watchers.insert(root.to_path_buf(), watcher);
        self.look_at(root);
    }

    /// Takes up what changed in the watched workspaces.
    fn poll(&mut self) {
        for root in self.watchers.keys().cloned().collect::<Vec<_>>() {
            self.look_at(&root);
        }
    }

    fn look_at(&mut self, root: &Path) {
        let Some(watcher) = self.watchers.get_mut(root) else { return };
        // A panic costs one poll; the server's hook counts it.
        let updates = catch_unwind(AssertUnwindSafe(|| watcher.poll())).unwrap_or_default();
        let mut all = lock(&self.parts);
        let known = all.of(root);
        let is_new = known.is_none();
        if !is_new && updates.is_empty() {
            return;
        }
        let mut parts = known.unwrap_or_default();
        for update in updates {
            if !is_new {
                notice::warn(format_args!("{}: {update}", root.display()));
            }
            parts.update(update);
        }
        all.set(root, parts);
        self.watchers.retain(|root, _| all.of(root).is_some());
    }

    /// Watches on a thread of its own.
    pub(super) fn start(mut self) -> WatchThread {
        let (wanted, roots) = mpsc::channel::<PathBuf>();
        let parts = Arc::clone(&self.parts);
        let watch = move || {
            loop {
                match roots.recv_timeout(POLL_INTERVAL) {
                    Ok(root) => self.add(&root),
                    Err(RecvTimeoutError::Timeout) => self.poll(),
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        // Without a thread what is learned is used from the next start on.
        drop(thread::Builder::new().name("watch".to_owned()).spawn(watch));
        WatchThread { parts, wanted }
    }
}

impl WatchThread {
    /// Returns the parts of the workspace with a root; none where they are not prepared yet, which is begun then.
    pub(super) fn parts(&self, root: &Path) -> Parts {
        lock(&self.parts).used(root).unwrap_or_else(|| {
            self.wanted.send(root.to_path_buf()).ok();
            Parts::default()
        })
    }
}

/// Returns the identity of the setup's workspace: documents name theirs by its real path.
pub(super) fn root_of(setup: &Setup) -> PathBuf {
    root::real(setup.workspace.root())
}

fn lock(parts: &Mutex<PartsOfWorkspaces>) -> MutexGuard<'_, PartsOfWorkspaces> {
    // What it holds is replaced as a whole, so a panic elsewhere leaves nothing half done.
    parts.lock().unwrap_or_else(PoisonError::into_inner)
}
