//! How much room a folder's disk has.

use std::path::Path;

/// Returns the bytes that this user may still write below `folder`, where the system reports them.
#[cfg(unix)]
pub fn free(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    about.f_bavail.checked_mul(about.f_frsize)
}

/// Returns `None`: a full disk is an error when it happens.
#[cfg(not(unix))]
pub fn free(_folder: &Path) -> Option<u64> {
    None
}
