//! How much a command reads of trees: a tree of a few kilobytes can unfold to billions of files.

use std::cell::Cell;
use std::time::{Duration, Instant};

use git2::{Oid, Repository};

/// Files and folders that are read at most.
const MOST_ENTRIES: usize = 20_000;
/// How long reading may take.
const LONGEST: Duration = Duration::from_secs(2);
/// Most bytes of one folder's list of entries.
const MOST_TREE_BYTES: usize = 4 << 20;

/// The budget of one command, or of one refresh of the server, for all branches and the work tree together.
#[derive(Debug)]
pub struct TreeBudget {
    entries: Cell<usize>,
    end: Instant,
    spent: Cell<bool>,
}

/// Something is left out, as the budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the folders of skills and of proposals have more than {MOST_ENTRIES} entries together, or take more than two \
     seconds to read: the rest is left out"
)]
pub struct OverBudget;

impl Default for TreeBudget {
    fn default() -> TreeBudget {
        TreeBudget {
            entries: Cell::new(MOST_ENTRIES),
            end: Instant::now() + LONGEST,
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
        match self.entries.get().checked_sub(1) {
            Some(rest) if Instant::now() < self.end => {
                self.entries.set(rest);
                Ok(())
            }
            _ => Err(self.refuse()),
        }
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

    fn refuse(&self) -> OverBudget {
        self.spent.set(true);
        OverBudget
    }
}
