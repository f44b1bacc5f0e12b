//! The `.gitattributes` files of a work tree: what the repository itself says that nobody wrote.

use std::collections::HashMap;
use std::path::Path;

use housestyle_learn::exclusions::{Attributes, Exclusion, by_attributes};

use crate::tree_file::{self, Links};

/// Most bytes of a file; a larger one says nothing.
const MOST_BYTES: u64 = 64 << 10;

/// The attributes of the files below a root. Each file is read once.
#[derive(Debug, Default)]
pub(super) struct WorkAttributes {
    /// By folder, which is empty or ends with a slash.
    known: HashMap<String, Attributes>,
}

impl WorkAttributes {
    /// Returns the reason to exclude a file that the attributes of its folders give.
    pub(super) fn exclusion(&mut self, root: &Path, path: &str) -> Option<Exclusion> {
        let below = path.match_indices('/').map(|(at, _)| &path[..=at]);
        let folders: Vec<&str> = std::iter::once("").chain(below).collect();
        for folder in &folders {
            if !self.known.contains_key(*folder) {
                self.known.insert((*folder).to_owned(), read(root, folder));
            }
        }
        by_attributes(folders.iter().filter_map(|folder| Some((*folder, self.known.get(*folder)?))), path)
    }
}

/// Reads the file of one folder.
fn read(root: &Path, folder: &str) -> Attributes {
    let file = root.join(folder).join(".gitattributes");
    let content = tree_file::read(&file, MOST_BYTES, Links::Refused).unwrap_or_default();
    Attributes::parse(&String::from_utf8_lossy(&content))
}
