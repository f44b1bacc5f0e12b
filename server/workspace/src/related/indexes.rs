//! The indexes of related chunks while the server runs: one for each workspace in which a model that reads context completes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use housestyle_complete::Settings;
use housestyle_text::chunks::{Choice, Chunk, Query};

use super::Related;
use crate::notice;

/// The most workspaces with an index, as each takes memory and a thread.
const MOST_INDEXES: usize = 4;

/// The indexes; the one used last stands last.
#[derive(Debug, Default)]
pub struct RelatedIndexes(Mutex<Vec<(PathBuf, Option<Arc<Related>>)>>);

impl RelatedIndexes {
    /// Returns the chunks that are most related to a query, the best one last; `None` until the files of the workspace are
    /// indexed, which the first call begins. The workspace must be trusted.
    pub fn best(&self, root: &Path, query: &dyn Fn() -> Query) -> Option<Vec<Chunk>> {
        let index = self.index(root)?;
        if index.is_whole() { index.best(&query(), Choice::default()) } else { None }
    }

    fn index(&self, root: &Path) -> Option<Arc<Related>> {
        let mut indexes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match indexes.iter().position(|(of, _)| of == root) {
            Some(at) => indexes.remove(at),
            None => (root.to_path_buf(), start(root)),
        };
        if indexes.len() >= MOST_INDEXES {
            indexes.remove(0);
        }
        let index = found.1.clone();
        indexes.push(found);
        index
    }
}

/// Begins to index a workspace. A failure is told once, as there is no second try.
fn start(root: &Path) -> Option<Arc<Related>> {
    // The document's own settings forbid more; they are asked about each chunk.
    let defaults = Settings::default();
    let forbidden = Arc::new(move |path: &str| defaults.disabled_by(path).is_some());
    match Related::start(root, true, forbidden) {
        Ok(index) => index.map(Arc::new),
        Err(error) => {
            notice::warn(format_args!("the model serves without related chunks: {error}"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use housestyle_text::{Language, Offset, Snapshot};

    use super::*;

    #[test]
    fn chunks_come_when_the_files_are_indexed_and_few_indexes_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "pub fn frobnicate_the_widget(widget: &Widget) -> Frobnication {\n    widget.turn()\n}\n";
        std::fs::write(folder.path().join("widget.rs"), text.repeat(3)).expect("written");
        let indexes = RelatedIndexes::default();
        let place = "let done = frobnicate_the_widget(";
        let snapshot = Snapshot::new(place, 1, Language::from_id("rust")).with_path("main.rs");
        let query = || Query::new(&snapshot, Offset(place.len()), Offset(0)..Offset(place.len()));
        let end = Instant::now() + Duration::from_secs(60);
        let chunks = loop {
            match indexes.best(folder.path(), &query) {
                Some(chunks) => break chunks,
                None if Instant::now() > end => panic!("the index is never whole"),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        assert_eq!(chunks.last().map(|chunk| chunk.path.as_str()), Some("widget.rs"), "{chunks:?}");
        let others: Vec<_> = (0..MOST_INDEXES).map(|_| tempfile::tempdir().expect("a folder")).collect();
        others.iter().for_each(|other| drop(indexes.index(other.path())));
        let kept = indexes.0.lock().expect("whole");
        assert!(kept.len() == MOST_INDEXES && kept.iter().all(|(root, _)| root != folder.path()));
    }
}
