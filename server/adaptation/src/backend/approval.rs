//! An adapter in use whose approval the team takes back: the rollback, what a person reads, and when to ask again.

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

impl Consequence {
    pub(super) fn of(error: &Error) -> Consequence {
        match error {
            Error::Workspace(WorkspaceError::Adapters(error)) if error.ends_use() => Consequence::Ends,
            Error::Workspace(WorkspaceError::Adapters(error)) if error.is_passing() => Consequence::AskAgain,
            _ => Consequence::Stays,
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
