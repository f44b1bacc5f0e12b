//! The state of a user: whose it is, who can read it, and what is left of it once all is to be forgotten.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::e2e::binary::housestyle;

/// A user's repositories and home.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> World {
        World { folder: tempfile::tempdir().expect("a folder") }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Returns a program that sees nothing of the real user.
    fn command(&self, program: &Path, folder: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.at(folder)).env("HOUSESTYLE_HOME", self.at("home")).env("NO_COLOR", "1");
        command.env("GIT_CONFIG_GLOBAL", self.at("gitconfig")).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("HOUSESTYLE_LOG");
        command
    }

    #[track_caller]
    fn git(&self, folder: &str, arguments: &[&str]) {
        let identity =
            ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"];
        let mut command = self.command(Path::new("git"), folder);
        let output = command.args(identity).args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// Makes a repository with one commit.
    fn repository(&self, path: &str) {
        fs::create_dir_all(self.at(path)).expect("made");
        fs::write(self.at(path).join("a.py"), format!("NAME = \"{path}\"\n")).expect("written");
        self.git(path, &["init", "--quiet"]);
        self.git(path, &["add", "--all"]);
        self.git(path, &["commit", "--quiet", "--message", "Begin"]);
    }

    /// Runs Housestyle in a folder; returns the exit code, and what it said.
    fn run(&self, folder: &str, arguments: &[&str]) -> (i32, String) {
        let output = self.command(housestyle(), folder).args(arguments).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    #[track_caller]
    fn done(&self, folder: &str, arguments: &[&str]) -> String {
        let (code, said) = self.run(folder, arguments);
        assert_eq!(code, 0, "{arguments:?} in {folder}: {said}");
        said
    }

    #[track_caller]
    fn note(&self, folder: &str, text: &str) {
        self.done(folder, &["memory", "add", text]);
    }

    #[track_caller]
    fn knows(&self, folder: &str, text: &str) -> bool {
        self.done(folder, &["memory", "list"]).contains(text)
    }

    /// Returns the only state folder.
    fn state(&self) -> PathBuf {
        let mut folders = fs::read_dir(self.at("home/state/workspaces")).expect("readable").flatten();
        folders.next().expect("one").path()
    }

    /// Returns whether a file of the state holds a text.
    fn holds(&self, text: &str) -> bool {
        files(&self.at("home/state")).iter().any(|file| {
            fs::read(file).unwrap_or_default().windows(text.len()).any(|window| window == text.as_bytes())
        })
    }
}

/// Returns the files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().expect("a kind").is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}

#[test]
fn another_repository_at_the_same_path_inherits_nothing() {
    let world = World::new();
    world.repository("p");
    world.note("p", "Secret plan of the first team.");
    for times in 0..3 {
        fs::remove_dir_all(world.at("p")).expect("removed");
        world.repository("p");
        assert!(!world.knows("p", "Secret plan"), "{times}");
        world.note("p", "Secret plan of another team.");
    }
}

#[test]
fn a_moved_clone_keeps_its_state_and_other_clones_have_their_own() {
    let world = World::new();
    world.repository("p");
    world.note("p", "We say sign-in.");
    fs::rename(world.at("p"), world.at("moved")).expect("moved");
    assert!(world.knows("moved", "sign-in"));
    world.git(".", &["clone", "--quiet", "moved", "p"]);
    assert!(!world.knows("p", "sign-in"));
    world.git("moved", &["worktree", "add", "--quiet", "../linked"]);
    assert!(world.knows("linked", "sign-in"));
    world.note("linked", "We say log-out.");
    assert!(world.knows("moved", "log-out"));
    world.git("moved", &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../p", "sub"]);
    assert!(!world.knows("moved/sub", "sign-in"));
    world.note("moved/sub", "We say sub.");
    assert!(!world.knows("moved", "We say sub"));
    world.git(".", &["clone", "--quiet", "--bare", "p", "bare.git"]);
    world.note("bare.git", "We say bare.");
    assert!(world.knows("bare.git", "We say bare") && !world.knows("p", "We say bare"));
}

#[test]
fn a_look_at_a_fresh_clone_writes_nothing_into_it() {
    let world = World::new();
    world.repository("p");
    for look in [["memory", "list"], ["skill", "list"], ["journal", "stats"], ["adapter", "list"]] {
        world.done("p", &look);
    }
    world.run("p", &["doctor"]);
    assert!(!world.at("p/.git/housestyle").exists() && !world.at("home/state/workspaces").exists());
}

#[cfg(unix)]
#[test]
fn a_copied_clone_gets_its_own_state_and_says_so() {
    let world = World::new();
    world.repository("p");
    world.note("p", "We say sign-in.");
    let copied = Command::new("cp").arg("-a").arg(world.at("p")).arg(world.at("copy")).status();
    assert!(copied.expect("cp runs").success());
    let said = world.done("copy", &["memory", "list"]);
    assert!(said.contains("is a copy of") && !said.contains("sign-in"), "{said}");
    assert!(!world.done("copy", &["memory", "list"]).contains("is a copy of"), "once");
    let id = |clone: &str| fs::read(world.at(clone).join(".git/housestyle/id")).expect("an id");
    assert_ne!(id("copy"), id("p"));
    fs::remove_dir_all(world.at("p")).expect("removed");
    assert!(!world.knows("copy", "sign-in"), "a copy stays a copy");
}

#[cfg(unix)]
#[test]
fn an_archive_with_links_in_its_git_folder_writes_nowhere_else() {
    let world = World::new();
    world.repository("p");
    fs::create_dir(world.at("elsewhere")).expect("made");
    std::os::unix::fs::symlink(world.at("elsewhere"), world.at("p/.git/housestyle")).expect("linked");
    world.note("p", "We say sign-in.");
    assert!(world.knows("p", "sign-in"));
    assert_eq!(fs::read_dir(world.at("elsewhere")).expect("readable").count(), 0);
}

#[test]
fn two_commands_at_once_agree_on_the_state() {
    let world = World::new();
    world.repository("p");
    let notes: Vec<String> = (0..6).map(|number| format!("Note {number}.")).collect();
    let running: Vec<_> = notes
        .iter()
        .map(|text| world.command(housestyle(), "p").args(["memory", "add", text]).spawn().expect("it runs"))
        .collect();
    for mut command in running {
        assert!(command.wait().expect("ended").success());
    }
    let said = world.done("p", &["memory", "list"]);
    assert!(notes.iter().all(|note| said.contains(note)), "{said}");
}

#[cfg(unix)]
#[test]
fn state_is_private_whichever_command_comes_first() {
    use std::os::unix::fs::PermissionsExt;

    let mine = ["skill", "mine", "--no-model"];
    let commands: [&[&str]; 3] = [&["memory", "add", "We say sign-in."], &mine, &["skill", "list"]];
    for umask in ["022", "000"] {
        for first in 0..commands.len() {
            let world = World::new();
            world.repository("p");
            for turn in 0..commands.len() {
                let mut command = world.command(Path::new("sh"), "p");
                command.arg("-c").arg(format!("umask {umask}; exec \"$@\"")).arg("sh").arg(housestyle());
                command.env("HOUSESTYLE_LOG", "info");
                command.args(commands[(first + turn) % commands.len()]).output().expect("it runs");
            }
            let check = |path: &Path| {
                let mode = fs::symlink_metadata(path).expect("there").permissions().mode();
                assert_eq!(mode & 0o077, 0, "umask {umask}, {first}: {}", path.display());
            };
            let found = files(&world.at("home/state"));
            assert!(found.len() > 2, "{found:?}");
            for file in &found {
                file.ancestors().take_while(|path| path.starts_with(world.at("home/state"))).for_each(check);
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn loose_state_is_tightened_and_linked_state_is_refused() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let world = World::new();
    world.repository("p");
    world.note("p", "We say sign-in.");
    let (state, notes) = (world.at("home/state"), world.state().join("notes.json"));
    for (path, mode) in [(&state, 0o755), (&notes, 0o644)] {
        fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("set");
    }
    assert!(world.knows("p", "sign-in"));
    for path in [&state, &notes] {
        assert_eq!(fs::metadata(path).expect("there").permissions().mode() & 0o077, 0, "{}", path.display());
    }
    fs::rename(&notes, world.at("notes.json")).expect("moved");
    symlink(world.at("notes.json"), &notes).expect("linked");
    let (code, said) = world.run("p", &["memory", "add", "We say log-out."]);
    assert!(code == 3 && said.contains("symbolic link"), "{said}");
    fs::rename(&state, world.at("real")).expect("moved");
    symlink(world.at("real"), &state).expect("linked");
    let (code, said) = world.run("p", &["memory", "list"]);
    assert!(code == 3 && said.contains("symbolic link"), "{said}");
}

#[test]
fn a_journal_that_cannot_be_read_is_set_aside_and_forgotten() {
    let world = World::new();
    world.repository("p");
    world.note("p", "We say sign-in.");
    let journal = world.state().join("journal.db");
    let garbage = "forgetme, and long enough to be a database\n".repeat(99);
    for command in [["journal", "stats"], ["audit", "verify"]] {
        fs::write(&journal, &garbage).expect("written");
        let (code, said) = world.run("p", &command);
        assert!(code == 3 && said.contains("set aside"), "{command:?}: {said}");
        world.done("p", &command);
    }
    let said = world.run("p", &["doctor"]).1;
    assert!(said.contains("damaged ones were set aside"), "{said}");
    assert!(world.holds("forgetme"), "nothing is lost");
    fs::write(&journal, &garbage).expect("written");
    for suffix in ["-wal", "-shm"] {
        fs::write(world.state().join(format!("journal.db{suffix}")), &garbage).expect("written");
    }
    let said = world.done("p", &["journal", "forget", "--everything", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["damaged"], 3, "{said}");
    assert!(!world.holds("forgetme"));
    assert!(world.knows("p", "sign-in"), "notes are no part of the journal");
}

#[test]
fn left_overs_of_killed_runs_are_forgotten() {
    let world = World::new();
    world.repository("p");
    world.note("p", "We say sign-in.");
    let state = world.state();
    for name in ["notes.json.17.new", "phrases-0000000000000007.bin.17.new", "learning/ab.part"] {
        let path = state.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, "forgetme").expect("written");
    }
    let said = world.done("p", &["journal", "forget", "--last", "1h"]);
    assert!(said.contains("ab.part was removed"), "{said}");
    assert!(!world.holds("forgetme") && world.knows("p", "sign-in"));
}

#[cfg(unix)]
#[test]
fn two_state_homes_keep_their_own_state_of_one_clone() {
    let world = World::new();
    world.repository("p");
    world.note("p", "We say sign-in.");
    let id = || fs::read(world.at("p/.git/housestyle/id")).expect("an id");
    let first = id();
    // A container or another machine sees other numbers for the same folder, as for this copy at the same path.
    let copied = Command::new("cp").arg("-a").arg(world.at("p")).arg(world.at("copy")).status();
    assert!(copied.expect("cp runs").success());
    fs::remove_dir_all(world.at("p")).expect("removed");
    fs::rename(world.at("copy"), world.at("p")).expect("renamed");
    let there = |arguments: &[&str]| {
        let mut command = world.command(housestyle(), "p");
        let output = command.env("HOUSESTYLE_HOME", world.at("other")).args(arguments).output();
        String::from_utf8(output.expect("it runs").stdout).expect("UTF-8")
    };
    there(&["memory", "add", "We say log-out."]);
    for turn in 0..3 {
        assert!(world.knows("p", "sign-in") && !world.knows("p", "log-out"), "{turn}");
        let said = there(&["memory", "list"]);
        assert!(said.contains("log-out") && !said.contains("sign-in"), "{turn}: {said}");
        assert_eq!(id(), first, "{turn}");
    }
}

#[test]
fn a_folder_that_becomes_a_repository_keeps_its_notes() {
    let world = World::new();
    fs::create_dir(world.at("p")).expect("made");
    world.note("p", "We say sign-in.");
    world.git("p", &["init", "--quiet"]);
    assert!(world.knows("p", "sign-in"));
    fs::rename(world.at("p"), world.at("moved")).expect("moved");
    assert!(world.knows("moved", "sign-in"));
    fs::create_dir(world.at("p")).expect("made");
    assert!(!world.knows("p", "sign-in"));
}

#[test]
fn a_git_folder_kept_elsewhere_gives_no_other_folder_its_state() {
    let world = World::new();
    world.repository("p");
    fs::create_dir(world.at("else")).expect("made");
    world.git("p", &["init", "--quiet", "--separate-git-dir", "../else/.git"]);
    world.note("p", "We say sign-in.");
    fs::rename(world.at("p"), world.at("moved")).expect("moved");
    assert!(world.knows("moved", "sign-in"));
    fs::create_dir(world.at("p")).expect("made");
    fs::copy(world.at("moved/.git"), world.at("p/.git")).expect("copied");
    assert!(!world.knows("p", "sign-in"));
}

#[test]
fn state_that_is_not_used_stays_in_sight_and_is_forgotten() {
    let world = World::new();
    fs::create_dir(world.at("p")).expect("made");
    world.note("p", "We say sign-in.");
    // An earlier version marked no state with its folder.
    let left = world.state();
    fs::remove_file(left.join("clone.json")).expect("removed");
    world.repository("p");
    for name in ["journal.db", "journal.db.damaged-1", "server.log", "notes.json.17.new"] {
        fs::write(left.join(name), "forgetme, and long enough to be a database\n".repeat(99))
            .expect("written");
    }
    let name = left.display().to_string();
    assert!(world.done("p", &["memory", "list"]).contains(&name));
    assert!(!world.done("p", &["memory", "list"]).contains(&name), "once");
    for _ in 0..2 {
        let said = world.run("p", &["doctor"]).1;
        assert!(said.contains("unused state") && said.contains(&name), "{said}");
    }
    world.done("p", &["journal", "forget", "--last", "1h"]);
    assert!(world.holds("forgetme"), "it is another repository's, perhaps");
    let said = world.done("p", &["journal", "forget", "--everything", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((&said["damaged"], &said["left"]), (&2.into(), &vec![name].into()), "{said}");
    assert!(!world.holds("forgetme") && left.join("notes.json").exists());
}
