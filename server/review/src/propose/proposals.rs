//! The proposals that the branches of a repository hold, read within one budget.

use std::path::Path;

use git2::{Oid, Repository};

use super::branch::Branch;
use super::state::{ProposalState, state};
use crate::budget::TreeBudget;
use crate::default_branch::{KnownBranch, find};
use crate::error::{ReviewError, during};
use crate::folders::{Folder, FolderLimits, Source};
use crate::repository::open;

/// The proposals of a repository, which is opened once for all of them.
pub struct Proposals<'b> {
    repository: Repository,
    default: Option<KnownBranch>,
    budget: &'b TreeBudget,
}

/// A branch that proposes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalBranch {
    /// Its name below `housestyle/proposals/`.
    pub name: String,
    /// The reference: local, or as a remote was when it was fetched last.
    pub reference: String,
    /// Its newest commit.
    pub commit: String,
    /// When that was made, in seconds since 1970.
    pub time: i64,
}

impl<'b> Proposals<'b> {
    /// Opens the repository that holds `path`.
    ///
    /// # Errors
    /// When there is no repository, or its references cannot be read.
    pub fn of(path: &Path, budget: &'b TreeBudget) -> Result<Proposals<'b>, ReviewError> {
        let repository = open(path)?;
        let default = find(&repository)?.ok();
        Ok(Proposals { repository, default, budget })
    }

    /// Returns the branches of proposals, local ones first, as many as the budget allows.
    ///
    /// # Errors
    /// When the references cannot be read.
    pub fn branches(&self) -> Result<Vec<ProposalBranch>, ReviewError> {
        let mut branches = Vec::new();
        for pattern in ["refs/heads/housestyle/proposals/*", "refs/remotes/*/housestyle/proposals/*"] {
            let found = self.repository.references_glob(pattern).map_err(during("list the proposals"))?;
            for reference in found.flatten() {
                let full = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                let Some((_, name)) = full.split_once("housestyle/proposals/") else { continue };
                if self.budget.take().is_err() {
                    break;
                }
                let Ok(commit) = reference.peel_to_commit() else { continue };
                branches.push(ProposalBranch {
                    name: name.to_owned(),
                    commit: commit.id().to_string(),
                    time: commit.time().seconds(),
                    reference: full.clone(),
                });
            }
        }
        Ok(branches)
    }

    /// Returns the state of the proposal `name`, as of the last fetch.
    ///
    /// # Errors
    /// When the branches cannot be read, or the budget is spent.
    pub fn state(&self, name: &str) -> Result<ProposalState, ReviewError> {
        self.budget.take()?;
        let branch = Branch::of(&self.repository, name)?;
        let default = self.default.as_ref().map(|branch| branch.commit(&self.repository)).transpose()?;
        state(&self.repository, &branch, default.as_ref(), self.budget)
    }

    /// Returns a folder as a commit has it; `None` where it has no such folder, or there is no such commit.
    ///
    /// # Errors
    /// When the budget is spent before the folder is found.
    pub fn folder_at(
        &self,
        commit: &str,
        folder: &str,
        limits: FolderLimits,
    ) -> Result<Option<Folder>, ReviewError> {
        let found = Oid::from_str(commit).and_then(|id| self.repository.find_commit(id));
        let Ok(commit) = found else { return Ok(None) };
        Source { repository: &self.repository, limits, budget: self.budget }.folder(&commit, folder)
    }
}
