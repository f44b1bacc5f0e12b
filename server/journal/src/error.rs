//! Why a journal or a log of requests could not be opened, written or read.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why a journal or a log of requests could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file operation failed.
    #[error("{operation} {path}: {source}", path = path.display())]
    File {
        /// The operation.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// SQLite failed.
    #[error("{operation} the journal {path}: {source}", path = path.display())]
    Database {
        /// The operation.
        operation: &'static str,
        /// The journal's file.
        path: PathBuf,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The file is no database, or a damaged one.
    #[error(
        "{path} is damaged or no database: {source}; `housestyle journal forget --everything` removes it",
        path = path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The file was damaged, and has another name now.
    #[error(
        "{path} was damaged ({source}) and is set aside as {aside}; a new journal begins. The damaged one may hold text: \
         `housestyle journal forget --everything` removes it",
        path = path.display(),
        aside = aside.display()
    )]
    SetAside {
        /// The journal.
        path: PathBuf,
        /// The new name of the damaged file.
        aside: PathBuf,
        /// SQLite's error.
        source: Box<rusqlite::Error>,
    },
    /// The file is a database of another program.
    #[error(
        "{path} is a database, but not a journal of Housestyle: nothing is recorded until somebody moves it away; \
         `housestyle journal forget --everything` removes it",
        path = path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer version.
    #[error(
        "{path} is a journal of version {found}, and this program knows up to {known}: use a newer housestyle; \
         it is left as it is",
        path = path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known.
        known: i64,
    },
    /// Text was removed from the tables, but another process still reads old pages of the file.
    #[error(
        "{path}: the text is out of the tables, but another process is reading the journal and holds the old pages: \
         run the command again to remove them",
        path = path.display()
    )]
    StillRead {
        /// The file.
        path: PathBuf,
    },
    /// A fact or text has no JSON form.
    #[error("an event cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// An entry of the request log has no JSON form.
    #[error("an entry of the request log cannot be written as JSON: {0}")]
    LogJson(#[source] serde_json::Error),
}

impl JournalError {
    /// Returns an error of SQLite as ours; damage has a variant of its own.
    pub(crate) fn of(
        operation: &'static str,
        path: &std::path::Path,
        source: rusqlite::Error,
    ) -> JournalError {
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                JournalError::Corrupt { path, source }
            }
            // A value that none of our versions writes.
            None if is_strange_value(&source) => JournalError::Corrupt { path, source },
            _ => JournalError::Database { operation, path, source },
        }
    }

    /// Returns whether another process uses the journal just now, so that a later call may succeed.
    pub fn is_busy(&self) -> bool {
        match self {
            JournalError::StillRead { .. } => true,
            JournalError::Database { source, .. } => {
                source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
            }
            _ => false,
        }
    }

    /// Returns whether the file is no database, or a damaged one.
    pub fn is_damage(&self) -> bool {
        matches!(self, JournalError::Corrupt { .. })
    }
}

fn is_strange_value(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// Returns an error of SQLite for damage that it does not report as one.
pub(crate) fn damage(what: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(what))
}
