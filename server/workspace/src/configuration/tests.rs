//! Which of several files holds: in repositories of the real git, and outside of git.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use housestyle_complete::settings::JournalMode;

use super::files::MOST_BYTES;
use super::*;
use crate::home::Home;

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let world = World { folder: tempfile::tempdir().expect("a folder") };
        std::fs::create_dir_all(world.at("work")).expect("made");
        std::fs::create_dir(world.at("config")).expect("made");
        world
    }

    /// A repository in `work` without a remote, whose branch `main` has this policy.
    fn with_policy(policy: &str) -> World {
        let world = World::new();
        world.init("work", policy);
        world
    }

    fn init(&self, folder: &str, policy: &str) {
        std::fs::create_dir_all(self.at(folder)).expect("made");
        self.git(folder, &["init", "--quiet", "--initial-branch", "main"]);
        self.commit(folder, policy);
    }

    fn commit(&self, folder: &str, policy: &str) {
        self.write(&format!("{folder}/housestyle.toml"), policy);
        self.git(folder, &["add", "housestyle.toml"]);
        self.git(folder, &["commit", "--quiet", "--allow-empty", "--message", "Policy"]);
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.at(path), text).expect("written");
    }

    #[track_caller]
    fn git(&self, folder: &str, arguments: &[&str]) {
        let mut command = Command::new("git");
        for set in [
            "user.name=Ann",
            "user.email=ann@example.com",
            "commit.gpgsign=false",
            "protocol.file.allow=always",
        ] {
            command.args(["-c", set]);
        }
        command.args(arguments).current_dir(self.at(folder));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", self.at("none"));
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn home(&self) -> Home {
        Home { models: self.at("models"), state: self.at("state"), config: self.at("config") }
    }

    fn load(&self, folder: &str) -> Configuration {
        Configuration::load(&Workspace::new(self.at(folder), self.home()))
    }

    fn settings(&self, folder: &str) -> Settings {
        let found = self.load(folder);
        assert!(found.broken.is_empty(), "{:?}", found.broken);
        Settings::of(&found.source)
    }

    #[track_caller]
    fn check(&self, folder: &str, lines: usize, journal: JournalMode, commits: usize) {
        let (found, settings) = (self.load(folder), self.settings(folder));
        let all = (settings.max_lines, settings.journal, found.gate.least_commits);
        assert_eq!(all, (lines, journal, commits), "{found:?}");
    }
}

const STRICT: &str = "maxLines = 4\njournal = \"off\"\n[gate]\nleastCommits = 20\n";
const LOOSE: &str = "maxLines = 50\njournal = \"on\"\n[gate]\nleastCommits = 1\n";

#[test]
fn only_the_default_branch_loosens() {
    let world = World::with_policy(LOOSE);
    world.check("work", 50, JournalMode::On, 1);
    assert_eq!(world.load("work").uncounted, [""; 0], "what is approved counts");
    world.git("work", &["config", "housestyle.branch", "main"]);
    world.git("work", &["checkout", "--quiet", "-b", "feature"]);
    world.commit("work", STRICT);
    world.check("work", 4, JournalMode::Off, 20);
    world.git("work", &["branch", "--force", "main", "feature"]);
    world.commit("work", LOOSE);
    world.check("work", 4, JournalMode::Off, 20);
    let uncounted = world.load("work").uncounted;
    assert_eq!(uncounted.len(), 1);
    for part in
        ["`maxLines = 50` (4 holds)", "`journal = \"on\"`", "`[gate] leastCommits = 1` (20 holds)", "(main)"]
    {
        assert!(uncounted[0].contains(part), "{uncounted:?}");
    }
    world.git("work", &["checkout", "--quiet", "--orphan", "without"]);
    world.git("work", &["rm", "--quiet", "--force", "housestyle.toml"]);
    world.check("work", 4, JournalMode::Off, 20);
}

#[test]
fn a_file_that_is_not_committed_can_be_stricter_alone() {
    let world = World::with_policy("maxTokens = 32\n");
    world.write("work/housestyle.toml", LOOSE);
    world.check("work", 10, JournalMode::On, 8);
    world.write("work/housestyle.toml", STRICT);
    world.check("work", 4, JournalMode::Off, 20);
    assert_eq!(world.settings("work").max_tokens, 32, "what the work tree leaves out still holds");
}

