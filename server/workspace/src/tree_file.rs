//! The one reader for files of a work tree, where anybody may have put anything: a link to a device, a pipe, a file
//! without end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a file may take; a system call that hangs is not interrupted.
const LONGEST: Duration = Duration::from_secs(1);
/// Bytes that are read between two looks at the clock.
const CHUNK: usize = 64 << 10;

/// Whether the file itself may be a symbolic link. The way to the file may always hold links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It must not: the repository says where the link leads.
    Refused,
    /// It may lead to a regular file: the user made it, or named it.
    Followed,
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is a symbolic link.
    #[error("it is a symbolic link: in a work tree the file itself is to be there")]
    Link,
    /// The file is a folder, a pipe or a device.
    #[error("it is no regular file")]
    Special,
    /// The file is too large.
    #[error("it has more than {0} bytes")]
    TooLarge(u64),
    /// Reading takes too long.
    #[error("it cannot be read within a second")]
    TooSlow,
    /// The system refuses.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl ReadError {
    /// Returns whether there is no such file.
    pub fn is_absent(&self) -> bool {
        matches!(self, ReadError::System(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// Reads a regular file of at most `most` bytes.
///
/// # Errors
/// When there is no such file, or it is another kind of file, too large or too slow.
pub fn read(path: &Path, most: u64, links: Links) -> Result<Vec<u8>, ReadError> {
    let end = Instant::now() + LONGEST;
    let mut content = Vec::new();
    let mut rest = open(path, links)?.take(most.saturating_add(1));
    while rest.by_ref().take(CHUNK as u64).read_to_end(&mut content)? > 0 {
        if content.len() as u64 > most {
            return Err(ReadError::TooLarge(most));
        } else if Instant::now() > end {
            return Err(ReadError::TooSlow);
        }
    }
    Ok(content)
}

/// Opens a regular file, without waiting for whoever writes a pipe.
///
/// # Errors
/// When there is no such file, or it is another kind of file.
pub fn open(path: &Path, links: Links) -> Result<File, ReadError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let flags = if links == Links::Refused { flags | OFlags::NOFOLLOW } else { flags };
        options.custom_flags(flags.bits() as i32);
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        /// Opens a link, and not its target.
        const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(if links == Links::Refused { OPEN_REPARSE_POINT } else { 0 });
    }
    let file = options.open(path).map_err(|error| {
        let is_link = || fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
        // Systems have different errors for a link that is not to be followed.
        if links == Links::Refused && is_link() { ReadError::Link } else { error.into() }
    })?;
    let about = file.metadata()?;
    if about.is_symlink() {
        Err(ReadError::Link)
    } else if about.is_file() {
        Ok(file)
    } else {
        Err(ReadError::Special)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_file_is_read_up_to_its_bound() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let check = |most, links| read(&path, most, links);
        assert!(check(9, Links::Refused).expect_err("absent").is_absent());
        let content = vec![b'x'; 3 * CHUNK + 1];
        fs::write(&path, &content).expect("written");
        for links in [Links::Refused, Links::Followed] {
            assert!(check(content.len() as u64, links).expect("read") == content);
            let error = check(content.len() as u64 - 1, links).expect_err("too large");
            assert!(matches!(error, ReadError::TooLarge(_)), "{error}");
        }
        assert!(read(folder.path(), 9, Links::Refused).is_err(), "a folder");
    }

    #[cfg(unix)]
    #[test]
    fn links_pipes_and_devices_are_refused() {
        use std::os::unix::fs::symlink;
        use std::process::Command;

        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "text").expect("written");
        fs::create_dir(at("inside")).expect("made");
        assert!(Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo runs").success());
        for (link, target) in [
            ("to-file", "file"),
            ("to-zero", "/dev/zero"),
            ("to-pipe", "pipe"),
            ("to-nothing", "nothing"),
            ("to-itself", "to-itself"),
            ("way", "."),
        ] {
            symlink(target, at(link)).expect("linked");
        }
        let check = |name: &str, refused: &str, followed: &str| {
            let said = [Links::Refused, Links::Followed].map(|links| match read(&at(name), 9, links) {
                Ok(content) => String::from_utf8(content).expect("text"),
                Err(ReadError::Link) => "link".to_owned(),
                Err(ReadError::Special) => "special".to_owned(),
                Err(_) => "error".to_owned(),
            });
            assert_eq!(said, [refused, followed], "{name}");
        };
        check("to-file", "link", "text");
        check("way/file", "text", "text");
        check("way/to-file", "link", "text");
        check("to-zero", "link", "special");
        check("to-pipe", "link", "special");
        check("to-nothing", "link", "error");
        check("to-itself", "link", "error");
        check("pipe", "special", "special");
        check("inside", "special", "special");
        assert!(matches!(read(Path::new("/dev/zero"), 9, Links::Refused), Err(ReadError::Special)));
    }
}
