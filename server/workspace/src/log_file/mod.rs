//! The file of the log for debugging. A thread of its own writes the lines, into at most two files of a bounded size.

mod queue;
mod rotating;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

pub use queue::{Flush, Queue};

use crate::display::moment;
use rotating::{RotatingFile, older};

/// Opens a log, and starts the thread that writes its lines.
///
/// # Errors
/// When the file cannot be opened, or no thread can be started.
pub fn open(path: &Path) -> io::Result<(Arc<Queue>, Flush)> {
    RotatingFile::open(path).and_then(Queue::start)
}

/// Removes the files of a log; returns those that were there, and the last error where one stays.
pub fn remove(path: &Path) -> (Vec<PathBuf>, Option<io::Error>) {
    let (mut removed, mut problem) = (Vec::new(), None);
    for file in [older(path), path.to_path_buf()] {
        match fs::remove_file(&file) {
            Ok(()) => removed.push(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => problem = Some(error),
        }
    }
    (removed, problem)
}

/// Returns the time as lines have it: date and time of day in UTC, with milliseconds.
pub fn now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (minute, second) = (moment(now.as_secs()), now.as_secs() % 60);
    format!("{minute}:{second:02}.{:03}", now.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_are_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("server.log");
        assert!(matches!(remove(&path), (removed, None) if removed.is_empty()));
        fs::write(&path, "new").expect("written");
        fs::write(older(&path), "old").expect("written");
        assert!(matches!(remove(&path), (removed, None) if removed == [older(&path), path.clone()]));
        fs::create_dir(older(&path)).expect("made");
        fs::write(&path, "new").expect("written");
        assert!(matches!(remove(&path), (removed, Some(_)) if removed == [path]));
    }
}
