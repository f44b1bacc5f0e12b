//! Where a folder is: its path, and the folder itself as the disk knows it.

use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::identity::{self, Identity};
use crate::digest::hex;

/// Digits of the name of a state folder.
pub(super) const NAME_DIGITS: usize = 16;

/// The place of a git folder, or of a folder without git.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    /// The real path.
    pub(super) folder: PathBuf,
    /// A digest of what stays the same when the folder is moved on its disk.
    disk: String,
    /// A digest of what stays the same when the system gives that disk another number.
    #[serde(default)]
    number: String,
}

/// The same folder, also under another name.
impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.disk == other.disk && self.folder == other.folder
    }
}

impl Place {
    /// Returns the place of a folder, by its real path.
    pub(super) fn of(folder: PathBuf) -> Option<Place> {
        let about = fs::metadata(&folder).ok()?;
        #[cfg(unix)]
        let (disk, number) = {
            use std::os::unix::fs::MetadataExt;
            (about.dev().to_le_bytes(), about.ino().to_le_bytes())
        };
        #[cfg(not(unix))]
        let (disk, number) = (folder.as_os_str().as_encoded_bytes(), [0_u8; 0]);
        // Systems use the number of a removed folder again.
        let made = about.created().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
        let number = [&number[..], &made.map_or(0, |made| made.as_nanos()).to_le_bytes()].concat();
        let disk = hex(&Sha256::new().chain_update(disk).chain_update(&number).finalize());
        Some(Place { folder, disk, number: hex(&Sha256::digest(number)) })
    }

    /// Returns the name of the state folder of a clone here; `count` clones had this place before.
    pub(super) fn name(&self, count: u32) -> String {
        hex(&Sha256::digest(format!("clone {} {count}", self.disk)))[..NAME_DIGITS].to_owned()
    }

    /// Returns whether `other` is this folder, moved on its disk, or on a disk that has another number now. The path alone
    /// proves nothing: another repository may have come to it.
    pub(super) fn is_at(&self, other: &Place) -> bool {
        self.disk == other.disk || (self.folder == other.folder && self.number == other.number)
    }

    /// Returns the folder here that holds an identity still, where `other` is a copy of it: the two are there at once.
    pub(super) fn holder(&self, identity: &Identity, other: &Place) -> Option<PathBuf> {
        let is_moved = self.disk == other.disk || self.folder == other.folder;
        let holds = !is_moved && identity::read(&self.folder).as_ref() == Some(identity);
        holds.then(|| self.folder.clone())
    }

    /// Returns this place as a system sees it that gives the disk and its folders other numbers.
    #[cfg(test)]
    pub(super) fn seen_by_another_system(&self, same_number: bool) -> Place {
        let number = if same_number { self.number.clone() } else { format!("{} there", self.number) };
        Place { folder: self.folder.clone(), disk: format!("{} there", self.disk), number }
    }
}
