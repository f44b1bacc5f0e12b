//! The models that tests run.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::e2e::binary::{home, housestyle};

/// Returns a model's file.
///
/// # Panics
/// When it is absent; the message says what fetches it.
#[track_caller]
pub(crate) fn file(name: &str) -> PathBuf {
    let asked = Command::new(housestyle())
        .args(["model", "path", name])
        .env("HOUSESTYLE_HOME", home())
        .output()
        .expect("housestyle runs");
    assert!(
        asked.status.success(),
        "model {name} is absent. To fetch it, run with HOUSESTYLE_HOME={}:\n    {} model pull {name}",
        home().display(),
        housestyle().display()
    );
    PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim())
}

/// Waits until no other test computes: each takes all cores.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}
