//! The adapters of a workspace: their files, their versions, and which one is active.

mod base;
pub(crate) mod error;
mod files;
mod log;
pub(crate) mod record;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod version;

pub(crate) use base::Base;
pub(crate) use error::StoreError;
pub(crate) use files::Incoming;
pub(crate) use store::{Seen, Store};
pub(crate) use version::{Approver, How, Origin, State, Version};
