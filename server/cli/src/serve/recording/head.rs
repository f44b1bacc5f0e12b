//! Where a repository stands, read from its files: cheap enough to ask every few seconds.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use housestyle_lsp::{Head, file_path};
use housestyle_workspace::root;
use housestyle_workspace::tree_file::{self, Links};

/// Bytes read of the end of a log of HEAD: its last line.
const TAIL: u64 = 4096;
/// Most bytes of a file: packed references can be many.
const MOST_BYTES: u64 = 64 << 20;

/// Returns where the repository of a document stands; nothing where there is none, or no commit.
pub(crate) fn of_document(uri: &str) -> Option<Head> {
    of_work_tree(&root::root_of(file_path(uri)?.parent()?))
}

fn of_work_tree(root: &Path) -> Option<Head> {
    let git = git_folder(root)?;
    let head = text(&git.join("HEAD"))?;
    let head = head.trim();
    let commit = match head.strip_prefix("ref:") {
        Some(name) => resolve(&git, name.trim())?,
        None => head.to_owned(),
    };
    // Without a log it is not known how HEAD came there: then any move counts.
    let committed = last_action(&git.join("logs/HEAD")).is_none_or(|action| action.starts_with("commit"));
    Some(Head { commit, committed })
}

/// Returns the folder that holds HEAD: `.git` itself, or where the file `.git` of a linked work tree points to.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let pointer = text(&git)?;
    Some(root.join(pointer.strip_prefix("gitdir:")?.trim()))
}

fn resolve(git: &Path, name: &str) -> Option<String> {
    let common = text(&git.join("commondir")).map_or_else(|| git.to_path_buf(), |path| git.join(path.trim()));
    let loose = [git, &common].into_iter().find_map(|folder| text(&folder.join(name)));
    if let Some(commit) = loose {
        return Some(commit.trim().to_owned());
    }
    let packed = text(&common.join("packed-refs"))?;
    let found = packed.lines().filter_map(|line| line.split_once(' ')).find(|(_, packed)| *packed == name);
    found.map(|(commit, _)| commit.to_owned())
}

/// Returns the text of a file; git's own may be links.
fn text(file: &Path) -> Option<String> {
    String::from_utf8(tree_file::read(file, MOST_BYTES, Links::Followed).ok()?).ok()
}

/// Returns the last action of the reflog, in git's words: `commit: …`, `checkout: moving from …`.
fn last_action(log: &Path) -> Option<String> {
    let mut file = tree_file::open(log, Links::Followed).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).ok()?;
    let tail = String::from_utf8_lossy(&tail);
    let (_, action) = tail.lines().next_back()?.split_once('\t')?;
    Some(action.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, text).expect("written");
    }

    #[track_caller]
    fn check(root: &Path, commit: &str, committed: bool) {
        assert_eq!(of_work_tree(root), Some(Head { commit: commit.to_owned(), committed }));
    }

    #[test]
    fn head_is_found_wherever_git_puts_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        assert_eq!(of_work_tree(root), None);
        write(root, ".git/HEAD", "ref: refs/heads/main\n");
        assert_eq!(of_work_tree(root), None, "no commit yet");
        write(root, ".git/packed-refs", "# pack-refs\n1111 refs/heads/main\n2222 refs/heads/x\n");
        check(root, "1111", true);
        write(root, ".git/refs/heads/main", "3333\n");
        write(root, ".git/logs/HEAD", "1 3 Ann <ann@example.org> 1 +0000\tcommit: It\tworks\n");
        check(root, "3333", true);
        write(
            root,
            ".git/logs/HEAD",
            "1 3 Ann <a> 1 +0000\tcommit: One\n3 3 Ann <a> 2 +0000\tcommit (amend): Two\n",
        );
        check(root, "3333", true);
        write(root, ".git/logs/HEAD", "1 3 Ann <a> 1 +0000\tcheckout: moving from x to main\n");
        check(root, "3333", false);
        write(root, ".git/HEAD", "4444\n");
        check(root, "4444", false);
    }

    #[test]
    fn a_linked_work_tree_has_a_head_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        write(root, "main/.git/refs/heads/two", "2222\n");
        write(root, "main/.git/worktrees/linked/HEAD", "ref: refs/heads/two\n");
        write(root, "main/.git/worktrees/linked/commondir", "../..\n");
        write(root, "linked/.git", "gitdir: ../main/.git/worktrees/linked\n");
        check(&root.join("linked"), "2222", true);
    }
}
