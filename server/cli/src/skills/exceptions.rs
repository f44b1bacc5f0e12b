//! The lines of a workspace for which a skill does not hold, as people said in their editors.
//!
//! One small file of digests, from which no line can be read; replaced as a whole under a lock, as several editors may
//! write it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use housestyle_complete::skills::Exceptions;
use serde::{Deserialize, Serialize};

use crate::durable;

/// The version of the file.
const FORMAT: u32 = 1;
/// Lines that are remembered at most.
const MOST: usize = 10_000;

/// Why exceptions cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExceptionsError {
    /// A file operation failed.
    #[error("{operation} {}: {source}", path.display())]
    File {
        /// What was tried.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process keeps the file.
    #[error("{} is written by another process just now: say it again", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The file is none of ours.
    #[error("{} is no list of exceptions ({problem}): remove it, and hints come again", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is no room.
    #[error("{MOST} lines are remembered already: change the skill's scope instead")]
    Full,
}

#[derive(Serialize, Deserialize)]
struct Content {
    format: u32,
    keys: BTreeSet<String>,
}

/// Returns the file in the state folder of a workspace, which need not exist.
pub(super) fn file(state: &Path) -> PathBuf {
    state.join("skills").join("exceptions.json")
}

/// Reads the exceptions of the workspace whose state is in that folder.
///
/// # Errors
/// When there is a file and it cannot be read.
pub(super) fn read(state: &Path) -> Result<Exceptions, ExceptionsError> {
    Ok(Exceptions::new(keys(&file(state))?))
}

/// Adds a line by its key.
///
/// # Errors
/// When the file cannot be read or written; then it is as it was.
pub(crate) fn add(state: &Path, key: &str) -> Result<(), ExceptionsError> {
    let path = file(state);
    let failed = |operation, path: &Path| {
        let path = path.to_path_buf();
        move |source| ExceptionsError::File { operation, path, source }
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed("make", folder))?;
    }
    let lock = path.with_extension("lock");
    let _held = durable::lock(&lock)
        .map_err(failed("lock", &lock))?
        .ok_or_else(|| ExceptionsError::Busy { path: path.clone() })?;
    let mut keys = keys(&path)?;
    if keys.len() >= MOST && !keys.contains(key) {
        return Err(ExceptionsError::Full);
    }
    keys.insert(key.to_owned());
    let content = serde_json::to_vec_pretty(&Content { format: FORMAT, keys })
        .map_err(|error| failed("write", &path)(io::Error::other(error)))?;
    durable::write_aside(&path, &content).map_err(failed("write", &path))
}

fn keys(path: &Path) -> Result<BTreeSet<String>, ExceptionsError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(source) => {
            return Err(ExceptionsError::File { operation: "read", path: path.to_path_buf(), source });
        }
    };
    let broken = |problem: String| ExceptionsError::Broken { path: path.to_path_buf(), problem };
    let content: Content = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    if content.format != FORMAT {
        return Err(broken(format!("format {}, not {FORMAT}", content.format)));
    }
    Ok(content.keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_complete::skills::exception_key;

    #[test]
    fn what_was_said_is_read_again_and_a_broken_file_is_left_alone() {
        let state = tempfile::tempdir().expect("a folder");
        let state = state.path();
        assert!(!read(state).expect("nothing yet").holds("no-unwrap", "a.unwrap()"));
        for line in ["a.unwrap()", "b.unwrap()", " a.unwrap()"] {
            add(state, &exception_key("no-unwrap", line)).expect("added");
        }
        let found = read(state).expect("read");
        assert!(found.holds("no-unwrap", "a.unwrap()") && found.holds("no-unwrap", "  b.unwrap()"));
        let text = fs::read_to_string(file(state)).expect("a file");
        assert!(!text.contains("unwrap"), "{text}");
        fs::write(file(state), "{}").expect("written");
        let error = add(state, "k").expect_err("it is broken").to_string();
        assert!(error.contains("no list of exceptions"), "{error}");
        assert_eq!(fs::read_to_string(file(state)).expect("there"), "{}");
    }
}
