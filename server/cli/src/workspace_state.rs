//! Where what was learned of a workspace lives.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::home::Home;
use crate::models::hex;

/// Returns the folder for a workspace, which need not exist. It is named by a hash of the workspace's real path, so
/// that a link to it leads to the same one.
pub(crate) fn folder(home: &Home, workspace: &Path) -> PathBuf {
    let real = workspace.canonicalize().unwrap_or_else(|_| workspace.to_path_buf());
    let digest = Sha256::digest(real.as_os_str().as_encoded_bytes());
    let name = hex(&digest[..8]);
    home.state.join("workspaces").join(name)
}

/// Returns the journal of a workspace, which need not exist.
pub(crate) fn journal(home: &Home, workspace: &Path) -> PathBuf {
    folder(home, workspace).join("journal.db")
}

/// Returns the file whose time of change says when somebody last typed in a workspace; it holds nothing. Training
/// pauses while that is a moment ago.
pub(crate) fn typing(home: &Home, workspace: &Path) -> PathBuf {
    folder(home, workspace).join("typing")
}

/// Notes that somebody types in a workspace now. Where nothing of the workspace is kept, nobody trains for it, and
/// nothing is written.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn note_typing(home: &Home, workspace: &Path) -> io::Result<()> {
    match File::options().create(true).append(true).open(typing(home, workspace)) {
        Ok(file) => file.set_modified(SystemTime::now()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_workspace_has_its_own_whatever_the_way_to_it() {
        let root = tempfile::tempdir().expect("a folder");
        let home = Home { models: PathBuf::new(), state: root.path().join("state"), config: PathBuf::new() };
        let [a, b] = ["a", "b"].map(|name| root.path().join(name));
        for folder in [&a, &b] {
            std::fs::create_dir(folder).expect("a folder");
        }
        assert_eq!(folder(&home, &a), folder(&home, &b.join("../a")));
        assert_ne!(folder(&home, &a), folder(&home, &b));
        assert_eq!(folder(&home, &a).file_name().map(|name| name.len()), Some(16));
    }

    #[test]
    fn typing_is_noted_where_something_of_the_workspace_is_kept() {
        let root = tempfile::tempdir().expect("a folder");
        let home = Home { models: PathBuf::new(), state: root.path().join("state"), config: PathBuf::new() };
        let file = typing(&home, root.path());
        note_typing(&home, root.path()).expect("nothing to do");
        assert!(!home.state.exists());
        std::fs::create_dir_all(folder(&home, root.path())).expect("a folder");
        note_typing(&home, root.path()).expect("noted");
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        let touched = File::options().write(true).open(&file).expect("there");
        touched.set_modified(long_ago).expect("set");
        note_typing(&home, root.path()).expect("noted");
        let noted = file.metadata().and_then(|file| file.modified()).expect("a time");
        assert!(noted > long_ago + Duration::from_secs(3500), "{noted:?}");
    }
}
