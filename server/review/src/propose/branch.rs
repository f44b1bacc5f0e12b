//! A proposal's branch, local and at the remote: its tips, the owners of its commits, and whether it was deleted.

use std::path::PathBuf;

use git2::{Commit, ErrorCode, Oid, Reference, Repository, Sort};

use super::message::proposed_by;
use crate::ancestry::merge_base;
use crate::budget::TreeBudget;
use crate::default_branch::find_team_remote;
use crate::error::{ReviewError, during, writing};
use crate::repository::PROPOSALS;

/// References to the last commit of each proposal that was made here, by which a deleted branch is noticed.
const NOTES: &str = "refs/housestyle/proposed/";

/// Checks that git can make branches of proposals: none may have the name of a folder that holds them.
pub(crate) fn check_place(repository: &Repository) -> Result<(), ReviewError> {
    let mut folder = PROPOSALS;
    while let Some((above, _)) = folder.rsplit_once('/') {
        if repository.find_reference(&format!("refs/heads/{above}")).is_ok() {
            return Err(ReviewError::BranchInTheWay { branch: above.to_owned() });
        }
        folder = above;
    }
    Ok(())
}

/// A proposal's branch.
pub(super) struct Branch<'r> {
    repository: &'r Repository,
    /// Its name, without `refs/heads/`.
    pub(super) name: String,
    note: String,
    /// The remote that it was pushed to, or else the team's.
    remote: Option<String>,
}

impl<'r> Branch<'r> {
    /// Returns the branch of the proposal `name`, which need not exist.
    pub(super) fn of(repository: &'r Repository, name: &str) -> Result<Branch<'r>, ReviewError> {
        let branch = format!("{PROPOSALS}{name}");
        let is_wrong = name.starts_with('-') || name.contains('/');
        if is_wrong || !Reference::is_valid_name(&format!("refs/heads/{branch}")) {
            return Err(ReviewError::BadName { name: name.to_owned() });
        }
        let config = repository.config().map_err(during("read git's configuration"))?;
        let remote = match config.get_string(&format!("branch.{branch}.remote")) {
            Ok(pushed_to) => Some(pushed_to),
            Err(_) => match find_team_remote(repository) {
                Err(ReviewError::NoDefault(_)) => None,
                found => found?,
            },
        };
        Ok(Branch { repository, note: format!("{NOTES}{name}"), remote, name: branch })
    }

    fn reference(&self) -> String {
        format!("refs/heads/{}", self.name)
    }

    /// Returns its newest commit here.
    pub(super) fn local_tip(&self) -> Result<Option<Commit<'r>>, ReviewError> {
        self.commit(&self.reference())
    }

