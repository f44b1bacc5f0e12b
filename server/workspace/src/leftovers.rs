//! Left-overs of killed processes in a workspace's state: unfinished writes, and the checkpoints of trainings. They may
//! hold text that is to be forgotten, or numbers that were learned from it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::state_file::{self, StateError};

/// Endings of unfinished writes, of checkpoints and of the counts beside them.
const ENDINGS: [&str; 4] = ["new", "part", "checkpoint", "edits"];
/// The folder of trainings, in which nothing outlasts a run.
const LEARNING: &str = "learning";
/// The lock of all files of a folder; a file of the state itself has a lock of its own name.
const LOCK: &str = "lock";
/// How deep files of ours lie.
const DEPTH: usize = 3;

/// Removes the left-overs, and returns them. Whoever writes a file holds its lock, so that nothing is taken from a process
/// that lives.
///
/// # Errors
/// When another process keeps a lock, or a file cannot be removed; then the others are removed.
pub fn remove(state: &Path) -> Result<Vec<PathBuf>, StateError> {
    let (mut removed, mut busy, mut problem) = (Vec::new(), Vec::new(), None);
    for file in found(state, DEPTH) {
        let lock = lock_of(&file);
        if lock.as_ref().is_some_and(|lock| busy.contains(lock)) {
            continue;
        }
        match remove_locked(&file, lock.as_deref()) {
            Ok(()) => removed.push(file),
            Err(error) => {
                busy.extend(lock);
                problem = Some(error);
            }
        }
    }
    problem.map_or(Ok(removed), Err)
}

fn remove_locked(file: &Path, lock: Option<&Path>) -> Result<(), StateError> {
    let _lock = lock.map(|lock| state_file::lock(lock, "files")).transpose()?;
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StateError::file("remove", file)(error))
        }
        _ => Ok(()),
    }
}

/// Returns the lock that the writer of a file holds, if there is one.
fn lock_of(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let own = name.split(['.', '-']).next().map(|stem| file.with_file_name(format!("{stem}.{LOCK}")));
    let shared = file.ancestors().skip(1).take(2).map(|folder| folder.join(LOCK));
    own.into_iter().chain(shared).find(|lock| lock.is_file())
}

/// Returns the left-overs below a folder.
fn found(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let is_learning = folder.ends_with(LEARNING);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        let is_git = path.extension().is_some_and(|ending| ending == "git");
        if kind.is_dir() && depth > 1 && !is_git {
            files.extend(found(&path, depth - 1));
        } else if !kind.is_dir() {
            let ending = path.extension().unwrap_or_default();
            let is_lock = entry.file_name() == LOCK;
            if (is_learning && !is_lock) || ENDINGS.iter().any(|known| ending == *known) {
                files.push(path);
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atomic;

    #[test]
    fn what_killed_processes_left_goes_and_the_rest_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "text").expect("written");
        };
        let left = [
            "notes.json.17.new",
            "phrases-0000000000000007.bin.17.new",
            "skills/candidates.json.17.new",
            "adapters/ab/manifest.json.17.new",
            "learning/0123.checkpoint",
            "learning/0123.part",
            "learning/edits.json",
            "replay-7.edits",
        ];
        let stay =
            ["notes.json", "notes.lock", "journal.db", "learning/lock", "skills/lock", "try.git/a.new"];
        left.iter().chain(&stay).for_each(|name| write(name));
        let training = atomic::lock(&folder.path().join("learning/lock")).expect("locked");
        assert!(matches!(remove(folder.path()), Err(StateError::Busy { .. })), "a training lives");
        drop(training);
        assert_eq!(remove(folder.path()).expect("removed").len(), 3, "the others went before");
        let is_there = |name: &&str| folder.path().join(name).exists();
        assert!(!left.iter().any(is_there) && stay.iter().all(is_there));
        assert_eq!(remove(&folder.path().join("none")).expect("nothing to do"), [""; 0].map(PathBuf::from));
    }
}
