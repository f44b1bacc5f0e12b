//! Why a model could not be fetched or checked, and what to do about it.

use std::path::PathBuf;

use housestyle_workspace::models::{Entry, ModelError};

use super::unavailable::Unavailable;

/// Why a model could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The network may not be used.
    #[error(
        "model {name} is not here and --offline forbids the network: run `housestyle model pull {name}` \
         without it, or copy the file (sha256 {sha256}) to {}", path.display()
    )]
    Offline {
        /// The model.
        name: &'static str,
        /// SHA-256 of its pinned file.
        sha256: &'static str,
        /// Where the file belongs.
        path: PathBuf,
    },
    /// The downloaded file has another digest than the catalogue's.
    #[error(
        "model {name}: what came from {from} has sha256 {found}, but {expected} was promised; \
        it was removed. Try again; if it happens again, do not trust that source"
    )]
    WrongDigest {
        /// The model.
        name: &'static str,
        /// The source.
        from: String,
        /// The SHA-256 that the source promised.
        expected: String,
        /// The SHA-256 of what came.
        found: String,
    },
    /// Another file is in the model's place.
    #[error("{} is there, but it is not model {name} ({reason}): remove it with `housestyle model rm {name}`, \
        then pull again", path.display())]
    ForeignFile {
        /// The model.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// How that can be told.
        reason: String,
    },
    /// No source gave the file.
    #[error("model {name} could not be fetched:{}\nWhat helps: a network that lets one of them through \
        (HF_ENDPOINT and pip's own settings choose mirrors), or copying the file (sha256 {sha256}) to {}",
        tried.iter().map(|(name, why)| format!("\n  {name}: {why}")).collect::<String>(), path.display())]
    NoSource {
        /// The model.
        name: &'static str,
        /// SHA-256 of its pinned file.
        sha256: &'static str,
        /// Where the file belongs.
        path: PathBuf,
        /// The sources, each with its reason.
        tried: Vec<(&'static str, Unavailable)>,
    },
    /// A file operation failed, or the disk is full.
    #[error(transparent)]
    Local(#[from] ModelError),
}

impl PullError {
    /// Returns the error of a pull that may not use the network.
    pub(super) fn offline(entry: &Entry, path: PathBuf) -> PullError {
        PullError::Offline { name: entry.name, sha256: entry.sha256, path }
    }
}

/// Why one source did not give the file.
#[derive(Debug)]
pub(super) enum SourceError {
    /// This source cannot; another one may.
    Unavailable(Unavailable),
    /// The trouble is on our side, and no other source helps.
    Fatal(PullError),
}

impl From<Unavailable> for SourceError {
    fn from(error: Unavailable) -> SourceError {
        SourceError::Unavailable(error)
    }
}

impl From<PullError> for SourceError {
    fn from(error: PullError) -> SourceError {
        SourceError::Fatal(error)
    }
}

impl From<ModelError> for SourceError {
    fn from(error: ModelError) -> SourceError {
        SourceError::Fatal(error.into())
    }
}
