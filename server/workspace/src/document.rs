//! Which workspace a document belongs to, and whether its text may be recorded or shown elsewhere.

use std::path::{Path, PathBuf};

use housestyle_text::secrets;

use crate::ignored::{ignored, ignored_if_known};
use crate::root;

/// A document's place in its workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The root of its workspace: its repository, or the folder that the editor has open.
    pub root: PathBuf,
    /// Its path in the workspace, `/` between its parts.
    pub path: String,
}

/// Why nothing of a document may be recorded.
#[derive(Debug)]
pub enum Excluded {
    /// Its name says that it holds secrets, or git ignores it.
    ByRule,
    /// Git does not tell what it ignores, or not in time.
    Unknown(Box<dyn std::error::Error + Send + Sync>),
}

impl Document {
    /// Returns where a file belongs, by its absolute path, the folders that the editor has open, and the folder of the
    /// process; `None` for a file in no workspace.
    ///
    /// A file belongs to its repository, else to the innermost open folder, and only within an open folder. An open
    /// folder inside a repository stands for that repository. Where no folder is open, the repository of the process's
    /// folder is. Paths are compared without links: what a link leads to belongs where it really lies.
    pub fn of(file: &Path, opened: &[PathBuf], process: &Path) -> Option<Document> {
        let file = &root::real(file);
        let mut opened: Vec<PathBuf> =
            opened.iter().map(|folder| root::root_of(&root::real(folder))).collect();
        if opened.is_empty() {
            opened.extend(Some(root::root_of(&root::real(process))).filter(|root| is_repository(root)));
        }
        let holding = opened.into_iter().filter(|folder| file.starts_with(folder));
        let folder = holding.max_by_key(|folder| folder.components().count())?;
        let repository = Some(root::root_of(file.parent()?)).filter(|root| is_repository(root));
        let root = repository.unwrap_or(folder);
        Some(Document { path: root::relative(&root, file), root })
    }

    /// Returns why nothing of the document may be recorded or shown elsewhere, if so. Git may be asked, for seconds: call it
    /// for a document of a trusted workspace, and never on the way of a message.
    pub fn excluded(&self) -> Option<Excluded> {
        if secrets::is_secret_path(&self.path) {
            return Some(Excluded::ByRule);
        }
        match ignored(&self.root, &self.path) {
            Ok(false) => None,
            Ok(true) => Some(Excluded::ByRule),
            Err(error) => Some(Excluded::Unknown(error)),
        }
    }

    /// Returns whether nothing of the document may be recorded or shown elsewhere, at once; nothing while git is asked, on a
    /// thread. Call it for a document of a trusted workspace.
    pub fn is_excluded_if_known(&self) -> Option<bool> {
        if secrets::is_secret_path(&self.path) {
            return Some(true);
        }
        let known = ignored_if_known(&self.root, &self.path)?;
        Some(known.unwrap_or(true))
    }
}

