//! One file at the tip of the default branch: there it is approved, whatever the work tree holds.

use std::path::Path;

use git2::{ErrorCode, ObjectType};

use super::KnownBranch;
use crate::budget::TreeBudget;
use crate::error::{ReviewError, during};
use crate::repository::{open, tree_at};

/// The modes of a symbolic link, and of every kind of entry.
const LINK: i32 = 0o120_000;
const KIND: i32 = 0o170_000;

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

/// Returns a file in the root folder of the default branch's newest commit, of at most `most` bytes. `path` is in the
/// repository.
///
/// # Errors
/// When the commit or its root folder cannot be read.
pub fn approved_file(
    path: &Path,
    branch: &KnownBranch,
    name: &str,
    most: usize,
) -> Result<ApprovedFile, ReviewError> {
    let repository = open(path)?;
    let root = tree_at(&repository, &branch.commit(&repository)?, "", &TreeBudget::default())?;
    let Some(entry) = root.as_ref().and_then(|root| root.get_name(name)) else {
        return Ok(ApprovedFile::Absent);
    };
    if entry.filemode() & KIND == LINK {
        return Ok(ApprovedFile::Link);
    }
    if entry.kind() != Some(ObjectType::Blob) {
        return Ok(ApprovedFile::Special);
    }
    let failed = during("read a file of the default branch");
    // The header tells the size before git unpacks the content.
    match repository.odb().and_then(|odb| odb.read_header(entry.id())) {
        Ok((size, _)) if size > most => Ok(ApprovedFile::TooLarge),
        Ok(_) => {
            let blob = repository.find_blob(entry.id()).map_err(failed)?;
            Ok(ApprovedFile::Content(blob.content().to_vec()))
        }
        Err(error) if error.code() == ErrorCode::NotFound => Ok(ApprovedFile::NotFetched),
        Err(error) => Err(failed(error)),
    }
}
