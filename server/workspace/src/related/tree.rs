//! An index of the files of a git tree, without a checkout: a workspace as it was.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use housestyle_learn::exclusions::{Exclusion, ExclusionCounts};
use housestyle_review::{ReviewError, TreeFile, TreeFiles};
use housestyle_text::chunks::{Bounds, ChunkIndex, ChunkedFile};
use housestyle_text::secrets;

use super::{Forbidden, RelatedCounts, rules};

/// The index of one tree of a repository at a time. From one tree to the next, only what differs is read.
#[derive(Debug)]
pub struct TreeIndex {
    files: TreeFiles,
    bounds: Bounds,
    index: ChunkIndex,
    /// The files of the tree by path.
    known: HashMap<String, Known>,
    counts: RelatedCounts,
}

/// A file of the tree.
#[derive(Debug)]
struct Known {
    /// The id of its text.
    blob: String,
    /// Why its text is left out.
    excluded: Option<Exclusion>,
    is_held: bool,
}

impl TreeIndex {
    /// Opens the repository that holds a folder.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn open(folder: &Path, forbidden: Forbidden, bounds: Bounds) -> Result<TreeIndex, ReviewError> {
        let no_secrets = move |path: &str| secrets::is_secret_path(path) || forbidden(path);
        let files = TreeFiles::open(folder, Arc::new(no_secrets))?;
        let index = ChunkIndex::new(bounds);
        Ok(TreeIndex { files, bounds, index, known: HashMap::new(), counts: RelatedCounts::default() })
    }

    /// Returns the index of a tree, or of a commit's tree, by its id.
    ///
    /// # Errors
    /// When there is no such tree.
    pub fn of_tree(&mut self, id: &str) -> Result<&ChunkIndex, ReviewError> {
        let list = self.files.list(id)?;
        let was_full = self.beyond() > 0;
        self.take_over(&list.files);
        // Which files fit must not depend on the trees before.
        if was_full || self.beyond() > 0 {
            self.index = ChunkIndex::new(self.bounds);
            self.known.clear();
            self.take_over(&list.files);
        }
        if self.index.is_wasteful() {
            self.index = self.index.compacted();
        }
        let mut excluded = ExclusionCounts::default();
        excluded.merge(&list.excluded);
        self.known.values().filter_map(|known| known.excluded).for_each(|reason| excluded.add(reason));
        self.counts = RelatedCounts {
            held: self.index.counts(),
            excluded,
            beyond: self.beyond(),
            is_whole: true,
            unlisted: list.is_cut.then(|| "the tree is too large, or folders of it are missing".to_owned()),
        };
        Ok(&self.index)
    }

    /// Returns what the index holds, and what it leaves out.
    pub fn counts(&self) -> &RelatedCounts {
        &self.counts
    }

    /// Returns how many files do not fit.
    fn beyond(&self) -> usize {
        self.known.values().filter(|known| !known.is_held && known.excluded.is_none()).count()
    }

    /// Brings the index to a list of files.
    fn take_over(&mut self, files: &[TreeFile]) {
        let listed: HashSet<(&str, &str)> =
            files.iter().map(|file| (file.path.as_str(), file.blob.as_str())).collect();
        let index = &mut self.index;
        self.known.retain(|path, known| {
            let stays = listed.contains(&(path, &known.blob));
            if !stays {
                index.remove(path);
            }
            stays
        });
        for file in files {
            if self.known.contains_key(&file.path) {
                continue;
            }
            let text = self.files.text(file);
            let text = text.and_then(|text| {
                rules::of_text(&file.path, text.as_bytes()).map(|text| ChunkedFile::new(&file.path, text))
            });
            let (excluded, is_held) = match text {
                Ok(text) => (None, self.index.insert(text)),
                Err(reason) => (Some(reason), false),
            };
            self.known.insert(file.path.clone(), Known { blob: file.blob.clone(), excluded, is_held });
        }
    }
}
