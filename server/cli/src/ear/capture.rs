//! What may enter a journal: where a document belongs, which files never do, and text without secrets.

use std::path::{Path, PathBuf};

use housestyle_lsp::file_path;
use housestyle_text::secrets;

use crate::workspace;

/// Bytes that are kept of what stands before a suggestion.
const BEFORE: usize = 8 * 1024;
/// The same for what stands after it.
const AFTER: usize = 4 * 1024;
/// Most bytes that are kept of what stands in the place of a suggestion later.
pub(super) const LATER: usize = 8 * 1024;

/// Where a document belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its repository, or the folder that the editor has open.
    pub(super) workspace: PathBuf,
    /// Its path in there, `/` between its parts.
    pub(super) path: String,
}

/// Returns where a document belongs; nothing for one that is no file, or in no workspace.
pub(super) fn place(uri: &str, folder: Option<&str>) -> Option<Place> {
    let file = file_path(uri)?;
    let around = file.parent()?;
    let root = workspace::root_of(around);
    let workspace = if root.join(".git").exists() { root } else { file_path(folder?)? };
    file.strip_prefix(&workspace).ok()?;
    Some(Place { path: workspace::relative(&workspace, &file), workspace })
}

/// Returns the workspace that a document belongs to; nothing for one that is no file, or in no workspace.
pub(crate) fn workspace_of(uri: &str, folder: Option<&str>) -> Option<PathBuf> {
    place(uri, folder).map(|place| place.workspace)
}

/// Returns whether nothing of a document may be kept or shown elsewhere: by its name, by git's lists, or because it is
/// no file of a workspace.
pub(crate) fn is_ignored(uri: &str, folder: Option<&str>) -> bool {
    place(uri, folder).is_none_or(|place| excluded(&place).is_some())
}

/// Returns something for a file of which nothing may be noted: `Ok` by its name or by git's lists, an error where git's
/// lists cannot be read.
pub(super) fn excluded(place: &Place) -> Option<Result<(), String>> {
    if secrets::is_secret_path(&place.path) {
        return Some(Ok(()));
    }
    match housestyle_review::is_ignored(&place.workspace, Path::new(&place.path)) {
        Ok(false) => None,
        Ok(true) => Some(Ok(())),
        Err(error) => {
            Some(Err(format!("what git ignores in {} cannot be read: {error}", place.workspace.display())))
        }
    }
}

/// Cuts what stands around a text so that no secret is in it.
///
/// # Errors
/// With the rule that found a secret in the text itself.
pub(super) fn clean<'a>(
    before: &'a str,
    text: &str,
    after: &'a str,
) -> Result<(&'a str, &'a str), &'static str> {
    secrets::cut_around(before, text, after)
}

/// Cuts the surroundings to what is kept.
pub(super) fn bounded<'a>(before: &'a str, after: &'a str) -> (&'a str, &'a str) {
    let start = before.len().saturating_sub(BEFORE);
    let start = (start..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    let end = after.len().min(AFTER);
    let end = (0..=end).rev().find(|at| after.is_char_boundary(*at)).unwrap_or(0);
    (&before[start..], &after[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_belongs_to_its_repository_else_to_the_editors_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        std::fs::create_dir_all(root.join("repo/.git")).expect("made");
        std::fs::create_dir_all(root.join("repo/sub")).expect("made");
        let uri = |path: &str| {
            format!("file://{}/{path}", root.display()).replace('\\', "/").replace("file://C", "file:///C")
        };
        let found = place(&uri("repo/sub/a.rs"), Some(&uri("repo/sub"))).expect("a place");
        assert_eq!((found.workspace, found.path.as_str()), (root.join("repo"), "sub/a.rs"));
        let found = place(&uri("plain/b.rs"), Some(&uri("plain"))).expect("a place");
        assert_eq!(found.path, "b.rs");
        assert_eq!(place(&uri("plain/b.rs"), None), None);
        assert_eq!(place("untitled:Untitled-1", Some(&uri("plain"))), None);
    }

    #[test]
    fn bounds_fall_between_characters() {
        let long = "é".repeat(9_000);
        let (before, after) = bounded(&long, &long);
        assert_eq!((before.len(), after.len()), (BEFORE, AFTER));
        let shifted = format!("x{long}");
        let (before, after) = bounded(&shifted, &shifted);
        assert_eq!((before.len(), after.len()), (BEFORE, AFTER - 1));
        assert_eq!(bounded("a", "b"), ("a", "b"));
    }
}
