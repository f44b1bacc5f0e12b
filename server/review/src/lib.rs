//! Git: history into edits, proposals into commits.
//!
//! Nothing here touches HEAD, the index or the work tree: they may be missing, or dirty.

mod error;
mod history;
mod read;
#[cfg(test)]
mod tests;

pub use error::HistoryError;
pub use history::{HeadFile, History, HistoryOptions, Reading};
