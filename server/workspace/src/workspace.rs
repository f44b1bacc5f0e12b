//! One workspace of a user: the folder whose rules and history count, and its state folder.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use housestyle_journal::{Journal, JournalError, Stamp};

use crate::clone::{self, Left};
use crate::home::Home;
use crate::private;

/// A workspace. A process can hold several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
    home: Home,
    state: PathBuf,
}

impl Workspace {
    /// Returns the workspace whose root is an absolute path, with its state below the user's folders. Nothing is made.
    ///
    /// State belongs to a clone, see [`clone`]; outside of git the root's real path names it.
    pub fn new(root: PathBuf, home: Home) -> Workspace {
        let state = clone::state_of(&root, &home.state.join("workspaces"));
        Workspace { root, home, state }
    }

    /// Returns the folder whose rules and history count.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the user's folders.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Returns the state folder of the workspace, which need not exist.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Returns the state that lies under the path of this workspace, and is not used.
    pub fn left(&self) -> Vec<Left> {
        clone::left(&self.root, &self.state)
    }

    /// Returns this workspace with state that is not used, to be looked at and cleaned.
    pub fn with_left(&self, left: &Left) -> Workspace {
        Workspace { state: left.folder.clone(), ..self.clone() }
    }

    /// Returns the journal, which need not exist.
    pub fn journal(&self) -> PathBuf {
        self.state.join("journal.db")
    }

    /// Opens the journal, or begins one, also in the place of a damaged one, which is set aside and told.
    ///
    /// # Errors
    /// As [`Journal::open_or_begin`].
    pub fn open_journal(&self, now: Stamp) -> Result<(Journal, Option<JournalError>), JournalError> {
        let operation = "make the folder";
        let failed = |source| JournalError::File { operation, path: self.state.clone(), source };
        private::make_folder(&self.state).map_err(failed)?;
        Journal::open_or_begin(&self.journal(), now)
    }

    /// Returns the log for debugging, which need not exist. A full one has `.1` at the end of its name.
    pub fn log(&self) -> PathBuf {
        self.state.join("server.log")
    }

    /// Returns the file whose time of change says when somebody last typed in the workspace; it is empty. Training
    /// pauses while that is a moment ago.
    pub fn typing(&self) -> PathBuf {
        self.state.join("typing")
    }

    /// Records that somebody types in the workspace now. Where the workspace has no state, nobody trains for it, and
    /// nothing is written.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn record_typing(&self) -> io::Result<()> {
        match private::open(&self.typing(), File::options().create(true).append(true)) {
            Ok(file) => file.set_modified(SystemTime::now()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn home(root: &Path) -> Home {
        Home { models: PathBuf::new(), state: root.join("state"), config: PathBuf::new() }
    }

    #[test]
    fn each_workspace_has_its_own_state_whatever_the_way_to_it() {
        let root = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a", "b"].map(|name| root.path().join(name));
        for folder in [&a, &b] {
            std::fs::create_dir(folder).expect("a folder");
        }
        let state = |path: PathBuf| Workspace::new(path, home(root.path())).state().to_path_buf();
        assert_eq!(state(a.clone()), state(b.join("../a")));
        assert_ne!(state(a.clone()), state(b));
        assert_eq!(state(a).file_name().map(|name| name.len()), Some(16));
    }

    #[test]
    fn typing_is_recorded_where_the_workspace_has_state() {
        let root = tempfile::tempdir().expect("a folder");
        let workspace = Workspace::new(root.path().to_path_buf(), home(root.path()));
        workspace.record_typing().expect("nothing to do");
        assert!(!workspace.home().state.exists());
        std::fs::create_dir_all(workspace.state()).expect("a folder");
        workspace.record_typing().expect("recorded");
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        let touched = File::options().write(true).open(workspace.typing()).expect("there");
        touched.set_modified(long_ago).expect("set");
        workspace.record_typing().expect("recorded");
        let recorded = workspace.typing().metadata().and_then(|file| file.modified()).expect("a time");
        assert!(recorded > long_ago + Duration::from_secs(3500), "{recorded:?}");
    }
}
