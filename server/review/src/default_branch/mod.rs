//! The default branch: a merge there is an approval. So nothing here guesses: a branch counts because the remote's HEAD, or
//! the user, names that branch.

mod file;
mod rival;
#[cfg(test)]
mod tests;

use std::path::Path;

use git2::{BranchType, Commit, Direction, ErrorCode, Oid, Reference, ReferenceType, Repository};

use crate::error::{ReviewError, during};
use crate::repository::{PROPOSALS, open};
use crate::unknown_default::UnknownDefault;

pub use file::{ApprovedFile, approved_file};

/// The key of git's configuration that names the team's remote, where there are several.
const REMOTE: &str = "housestyle.remote";
/// The key of git's configuration that names the default branch, where there is no remote.
const BRANCH: &str = "housestyle.branch";
/// The remote that counts where there are several, and none is named.
const ORIGIN: &str = "origin";

/// The default branch, or why nothing says which branch it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultBranch {
    /// This branch: its content is approved.
    Known(KnownBranch),
    /// Perhaps this branch: nothing is approved, and what its content forbids stays forbidden.
    Doubtful {
        /// The branch that the remote's HEAD names.
        branch: KnownBranch,
        /// Why it may be another one.
        reason: UnknownDefault,
    },
    /// No branch: nothing is approved.
    Unknown(UnknownDefault),
}

/// The default branch as this clone has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBranch {
    /// The reference, such as `refs/remotes/origin/main`.
    pub reference: String,
    /// The branch's name without its remote, such as `main`.
    pub name: String,
    /// The remote that has the branch; none in a bare repository, and where there is no remote.
    pub remote: Option<String>,
    tip: Oid,
}

impl KnownBranch {
    /// Returns git's id of the branch's newest commit.
    pub fn commit_id(&self) -> String {
        self.tip.to_string()
    }

    /// Returns the branch's newest commit.
    pub(crate) fn commit<'r>(&self, repository: &'r Repository) -> Result<Commit<'r>, ReviewError> {
        repository.find_commit(self.tip).map_err(during("read the default branch"))
    }
}

impl DefaultBranch {
    /// Returns the branch.
    ///
    /// # Errors
    /// When nothing says which branch it is.
    pub fn known(self) -> Result<KnownBranch, ReviewError> {
        match self {
            DefaultBranch::Known(branch) => Ok(branch),
            DefaultBranch::Doubtful { reason, .. } | DefaultBranch::Unknown(reason) => {
                Err(ReviewError::NoDefault(reason))
            }
        }
    }

    /// Returns the branch, if it is known.
    pub(crate) fn ok(self) -> Option<KnownBranch> {
        match self {
            DefaultBranch::Known(branch) => Some(branch),
            DefaultBranch::Doubtful { .. } | DefaultBranch::Unknown(_) => None,
        }
    }
}

/// Returns the default branch of the repository that holds `path`, as of the last fetch.
///
/// # Errors
/// When there is no repository, or its references cannot be read.
pub fn default_branch(path: &Path) -> Result<DefaultBranch, ReviewError> {
    find(&open(path)?)
}

/// Returns the name of the branch that a remote's HEAD names in this clone, whether that branch is approved or not;
/// `None` where it names none.
///
/// # Errors
/// When there is no repository, or its references cannot be read.
pub fn recorded_head(path: &Path, remote: &str) -> Result<Option<String>, ReviewError> {
    let repository = open(path)?;
    head_of(&repository, remote)
}

/// Returns the default branch. The HEAD of a work tree does not count: it may stand on any branch.
pub(crate) fn find(repository: &Repository) -> Result<DefaultBranch, ReviewError> {
    if repository.is_bare() {
        return of_bare(repository);
    }
    match find_team_remote(repository) {
        Ok(Some(remote)) => of_remote(repository, &remote),
        Ok(None) => of_local_branches(repository),
        Err(ReviewError::NoDefault(reason)) => unknown(reason),
        Err(error) => Err(error),
    }
}

/// Returns the name of the team's remote: `origin` in a repository that has no remote yet.
///
/// # Errors
/// When there is no repository, its configuration cannot be read, or nothing says which of several remotes is the team's.
pub fn team_remote(path: &Path) -> Result<String, ReviewError> {
    Ok(find_team_remote(&open(path)?)?.unwrap_or_else(|| ORIGIN.to_owned()))
}

/// Returns the name of the team's remote; `None` where there is no remote.
pub(crate) fn find_team_remote(repository: &Repository) -> Result<Option<String>, ReviewError> {
    let remotes = repository.remotes().map_err(during("list the remotes"))?;
    let remotes: Vec<&str> = remotes.iter().flatten().flatten().collect();
    let named = configured(repository, REMOTE)?;
    let remote = match (remotes.as_slice(), named.as_deref()) {
        ([], _) => return Ok(None),
        ([only], _) => *only,
        (several, Some(named)) if several.contains(&named) => named,
        (_, Some(named)) => {
            return Err(ReviewError::NoDefault(UnknownDefault::NoSuchRemote { name: named.to_owned() }));
        }
        (several, None) if several.contains(&ORIGIN) => ORIGIN,
        _ => return Err(ReviewError::NoDefault(UnknownDefault::SeveralRemotes)),
    };
    Ok(Some(remote.to_owned()))
}

