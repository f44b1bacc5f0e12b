//! The files of a tree by its id, as somebody's writing: to look at a repository as it was, without a checkout.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use git2::{ObjectType, Oid, Repository, Tree};
use housestyle_learn::exclusions::{Exclusion, ExclusionCounts};

use crate::attributes::TreeAttributes;
use crate::error::{ReviewError, during};
use crate::read::Reader;
use crate::repository::open;

/// Files and folders of a tree that are listed at most: a tree of a few kilobytes can unfold to billions.
const MOST_ENTRIES: usize = 200_000;
/// Folders below folders at most.
const MOST_DEPTH: usize = 64;
/// Most bytes of one folder's list of entries.
const MOST_TREE_BYTES: usize = 4 << 20;

/// A repository whose trees are read.
pub struct TreeFiles {
    repository: Repository,
    forbidden: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl fmt::Debug for TreeFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeFiles").field("repository", &self.repository.path()).finish()
    }
}

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path.
    pub path: String,
    /// The id of its text.
    pub blob: String,
}

/// The files of a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeList {
    /// Those that somebody wrote, as far as their paths tell.
    pub files: Vec<TreeFile>,
    /// The excluded ones, by reason.
    pub excluded: ExclusionCounts,
    /// Whether files or folders were left out, as the tree is too large or objects are missing.
    pub is_cut: bool,
}

impl TreeFiles {
    /// Opens the repository that holds a folder. `forbidden` says of a path whether it must not be read.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn open(
        folder: &Path,
        forbidden: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    ) -> Result<TreeFiles, ReviewError> {
        Ok(TreeFiles { repository: open(folder)?, forbidden })
    }

    /// Lists the files of a tree, or of a commit's tree, in git's order.
    ///
    /// # Errors
    /// When `id` is no id of a tree or commit of this repository.
    pub fn list(&self, id: &str) -> Result<TreeList, ReviewError> {
        let failed = during("read a tree");
        let id = Oid::from_str(id).map_err(&failed)?;
        let tree = self.repository.find_object(id, None).and_then(|object| object.peel_to_tree());
        let tree = tree.map_err(&failed)?;
        let mut lister = Lister {
            repository: &self.repository,
            reader: self.reader(),
            attributes: TreeAttributes::new(&self.repository, &tree),
            list: TreeList::default(),
            rest: MOST_ENTRIES,
        };
        lister.folder(&tree, &[], 0);
        Ok(lister.list)
    }

    /// Returns the text of a file.
    ///
    /// # Errors
    /// With the reason to exclude it.
    pub fn text(&self, file: &TreeFile) -> Result<String, Exclusion> {
        let id = Oid::from_str(&file.blob).map_err(|_| Exclusion::Missing)?;
        self.reader().text(&file.path, id)
    }

    fn reader(&self) -> Reader<'_> {
        Reader { repository: &self.repository, forbidden: &*self.forbidden, mailmap: None }
    }
}

/// Lists one tree.
struct Lister<'a> {
    repository: &'a Repository,
    reader: Reader<'a>,
    attributes: TreeAttributes<'a>,
    list: TreeList,
    /// Entries that may still be listed.
    rest: usize,
}

impl Lister<'_> {
    /// Lists a folder, whose path ends with `/` or is empty.
    fn folder(&mut self, tree: &Tree<'_>, above: &[u8], depth: usize) {
        for entry in tree.iter() {
            if self.rest == 0 {
                self.list.is_cut = true;
                return;
            }
            self.rest -= 1;
            let path = [above, entry.name_bytes()].concat();
            if entry.kind() == Some(ObjectType::Tree) {
                match child(self.repository, entry.id()).filter(|_| depth < MOST_DEPTH) {
                    Some(child) => self.folder(&child, &[&path, &b"/"[..]].concat(), depth + 1),
                    None => self.list.is_cut = true,
                }
                continue;
            }
            match self.reader.named(&path, entry.filemode(), Some(&self.attributes)) {
                Ok(path) => {
                    let file = TreeFile { path: path.to_owned(), blob: entry.id().to_string() };
                    self.list.files.push(file);
                }
                Err(reason) => self.list.excluded.add(reason),
            }
        }
    }
}

