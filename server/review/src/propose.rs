//! A proposal: files on a branch of their own, for people to review. HEAD, the index and the work tree stay as
//! they are, dirty or not.

use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{Commit, ErrorCode, FileMode, Reference, Repository};

use crate::default_branch::default_branch;

/// Where proposals are.
const BRANCHES: &str = "refs/heads/housestyle/proposals/";

/// What is proposed.
#[derive(Debug, Clone)]
pub struct Proposal<'a> {
    /// The branch's name below `housestyle/proposals/`.
    pub name: &'a str,
    /// Files to add or replace: paths with `/`, relative to the root, and contents.
    pub files: &'a [(String, Vec<u8>)],
    /// The commit's message.
    pub message: &'a str,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The commit on it.
    pub commit: String,
    /// Whether the same proposal was there already.
    pub was_there: bool,
}

/// Why something could not be proposed or shared.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// There is no repository.
    #[error("{path} is in no git repository: proposals are commits (`git init` makes one): {source}")]
    NoRepository {
        /// Where it was looked for.
        path: String,
        /// What git said.
        source: git2::Error,
    },
    /// There is nothing a branch could depart from.
    #[error("the repository has no commit yet: make a first one, then propose")]
    NoCommit,
    /// Git does not know who commits.
    #[error("git does not know you: set user.name and user.email (`git config --global user.name …`)")]
    NoIdentity,
    /// The name cannot be a branch's.
    #[error("{name:?} cannot be the name of a branch: use letters, digits and `-`")]
    BadName {
        /// The name.
        name: String,
    },
    /// Another proposal has that name.
    #[error("branch {branch} is another proposal already: choose another name, or `git branch -D {branch}`")]
    Taken {
        /// The branch.
        branch: String,
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
    /// A git operation failed.
    #[error("{operation}: {source}")]
    Git {
        /// What was being done.
        operation: &'static str,
        /// What git said.
        source: git2::Error,
    },
}

/// Returns a mapper of git's errors during `operation`.
pub(crate) fn during(operation: &'static str) -> impl Fn(git2::Error) -> ProposeError {
    move |source| ProposeError::Git { operation, source }
}

/// Opens the repository that holds `path`.
pub(crate) fn open(path: &Path) -> Result<Repository, ProposeError> {
    Repository::discover(path)
        .map_err(|source| ProposeError::NoRepository { path: path.display().to_string(), source })
}

/// Returns the name and address under which the user commits.
///
/// # Errors
/// When there is no repository, or git knows neither.
pub fn identity(path: &Path) -> Result<(String, String), ProposeError> {
    let repository = open(path)?;
    let signature = repository.signature().map_err(|_| ProposeError::NoIdentity)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(signature.name_bytes()), text(signature.email_bytes())))
}

/// Commits files on a new branch that departs from the default branch, else from HEAD.
///
/// The same proposal once more changes nothing and returns what is there.
///
/// # Errors
/// When there is no repository or commit, the name is taken, or git fails; nothing is changed then.
pub fn propose(path: &Path, proposal: &Proposal<'_>) -> Result<Proposed, ProposeError> {
    let repository = open(path)?;
    let reference = format!("{BRANCHES}{}", proposal.name);
    let dashes = proposal.name.starts_with('-') || proposal.name.contains('/');
    if dashes || !Reference::is_valid_name(&reference) {
        return Err(ProposeError::BadName { name: proposal.name.to_owned() });
    }
    let branch = reference.trim_start_matches("refs/heads/").to_owned();
    let base = base_of(&repository)?;
    let signature = repository.signature().map_err(|_| ProposeError::NoIdentity)?;

    let mut update = TreeUpdateBuilder::new();
    for (path, content) in proposal.files {
        let blob = repository.blob(content).map_err(during("write a file of the proposal"))?;
        update.upsert(path.as_str(), blob, FileMode::Blob);
    }
    let tree = base.tree().map_err(during("read the tree to depart from"))?;
    let tree = update.create_updated(&repository, &tree).map_err(during("write the proposal's tree"))?;
    let tree = repository.find_tree(tree).map_err(during("read the proposal's tree"))?;

    if let Some(there) = tip_of(&repository, &reference)? {
        if !holds(&repository, &there, proposal) {
            return Err(ProposeError::Taken { branch });
        }
        return Ok(Proposed { branch, commit: there.id().to_string(), was_there: true });
    }
    let commit = repository
        .commit(None, &signature, &signature, proposal.message, &tree, &[&base])
        .map_err(during("write the proposal's commit"))?;
    repository
        .reference(&reference, commit, false, "housestyle: propose")
        .map_err(during("make the proposal's branch"))?;
    Ok(Proposed { branch, commit: commit.to_string(), was_there: false })
}

/// Returns the commit that a proposal departs from.
fn base_of(repository: &Repository) -> Result<Commit<'_>, ProposeError> {
    if let Some((_, tip)) = default_branch(repository)? {
        return Ok(tip);
    }
    match repository.head() {
        Ok(head) => head.peel_to_commit().map_err(during("read HEAD")),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => {
            Err(ProposeError::NoCommit)
        }
        Err(source) => Err(ProposeError::Git { operation: "read HEAD", source }),
    }
}

fn tip_of<'r>(repository: &'r Repository, reference: &str) -> Result<Option<Commit<'r>>, ProposeError> {
    match repository.find_reference(reference) {
        Ok(found) => found.peel_to_commit().map(Some).map_err(during("read the proposal's branch")),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(source) => Err(ProposeError::Git { operation: "look for the proposal's branch", source }),
    }
}

/// Returns whether a commit holds all files of a proposal as they are proposed.
fn holds(repository: &Repository, commit: &Commit<'_>, proposal: &Proposal<'_>) -> bool {
    let Ok(tree) = commit.tree() else { return false };
    proposal.files.iter().all(|(path, content)| {
        let found = tree.get_path(Path::new(path)).and_then(|entry| repository.find_blob(entry.id()));
        found.is_ok_and(|blob| blob.content() == content)
    })
}
