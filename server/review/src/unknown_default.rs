//! Why nothing says which branch is the default branch, in words for people.

use std::fmt;

/// Why nothing says which branch is the default branch. Its text is one sentence that names the command to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownDefault {
    /// There is no remote, and no branch.
    NoCommit,
    /// There is no remote, and several branches.
    SeveralBranches,
    /// There is no remote, and no branch with the name in git's configuration.
    NoSuchBranch {
        /// The name.
        name: String,
    },
    /// The HEAD of a bare repository names none of its branches.
    BareHead,
    /// There are several remotes, and none is `origin`.
    SeveralRemotes,
    /// There are several remotes, and none with the name in git's configuration.
    NoSuchRemote {
        /// The name.
        name: String,
    },
    /// Fetching does not bring every branch of the remote.
    NotFollowed {
        /// The remote.
        remote: String,
    },
    /// No branch of the remote is here.
    NotFetched {
        /// The remote.
        remote: String,
    },
    /// The remote's HEAD is not here, or is no link to a branch.
    NotSet {
        /// The remote.
        remote: String,
    },
    /// The branch that the remote's HEAD names is not here.
    MissingBranch {
        /// The remote.
        remote: String,
        /// The branch.
        name: String,
    },
    /// The remote's HEAD may be out of date.
    Doubtful {
        /// The remote.
        remote: String,
        /// The branch that the remote's HEAD names.
        name: String,
        /// The branch that may have taken its place.
        other: String,
        /// Whether git logs the movements of references.
        is_logged: bool,
    },
}

impl UnknownDefault {
    /// Returns what is wrong, a sentence without its full stop.
    pub fn problem(&self) -> String {
        format!("nothing is approved here, as {}", self.cause())
    }

    fn cause(&self) -> String {
        match self {
            UnknownDefault::NoCommit => "there is no default branch before the first commit".to_owned(),
            UnknownDefault::SeveralBranches => {
                "there is no remote, and nothing says which branch is the default branch".to_owned()
            }
            UnknownDefault::NoSuchBranch { name } => {
                format!("git's configuration names {name:?} as the default branch, which does not exist")
            }
            UnknownDefault::BareHead => {
                "the HEAD of this bare repository names none of its branches".to_owned()
            }
            UnknownDefault::SeveralRemotes => {
                "there are several remotes, and nothing says which one is the team's".to_owned()
            }
            UnknownDefault::NoSuchRemote { name } => {
                format!("git's configuration names {name:?} as the team's remote, which does not exist")
            }
            UnknownDefault::NotFollowed { remote } => {
                format!("this clone does not follow every branch of {remote}")
            }
            UnknownDefault::NotFetched { remote } => format!("no branch of {remote} is here"),
            UnknownDefault::NotSet { remote } => {
                format!("nothing here says which branch of {remote} is the default branch")
            }
            UnknownDefault::MissingBranch { remote, name } => {
                format!("{remote}/HEAD names {remote}/{name}, which is not here")
            }
            UnknownDefault::Doubtful { remote, name, other, .. } => {
                format!(
                    "{remote}/HEAD names {name}, and {remote} also has {other}, so that HEAD may be out of date"
                )
            }
        }
    }

    /// Returns what to do, a sentence without its full stop.
    pub fn remedy(&self) -> String {
        let set_head = |remote: &str| format!("`git remote set-head {remote} --auto`");
        // Git sets HEAD only to a branch that was fetched.
        let fetch = |remote: &str| format!("run `git fetch {remote}` and {}", set_head(remote));
        match self {
            UnknownDefault::NoCommit => "commit first".to_owned(),
            UnknownDefault::SeveralBranches | UnknownDefault::NoSuchBranch { .. } => {
                "run `git config housestyle.branch NAME`".to_owned()
            }
            UnknownDefault::BareHead => "run `git symbolic-ref HEAD refs/heads/NAME`".to_owned(),
            UnknownDefault::SeveralRemotes | UnknownDefault::NoSuchRemote { .. } => {
                "run `git config housestyle.remote NAME`".to_owned()
            }
            UnknownDefault::NotFollowed { remote } => format!(
                "run `git remote set-branches {remote} \"*\"`, `git fetch {remote}` and {}",
                set_head(remote)
            ),
            UnknownDefault::Doubtful { remote, is_logged: false, .. } => format!(
                "run `git config core.logAllRefUpdates true`, `git fetch {remote}` and {}",
                set_head(remote)
            ),
            UnknownDefault::NotFetched { remote }
            | UnknownDefault::NotSet { remote }
            | UnknownDefault::MissingBranch { remote, .. }
            | UnknownDefault::Doubtful { remote, .. } => fetch(remote),
        }
    }
}

impl fmt::Display for UnknownDefault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.problem(), self.remedy())
    }
}