fn is_repository(root: &Path) -> bool {
    root.join(".git").exists()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder in which folders and repositories are made; a repository's path ends in `.git`.
    struct World(tempfile::TempDir);

    impl World {
        fn new(folders: &[&str]) -> World {
            let world = World(tempfile::tempdir().expect("a folder"));
            folders.iter().for_each(|folder| fs::create_dir_all(world.0.path().join(folder)).expect("made"));
            world
        }

        /// Checks that a document belongs to a root under a path, as `root:path`; to none, where that is empty.
        #[track_caller]
        fn check(&self, document: &str, opened: &[&str], process: &str, expected: &str) {
            let at = |path: &&str| self.0.path().join(path);
            let opened: Vec<PathBuf> = opened.iter().map(at).collect();
            let found = Document::of(&at(&document), &opened, &at(&process));
            let expected = expected
                .split_once(':')
                .map(|(root, path)| Document { root: root::real(&at(&root)), path: path.to_owned() });
            assert_eq!(found, expected, "{document} in {opened:?}");
        }
    }

    #[test]
    fn a_document_belongs_to_the_innermost_open_folder() {
        let world = World::new(&["a/b/c", "repo/.git"]);
        world.check("a/x.rs", &["a"], "repo", "a:x.rs");
        world.check("a/b/c/x.rs", &["a/b", "a"], "repo", "a/b:c/x.rs");
        world.check("a/b/c/x.rs", &["a", "a/b"], "repo", "a/b:c/x.rs");
        world.check("a/x.rs", &["a", "a/b"], "repo", "a:x.rs");
        world.check("a/new/x.rs", &["a"], "repo", "a:new/x.rs");
        world.check("a/b/../x.rs", &["a/./b/.."], "repo", "a:x.rs");
    }

    #[test]
    fn an_open_folder_inside_a_repository_stands_for_the_repository() {
        let world = World::new(&["repo/.git", "repo/sub", "repo/other", "repo/inner/.git"]);
        world.check("repo/sub/x.rs", &["repo/sub"], "", "repo:sub/x.rs");
        world.check("repo/other/x.rs", &["repo/sub"], "", "repo:other/x.rs");
        world.check("repo/sub/x.rs", &["repo/sub", "repo"], "", "repo:sub/x.rs");
        world.check("repo/inner/x.rs", &["repo/sub"], "", "repo/inner:x.rs");
    }

    #[test]
    fn a_repository_inside_an_open_folder_is_a_workspace_of_its_own() {
        let world = World::new(&["w/one/.git", "w/two/.git", "w/two/deep/er/.git", "w/plain", "w/link"]);
        fs::write(world.0.path().join("w/link/.git"), "gitdir: elsewhere").expect("a linked work tree");
        fs::create_dir(world.0.path().join("w/one/module")).expect("made");
        fs::write(world.0.path().join("w/one/module/.git"), "gitdir: ../.git/modules/m")
            .expect("a submodule");
        let opened = &["w"];
        world.check("w/one/src/x.rs", opened, "w", "w/one:src/x.rs");
        world.check("w/two/x.rs", opened, "w", "w/two:x.rs");
        world.check("w/two/deep/x.rs", opened, "w", "w/two:deep/x.rs");
        world.check("w/two/deep/er/x.rs", opened, "w", "w/two/deep/er:x.rs");
        world.check("w/link/x.rs", opened, "w", "w/link:x.rs");
        world.check("w/one/module/x.rs", opened, "w", "w/one/module:x.rs");
        world.check("w/plain/x.rs", opened, "w/one", "w:plain/x.rs");
        world.check("w/x.rs", opened, "w/one", "w:x.rs");
        // The outer repository is not open, only the inner one.
        world.check("w/two/x.rs", &["w/two/deep/er"], "w", "");
    }

    #[test]
    fn a_document_outside_of_the_open_folders_belongs_to_no_workspace() {
        let world = World::new(&["repo/.git", "dependency/.git", "repository"]);
        world.check("dependency/x.rs", &["repo"], "dependency", "");
        world.check("repository/x.rs", &["repo"], "repository", "");
        world.check("repo/../x.rs", &["repo"], "", "");
        world.check("x.rs", &["gone"], "", "");
    }

    #[test]
    fn without_an_open_folder_the_repository_of_the_process_counts() {
        let world = World::new(&["repo/.git", "repo/sub", "plain", "other/.git"]);
        world.check("repo/x.rs", &[], "repo/sub", "repo:x.rs");
        world.check("other/x.rs", &[], "repo/sub", "");
        world.check("plain/x.rs", &[], "plain", "");
        world.check("other/x.rs", &[], "plain", "");
    }

    #[cfg(unix)]
    #[test]
    fn a_document_behind_a_link_belongs_where_it_really_lies() {
        use std::os::unix::fs::symlink;
        let world = World::new(&["repo/.git", "repo/src", "outside"]);
        let at = |path: &str| world.0.path().join(path);
        fs::write(at("outside/x.rs"), "").expect("written");
        symlink(at("repo"), at("way")).expect("linked");
        symlink(at("outside"), at("repo/vendor")).expect("linked");
        symlink(at("outside/x.rs"), at("repo/x.rs")).expect("linked");
        symlink(at("repo/src"), at("outside/src")).expect("linked");
        for opened in ["repo", "way", "way/src"] {
            world.check("repo/src/a.rs", &[opened], "", "repo:src/a.rs");
            world.check("way/src/a.rs", &[opened], "", "repo:src/a.rs");
            world.check("outside/src/a.rs", &[opened], "", "repo:src/a.rs");
            world.check("repo/vendor/a.rs", &[opened], "", "");
            world.check("repo/x.rs", &[opened], "", "");
        }
        world.check("way/a.rs", &[], "way/src", "repo:a.rs");
    }
}
