//! The files of a work tree that git does not ignore.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use housestyle_learn::exclusions::by_path;
use housestyle_review::{is_git_here, listed_files};

use crate::ignored::{deciding_files, ignored};

/// Entries of folders that are looked at, where git does not list them.
const MOST_ENTRIES: usize = 200_000;
/// Folders below folders at most.
const MOST_DEPTH: usize = 64;

/// The files below a root.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Relative paths with `/`. They need not exist, and may be links.
    pub(super) paths: BTreeSet<String>,
    /// Files and folders whose change means that the list may be another one.
    pub(super) watched: BTreeSet<PathBuf>,
    /// Why files are missing.
    pub(super) problem: Option<String>,
}

/// Lists the files below a root: by git's word in a repository, else all but those of nested repositories and hidden folders.
/// What git does not tell in time is left out, and told; but what it `tracked` before is not ignored.
pub(super) fn list(root: &Path, tracked: &mut Vec<String>) -> Listed {
    let is_repository = root.join(".git").exists();
    let mut listed = Listed::default();
    if is_repository && is_git_here(root) {
        match listed_files(root) {
            Ok(files) => {
                *tracked = files.tracked;
                match files.others {
                    Ok(others) => listed.paths.extend(others),
                    Err(error) => listed.problem = Some(error.to_string()),
                }
            }
            Err(error) => listed.problem = Some(error.to_string()),
        }
        listed.paths.extend(tracked.iter().cloned());
        listed.watched.extend(deciding_files(root));
    } else {
        walk(root, is_repository, &mut listed);
    }
    for path in &listed.paths {
        let folders = path.match_indices('/').map(|(at, _)| root.join(&path[..at]));
        listed.watched.extend(folders);
        if path.ends_with(".gitignore") || path.ends_with(".gitattributes") {
            listed.watched.insert(root.join(path));
        }
    }
    listed.watched.insert(root.to_path_buf());
    listed
}

/// Lists the files without git.
fn walk(root: &Path, is_repository: bool, listed: &mut Listed) {
    let is_ignored = |path: &str| is_repository && ignored(root, path).unwrap_or(true);
    let (mut open, mut entries) = (vec![(String::new(), 0)], 0);
    while let Some((folder, depth)) = open.pop() {
        let place = root.join(&folder);
        listed.watched.insert(place.clone());
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            entries += 1;
            if entries > MOST_ENTRIES {
                listed.problem = Some(format!("the folder has more than {MOST_ENTRIES} files and folders"));
                return;
            }
            let (Ok(kind), Some(name)) = (entry.file_type(), entry.file_name().to_str().map(str::to_owned))
            else {
                continue;
            };
            let path = format!("{folder}{name}");
            if kind.is_file() {
                if !is_ignored(&path) {
                    listed.paths.insert(path);
                }
            } else if kind.is_dir() {
                let is_other = name.starts_with('.') || entry.path().join(".git").exists();
                let below = format!("{path}/");
                // What no file below would pass is not looked at: packages are many.
                let is_foreign = by_path(&format!("{below}a")).is_some();
                if !is_other && !is_foreign && depth < MOST_DEPTH && !is_ignored(&path) {
                    open.push((below, depth + 1));
                }
            }
        }
    }
}
