//! Deletion beyond the journal: from the caches that were made of its texts.
//!
//! A phrase cache names the journal entry of each of its texts, so that a text can be removed as if it had never been
//! there. Nothing can be removed from an adapter: its manifest names the entries that it learned from, and so says
//! whether it has to be trained anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use housestyle_journal::{Journal, JournalError, Number};
use housestyle_learn::Manifest;
use housestyle_learn::phrases::Phrases;

use crate::adapters::{Store, StoreError, Version};
use crate::atomic;
use crate::phrases::{self, is_cache};
use crate::state_file::StateError;
use crate::workspace::Workspace;

/// An unfinished file that is older was left by a process that was killed.
const UNFINISHED_AGE: Duration = Duration::from_secs(60);

/// The journal entries whose text was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeletedEntries {
    /// Every entry that any journal of the workspace had.
    All,
    /// These entries.
    Entries(BTreeSet<Number>),
}

impl DeletedEntries {
    /// Returns all that was ever forgotten in a journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn of(journal: &Journal) -> Result<DeletedEntries, JournalError> {
        Ok(DeletedEntries::Entries(
            journal.forgotten(0)?.into_iter().map(|deletion| deletion.suggestion).collect(),
        ))
    }

    fn has(&self, entry: Number) -> bool {
        match self {
            DeletedEntries::All => true,
            DeletedEntries::Entries(entries) => entries.contains(&entry),
        }
    }
}

/// Why a phrase cache may still hold forgotten text.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// A file cannot be read, written or removed.
    #[error(
        "what was forgotten may still be in {}: {source}; remove the file, and `housestyle learn` makes it anew",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Another process changes the phrase caches.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The effect of forgetting on the phrase caches of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// How many texts were taken out.
    pub texts: usize,
    /// The files that held them.
    pub changed: Vec<PathBuf>,
    /// Files that were removed, as they could not be read.
    pub removed: Vec<PathBuf>,
}

/// What to do with a phrase cache that this version cannot read: it is damaged, or of another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Remove the file.
    Remove,
    /// Leave the file as it is.
    Leave,
}

/// Removes forgotten texts from every phrase cache in a workspace's state folder. A running server goes on with the
/// rest of its cache.
///
/// # Errors
/// When a file cannot be written, or another process changes the caches.
pub fn purge(state: &Path, deleted: &DeletedEntries, unreadable: Unreadable) -> Result<Purged, ForgetError> {
    let mut purged = Purged::default();
    for path in fs::read_dir(state).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let failed = |source| ForgetError::File { path: path.clone(), source };
        let Some(whole) = is_cache(&path) else { continue };
        if !whole {
            let age = fs::metadata(&path).and_then(|about| about.modified());
            let age = age.ok().and_then(|time| SystemTime::now().duration_since(time).ok());
            if age.is_some_and(|age| age > UNFINISHED_AGE) {
                fs::remove_file(&path).map_err(failed)?;
            }
            continue;
        }
        let _lock = phrases::lock(state)?;
        let read = fs::read(&path).map_err(failed)?;
        let Ok(mut phrases) = Phrases::from_bytes(&read) else {
            if unreadable == Unreadable::Remove {
                fs::remove_file(&path).map_err(failed)?;
                purged.removed.push(path);
            }
            continue;
        };
        let texts = phrases.remove_taken(|entry| deleted.has(entry));
        if texts > 0 {
            atomic::replace(&path, &phrases.to_bytes()).map_err(failed)?;
            purged.texts += texts;
            purged.changed.push(path);
        }
    }
    Ok(purged)
}

/// Takes out of the phrase caches of a workspace all that was ever forgotten in its journal.
///
/// # Errors
/// When the journal cannot be read, or a cache cannot be written.
pub fn purge_forgotten(workspace: &Workspace) -> Result<(), ForgetError> {
    let Some(journal) = Journal::open_existing(&workspace.journal())? else { return Ok(()) };
    purge(workspace.state(), &DeletedEntries::of(&journal)?, Unreadable::Remove)?;
    Ok(())
}

