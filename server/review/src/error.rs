//! Why a history cannot be read.

use std::path::PathBuf;

/// Why a history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no repository, or git refuses it.
    #[error("{} is in no git repository that can be read: {source}", folder.display())]
    Open {
        /// Where one was looked for.
        folder: PathBuf,
        /// What git said.
        source: git2::Error,
    },
    /// The repository has no commit yet.
    #[error(
        "the repository at {} has no commit on its current branch yet: there is nothing to learn from; commit first",
        folder.display()
    )]
    NoCommits {
        /// The repository.
        folder: PathBuf,
    },
    /// HEAD names a commit that is not there.
    #[error("the head of the repository at {} cannot be read: {source}; `git fsck` tells what is missing", folder.display())]
    Head {
        /// The repository.
        folder: PathBuf,
        /// What git said.
        source: git2::Error,
    },
    /// A revision that was asked for is none.
    #[error("`{revision}` names no commit of this repository: {source}")]
    Revision {
        /// What was asked for.
        revision: String,
        /// What git said.
        source: git2::Error,
    },
    /// A commit cannot be read.
    #[error("reading commit {commit} failed: {source}; `git fsck` tells what is missing")]
    Commit {
        /// Its id.
        commit: String,
        /// What git said.
        source: git2::Error,
    },
    /// The history cannot be walked.
    #[error("walking the history failed: {0}; `git fsck` tells what is missing")]
    Walk(#[source] git2::Error),
}
