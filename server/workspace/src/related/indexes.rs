//! The indexes of related chunks while the server runs: one for each workspace in which a model that reads context completes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use housestyle_complete::Settings;
use housestyle_text::Snapshot;
use housestyle_text::chunks::{Choice, Chunk, Query};

use super::Related;
use crate::notice;

/// The most workspaces with an index, as each takes memory and a thread.
const MOST_INDEXES: usize = 4;

/// The indexes; the one used last stands last.
#[derive(Debug, Default)]
pub struct RelatedIndexes(Mutex<Vec<Entry>>);

/// The index of a workspace.
#[derive(Debug)]
struct Entry {
    root: PathBuf,
    /// `None` where no thread could be started.
    index: Option<Arc<Related>>,
    /// The settings of the workspace's documents, as of the last request.
    settings: Arc<Mutex<Settings>>,
    /// The paths of the documents that were open at the last request.
    open: Vec<String>,
}

impl RelatedIndexes {
    /// Returns the chunks that are most related to a query, the best one last; `None` until the files of the workspace are
    /// indexed, which the first call begins. `settings` say which files are forbidden; `documents` are the open files of the
    /// workspace, whose text counts as it stands in the editor. The workspace must be trusted.
    pub fn best(
        &self,
        root: &Path,
        settings: &Settings,
        documents: &[(String, Snapshot)],
        query: &dyn Fn() -> Query,
    ) -> Option<Vec<Chunk>> {
        let index = {
            let mut entries = lock(&self.0);
            let mut entry = match entries.iter().position(|entry| entry.root == root) {
                Some(at) => entries.remove(at),
                None => Entry::start(root, settings),
            };
            if entries.len() >= MOST_INDEXES {
                entries.remove(0);
            }
            entry.follow(settings, documents);
            let index = entry.index.clone();
            entries.push(entry);
            index?
        };
        if index.is_whole() { index.best(&query(), Choice::default()) } else { None }
    }
}

impl Entry {
    /// Begins to index a workspace. A failure is a warning, given once, as there is no second try.
    fn start(root: &Path, settings: &Settings) -> Entry {
        let settings = Arc::new(Mutex::new(settings.clone()));
        let of_index = Arc::clone(&settings);
        let forbidden = Arc::new(move |path: &str| lock(&of_index).disabled_by(path).is_some());
        let index = match Related::start(root, forbidden) {
            Ok(index) => Some(Arc::new(index)),
            Err(error) => {
                notice::warn(format_args!("the model serves without related chunks: {error}"));
                None
            }
        };
        Entry { root: root.to_path_buf(), index, settings, open: Vec::new() }
    }

    /// Lets the index follow the settings and the open documents.
    fn follow(&mut self, settings: &Settings, documents: &[(String, Snapshot)]) {
        let Some(index) = self.index.as_ref().filter(|index| index.is_whole()) else { return };
        let mut known = lock(&self.settings);
        if known.disabled != settings.disabled {
            *known = settings.clone();
            index.settings_changed();
        }
        drop(known);
        let is_open = |path: &String| documents.iter().any(|(open, _)| open == path);
        self.open.iter().filter(|path| !is_open(path)).for_each(|path| index.document(path, None));
        documents.iter().for_each(|(path, document)| index.document(path, Some(document.clone())));
        self.open = documents.iter().map(|(path, _)| path.clone()).collect();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::{Duration, Instant};

    use housestyle_text::{Language, Offset};

    use super::*;

    const TEXT: &str =
        "pub fn frobnicate_the_widget(widget: &Widget) -> Frobnication {\n    widget.turn()\n}\n";

    /// A query for a call of the function in [`TEXT`].
    fn query() -> Query {
        let place = "let done = frobnicate_the_widget(";
        let snapshot = Snapshot::new(place, 1, Language::from_id("rust")).with_path("main.rs");
        Query::new(&snapshot, Offset(place.len()), Offset(0)..Offset(place.len()))
    }

    /// Waits until the paths of the best chunks are the expected ones.
    #[track_caller]
    fn wait_for(
        indexes: &RelatedIndexes,
        root: &Path,
        settings: &Settings,
        documents: &[(String, Snapshot)],
        expected: &[&str],
    ) {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let found = indexes.best(root, settings, documents, &query);
            let paths: Option<Vec<&str>> =
                found.as_ref().map(|chunks| chunks.iter().map(|chunk| chunk.path.as_str()).collect());
            if paths.as_deref() == Some(expected) {
                return;
            }
            assert!(Instant::now() < end, "{paths:?} in place of {expected:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn an_index_follows_files_settings_and_open_documents() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("widget.rs"), TEXT.repeat(3)).expect("written");
        let (indexes, settings) = (RelatedIndexes::default(), Settings::default());
        wait_for(&indexes, folder.path(), &settings, &[], &["widget.rs"]);
        let empty = Snapshot::new("", 2, Language::from_id("rust")).with_path("widget.rs");
        let open = [("widget.rs".to_owned(), empty)];
        wait_for(&indexes, folder.path(), &settings, &open, &[]);
        wait_for(&indexes, folder.path(), &settings, &[], &["widget.rs"]);
        let forbidden = Settings { disabled: vec!["widget.rs".to_owned()], ..Settings::default() };
        wait_for(&indexes, folder.path(), &forbidden, &[], &[]);
    }

    #[test]
    fn few_indexes_stay() {
        let (indexes, settings) = (RelatedIndexes::default(), Settings::default());
        let folders: Vec<_> = (0..=MOST_INDEXES).map(|_| tempfile::tempdir().expect("a folder")).collect();
        for folder in &folders {
            indexes.best(folder.path(), &settings, &[], &query);
        }
        let entries = lock(&indexes.0);
        let roots: Vec<&Path> = entries.iter().map(|entry| entry.root.as_path()).collect();
        assert_eq!(roots, folders[1..].iter().map(|folder| folder.path()).collect::<Vec<_>>());
    }
}
