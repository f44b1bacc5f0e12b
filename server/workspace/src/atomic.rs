//! Replaces files as a whole, and locks them between processes. A reader finds the old file or the new file, even
//! where a process is killed in between.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, Instant};

use housestyle_engine::atomic;

use crate::private;

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Ending of a file that is being written.
const UNFINISHED: &str = ".new";

/// Replaces a file as a whole: the content is written to a file of this process, put on the disk, and renamed. The
/// folder must exist.
///
/// # Errors
/// When the file cannot be written; the old one is still there then.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, |file| file.write_all(content))
}

/// Replaces a file as a whole with what `fill` writes. The folder must exist.
///
/// # Errors
/// As [`replace`], and those of `fill`.
pub fn replace_with<E: From<io::Error>>(
    path: &Path,
    fill: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let unfinished = unfinished(path);
    remove_if_there(&unfinished)?; // of a killed process that had the same number
    let mut failed = None;
    let written = atomic::write(path, &unfinished, |file| {
        fill(file).map_err(|error| {
            failed = Some(error);
            io::ErrorKind::Other.into()
        })
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(written?),
    }
}

/// Replaces a file of which the caller holds the [`lock`], and removes what killed processes left of earlier writes: a
/// text that was deleted must not stay there.
///
/// # Errors
/// As [`replace`].
pub(crate) fn replace_locked(path: &Path, content: &[u8]) -> io::Result<()> {
    remove_unfinished(path)?;
    replace(path, content)
}

/// Removes a file of which the caller holds the [`lock`], and what killed processes left of earlier writes.
///
/// # Errors
/// When one of the files is there and cannot be removed.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    remove_unfinished(path)?;
    remove_if_there(path)
}

/// Locks a file against other processes until the returned handle is dropped; the file is made where there is none.
/// `None` where another process holds the lock for more than two seconds.
///
/// # Errors
/// When the file cannot be made or locked.
pub fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = private::open(path, File::options().create(true).truncate(false).write(true))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Some network file systems know no locks, and nothing better is to be had there.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                return Ok(Some(file));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Returns the file of this process that is renamed to `path`: another process may write the same file.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}{UNFINISHED}", process::id()));
    PathBuf::from(name)
}

/// Removes the unfinished writes of a file: `NAME.PID.new`, and `NAME.new` of earlier versions.
fn remove_unfinished(path: &Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if is_unfinished(&entry.file_name(), name) {
            remove_if_there(&entry.path())?;
        }
    }
    Ok(())
}

fn is_unfinished(found: &OsStr, name: &OsStr) -> bool {
    let rest = found.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
    let process = rest.and_then(|rest| rest.strip_suffix(UNFINISHED.as_bytes()));
    let number = |rest: &[u8]| rest.len() > 1 && rest[0] == b'.' && rest[1..].iter().all(u8::is_ascii_digit);
    process.is_some_and(|process| process.is_empty() || number(process))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        for content in ["first", "second, longer", ""] {
            replace(&path, content.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("readable"), content);
        }
        let failed = replace_with(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("out of luck"))
        });
        assert_eq!(failed.expect_err("failed").to_string(), "out of luck");
        assert_eq!(fs::read_to_string(&path).expect("readable"), "");
        // No file can take the place of a folder.
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("inside")).expect("made");
        assert!(replace(&taken, b"x").is_err() && taken.join("inside").exists());
        assert!(replace(&folder.path().join("none/a"), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2, "nothing unfinished is left");
    }

    #[test]
    fn what_a_killed_process_left_goes_with_the_next_write_and_with_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notes.json");
        let leave = || {
            for name in ["notes.json.new", "notes.json.17.new", "notes.json.x.new", "notes.jsonl.new"] {
                fs::write(folder.path().join(name), "left").expect("written");
            }
        };
        let names = || {
            let entries = fs::read_dir(folder.path()).expect("readable").flatten();
            let mut names: Vec<_> =
                entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        };
        leave();
        replace_locked(&path, b"new").expect("written");
        assert_eq!(names(), ["notes.json", "notes.json.x.new", "notes.jsonl.new"]);
        leave();
        remove(&path).expect("removed");
        remove(&path).expect("nothing to do");
        assert_eq!(names(), ["notes.json.x.new", "notes.jsonl.new"]);
    }
}
