//! Files that outlive a killed process, and several processes at once: written aside and renamed, changed under a lock.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Locks a file against other processes until it is dropped; it is made where there is none. Nothing where another
/// process keeps it for long.
///
/// # Errors
/// When the file cannot be made or locked.
pub(crate) fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
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

/// Writes a file aside, puts it on the disk, then renames it into its place. Under a lock: aside it has one name, by
/// which [`remove`] finds what a killed process left, so that nothing forgotten stays there.
///
/// # Errors
/// When that fails; what was there before then still is.
pub(crate) fn write_aside(path: &Path, content: &[u8]) -> io::Result<()> {
    let aside = aside(path);
    let written = File::create(&aside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&aside, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&aside);
    }
    renamed
}

/// Removes a file, and what a killed process may have left aside of it.
///
/// # Errors
/// When one of them is there and cannot be removed.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    [path, &aside(path)].into_iter().try_for_each(|file| match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
}

fn aside(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    PathBuf::from(aside)
}
