//! The phrase caches of a workspace on disk: one file for each vocabulary.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use housestyle_learn::LearnError;
use housestyle_learn::phrases::Phrases;

use crate::state_file::{self, StateError};

/// Why the phrases of a workspace cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PhrasesError {
    /// There are none, for this model.
    #[error("nothing was learned in this workspace with this model yet: run `housestyle learn`")]
    Nothing,
    /// The file cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no phrase cache.
    #[error("{path}: {source}", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        source: LearnError,
    },
}

/// Returns the file for phrases in the folder of a workspace's state.
pub fn file(folder: &Path, vocabulary: u64) -> PathBuf {
    folder.join(format!("phrases-{vocabulary:016x}.bin"))
}

/// Locks the phrase caches of that folder against other processes until the returned handle is dropped: whoever replaces
/// a cache holds the lock from the reading of the old one on.
///
/// # Errors
/// When another process keeps the lock, or the folder does not exist.
pub fn lock(folder: &Path) -> Result<File, StateError> {
    state_file::lock(&folder.join("phrases.lock"), "phrase caches")
}

/// Returns whether a file of that folder is a phrase cache: a whole one, or one that is being written. `None` for
/// anything else.
pub(crate) fn is_cache(path: &Path) -> Option<bool> {
    let name = path.file_name()?.to_str()?;
    name.starts_with("phrases-").then(|| name.ends_with(".bin"))
}

/// Reads the phrases of a workspace.
///
/// # Errors
/// When there are none, or the file is not what it should be.
pub fn read(folder: &Path, vocabulary: u64) -> Result<Phrases, PhrasesError> {
    read_file(&file(folder, vocabulary), vocabulary)
}

/// Reads a file of phrases.
///
/// # Errors
/// As [`read`].
pub fn read_file(path: &Path, vocabulary: u64) -> Result<Phrases, PhrasesError> {
    let path = path.to_path_buf();
    match fs::read(&path) {
        Ok(bytes) => match Phrases::from_bytes(&bytes) {
            Ok(phrases) if phrases.vocabulary() == vocabulary => Ok(phrases),
            Ok(_) => Err(PhrasesError::Nothing),
            Err(source) => Err(PhrasesError::Damaged { path, source }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(PhrasesError::Nothing),
        Err(source) => Err(PhrasesError::Unreadable { path, source }),
    }
}
