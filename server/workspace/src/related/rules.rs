//! Which files take part in an index of related chunks.

use std::fs;
use std::path::Path;

use housestyle_learn::exclusions::{Exclusion, MAX_BYTES, by_path, by_text};
use housestyle_text::secrets;

use crate::tree_file::{self, Links, ReadError};

/// Returns the reason to leave a file out that its path shows.
pub(super) fn of_path(path: &str, forbidden: &dyn Fn(&str) -> bool) -> Option<Exclusion> {
    if secrets::is_secret_path(path) || forbidden(path) { Some(Exclusion::Forbidden) } else { by_path(path) }
}

/// Returns the text of a file, or the reason to leave it out that its bytes show.
///
/// # Errors
/// With the reason. A file with one secret may hold more that nobody finds, so it is left out as a whole.
pub(super) fn of_text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Exclusion> {
    let text = by_text(path, bytes)?;
    if secrets::find(text).is_empty() { Ok(text) } else { Err(Exclusion::Forbidden) }
}

/// Reads a file of the work tree at `root`, through no link.
///
/// # Errors
/// With the reason to leave it out.
pub(super) fn read(root: &Path, path: &str) -> Result<Vec<u8>, Exclusion> {
    if has_link_on_the_way(root, path) {
        return Err(Exclusion::NotAFile);
    }
    tree_file::read(&root.join(path), MAX_BYTES as u64, Links::Refused).map_err(|error| match error {
        ReadError::Link | ReadError::Special => Exclusion::NotAFile,
        ReadError::TooLarge(_) => Exclusion::TooLarge,
        ReadError::TooSlow | ReadError::System(_) => Exclusion::Missing,
    })
}

/// Returns whether a folder between the root and a file is a link: git may still list what was there before.
fn has_link_on_the_way(root: &Path, path: &str) -> bool {
    let mut folders = path.match_indices('/').map(|(at, _)| root.join(&path[..at]));
    folders.any(|folder| fs::symlink_metadata(folder).is_ok_and(|about| about.is_symlink()))
}
