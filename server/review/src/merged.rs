//! Whether a file was merged into the team's default branch, by whom and when.

use std::path::Path;

use git2::{Commit, Oid, Repository, Signature};

use crate::budget::TreeBudget;
use crate::default_branch::find;
use crate::error::{ReviewError, during};
use crate::repository::{open, tree_at};

/// A merge that brought a file to the default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The commit of the default branch by which it came.
    pub commit: String,
    /// The branch.
    pub branch: String,
    /// Who merged: a merge commit's author (the committer is often the forge), else the committer.
    pub name: String,
    /// Their address.
    pub email: String,
    /// When, in seconds since 1970.
    pub time: i64,
}

/// Returns how the file `file` with exactly `content` came to the default branch; `None` if it is not there,
/// or not like that.
///
/// # Errors
/// When there is no repository or no default branch, objects cannot be read, or reading so many takes too long.
pub fn merged(path: &Path, file: &str, content: &[u8]) -> Result<Option<Merged>, ReviewError> {
    let repository = open(path)?;
    let branch = find(&repository)?.known()?;
    let mut commit = branch.commit(&repository)?;
    let budget = TreeBudget::default();
    let Some(wanted) = blob_of(&repository, &commit, file, &budget)? else { return Ok(None) };
    if repository.find_blob(wanted).map_or(true, |blob| blob.content() != content) {
        return Ok(None);
    }
    // Along the first parents: the line of the default branch itself.
    while let Ok(before) = commit.parent(0) {
        budget.take_commit()?;
        // Most commits leave all of it alone: one comparison of two numbers.
        if before.tree_id() != commit.tree_id()
            && blob_of(&repository, &before, file, &budget)? != Some(wanted)
        {
            break;
        }
        commit = before;
    }
    let by = if commit.parent_count() > 1 { commit.author() } else { commit.committer() };
    Ok(Some(merge_of(&commit, branch.reference, &by)))
}

/// Returns the id of a file of a commit; `None` where there is none.
fn blob_of(
    repository: &Repository,
    commit: &Commit<'_>,
    file: &str,
    budget: &TreeBudget,
) -> Result<Option<Oid>, ReviewError> {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let tree = tree_at(repository, commit, folder, budget)?;
    Ok(tree.and_then(|tree| tree.get_name(name).map(|entry| entry.id())))
}

/// Returns the merge that a commit is, made by `by`.
pub(crate) fn merge_of(commit: &Commit<'_>, branch: String, by: &Signature<'_>) -> Merged {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Merged {
        commit: commit.id().to_string(),
        branch,
        name: text(by.name_bytes()),
        email: text(by.email_bytes()),
        time: commit.committer().when().seconds(),
    }
}

/// Returns the content of `file` on the default branch, or else on the newest of all proposal branches that
/// has it, local or fetched.
///
/// # Errors
/// When there is no repository, its references cannot be read, or reading so many takes too long.
pub fn published(path: &Path, file: &str, most: usize) -> Result<Option<Vec<u8>>, ReviewError> {
    let repository = open(path)?;
    let default = find(&repository)?.ok().map(|branch| branch.commit(&repository)).transpose()?;
    let mut commits: Vec<Commit<'_>> = default.into_iter().collect();
    let mut proposals = Vec::new();
    for pattern in ["refs/heads/housestyle/proposals/*", "refs/remotes/*/housestyle/proposals/*"] {
        let found = repository.references_glob(pattern).map_err(during("list the proposals"))?;
        proposals.extend(found.flatten().filter_map(|reference| reference.peel_to_commit().ok()));
    }
    proposals.sort_by_key(|commit| std::cmp::Reverse(commit.time().seconds()));
    commits.extend(proposals);
    let budget = TreeBudget::default();
    for commit in commits {
        let Some(blob) = blob_of(&repository, &commit, file, &budget)? else { continue };
        let Ok(blob) = repository.find_blob(blob) else { continue };
        if blob.size() <= most {
            return Ok(Some(blob.content().to_vec()));
        }
    }
    Ok(None)
}
