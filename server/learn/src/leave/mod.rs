//! What is not learned from, and why: nobody wrote it, or not as an edit.

mod change;
mod commit;
mod file;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

pub use change::{MANY_FILES, leave_out_changes};
pub use commit::{is_bot, reverted};
pub use file::{MAX_BYTES, by_path, by_text};

/// Why a commit, a file or a hunk is not learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// The commit only joins others.
    Merge,
    /// The commit takes another one back.
    Revert,
    /// A later commit took this one back.
    Reverted,
    /// A program wrote the commit.
    Bot,
    /// Most of the commit changes layout and nothing else.
    Reformat,
    /// Only the layout changes here.
    Layout,
    /// The same small change stands in very many files of the commit.
    Repeated,
    /// The lines stood elsewhere before the commit.
    Moved,
    /// A program made the file.
    Generated,
    /// Somebody else's code, kept beside the team's.
    Vendored,
    /// A lock file of a package manager.
    Lock,
    /// Squeezed for machines, or data: lines too long for people.
    Minified,
    /// Not text.
    Binary,
    /// Text in another encoding than UTF-8.
    NotUtf8,
    /// A path that is no UTF-8.
    PathNotUtf8,
    /// Larger than what people write by hand.
    TooLarge,
    /// A link, a submodule, or something else that is not a file's text.
    NotAFile,
    /// The settings forbid the file: it may hold secrets.
    Forbidden,
    /// Not in the repository: a partial or damaged clone.
    Missing,
}

impl LeftOut {
    /// Returns the name for programs.
    pub fn code(self) -> &'static str {
        match self {
            LeftOut::Merge => "merge",
            LeftOut::Revert => "revert",
            LeftOut::Reverted => "reverted",
            LeftOut::Bot => "bot",
            LeftOut::Reformat => "reformat",
            LeftOut::Layout => "layout",
            LeftOut::Repeated => "repeated",
            LeftOut::Moved => "moved",
            LeftOut::Generated => "generated",
            LeftOut::Vendored => "vendored",
            LeftOut::Lock => "lock",
            LeftOut::Minified => "minified",
            LeftOut::Binary => "binary",
            LeftOut::NotUtf8 => "not-utf8",
            LeftOut::PathNotUtf8 => "path-not-utf8",
            LeftOut::TooLarge => "too-large",
            LeftOut::NotAFile => "not-a-file",
            LeftOut::Forbidden => "forbidden",
            LeftOut::Missing => "missing",
        }
    }
}

impl Serialize for LeftOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// How often each reason came up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<LeftOut, usize>);

impl Counts {
    /// Counts a reason once more.
    pub fn add(&mut self, reason: LeftOut) {
        *self.0.entry(reason).or_default() += 1;
    }

    /// Adds what others counted.
    pub fn merge(&mut self, other: &Counts) {
        for (reason, count) in &other.0 {
            *self.0.entry(*reason).or_default() += count;
        }
    }

    /// Returns how often a reason came up.
    pub fn of(&self, reason: LeftOut) -> usize {
        self.0.get(&reason).copied().unwrap_or(0)
    }

    /// Returns the reasons that came up, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (LeftOut, usize)> {
        self.0.iter().map(|(reason, count)| (*reason, *count))
    }
}
