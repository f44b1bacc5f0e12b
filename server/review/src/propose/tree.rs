//! The proposal's tree: the default branch's with the proposal's files; and the check of the files' paths.

use std::collections::HashMap;
use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{Commit, FileMode, ObjectType, Oid, Repository, Tree};

use crate::error::{ReviewError, during};

/// Files with their paths below the root, parted by `/`.
pub(super) type Files = [(String, Vec<u8>)];

/// Checks that every path can be written on every system, and next to the files of the tree.
pub(super) fn check(repository: &Repository, base: &Commit<'_>, files: &Files) -> Result<(), ReviewError> {
    let tree = base.tree().map_err(during("read the tree to depart from"))?;
    let mut spelled: HashMap<String, &str> = HashMap::new();
    for (path, _) in files {
        if let Some(problem) = path.split('/').find_map(problem) {
            return Err(ReviewError::BadPath { path: path.clone(), problem });
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for part in ends.map(|end| &path[..end]) {
            let there = *spelled.entry(part.to_lowercase()).or_insert(part);
            if there != part {
                return Err(ReviewError::CaseCollision { path: path.clone(), there: there.to_owned() });
            }
        }
        check_path(repository, tree.clone(), path)?;
    }
    Ok(())
}

/// Returns the problem of a part of a path.
fn problem(part: &str) -> Option<&'static str> {
    let lower = part.to_lowercase();
    if part.is_empty() || part == "." || part == ".." {
        Some("a part of it is empty or made of dots")
    } else if lower == ".git" || lower.starts_with("git~") {
        Some("git keeps that name for itself")
    } else if part.contains(|c: char| c.is_control() || "\\:*?\"<>|".contains(c))
        || part.ends_with(['.', ' '])
    {
        Some("Windows cannot have such a name")
    } else {
        None
    }
}

/// Checks a path against the paths of a tree.
fn check_path<'r>(repository: &'r Repository, mut tree: Tree<'r>, path: &str) -> Result<(), ReviewError> {
    let parts: Vec<&str> = path.split('/').collect();
    for (depth, part) in parts.iter().enumerate() {
        let lower = part.to_lowercase();
        let at = |name: &str| {
            let mut at = parts[..depth].to_vec();
            at.push(name);
            at.join("/")
        };
        for entry in &tree {
            let name = String::from_utf8_lossy(entry.name_bytes());
            if name != *part && name.to_lowercase() == lower {
                return Err(ReviewError::CaseCollision { path: path.to_owned(), there: at(&name) });
            }
        }
        let Some(entry) = tree.get_name(part) else { return Ok(()) };
        let is_last = depth + 1 == parts.len();
        let what = match (entry.kind(), is_last) {
            (Some(ObjectType::Tree), false) => None,
            (Some(ObjectType::Blob), true) if entry.filemode() != i32::from(FileMode::Link) => None,
            (Some(ObjectType::Tree), true) => Some("a folder"),
            (Some(ObjectType::Commit), _) => Some("a submodule"),
            _ if entry.filemode() == i32::from(FileMode::Link) => Some("a link"),
            _ => Some("a file"),
        };
        if let Some(what) = what {
            return Err(ReviewError::InTheWay { path: path.to_owned(), there: at(part), what });
        }
        if !is_last {
            let id = entry.id();
            drop(entry);
            tree = repository.find_tree(id).map_err(during("read the tree to depart from"))?;
        }
    }
    Ok(())
}

/// Writes the files and the tree of the default branch with them.
pub(super) fn write(repository: &Repository, base: &Commit<'_>, files: &Files) -> Result<Oid, ReviewError> {
    let mut update = TreeUpdateBuilder::new();
    for (path, content) in files {
        let blob = repository.blob(content).map_err(during("write a file of the proposal"))?;
        update.upsert(path.as_str(), blob, FileMode::Blob);
    }
    let tree = base.tree().map_err(during("read the tree to depart from"))?;
    update.create_updated(repository, &tree).map_err(during("write the proposal's tree"))
}

/// Returns whether a commit holds all files as they are proposed.
pub(super) fn holds(repository: &Repository, commit: &Commit<'_>, files: &Files) -> bool {
    let Ok(tree) = commit.tree() else { return false };
    files.iter().all(|(path, content)| {
        let found = tree.get_path(Path::new(path)).and_then(|entry| repository.find_blob(entry.id()));
        found.is_ok_and(|blob| blob.content() == content)
    })
}
