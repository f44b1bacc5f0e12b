//! The file of the log: full, it becomes the older one of two; removed by another process, it is made again.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::private;

/// Bytes after which a file becomes the older one of two.
const MOST_BYTES: u64 = 4 << 20;

/// A file that several processes may append to, a line at a time.
pub(super) struct RotatingFile {
    path: PathBuf,
    /// Nothing where opening the file anew has failed.
    file: Option<File>,
}

impl RotatingFile {
    pub(super) fn open(path: &Path) -> io::Result<RotatingFile> {
        Ok(RotatingFile { path: path.to_path_buf(), file: Some(append(path)?) })
    }

    /// Begins another file where this one is full, and follows another process that did so or removed the file.
    fn renewed(&mut self) -> io::Result<&mut File> {
        let current = fs::metadata(&self.path).ok().map(|about| about.len());
        let is_full = current.is_some_and(|bytes| bytes >= MOST_BYTES);
        if is_full && fs::rename(&self.path, older(&self.path)).is_err() {
            private::write(&self.path, b"")?; // empties the file: the newest lines count, and so does the bound
        }
        // The lengths also differ while another process appends. Then the same file is opened again, which harms nobody.
        let ours = self.file.take().filter(|file| {
            !is_full && current.is_some() && file.metadata().ok().map(|about| about.len()) == current
        });
        let file = match ours {
            Some(file) => file,
            None => append(&self.path)?,
        };
        Ok(self.file.insert(file))
    }
}

impl Write for RotatingFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.renewed()?.write_all(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

/// Returns the name of the older file of a log.
pub(super) fn older(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    PathBuf::from(name)
}

/// Opens a file to append to, for this user alone.
fn append(path: &Path) -> io::Result<File> {
    // The user may have named a file in a folder of another kind, which stays as it is.
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        private::make_folder(folder)?;
    }
    private::open(path, File::options().create(true).append(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_becomes_the_older_of_two() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep").join("server.log");
        let mut file = RotatingFile::open(&path).expect("opened");
        let mut other = RotatingFile::open(&path).expect("opened by another process");
        let line = vec![b'x'; 1 << 20];
        for _ in 0..9 {
            file.write_all(&line).expect("written");
        }
        other.write_all(b"another process\n").expect("written");
        let bytes = |path: &Path| fs::metadata(path).map_or(0, |about| about.len());
        assert_eq!((bytes(&path), bytes(&older(&path))), ((1 << 20) + 16, MOST_BYTES));
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("readable").count(), 2);
        #[cfg(unix)]
        {
            let mode = fs::metadata(&path).expect("there").permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
        }
    }

    #[test]
    fn a_full_log_that_cannot_be_renamed_is_emptied() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("server.log");
        fs::create_dir_all(older(&path).join("in the way")).expect("made");
        let mut file = RotatingFile::open(&path).expect("opened");
        for _ in 0..5 {
            file.write_all(&vec![b'x'; 1 << 20]).expect("written");
        }
        assert_eq!(fs::metadata(&path).expect("there").len(), 1 << 20);
    }

    #[test]
    fn a_removed_log_is_made_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("server.log");
        let mut file = RotatingFile::open(&path).expect("opened");
        file.write_all(b"before\n").expect("written");
        fs::remove_file(&path).expect("removed");
        file.write_all(b"after\n").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "after\n");
        fs::remove_file(&path).expect("removed");
        let mut other = RotatingFile::open(&path).expect("made by another process");
        other.write_all(b"another process\n").expect("written");
        file.write_all(b"end\n").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "another process\nend\n");
    }
}
