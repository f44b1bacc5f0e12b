//! Edits as plain data: the changes of one commit, file by file and hunk by hunk.

use std::ops::Range;

/// One accepted change of a team: a commit that is no merge, without its exclusions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The commit's id, in hexadecimal digits.
    pub id: String,
    /// Who wrote it, by a name that is the same for the same person. Never in a manifest as it is.
    pub author: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// Whether nothing came before: everything in it is new, and nothing of it an edit.
    pub is_first: bool,
    /// Its changes to files, in the order of their paths.
    pub files: Vec<FileChange>,
}

/// One file before and after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path after the commit, parted by `/`; before it where the file was deleted.
    pub path: String,
    /// Where the text before is from; `None` where it is the file's own, or empty.
    pub origin: Option<Origin>,
    /// The id of the text after the commit; none where the file was deleted.
    pub blob: Option<String>,
    /// The whole text before; empty where the file is new.
    pub old: String,
    /// The whole text after; empty where the file was deleted.
    pub new: String,
    /// The changed lines, from the top, without the excluded hunks.
    pub hunks: Vec<Hunk>,
}

/// Where a text from before a commit is from, if it is not the text of the same path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The commit renamed the file, which had this path.
    Renamed(String),
    /// The commit copied another file, which is still there.
    Copied,
}

/// One stretch of whole lines that changed, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Where it stands in the text before; empty for an insertion.
    pub old: Range<usize>,
    /// Where it stands in the text after; empty for a deletion.
    pub new: Range<usize>,
}

impl FileChange {
    /// Returns the path before the commit; that of a new file is its own.
    pub fn path_before(&self) -> &str {
        match &self.origin {
            Some(Origin::Renamed(path)) => path,
            Some(Origin::Copied) | None => &self.path,
        }
    }

    /// Returns the text that a hunk removed.
    pub fn removed(&self, hunk: &Hunk) -> &str {
        self.old.get(hunk.old.clone()).unwrap_or_default()
    }

    /// Returns the text that a hunk added.
    pub fn added(&self, hunk: &Hunk) -> &str {
        self.new.get(hunk.new.clone()).unwrap_or_default()
    }
}
