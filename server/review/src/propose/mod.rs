//! A proposal: files on a branch of their own, for people to review. HEAD, the index and the work tree stay as
//! they are, dirty or not.

mod branch;
mod changes;
#[cfg(test)]
mod git_tests;
mod message;
mod proposals;
mod sign;
mod state;
#[cfg(test)]
mod tests;
mod tree;

use std::path::Path;

use git2::{Commit, Repository, Signature};

use crate::ancestry::merge_base;
use crate::budget::TreeBudget;
use crate::default_branch::find;
use crate::error::{ReviewError, during};
use crate::git_config::GitConfig;
use crate::identity::{Person, signature};
use crate::repository::open;
use branch::Branch;

pub use proposals::{ProposalBranch, Proposals};
pub use state::ProposalState;

/// A proposal to commit.
#[derive(Debug, Clone)]
pub struct Proposal<'a> {
    /// The branch's name below `housestyle/proposals/`.
    pub name: &'a str,
    /// The subject in a few words on one line, such as `skill prefer-bail`. Its commits name it in a trailer;
    /// a branch that proposes something else is left alone.
    pub subject: &'a str,
    /// Files to add or replace: paths with `/`, relative to the root, and contents.
    pub files: &'a [(String, Vec<u8>)],
    /// The commit's message.
    pub message: &'a str,
}

/// The outcome of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalOutcome {
    /// It is new: a branch with one commit.
    Made,
    /// Its branch has one more commit, which a plain push brings to the remote.
    Updated,
    /// It was there already.
    Unchanged,
    /// The default branch has it already.
    Merged,
}

/// A proposal that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The commit on it.
    pub commit: String,
    /// The outcome.
    pub outcome: ProposalOutcome,
    /// The state of the proposal before.
    pub before: ProposalState,
}

/// Returns the branch whose name leaves no place for branches of proposals, if there is one.
///
/// # Errors
/// When there is no repository.
pub fn branch_in_the_way(path: &Path) -> Result<Option<String>, ReviewError> {
    match branch::check_place(&open(path)?) {
        Ok(()) => Ok(None),
        Err(ReviewError::BranchInTheWay { branch }) => Ok(Some(branch)),
        Err(error) => Err(error),
    }
}

/// Commits files on the proposal's branch, off the default branch. HEAD is no base: it may have work that nobody merged.
///
/// The same proposal once more changes nothing. Another proposal of the same subject goes on top of the branch, here
/// or at the remote; where the default branch has moved on since, the commit merges it, so that the remote's branch
/// only ever goes forward. After a merge the branch starts anew. The user's `commit-msg` hook and signing settings
/// apply; hooks that read the index or the work tree do not run, as the proposal is in neither.
///
/// # Errors
/// When there is no repository or no default branch, the branch is another's, a file cannot be where it should, the hook
/// or the user's signing program refuses, or git fails. No branch has changed then.
pub fn propose(path: &Path, proposal: &Proposal<'_>) -> Result<Proposed, ReviewError> {
    let repository = open(path)?;
    let branch = Branch::of(&repository, proposal.name)?;
    branch::check_place(&repository)?;
    let base = find(&repository)?.known()?.commit(&repository)?;
    let author = signature(&repository, Person::Author)?;
    let committer = signature(&repository, Person::Committer)?;
    let config = GitConfig::of(&repository)?;
    tree::check(&repository, &base, proposal.files)?;
    let budget = TreeBudget::default();
    let before = state::state(&repository, &branch, Some(&base), &budget)?;
    let (here, tip) = (branch.local_tip()?.map(|commit| commit.id()), branch.tip(&budget)?);
    let done = |commit: &Commit<'_>, outcome| {
        Ok(Proposed { branch: branch.name.clone(), commit: commit.id().to_string(), outcome, before })
    };
    if tree::holds(&repository, &base, proposal.files) {
        return done(&base, ProposalOutcome::Merged);
    }
    if let Some(tip) = tip.as_ref().filter(|_| before != ProposalState::Merged) {
        branch.check_ours(tip, &base, proposal.subject)?;
        if tree::holds(&repository, tip, proposal.files) {
            if here != Some(tip.id()) {
                branch.check_free()?;
                branch.move_to(tip.id(), here)?;
            }
            return done(tip, ProposalOutcome::Unchanged);
        }
    }
    branch.check_free()?;
    let parents = parents(&repository, tip, base.clone(), &budget)?;
    let message = message::message(&repository, &config, proposal.message, proposal.subject)?;
    let tree = tree::write(&repository, &base, proposal.files)?;
    let commit = commit((&repository, &config), (&author, &committer), &message, tree, &parents)?;
    branch.move_to(commit.id(), here)?;
    let is_new = parents.len() == 1 && parents[0].id() == base.id();
    done(&commit, if is_new { ProposalOutcome::Made } else { ProposalOutcome::Updated })
}

/// Returns the parents of a new commit, so that it goes forward from both the branch and the default branch.
fn parents<'r>(
    repository: &'r Repository,
    tip: Option<Commit<'r>>,
    base: Commit<'r>,
    budget: &TreeBudget,
) -> Result<Vec<Commit<'r>>, ReviewError> {
    let Some(tip) = tip else { return Ok(vec![base]) };
    let common = merge_base(repository, tip.id(), base.id(), budget)?;
    if common == Some(tip.id()) {
        Ok(vec![base])
    } else if common == Some(base.id()) {
        Ok(vec![tip])
    } else {
        Ok(vec![tip, base])
    }
}

fn commit<'r>(
    (repository, config): (&'r Repository, &GitConfig),
    (author, committer): (&Signature<'_>, &Signature<'_>),
    message: &str,
    tree: git2::Oid,
    parents: &[Commit<'_>],
) -> Result<Commit<'r>, ReviewError> {
    let failed = during("write the proposal's commit");
    let tree = repository.find_tree(tree).map_err(&failed)?;
    let parents: Vec<&Commit<'_>> = parents.iter().collect();
    let content =
        repository.commit_create_buffer(author, committer, message, &tree, &parents).map_err(&failed)?;
    let not_text = |_| failed(git2::Error::from_str("your name in git's configuration is no UTF-8"));
    let content = str::from_utf8(&content).map_err(not_text)?;
    let id = match sign::sign(config, content, committer)? {
        Some(signature) => repository.commit_signed(content, &signature, None).map_err(&failed)?,
        None => repository.commit(None, author, committer, message, &tree, &parents).map_err(&failed)?,
    };
    repository.find_commit(id).map_err(&failed)
}
