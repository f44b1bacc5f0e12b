//! Why a model cannot be found or read on this machine, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use housestyle_engine::EngineError;

use crate::display::bytes;

/// Why a model cannot be found or read on this machine.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No model has that name.
    #[error("there is no model {name:?}: use one of {}, or a FILE.gguf", known.join(", "))]
    UnknownName {
        /// The name that was asked for.
        name: String,
        /// The names of the catalogue.
        known: Vec<&'static str>,
    },
    /// A file of the user's own is not there.
    #[error("model {}: there is no such file", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// A model of the catalogue was not pulled yet.
    #[error("model {name} is not here: run `housestyle model pull {name}`")]
    Absent {
        /// The model.
        name: &'static str,
    },
    /// A pull of the model did not end.
    #[error("model {name} is not all here: run `housestyle model pull {name}` to go on")]
    Partial {
        /// The model.
        name: &'static str,
    },
    /// The file has another size than when it came.
    #[error(
        "{} is damaged ({size} bytes instead of {expected}): run `housestyle model rm {name}`, then `housestyle model \
         pull {name}`",
        path.display()
    )]
    Damaged {
        /// The model.
        name: &'static str,
        /// Its file.
        path: PathBuf,
        /// Bytes of the file.
        size: u64,
        /// Bytes that it should have.
        expected: u64,
    },
    /// The header of the file is none that the engine reads.
    #[error("model {name}: {source}")]
    Header {
        /// The model.
        name: String,
        /// The problem.
        source: EngineError,
    },
    /// The disk is full, or would be.
    #[error("no space left in {}: {} needed{}; free some, or move HOUSESTYLE_HOME to a larger disk",
        folder.display(), bytes(*needed), free.map(|free| format!(", {} free", bytes(free))).unwrap_or_default())]
    NoSpace {
        /// The folder on that disk.
        folder: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free, where the system tells.
        free: Option<u64>,
    },
    /// A file operation failed.
    #[error("{operation} {}: {source}", path.display())]
    File {
        /// The failed operation.
        operation: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl ModelError {
    /// Returns the error of a file operation that needed room for `needed` bytes; a full disk has an error of its own.
    pub fn file(operation: &'static str, path: &Path, needed: u64, source: io::Error) -> ModelError {
        if source.kind() == io::ErrorKind::StorageFull || source.kind() == io::ErrorKind::QuotaExceeded {
            let folder = path.parent().unwrap_or(path).to_path_buf();
            return ModelError::NoSpace { folder, needed, free: None };
        }
        ModelError::File { operation, path: path.to_path_buf(), source }
    }
}
