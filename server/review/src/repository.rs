//! The repository that a path is in, and the folders of its commits.

use std::path::Path;

use git2::{Commit, ErrorCode, Repository, Tree};

use crate::budget::TreeBudget;
use crate::error::{ReviewError, during};
use crate::unreadable::UnreadableRepository;

/// What the names of the branches of proposals begin with.
pub(crate) const PROPOSALS: &str = "housestyle/proposals/";

/// Opens the repository that holds `path`.
pub(crate) fn open(path: &Path) -> Result<Repository, ReviewError> {
    Repository::discover(path).map_err(|source| match source.code() {
        ErrorCode::NotFound => ReviewError::NoRepository { path: path.to_path_buf(), source },
        _ => ReviewError::Unreadable(UnreadableRepository::of(path, &source)),
    })
}

/// Returns the top of the work tree, else the repository's own folder.
pub(crate) fn home(repository: &Repository) -> &Path {
    repository.workdir().unwrap_or_else(|| repository.path())
}

/// Returns a folder of a commit, the root for an empty path; `None` where there is none.
pub(crate) fn tree_at<'r>(
    repository: &'r Repository,
    commit: &Commit<'_>,
    path: &str,
    budget: &TreeBudget,
) -> Result<Option<Tree<'r>>, ReviewError> {
    budget.take_tree(repository, commit.tree_id())?;
    let mut tree = repository.find_tree(commit.tree_id()).map_err(during("read the tree of a commit"))?;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let Some(id) = tree.get_name(part).map(|entry| entry.id()) else { return Ok(None) };
        budget.take_tree(repository, id)?;
        let Ok(child) = repository.find_tree(id) else { return Ok(None) };
        tree = child;
    }
    Ok(Some(tree))
}
