//! The adapters of a workspace: their files, their versions, and which one is active.

mod base;
pub mod error;
mod files;
mod foreign;
mod judgement;
mod log;
mod merges;
#[cfg(test)]
mod merges_tests;
pub mod record;
mod rollback;
pub mod store;
#[cfg(test)]
mod tests;
mod version;

pub use base::Base;
pub use error::StoreError;
pub use files::Incoming;
pub use foreign::{ImportError, Refusal};
pub use judgement::{Change, Judgement, LaterEdits, Standing, Terms};
pub use merges::{Withdrawn, merge_of};
pub use rollback::Revocation;
pub use store::{Store, StoreStamp};
pub use version::{Approver, How, Origin, State, Version};
