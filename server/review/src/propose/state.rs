//! The state of a proposal, read from the branches as they are in this clone.

use std::path::Path;

use git2::{Commit, Repository};

use super::branch::{Branch, is_within};
use crate::default_branch::find;
use crate::error::{ReviewError, during};
use crate::repository::open;

/// The state of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalState {
    /// There is none.
    None,
    /// Its branch waits for review.
    Open,
    /// Its branch waits for review, and the default branch went on since it departed.
    Behind,
    /// The default branch has it.
    Merged,
    /// It was not merged, and its branch was deleted, here or at the remote: it was declined.
    Deleted,
}

impl ProposalState {
    /// Returns its name for programs.
    pub fn code(self) -> &'static str {
        match self {
            ProposalState::None => "none",
            ProposalState::Open => "open",
            ProposalState::Behind => "behind",
            ProposalState::Merged => "merged",
            ProposalState::Deleted => "deleted",
        }
    }
}

/// Returns the state of the proposal `name`, as of the last fetch.
///
/// # Errors
/// When there is no repository, or its branches cannot be read.
pub fn proposal_state(path: &Path, name: &str) -> Result<ProposalState, ReviewError> {
    let repository = open(path)?;
    let branch = Branch::of(&repository, name)?;
    let default = find(&repository)?.ok().map(|branch| branch.commit(&repository)).transpose()?;
    state(&repository, &branch, default.as_ref())
}

/// Returns the state of a proposal, where the default branch ends at `default`.
pub(super) fn state(
    repository: &Repository,
    branch: &Branch<'_>,
    default: Option<&Commit<'_>>,
) -> Result<ProposalState, ReviewError> {
    let tip = branch.tip()?;
    let Some(last) = tip.clone().or(branch.noted()?) else { return Ok(ProposalState::None) };
    if let Some(default) = default {
        if is_merged(repository, &last, default)? {
            return Ok(ProposalState::Merged);
        }
        if tip.is_some() && !branch.is_deleted_at_remote()? {
            let is_current = is_within(repository, default.id(), last.id())?;
            return Ok(if is_current { ProposalState::Open } else { ProposalState::Behind });
        }
    }
    let is_there = tip.is_some() && !branch.is_deleted_at_remote()?;
    Ok(if is_there { ProposalState::Open } else { ProposalState::Deleted })
}

/// Returns whether the default branch has a commit, or all that it brings: forges squash and rebase.
pub(super) fn is_merged(
    repository: &Repository,
    commit: &Commit<'_>,
    default: &Commit<'_>,
) -> Result<bool, ReviewError> {
    if is_within(repository, commit.id(), default.id())? {
        return Ok(true);
    }
    let failed = during("compare the proposal with the default branch");
    let Ok(departed) = repository.merge_base(commit.id(), default.id()) else { return Ok(false) };
    let before = repository.find_commit(departed).and_then(|commit| commit.tree()).map_err(&failed)?;
    let [proposed, merged] = [commit, default].map(|commit| commit.tree().map_err(&failed));
    let (proposed, merged) = (proposed?, merged?);
    let brings = repository.diff_tree_to_tree(Some(&before), Some(&proposed), None).map_err(&failed)?;
    let mut deltas = brings.deltas().peekable();
    let brings_something = deltas.peek().is_some();
    let mut has = deltas.map(|delta| {
        let side = delta.new_file();
        let Some(path) = side.path() else { return false };
        match merged.get_path(path) {
            Ok(entry) => entry.id() == side.id(),
            Err(_) => side.id().is_zero(),
        }
    });
    Ok(brings_something && has.all(|has| has))
}
