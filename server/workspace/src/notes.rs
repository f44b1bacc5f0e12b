//! The notes of one workspace: a small file, without the notes that were forgotten.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use housestyle_complete::memory::{Note, NoteError, Scope};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::atomic;
use crate::digest::hex;
use crate::private;
use crate::state_file::{self, Format, StateError};
use crate::workspace::Workspace;

/// Notes of a workspace at most: they are looked through at each request.
const MOST: usize = 200;
/// Digits of a note's identifier.
const DIGITS: usize = 6;
/// The file.
const FORMAT: Format = Format {
    version: 1,
    most_bytes: 1 << 20,
    complaint: "cannot be read as notes",
    advice: ". `housestyle memory forget --all` removes it",
};

/// Why something could not be done with the notes of a workspace.
#[derive(Debug, thiserror::Error)]
pub enum NotesError {
    /// The file of notes.
    #[error(transparent)]
    State(#[from] StateError),
    /// There are too many.
    #[error("there are {MOST} notes already: forget one first (`housestyle memory list`)")]
    Full,
    /// The text is no note.
    #[error(transparent)]
    Text(#[from] NoteError),
    /// Nothing has that name.
    #[error("there is no note {text:?} in this workspace: see `housestyle memory list`")]
    Unknown {
        /// The name that was asked for.
        text: String,
    },
    /// Several have that name.
    #[error("note {text:?} is not clear: {} begin like that; give more digits", ids.join(", "))]
    Ambiguous {
        /// The name that was asked for.
        text: String,
        /// The notes whose identifiers begin like that.
        ids: Vec<String>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Content {
    version: u32,
    notes: Vec<Note>,
}

/// The notes of one workspace.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    /// Returns the notes of the workspace.
    pub fn of(workspace: &Workspace) -> Store {
        Store::at(workspace.state())
    }

    /// Returns the notes below the folder of a workspace's state, which need not exist.
    pub fn at(state: &Path) -> Store {
        Store { path: state.join("notes.json") }
    }

    /// Returns the file, which need not exist.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns all notes, those that do not hold any more too; oldest first.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(&self) -> Result<Vec<Note>, NotesError> {
        let content: Option<Content> = FORMAT.read(&self.path)?;
        Ok(content.map(|content| content.notes).unwrap_or_default())
    }

    /// Returns the notes that hold at a time, in seconds since 1970.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn holding(&self, now: u64) -> Result<Vec<Note>, NotesError> {
        let mut notes = self.read()?;
        notes.retain(|note| note.holds_at(now));
        Ok(notes)
    }

    /// Adds a note. The same text for the same scope is the same note, which then holds anew.
    ///
    /// # Errors
    /// When the text is no note, there are too many notes, or the file cannot be changed.
    pub fn add(
        &self,
        text: &str,
        scope: Scope,
        author: String,
        now: u64,
        expires: Option<u64>,
    ) -> Result<Note, NotesError> {
        let text = Note::text(text)?;
        let note = Note { id: identify(&text, &scope), text, scope, author, created: now, expires };
        self.change(now, |notes| {
            notes.retain(|old| (&old.text, &old.scope) != (&note.text, &note.scope));
            if notes.len() >= MOST {
                return Err(NotesError::Full);
            }
            notes.push(note.clone());
            Ok(())
        })?;
        Ok(note)
    }

    /// Deletes notes by their names, or none where a name is ambiguous; returns the deleted ones.
    ///
    /// # Errors
    /// When there is no such note, or the file cannot be changed.
    pub fn forget(&self, names: &[String], now: u64) -> Result<Vec<Note>, NotesError> {
        let mut removed = Vec::new();
        self.change(now, |notes| {
            let ids = names.iter().map(|name| find(notes, name)).collect::<Result<Vec<String>, _>>()?;
            removed.extend(notes.extract_if(.., |note| ids.contains(&note.id)));
            Ok(())
        })?;
        Ok(removed)
    }

    /// Forgets all notes, also where the file cannot be read; returns how many there were, where that is known.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn forget_all(&self) -> Result<Option<usize>, NotesError> {
        let _lock = match self.lock() {
            Err(StateError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Ok(Some(0));
            }
            lock => lock?,
        };
        let count = self.read().ok().map(|notes| notes.len());
        self.remove()?;
        Ok(count)
    }

    /// Changes the notes under the lock. Those that do not hold any more go on the way.
    fn change(
        &self,
        now: u64,
        change: impl FnOnce(&mut Vec<Note>) -> Result<(), NotesError>,
    ) -> Result<(), NotesError> {
        if let Some(folder) = self.path.parent() {
            private::make_folder(folder).map_err(StateError::file("make the folder", folder))?;
        }
        let _lock = self.lock()?;
        let mut notes = self.read()?;
        change(&mut notes)?;
        notes.retain(|note| note.holds_at(now));
        if notes.is_empty() {
            return Ok(self.remove()?);
        }
        Ok(state_file::write(&self.path, &Content { version: FORMAT.version, notes })?)
    }

