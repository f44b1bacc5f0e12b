//! Whether a folder has the changes between two others. Only what differs is compared, within a budget.

use git2::{ObjectType, Repository, Tree, TreeEntry};

use crate::budget::TreeBudget;
use crate::error::{ReviewError, during};

/// Folders below folders at most: each takes room on the stack.
const DEEPEST: usize = 200;

/// Compares folders of a repository.
pub(super) struct Changes<'r> {
    pub(super) repository: &'r Repository,
    pub(super) budget: &'r TreeBudget,
    /// Whether a change was found.
    pub(super) any: bool,
}

impl<'r> Changes<'r> {
    /// Returns whether `now` has every change from `before` to `after`; each is nothing where there is no such folder.
    ///
    /// # Errors
    /// When the budget is spent, or a folder cannot be read.
    pub(super) fn are_in(
        &mut self,
        now: Option<&Tree<'r>>,
        before: Option<&Tree<'r>>,
        after: Option<&Tree<'r>>,
        depth: usize,
    ) -> Result<bool, ReviewError> {
        if depth > DEEPEST {
            return Err(self.budget.refuse().into());
        }
        let is_removed = |entry: &TreeEntry<'_>| {
            after.is_none_or(|after| after.get_name_bytes(entry.name_bytes()).is_none())
        };
        let removed = before.into_iter().flat_map(|tree| tree.iter()).filter(is_removed);
        for entry in after.into_iter().flat_map(|tree| tree.iter()).chain(removed) {
            let [was, is, has] = [before, after, now]
                .map(|tree| tree.and_then(|tree| tree.get_name_bytes(entry.name_bytes())));
            let id = |entry: &Option<TreeEntry<'_>>| entry.as_ref().map(TreeEntry::id);
            if id(&was) == id(&is) {
                continue;
            }
            self.any = true;
            self.budget.take()?;
            if id(&is) != id(&has) && !self.parts_are_in(has, was, is, depth)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns whether an entry has the changes of a folder without being equal to it.
    fn parts_are_in(
        &mut self,
        has: Option<TreeEntry<'_>>,
        was: Option<TreeEntry<'_>>,
        is: Option<TreeEntry<'_>>,
        depth: usize,
    ) -> Result<bool, ReviewError> {
        let is_file = |entry: &Option<TreeEntry<'_>>| {
            entry.as_ref().is_some_and(|entry| entry.kind() != Some(ObjectType::Tree))
        };
        // Git has no empty folders: a new one brings a file.
        let is_new = was.is_none() && has.is_none();
        if is_new || [&has, &was, &is].into_iter().any(is_file) {
            return Ok(false);
        }
        let [has, was, is] = [self.open(has)?, self.open(was)?, self.open(is)?];
        self.are_in(has.as_ref(), was.as_ref(), is.as_ref(), depth + 1)
    }

    fn open(&self, entry: Option<TreeEntry<'_>>) -> Result<Option<Tree<'r>>, ReviewError> {
        let Some(entry) = entry else { return Ok(None) };
        self.budget.take_tree(self.repository, entry.id())?;
        self.repository.find_tree(entry.id()).map(Some).map_err(during("read a folder of a proposal"))
    }
}

#[cfg(test)]
mod tests {
    use git2::{FileMode, Oid};

    use super::*;
    use crate::OverBudget;

    /// Compares folders with these files, each with its name as its text, or with the text after `=`.
    #[track_caller]
    fn check(before: &str, after: &str, now: &str, expected: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("made");
        let tree = |files: &str| {
            let empty = repository.treebuilder(None).and_then(|builder| builder.write()).expect("a tree");
            let empty = repository.find_tree(empty).expect("there");
            let mut update = git2::build::TreeUpdateBuilder::new();
            for file in files.split_whitespace() {
                let (path, text) = file.split_once('=').unwrap_or((file, file));
                update.upsert(path, repository.blob(text.as_bytes()).expect("a blob"), FileMode::Blob);
            }
            let made = update.create_updated(&repository, &empty).expect("a tree");
            repository.find_tree(made).expect("there")
        };
        let (before, after, now) = (tree(before), tree(after), tree(now));
        let budget = TreeBudget::default();
        let mut changes = Changes { repository: &repository, budget: &budget, any: false };
        let found = changes.are_in(Some(&now), Some(&before), Some(&after), 0).expect("compared");
        assert_eq!(found && changes.any, expected);
    }

    #[test]
    fn changes_are_found_wherever_they_are() {
        check("a", "a", "a", false);
        check("a", "a b/c", "a", false);
        check("a", "a b/c", "a b/c d", true);
        check("a", "a b/c", "a b/c b/d", true);
        check("a", "a b/c b/d", "a b/c", false);
        check("a b/c", "a b/c=2", "a b/c=2 b/d", true);
        check("a b/c", "a b/c=2", "a b/c b/d", false);
        check("a b/c", "a b/c=2", "a", false);
        check("a b/c", "a", "a", true);
        check("a b/c", "a", "a b/c", false);
        check("a b/c b/d", "a b/d", "a", true);
        check("a b/c b/d", "a", "a b/e", true);
        check("a b/c", "a b", "a b/c", false);
        check("a b/c", "a b", "a b", true);
    }

    #[test]
    fn folders_too_deep_to_compare_are_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("made");
        let deep = |text: &str| {
            let put = |id: Oid, mode: FileMode| {
                let mut builder = repository.treebuilder(None).expect("a tree");
                builder.insert("d", id, mode.into()).expect("inserted");
                builder.write().expect("written")
            };
            let file = put(repository.blob(text.as_bytes()).expect("a blob"), FileMode::Blob);
            let root = (0..=DEEPEST).fold(file, |id, _| put(id, FileMode::Tree));
            repository.find_tree(root).expect("there")
        };
        let budget = TreeBudget::default();
        let mut changes = Changes { repository: &repository, budget: &budget, any: false };
        let [before, after, now] = ["one", "two", "three"].map(deep);
        let found = changes.are_in(Some(&now), Some(&before), Some(&after), 0);
        assert!(matches!(found, Err(ReviewError::Budget(OverBudget))), "{found:?}");
        assert_eq!(budget.check(), Err(OverBudget));
    }
}
