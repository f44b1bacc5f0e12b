//! Whether a file is as it was: its length and its time of change, which cost next to nothing to ask for.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// How a file was found; `None` inside where there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp(Option<(u64, SystemTime)>);

impl FileStamp {
    /// Returns how the file is found now.
    pub fn of(path: &Path) -> FileStamp {
        FileStamp(fs::metadata(path).ok().and_then(|found| Some((found.len(), found.modified().ok()?))))
    }
}
