//! Edits as plain data: what one commit changed, file by file and hunk by hunk.

use std::ops::Range;

/// One accepted change of a team: a commit that is no merge, with what of it may be learned from.
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
    /// What it did to each file, in the order of their paths.
    pub files: Vec<FileChange>,
}

/// One file before and after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path after the commit, parted by `/`; before it where the file was deleted.
    pub path: String,
    /// The id of the text after the commit; none where the file was deleted.
    pub blob: Option<String>,
    /// The whole text before; empty where the file is new.
    pub old: String,
    /// The whole text after; empty where the file was deleted.
    pub new: String,
    /// What changed, from the top, without what is not to be learned from.
    pub hunks: Vec<Hunk>,
}

/// One place that changed: whole lines, told in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Where it stands in the text before; empty for an insertion.
    pub old: Range<usize>,
    /// Where it stands in the text after; empty for a deletion.
    pub new: Range<usize>,
}

impl FileChange {
    /// Returns what a hunk took away.
    pub fn removed(&self, hunk: &Hunk) -> &str {
        self.old.get(hunk.old.clone()).unwrap_or_default()
    }

    /// Returns what a hunk put in its place.
    pub fn added(&self, hunk: &Hunk) -> &str {
        self.new.get(hunk.new.clone()).unwrap_or_default()
    }
}
