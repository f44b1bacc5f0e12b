//! Which branch counts, in repositories of the real git: a team's remote, a clone, and Eve, who can push any branch but
//! the default branch.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{DefaultBranch, default_branch, recorded_head, team_remote};
use crate::{Proposal, ReviewError, UnknownDefault, merged, propose};

struct World {
    folder: tempfile::TempDir,
    /// Each run of git is ten seconds after the one before.
    clock: Cell<u64>,
}

impl World {
    /// A team's remote whose default branch is `branch`, with a clone of it in `work`.
    fn new(branch: &str) -> World {
        let world = World::empty(branch);
        world.git(".", &["clone", "--quiet", "--bare", "work", "team.git"]);
        std::fs::remove_dir_all(world.at("work")).expect("removed");
        world.git(".", &["clone", "--quiet", "team.git", "eve"]);
        world.clone_to("work");
        world
    }

    /// A repository without a remote in `work`, with one commit.
    fn empty(branch: &str) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World { folder, clock: Cell::new(1_700_000_000) };
        world.git(".", &["init", "--quiet", "--initial-branch", branch, "work"]);
        world.commit("work");
        world
    }

    fn at(&self, folder: &str) -> PathBuf {
        self.folder.path().join(folder)
    }

    #[track_caller]
    fn git(&self, folder: &str, arguments: &[&str]) {
        self.clock.set(self.clock.get() + 10);
        let set = [
            "-c",
            "user.name=Eve",
            "-c",
            "user.email=eve@example.com",
            "-c",
            "commit.gpgsign=false",
            // Newer versions of git would set HEAD at each fetch.
            "-c",
            "remote.origin.followRemoteHEAD=never",
        ];
        let mut command = Command::new("git");
        command.args(set).args(arguments).current_dir(self.at(folder));
        command.env("GIT_COMMITTER_DATE", format!("{} +0000", self.clock.get()));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", self.at("none"));
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self, folder: &str) {
        self.git(folder, &["commit", "--quiet", "--allow-empty", "--message", "Work"]);
    }

    fn clone_to(&self, folder: &str) {
        self.git(".", &["clone", "--quiet", "team.git", folder]);
    }

    /// Lets Eve push work of hers to a branch, and the clone fetch that.
    fn push(&self, branch: &str) {
        self.commit("eve");
        self.git("eve", &["push", "--quiet", "--force", "origin", &format!("HEAD:refs/heads/{branch}")]);
        self.fetch();
    }

    fn fetch(&self) {
        self.git("work", &["fetch", "--quiet", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    }

    /// Renames the team's default branch.
    fn rename(&self, from: &str, to: &str) {
        self.git("team.git", &["branch", "--move", from, to]);
        self.git("team.git", &["symbolic-ref", "HEAD", &format!("refs/heads/{to}")]);
    }

    fn set_head(&self) {
        self.git("work", &["remote", "set-head", "origin", "--auto"]);
    }

    #[track_caller]
    fn check(&self, expected: Result<&str, UnknownDefault>) {
        self.check_at("work", expected);
    }

    #[track_caller]
    fn check_at(&self, folder: &str, expected: Result<&str, UnknownDefault>) {
        let found = match default_branch(&self.at(folder)).expect("a repository") {
            DefaultBranch::Known(branch) => Ok(branch.name),
            DefaultBranch::Doubtful { branch, reason } => {
                let UnknownDefault::Doubtful { name, .. } = &reason else { panic!("{reason}") };
                assert_eq!(branch.name, *name);
                Err(reason)
            }
            DefaultBranch::Unknown(reason) => Err(reason),
        };
        assert_eq!(found, expected.map(str::to_owned));
    }
}

fn not_set() -> UnknownDefault {
    UnknownDefault::NotSet { remote: "origin".to_owned() }
}

fn missing_branch(name: &str) -> UnknownDefault {
    UnknownDefault::MissingBranch { remote: "origin".to_owned(), name: name.to_owned() }
}

fn doubtful(name: &str, other: &str) -> UnknownDefault {
    let [remote, name, other] = ["origin", name, other].map(str::to_owned);
    UnknownDefault::Doubtful { remote, name, other, is_logged: true }
}

#[test]
fn the_head_of_the_remote_counts_wherever_the_work_tree_is() {
    let world = World::new("develop");
    world.check(Ok("develop"));
    world.push("main");
    world.git("work", &["switch", "--quiet", "main"]);
    world.check(Ok("develop"));
    world.git("work", &["checkout", "--quiet", "--detach"]);
    world.check(Ok("develop"));
    world.git("work", &["worktree", "add", "--quiet", "../linked", "main"]);
    world.check_at("linked", Ok("develop"));
}

#[test]
fn without_a_head_of_the_remote_no_branch_counts_whatever_its_name() {
    let world = World::new("develop");
    world.push("main");
    world.push("master");
    world.git("work", &["config", "init.defaultBranch", "main"]);
    world.git("work", &["config", "housestyle.branch", "main"]);
    world.git("work", &["remote", "set-head", "origin", "--delete"]);
    world.check(Err(not_set()));
    world.set_head();
    world.check(Ok("develop"));
}

#[test]
fn a_branch_named_head_is_no_head() {
    let world = World::new("main");
    world.push("HEAD");
    world.check(Ok("main"));
    world.git("work", &["remote", "set-head", "origin", "--delete"]);
    world.fetch();
    world.check(Err(not_set()));
    world.git("work", &["remote", "set-head", "origin", "main"]);
    world.check(Ok("main"));
}

#[test]
fn a_head_that_names_no_branch_of_the_remote_does_not_count() {
    let world = World::new("develop");
    world.rename("develop", "trunk");
    world.push("main");
    world.check(Err(missing_branch("develop")));
    assert_eq!(recorded_head(&world.at("work"), "origin").expect("read").as_deref(), Some("develop"));
    world.set_head();
    world.check(Ok("trunk"));
    for target in ["refs/heads/develop", "refs/remotes/fork/main"] {
        world.git("work", &["update-ref", target, "HEAD"]);
        world.git("work", &["symbolic-ref", "refs/remotes/origin/HEAD", target]);
        world.check(Err(not_set()));
        assert_eq!(recorded_head(&world.at("work"), "origin").expect("read"), None);
    }
    world.git("work", &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/link"]);
    world.git("work", &["symbolic-ref", "refs/remotes/origin/link", "refs/remotes/origin/main"]);
    world.check(Err(missing_branch("link")));
}

#[test]
fn a_likely_name_that_came_later_raises_doubt_until_the_remote_was_asked() {
    for (name, other) in [("master", "main"), ("main", "master")] {
        let world = World::new(name);
        world.set_head();
        world.push(other);
        world.check(Err(doubtful(name, other)));
        world.push(other);
        world.check(Err(doubtful(name, other)));
        // Eve's branch: the remote says what it said before.
        world.set_head();
        world.check(Ok(name));
        world.push(other);
        world.check(Ok(name));
        // The branch goes and comes again.
        world.git("eve", &["push", "--quiet", "origin", &format!(":{other}")]);
        world.fetch();
        world.check(Ok(name));
        world.push(other);
        world.check(Err(doubtful(name, other)));
        // The team's own: the remote says something else.
        world.git("team.git", &["symbolic-ref", "HEAD", &format!("refs/heads/{other}")]);
        world.set_head();
        world.check(Ok(other));
    }
}

#[test]
fn a_likely_name_that_came_with_the_clone_raises_no_doubt() {
    let world = World::new("main");
    world.push("master");
    world.clone_to("second");
    world.check_at("second", Ok("main"));
    // Nothing tells an old branch from a new one once git has begun to log it: the question is asked once.
    world.commit("eve");
    world.git("eve", &["push", "--quiet", "origin", "HEAD:refs/heads/master"]);
    world.git("second", &["fetch", "--quiet"]);
    world.check_at("second", Err(doubtful("main", "master")));
    world.git("second", &["remote", "set-head", "origin", "--auto"]);
    world.check_at("second", Ok("main"));
}

#[test]
fn without_a_log_the_doubt_stays() {
    let world = World::new("master");
    world.git("work", &["config", "core.logAllRefUpdates", "false"]);
    world.push("main");
    let unlogged = || {
        let [remote, name, other] = ["origin", "master", "main"].map(str::to_owned);
        UnknownDefault::Doubtful { remote, name, other, is_logged: false }
    };
    world.check(Err(unlogged()));
    world.set_head();
    world.check(Err(unlogged()));
    world.git("work", &["config", "core.logAllRefUpdates", "true"]);
    world.set_head();
    world.check(Ok("master"));
    // Of an expired log nothing can be told.
    world.git("work", &["reflog", "expire", "--expire=all", "refs/remotes/origin/HEAD"]);
    world.push("main");
    world.check(Err(doubtful("master", "main")));
}

#[test]
fn of_several_remotes_the_named_one_counts_else_origin() {
    let world = World::new("develop");
    world.git("eve", &["branch", "--move", "develop", "main"]);
    world.git("work", &["remote", "add", "fork", "../eve"]);
    world.git("work", &["fetch", "--quiet", "fork"]);
    world.git("work", &["remote", "set-head", "fork", "main"]);
    world.git("work", &["switch", "--quiet", "--create", "try", "--track", "fork/main"]);
    let team = || team_remote(&world.at("work")).map_err(|error| error.to_string());
    world.check(Ok("develop"));
    assert_eq!(team().as_deref(), Ok("origin"));
    world.git("work", &["config", "housestyle.remote", "fork"]);
    world.check(Ok("main"));
    assert_eq!(team().as_deref(), Ok("fork"));
    world.git("work", &["config", "housestyle.remote", "upstream"]);
    assert!(team().is_err_and(|error| error.ends_with(": run `git config housestyle.remote NAME`")));
    world.check(Err(UnknownDefault::NoSuchRemote { name: "upstream".to_owned() }));
    world.git("work", &["config", "--unset", "housestyle.remote"]);
    world.git("work", &["remote", "rename", "origin", "team"]);
    world.check(Err(UnknownDefault::SeveralRemotes));
    // The only remote counts under any name, and its absence is no reason to look elsewhere.
    world.git("work", &["remote", "remove", "fork"]);
    world.check(Ok("develop"));
    assert_eq!(team().as_deref(), Ok("team"));
    world.git("work", &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    world.git("work", &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    world.check(Ok("develop"));
    world.git("work", &["remote", "set-head", "team", "--delete"]);
    world.check(Err(UnknownDefault::NotSet { remote: "team".to_owned() }));
}

#[test]
fn a_clone_without_the_branches_of_its_remote_says_how_to_get_them() {
    let world = World::new("main");
    world.push("feature");
    let remote = || "origin".to_owned();
    world.git(
        ".",
        &["clone", "--quiet", "--no-local", "--single-branch", "--branch", "feature", "team.git", "one"],
    );
    world.check_at("one", Err(UnknownDefault::NotFollowed { remote: remote() }));
    world.git("one", &["remote", "set-branches", "origin", "*"]);
    world.git("one", &["fetch", "--quiet", "origin"]);
    world.git("one", &["remote", "set-head", "origin", "--auto"]);
    world.check_at("one", Ok("main"));
    world.git(".", &["init", "--quiet", "two"]);
    world.git("two", &["remote", "add", "origin", "../team.git"]);
    world.check_at("two", Err(UnknownDefault::NotFetched { remote: remote() }));
}

#[test]
fn a_clone_that_fetched_a_feature_branch_alone_fetches_before_it_asks_for_head() {
    let world = World::new("main");
    world.push("feature");
    world.git(".", &["init", "--quiet", "ci"]);
    world.git("ci", &["remote", "add", "origin", "../team.git"]);
    world.git("ci", &["fetch", "--quiet", "origin", "+refs/heads/feature:refs/remotes/origin/feature"]);
    world.check_at("ci", Err(not_set()));
    assert_eq!(not_set().remedy(), "run `git fetch origin` and `git remote set-head origin --auto`");
    world.git("ci", &["fetch", "--quiet", "origin"]);
    world.git("ci", &["remote", "set-head", "origin", "--auto"]);
    world.check_at("ci", Ok("main"));
}

#[test]
fn a_repository_that_was_pushed_needs_the_command() {
    let world = World::empty("main");
    world.git(".", &["init", "--quiet", "--bare", "--initial-branch", "main", "team.git"]);
    world.git("work", &["remote", "add", "origin", "../team.git"]);
    world.git("work", &["push", "--quiet", "--set-upstream", "origin", "main"]);
    world.check(Err(not_set()));
    world.set_head();
    world.check(Ok("main"));
}

#[test]
fn without_a_remote_the_only_branch_counts_or_the_named_one() {
    let world = World::empty("main");
    world.check(Ok("main"));
    let files = [("a.txt".to_owned(), b"a".to_vec())];
    let proposal = Proposal { name: "x", subject: "skill x", files: &files, message: "Propose" };
    for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.com"), ("commit.gpgsign", "false")]
    {
        world.git("work", &["config", key, value]);
    }
    propose(&world.at("work"), &proposal).expect("proposed");
    world.check(Ok("main"));
    world.git("work", &["symbolic-ref", "refs/heads/master", "refs/heads/main"]);
    world.check(Ok("main"));
    world.git("work", &["switch", "--quiet", "--create", "try"]);
    world.check(Err(UnknownDefault::SeveralBranches));
    world.git("work", &["config", "housestyle.branch", "main"]);
    world.check(Ok("main"));
    world.git("work", &["config", "housestyle.branch", "trunk"]);
    world.check(Err(UnknownDefault::NoSuchBranch { name: "trunk".to_owned() }));
    world.git(".", &["init", "--quiet", "unborn"]);
    world.check_at("unborn", Err(UnknownDefault::NoCommit));
}

#[test]
fn in_a_bare_repository_its_head_counts() {
    let world = World::new("develop");
    world.push("main");
    world.check_at("team.git", Ok("develop"));
    world.git("team.git", &["symbolic-ref", "HEAD", "refs/heads/none"]);
    world.check_at("team.git", Err(UnknownDefault::BareHead));
    world.git("team.git", &["update-ref", "--no-deref", "HEAD", "main"]);
    world.check_at("team.git", Err(UnknownDefault::BareHead));
    world.git(".", &["init", "--quiet", "--bare", "empty.git"]);
    world.check_at("empty.git", Err(UnknownDefault::NoCommit));
}

#[test]
fn what_nothing_tells_approves_nothing_and_is_no_base_for_proposals() {
    let world = World::new("develop");
    std::fs::write(world.at("eve").join("a.txt"), "a").expect("written");
    world.git("eve", &["add", "a.txt"]);
    world.push("main");
    let work: &Path = &world.at("work");
    world.git("work", &["remote", "set-head", "origin", "--delete"]);
    world.git("work", &["switch", "--quiet", "main"]);
    let error = merged(work, "a.txt", b"a").expect_err("nobody knows").to_string();
    assert!(error.ends_with(": run `git fetch origin` and `git remote set-head origin --auto`"), "{error}");
    let files = [("b.txt".to_owned(), b"b".to_vec())];
    let proposal = Proposal { name: "x", subject: "skill x", files: &files, message: "Propose" };
    let error = propose(work, &proposal).expect_err("HEAD has work that nobody merged");
    assert!(matches!(error, ReviewError::NoDefault(_)), "{error}");
    world.set_head();
    assert_eq!(merged(work, "a.txt", b"a").expect("read"), None);
}
