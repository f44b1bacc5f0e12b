//! Which workspace a document belongs to, and whether its text may be recorded or shown elsewhere.

use std::path::{Path, PathBuf};

use housestyle_text::secrets;

use crate::{ignore_lists, root};

/// A document's place in its workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The root of its workspace: its repository, or the folder that the editor has open.
    pub root: PathBuf,
    /// Its path in the workspace, `/` between its parts.
    pub path: String,
}

/// Why nothing of a document may be recorded.
#[derive(Debug)]
pub enum Excluded {
    /// Its name says that it holds secrets, or git ignores it.
    ByRule,
    /// Git's lists of ignored files cannot be read, or matching their patterns could take long.
    Unknown(Box<dyn std::error::Error + Send + Sync>),
}

impl Document {
    /// Returns where a file belongs, by its absolute path and the folder that the editor has open; `None` for a file in
    /// no workspace.
    pub fn of(file: &Path, folder: Option<&Path>) -> Option<Document> {
        let file = &root::normalized(file);
        let root = root::root_of(file.parent()?);
        let root = if root.join(".git").exists() { root } else { root::normalized(folder?) };
        file.strip_prefix(&root).ok()?;
        Some(Document { path: root::relative(&root, file), root })
    }

    /// Returns why nothing of the document may be recorded or shown elsewhere, if so.
    pub fn excluded(&self) -> Option<Excluded> {
        if secrets::is_secret_path(&self.path) {
            return Some(Excluded::ByRule);
        }
        if self.root.join(".git").exists()
            && let Err(error) = ignore_lists::check(&self.root, &self.path)
        {
            return Some(Excluded::Unknown(error.into()));
        }
        match housestyle_review::is_ignored(&self.root, Path::new(&self.path)) {
            Ok(false) => None,
            Ok(true) => Some(Excluded::ByRule),
            Err(error) => Some(Excluded::Unknown(error.into())),
        }
    }
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
        let found = Document::of(&root.join("repo/sub/a.rs"), Some(&root.join("repo/sub"))).expect("a place");
        assert_eq!((found.root, found.path.as_str()), (root.join("repo"), "sub/a.rs"));
        let found = Document::of(&root.join("plain/b.rs"), Some(&root.join("plain"))).expect("a place");
        assert_eq!(found.path, "b.rs");
        assert_eq!(Document::of(&root.join("plain/b.rs"), None), None);
        let above = root.join("repo/../..").join("b.rs");
        assert_eq!(Document::of(&above, Some(&root.join("repo"))), None);
        let found = Document::of(&root.join("plain/../repo/a.rs"), None).expect("a place");
        assert_eq!((found.root, found.path.as_str()), (root.join("repo"), "a.rs"));
        assert_eq!(Document::of(&root.join("other/b.rs"), Some(&root.join("plain"))), None);
    }
}
