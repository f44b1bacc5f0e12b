//! Where model files are kept, and what is known of each.
//!
//! `NAME.gguf` is only ever made by renaming a file whose digest was right; `NAME.gguf.json` beside
//! it records that digest. So presence is cheap to see: the size agrees with the record.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Model;
use super::catalogue::Entry;
use super::error::PullError;
use crate::aside;

/// What was known of a model file when it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The catalogue name.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) size: u64,
    /// SHA-256 of the content, checked when it came.
    pub(crate) sha256: String,
    /// Where it came from.
    pub(crate) source: String,
    /// Whether the digest is the one this program pins.
    pub(crate) pinned: bool,
}

/// How things stand with one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing is there.
    Absent,
    /// A pull began and did not end; so many bytes are there.
    Partial(u64),
    /// It is there, of the size it had when its digest was checked.
    Present(Record),
    /// A file of the right size is there, put by hand: its digest was never checked.
    Unchecked,
    /// A file is there, but not of the right size.
    Damaged { size: u64, expected: u64 },
}

/// The folder of model files.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Returns the store in `folder`, which need not exist.
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Store {
        Store { folder: folder.into() }
    }

    /// Returns the folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns where the model's file is, or would be.
    pub(crate) fn path(&self, entry: &Entry) -> PathBuf {
        self.beside(entry, "")
    }

    /// Returns the path of a file that belongs to the model's file.
    pub(super) fn beside(&self, entry: &Entry, suffix: &str) -> PathBuf {
        self.folder.join(format!("{}.gguf{suffix}", entry.name))
    }

    /// Returns how things stand, from sizes and the record alone: nothing is hashed.
    pub(crate) fn status(&self, entry: &Entry) -> Status {
        let Some(size) = size_of(&self.path(entry)) else {
            return size_of(&self.beside(entry, ".part")).map_or(Status::Absent, Status::Partial);
        };
        match self.record(entry) {
            Some(record) if record.size == size => Status::Present(record),
            Some(record) => Status::Damaged { size, expected: record.size },
            None if size == entry.size => Status::Unchecked,
            None => Status::Damaged { size, expected: entry.size },
        }
    }

    /// Returns whether the model's file is the one that this program pins, by its record.
    pub(crate) fn is_pinned(&self, model: &Model) -> bool {
        matches!(model, Model::Catalogue(entry)
            if matches!(self.status(entry), Status::Present(record) if record.pinned))
    }

    /// Returns the SHA-256 that the model's file had when it came, if that was checked.
    pub(crate) fn digest(&self, model: &Model) -> Option<String> {
        let Model::Catalogue(entry) = model else { return None };
        match self.status(entry) {
            Status::Present(record) => Some(record.sha256),
            _ => None,
        }
    }

    /// Returns the record beside the model's file, if there is a readable one.
    pub(crate) fn record(&self, entry: &Entry) -> Option<Record> {
        serde_json::from_slice(&fs::read(self.beside(entry, ".json")).ok()?).ok()
    }

    /// Writes the record, aside first: a half-written one would make a good file look damaged.
    pub(crate) fn write_record(&self, entry: &Entry, record: &Record) -> Result<(), PullError> {
        write_aside(&self.beside(entry, ".json"), record)
    }

    /// Removes the model's file and all that belongs to it; returns how many bytes that freed.
    pub(crate) fn remove(&self, entry: &Entry) -> Result<u64, PullError> {
        let mut freed = 0;
        for suffix in ["", ".json", ".part", ".part.json", ".lock"] {
            let path = self.beside(entry, suffix);
            let size = size_of(&path).unwrap_or(0);
            match fs::remove_file(&path) {
                Ok(()) => freed += size,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(PullError::file("remove", &path, 0, source)),
            }
        }
        let _ = fs::remove_dir_all(self.beside(entry, ".wheels")); // left over from a killed pull, if at all
        Ok(freed)
    }
}

/// Writes `value` as JSON in the place of a file.
pub(super) fn write_aside(path: &Path, value: &impl Serialize) -> Result<(), PullError> {
    let bytes = serde_json::to_vec(value).map_err(io::Error::other);
    bytes
        .and_then(|bytes| aside::replace(path, &bytes))
        .map_err(|source| PullError::file("write", path, 0, source))
}

fn size_of(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(|about| about.is_file()).map(|about| about.len())
}