    fn lock(&self) -> Result<File, StateError> {
        state_file::lock(&self.path.with_extension("lock"), "notes")
    }

    fn remove(&self) -> Result<(), StateError> {
        atomic::remove(&self.path).map_err(StateError::file("remove", &self.path))
    }
}

/// Returns the identifier of the note that is meant.
fn find(notes: &[Note], name: &str) -> Result<String, NotesError> {
    let ids: Vec<String> =
        notes.iter().filter(|note| note.id.starts_with(name)).map(|note| note.id.clone()).collect();
    match &ids[..] {
        [id] if !name.is_empty() => Ok(id.clone()),
        [] | [_] => Err(NotesError::Unknown { text: name.to_owned() }),
        _ => Err(NotesError::Ambiguous { text: name.to_owned(), ids }),
    }
}

fn identify(text: &str, scope: &Scope) -> String {
    let digest = Sha256::digest(format!("{text}\n{:?}\n{:?}", scope.path, scope.language).as_bytes());
    hex(&digest)[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Desk {
        folder: tempfile::TempDir,
        store: Store,
    }

    impl Desk {
        fn new() -> Desk {
            let folder = tempfile::tempdir().expect("a folder");
            let store = Store::at(&folder.path().join("state"));
            Desk { folder, store }
        }

        fn add(&self, text: &str, expires: Option<u64>) -> Result<Note, NotesError> {
            self.store.add(text, Scope::default(), "Ann".to_owned(), 10, expires)
        }

        fn texts(&self) -> Vec<String> {
            self.store.read().expect("readable").into_iter().map(|note| note.text).collect()
        }
    }

    #[test]
    fn what_is_forgotten_is_not_on_the_disk() {
        let desk = Desk::new();
        let first = desk.add("We say sign-in, not login.", None).expect("added");
        desk.add("Tabs, not spaces.", None).expect("added");
        assert_eq!(desk.texts(), ["We say sign-in, not login.", "Tabs, not spaces."]);
        let removed = desk.store.forget(&[first.id[..4].to_owned()], 10).expect("forgotten");
        assert_eq!(removed, [first]);
        for entry in fs::read_dir(desk.folder.path().join("state")).expect("a folder").flatten() {
            let text = fs::read_to_string(entry.path()).expect("text");
            assert!(!text.contains("sign-in"), "{:?}", entry.path());
        }
        assert_eq!(desk.store.forget_all().expect("forgotten"), Some(1));
        assert!(!desk.store.path().exists() && desk.texts().is_empty());
        assert_eq!(desk.store.forget_all().expect("nothing to forget"), Some(0));
    }

    #[test]
    fn the_same_note_holds_anew_and_what_ended_goes() {
        let desk = Desk::new();
        desk.add("One.", Some(20)).expect("added");
        desk.add("Two.", None).expect("added");
        desk.add("One.", Some(99)).expect("added");
        assert_eq!(desk.texts(), ["Two.", "One."]);
        assert_eq!(desk.store.holding(98).expect("readable").len(), 2);
        assert_eq!(desk.store.holding(99).expect("readable").len(), 1);
        desk.store.add("Three.", Scope::default(), "Ann".to_owned(), 99, None).expect("added");
        assert_eq!(desk.texts(), ["Two.", "Three."]);
    }

    #[test]
    fn names_are_clear_or_nothing_happens() {
        let desk = Desk::new();
        let first = desk.add("One.", None).expect("added");
        desk.add("Two.", None).expect("added");
        let wrong = [vec![first.id.clone(), "zzz".to_owned()], vec![String::new()]];
        for names in wrong {
            assert!(desk.store.forget(&names, 10).is_err(), "{names:?}");
        }
        assert_eq!(desk.texts().len(), 2);
    }

    #[test]
    fn what_is_damaged_or_newer_is_left_alone() {
        let desk = Desk::new();
        desk.add("One.", None).expect("added");
        for content in ["{", "[]", "{\"version\": 1}", "{\"version\": 2, \"notes\": []}"] {
            fs::write(desk.store.path(), content).expect("written");
            assert!(desk.add("Two.", None).is_err(), "{content}");
            assert_eq!(fs::read_to_string(desk.store.path()).expect("there"), content);
        }
        assert_eq!(desk.store.forget_all().expect("removed"), None);
        assert!(desk.add("Two.", None).is_ok());
    }

    #[test]
    fn several_processes_lose_nothing() {
        let desk = Desk::new();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let desk = &desk;
                scope.spawn(move || {
                    for n in 0..10 {
                        desk.add(&format!("Note {n} of {writer}."), None).expect("added");
                    }
                });
            }
        });
        assert_eq!(desk.texts().len(), 40);
        let note = desk.store.read().expect("readable").remove(0);
        let notes = vec![note; MOST];
        let full = serde_json::to_vec(&Content { version: FORMAT.version, notes }).expect("JSON");
        fs::write(desk.store.path(), full).expect("written");
        assert!(matches!(desk.add("One more.", None), Err(NotesError::Full)));
    }
}
