//! Small JSON files of a workspace's state. Each is replaced as a whole under a lock, so a process may be killed at any
//! moment, and readers need no lock.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::atomic;
use crate::private;
use crate::problem::Problem;

/// Why a file of a workspace's state could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file operation failed.
    #[error("{operation} {}: {source}", path.display())]
    File {
        /// The failed operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is none of ours, or damaged.
    #[error("{} {complaint}: {problem}{advice}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The beginning of the sentence, after the path.
        complaint: &'static str,
        /// What is wrong.
        problem: Problem,
        /// What the user can do, with the punctuation before it.
        advice: &'static str,
    },
    /// A newer program wrote the file.
    #[error("{} was written by a newer housestyle (form {found}, {known} is known here): update this one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of the file.
        found: u32,
        /// The version that this program reads.
        known: u32,
    },
    /// Another process changes the file.
    #[error("another housestyle is changing the {content} of this workspace ({} is locked): try again", path.display())]
    Busy {
        /// What the file holds.
        content: &'static str,
        /// The lock.
        path: PathBuf,
    },
}

impl StateError {
    /// Returns how a failed operation on a file becomes an error.
    pub(crate) fn file(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
        move |source| StateError::File { operation, path: path.to_path_buf(), source }
    }
}

/// The properties of a kind of file.
#[derive(Debug)]
pub(crate) struct Format {
    /// The version that is read and written, in the field `version`. A file of another version is not ours to change.
    pub(crate) version: u32,
    /// Most bytes of a file.
    pub(crate) most_bytes: u64,
    /// The beginning of the sentence about a damaged file, after its path.
    pub(crate) complaint: &'static str,
    /// What the user can do about a damaged file, with the punctuation before it.
    pub(crate) advice: &'static str,
}

impl Format {
    /// Reads a file; nothing where there is none.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(crate) fn read<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, StateError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let mut bytes = Vec::new();
        let opened = private::open(path, File::options().read(true));
        match opened.and_then(|file| file.take(self.most_bytes + 1).read_to_end(&mut bytes)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StateError::file("read", path)(error)),
        }
        let damaged = |problem: Problem| {
            let Format { complaint, advice, .. } = *self;
            StateError::Damaged { path: path.to_path_buf(), complaint, problem, advice }
        };
        if bytes.len() as u64 > self.most_bytes {
            return Err(damaged(Problem::TooLong(self.most_bytes)));
        }
        let found: Version = serde_json::from_slice(&bytes).map_err(|error| damaged(error.into()))?;
        if found.version != self.version {
            let path = path.to_path_buf();
            return Err(StateError::Newer { path, found: found.version, known: self.version });
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|error| damaged(error.into()))
    }
}

/// Replaces a file of which the caller holds the [`lock`].
///
/// # Errors
/// When the file cannot be written; then the old one is still there.
pub(crate) fn write(path: &Path, content: &impl Serialize) -> Result<(), StateError> {
    let bytes = serde_json::to_vec_pretty(content).map_err(io::Error::other);
    bytes.and_then(|bytes| atomic::replace_locked(path, &bytes)).map_err(StateError::file("write", path))
}

/// Locks a file against other processes until the returned handle is dropped. `content` is what the file holds, for
/// people.
///
/// # Errors
/// When another process keeps the lock, or its folder does not exist.
pub(crate) fn lock(path: &Path, content: &'static str) -> Result<File, StateError> {
    let lock = atomic::lock(path).map_err(StateError::file("lock", path))?;
    lock.ok_or_else(|| StateError::Busy { content, path: path.to_path_buf() })
}
