//! Files that are replaced as a whole: written aside, put on the disk, renamed into place. Whoever reads, and whenever a
//! process is killed, finds the old one or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

/// Writes a file in the place of what is there, if anything is. Its folder must exist.
///
/// # Errors
/// When it cannot be written; what was there is there still.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let aside = beside(path);
    let written = File::create(&aside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&aside, path)).inspect_err(|_| drop(fs::remove_file(&aside)))
}

/// Returns where this process writes what is to become `path`: another one may be doing the same.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", process::id()));
    PathBuf::from(name)
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
        // No file can take the place of a folder.
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("inside")).expect("made");
        assert!(replace(&taken, b"x").is_err() && taken.join("inside").exists());
        assert!(replace(&folder.path().join("none/a"), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2, "nothing is left aside");
    }
}