/// Returns a folder; `None` where it is too large or missing.
fn child(repository: &Repository, id: Oid) -> Option<Tree<'_>> {
    // The size is known before the folder is unpacked.
    let (size, _) = repository.odb().ok()?.read_header(id).ok()?;
    if size <= MOST_TREE_BYTES { repository.find_tree(id).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use git2::Signature;

    use super::*;

    fn tree(repository: &Repository, entries: &[(&str, Oid, i32)]) -> Oid {
        let mut builder = repository.treebuilder(None).expect("a builder");
        for (name, id, mode) in entries {
            builder.insert(name, *id, *mode).expect("added");
        }
        builder.write().expect("written")
    }

    fn files(folder: &Path) -> TreeFiles {
        TreeFiles::open(folder, Arc::new(|path| path.starts_with("private/"))).expect("a repository")
    }

    fn bare() -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init_bare(folder.path()).expect("a repository");
        (folder, repository)
    }

    #[test]
    fn what_somebody_wrote_is_listed_and_read() {
        let (folder, repository) = bare();
        let blob = |text: &str| repository.blob(text.as_bytes()).expect("written");
        let entries = [("a.rs", blob("fn a() {}"), 0o100_644), ("link", blob("/etc"), 0o120_000)];
        let inner = tree(&repository, &entries);
        let private = tree(&repository, &[("b.rs", blob("fn b() {}"), 0o100_644)]);
        let top = [
            ("src", inner, 0o040_000),
            ("vendor", private, 0o040_000),
            ("private", private, 0o040_000),
            (".gitattributes", blob("made.rs linguist-generated"), 0o100_644),
            ("made.rs", blob("fn c() {}"), 0o100_644),
            ("Cargo.lock", blob(""), 0o100_644),
            ("data.bin", blob("\0"), 0o100_644),
        ];
        let top = tree(&repository, &top);
        let files = files(folder.path());
        let list = files.list(&top.to_string()).expect("listed");
        let paths: Vec<&str> = list.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((paths, list.is_cut), (vec![".gitattributes", "data.bin", "src/a.rs"], false));
        let reasons: Vec<_> = list.excluded.iter().collect();
        let expected = [
            (Exclusion::Generated, 1),
            (Exclusion::Vendored, 1),
            (Exclusion::Lock, 1),
            (Exclusion::NotAFile, 1),
            (Exclusion::Forbidden, 1),
        ];
        assert_eq!(reasons, expected);
        let texts: Vec<_> = list.files.iter().map(|file| files.text(file)).collect();
        assert_eq!(texts[1..], [Err(Exclusion::Binary), Ok("fn a() {}".to_owned())]);

        let who = Signature::now("Ann", "ann@example.org").expect("a name");
        let tree = repository.find_tree(top).expect("there");
        let commit = repository.commit(None, &who, &who, "work", &tree, &[]).expect("committed");
        assert_eq!(files.list(&commit.to_string()).expect("listed"), list);
        for absent in ["", "main", &"0".repeat(40), &blob("x").to_string()] {
            assert!(files.list(absent).is_err(), "{absent}");
        }
    }

    #[test]
    fn a_tree_that_unfolds_without_end_is_cut() {
        let (folder, repository) = bare();
        let leaf = || tree(&repository, &[("a.rs", repository.blob(b"").expect("written"), 0o100_644)]);
        let mut wide = leaf();
        for _ in 0..20 {
            let names: Vec<String> = (0..10).map(|n| format!("d{n}")).collect();
            let entries: Vec<_> = names.iter().map(|name| (name.as_str(), wide, 0o040_000)).collect();
            wide = tree(&repository, &entries);
        }
        let list = files(folder.path()).list(&wide.to_string()).expect("listed");
        assert!(list.is_cut && list.files.len() <= MOST_ENTRIES, "{}", list.files.len());
        let deep = (0..=MOST_DEPTH).fold(leaf(), |below, _| tree(&repository, &[("d", below, 0o040_000)]));
        let list = files(folder.path()).list(&deep.to_string()).expect("listed");
        assert_eq!((list.files.len(), list.is_cut), (0, true));
    }

    #[test]
    fn a_missing_folder_costs_its_files() {
        let (folder, repository) = bare();
        let blob = repository.blob(b"fn a() {}").expect("written");
        let lost = tree(&repository, &[("b.rs", blob, 0o100_644)]);
        let top = tree(&repository, &[("a.rs", blob, 0o100_644), ("lost", lost, 0o040_000)]);
        let name = lost.to_string();
        let (first, rest) = name.split_at(2);
        std::fs::remove_file(repository.path().join("objects").join(first).join(rest)).expect("removed");
        let list = files(folder.path()).list(&top.to_string()).expect("listed");
        assert_eq!((list.files.len(), list.is_cut), (1, true));
    }
}
