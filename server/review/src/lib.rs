//! Git: reads edits from a history, and commits proposals to branches.
//!
//! Nothing here touches HEAD, the index or the work tree: they may be missing, or dirty.

mod ancestry;
mod ask;
mod attributes;
mod budget;
mod changed;
#[cfg(test)]
mod changed_tests;
mod clone;
mod default_branch;
mod error;
mod executable;
mod folders;
#[cfg(test)]
mod folders_tests;
mod git_config;
mod history;
mod identity;
mod ignored;
mod listed;
mod mailmap;
mod merged;
mod propose;
mod read;
mod repository;
#[cfg(test)]
mod tests;
mod tree_files;
mod unknown_default;
mod unreadable;
mod weights;

pub use ask::{AskError, git_version, is_git_here};
pub use budget::{OverBudget, TreeBudget};
pub use changed::{Changed, ChangedFolder, changed};
pub use clone::clone_bare;
pub use default_branch::{
    ApprovedFile, DefaultBranch, KnownBranch, approved_file, default_branch, recorded_head, team_remote,
};
pub use error::ReviewError;
pub use folders::{
    Folder, FolderError, FolderLimits, OnDefault, has_commit, has_folder, is_signed, merges_of,
    on_default_branch,
};
pub use history::{HeadFile, History, HistoryOptions, ReadCommit};
pub use identity::identity;
pub use ignored::{IgnoreSources, git_ignores, ignore_sources, is_ignored};
pub use listed::{ListedFiles, listed_files};
pub use merged::{Merged, merged, published};
pub use propose::{
    Proposal, ProposalBranch, ProposalOutcome, ProposalState, Proposals, Proposed, branch_in_the_way, propose,
};
pub use tree_files::{TreeFile, TreeFiles, TreeList};
pub use unknown_default::UnknownDefault;
pub use unreadable::UnreadableRepository;
pub use weights::{WEIGHTS, list_weights, read_weights, write_weights};
