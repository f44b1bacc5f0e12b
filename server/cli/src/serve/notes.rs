//! The notes while the server runs. Each request looks whether the file has changed; only a changed file is read again.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use housestyle_complete::memory::Note;
use housestyle_workspace::notes::Store;
use housestyle_workspace::{FileStamp, Home, Workspace, notice};

/// Documents whose workspace is remembered; finding it looks for folders.
const DOCUMENTS: usize = 1024;

/// The notes of every workspace that documents lie in.
#[derive(Debug)]
pub(crate) struct NotesWatch {
    home: Home,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The state folders of documents.
    folders: HashMap<(String, Option<String>), Option<PathBuf>>,
    read: HashMap<PathBuf, (FileStamp, Arc<Vec<Note>>)>,
    warned: BTreeSet<String>,
}

impl NotesWatch {
    /// Returns the notes below the user's folders; nothing is read yet.
    pub(crate) fn new(home: Home) -> NotesWatch {
        NotesWatch { home, state: Mutex::default() }
    }

    /// Returns the notes that hold at a time for a document, a URI in this folder of the editor's. A file that cannot be
    /// read is a warning, given once, and has no notes.
    pub(crate) fn notes(&self, document: &str, folder: Option<&str>, now: u64) -> Arc<Vec<Note>> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        if state.folders.len() >= DOCUMENTS {
            state.folders.clear();
        }
        let known = state.folders.entry((document.to_owned(), folder.map(str::to_owned)));
        let state_of = || {
            let root = super::document(document, folder)?.root;
            Some(Workspace::new(root, self.home.clone()).state().to_path_buf())
        };
        let Some(folder) = known.or_insert_with(state_of).clone() else { return Arc::default() };
        let store = Store::at(&folder);
        let stamp = FileStamp::of(store.path());
        let known = state.read.get(&folder).filter(|(read, _)| *read == stamp);
        let all = known.map(|(_, notes)| Arc::clone(notes)).unwrap_or_else(|| {
            let notes = store.read().unwrap_or_else(|error| {
                let problem = error.to_string();
                if state.warned.insert(problem.clone()) {
                    notice::warn(format_args!("the model serves without notes: {problem}"));
                }
                Vec::new()
            });
            let notes = Arc::new(notes);
            state.read.insert(folder, (stamp, Arc::clone(&notes)));
            notes
        });
        if all.iter().all(|note| note.holds_at(now)) {
            return all;
        }
        Arc::new(all.iter().filter(|note| note.holds_at(now)).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_complete::memory::Scope;

    #[test]
    fn notes_are_read_again_when_they_change_and_end_by_themselves() {
        let root = tempfile::tempdir().expect("a folder");
        let home = Home { models: PathBuf::new(), state: root.path().join("state"), config: PathBuf::new() };
        let work = root.path().join("work");
        std::fs::create_dir(&work).expect("a folder");
        let watch = NotesWatch::new(home.clone());
        let uri = |path: &std::path::Path| format!("file:///{}", path.display()).replace("////", "///");
        let (file, folder) = (uri(&work.join("a.rs")).replace('\\', "/"), uri(&work).replace('\\', "/"));
        let notes = |now: u64| watch.notes(&file, Some(&folder), now);
        let texts = |now: u64| -> Vec<String> { notes(now).iter().map(|note| note.text.clone()).collect() };
        assert_eq!(texts(10), [""; 0]);
        let store = Store::at(Workspace::new(work.clone(), home.clone()).state());
        let add = |text: &str, expires| {
            store.add(text, Scope::default(), "Ann".to_owned(), 10, expires).expect("added")
        };
        let note = add("One.", Some(20));
        add("Two.", None);
        assert_eq!(
            (texts(19), texts(20)),
            (vec!["One.".to_owned(), "Two.".to_owned()], vec!["Two.".to_owned()])
        );
        assert!(Arc::ptr_eq(&notes(19), &notes(19)), "nothing is read again");
        store.forget(&[note.id], 10).expect("forgotten");
        assert_eq!(texts(19), ["Two."]);
        std::fs::write(store.path(), "no notes").expect("written");
        assert_eq!(texts(19), [""; 0]);
        assert_eq!(watch.notes("untitled:1", Some(&folder), 19).len(), 0);
    }
}