fn of_bare(repository: &Repository) -> Result<DefaultBranch, ReviewError> {
    let head = lookup(repository, "HEAD")?;
    let target = head.as_ref().and_then(symbolic_target);
    if let Some(branch) = target.as_deref().and_then(|target| target.strip_prefix("refs/heads/"))
        && let Some(found) = lookup(repository, &format!("refs/heads/{branch}"))?
    {
        return Ok(DefaultBranch::Known(known(&found, branch, None)?));
    }
    unknown(if local_branches(repository)?.is_empty() {
        UnknownDefault::NoCommit
    } else {
        UnknownDefault::BareHead
    })
}

fn of_local_branches(repository: &Repository) -> Result<DefaultBranch, ReviewError> {
    let name = match configured(repository, BRANCH)? {
        Some(name) => name,
        None => match local_branches(repository)?.as_slice() {
            [] => return unknown(UnknownDefault::NoCommit),
            [only] => only.clone(),
            _ => return unknown(UnknownDefault::SeveralBranches),
        },
    };
    match lookup(repository, &format!("refs/heads/{name}"))? {
        Some(found) => Ok(DefaultBranch::Known(known(&found, &name, None)?)),
        None => unknown(UnknownDefault::NoSuchBranch { name }),
    }
}

fn of_remote(repository: &Repository, remote: &str) -> Result<DefaultBranch, ReviewError> {
    let owned = || remote.to_owned();
    let Some(name) = head_of(repository, remote)? else {
        return unknown(if !follows_all_branches(repository, remote) {
            UnknownDefault::NotFollowed { remote: owned() }
        } else if is_without_branches(repository, remote)? {
            UnknownDefault::NotFetched { remote: owned() }
        } else {
            UnknownDefault::NotSet { remote: owned() }
        });
    };
    let branch = lookup(repository, &format!("refs/remotes/{remote}/{name}"))?;
    // A branch that is a link to another one is none that the remote has.
    let Some(branch) = branch.filter(|branch| branch.kind() == Some(ReferenceType::Direct)) else {
        return unknown(UnknownDefault::MissingBranch { remote: owned(), name });
    };
    let branch = known(&branch, &name, Some(owned()))?;
    Ok(match rival::of(repository, remote, &name)? {
        Some(reason) => DefaultBranch::Doubtful { branch, reason },
        None => DefaultBranch::Known(branch),
    })
}

fn known(branch: &Reference<'_>, name: &str, remote: Option<String>) -> Result<KnownBranch, ReviewError> {
    let tip = branch.peel_to_commit().map_err(during("read the default branch"))?.id();
    let reference = String::from_utf8_lossy(branch.name_bytes()).into_owned();
    Ok(KnownBranch { reference, name: name.to_owned(), remote, tip })
}

fn unknown(reason: UnknownDefault) -> Result<DefaultBranch, ReviewError> {
    Ok(DefaultBranch::Unknown(reason))
}

/// Returns the name of the branch that a remote's HEAD names. A HEAD that is no link is a branch of that name, which
/// anybody who can push may have made.
fn head_of(repository: &Repository, remote: &str) -> Result<Option<String>, ReviewError> {
    let head = lookup(repository, &format!("refs/remotes/{remote}/HEAD"))?;
    let target = head.as_ref().and_then(symbolic_target);
    Ok(target.and_then(|target| Some(target.strip_prefix(&format!("refs/remotes/{remote}/"))?.to_owned())))
}

fn symbolic_target(reference: &Reference<'_>) -> Option<String> {
    reference.symbolic_target().ok().flatten().map(str::to_owned)
}

/// Returns a reference; `None` where there is none, or the name can be none's.
fn lookup<'r>(repository: &'r Repository, name: &str) -> Result<Option<Reference<'r>>, ReviewError> {
    match repository.find_reference(name) {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => Ok(None),
        Err(source) => Err(ReviewError::Git { operation: "look for the default branch", source }),
    }
}

/// Returns a value of git's configuration.
fn configured(repository: &Repository, key: &str) -> Result<Option<String>, ReviewError> {
    let failed = during("read git's configuration");
    match repository.config().and_then(|config| config.get_string(key)) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Returns the names of the local branches, but for proposals, and for links to other branches.
fn local_branches(repository: &Repository) -> Result<Vec<String>, ReviewError> {
    let branches = repository.branches(Some(BranchType::Local)).map_err(during("list the branches"))?;
    let direct = branches.flatten().filter(|(branch, _)| branch.get().kind() == Some(ReferenceType::Direct));
    let names = direct.map(|(branch, _)| {
        let name = String::from_utf8_lossy(branch.get().name_bytes()).into_owned();
        name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned()
    });
    Ok(names.filter(|name| !name.starts_with(PROPOSALS)).collect())
}

/// Returns whether a fetch brings every branch of a remote: not in the clone of one branch, nor in a bare clone.
fn follows_all_branches(repository: &Repository, remote: &str) -> bool {
    let Ok(remote) = repository.find_remote(remote) else { return false };
    remote.refspecs().any(|spec| spec.direction() == Direction::Fetch && spec.src_bytes() == b"refs/heads/*")
}

fn is_without_branches(repository: &Repository, remote: &str) -> Result<bool, ReviewError> {
    let pattern = format!("refs/remotes/{remote}/*");
    let mut found = repository.references_glob(&pattern).map_err(during("list the branches"))?;
    Ok(found.next().is_none())
}
