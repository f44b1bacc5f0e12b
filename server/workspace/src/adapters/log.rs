//! The list of versions: one line an event, each with the hash of the line before, only ever appended to.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use housestyle_train::format::id_of;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::version::{Approver, Origin};
use crate::private;
use crate::problem::Problem;

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// SHA-256 of the line before, without its end; empty for the first.
    pub(super) previous: String,
    /// Seconds since 1970.
    pub(super) time: u64,
    #[serde(flatten)]
    pub(super) what: LogEvent,
}

/// A change of the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub(super) enum LogEvent {
    /// A version came.
    Added(Added),
    /// A person approved the adapter with this digest.
    Approved { id: String, approver: Approver },
    /// The default branch, which ended at this commit, did not have the record of the active adapter any more.
    Revoked { number: u64, id: String, branch: String, commit: String },
    /// A version was made the active one, in place of another (0: of none).
    Activated {
        number: u64,
        #[serde(rename = "before")]
        previous: u64,
    },
}

/// A version as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Added {
    pub(super) number: u64,
    pub(super) id: Option<String>,
    pub(super) parent: u64,
    pub(super) base: String,
    pub(super) base_sha256: String,
    pub(super) manifest_sha256: Option<String>,
    pub(super) report_sha256: Option<String>,
    /// Whether the report that came with it says that the gate passed it.
    #[serde(rename = "eligible")]
    pub(super) claims_eligible: bool,
    pub(super) origin: Origin,
}

/// The log of one store.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    pub(super) entries: Vec<Entry>,
    /// SHA-256 of the last line.
    last: String,
    /// Bytes of whole lines; what follows is a line that a killed process did not finish.
    whole: u64,
}

impl Log {
    /// Reads the log; a missing file is an empty log.
    ///
    /// # Errors
    /// When a line is no entry, or does not follow from the previous line.
    pub(super) fn read(path: PathBuf) -> Result<Log, StoreError> {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(StoreError::file("read", &path)(error)),
        };
        let mut log = Log { path, entries: Vec::new(), last: String::new(), whole: 0 };
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let corrupt = |problem: Problem| StoreError::Corrupt {
                path: log.path.clone(),
                line: log.entries.len() + 1,
                problem,
            };
            let entry: Entry = serde_json::from_slice(text).map_err(|error| corrupt(error.into()))?;
            if entry.previous != log.last {
                return Err(corrupt(Problem::BrokenChain));
            }
            let numbers = log.entries.iter().filter(|e| matches!(e.what, LogEvent::Added(_))).count() as u64;
            if matches!(&entry.what, LogEvent::Added(added) if added.number != numbers + 1) {
                return Err(corrupt(Problem::WrongNumber(numbers + 1)));
            }
            log.entries.push(entry);
            log.last = id_of(text);
            log.whole += line.len() as u64;
        }
        Ok(log)
    }

    /// Returns the number that the next version gets.
    pub(super) fn next_number(&self) -> u64 {
        self.entries.iter().filter(|entry| matches!(entry.what, LogEvent::Added(_))).count() as u64 + 1
    }

    /// Appends an event, and returns when it is on the disk. The store must be locked.
    pub(super) fn append(&mut self, time: u64, what: LogEvent) -> Result<(), StoreError> {
        let entry = Entry { previous: self.last.clone(), time, what };
        let mut line = serde_json::to_vec(&entry)
            .map_err(io::Error::other)
            .map_err(StoreError::file("write", &self.path))?;
        let last = id_of(&line);
        line.push(b'\n');
        write_line(&self.path, self.whole, &line).map_err(StoreError::file("write", &self.path))?;
        self.whole += line.len() as u64;
        self.entries.push(entry);
        self.last = last;
        Ok(())
    }
}

fn write_line(path: &Path, whole: u64, line: &[u8]) -> io::Result<()> {
    let mut file = private::open(path, File::options().create(true).append(true))?;
    if file.metadata()?.len() > whole {
        file.set_len(whole)?; // a line that was never finished
    }
    let written = file.write_all(line).and_then(|()| file.sync_data());
    if written.is_err() {
        let _ = file.set_len(whole); // a full disk must not leave half a line
    }
    written
}
