//! One file as the default branch has it now: whether what a merge brought is still there.

use std::path::Path;

use git2::{Commit, ObjectType, Oid, Repository};

use crate::budget::TreeBudget;
use crate::default_branch::find;
use crate::error::{ReviewError, during};
use crate::repository::open;

/// A file of the default branch's newest commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TipFile {
    /// The branch's name, such as `main`.
    pub branch: String,
    /// Git's id of the branch's newest commit.
    pub commit: String,
    /// The file's content; `None` where the branch has no such file, or a longer one than was asked for.
    pub content: Option<Vec<u8>>,
}

/// Returns the file `file` as the default branch has it now, if it has at most `most` bytes.
///
/// # Errors
/// When there is no repository or no default branch, or objects cannot be read: a file that cannot be read is not
/// taken for an absent one.
pub fn tip_file(path: &Path, file: &str, most: usize) -> Result<TipFile, ReviewError> {
    let repository = open(path)?;
    let branch = find(&repository)?.known()?;
    let tip = branch.commit(&repository)?;
    let mut content = None;
    if let Some(id) = find_file(&repository, &tip, file)? {
        let blob = repository.find_blob(id).map_err(during("read a file of the default branch"))?;
        content = Some(blob.content().to_vec()).filter(|content| content.len() <= most);
    }
    Ok(TipFile { branch: branch.name, commit: tip.id().to_string(), content })
}

/// Returns the id of a file of a commit; `None` where there is none.
fn find_file(repository: &Repository, commit: &Commit<'_>, file: &str) -> Result<Option<Oid>, ReviewError> {
    let budget = TreeBudget::default();
    let (mut id, mut kind) = (commit.tree_id(), Some(ObjectType::Tree));
    for part in file.split('/') {
        if kind != Some(ObjectType::Tree) {
            return Ok(None);
        }
        budget.take_tree(repository, id)?;
        let tree = repository.find_tree(id).map_err(during("read a folder of the default branch"))?;
        let Some(entry) = tree.get_name(part) else { return Ok(None) };
        (id, kind) = (entry.id(), entry.kind());
    }
    Ok((kind == Some(ObjectType::Blob)).then_some(id))
}

#[cfg(test)]
mod tests {
    use git2::RepositoryInitOptions;

    use super::*;

    /// Commits files, each given by its path and text.
    fn commit(repository: &Repository, files: &[(&str, &str)]) {
        let mut index = repository.index().expect("an index");
        index.clear().expect("empty");
        for (path, text) in files {
            let file = repository.workdir().expect("a work tree").join(path);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(&file, text).expect("written");
            index.add_path(Path::new(path)).expect("added");
        }
        let tree = repository.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        let who = git2::Signature::now("Ann", "ann@example.org").expect("a signature");
        let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<&Commit<'_>> = parent.iter().collect();
        repository.commit(Some("HEAD"), &who, &who, "work", &tree, &parents).expect("a commit");
    }

    #[test]
    fn a_file_is_there_until_a_commit_takes_it_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = RepositoryInitOptions::new();
        let repository =
            Repository::init_opts(folder.path(), options.initial_head("main")).expect("a repository");
        let check = |file: &str, expected: Option<&str>| {
            let found = tip_file(folder.path(), file, 8).expect("read");
            assert_eq!(found.content.as_deref(), expected.map(str::as_bytes), "{file}");
            assert_eq!(found.branch, "main");
        };
        assert!(matches!(tip_file(folder.path(), "a", 8), Err(ReviewError::NoDefault(_))), "no commit yet");
        commit(&repository, &[("a/b/c", "text"), ("long", "123456789")]);
        check("a/b/c", Some("text"));
        for absent in ["a/b", "a", "a/b/c/d", "x", "x/y", "long"] {
            check(absent, None);
        }
        commit(&repository, &[("x", "")]);
        check("a/b/c", None);
        check("x", Some(""));
    }

    #[test]
    fn what_cannot_be_read_is_not_absent() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = RepositoryInitOptions::new();
        let repository =
            Repository::init_opts(folder.path(), options.initial_head("main")).expect("a repository");
        commit(&repository, &[("a/b", "text")]);
        let tree = repository.head().and_then(|head| head.peel_to_tree()).expect("a tree");
        let lost = tree.get_name("a").expect("a folder").id().to_string();
        let (first, rest) = lost.split_at(2);
        std::fs::remove_file(repository.path().join("objects").join(first).join(rest)).expect("removed");
        assert!(matches!(tip_file(folder.path(), "a/b", 8), Err(ReviewError::Git { .. })));
    }
}
