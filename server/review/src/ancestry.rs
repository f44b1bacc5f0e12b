//! The last common commit of two branches, found within a budget: git's own search cannot be interrupted.

use std::collections::{BinaryHeap, HashMap};

use git2::{Commit, ErrorCode, Oid, Repository};

use crate::budget::TreeBudget;
use crate::error::{ReviewError, during};

/// The commit is within the first branch.
const FIRST: u8 = 1;
/// The commit is within the second branch.
const SECOND: u8 = 2;
/// The commit is before a common commit.
const STALE: u8 = 4;

/// Returns the newest commit that is within both branches, each named by its last commit; `None` where they share none.
/// Where one branch has the other one whole, that is the other one's last commit.
///
/// # Errors
/// When the budget is spent, or a commit cannot be read.
pub(crate) fn merge_base(
    repository: &Repository,
    first: Oid,
    second: Oid,
    budget: &TreeBudget,
) -> Result<Option<Oid>, ReviewError> {
    let mut walk = Walk { repository, budget, waiting: BinaryHeap::new(), marks: HashMap::new() };
    walk.mark(first, FIRST)?;
    walk.mark(second, SECOND)?;
    let mut common = Vec::new();
    // As long as a commit waits that is not before a common one, it may lead to a newer common one.
    while walk.waiting.iter().any(|(_, id)| walk.marks[id] & STALE == 0) {
        let Some((time, id)) = walk.waiting.pop() else { break };
        let mut marks = walk.marks[&id];
        if marks == FIRST | SECOND {
            if id == first || id == second {
                return Ok(Some(id));
            }
            common.push((time, id));
            marks |= STALE;
        }
        walk.mark_parents(id, marks)?;
    }
    let bases = common.into_iter().filter(|(_, id)| walk.marks[id] & STALE == 0);
    Ok(bases.max().map(|(_, id)| id))
}

/// A walk from two commits back, newest first.
struct Walk<'r> {
    repository: &'r Repository,
    budget: &'r TreeBudget,
    /// Commits whose parents are to be marked, with their times.
    waiting: BinaryHeap<(i64, Oid)>,
    marks: HashMap<Oid, u8>,
}

impl<'r> Walk<'r> {
    fn mark_parents(&mut self, id: Oid, marks: u8) -> Result<(), ReviewError> {
        let Some(commit) = self.find(id)? else { return Ok(()) };
        commit.parent_ids().try_for_each(|parent| self.mark(parent, marks))
    }

    /// Adds marks to a commit, which waits again where any of them is new.
    fn mark(&mut self, id: Oid, marks: u8) -> Result<(), ReviewError> {
        let before = self.marks.get(&id).copied().unwrap_or_default();
        if before | marks == before {
            return Ok(());
        }
        self.budget.take_commit()?;
        let Some(commit) = self.find(id)? else { return Ok(()) };
        self.marks.insert(id, before | marks);
        self.waiting.push((commit.time().seconds(), id));
        Ok(())
    }

    /// Returns a commit; `None` where a shallow clone ends.
    fn find(&self, id: Oid) -> Result<Option<Commit<'r>>, ReviewError> {
        match self.repository.find_commit(id) {
            Ok(commit) => Ok(Some(commit)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(during("read a commit")(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use git2::{Signature, Time};

    use super::*;
    use crate::OverBudget;

    /// Commits of an empty tree.
    struct World {
        _folder: tempfile::TempDir,
        repository: Repository,
    }

    impl World {
        fn new() -> World {
            let folder = tempfile::tempdir().expect("a folder");
            let repository = Repository::init(folder.path()).expect("made");
            World { _folder: folder, repository }
        }

        fn commit(&self, parents: &[Oid], time: i64) -> Oid {
            let empty = self.repository.treebuilder(None).and_then(|tree| tree.write()).expect("a tree");
            let tree = self.repository.find_tree(empty).expect("there");
            let by = Signature::new("Ann", "ann@example.com", &Time::new(time, 0)).expect("a signature");
            let parents: Vec<Commit<'_>> =
                parents.iter().map(|id| self.repository.find_commit(*id).expect("there")).collect();
            let parents: Vec<&Commit<'_>> = parents.iter().collect();
            self.repository.commit(None, &by, &by, "message", &tree, &parents).expect("a commit")
        }

        #[track_caller]
        fn check(&self, first: Oid, second: Oid, expected: Option<Oid>) {
            for (first, second) in [(first, second), (second, first)] {
                let found = merge_base(&self.repository, first, second, &TreeBudget::default());
                assert_eq!(found.expect("read"), expected);
                assert_eq!(self.repository.merge_base(first, second).ok(), expected, "git says");
            }
        }
    }

    #[test]
    fn the_last_common_commit_is_found_whatever_the_clocks_say() {
        let world = World::new();
        let root = world.commit(&[], 1001);
        let main = world.commit(&[root], 1002);
        let side = world.commit(&[root], 1003);
        let [late, early] = [9000, 1].map(|time| world.commit(&[side], time));
        world.check(main, main, Some(main));
        world.check(root, main, Some(root));
        world.check(main, side, Some(root));
        world.check(side, late, Some(side));
        world.check(side, early, Some(side));
        world.check(late, early, Some(side));
        let merge = world.commit(&[main, late], 1004);
        world.check(merge, late, Some(late));
        world.check(merge, early, Some(side));
        world.check(merge, world.commit(&[main], 1005), Some(main));
        world.check(main, world.commit(&[], 1006), None);
    }

    #[test]
    fn the_search_ends_with_the_budget() {
        let world = World::new();
        let line = |time| (0..50).fold(world.commit(&[], time), |parent, _| world.commit(&[parent], time));
        let (one, two) = (line(1), line(2));
        let budget = TreeBudget::default();
        let found = loop {
            match merge_base(&world.repository, one, two, &budget) {
                Ok(found) => assert_eq!(found, None),
                Err(error) => break error,
            }
        };
        assert!(matches!(found, ReviewError::Budget(OverBudget)), "{found}");
        assert_eq!(budget.check(), Err(OverBudget));
    }
}
