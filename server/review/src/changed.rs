//! The folders that a branch changes against another, as each has them.

use std::path::Path;

use git2::Commit;

use crate::budget::TreeBudget;
use crate::default_branch::find;
use crate::error::ReviewError;
use crate::folders::{Folder, FolderLimits, Source};
use crate::repository::open;

/// The changes that HEAD makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The commit to compare with: the last common commit.
    pub base: String,
    /// The commit at HEAD.
    pub head: String,
    /// The folders that differ, by path.
    pub folders: Vec<ChangedFolder>,
}

/// A folder before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedFolder {
    /// Its path, parted by `/`, relative to the root.
    pub path: String,
    /// As it was; nothing where it is new.
    pub before: Option<Folder>,
    /// As it is; nothing where it was removed.
    pub after: Option<Folder>,
}

/// Returns the folders below `parents` that hold the file `marker` and differ between HEAD and where it departed from
/// `base`, in any of git's spellings; without one, from the default branch.
///
/// # Errors
/// When there is no repository or commit, `base` names none, objects cannot be read, or the budget is spent before the
/// parents are found.
pub fn changed(
    path: &Path,
    base: Option<&str>,
    parents: &[&str],
    marker: &str,
    limits: FolderLimits,
    budget: &TreeBudget,
) -> Result<Changed, ReviewError> {
    let repository = open(path)?;
    let head = repository.head().and_then(|head| head.peel_to_commit()).map_err(|_| ReviewError::NoCommit)?;
    let base = match base {
        Some(name) => repository
            .revparse_single(name)
            .and_then(|found| found.peel_to_commit())
            .map_err(|source| ReviewError::Revision { revision: name.to_owned(), source })?,
        None => find(&repository)?.known()?.commit(&repository)?,
    };
    let shared = repository
        .merge_base(base.id(), head.id())
        .and_then(|id| repository.find_commit(id))
        .map_err(|_| ReviewError::NothingShared { base: base.id().to_string() })?;
    let source = Source { repository: &repository, limits, budget };
    let read = |commit: &Commit<'_>| source.folders(commit, parents, marker);
    let (before, after) = (read(&shared)?, read(&head)?);
    let mut paths: Vec<&String> = before.iter().chain(&after).map(|folder| &folder.path).collect();
    paths.sort();
    paths.dedup();
    let find = |list: &[Folder], path: &str| list.iter().find(|folder| folder.path == path).cloned();
    let folders = paths.into_iter().map(|path| ChangedFolder {
        path: path.clone(),
        before: find(&before, path),
        after: find(&after, path),
    });
    let differs = |folder: &ChangedFolder| {
        let tree = |side: &Option<Folder>| side.as_ref().map(|folder| folder.tree.clone());
        tree(&folder.before) != tree(&folder.after)
    };
    Ok(Changed {
        base: shared.id().to_string(),
        head: head.id().to_string(),
        folders: folders.filter(differs).collect(),
    })
}
