//! The adapters of a workspace: their files, their versions, and which one is active.

mod base;
pub mod error;
mod files;
mod log;
pub mod record;
pub mod store;
#[cfg(test)]
mod tests;
mod version;

pub use base::Base;
pub use error::StoreError;
pub use files::Incoming;
pub use store::{Store, StoreStamp};
pub use version::{Approver, How, Origin, State, Version};
