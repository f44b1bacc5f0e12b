//! Proposals as the real git sees them: signed, hooked, merged, pushed, and in all kinds of repositories.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{Proposal, ProposalOutcome, ProposalState, Proposals, Proposed, propose};
use crate::{ReviewError, TreeBudget};

const SKILL: &str = "skills/prefer-bail/SKILL.md";

struct Git {
    folder: TempDir,
}

impl Git {
    /// A repository with one commit on `main`.
    fn new() -> Git {
        let git = Git { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(git.work()).expect("a folder");
        git.git(&["init", "--quiet", "--initial-branch", "main"]);
        git.set("user.name", "Pat Proposer");
        git.set("user.email", "pat@example.com");
        git.set("commit.gpgsign", "false");
        git.commit("a.txt", "one\n");
        git
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn set(&self, name: &str, value: &str) {
        self.git(&["config", name, value]);
    }

    fn commit(&self, file: &str, text: &str) {
        let path = self.work().join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("written");
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Work"]);
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(folder).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_CONFIG_GLOBAL", self.folder.path().join("none"));
        command.output().expect("git runs")
    }

    #[track_caller]
    fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.run(folder, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.work(), arguments)
    }

    fn propose(&self, text: &str) -> Result<Proposed, ReviewError> {
        propose_in(&self.work(), text)
    }

    fn state(&self) -> ProposalState {
        let budget = TreeBudget::default();
        let proposals = Proposals::of(&self.work(), &budget).expect("a repository");
        proposals.state("prefer-bail").expect("readable")
    }

    /// Returns whether the branch is there.
    fn has_branch(&self) -> bool {
        self.run(&self.work(), &["rev-parse", "--verify", "--quiet", BRANCH]).status.success()
    }

    /// Makes a remote with `main` on it.
    fn remote(&self) -> PathBuf {
        let remote = self.folder.path().join("remote.git");
        self.git(&["init", "--quiet", "--bare", "--initial-branch", "main", remote.to_str().expect("UTF-8")]);
        self.git(&["remote", "add", "origin", remote.to_str().expect("UTF-8")]);
        self.git(&["push", "--quiet", "origin", "main"]);
        self.git(&["remote", "set-head", "origin", "--auto"]);
        remote
    }

    fn push(&self) {
        self.git(&["push", "--quiet", "--set-upstream", "origin", BRANCH]);
    }
}

const BRANCH: &str = "housestyle/proposals/prefer-bail";

fn propose_in(folder: &Path, text: &str) -> Result<Proposed, ReviewError> {
    propose_at(folder, &[(SKILL.to_owned(), text.as_bytes().to_vec())])
}

fn propose_at(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<Proposed, ReviewError> {
    let message = "Propose the skill prefer-bail\n\nEvidence.\n";
    propose(folder, &Proposal { name: "prefer-bail", subject: "skill prefer-bail", files, message })
}

/// Returns whether a program can be run here; a test of another program passes where there is none.
fn is_here(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok();
    if !found {
        eprintln!("{program} is not here: nothing to test");
    }
    found
}

#[cfg(unix)]
fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    fs::write(path, text).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn git_accepts_a_proposal_and_sees_nothing_else() {
    for is_dirty in [false, true] {
        let git = Git::new();
        if is_dirty {
            fs::write(git.work().join("a.txt"), "dirty\n").expect("written");
            fs::write(git.work().join("new.txt"), "new\n").expect("written");
            fs::write(git.work().join("staged.txt"), "staged\n").expect("written");
            git.git(&["add", "staged.txt"]);
        }
        let seen = |git: &Git| {
            let index = fs::read(git.work().join(".git/index")).expect("an index");
            let time =
                fs::metadata(git.work().join("a.txt")).and_then(|file| file.modified()).expect("a time");
            (git.git(&["status", "--porcelain=v2", "--branch"]), index, time)
        };
        git.git(&["status"]); // refreshes the index, before it is compared
        let before = seen(&git);
        let proposed = git.propose("one").expect("proposed");
        assert_eq!(seen(&git), before);
        git.git(&["fsck", "--strict", "--no-dangling"]);
        let message = git.git(&["log", "-1", "--format=%B", &proposed.commit]);
        let file = git.folder.path().join("message");
        fs::write(&file, message).expect("written");
        let trailers = git.git(&["interpret-trailers", "--parse", file.to_str().expect("UTF-8")]);
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(trailers, format!("Housestyle-Proposal: skill prefer-bail (housestyle {version})\n"));
        assert_eq!(git.git(&["rev-list", "--count", &format!("main..{BRANCH}")]), "1\n");
        assert_eq!(git.git(&["diff", "--name-only", "main", BRANCH]), format!("{SKILL}\n"));
        assert_eq!(git.state(), ProposalState::Open);
        if is_dirty {
            git.git(&["reset", "--quiet", "--hard"]); // git merges into no work tree with something staged
        }
        git.git(&["merge", "--quiet", "--no-edit", "--no-ff", BRANCH]);
        assert_eq!(fs::read_to_string(git.work().join(SKILL)).expect("merged"), "one");
        assert_eq!(git.state(), ProposalState::Merged);
        assert_eq!(git.propose("one").expect("there").outcome, ProposalOutcome::Merged);
    }
}

#[test]
fn a_second_proposal_goes_on_top_and_a_push_needs_no_force() {
    let git = Git::new();
    git.remote();
    let first = git.propose("one").expect("proposed");
    git.push();
    assert_eq!((first.outcome, first.before), (ProposalOutcome::Made, ProposalState::None));
    assert_eq!(git.propose("one").expect("there").outcome, ProposalOutcome::Unchanged);
    let second = git.propose("two").expect("proposed");
    assert_eq!(second.outcome, ProposalOutcome::Updated);
    assert_eq!(git.git(&["rev-parse", &format!("{BRANCH}~1")]).trim(), first.commit);
    git.push();
    git.commit("b.txt", "the default branch goes on\n");
    git.git(&["push", "--quiet", "origin", "main"]);
    assert_eq!(git.state(), ProposalState::Behind);
    assert_eq!(git.propose("two").expect("there").commit, second.commit, "the same content changes nothing");
    let third = git.propose("three").expect("proposed");
    assert_eq!(
        (third.outcome, third.before, git.state()),
        (ProposalOutcome::Updated, ProposalState::Behind, ProposalState::Open)
    );
    git.push();
    assert_eq!(git.git(&["diff", "--name-only", "main", BRANCH]), format!("{SKILL}\n"));
    git.git(&["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn after_a_merge_however_it_was_made_the_branch_starts_anew() {
    for how in
        [&["merge", "--quiet", "--no-ff", "--no-edit", BRANCH][..], &["merge", "--quiet", "--squash", BRANCH]]
    {
        let git = Git::new();
        git.propose("one").expect("proposed");
        git.commit("b.txt", "meanwhile\n");
        git.git(how);
        if how.contains(&"--squash") {
            git.git(&["commit", "--quiet", "--message", "Squash"]);
        }
        git.commit("c.txt", "later\n");
        assert_eq!(git.state(), ProposalState::Merged, "{how:?}");
        let next = git.propose("two").expect("proposed");
        assert_eq!((next.before, git.state()), (ProposalState::Merged, ProposalState::Open));
        assert_eq!(git.git(&["diff", "--name-only", "main", BRANCH]), format!("{SKILL}\n"));
        let moved = git.git(&["reflog", "show", "--format=%H", BRANCH]);
        let ids: Vec<&str> = moved.lines().collect();
        git.git(&["merge-base", "--is-ancestor", ids[1], ids[0]]);
    }
}

#[test]
fn a_branch_that_was_removed_is_missed_here_and_at_the_remote() {
    let git = Git::new();
    let remote = git.remote();
    git.propose("one").expect("proposed");
    git.push();
    assert_eq!(git.state(), ProposalState::Open);
    git.git_in(&remote, &["branch", "--quiet", "-D", BRANCH]);
    git.git(&["fetch", "--quiet", "--prune"]);
    assert_eq!(git.state(), ProposalState::Deleted);
    git.git(&["branch", "--quiet", "-D", BRANCH]);
    assert_eq!(git.state(), ProposalState::Deleted);
    let again = git.propose("one").expect("proposed");
    assert_eq!((again.outcome, again.before), (ProposalOutcome::Made, ProposalState::Deleted));
    assert_eq!(git.state(), ProposalState::Open);
}

#[test]
fn a_clone_goes_on_where_the_remote_is() {
    let git = Git::new();
    git.remote();
    git.propose("one").expect("proposed");
    git.push();
    git.git(&["branch", "--quiet", "-D", BRANCH]);
    assert_eq!(git.state(), ProposalState::Open, "a colleague's");
    assert_eq!(git.propose("one").expect("there").outcome, ProposalOutcome::Unchanged);
    assert!(git.has_branch());
    assert_eq!(git.propose("two").expect("proposed").outcome, ProposalOutcome::Updated);
    git.push();
    git.propose("three").expect("proposed");
    git.git(&["update-ref", &format!("refs/remotes/origin/{BRANCH}"), "main"]);
    git.git(&["commit-tree", "-m", "x", "main^{tree}"]);
    let other = git.git(&["commit-tree", "-p", "main", "-m", "x", "main^{tree}"]);
    git.git(&["update-ref", &format!("refs/remotes/origin/{BRANCH}"), other.trim()]);
    let error = git.propose("four").expect_err("diverged");
    assert!(matches!(error, ReviewError::Diverged { .. }), "{error}");
}

#[test]
fn work_of_others_on_the_branch_is_not_undone() {
    let git = Git::new();
    git.propose("one").expect("proposed");
    git.git(&["switch", "--quiet", BRANCH]);
    let error = git.propose("two").expect_err("checked out");
    assert!(matches!(error, ReviewError::CheckedOut { .. }), "{error}");
    git.commit(SKILL, "worded better");
    git.git(&["switch", "--quiet", "main"]);
    let error = git.propose("two").expect_err("edited");
    assert!(matches!(&error, ReviewError::Edited { author, .. } if author == "Pat Proposer"), "{error}");
    let linked = git.folder.path().join("linked");
    git.git(&["branch", "--quiet", "-D", BRANCH]);
    git.propose("one").expect("proposed");
    git.git(&["worktree", "add", "--quiet", linked.to_str().expect("UTF-8"), BRANCH]);
    let error = git.propose("two").expect_err("checked out");
    assert!(matches!(error, ReviewError::CheckedOut { .. }), "{error}");
}

#[test]
fn bare_linked_detached_and_submodules_have_proposals_too() {
    let git = Git::new();
    git.set("housestyle.branch", "main");
    git.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(git.propose("one").expect("proposed").outcome, ProposalOutcome::Made);
    let linked = git.folder.path().join("linked");
    git.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().expect("UTF-8")]);
    assert_eq!(propose_in(&linked, "two").expect("proposed").outcome, ProposalOutcome::Updated);
    assert_eq!(git.git_in(&linked, &["status", "--porcelain"]), "");

    let bare = git.folder.path().join("bare.git");
    git.git(&["clone", "--quiet", "--bare", ".", bare.to_str().expect("UTF-8")]);
    for (name, value) in [("user.name", "Pat"), ("user.email", "pat@example.com")] {
        git.git_in(&bare, &["config", name, value]);
    }
    assert_eq!(propose_in(&bare, "three").expect("proposed").outcome, ProposalOutcome::Updated);

    let outer = Git::new();
    let from = git.work();
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        from.to_str().expect("UTF-8"),
        "sub",
    ];
    outer.git(&add);
    outer.git(&["commit", "--quiet", "--message", "Add sub"]);
    let sub = outer.work().join("sub");
    for (name, value) in [("user.name", "Pat"), ("user.email", "pat@example.com")] {
        outer.git_in(&sub, &["config", name, value]);
    }
    propose_in(&sub, "four").expect("proposed");
    assert!(!outer.has_branch(), "it is the submodule's");
    assert_eq!(outer.git(&["status", "--porcelain"]), "");
    let inside = [("sub/SKILL.md".to_owned(), b"x".to_vec())];
    let error = propose_at(&outer.work(), &inside).expect_err("a submodule");
    assert!(matches!(error, ReviewError::InTheWay { what: "a submodule", .. }), "{error}");
}

#[test]
fn what_cannot_be_written_leaves_no_branch() {
    let git = Git::new();
    git.commit("Skills/other.md", "x");
    let error = git.propose("one").expect_err("case");
    assert!(matches!(&error, ReviewError::CaseCollision { there, .. } if there == "Skills"), "{error}");
    let file = |path: &str| [(path.to_owned(), b"x".to_vec())];
    for path in ["../x", "a//b", ".git/config", "a/.GIT/x", "c:x", "a\\b", "x.", ""] {
        let error = propose_at(&git.work(), &file(path)).expect_err(path);
        assert!(matches!(error, ReviewError::BadPath { .. }), "{path}: {error}");
    }
    let error = propose_at(&git.work(), &file("a.txt/SKILL.md")).expect_err("a file");
    assert!(matches!(error, ReviewError::InTheWay { what: "a file", .. }), "{error}");
    let two = [("b/X.md".to_owned(), vec![]), ("B/y.md".to_owned(), vec![])];
    let error = propose_at(&git.work(), &two).expect_err("case");
    assert!(matches!(error, ReviewError::CaseCollision { .. }), "{error}");
    assert!(!git.has_branch());
}

#[test]
fn a_lock_of_another_process_is_reported_and_nothing_changes() {
    let git = Git::new();
    let first = git.propose("one").expect("proposed");
    let lock = git.work().join(format!(".git/refs/heads/{BRANCH}.lock"));
    fs::write(&lock, "").expect("written");
    let error = git.propose("two").expect_err("locked");
    assert!(
        matches!(&error, ReviewError::Locked { lock, .. } if lock.ends_with("prefer-bail.lock")),
        "{error}"
    );
    assert_eq!(git.git(&["rev-parse", BRANCH]).trim(), first.commit);
    fs::remove_file(lock).expect("removed");
    assert_eq!(git.propose("two").expect("proposed").outcome, ProposalOutcome::Updated);
    // The lock of the index is another matter: the index is not touched.
    fs::write(git.work().join(".git/index.lock"), "").expect("written");
    assert_eq!(git.propose("three").expect("proposed").outcome, ProposalOutcome::Updated);
}

#[test]
fn a_full_disk_is_reported_and_nothing_changes() {
    let git = Git::new();
    let first = git.propose("one").expect("proposed");
    // No object can be written: where its folder would be, there is a file. (Permissions do not stop root.)
    let objects = git.work().join(".git/objects");
    git.git(&["repack", "--quiet", "-a", "-d"]);
    for byte in 0..=255u8 {
        let folder = objects.join(format!("{byte:02x}"));
        let _ = fs::remove_dir_all(&folder);
        fs::write(folder, "").expect("written");
    }
    let error = git.propose("two").expect_err("full");
    assert!(error.to_string().starts_with("write a file of the proposal: "), "{error}");
    assert_eq!(git.git(&["rev-parse", BRANCH]).trim(), first.commit);
}

#[test]
fn without_a_name_nothing_is_proposed() {
    let git = Git::new();
    git.set("user.name", "");
    git.set("user.email", "");
    let error = git.propose("one").expect_err("nobody");
    assert!(matches!(error, ReviewError::NoIdentity), "{error}");
    assert!(!git.has_branch());
}

#[cfg(unix)]
#[test]
fn the_users_hook_changes_or_refuses_the_message() {
    let git = Git::new();
    let hook = git.work().join(".git/hooks/commit-msg");
    script(&hook, "#!/bin/sh\ntest -f a.txt || exit 1\necho 'Change-Id: I1' >> \"$1\"\n");
    script(&git.work().join(".git/hooks/pre-commit"), "#!/bin/sh\nexit 1\n");
    git.propose("one").expect("proposed");
    let message = git.git(&["log", "-1", "--format=%(trailers:key=Change-Id,valueonly)", BRANCH]);
    assert_eq!(message.trim(), "I1");
    assert_eq!(
        git.propose("two").expect("proposed").outcome,
        ProposalOutcome::Updated,
        "it knows its own again"
    );
    let refusing = git.work().join("hooks/commit-msg");
    script(&refusing, "echo 'no ticket in the subject' >&2\nexit 1\n");
    git.set("core.hooksPath", "hooks");
    let error = git.propose("three").expect_err("refused");
    assert!(error.to_string().ends_with("no ticket in the subject"), "{error}");
    fs::set_permissions(&refusing, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("set");
    git.propose("three").expect("git runs no hook that is not executable");
}

#[test]
fn who_signs_with_ssh_signs_proposals() {
    if !is_here("ssh-keygen", "-?") {
        return;
    }
    let git = Git::new();
    let key = git.folder.path().join("key");
    let key = key.to_str().expect("UTF-8");
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "pat", "-f", key]).output();
    assert!(made.expect("a key").status.success());
    let public = fs::read_to_string(format!("{key}.pub")).expect("a key");
    let allowed = git.folder.path().join("allowed");
    fs::write(&allowed, format!("pat@example.com {public}")).expect("written");
    git.set("gpg.format", "ssh");
    git.set("commit.gpgsign", "true");
    git.set("gpg.ssh.allowedSignersFile", allowed.to_str().expect("UTF-8"));
    let error = git.propose("one").expect_err("no key");
    assert!(error.to_string().contains("user.signingkey names no key"), "{error}");
    assert!(!git.has_branch());
    git.set("user.signingkey", &format!("{key}.pub"));
    git.propose("one").expect("proposed");
    let shown = git.git(&["log", "-1", "--show-signature", BRANCH]);
    assert!(shown.contains("Good \"git\" signature for pat@example.com"), "{shown}");
    git.git(&["verify-commit", BRANCH]);
    git.git(&["fsck", "--strict", "--no-dangling"]);
}

