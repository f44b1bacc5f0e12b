//! Why a repository could not be read or written.

use std::io;
use std::path::PathBuf;

use git2::ErrorCode;

use crate::ask::AskError;
use crate::budget::OverBudget;
use crate::unknown_default::UnknownDefault;
use crate::unreadable::UnreadableRepository;

/// Why a repository could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is no history, as there is no repository.
    #[error("{} is in no git repository: {source}", folder.display())]
    NoHistory {
        /// The folder.
        folder: PathBuf,
        /// Git's error.
        source: git2::Error,
    },
    /// There is a repository that cannot be read here.
    #[error("{0}")]
    Unreadable(UnreadableRepository),
    /// A partial clone lacks what a commit changed.
    #[error(
        "this is a partial clone, which lacks what commit {commit} changed: `git fetch --refetch --no-filter` (git 2.36 or \
         newer) fetches the rest"
    )]
    NotFetched {
        /// The commit's id.
        commit: String,
    },
    /// The history is empty: the current branch has no commit yet.
    #[error(
        "the repository at {} has no commit on its current branch yet: there is nothing to learn from; commit first",
        folder.display()
    )]
    EmptyHistory {
        /// The repository.
        folder: PathBuf,
    },
    /// HEAD names a commit that is not there.
    #[error("the head of the repository at {} cannot be read: {source}; `git fsck` tells what is missing", folder.display())]
    Head {
        /// The repository.
        folder: PathBuf,
        /// Git's error.
        source: git2::Error,
    },
    /// The revision after which a history is to begin does not exist.
    #[error("`{revision}` names no commit of this repository: {source}")]
    Since {
        /// The revision.
        revision: String,
        /// Git's error.
        source: git2::Error,
    },
    /// A commit cannot be read.
    #[error("reading commit {commit} failed: {source}; `git fsck` tells what is missing")]
    Commit {
        /// Its id.
        commit: String,
        /// Git's error.
        source: git2::Error,
    },
    /// The history cannot be walked.
    #[error("walking the history failed: {0}; `git fsck` tells what is missing")]
    Walk(#[source] git2::Error),
    /// The command has read too much already.
    #[error(transparent)]
    Budget(#[from] OverBudget),
    /// There is no repository.
    #[error("{} is in no git repository: proposals are commits (`git init` makes one): {source}", path.display())]
    NoRepository {
        /// The folder.
        path: PathBuf,
        /// Git's error.
        source: git2::Error,
    },
    /// HEAD names no commit.
    #[error("the repository has no commit yet: make a first one")]
    NoCommit,
    /// The requested revision does not exist.
    #[error("`{revision}` names no commit of this repository: {source}; fetch it first")]
    Revision {
        /// The revision.
        revision: String,
        /// Git's error.
        source: git2::Error,
    },
    /// Nothing says which branch is the default branch.
    #[error("{0}")]
    NoDefault(UnknownDefault),
    /// Two branches have no commit in common, as far as this clone knows.
    #[error("HEAD and {base} have no commit in common here: in a shallow clone, `git fetch --unshallow`")]
    NothingShared {
        /// The commit to compare with.
        base: String,
    },
    /// Git does not know who commits.
    #[error("git does not know you: set user.name and user.email (`git config --global user.name …`)")]
    NoIdentity,
    /// Git did not answer a question.
    #[error("{0}")]
    Asked(#[source] AskError),
    /// A branch has the name of the folder that holds the branches of proposals.
    #[error(
        "the branch {branch} leaves no place for branches of proposals (housestyle/proposals/…): rename it with `git \
         branch -m {branch} NEW-NAME`"
    )]
    BranchInTheWay {
        /// The branch.
        branch: String,
    },
    /// The name cannot be a branch's.
    #[error("{name:?} cannot be the name of a branch: use letters, digits and `-`")]
    BadName {
        /// The name.
        name: String,
    },
    /// A path cannot be in a commit.
    #[error("{path:?} cannot be a file of the proposal: {problem}")]
    BadPath {
        /// The path.
        path: String,
        /// The problem.
        problem: &'static str,
    },
    /// Where names are compared without case, two files would be one.
    #[error(
        "{path} and {there} differ in case alone, and are one on Windows and macOS: rename {there}, or propose under \
         another name"
    )]
    CaseCollision {
        /// The proposed path.
        path: String,
        /// The path that exists.
        there: String,
    },
    /// Something else than a folder stands on the way to a file, or something else than a file in its place.
    #[error("{path} cannot be written: {there} is {what} on the default branch")]
    InTheWay {
        /// The proposed path.
        path: String,
        /// The path that exists.
        there: String,
        /// The kind of that entry.
        what: &'static str,
    },
    /// Another proposal has that name.
    #[error("branch {branch} is another proposal already: choose another name, or `git branch -D {branch}`")]
    Taken {
        /// The branch.
        branch: String,
    },
    /// Somebody has worked on the proposal's branch.
    #[error(
        "branch {branch} has commit {commit} by {author}, which a new proposal would undo: merge the branch, or \
         `git branch -D {branch}`, then propose again"
    )]
    Edited {
        /// The branch.
        branch: String,
        /// The commit.
        commit: String,
        /// Its author.
        author: String,
    },
    /// The branch went on here and at the remote.
    #[error(
        "branch {branch} and {remote} have each a commit that the other has not: `git branch -f {branch} {remote}` takes \
         the remote's"
    )]
    Diverged {
        /// The branch here.
        branch: String,
        /// The branch as last fetched.
        remote: String,
    },
    /// The branch is checked out, and would move under the files.
    #[error("branch {branch} is checked out in {}: switch to another branch there, then propose", folder.display())]
    CheckedOut {
        /// The branch.
        branch: String,
        /// The work tree.
        folder: PathBuf,
    },
    /// The user's hook refused the message.
    #[error("the hook {} did not accept the proposal's message: {said}", hook.display())]
    Hook {
        /// The hook.
        hook: PathBuf,
        /// Its output.
        said: String,
    },
    /// The user's hook could not be run.
    #[error(
        "the hook {} did not accept the proposal's message: it could not be run: {source}",
        hook.display()
    )]
    HookNotRun {
        /// The hook.
        hook: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The user signs commits, and the program gave no signature.
    #[error("the proposal could not be signed with `{program}`, as commit.gpgsign asks: {said}")]
    Sign {
        /// The program.
        program: String,
        /// Its output.
        said: String,
    },
    /// The user signs commits, and the program could not be run.
    #[error("the proposal could not be signed with `{program}`, as commit.gpgsign asks: {source}")]
    SignNotRun {
        /// The program.
        program: String,
        /// The system's error.
        source: io::Error,
    },
    /// A reference for shared weights holds something else.
    #[error(
        "{reference} holds something else than adapter {id}: remove it with `git update-ref -d {reference}`"
    )]
    ForeignReference {
        /// The reference.
        reference: String,
        /// The adapter it is named after.
        id: String,
    },
    /// Another git process has locked the reference, or has just moved it.
    #[error(
        "another git process works on {reference}: try again; if none is running, remove {}",
        lock.display()
    )]
    Locked {
        /// The reference.
        reference: String,
        /// The file that locks it.
        lock: PathBuf,
    },
    /// Git's lists of ignored files cannot be read.
    #[error("{0}")]
    Ignored(#[source] git2::Error),
    /// The program `git` could not be run.
    #[error("git cannot be run: {0}; install it")]
    NoGit(#[source] io::Error),
    /// The program `git` could not make a clone.
    #[error("{} could not be cloned: {said}", from.display())]
    Clone {
        /// The repository.
        from: PathBuf,
        /// Git's error, or how it ended.
        said: String,
    },
    /// A clone cannot be configured.
    #[error("{}: {}", clone.display(), source.message())]
    CloneConfiguration {
        /// The clone.
        clone: PathBuf,
        /// Git's error.
        source: git2::Error,
    },
    /// A git operation failed.
    #[error("{operation}: {source}")]
    Git {
        /// The operation.
        operation: &'static str,
        /// Git's error.
        source: git2::Error,
    },
}

impl ReviewError {
    /// Returns whether another answer to a question or another name would help, and nothing is broken.
    pub fn is_usage(&self) -> bool {
        use ReviewError::{
            BadName, BadPath, BranchInTheWay, CaseCollision, Diverged, Edited, InTheWay, NoDefault,
            NoHistory, NotFetched, Revision, Since, Taken, Unreadable,
        };
        matches!(
            self,
            BadName { .. }
                | BadPath { .. }
                | CaseCollision { .. }
                | InTheWay { .. }
                | Taken { .. }
                | Edited { .. }
                | Diverged { .. }
                | Revision { .. }
                | NoHistory { .. }
                | Since { .. }
                | NoDefault(_)
                | BranchInTheWay { .. }
                | NotFetched { .. }
                | Unreadable(_)
        )
    }
}

/// Returns a mapper of git's errors during `operation`.
pub(crate) fn during(operation: &'static str) -> impl Fn(git2::Error) -> ReviewError {
    move |source| ReviewError::Git { operation, source }
}

/// Returns a mapper of git's errors while the branch or note `reference` is written.
pub(crate) fn writing<'a>(
    repository: &'a git2::Repository,
    reference: &'a str,
) -> impl Fn(git2::Error) -> ReviewError + 'a {
    move |source| match source.code() {
        ErrorCode::Locked | ErrorCode::Modified | ErrorCode::Exists => ReviewError::Locked {
            reference: reference.to_owned(),
            lock: repository.commondir().join(format!("{reference}.lock")),
        },
        _ => ReviewError::Git { operation: "write the proposal's branch", source },
    }
}
