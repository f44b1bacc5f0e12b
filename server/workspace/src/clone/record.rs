//! The record in a state folder: whose state it is, and where its owner was last seen.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::place::{NAME_DIGITS, Place};
use crate::state_file::{self, Format};

const FORMAT: Format =
    Format { version: 1, most_bytes: 64 << 10, complaint: "is no record of a clone", advice: "; remove it" };

/// Whose state a folder holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) identity: Identity,
    /// Where the git folder, or the folder without git, was last seen.
    pub(super) place: Place,
    /// Whether the git folder holds the identity too; it may not be writable, or there is none.
    pub(super) is_in_git: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Content {
    version: u32,
    id: Identity,
    place: Place,
    in_git: bool,
}

impl Record {
    /// Returns the record of a state folder; `None` where there is none that can be read.
    pub(super) fn read(state: &Path) -> Option<Record> {
        let Content { id, place, in_git, .. } = FORMAT.read(&file(state)).ok()??;
        Some(Record { identity: id, place, is_in_git: in_git })
    }

    /// Writes the record into its state folder.
    pub(super) fn write(self, state: &Path) -> std::io::Result<()> {
        let Record { identity, place, is_in_git } = self;
        let content = Content { version: FORMAT.version, id: identity, place, in_git: is_in_git };
        state_file::write(&file(state), &content).map_err(std::io::Error::other)
    }
}

/// Returns all state folders that have a record, in the order of their names. A folder of another name was put aside.
pub(super) fn all(workspaces: &Path) -> Vec<(PathBuf, Record)> {
    let entries = fs::read_dir(workspaces).into_iter().flatten().flatten();
    let mut states: Vec<PathBuf> =
        entries.filter(|entry| entry.file_name().len() == NAME_DIGITS).map(|entry| entry.path()).collect();
    states.sort();
    states.into_iter().filter_map(|state| Record::read(&state).map(|record| (state, record))).collect()
}

fn file(state: &Path) -> PathBuf {
    state.join("clone.json")
}
