//! The git folder that all work trees of a clone have in common.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tree_file::{self, Links};

/// Most bytes of a file that holds a path.
const MOST_BYTES: u64 = 64 << 10;

/// Returns the real path of the git folder of the work tree or bare repository at `root`; `None` where there is none, or
/// where it is that of another work tree: an unpacked archive must not get the state of somebody's clone.
pub(super) fn common(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    let Ok(about) = fs::symlink_metadata(&git) else { return bare(root) };
    if about.is_dir() {
        return git.canonicalize().ok();
    }
    let folder = if about.is_symlink() { git.clone() } else { root.join(path(&git, "gitdir:")?) };
    let folder = folder.canonicalize().ok().filter(|folder| folder.is_dir())?;
    let Some(common) = path(&folder.join("commondir"), "") else {
        // A submodule has a folder of another name, and so has `--separate-git-dir`.
        return (folder.file_name()? != ".git").then_some(folder);
    };
    // The back pointer of a linked work tree that was moved leads nowhere.
    let back = path(&folder.join("gitdir"), "").and_then(|back| folder.join(back).canonicalize().ok());
    if back.is_some_and(|back| Some(back) != git.canonicalize().ok()) {
        return None;
    }
    folder.join(common).canonicalize().ok().filter(|common| common.is_dir())
}

fn bare(root: &Path) -> Option<PathBuf> {
    let is_bare = root.join("HEAD").is_file() && root.join("objects").is_dir() && root.join("refs").is_dir();
    is_bare.then(|| root.canonicalize().ok()).flatten()
}

/// Returns the path that stands in a file of git after `start`.
fn path(file: &Path, start: &str) -> Option<PathBuf> {
    let text = String::from_utf8(tree_file::read(file, MOST_BYTES, Links::Refused).ok()?).ok()?;
    let path = text.strip_prefix(start)?.trim();
    (!path.is_empty()).then(|| PathBuf::from(path))
}
