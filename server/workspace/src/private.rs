//! The one maker of folders and files below the user's state. Only their owner can read them, and no link is followed.
//!
//! On Windows a user's profile is private, so nothing is done there.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What is to be done when a folder is made.
type Action = Box<dyn FnOnce(&Path) + Send>;

/// The actions, by their folders.
static WHEN_MADE: Mutex<BTreeMap<PathBuf, Action>> = Mutex::new(BTreeMap::new());

/// Has `action` called with a folder as soon as this process makes that folder, or one inside.
pub(crate) fn when_made(folder: PathBuf, action: Action) {
    WHEN_MADE.lock().unwrap_or_else(PoisonError::into_inner).insert(folder, action);
}

/// Makes a folder with those above it, where they are missing.
///
/// # Errors
/// When the folder is a link, belongs to another user, or cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    check_folder(folder)?;
    let due = {
        let mut actions = WHEN_MADE.lock().unwrap_or_else(PoisonError::into_inner);
        folder.ancestors().find_map(|folder| actions.remove_entry(folder))
    };
    if let Some((folder, action)) = due {
        action(&folder);
    }
    Ok(())
}

/// Makes a folder private that is there already; does nothing where there is none.
///
/// # Errors
/// When the folder is a link or belongs to another user.
pub fn check_folder(folder: &Path) -> io::Result<()> {
    let about = match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => about?,
    };
    if about.is_symlink() {
        return Err(io::Error::other("it is a symbolic link: make it a folder"));
    } else if !about.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    tighten(&about, 0o700, |rights| fs::set_permissions(folder, rights))
}

/// Opens a file with `options`, which may make it.
///
/// # Errors
/// When the file is a link or no regular file, belongs to another user, or cannot be opened.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let link = || io::Error::other("it is a symbolic link: remove the link");
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    }
    let file = options.open(path).map_err(|error| {
        // Systems have different errors for a link that is not to be followed.
        if fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) { link() } else { error }
    })?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    tighten(&about, 0o600, |rights| file.set_permissions(rights))?;
    Ok(file)
}

/// Writes a small file whose loss would cost nothing but work: half a file is possible.
///
/// # Errors
/// As [`open`].
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    open(path, File::options().write(true).create(true).truncate(true))?.write_all(content)
}

/// Takes the rights of other users, if they have any.
#[cfg(unix)]
fn tighten(
    about: &fs::Metadata,
    rights: u32,
    set: impl FnOnce(fs::Permissions) -> io::Result<()>,
) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    if about.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to another user: set HOUSESTYLE_HOME to a folder of yours"));
    }
    if about.permissions().mode() & 0o077 == 0 { Ok(()) } else { set(PermissionsExt::from_mode(rights)) }
}

#[cfg(not(unix))]
fn tighten(_: &fs::Metadata, _: u32, _: impl FnOnce(fs::Permissions) -> io::Result<()>) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_private_and_what_was_readable_becomes_private() {
        let root = tempfile::tempdir().expect("a folder");
        let (state, deep) = (root.path().join("state"), root.path().join("state/a/b"));
        check_folder(&state).expect("nothing to do");
        make_folder(&deep).expect("made");
        let file = deep.join("file");
        write(&file, b"longer").expect("written");
        write(&file, b"text").expect("written again");
        assert_eq!((mode(&state), mode(&deep), mode(&file)), (0o700, 0o700, 0o600));
        fs::set_permissions(&state, PermissionsExt::from_mode(0o755)).expect("set");
        fs::set_permissions(&file, PermissionsExt::from_mode(0o666)).expect("set");
        check_folder(&state).expect("private again");
        open(&file, File::options().read(true)).expect("opened");
        assert_eq!((mode(&state), mode(&file)), (0o700, 0o600));
        assert_eq!(fs::read_to_string(&file).expect("text"), "text");
    }

    #[test]
    fn links_and_other_things_are_refused() {
        let root = tempfile::tempdir().expect("a folder");
        let at = |name: &str| root.path().join(name);
        make_folder(&at("folder")).expect("made");
        write(&at("file"), b"text").expect("written");
        for (link, target) in [("to-file", "file"), ("to-folder", "folder"), ("to-nothing", "nothing")] {
            symlink(target, at(link)).expect("linked");
        }
        for link in ["to-file", "to-nothing"] {
            let error = write(&at(link), b"other").expect_err("a link");
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
        assert!(make_folder(&at("to-folder")).is_err() && make_folder(&at("file")).is_err());
        assert!(check_folder(&at("to-folder")).is_err() && check_folder(&at("file")).is_err());
        assert!(write(&at("folder"), b"text").is_err());
        assert_eq!(fs::read_to_string(at("file")).expect("text"), "text");
        assert!(!at("nothing").exists());
    }
}
