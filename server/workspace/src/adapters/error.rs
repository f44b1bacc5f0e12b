//! Errors of a workspace's adapters, each with its remedy.

use std::io;
use std::path::{Path, PathBuf};

use housestyle_train::format::{FormatError, short};

use super::judgement::Standing;
use super::merges::Withdrawn;
use crate::problem::Problem;
use crate::state_file::StateError;

/// Why something could not be done with the adapters of a workspace.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file operation failed.
    #[error("{operation} {}: {source}", path.display())]
    File {
        /// The failed operation.
        operation: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Another process changes the same store.
    #[error("another housestyle is changing the adapters of this workspace ({} is locked): try again when it is done",
        path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The list of versions was changed by somebody else, or damaged.
    #[error("{}, line {line}: {problem}. The list of versions is damaged or was changed by hand; nothing was \
        changed now, and no adapter is loaded from it. Restore the file from a copy, or move the folder {} away \
        to begin anew", path.display(), folder(path).display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The line of the file, from 1.
        line: usize,
        /// The problem.
        problem: Problem,
    },
    /// An adapter's file has another digest than its name says.
    #[error("adapter {}: {} has sha256 {found}: it is damaged or was exchanged, and is not loaded. `housestyle \
        adapter rollback` goes back to the version before", short(id), path.display())]
    Exchanged {
        /// SHA-256 of the adapter.
        id: String,
        /// The file.
        path: PathBuf,
        /// The SHA-256 of the file.
        found: String,
    },
    /// Nothing has that name.
    #[error("there is no adapter {text:?} in this workspace: see `housestyle adapter list`")]
    Unknown {
        /// The name that was asked for.
        text: String,
    },
    /// Several have that name.
    #[error("adapter {text:?} is not clear: {} begin like that; give more digits", ids.join(", "))]
    Ambiguous {
        /// The name that was asked for.
        text: String,
        /// The adapters whose ids begin like that.
        ids: Vec<String>,
    },
    /// It is not approved.
    #[error(
        "version {number} (adapter {}) is not approved: a team approves by merging its proposal (`housestyle \
        adapter propose {number}`), you approve for this machine with `housestyle adapter approve {number}`",
        short(id)
    )]
    NotApproved {
        /// Number of the version.
        number: u64,
        /// SHA-256 of the adapter.
        id: String,
    },
    /// The gate did not pass it on this machine.
    #[error(
        "version {number} (adapter {}) {}. To use it on this machine all the same, say why: `housestyle adapter approve \
        {number} --ungated REASON`",
        short(id), gate_problem(*number, standing, *claims_eligible)
    )]
    NotEligible {
        /// Number of the version.
        number: u64,
        /// SHA-256 of the adapter.
        id: String,
        /// What the gate's judgement on this machine is worth.
        standing: Standing,
        /// Whether its report claims that the gate passed it.
        claims_eligible: bool,
    },
    /// A merge approved it, and does not now.
    #[error("version {number} (adapter {}) is not approved now: {why}", short(id))]
    Withdrawn {
        /// Number of the version.
        number: u64,
        /// SHA-256 of the adapter.
        id: String,
        /// The reason.
        why: Withdrawn,
    },
    /// The judgement of an adapter.
    #[error(transparent)]
    Judgement(#[from] StateError),
    /// There is nothing to roll back.
    #[error("no adapter is active in this workspace: there is nothing to roll back")]
    NothingActive,
    /// A version that was never active is no place to go back to.
    #[error("version {number} was never active, so nothing can be rolled back to it: activate it instead")]
    NeverActive {
        /// Number of the version.
        number: u64,
    },
    /// A manifest or report that belongs to something else.
    #[error("{what} does not belong to adapter {}: {problem}", short(id))]
    Foreign {
        /// The kind of file.
        what: &'static str,
        /// SHA-256 of the adapter.
        id: String,
        /// The problem.
        problem: Problem,
    },
    /// The adapter itself is broken.
    #[error("adapter {}: {source}", short(id))]
    Format {
        /// SHA-256 of the adapter.
        id: String,
        /// The problem.
        source: FormatError,
    },
}

impl StoreError {
    /// Returns whether an adapter that is in use must not be used any longer. Any other error leaves open whether it may.
    pub fn ends_use(&self) -> bool {
        matches!(self, StoreError::Withdrawn { why: Withdrawn::Revoked { .. } | Withdrawn::Unknown(_), .. })
    }

    /// Returns whether the same may succeed a moment later, with nothing changed in the store.
    pub fn is_passing(&self) -> bool {
        matches!(self, StoreError::Busy { .. } | StoreError::Withdrawn { why: Withdrawn::Unread(_), .. })
    }

    pub(super) fn file(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        let path = path.to_path_buf();
        move |source| StoreError::File { operation, path, source }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Returns why the gate does not let a version pass, as the end of a sentence.
fn gate_problem(number: u64, standing: &Standing, claims_eligible: bool) -> String {
    let judges = format!("`housestyle adapter eval {number}` judges it");
    match standing {
        Standing::NotEligible => {
            format!("did not pass the gate: see `housestyle adapter show {number}`")
        }
        Standing::Unjudged if claims_eligible => {
            format!("claims to be eligible, but the gate never judged it on this machine: {judges}")
        }
        Standing::Unjudged => format!("was never before the gate on this machine: {judges}"),
        outdated => format!("passed the gate, but was {outdated}; {judges} anew"),
    }
}
