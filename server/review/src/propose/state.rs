//! The state of a proposal, read from the branches as they are in this clone.

use git2::{Commit, Oid, Repository};

use super::branch::Branch;
use super::changes::Changes;
use crate::ancestry::merge_base;
use crate::budget::TreeBudget;
use crate::error::{ReviewError, during};

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

/// Returns the state of a proposal, where the default branch ends at `default`.
pub(super) fn state(
    repository: &Repository,
    branch: &Branch<'_>,
    default: Option<&Commit<'_>>,
    budget: &TreeBudget,
) -> Result<ProposalState, ReviewError> {
    let tip = branch.tip(budget)?;
    let Some(last) = tip.clone().or(branch.noted()?) else { return Ok(ProposalState::None) };
    let departed = match default {
        Some(default) => merge_base(repository, last.id(), default.id(), budget)?,
        None => None,
    };
    if let (Some(default), Some(departed)) = (default, departed)
        && is_merged(repository, &last, default, departed, budget)?
    {
        return Ok(ProposalState::Merged);
    }
    if tip.is_none() || branch.is_deleted_at_remote()? {
        return Ok(ProposalState::Deleted);
    }
    let is_current = default.is_none_or(|default| departed == Some(default.id()));
    Ok(if is_current { ProposalState::Open } else { ProposalState::Behind })
}

/// Returns whether the default branch has a commit, or all that the commit brings: forges squash and rebase. `departed` is
/// the last commit of both.
fn is_merged(
    repository: &Repository,
    commit: &Commit<'_>,
    default: &Commit<'_>,
    departed: Oid,
    budget: &TreeBudget,
) -> Result<bool, ReviewError> {
    if departed == commit.id() {
        return Ok(true);
    }
    let departed = repository.find_commit(departed).map_err(during("read a commit"))?;
    let root = |commit: &Commit<'_>| {
        budget.take_tree(repository, commit.tree_id())?;
        repository.find_tree(commit.tree_id()).map_err(during("read the tree of a commit"))
    };
    let (before, after, now) = (root(&departed)?, root(commit)?, root(default)?);
    let mut changes = Changes { repository, budget, any: false };
    Ok(changes.are_in(Some(&now), Some(&before), Some(&after), 0)? && changes.any)
}
