//! An adapter in use whose approval ends: the rollback, what a person reads, and when to ask again.

use housestyle_train::format::short;
use housestyle_workspace::adapters::{Revocation, Store, StoreError};
use housestyle_workspace::{Error as WorkspaceError, notice};

use crate::error::Error;

/// What an error about the active adapter means for the adapter in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consequence {
    /// It stays in use.
    Stays,
    /// It stays in use until its approval can be read again.
    AskAgain,
    /// It must not be used any longer.
    Ends,
}

/// The adapter in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InUse {
    /// SHA-256 of its bytes.
    pub(super) id: String,
    /// Whether a merge alone approved it.
    pub(super) by_merge: bool,
}

impl Consequence {
    /// Returns what a failure to load the active adapter means. The adapter in use may be another one, whose approval is
    /// then asked for; where a damaged store cannot tell, an approval by a merge counts as taken back.
    pub(super) fn of(failure: &Error, store: &Store, in_use: Option<&InUse>) -> Consequence {
        let found = match failure {
            Error::Workspace(WorkspaceError::Adapters(error)) => Consequence::of_store(error),
            _ => Consequence::Stays,
        };
        let Some(in_use) = in_use.filter(|_| found != Consequence::Ends) else { return found };
        match store.confirm(&in_use.id).map_err(|error| Consequence::of_store(&error)) {
            Ok(()) => found,
            Err(Consequence::Stays) if in_use.by_merge => Consequence::Ends,
            Err(Consequence::Stays) => found,
            Err(other) => other,
        }
    }

    fn of_store(error: &StoreError) -> Consequence {
        if error.ends_use() {
            Consequence::Ends
        } else if error.is_passing() {
            Consequence::AskAgain
        } else {
            Consequence::Stays
        }
    }
}

/// Rolls back an active adapter that the team took back, and tells it.
///
/// # Errors
/// When the store cannot be changed; the adapter does not load all the same.
pub(super) fn roll_back_revoked(store: &Store) -> Result<(), StoreError> {
    if let Some(revocation) = store.roll_back_revoked()? {
        notice::warn(sentence(&revocation));
    }
    Ok(())
}

fn sentence(revocation: &Revocation) -> String {
    let Revocation { number, id, branch, rolled_back } = revocation;
    let now = match &rolled_back.id {
        Some(id) => format!("version {} (adapter {}) is active now", rolled_back.number, short(id)),
        None => "no adapter of the team's is active now".to_owned(),
    };
    format!("version {number} (adapter {}) is revoked: no longer on {branch}; {now}", short(id))
}
