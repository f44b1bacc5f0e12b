//! The notes while the server runs. Each request looks whether the file has changed; only a changed file is read again.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use housestyle_complete::memory::Note;
use housestyle_workspace::notes::Store;
use housestyle_workspace::{FileStamp, Home, Workspace, clone, notice};

/// The notes of every workspace that documents lie in.
#[derive(Debug)]
pub(crate) struct NotesWatch {
    home: Home,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The state folders of workspaces by their roots.
    folders: HashMap<PathBuf, PathBuf>,
    read: HashMap<PathBuf, (FileStamp, Arc<Vec<Note>>)>,
    warned: BTreeSet<String>,
}

impl NotesWatch {
    /// Returns the notes below the user's folders; nothing is read yet.
    pub(crate) fn new(home: Home) -> NotesWatch {
        NotesWatch { home, state: Mutex::default() }
    }

    /// Returns the notes that hold at a time in the workspace with a root. A file that cannot be read is a warning, given
    /// once, and has no notes.
    pub(crate) fn notes(&self, root: &Path, now: u64) -> Arc<Vec<Note>> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        let state_of = || {
            let workspace = Workspace::new(root.to_path_buf(), self.home.clone());
            clone::tell();
            workspace.state().to_path_buf()
        };
        let folder = state.folders.entry(root.to_path_buf()).or_insert_with(state_of).clone();
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
        let notes = |now: u64| watch.notes(&work, now);
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
    }
}
