//! How much a command reads of trees and branches: a tree of a few kilobytes can unfold to billions of files.

use std::cell::Cell;
use std::time::{Duration, Instant};

use git2::{Oid, Repository};

/// Files and folders that are read at most.
const MOST_ENTRIES: usize = 20_000;
/// Commits that are walked through at most.
const MOST_COMMITS: usize = 100_000;
/// How long reading may take.
const LONGEST: Duration = Duration::from_secs(2);
/// Most bytes of one folder's list of entries.
const MOST_TREE_BYTES: usize = 4 << 20;

/// The budget of one command, or of one refresh of the server, for all branches and the work tree together.
#[derive(Debug)]
pub struct TreeBudget {
    entries: Cell<usize>,
    commits: Cell<usize>,
    end: Cell<Instant>,
    spent: Cell<bool>,
}

/// Something is left out, as the budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the folders and branches of skills and of proposals have more than {MOST_ENTRIES} entries or {MOST_COMMITS} commits \
     together, or take more than two seconds to read: the rest is left out"
)]
pub struct OverBudget;

impl Default for TreeBudget {
    fn default() -> TreeBudget {
        TreeBudget {
            entries: Cell::new(MOST_ENTRIES),
            commits: Cell::new(MOST_COMMITS),
            end: Cell::new(Instant::now() + LONGEST),
            spent: Cell::new(false),
        }
    }
}

impl TreeBudget {
    /// Takes one file or folder out of the budget.
    ///
    /// # Errors
    /// When the budget is spent.
    pub fn take(&self) -> Result<(), OverBudget> {
        self.take_of(&self.entries)
    }

    /// Takes a commit that a walk comes to out of the budget.
    pub(crate) fn take_commit(&self) -> Result<(), OverBudget> {
        self.take_of(&self.commits)
    }

    /// Begins the budget anew, so that what comes next has all of it. What was left out before stays told.
    pub fn renew(&self) {
        let TreeBudget { entries, commits, end, .. } = TreeBudget::default();
        self.entries.swap(&entries);
        self.commits.swap(&commits);
        self.end.swap(&end);
    }

    /// Returns whether something was left out.
    ///
    /// # Errors
    /// When something was.
    pub fn check(&self) -> Result<(), OverBudget> {
        if self.spent.get() { Err(OverBudget) } else { Ok(()) }
    }

    /// Takes a folder of a commit out of the budget, before git unpacks its list of entries.
    pub(crate) fn take_tree(&self, repository: &Repository, id: Oid) -> Result<(), OverBudget> {
        self.take()?;
        let header = repository.odb().and_then(|odb| odb.read_header(id));
        // What is missing is reported by whoever reads it.
        if header.is_ok_and(|(size, _)| size > MOST_TREE_BYTES) { Err(self.refuse()) } else { Ok(()) }
    }

    fn take_of(&self, left: &Cell<usize>) -> Result<(), OverBudget> {
        match left.get().checked_sub(1) {
            Some(rest) if Instant::now() < self.end.get() => {
                left.set(rest);
                Ok(())
            }
            _ => Err(self.refuse()),
        }
    }

    /// Notes that something is left out.
    pub(crate) fn refuse(&self) -> OverBudget {
        self.spent.set(true);
        OverBudget
    }
}
