//! The index of related chunks of a workspace: which files it holds, and how it follows them.
//!
//! A file takes part where git does not ignore it, the settings do not forbid it, somebody wrote it by hand
//! (`housestyle_learn::exclusions`), and neither its name nor its text says that it holds secrets. An untrusted workspace has
//! no index.

mod attributes;
mod files;
mod follow;
mod index;
mod indexes;
mod rules;
#[cfg(test)]
mod tests;
mod tree;

use std::sync::Arc;

use housestyle_learn::exclusions::ExclusionCounts;
use housestyle_text::chunks::ChunkCounts;

pub use follow::Related;
pub use indexes::RelatedIndexes;
pub use tree::TreeIndex;

/// Says of a path in a workspace whether the settings forbid to read it.
pub type Forbidden = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What an index of related chunks holds, and what it leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelatedCounts {
    /// What it holds.
    pub held: ChunkCounts,
    /// Files that are left out, by reason. What git ignores is not counted.
    pub excluded: ExclusionCounts,
    /// Files that are left out as the index is full.
    pub beyond: usize,
    /// Whether all files have been looked at once.
    pub is_whole: bool,
    /// Why files are missing that git would have to list.
    pub unlisted: Option<String>,
}
