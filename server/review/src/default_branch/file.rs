//! One file at the tip of the default branch: there it is approved, whatever the work tree holds.

use std::path::Path;

use git2::{ErrorCode, Oid, Repository};

use super::KnownBranch;
use crate::budget::TreeBudget;
use crate::error::{ReviewError, during};
use crate::repository::open;

/// The part of an entry's mode that tells its kind, and three kinds.
const KIND: i32 = 0o170_000;
const FOLDER: i32 = 0o040_000;
const REGULAR: i32 = 0o100_000;
const LINK: i32 = 0o120_000;

/// A file as the default branch has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovedFile {
    /// The branch has no such file.
    Absent,
    /// The content of a regular file.
    Content(Vec<u8>),
    /// A symbolic link has the name.
    Link,
    /// A folder or a submodule has the name.
    Special,
    /// The file has more bytes than may be read.
    TooLarge,
    /// The content is not in this clone, which is a partial one.
    NotFetched,
}

/// Returns the file `file`, with `/` between the parts of its path, of the default branch's newest commit, if it has at most
/// `most` bytes. `path` is in the repository.
///
/// # Errors
/// When the commit, a folder or the file cannot be read: what cannot be read is not absent.
pub fn approved_file(
    path: &Path,
    branch: &KnownBranch,
    file: &str,
    most: usize,
) -> Result<ApprovedFile, ReviewError> {
    let repository = open(path)?;
    let budget = TreeBudget::default();
    let (mut id, mut kind) = (branch.commit(&repository)?.tree_id(), FOLDER);
    for part in file.split('/') {
        if kind != FOLDER {
            return Ok(ApprovedFile::Absent);
        }
        budget.take_tree(&repository, id)?;
        let tree = repository.find_tree(id).map_err(during("read a folder of the default branch"))?;
        let Some(entry) = tree.get_name(part) else { return Ok(ApprovedFile::Absent) };
        (id, kind) = (entry.id(), entry.filemode() & KIND);
    }
    match kind {
        REGULAR => content(&repository, id, most),
        LINK => Ok(ApprovedFile::Link),
        _ => Ok(ApprovedFile::Special),
    }
}

fn content(repository: &Repository, id: Oid, most: usize) -> Result<ApprovedFile, ReviewError> {
    let failed = during("read a file of the default branch");
    // The header tells the size before git unpacks the content.
    match repository.odb().and_then(|odb| odb.read_header(id)) {
        Ok((size, _)) if size > most => Ok(ApprovedFile::TooLarge),
        Ok(_) => {
            let blob = repository.find_blob(id).map_err(failed)?;
            Ok(ApprovedFile::Content(blob.content().to_vec()))
        }
        Err(error) if error.code() == ErrorCode::NotFound => Ok(ApprovedFile::NotFetched),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use git2::{Commit, RepositoryInitOptions};

    use super::*;
    use crate::default_branch;

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

    fn repository(folder: &Path) -> Repository {
        let mut options = RepositoryInitOptions::new();
        Repository::init_opts(folder, options.initial_head("main")).expect("a repository")
    }

    fn read(folder: &Path, file: &str) -> Result<ApprovedFile, ReviewError> {
        approved_file(folder, &default_branch(folder)?.known()?, file, 8)
    }

    #[test]
    fn a_file_is_there_until_a_commit_takes_it_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = repository(folder.path());
        let check = |file: &str, expected: ApprovedFile| {
            assert_eq!(read(folder.path(), file).expect("read"), expected, "{file}");
        };
        let content = |text: &str| ApprovedFile::Content(text.as_bytes().to_vec());
        assert!(matches!(read(folder.path(), "a"), Err(ReviewError::NoDefault(_))), "no commit yet");
        commit(&repository, &[("a/b/c", "text"), ("long", "123456789"), ("d", "one")]);
        check("a/b/c", content("text"));
        check("d", content("one"));
        check("a/b", ApprovedFile::Special);
        check("long", ApprovedFile::TooLarge);
        for absent in ["a/b/c/d", "x", "x/y", "a/x"] {
            check(absent, ApprovedFile::Absent);
        }
        commit(&repository, &[("x", "")]);
        check("a/b/c", ApprovedFile::Absent);
        check("x", content(""));
    }

    #[test]
    fn what_cannot_be_read_is_not_absent() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = repository(folder.path());
        commit(&repository, &[("a/b", "text"), ("c", "lost")]);
        let tree = repository.head().and_then(|head| head.peel_to_tree()).expect("a tree");
        for name in ["a", "c"] {
            let lost = tree.get_name(name).expect("an entry").id().to_string();
            let (first, rest) = lost.split_at(2);
            std::fs::remove_file(repository.path().join("objects").join(first).join(rest)).expect("removed");
        }
        assert!(matches!(read(folder.path(), "a/b"), Err(ReviewError::Git { .. })));
        assert_eq!(read(folder.path(), "c").expect("read"), ApprovedFile::NotFetched);
    }
}
