//! The state of a proposal, read from the branches as they are in this clone.

use std::path::Path;

use git2::{Commit, Repository};

use super::branch::{Branch, is_within};
use super::changes::Changes;
use crate::budget::TreeBudget;
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
/// When there is no repository, its branches cannot be read, or the budget is spent.
pub fn proposal_state(path: &Path, name: &str, budget: &TreeBudget) -> Result<ProposalState, ReviewError> {
    let repository = open(path)?;
    let branch = Branch::of(&repository, name)?;
    let default = find(&repository)?.ok().map(|branch| branch.commit(&repository)).transpose()?;
    state(&repository, &branch, default.as_ref(), budget)
}

/// Returns the state of a proposal, where the default branch ends at `default`.
pub(super) fn state(
    repository: &Repository,
    branch: &Branch<'_>,
    default: Option<&Commit<'_>>,
    budget: &TreeBudget,
) -> Result<ProposalState, ReviewError> {
    let tip = branch.tip()?;
    let Some(last) = tip.clone().or(branch.noted()?) else { return Ok(ProposalState::None) };
    if let Some(default) = default {
        if is_merged(repository, &last, default, budget)? {
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
fn is_merged(
    repository: &Repository,
    commit: &Commit<'_>,
    default: &Commit<'_>,
    budget: &TreeBudget,
) -> Result<bool, ReviewError> {
    if is_within(repository, commit.id(), default.id())? {
        return Ok(true);
    }
    let Ok(departed) = repository.merge_base(commit.id(), default.id()) else { return Ok(false) };
    let departed = repository.find_commit(departed).map_err(during("read a commit"))?;
    let root = |commit: &Commit<'_>| {
        budget.take_tree(repository, commit.tree_id())?;
        repository.find_tree(commit.tree_id()).map_err(during("read the tree of a commit"))
    };
    let (before, after, now) = (root(&departed)?, root(commit)?, root(default)?);
    let mut changes = Changes { repository, budget, any: false };
    Ok(changes.are_in(Some(&now), Some(&before), Some(&after), 0)? && changes.any)
}
