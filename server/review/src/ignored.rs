//! Whether git ignores a file: by `.gitignore` files, `.git/info/exclude` and the user's own list.

use std::path::{Component, Path};

use git2::{ErrorCode, Repository};

use crate::error::ReviewError;

/// Returns whether git ignores the file at `path`, relative to the work tree at `root`. A file that is tracked is not
/// ignored, whatever the lists say. Outside of a repository nothing is. Where a list in a folder negates a wildcard of one
/// further up, libgit2 does not follow git, and the file counts as ignored; so does a path that names no file below the work tree.
///
/// # Errors
/// When there is a repository, and it cannot be read.
pub fn is_ignored(root: &Path, path: &Path) -> Result<bool, ReviewError> {
    // libgit2 takes no other path, and its binding panics.
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_below || path.as_os_str().is_empty() {
        return Ok(true);
    }
    let repository = match Repository::open(root) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(false),
        Err(error) => return Err(ReviewError::Ignored(error)),
    };
    if !repository.status_should_ignore(path).map_err(ReviewError::Ignored)? {
        return Ok(false);
    }
    // The lists alone do not know what is tracked.
    let index = repository.index().map_err(ReviewError::Ignored)?;
    Ok(index.get_path(path, 0).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_git_decide() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let ignored = |path: &str| is_ignored(root, Path::new(path)).expect("readable");
        assert!(!ignored("a.log"), "no repository");
        Repository::init(root).expect("a repository");
        std::fs::create_dir(root.join("deep")).expect("a folder");
        std::fs::write(root.join(".gitignore"), "*.log\n*.txt\n!kept.txt\n/target/\n").expect("written");
        std::fs::write(root.join("deep/.gitignore"), "more.rs\n").expect("written");
        std::fs::write(root.join(".git/info/exclude"), "notes.md\n").expect("written");
        assert!(
            ignored("a.log")
                && ignored("deep/b.log")
                && ignored("deep/more.rs")
                && ignored("target/x.rs")
                && ignored("notes.md")
        );
        std::fs::write(root.join("tracked.log"), "x").expect("written");
        let repository = Repository::open(root).expect("a repository");
        let mut index = repository.index().expect("an index");
        index.add_path(Path::new("tracked.log")).expect("added");
        index.write().expect("written");
        assert!(!ignored("tracked.log") && ignored("untracked.log"));
        assert!(ignored("../a.rs") && ignored("deep/../../a.rs") && ignored("/a.rs") && ignored(""));
        assert!(!ignored("deep/kept.txt") && !ignored("src/a.rs") && !ignored("deep/target/x.rs"));
    }
}
