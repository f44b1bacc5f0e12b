//! The identity of a clone: hexadecimal digits in the file `housestyle/id` of its git folder.

use std::collections::hash_map::RandomState;
use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::path::Path;
use std::process;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::place::NAME_DIGITS;
use crate::digest::hex;
use crate::tree_file::{self, Links};

const FOLDER: &str = "housestyle";
const FILE: &str = "id";
/// Digits after the name of the state folder.
const RANDOM_DIGITS: usize = 32;

/// An identity: the name of the state folder, then random digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Identity(String);

impl Identity {
    /// Returns a new identity for the state folder with a name.
    pub(super) fn new(name: &str) -> Identity {
        let mut random = Sha256::new();
        for _ in 0..4 {
            // The system's random numbers are the keys of this hash.
            random.update(RandomState::new().build_hasher().finish().to_le_bytes());
        }
        Identity(format!("{name}{}", &hex(&random.finalize())[..RANDOM_DIGITS]))
    }

    /// Returns the name of the state folder.
    pub(super) fn name(&self) -> &str {
        self.0.get(..NAME_DIGITS).unwrap_or_default()
    }

    fn parse(text: &str) -> Option<Identity> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let digits = text.trim_end();
        let is_identity = digits.len() == NAME_DIGITS + RANDOM_DIGITS && digits.bytes().all(is_digit);
        is_identity.then(|| Identity(digits.to_owned()))
    }
}

/// Returns the identity in a git folder; `None` where there is none, or something else is in its place.
pub(super) fn read(git: &Path) -> Option<Identity> {
    let folder = git.join(FOLDER);
    fs::symlink_metadata(&folder).ok().filter(fs::Metadata::is_dir)?;
    let content = tree_file::read(&folder.join(FILE), 256, Links::Refused).ok()?;
    Identity::parse(&String::from_utf8(content).ok()?)
}

/// Writes the identity into a git folder, in place of whatever is there. Everybody who reads the repository can read it.
///
/// # Errors
/// When the folder cannot be written to, or leads elsewhere.
pub(super) fn write(git: &Path, identity: &Identity) -> io::Result<()> {
    if read(git).as_ref() == Some(identity) {
        return Ok(());
    }
    let folder = git.join(FOLDER);
    match fs::create_dir(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if !fs::symlink_metadata(&folder)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let unfinished = folder.join(format!("{FILE}.{}.new", process::id()));
    let _ = fs::remove_file(&unfinished); // of a killed process that had the same number
    // A new file follows no link, and neither does the renaming.
    let mut file = OpenOptions::new().write(true).create_new(true).open(&unfinished)?;
    let written = file.write_all(format!("{}\n", identity.0).as_bytes());
    drop(file);
    let written = written.and_then(|()| fs::rename(&unfinished, folder.join(FILE)));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}
