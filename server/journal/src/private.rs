//! Files and folders that only their owner can read, and that are no links.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder, with those above it where they are missing.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file, or makes it where `options` say so. A file that others can read becomes private.
///
/// # Errors
/// When the file is a symbolic link, or the system refuses.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    tighten(path)?;
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Makes an empty file where there is none.
///
/// # Errors
/// When the file is a symbolic link, or the system refuses.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    match open(path, File::options().write(true).create_new(true)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Makes a file private, if it is there. The file is not opened: to close a database that another thread has open would
/// end that thread's locks.
///
/// # Errors
/// When the file is a symbolic link, or the system refuses.
pub(crate) fn tighten(path: &Path) -> io::Result<()> {
    let about = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => about?,
    };
    // Nobody else can put a link in the place after this look: the folder is private.
    if about.is_symlink() {
        return Err(io::Error::other("it is a symbolic link: remove the link"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if about.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn files_are_private_and_links_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("a/b");
        make_folder(&inside).expect("made");
        let file = inside.join("file");
        fs::write(&file, "text").expect("written");
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        mode(&file, 0o644).expect("set");
        let append = || File::options().append(true).create(true).clone();
        open(&file, &mut append()).expect("opened");
        for (path, expected) in [(inside.parent().expect("one"), 0o700), (&inside, 0o700), (&file, 0o600)] {
            let found = fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!(found, expected, "{}", path.display());
        }
        for target in ["file", "nothing"] {
            symlink(target, inside.join("link")).expect("linked");
            let refused = open(&inside.join("link"), &mut append()).expect_err("a link");
            assert!(refused.to_string().contains("symbolic link"), "{refused}");
            fs::remove_file(inside.join("link")).expect("removed");
        }
        assert!(!inside.join("nothing").exists());
    }
}
