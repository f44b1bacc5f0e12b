//! Where a git folder is: its path, and the folder itself as the disk knows it.

use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::identity::{self, Identity};
use crate::digest::hex;

/// Digits of the name of a state folder.
pub(super) const NAME_DIGITS: usize = 16;

/// The place of a git folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    /// The real path.
    pub(super) folder: PathBuf,
    /// A digest of what stays the same when the folder is moved on its disk.
    disk: String,
}

/// The same folder, also under another name.
impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.disk == other.disk && self.folder == other.folder
    }
}

impl Place {
    /// Returns the place of a git folder, by its real path.
    pub(super) fn of(folder: PathBuf) -> Option<Place> {
        let about = fs::metadata(&folder).ok()?;
        let mut disk = Sha256::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            disk.update(about.dev().to_le_bytes());
            disk.update(about.ino().to_le_bytes());
        }
        #[cfg(not(unix))]
        disk.update(folder.as_os_str().as_encoded_bytes());
        // Systems use the number of a removed folder again.
        let made = about.created().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
        disk.update(made.map_or(0, |made| made.as_nanos()).to_le_bytes());
        let disk = hex(&disk.finalize());
        Some(Place { folder, disk })
    }

    /// Returns the name of the state folder of a clone here; `count` clones had this place before.
    pub(super) fn name(&self, count: u32) -> String {
        hex(&Sha256::digest(format!("clone {} {count}", self.disk)))[..NAME_DIGITS].to_owned()
    }

    /// Returns the folder here that holds an identity still, where `other` is a copy of it: the two are there at once.
    pub(super) fn holder(&self, identity: &Identity, other: &Place) -> Option<PathBuf> {
        let is_moved = self.disk == other.disk || self.folder == other.folder;
        let holds = !is_moved && identity::read(&self.folder).as_ref() == Some(identity);
        holds.then(|| self.folder.clone())
    }
}
