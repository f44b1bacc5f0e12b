//! Exclusions: commits, files and hunks that training leaves out, each with its reason. Nobody wrote them, or not as
//! an edit.

mod attributes;
mod change;
mod commit;
mod file;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

pub use attributes::{Attributes, by_attributes};
pub use change::{MANY_FILES, exclude_changes};
pub use commit::{is_bot, reverted};
pub use file::{MAX_BYTES, by_path, by_text};

/// The reason why training leaves out a commit, a file or a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exclusion {
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
    /// Somebody else's code among the team's.
    Vendored,
    /// A lock file of a package manager.
    Lock,
    /// Squeezed for machines, or data: lines too long for people.
    Minified,
    /// A notebook: what people wrote stands in JSON, between outputs and counters of runs.
    Notebook,
    /// Stands for a content that is not in git itself, as with Git LFS.
    Pointer,
    /// Not text.
    Binary,
    /// Text in another encoding than UTF-8.
    NotUtf8,
    /// A path that is no UTF-8.
    PathNotUtf8,
    /// Larger than a file that people write by hand.
    TooLarge,
    /// A link, a submodule, or something else that is not a file's text.
    NotAFile,
    /// The settings forbid the file: it may hold secrets.
    Forbidden,
    /// Not in the repository: a partial or damaged clone.
    Missing,
}

impl Exclusion {
    /// Returns the name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Exclusion::Merge => "merge",
            Exclusion::Revert => "revert",
            Exclusion::Reverted => "reverted",
            Exclusion::Bot => "bot",
            Exclusion::Reformat => "reformat",
            Exclusion::Layout => "layout",
            Exclusion::Repeated => "repeated",
            Exclusion::Moved => "moved",
            Exclusion::Generated => "generated",
            Exclusion::Vendored => "vendored",
            Exclusion::Lock => "lock",
            Exclusion::Minified => "minified",
            Exclusion::Notebook => "notebook",
            Exclusion::Pointer => "pointer",
            Exclusion::Binary => "binary",
            Exclusion::NotUtf8 => "not-utf8",
            Exclusion::PathNotUtf8 => "path-not-utf8",
            Exclusion::TooLarge => "too-large",
            Exclusion::NotAFile => "not-a-file",
            Exclusion::Forbidden => "forbidden",
            Exclusion::Missing => "missing",
        }
    }
}

impl Serialize for Exclusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// How often each reason came up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct ExclusionCounts(BTreeMap<Exclusion, usize>);

impl ExclusionCounts {
    /// Counts a reason once more.
    pub fn add(&mut self, reason: Exclusion) {
        *self.0.entry(reason).or_default() += 1;
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &ExclusionCounts) {
        for (reason, count) in &other.0 {
            *self.0.entry(*reason).or_default() += count;
        }
    }

    /// Returns how often a reason came up.
    pub fn of(&self, reason: Exclusion) -> usize {
        self.0.get(&reason).copied().unwrap_or(0)
    }

    /// Returns the reasons that came up, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (Exclusion, usize)> {
        self.0.iter().map(|(reason, count)| (*reason, *count))
    }
}
