//! The default branch: a merge there is an approval.

use std::path::Path;

use git2::{Commit, Repository};

use crate::error::{ReviewError, during};
use crate::repository::open;

/// Returns the default branch with its newest commit; `None` where there is none.
///
/// The remote names the default branch, as of the last fetch; without a remote, it is git's initial branch. HEAD does
/// not count: it may stand on a proposal's branch.
pub(crate) fn default_branch(repository: &Repository) -> Result<Option<(String, Commit<'_>)>, ReviewError> {
    let mut names = vec!["refs/remotes/origin/HEAD".to_owned()];
    names.extend(["main", "master"].map(|name| format!("refs/remotes/origin/{name}")));
    let config = repository.config().map_err(during("read git's configuration"))?;
    names.extend(config.get_string("init.defaultBranch").ok().map(|name| format!("refs/heads/{name}")));
    names.extend(["main", "master"].map(|name| format!("refs/heads/{name}")));
    for name in names {
        let Ok(reference) = repository.find_reference(&name) else { continue };
        let Ok(reference) = reference.resolve() else { continue }; // a remote HEAD may name a branch that has gone
        let commit = reference.peel_to_commit().map_err(during("read the default branch"))?;
        let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
        return Ok(Some((name, commit)));
    }
    Ok(None)
}

/// Returns the default branch's name, without its remote; `None` where there is none.
///
/// # Errors
/// When there is no repository, or its references cannot be read.
pub fn default_name(path: &Path) -> Result<Option<String>, ReviewError> {
    let repository = open(path)?;
    let found = default_branch(&repository)?;
    Ok(found.map(|(name, _)| {
        let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/remotes/origin/"));
        short.unwrap_or(&name).to_owned()
    }))
}

/// Returns whether the default branch (HEAD where there is none) has a folder; with `holding`, one in which another
/// folder has that file.
///
/// # Errors
/// When there is no repository, or its objects cannot be read.
pub fn has_folder(path: &Path, folder: &str, holding: Option<&str>) -> Result<bool, ReviewError> {
    let repository = open(path)?;
    let tip = match default_branch(&repository)? {
        Some((_, tip)) => Some(tip),
        None => repository.head().and_then(|head| head.peel_to_commit()).ok(),
    };
    let Some(tip) = tip else { return Ok(false) };
    let root = tip.tree().map_err(during("read the tree of the default branch"))?;
    let Ok(entry) = root.get_path(Path::new(folder)) else { return Ok(false) };
    let Ok(tree) = repository.find_tree(entry.id()) else { return Ok(false) };
    let Some(file) = holding else { return Ok(true) };
    Ok(tree
        .iter()
        .any(|entry| repository.find_tree(entry.id()).is_ok_and(|child| child.get_name(file).is_some())))
}
