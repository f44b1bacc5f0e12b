//! The workspace's history, as every command reads it: without files that may hold secrets.

use std::path::Path;
use std::sync::Arc;

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_review::{History, HistoryOptions, ReviewError};
use housestyle_text::secrets;
use sha2::{Digest, Sha256};

use crate::digest::hex;
use crate::notice;

/// Digits of a hashed name: enough to tell a team's people apart.
const DIGITS: usize = 16;

/// Opens the history of a folder's repository, with a warning for a shallow clone. The history leaves out files that
/// may hold secrets and files that the settings disable; it begins after the commit `since`.
///
/// # Errors
/// When there is no repository, or its history cannot be read.
pub fn open(folder: &Path, settings: &Settings, since: Option<&str>) -> Result<History, ReviewError> {
    let settings = settings.clone();
    let forbidden = move |path: &str| secrets::is_secret_path(path) || settings.disabled_by(path).is_some();
    let options = HistoryOptions {
        since: since.map(str::to_owned),
        forbidden: Arc::new(forbidden),
        ..HistoryOptions::default()
    };
    let history = History::open(folder, options)?;
    if history.is_shallow() {
        notice::warn("this clone is shallow: older commits are not here (`git fetch --unshallow` gets them)");
    }
    Ok(history)
}

/// Returns whether a secret stands in a text.
pub fn holds_secret(text: &str) -> bool {
    !secrets::find(text).is_empty()
}

/// Returns whether a secret stands in a text or around it, also where the name of a secret stands around the text and its
/// value in the text.
pub fn holds_secret_around(prefix: &str, text: &str, suffix: &str) -> bool {
    holds_secret(&format!("{prefix}{text}{suffix}"))
}

/// Returns whether a secret stands in a case.
pub fn case_holds_secret(case: &Case) -> bool {
    holds_secret_around(&case.prefix, &case.middle, &case.suffix)
}

/// Returns digits for an author: the same within a repository, which its first commit identifies, and others elsewhere.
pub fn hashed(repository: &str, author: &str) -> String {
    let digest = Sha256::digest(format!("{repository}\n{author}").as_bytes());
    hex(&digest)[..DIGITS].to_owned()
}
