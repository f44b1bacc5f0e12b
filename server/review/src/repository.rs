//! The repository that a path is in.

use std::path::Path;

use git2::Repository;

use crate::error::ReviewError;

/// What the names of the branches of proposals begin with.
pub(crate) const PROPOSALS: &str = "housestyle/proposals/";

/// Opens the repository that holds `path`.
pub(crate) fn open(path: &Path) -> Result<Repository, ReviewError> {
    Repository::discover(path)
        .map_err(|source| ReviewError::NoRepository { path: path.to_path_buf(), source })
}