    /// Returns its newest commit at the remote, as of the last fetch or push.
    pub(super) fn remote_tip(&self) -> Result<Option<Commit<'r>>, ReviewError> {
        match &self.remote {
            Some(remote) => self.commit(&format!("refs/remotes/{remote}/{}", self.name)),
            None => Ok(None),
        }
    }

    /// Returns the commit that was last proposed from here, wherever the branch is now.
    pub(super) fn noted(&self) -> Result<Option<Commit<'r>>, ReviewError> {
        self.commit(&self.note)
    }

    /// Returns whether it was pushed, and the remote has it no more; `false` where this clone does not follow such
    /// branches, as then nobody knows.
    pub(super) fn is_deleted_at_remote(&self) -> Result<bool, ReviewError> {
        let config = self.repository.config().map_err(during("read git's configuration"))?;
        let was_pushed = config.get_string(&format!("branch.{}.merge", self.name)).is_ok();
        let reference = self.reference();
        let remote = self.remote.as_deref().and_then(|remote| self.repository.find_remote(remote).ok());
        let is_followed = remote.is_some_and(|remote| {
            let fetched = |spec: git2::Refspec<'_>| {
                spec.direction() == git2::Direction::Fetch && spec.src_matches(&reference)
            };
            remote.refspecs().any(fetched)
        });
        Ok(was_pushed && is_followed && self.remote_tip()?.is_none())
    }

    /// Returns the newest commit of both: here and at the remote.
    pub(super) fn tip(&self, budget: &TreeBudget) -> Result<Option<Commit<'r>>, ReviewError> {
        match (self.local_tip()?, self.remote_tip()?) {
            (Some(here), Some(there)) => {
                let base = merge_base(self.repository, here.id(), there.id(), budget)?;
                if base == Some(there.id()) {
                    Ok(Some(here))
                } else if base == Some(here.id()) {
                    Ok(Some(there))
                } else {
                    let remote = format!("{}/{}", self.remote.as_deref().unwrap_or_default(), self.name);
                    Err(ReviewError::Diverged { branch: self.name.clone(), remote })
                }
            }
            (here, there) => Ok(here.or(there)),
        }
    }

    fn commit(&self, reference: &str) -> Result<Option<Commit<'r>>, ReviewError> {
        match self.repository.find_reference(reference) {
            Ok(found) => found.peel_to_commit().map(Some).map_err(during("read the proposal's branch")),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(source) => Err(ReviewError::Git { operation: "look for the proposal's branch", source }),
        }
    }

    /// Checks that the branch holds neither another proposal nor commits that somebody added by hand.
    /// Merges are passed over: they bring the default branch, which the next commit departs from anyway.
    pub(super) fn check_ours(
        &self,
        tip: &Commit<'_>,
        base: &Commit<'_>,
        subject: &str,
    ) -> Result<(), ReviewError> {
        let failed = during("walk the proposal's branch");
        let mut walk = self.repository.revwalk().map_err(&failed)?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).map_err(&failed)?;
        walk.push(tip.id()).map_err(&failed)?;
        walk.hide(base.id()).map_err(&failed)?;
        for id in walk {
            let commit = self.repository.find_commit(id.map_err(&failed)?).map_err(&failed)?;
            if commit.parent_count() > 1 {
                continue;
            }
            match proposed_by(&commit) {
                Some(found) if found == subject => {}
                Some(_) => return Err(ReviewError::Taken { branch: self.name.clone() }),
                None => {
                    let author = String::from_utf8_lossy(commit.author().name_bytes()).into_owned();
                    let commit = commit.id().to_string()[..10].to_owned();
                    return Err(ReviewError::Edited { branch: self.name.clone(), commit, author });
                }
            }
        }
        Ok(())
    }

    /// Checks that no work tree has it checked out: its files would seem changed.
    pub(super) fn check_free(&self) -> Result<(), ReviewError> {
        let reference = self.reference();
        let taken = |repository: &Repository| -> Option<PathBuf> {
            let head = repository.find_reference("HEAD").ok()?;
            let is_there = head.symbolic_target().ok().flatten() == Some(reference.as_str());
            is_there.then(|| repository.workdir().map(PathBuf::from)).flatten()
        };
        let names = self.repository.worktrees().map_err(during("list the work trees"))?;
        let linked = names.iter().flatten().flatten().filter_map(|name| {
            let tree = self.repository.find_worktree(name).ok()?;
            Repository::open_from_worktree(&tree).ok()
        });
        let main = Repository::open(self.repository.commondir()).ok();
        match main.into_iter().chain(linked).find_map(|repository| taken(&repository)) {
            Some(folder) => Err(ReviewError::CheckedOut { branch: self.name.clone(), folder }),
            None => Ok(()),
        }
    }

    /// Moves it to a commit, unless somebody else moved it since `before` was read.
    pub(super) fn move_to(&self, commit: Oid, before: Option<Oid>) -> Result<(), ReviewError> {
        let reference = self.reference();
        let failed = writing(self.repository, &reference);
        let log = "housestyle: propose";
        let moved = match before {
            Some(before) if before == commit => return self.note(commit),
            Some(before) => self.repository.reference_matching(&reference, commit, true, before, log),
            None => self.repository.reference(&reference, commit, false, log),
        };
        moved.map_err(failed)?;
        self.note(commit)
    }

    fn note(&self, commit: Oid) -> Result<(), ReviewError> {
        let failed = writing(self.repository, &self.note);
        self.repository.reference(&self.note, commit, true, "housestyle: propose").map_err(failed)?;
        Ok(())
    }
}
