//! Errors of the network.

use crate::forge::ForgeError;
use crate::git::GitError;
use crate::models::PullError;

/// An error of the network.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A forge.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The user's git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Fetching a model.
    #[error(transparent)]
    Pull(#[from] PullError),
}
