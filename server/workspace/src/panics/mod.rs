//! Panics of the server, in a small file of a workspace's state: another process can report them.
//!
//! The file names threads and places in our sources. A panic's message stays out, as it may quote text of the user.

mod counter;

use std::path::{Path, PathBuf};

pub use counter::{PanicCounter, count_panics};
use serde::{Deserialize, Serialize};

use crate::atomic;
use crate::private;
use crate::state_file::{self, Format, StateError};

/// Most places in a file; the place that panicked longest ago goes first.
const MOST: usize = 32;
/// Most characters of a name in a file.
const MOST_NAME: usize = 200;

const FORMAT: Format = Format {
    version: 1,
    most_bytes: 64 << 10,
    complaint: "cannot be read as a list of panics",
    advice: ". `housestyle journal forget --everything` removes it",
};

/// The panics of one place in one thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panics {
    /// The name of the thread.
    pub thread: String,
    /// The file of our sources, and the line.
    pub place: String,
    /// How many there were.
    pub count: u64,
    /// When the last one was, in seconds since 1970.
    pub last: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Content {
    version: u32,
    panics: Vec<Panics>,
}

/// Counts a panic in a workspace's state folder, which is made if needed.
///
/// # Errors
/// When the file cannot be written.
fn count(state: &Path, thread: &str, place: &str, now: u64) -> Result<(), StateError> {
    private::make_folder(state).map_err(StateError::file("make the folder", state))?;
    let path = file(state);
    let _lock = state_file::lock(&path.with_extension("lock"), "panics")?;
    // A damaged file holds nothing that is worth more than this panic.
    let mut panics = match counted(state) {
        Err(StateError::Damaged { .. }) => Vec::new(),
        counted => counted?,
    };
    let [thread, place] = [thread, place].map(|name| name.chars().take(MOST_NAME).collect::<String>());
    let known = panics.iter().position(|known| known.thread == thread && known.place == place);
    let before = known.map_or(0, |at| panics.remove(at).count);
    panics.push(Panics { thread, place, count: before.saturating_add(1), last: now });
    panics.drain(..panics.len().saturating_sub(MOST));
    state_file::write(&path, &Content { version: FORMAT.version, panics })
}

/// Returns the panics that were counted in a workspace's state folder, the latest last.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn counted(state: &Path) -> Result<Vec<Panics>, StateError> {
    let content: Option<Content> = FORMAT.read(&file(state))?;
    Ok(content.map(|content| content.panics).unwrap_or_default())
}

/// Removes the file; returns its path if there was one.
///
/// # Errors
/// When the file cannot be removed.
pub fn remove(state: &Path) -> Result<Option<PathBuf>, StateError> {
    let path = file(state);
    let is_there = path.exists();
    atomic::remove(&path).map_err(StateError::file("remove", &path))?;
    Ok(is_there.then_some(path))
}

fn file(state: &Path) -> PathBuf {
    state.join("panics.json")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn panics_are_counted_by_thread_and_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        assert_eq!(counted(&state).expect("none"), []);
        for (thread, place, now) in
            [("records", "a.rs:1", 1), ("hints", "b.rs:2", 2), ("records", "a.rs:1", 3)]
        {
            count(&state, thread, place, now).expect("counted");
        }
        let found = counted(&state).expect("read");
        let found: Vec<_> =
            found.iter().map(|found| (found.thread.as_str(), found.count, found.last)).collect();
        assert_eq!(found, [("hints", 1, 2), ("records", 2, 3)]);
        fs::write(file(&state), "damaged").expect("written");
        count(&state, "model", "c.rs:3", 4).expect("counted");
        assert_eq!(counted(&state).expect("read").len(), 1);
        assert_eq!(remove(&state).expect("removed"), Some(file(&state)));
        assert_eq!(remove(&state).expect("nothing to do"), None);
    }

    #[test]
    fn the_file_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        for now in 0..50 {
            let place = format!("{now} {}", "x".repeat(10_000));
            count(folder.path(), "model", &place, now).expect("counted");
        }
        let found = counted(folder.path()).expect("read");
        assert_eq!((found.len(), found[0].last), (MOST, 18));
        assert!(fs::metadata(file(folder.path())).expect("there").len() < FORMAT.most_bytes);
    }
}