#[test]
fn the_users_file_is_stricter_value_by_value() {
    let world =
        World::with_policy("maxLines = 20\ndisabled = [\"a\"]\n[gate]\nleastCommits = 9\ncoreLoss = 0.01\n");
    world.write(
        "config/housestyle.toml",
        "maxLines = 30\ndisabled = [\"b\"]\n[gate]\nleastCommits = 1\ncoreLoss = 0.002\n",
    );
    let (found, settings) = (world.load("work"), world.settings("work"));
    assert_eq!((settings.max_lines, settings.disabled), (20, vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!((found.gate.least_commits, found.gate.core_loss), (9, 0.002));
    world.write("config/housestyle.toml", "[gate]\nexposureBits = 99.0\nprobeNats = 0.5\n");
    let gate = world.load("work").gate;
    assert_eq!((gate.core_loss, gate.exposure_bits, gate.probe_nats), (0.01, 7.5, 0.5));
    world.write("work/housestyle.toml", "[gate]\ncoreLoss = 0.005\n");
    assert_eq!(world.load("work").gate.core_loss, 0.005, "the work tree is stricter");
}

#[test]
fn without_a_default_branch_nothing_loosens() {
    let world = World::new();
    world.git("work", &["init", "--quiet"]);
    for policy in [LOOSE, STRICT] {
        world.write("work/housestyle.toml", policy);
        let (lines, journal, commits) =
            if policy == LOOSE { (10, JournalMode::On, 8) } else { (4, JournalMode::Off, 20) };
        world.check("work", lines, journal, commits);
    }
    world.write("work/housestyle.toml", LOOSE);
    assert!(world.load("work").uncounted[0].contains("commit first"), "{:?}", world.load("work"));
    world.commit("work", LOOSE);
    world.git("work", &["branch", "other"]);
    world.check("work", 10, JournalMode::On, 8);
    assert!(world.load("work").uncounted[0].contains("git config housestyle.branch"));
    world.git("work", &["branch", "--delete", "other"]);
    world.check("work", 50, JournalMode::On, 1);
    world.git("work", &["remote", "add", "origin", "../nowhere"]);
    world.check("work", 10, JournalMode::On, 8);
}

/// Somebody pushed the other likely name of a default branch, and a clone has it checked out.
#[test]
fn what_a_branch_in_doubt_forbids_stays_forbidden_and_what_it_allows_does_not_count() {
    for (policy, lines, journal, commits) in
        [(STRICT, 4, JournalMode::Off, 20), (LOOSE, 10, JournalMode::On, 8)]
    {
        let world = World::with_policy(policy);
        world.git(".", &["clone", "--quiet", "--bare", "work", "team.git"]);
        world.git(".", &["clone", "--quiet", "team.git", "clone"]);
        world.git("work", &["rm", "--quiet", "housestyle.toml"]);
        world.git("work", &["commit", "--quiet", "--message", "No policy"]);
        world.git("work", &["push", "--quiet", "../team.git", "main:refs/heads/master"]);
        world.git("clone", &["fetch", "--quiet"]);
        world.git("clone", &["checkout", "--quiet", "--detach", "origin/master"]);
        world.check("clone", lines, journal, commits);
        let files = world.load("clone").files;
        assert!(
            files.iter().any(|file| file.contains("(origin/main)") && file.contains("doubt")),
            "{files:?}"
        );
    }
}

#[test]
fn a_repository_that_cannot_be_read_for_a_moment_keeps_its_policy() {
    let world = World::with_policy(STRICT);
    std::fs::remove_file(world.at("work/housestyle.toml")).expect("removed");
    let read = |known: Option<&PolicyFiles>| PolicyFiles::read(Some(&world.at("work")), &world.home(), known);
    let known = read(None);
    let lines = |files: &PolicyFiles| Settings::of(&files.configuration().source).max_lines;
    world.write("work/.git/config", "[broken\n");
    assert_eq!((lines(&known), lines(&read(Some(&known))), lines(&read(None))), (4, 4, 10));
}

#[test]
fn outside_of_git_the_folders_own_file_is_the_policy() {
    let world = World::new();
    world.write("work/housestyle.toml", LOOSE);
    world.check("work", 50, JournalMode::On, 1);
    world.write("config/housestyle.toml", STRICT);
    world.check("work", 4, JournalMode::Off, 20);
}

#[test]
fn a_repository_that_cannot_be_read_is_no_folder_outside_of_git() {
    let world = World::new();
    world.write("work/housestyle.toml", LOOSE);
    std::fs::create_dir(world.at("work/.git")).expect("made");
    world.check("work", 50, JournalMode::On, 1);
    world.write("work/.git/HEAD", "ref: refs/heads/main\n");
    world.check("work", 10, JournalMode::On, 8);
    std::fs::remove_dir_all(world.at("work/.git")).expect("removed");
    world.write("work/.git", "gitdir: ../gone\n");
    world.check("work", 10, JournalMode::On, 8);
}

#[test]
fn a_clone_a_linked_work_tree_and_a_bare_repository_know_the_policy() {
    let world = World::with_policy(LOOSE);
    world.git(".", &["clone", "--quiet", "--bare", "work", "team.git"]);
    world.git(".", &["clone", "--quiet", "team.git", "clone"]);
    world.check("team.git", 50, JournalMode::On, 1);
    world.check("clone", 50, JournalMode::On, 1);
    world.git("clone", &["checkout", "--quiet", "-b", "feature"]);
    world.commit("clone", STRICT);
    world.git("clone", &["worktree", "add", "--quiet", "--detach", "../linked", "origin/main"]);
    world.check("linked", 50, JournalMode::On, 1);
    world.check("clone", 4, JournalMode::Off, 20);
    std::fs::create_dir(world.at("clone/sub")).expect("made");
    world.write("clone/sub/housestyle.toml", LOOSE);
    world.check("clone/sub", 4, JournalMode::Off, 20);
}

#[test]
fn outer_repositories_make_a_nested_one_stricter() {
    let world = World::with_policy(
        "maxLines = 4\ndisabled = [\"lib/gen/*\", \"*.lock\"]\n[gate]\nleastCommits = 20\n",
    );
    world.init("work/lib", "maxLines = 50\nminLogprob = -9.0\n[gate]\nleastCommits = 1\n");
    world.check("work/lib", 4, JournalMode::On, 20);
    let settings = world.settings("work/lib");
    assert_eq!(settings.min_logprob, -9.0, "its own settings hold");
    assert!(settings.disabled_by("gen/a.rs").is_some() && settings.disabled_by("a.lock").is_some());
    assert!(settings.disabled_by(".env").is_some() && settings.disabled_by("a.rs").is_none());
    world.write("work/housestyle.toml", "journal = \"off\"\n");
    world.check("work/lib", 4, JournalMode::Off, 20);
    assert_eq!(world.settings("work").min_logprob, -4.0, "the inner one says nothing about the outer one");
}

#[cfg(unix)]
#[test]
fn a_link_is_no_way_out_of_the_repositories_around_a_folder() {
    let world = World::with_policy(STRICT);
    world.init("work/lib", LOOSE);
    std::os::unix::fs::symlink(world.at("work/lib"), world.at("link")).expect("linked");
    world.check("link", 4, JournalMode::Off, 20);
}

#[test]
fn a_submodule_obeys_its_superproject() {
    let world = World::with_policy("maxLines = 4\n");
    world.init("library", "maxLines = 50\nmaxTokens = 99\n");
    world.git("work", &["submodule", "--quiet", "add", "../library", "lib"]);
    let settings = world.settings("work/lib");
    assert_eq!((settings.max_lines, settings.max_tokens), (4, 99));
    world.write("work/housestyle.toml", "broken = = 1\n");
    assert_eq!(world.load("work/lib").broken.len(), 1);
}

#[test]
fn a_broken_file_on_the_default_branch_switches_everything_off() {
    let world = World::with_policy("maxLines = = 1\n");
    world.write("work/housestyle.toml", "maxLines = 1\n");
    let check = |world: &World, problem: &str| {
        let found = world.load("work");
        assert!(!Settings::of(&found.source).enabled && !Settings::of(&found.source).trusted);
        let text = found.broken[0].to_string();
        assert!(text.contains("on the default branch (main)") && text.contains(problem), "{text}");
    };
    check(&world, "line 1");
    world.commit("work", &"#".repeat(MOST_BYTES as usize + 1));
    check(&world, "bytes");
    std::fs::remove_file(world.at("work/housestyle.toml")).expect("removed");
    std::fs::create_dir(world.at("work/housestyle.toml")).expect("made");
    world.write("work/housestyle.toml/a", "");
    world.git("work", &["add", "--all"]);
    world.git("work", &["commit", "--quiet", "--message", "A folder"]);
    check(&world, "regular file");
    #[cfg(unix)]
    {
        std::fs::remove_dir_all(world.at("work/housestyle.toml")).expect("removed");
        std::os::unix::fs::symlink("/dev/zero", world.at("work/housestyle.toml")).expect("linked");
        world.git("work", &["add", "--all"]);
        world.git("work", &["commit", "--quiet", "--message", "A link"]);
        check(&world, "link");
    }
}

#[test]
fn a_policy_that_a_partial_clone_lacks_switches_everything_off_and_names_the_remedy() {
    let world = World::with_policy("maxLines = 4\n");
    world.git("work", &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", world.at("work").display());
    world.git(".", &["clone", "--quiet", "--no-checkout", "--filter=blob:none", &url, "clone"]);
    let problem = world.load("clone").broken[0].to_string();
    assert!(problem.contains("git show refs/remotes/origin/main:housestyle.toml"), "{problem}");
}

#[test]
fn a_server_sees_a_changed_file_at_once_and_a_moved_branch_within_two_seconds() {
    let world = World::with_policy("maxLines = 8\n");
    let watch = SettingsWatch::start(world.home());
    let root = world.at("work");
    let lines = || Settings::of(&watch.settings(Some(&root)).source).max_lines;
    assert_eq!(lines(), 8);
    let first = watch.settings(Some(&root));
    assert!(std::sync::Arc::ptr_eq(&first, &watch.settings(Some(&root))), "the same while nothing changes");
    world.write("work/housestyle.toml", "maxLines = 3\n");
    assert_eq!(lines(), 3);
    world.write("config/housestyle.toml", "maxLines = 2\n");
    assert_eq!(lines(), 2);
    world.write("work/housestyle.toml", "maxLines = = 3\n");
    let problem = watch.settings(Some(&root)).problem.clone().expect("a problem");
    assert!(problem.contains("housestyle.toml: ") && problem.contains(WHILE_BROKEN), "{problem}");
    assert_eq!(watch.journal(&root), JournalMode::Off);
    std::fs::remove_file(world.at("work/housestyle.toml")).expect("removed");
    assert_eq!((lines(), watch.journal(&root)), (2, JournalMode::On));
    std::fs::remove_file(world.at("config/housestyle.toml")).expect("removed");
    assert_eq!(lines(), 8);
    world.commit("work", "maxLines = 20\n");
    std::fs::remove_file(world.at("work/housestyle.toml")).expect("removed");
    let begun = Instant::now();
    while lines() != 20 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the commit goes unseen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_document_of_no_workspace_has_the_users_settings_alone() {
    let world = World::with_policy("maxLines = 4\n");
    world.write("config/housestyle.toml", "maxTokens = 9\n");
    let settings = Settings::of(&SettingsWatch::start(world.home()).settings(None).source);
    assert_eq!((settings.max_lines, settings.max_tokens), (10, 9));
}

#[test]
fn a_broken_file_switches_everything_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let home = Home { models: at("models"), state: at("state"), config: at("config") };
    let workspace = Workspace::new(at("work"), home);
    std::fs::create_dir(at("work")).expect("made");
    std::fs::create_dir(at("config")).expect("made");
    let check = |is_on: bool, what: &str| {
        let found = Configuration::load(&workspace);
        let settings = Settings::of(&found.source);
        let on = (settings.enabled, settings.journal == JournalMode::On, settings.trusted);
        assert_eq!((on, found.broken.is_empty()), ((is_on, is_on, is_on), is_on), "{what}: {found:?}");
    };
    check(true, "no file");
    for file in [at("work/housestyle.toml"), workspace.home().config_file()] {
        std::fs::write(&file, "maxLines = 4\n").expect("written");
        check(true, "a file");
        for (content, what) in [
            (&b"maxLines = = 4\n"[..], "no TOML"),
            (&b"\xff"[..], "no text"),
            (&b"#".repeat(MOST_BYTES as usize + 1)[..], "too large"),
        ] {
            std::fs::write(&file, content).expect("written");
            check(false, what);
        }
        std::fs::remove_file(&file).expect("removed");
        std::fs::create_dir(&file).expect("made");
        check(false, "a folder");
        std::fs::remove_dir(&file).expect("removed");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        std::fs::write(at("elsewhere.toml"), "maxLines = 4\n").expect("written");
        symlink(at("elsewhere.toml"), workspace.home().config_file()).expect("linked");
        check(true, "the user's own file may be a link");
        for target in ["/dev/zero", "/dev/stdin", "nothing", "../elsewhere.toml"] {
            symlink(target, at("work/housestyle.toml")).expect("linked");
            check(false, target);
            std::fs::remove_file(at("work/housestyle.toml")).expect("removed");
        }
        std::fs::remove_file(workspace.home().config_file()).expect("removed");
        symlink("/dev/zero", workspace.home().config_file()).expect("linked");
        check(false, "the user's own file is a device");
    }
}
