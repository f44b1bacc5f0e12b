//! The lines of a workspace for which a skill does not hold, as people said in their editors.
//!
//! One small file: of each line a digest, from which it cannot be read, with the file and the time by which it can be
//! forgotten. It is replaced as a whole under a lock, as several editors may write it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use housestyle_complete::skills::Exceptions;
use serde::{Deserialize, Serialize};

use crate::atomic;
use crate::private;
use crate::problem::Problem;
use crate::state_file::{self, StateError};

/// The version of the file. The first one had digests alone.
const FORMAT: u32 = 2;
/// Most lines in the file.
const MOST: usize = 10_000;

/// Why exceptions cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ExceptionsError {
    /// A file operation failed.
    #[error(transparent)]
    State(#[from] StateError),
    /// Another process holds the lock.
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
        /// The problem.
        problem: Problem,
    },
    /// There is no room.
    #[error("{MOST} lines are remembered already: change the skill's scope instead")]
    Full,
}

/// A line for which a skill does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// By what the line is known: [`housestyle_complete::skills::exception_key`].
    pub key: String,
    /// The file in which somebody said so, from the workspace; nothing in a mark of the first version.
    pub file: String,
    /// When, in milliseconds since 1970.
    pub time: u64,
}

#[derive(Serialize, Deserialize)]
struct Content {
    format: u32,
    marks: Vec<Mark>,
}

/// The first version of the file.
#[derive(Deserialize)]
struct FirstFormat {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct FormatVersion {
    format: u32,
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
    Ok(Exceptions::new(marks(&file(state))?.into_iter().map(|mark| mark.key)))
}

/// Adds a line. The mark of an equal line in another file stays.
///
/// # Errors
/// When the file cannot be read or written; then it is as it was.
pub fn add(state: &Path, mark: Mark) -> Result<(), ExceptionsError> {
    change(state, |marks| {
        marks.retain(|known| known.key != mark.key || known.file != mark.file);
        if marks.len() >= MOST {
            return Err(ExceptionsError::Full);
        }
        marks.push(mark);
        Ok(())
    })
}

/// Removes the matching lines; returns their number.
///
/// # Errors
/// When the file cannot be read or written; then it is as it was.
pub fn forget(state: &Path, meant: impl Fn(&Mark) -> bool) -> Result<usize, ExceptionsError> {
    if !file(state).exists() {
        return Ok(0);
    }
    change(state, |marks| {
        let before = marks.len();
        marks.retain(|mark| !meant(mark));
        Ok(before - marks.len())
    })
}

/// Removes the file, whatever it holds, and unfinished writes of killed processes.
///
/// # Errors
/// When the file cannot be removed.
pub fn remove(state: &Path) -> Result<(), ExceptionsError> {
    let path = file(state);
    let _lock = lock(&path)?;
    Ok(atomic::remove(&path).map_err(StateError::file("remove", &path))?)
}

/// Changes the file under its lock.
fn change<T>(
    state: &Path,
    change: impl FnOnce(&mut Vec<Mark>) -> Result<T, ExceptionsError>,
) -> Result<T, ExceptionsError> {
    let path = file(state);
    if let Some(folder) = path.parent() {
        private::make_folder(folder).map_err(StateError::file("make", folder))?;
    }
    let _lock = lock(&path)?;
    let mut marks = marks(&path)?;
    let done = change(&mut marks)?;
    state_file::write(&path, &Content { format: FORMAT, marks })?;
    Ok(done)
}

fn lock(path: &Path) -> Result<File, ExceptionsError> {
    state_file::lock(&path.with_extension("lock"), "exceptions").map_err(|error| match error {
        StateError::Busy { .. } => ExceptionsError::Busy { path: path.to_path_buf() },
        error => error.into(),
    })
}

fn marks(path: &Path) -> Result<Vec<Mark>, ExceptionsError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StateError::file("read", path)(error).into()),
    };
    let broken = |problem: Problem| ExceptionsError::Broken { path: path.to_path_buf(), problem };
    let wrong = |error: serde_json::Error| broken(error.into());
    let version: FormatVersion = serde_json::from_slice(&bytes).map_err(wrong)?;
    match version.format {
        FORMAT => Ok(serde_json::from_slice::<Content>(&bytes).map_err(wrong)?.marks),
        1 => {
            let first: FirstFormat = serde_json::from_slice(&bytes).map_err(wrong)?;
            let mark = |key| Mark { key, file: String::new(), time: 0 };
            Ok(first.keys.into_iter().map(mark).collect())
        }
        other => Err(broken(Problem::Format { found: other, known: FORMAT })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_complete::skills::exception_key;

    fn mark(line: &str, file: &str, time: u64) -> Mark {
        Mark { key: exception_key("no-unwrap", line), file: file.to_owned(), time }
    }

    #[test]
    fn a_mark_forgotten_in_one_file_stays_in_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path();
        assert_eq!(forget(state, |_| true).expect("nothing is there"), 0);
        assert!(!file(state).exists());
        for (line, file) in [("a()", "src/a.rs"), ("a()", "src/b.rs"), ("b()", "src/b.rs")] {
            add(state, mark(line, file, 1)).expect("added");
        }
        assert_eq!(forget(state, |mark| mark.file == "src/b.rs").expect("forgotten"), 2);
        let left = read(state).expect("read");
        assert!(left.holds("no-unwrap", "a()") && !left.holds("no-unwrap", "b()"));
        assert_eq!(forget(state, |mark| mark.file == "src/a.rs").expect("forgotten"), 1);
        assert!(!read(state).expect("read").holds("no-unwrap", "a()"));
    }

    #[test]
    fn a_file_of_the_first_version_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path();
        fs::create_dir_all(state.join("skills")).expect("made");
        let old = format!(r#"{{"format":1,"keys":["{}"]}}"#, exception_key("no-unwrap", "a()"));
        fs::write(file(state), old).expect("written");
        add(state, mark("b()", "src/b.rs", 5)).expect("added");
        let found = read(state).expect("read");
        assert!(found.holds("no-unwrap", "a()") && found.holds("no-unwrap", "b()"));
        assert_eq!(forget(state, |mark| mark.time == 0).expect("forgotten"), 1);
    }

    #[test]
    fn marks_are_read_again_and_a_broken_file_is_not_changed() {
        let state = tempfile::tempdir().expect("a folder");
        let state = state.path();
        assert!(!read(state).expect("nothing yet").holds("no-unwrap", "a.unwrap()"));
        for line in ["a.unwrap()", "b.unwrap()", " a.unwrap()"] {
            add(state, mark(line, "src/a.rs", 1)).expect("added");
        }
        let found = read(state).expect("read");
        assert!(found.holds("no-unwrap", "a.unwrap()") && found.holds("no-unwrap", "  b.unwrap()"));
        let text = fs::read_to_string(file(state)).expect("a file");
        assert!(!text.contains("unwrap"), "{text}");
        fs::write(file(state), "{}").expect("written");
        let error = add(state, mark("k", "a.rs", 1)).expect_err("it is broken").to_string();
        assert!(error.contains("no list of exceptions"), "{error}");
        assert_eq!(fs::read_to_string(file(state)).expect("there"), "{}");
        let unfinished = file(state).with_extension("json.17.new");
        fs::write(&unfinished, "left by a killed process").expect("written");
        remove(state).expect("removed");
        remove(state).expect("nothing to do");
        assert!(!file(state).exists() && !unfinished.exists());
    }
}
