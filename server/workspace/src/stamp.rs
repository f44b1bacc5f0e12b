//! Whether a file is as it was: its length, its times of change and its number, which cost next to nothing to ask for.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// How a file was found; `None` inside where there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp(Option<(u64, SystemTime, Inode)>);

/// The file's number, and the time of its last change of any kind, which no program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), derive(Default))]
struct Inode {
    #[cfg(unix)]
    number: (u64, u64),
    #[cfg(unix)]
    changed: (i64, i64),
}

impl FileStamp {
    /// Returns how the file is found now; of a link, the file that the link leads to.
    pub fn of(path: &Path) -> FileStamp {
        FileStamp::from(fs::metadata(path))
    }

    /// Returns how the file itself is found now; of a link, the link.
    pub fn of_file_itself(path: &Path) -> FileStamp {
        FileStamp::from(fs::symlink_metadata(path))
    }

    /// Returns when the file's content changed last.
    pub(crate) fn modified(&self) -> Option<SystemTime> {
        self.0.map(|(_, modified, _)| modified)
    }

    fn from(found: io::Result<Metadata>) -> FileStamp {
        FileStamp(found.ok().and_then(|found| Some((found.len(), found.modified().ok()?, inode(&found)))))
    }
}

#[cfg(unix)]
fn inode(found: &Metadata) -> Inode {
    use std::os::unix::fs::MetadataExt;
    Inode { number: (found.dev(), found.ino()), changed: (found.ctime(), found.ctime_nsec()) }
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Inode {
    Inode::default()
}
