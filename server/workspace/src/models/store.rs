//! The store of model files, with a record of each.
//!
//! `NAME.gguf` is only ever made by renaming a file whose digest was right; `NAME.gguf.json` beside
//! it records that digest. So presence is cheap to see: the size agrees with the record.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Model;
use super::catalogue::Entry;
use super::error::ModelError;
use crate::atomic;

/// The facts about a model file at its download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// The catalogue name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content, checked when it came.
    pub sha256: String,
    /// Where it came from.
    pub source: String,
    /// Whether the digest is the one this program pins.
    pub pinned: bool,
}

/// The status of a model's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nothing is there.
    Absent,
    /// A pull began and did not end; so many bytes are there.
    Partial(u64),
    /// It is there, of the size it had when its digest was checked.
    Present(ModelRecord),
    /// A file of the right size is there, put by hand: its digest was never checked.
    Unchecked,
    /// A file is there, but not of the right size.
    Damaged {
        /// Bytes of the file.
        size: u64,
        /// Bytes that it should have.
        expected: u64,
    },
}

/// The folder of model files.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Returns the store in `folder`, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Store {
        Store { folder: folder.into() }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns where the model's file is, or would be.
    pub fn path(&self, entry: &Entry) -> PathBuf {
        self.sibling(entry, "")
    }

    /// Returns the path of a file that belongs to the model's file.
    pub fn sibling(&self, entry: &Entry, suffix: &str) -> PathBuf {
        self.folder.join(format!("{}.gguf{suffix}", entry.name))
    }

    /// Returns the status, from sizes and the record alone: nothing is hashed.
    pub fn status(&self, entry: &Entry) -> Status {
        let Some(size) = size_of(&self.path(entry)) else {
            return size_of(&self.sibling(entry, ".part")).map_or(Status::Absent, Status::Partial);
        };
        match self.record(entry) {
            Some(record) if record.size == size => Status::Present(record),
            Some(record) => Status::Damaged { size, expected: record.size },
            None if size == entry.size => Status::Unchecked,
            None => Status::Damaged { size, expected: entry.size },
        }
    }

    /// Returns whether the model's file is the one that this program pins, by its record.
    pub fn is_pinned(&self, model: &Model) -> bool {
        matches!(model, Model::Catalogue(entry)
            if matches!(self.status(entry), Status::Present(record) if record.pinned))
    }

    /// Returns the SHA-256 that the model's file had when it came, if that was checked.
    pub fn digest(&self, model: &Model) -> Option<String> {
        let Model::Catalogue(entry) = model else { return None };
        match self.status(entry) {
            Status::Present(record) => Some(record.sha256),
            _ => None,
        }
    }

    /// Returns the record beside the model's file, if there is a readable one.
    pub fn record(&self, entry: &Entry) -> Option<ModelRecord> {
        serde_json::from_slice(&fs::read(self.sibling(entry, ".json")).ok()?).ok()
    }

    /// Replaces the record as a whole: a half-written one would make a good file look damaged.
    pub fn write_record(&self, entry: &Entry, record: &ModelRecord) -> Result<(), ModelError> {
        write_json(&self.sibling(entry, ".json"), record)
    }

    /// Removes the model's file and all that belongs to it; returns how many bytes that freed.
    pub fn remove(&self, entry: &Entry) -> Result<u64, ModelError> {
        let mut freed = 0;
        for suffix in ["", ".json", ".part", ".part.json", ".lock"] {
            let path = self.sibling(entry, suffix);
            let size = size_of(&path).unwrap_or(0);
            match fs::remove_file(&path) {
                Ok(()) => freed += size,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(ModelError::file("remove", &path, 0, source)),
            }
        }
        let _ = fs::remove_dir_all(self.sibling(entry, ".wheels")); // left over from a killed pull, if at all
        Ok(freed)
    }
}

/// Replaces a file by a value as JSON.
///
/// # Errors
/// When the file cannot be written.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), ModelError> {
    let bytes = serde_json::to_vec(value).map_err(io::Error::other);
    bytes
        .and_then(|bytes| atomic::replace(path, &bytes))
        .map_err(|source| ModelError::file("write", path, 0, source))
}

fn size_of(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(|about| about.is_file()).map(|about| about.len())
}
