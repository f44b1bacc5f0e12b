//! Atomic writing of files: a reader finds the old file or the whole new one. Only the owner can read them.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Writes a file by way of `temporary`, a path in the same folder where no file is yet. `fill` writes the content; once
/// the content is on the disk, a rename gives the file the name `path`.
///
/// # Errors
/// The error of the system or of `fill`. Then `path` is as it was, and the temporary file is removed.
pub fn write(
    path: &Path,
    temporary: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let mut new = OpenOptions::new();
    new.write(true).create_new(true); // follows no link
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    let mut file = new.open(temporary)?;
    let written = fill(&mut file).and_then(|()| file.sync_all());
    drop(file); // Windows renames no file that somebody opened without sharing deletion.
    let written = written.and_then(|()| fs::rename(temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, temporary) = (folder.path().join("file"), folder.path().join("file.new"));
        let put = |text: &str| write(&path, &temporary, |file| file.write_all(text.as_bytes()));
        put("old").expect("written");
        let failed = write(&path, &temporary, |file| {
            file.write_all(b"half")?;
            Err(io::ErrorKind::Interrupted.into())
        });
        assert_eq!(failed.expect_err("failed").kind(), io::ErrorKind::Interrupted);
        assert!(!temporary.exists());
        assert_eq!(fs::read(&path).expect("there"), b"old");
        put("new").expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        // A temporary file of somebody else is left alone.
        fs::write(&temporary, "another's").expect("written");
        assert_eq!(put("third").expect_err("refused").kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&temporary).expect("there"), b"another's");
    }
}
