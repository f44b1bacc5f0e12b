//! The files of an index and how they were found, so that a look reads only what changed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::time::{Duration, Instant};

use housestyle_learn::exclusions::{Exclusion, ExclusionCounts, MAX_BYTES};
use housestyle_text::Snapshot;
use housestyle_text::chunks::{Bounds, ChunkIndex, ChunkedFile};

use super::attributes::WorkAttributes;
use super::files::list;
use super::{Forbidden, RelatedCounts, rules};
use crate::ignored::ignored;
use crate::stamp::FileStamp;

/// How long a list of files is used, if nothing shows that it is another one.
const RELIST: Duration = Duration::from_secs(60);

/// Whether a file is in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Held,
    Excluded(Exclusion),
    Beyond,
}

/// The index that a thread fills and others ask.
#[derive(Debug, Default)]
pub(super) struct SharedIndex {
    index: RwLock<ChunkIndex>,
    counts: Mutex<RelatedCounts>,
}

impl SharedIndex {
    pub(super) fn new(bounds: Bounds) -> SharedIndex {
        SharedIndex { index: RwLock::new(ChunkIndex::new(bounds)), counts: Mutex::default() }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, ChunkIndex> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the index if no file is being put in at this moment.
    pub(super) fn try_read(&self) -> Option<RwLockReadGuard<'_, ChunkIndex>> {
        match self.index.try_read() {
            Ok(index) => Some(index),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    pub(super) fn counts(&self) -> MutexGuard<'_, RelatedCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ChunkIndex> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The step of a look was the last one: somebody ended the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended;

/// Documents that an editor tells, with their newest text; with none, they are closed.
pub(super) type Documents = HashMap<String, Option<Snapshot>>;

/// Fills the index of one root.
pub(super) struct Filler<'a> {
    root: PathBuf,
    forbidden: Forbidden,
    shared: &'a SharedIndex,
    /// The files that git tracked when it told that last.
    tracked: Vec<String>,
    /// The files that may take part, the newest first.
    listed: Vec<String>,
    listed_at: Option<Instant>,
    attributes: WorkAttributes,
    /// What decides about the list, as it was found before.
    watched: Vec<(FileStamp, PathBuf)>,
    known: HashMap<String, (FileStamp, Outcome)>,
    /// Documents that are open in the editor: their text counts, and not the disk's.
    open: HashMap<String, (Snapshot, Outcome)>,
    /// Files that their paths exclude.
    excluded: ExclusionCounts,
    problem: Option<String>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(root: &Path, forbidden: Forbidden, shared: &'a SharedIndex) -> Filler<'a> {
        Filler {
            root: root.to_path_buf(),
            forbidden,
            shared,
            tracked: Vec::new(),
            listed: Vec::new(),
            listed_at: None,
            attributes: WorkAttributes::default(),
            watched: Vec::new(),
            known: HashMap::new(),
            open: HashMap::new(),
            excluded: ExclusionCounts::default(),
            problem: None,
        }
    }

    /// Lets the next look list the files anew: what the settings forbid may have changed.
    pub(super) fn list_anew(&mut self) {
        self.listed_at = None;
    }

    /// Looks at all files, and takes over what changed. `between` is called between files: it may end the look, or tell
    /// what became of documents.
    pub(super) fn look(
        &mut self,
        between: &mut dyn FnMut() -> Result<Documents, Ended>,
    ) -> Result<(), Ended> {
        let is_changed = |(stamp, path): &(FileStamp, PathBuf)| FileStamp::of_file_itself(path) != *stamp;
        if self.listed_at.is_none_or(|at| at.elapsed() > RELIST) || self.watched.iter().any(is_changed) {
            self.list();
        }
        for number in 0..self.listed.len() {
            for (path, document) in between()? {
                self.document(&path, document);
            }
            let path = self.listed[number].clone();
            if self.open.contains_key(&path) {
                continue;
            }
            let stamp = FileStamp::of_file_itself(&self.root.join(&path));
            if self.known.get(&path).is_none_or(|(known, _)| *known != stamp) {
                let outcome = match rules::read(&self.root, &path) {
                    Ok(bytes) => self.take(&path, &bytes),
                    Err(reason) => self.leave_out(&path, reason),
                };
                self.known.insert(path, (stamp, outcome));
            }
        }
        if self.shared.read().is_wasteful() {
            let compacted = self.shared.read().compacted();
            let old = std::mem::replace(&mut *self.shared.write(), compacted);
            drop(old); // this takes a while, and nobody waits for it here
        }
        self.count(true);
        Ok(())
    }

    /// Takes over the text of an open document; with none, the document is closed and the disk's text counts.
    pub(super) fn document(&mut self, path: &str, document: Option<Snapshot>) {
        let Some(document) = document else {
            self.open.remove(path);
            self.known.remove(path);
            if !self.listed.iter().any(|listed| listed == path) {
                self.shared.write().remove(path);
            }
            return;
        };
        let outcome = match self.of_document(path, &document) {
            Ok(text) => self.take(path, text.as_bytes()),
            Err(reason) => self.leave_out(path, reason),
        };
        self.open.insert(path.to_owned(), (document, outcome));
        let is_whole = self.shared.counts().is_whole;
        self.count(is_whole);
    }

    /// Returns the text of an open document that may take part.
    fn of_document(&mut self, path: &str, document: &Snapshot) -> Result<String, Exclusion> {
        if let Some(reason) = self.of_path(path) {
            return Err(reason);
        }
        if document.len() > MAX_BYTES {
            return Err(Exclusion::TooLarge);
        }
        // Git is asked about files that it did not list, such as new ones.
        if !self.listed.iter().any(|listed| listed == path) && ignored(&self.root, path).unwrap_or(true) {
            return Err(Exclusion::Forbidden);
        }
        Ok(document.to_text())
    }

    /// Lists the files anew.
    fn list(&mut self) {
        let listed = list(&self.root, &mut self.tracked);
        let stamped = |path: PathBuf| (FileStamp::of_file_itself(&path), path);
        self.watched = listed.watched.into_iter().map(stamped).collect();
        self.listed_at = Some(Instant::now());
        self.problem = listed.problem;
        self.attributes = WorkAttributes::default();
        self.excluded = ExclusionCounts::default();
        let mut dated = Vec::new();
        for path in listed.paths {
            match self.of_path(&path) {
                Some(reason) => self.excluded.add(reason),
                None => dated.push((FileStamp::of_file_itself(&self.root.join(&path)).modified(), path)),
            }
        }
        // Where not all files fit, those count that somebody changed last.
        dated.sort_by(|(one, _), (other, _)| other.cmp(one));
        self.listed = dated.into_iter().map(|(_, path)| path).collect();
        let listed: HashSet<&String> = self.listed.iter().collect();
        let gone: Vec<String> = self.known.keys().filter(|path| !listed.contains(path)).cloned().collect();
        for path in gone {
            self.known.remove(&path);
            if !self.open.contains_key(&path) {
                self.shared.write().remove(&path);
            }
        }
        let open: Vec<(String, Snapshot)> =
            self.open.iter().map(|(path, (document, _))| (path.clone(), document.clone())).collect();
        for (path, document) in open {
            self.document(&path, Some(document));
        }
    }

    fn of_path(&mut self, path: &str) -> Option<Exclusion> {
        rules::of_path(path, &*self.forbidden).or_else(|| self.attributes.exclusion(&self.root, path))
    }

    /// Puts a text into the index, if it may be there.
    fn take(&mut self, path: &str, bytes: &[u8]) -> Outcome {
        match rules::of_text(path, bytes) {
            Ok(text) => {
                // Others can ask the index meanwhile.
                let file = ChunkedFile::new(path, text);
                if self.shared.write().insert(file) { Outcome::Held } else { Outcome::Beyond }
            }
            Err(reason) => self.leave_out(path, reason),
        }
    }

    fn leave_out(&mut self, path: &str, reason: Exclusion) -> Outcome {
        self.shared.write().remove(path);
        Outcome::Excluded(reason)
    }

    /// Writes down what the index holds.
    fn count(&self, is_whole: bool) {
        let held = self.shared.read().counts();
        let mut counts = RelatedCounts {
            held,
            excluded: self.excluded.clone(),
            beyond: 0,
            is_whole,
            unlisted: self.problem.clone(),
        };
        let known = self.known.iter().filter(|(path, _)| !self.open.contains_key(*path));
        let known = known.map(|(_, (_, outcome))| outcome);
        for outcome in known.chain(self.open.values().map(|(_, outcome)| outcome)) {
            match outcome {
                Outcome::Held => {}
                Outcome::Excluded(reason) => counts.excluded.add(*reason),
                Outcome::Beyond => counts.beyond += 1,
            }
        }
        *self.shared.counts() = counts;
    }
}