#[cfg(unix)]
#[test]
fn who_signs_with_gpg_signs_proposals() {
    let git = Git::new();
    git.set("commit.gpgsign", "true");
    git.set("gpg.program", "/nowhere/gpg");
    let error = git.propose("one").expect_err("no such program");
    assert!(
        matches!(&error, ReviewError::SignNotRun { program, .. } if program == "/nowhere/gpg"),
        "{error}"
    );
    assert!(!git.has_branch());
    if !is_here("gpg", "--version") {
        return;
    }
    let home = git.folder.path().join("gpg");
    fs::create_dir(&home).expect("a folder");
    fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("set");
    let program = git.folder.path().join("my-gpg");
    script(&program, &format!("#!/bin/sh\nexec gpg --batch --homedir {} \"$@\"\n", home.display()));
    let who = "Pat Proposer <pat@example.com>";
    let arguments =
        ["--passphrase", "", "--pinentry-mode", "loopback", "--quick-gen-key", who, "ed25519", "sign", "0"];
    let made = Command::new(&program).args(arguments).output().expect("gpg runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    git.set("gpg.program", program.to_str().expect("UTF-8"));
    git.propose("one").expect("proposed");
    let shown = git.git(&["log", "-1", "--show-signature", BRANCH]);
    assert!(shown.contains(&format!("Good signature from \"{who}\"")), "{shown}");
    git.set("user.signingkey", "nobody@example.com");
    let error = git.propose("two").expect_err("no such key");
    assert!(matches!(error, ReviewError::Sign { .. }), "{error}");
    let stop = Command::new("gpgconf").arg("--homedir").arg(&home).args(["--kill", "all"]).output();
    drop(stop);
}

#[test]
fn a_fetched_branch_of_the_teams_remote_counts_whatever_its_name() {
    let git = Git::new();
    git.remote();
    git.propose("one").expect("proposed");
    git.git(&["remote", "rename", "origin", "upstream"]);
    git.git(&["push", "--quiet", "upstream", BRANCH]);
    git.git(&["branch", "--quiet", "-D", BRANCH]);
    git.git(&["update-ref", "-d", "refs/housestyle/proposed/prefer-bail"]);
    assert_eq!(git.state(), ProposalState::Open);
}
