//! The `.gitattributes` files of a tree: what the repository itself says that nobody wrote.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use git2::{FileMode, Repository, Tree};
use housestyle_learn::exclusions::{Attributes, Exclusion, by_attributes};

/// Bytes of a `.gitattributes`, at most; a larger one says nothing.
const MAX_BYTES: usize = 64 * 1024;

/// The attributes of a tree's files.
pub(crate) struct TreeAttributes<'a> {
    repository: &'a Repository,
    tree: &'a Tree<'a>,
    /// By folder, which is empty or ends with a slash.
    known: RefCell<HashMap<String, Attributes>>,
}

impl<'a> TreeAttributes<'a> {
    pub(crate) fn new(repository: &'a Repository, tree: &'a Tree<'a>) -> TreeAttributes<'a> {
        TreeAttributes { repository, tree, known: RefCell::default() }
    }

    /// Returns the reason to exclude a file that the attributes of its folders give.
    pub(crate) fn exclusion(&self, path: &str) -> Option<Exclusion> {
        let below = path.match_indices('/').map(|(at, _)| &path[..=at]);
        let folders: Vec<&str> = std::iter::once("").chain(below).collect();
        let mut known = self.known.borrow_mut();
        for folder in &folders {
            if !known.contains_key(*folder) {
                known.insert((*folder).to_owned(), self.read(folder).unwrap_or_default());
            }
        }
        by_attributes(folders.iter().filter_map(|folder| Some((*folder, known.get(*folder)?))), path)
    }

    /// Reads the file of one folder; `None` where there is none, or none that git would read.
    fn read(&self, folder: &str) -> Option<Attributes> {
        let entry = self.tree.get_path(Path::new(&format!("{folder}.gitattributes"))).ok()?;
        let plain = [FileMode::Blob, FileMode::BlobExecutable, FileMode::BlobGroupWritable].map(i32::from);
        // Before it is read: it may be larger than memory.
        let (size, _) = self.repository.odb().ok()?.read_header(entry.id()).ok()?;
        if !plain.contains(&entry.filemode()) || size > MAX_BYTES {
            return None;
        }
        let blob = self.repository.find_blob(entry.id()).ok()?;
        Some(Attributes::parse(&String::from_utf8_lossy(blob.content())))
    }
}
