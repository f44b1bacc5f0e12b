//! The input of the miner: one changed file of one commit, borrowed.

use std::ops::Range;

/// A file before and after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit<'a> {
    /// The commit's id.
    pub commit: &'a str,
    /// Who wrote it, by a name that is the same for the same person.
    pub author: &'a str,
    /// When, in seconds since 1970.
    pub time: i64,
    /// The path after the commit, parted by `/`, relative to the repository's root.
    pub path: &'a str,
    /// The whole text before; empty where the file is new.
    pub old: &'a str,
    /// The whole text after; empty where the file was deleted.
    pub new: &'a str,
    /// The changed lines, from the top, in bytes of the text before and of the text after.
    pub hunks: Vec<(Range<usize>, Range<usize>)>,
}
