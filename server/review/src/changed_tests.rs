//! Folders that a branch changes, and where the default branch has folders.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{FolderLimits, ReviewError, TreeBudget, changed, has_folder};

const LIMITS: FolderLimits = FolderLimits { folders: 9, files: 9, bytes: 999, depth: 2 };

fn git(folder: &Path, arguments: &[&str]) {
    let set = ["-c", "user.name=Pat", "-c", "user.email=pat@example.com", "-c", "commit.gpgsign=false"];
    let output =
        Command::new("git").args(set).args(arguments).current_dir(folder).output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(folder: &Path, files: &[(&str, Option<&str>)]) {
    for (path, text) in files {
        let path = folder.join(path);
        match text {
            Some(text) => {
                fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
                fs::write(path, text).expect("written");
            }
            None => fs::remove_file(path).expect("removed"),
        }
    }
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "Work"]);
}

#[test]
fn what_a_branch_adds_changes_and_removes_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    git(at, &["init", "--quiet", "--initial-branch", "main"]);
    let error =
        changed(at, None, &["skills"], "SKILL.md", LIMITS, &TreeBudget::default()).expect_err("nothing yet");
    assert!(matches!(error, ReviewError::NoCommit), "{error}");
    commit(
        at,
        &[
            ("skills/a/SKILL.md", Some("a")),
            ("skills/b/SKILL.md", Some("b")),
            ("skills/c/SKILL.md", Some("c")),
        ],
    );
    git(at, &["config", "housestyle.branch", "main"]);
    git(at, &["switch", "--quiet", "--create", "work"]);
    commit(
        at,
        &[
            ("skills/a/SKILL.md", Some("other")),
            ("skills/b/SKILL.md", None),
            ("skills/d/SKILL.md", Some("d")),
        ],
    );
    commit(at, &[("skills/e/README.md", Some("no skill")), ("elsewhere/x/SKILL.md", Some("x"))]);
    git(at, &["switch", "--quiet", "main"]);
    commit(at, &[("skills/f/SKILL.md", Some("the default branch goes on"))]);
    git(at, &["switch", "--quiet", "work"]);
    for base in [None, Some("main"), Some("HEAD~2")] {
        let found = changed(at, base, &["skills"], "SKILL.md", LIMITS, &TreeBudget::default()).expect("read");
        let folders: Vec<_> = found
            .folders
            .iter()
            .map(|folder| (folder.path.as_str(), folder.before.is_some(), folder.after.is_some()))
            .collect();
        assert_eq!(
            folders,
            [("skills/a", true, true), ("skills/b", true, false), ("skills/d", false, true)],
            "{base:?}"
        );
    }
    let error = changed(at, Some("nowhere"), &["skills"], "SKILL.md", LIMITS, &TreeBudget::default())
        .expect_err("no such commit");
    assert!(matches!(error, ReviewError::Revision { .. }), "{error}");
    git(at, &["switch", "--quiet", "--orphan", "other"]);
    commit(at, &[("x", Some("x"))]);
    let error = changed(at, None, &["skills"], "SKILL.md", LIMITS, &TreeBudget::default())
        .expect_err("nothing shared");
    assert!(matches!(error, ReviewError::NothingShared { .. }), "{error}");
}

#[test]
fn the_default_branch_says_where_folders_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    git(at, &["init", "--quiet", "--initial-branch", "main"]);
    assert!(matches!(has_folder(at, "skills", None, &TreeBudget::default()), Err(ReviewError::NoDefault(_))));
    commit(at, &[("skills/readme.txt", Some("no skill")), (".agents/skills/a/SKILL.md", Some("a"))]);
    let has = |folder: &str, holding| has_folder(at, folder, holding, &TreeBudget::default()).expect("read");
    assert!(has("skills", None) && !has("skills", Some("SKILL.md")) && !has("skills/readme.txt", None));
    assert!(has(".agents/skills", Some("SKILL.md")) && !has(".claude/skills", None));
    let budget = TreeBudget::default();
    while budget.take().is_ok() {}
    assert!(matches!(has_folder(at, "skills", None, &budget), Err(ReviewError::Budget(_))));
}