/// Returns, by version, how many entries that it learned from the journal has forgotten since. A version with no such entry
/// is not in the map.
///
/// # Errors
/// When the list of versions is damaged. The commands on the journal itself report a journal that cannot be read.
pub fn forgotten(workspace: &Workspace, store: &Store) -> Result<BTreeMap<u64, usize>, StoreError> {
    let journal = Journal::open_existing(&workspace.journal());
    let Some(deleted) = journal.ok().flatten().and_then(|journal| DeletedEntries::of(&journal).ok()) else {
        return Ok(BTreeMap::new());
    };
    Ok(stale(store, &deleted)?.into_iter().map(|(version, entries)| (version.number, entries)).collect())
}

/// Returns the versions that learned from what is forgotten, oldest first, each with the number of such entries.
///
/// # Errors
/// When the list of versions is damaged.
pub fn stale(store: &Store, deleted: &DeletedEntries) -> Result<Vec<(Version, usize)>, StoreError> {
    let count = |version: &Version| cited(store, version).filter(|entry| deleted.has(*entry)).count();
    let versions = store.versions()?.into_iter().map(|version| (count(&version), version));
    Ok(versions.filter(|(count, _)| *count > 0).map(|(count, version)| (version, count)).collect())
}

/// Returns the journal entries that a version learned from, by its manifest, each once.
fn cited(store: &Store, version: &Version) -> impl Iterator<Item = Number> {
    let manifest = store.manifest(version);
    let manifest = manifest.and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok());
    let spans = manifest.into_iter().flat_map(|manifest| manifest.spans);
    let entries: BTreeSet<Number> =
        spans.filter_map(|span| span.journal.and_then(|entry| entry.parse().ok())).collect();
    entries.into_iter()
}

#[cfg(test)]
mod tests {
    use housestyle_learn::phrases::Kind;

    use super::*;

    #[test]
    fn what_is_forgotten_is_in_no_cache() {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, file) = (folder.path(), phrases::file(folder.path(), 7));
        let mut cache = Phrases::new(7);
        cache.insert("a.rs", Kind::File, &[1, 2, 3]).expect("room");
        cache.insert("a.rs", Kind::Edit, &[1, 2, 4]).expect("room");
        let without = cache.clone();
        cache.insert("a.rs", Kind::Taken(5), &[900, 901]).expect("room");
        let with_five = cache.clone();
        cache.insert("a.rs", Kind::Taken(6), &[902, 903]).expect("room");
        fs::write(&file, cache.to_bytes()).expect("written");
        let unfinished = state.join("phrases-0000000000000007.bin.12.new");
        for (deleted, texts, left) in [
            (DeletedEntries::Entries([6, 9].into()), 1, &with_five),
            (DeletedEntries::Entries([6, 9].into()), 0, &with_five),
            (DeletedEntries::All, 1, &without),
        ] {
            let changed = vec![file.clone(); texts];
            let purged = purge(state, &deleted, Unreadable::Remove).expect("purged");
            assert_eq!(purged, Purged { texts, changed, removed: vec![] });
            assert!(fs::read(&file).expect("readable") == left.to_bytes());
        }
        fs::write(&file, &cache.to_bytes()[..50]).expect("written");
        fs::write(&unfinished, cache.to_bytes()).expect("written");
        fs::write(state.join("journal.db"), "another file").expect("written");
        let deleted = DeletedEntries::Entries([6].into());
        let purged = purge(state, &deleted, Unreadable::Leave).expect("purged");
        assert!(purged == Purged::default() && file.exists());
        let purged = purge(state, &deleted, Unreadable::Remove).expect("purged");
        assert_eq!(purged, Purged { removed: vec![file.clone()], ..Purged::default() });
        assert!(!file.exists() && unfinished.exists(), "somebody writes it just now");
        let old = SystemTime::now() - 2 * UNFINISHED_AGE;
        let left = fs::File::options().write(true).open(&unfinished).expect("there");
        left.set_modified(old).expect("set");
        purge(state, &DeletedEntries::All, Unreadable::Remove).expect("purged");
        assert!(!unfinished.exists() && state.join("journal.db").exists());
    }
}
