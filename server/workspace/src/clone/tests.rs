//! Whose state a clone gets: moved, copied, cloned anew, linked, and brought by somebody else.

use std::fs;
use std::thread;

use super::*;

/// A user's folder of clones, and the state.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        World { folder: tempfile::tempdir().expect("a folder") }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn clone(&self, path: &str) -> PathBuf {
        fs::create_dir_all(self.at(path).join(".git/objects")).expect("made");
        self.at(path)
    }

    fn state(&self, path: &str) -> PathBuf {
        state_of(&self.at(path), &self.at("workspaces"))
    }

    /// Makes the state of a clone, with a note inside.
    fn begun(&self, path: &str) -> PathBuf {
        let state = self.state(path);
        private::make_folder(&state).expect("made");
        private::write(&state.join("notes.json"), path.as_bytes()).expect("written");
        state
    }

    fn identity(&self, path: &str) -> String {
        fs::read_to_string(self.at(path).join(".git/housestyle/id")).expect("an identity")
    }

    /// Makes state of an earlier version for a root, with a note and an adapter that learned from a commit.
    fn earlier(&self, path: &str, commit: &str) -> PathBuf {
        let state = earlier::by_path(&self.at(path), 0, &self.at("workspaces"));
        fs::create_dir_all(state.join("adapters/x")).expect("made");
        fs::write(state.join("notes.json"), format!("of {path}")).expect("written");
        let manifest = format!("{{\"format\": \"m\", \"spans\": [{{\"commit\": \"{commit}\"}}]}}");
        fs::write(state.join("adapters/x/manifest.json"), manifest).expect("written");
        state
    }

    /// Copies a folder of one clone.
    fn copy(&self, from: &str, to: &str) {
        self.clone(to);
        fs::create_dir(self.at(to).join(".git/housestyle")).expect("made");
        fs::write(self.at(to).join(".git/housestyle/id"), self.identity(from)).expect("written");
    }
}

#[test]
fn nothing_is_written_before_the_state_begins() {
    let world = World::new();
    let root = world.clone("p");
    let state = world.state("p");
    assert_eq!(world.state("p"), state);
    assert!(!root.join(".git/housestyle").exists() && !world.at("workspaces").exists());
    assert_eq!(world.begun("p"), state);
    assert_eq!(world.state("p"), state);
    let identity = world.identity("p");
    assert!(
        identity.len() == 49 && identity.starts_with(&*state.file_name().expect("a name").to_string_lossy())
    );
}

#[test]
fn a_moved_folder_keeps_its_state_and_a_new_clone_in_its_place_has_its_own() {
    let world = World::new();
    world.clone("p");
    let state = world.begun("p");
    fs::rename(world.at("p"), world.at("q")).expect("moved");
    world.clone("p");
    assert_eq!(world.state("q"), state);
    let other = world.begun("p");
    assert_ne!(other, state);
    assert_eq!((world.state("p"), world.state("q")), (other.clone(), state.clone()));
    // Another disk copies and removes.
    world.copy("q", "r");
    fs::remove_dir_all(world.at("q")).expect("removed");
    assert_eq!(world.state("r"), state);
    fs::remove_dir_all(world.at("p")).expect("removed");
    world.clone("p");
    assert!(![other, state].contains(&world.begun("p")));
}

#[test]
fn a_copy_gets_an_identity_of_its_own() {
    let world = World::new();
    world.clone("p");
    let state = world.begun("p");
    world.copy("p", "copy");
    let copied = world.state("copy");
    assert_ne!(copied, state);
    assert_ne!(world.identity("copy"), world.identity("p"));
    let news = news::tell_about(&world.at("copy").display().to_string());
    assert!(
        news.iter().any(|text| text.contains(&format!("copy is a copy of {}", world.at("p").display()))),
        "{news:?}"
    );
    fs::remove_dir_all(world.at("p")).expect("removed");
    assert_eq!(world.state("copy"), copied, "also once the original is gone");
}

#[test]
fn work_trees_share_and_submodules_do_not() {
    let world = World::new();
    let git = world.clone("p").join(".git");
    let pointer = |path: &str, to: &str| {
        fs::create_dir_all(world.at(path)).expect("made");
        fs::write(world.at(path).join(".git"), format!("gitdir: {to}\n")).expect("written");
    };
    for (folder, file, content) in [
        ("worktrees/w", "commondir", "../..\n".to_owned()),
        ("worktrees/w", "gitdir", format!("{}\n", world.at("w/.git").display())),
        ("modules/sub", "HEAD", "ref: refs/heads/main\n".to_owned()),
    ] {
        fs::create_dir_all(git.join(folder)).expect("made");
        fs::write(git.join(folder).join(file), content).expect("written");
    }
    let own = git.display();
    pointer("w", &format!("{own}/worktrees/w"));
    pointer("p/sub", "../.git/modules/sub");
    let state = world.begun("w");
    assert_eq!(world.state("p"), state);
    assert_ne!(world.begun("p/sub"), state);
    assert!(git.join("modules/sub/housestyle/id").exists());
    // Files that came with an archive lead to somebody's clone.
    pointer("archive", &format!("{own}/worktrees/w"));
    pointer("other", &own.to_string());
    pointer("nowhere", "gone");
    for root in ["archive", "other", "nowhere"] {
        let own = world.begun(root);
        assert_ne!(own, state, "{root}");
        fs::rename(world.at(root), world.at("moved")).expect("moved");
        assert_eq!(world.state("moved"), own, "{root}");
        pointer(root, "gone");
        assert_ne!(world.state(root), own, "another folder at its path");
        fs::remove_dir_all(world.at("moved")).expect("removed");
    }
}

#[test]
fn a_bare_repository_has_its_own() {
    let world = World::new();
    for folder in ["b.git/objects", "b.git/refs"] {
        fs::create_dir_all(world.at(folder)).expect("made");
    }
    fs::write(world.at("b.git/HEAD"), "ref: refs/heads/main\n").expect("written");
    assert_eq!(world.begun("b.git"), world.state("b.git"));
    assert!(world.at("b.git/housestyle/id").exists());
}

#[test]
fn nobody_else_chooses_the_state_of_a_clone() {
    let world = World::new();
    fs::create_dir(world.at("plain")).expect("made");
    let [ours, plain] = [world.clone("p"), world.at("plain")].map(|root| {
        let state = state_of(&root, &world.at("workspaces"));
        private::make_folder(&state).expect("made");
        state.file_name().expect("a name").to_string_lossy().into_owned()
    });
    let random = "0123456789abcdef".repeat(2);
    for identity in [
        world.identity("p"),
        format!("{ours}{random}"),
        format!("{plain}{random}"),
        format!("../../{random}{random}")[..48].to_owned(),
        random.repeat(9),
        String::new(),
    ] {
        let root = world.clone("evil");
        fs::create_dir(root.join(".git/housestyle")).expect("made");
        fs::write(root.join(".git/housestyle/id"), &identity).expect("written");
        let state = world.begun("evil");
        assert!(state.parent() == Some(world.at("workspaces").as_path()), "{}", state.display());
        assert!(![&ours, &plain].iter().any(|name| state.ends_with(name)), "{identity}");
        assert_eq!(world.state("evil"), state);
        fs::remove_dir_all(&root).expect("removed");
    }
}

#[test]
fn two_at_once_agree() {
    let world = World::new();
    world.clone("p");
    let states: Vec<PathBuf> = thread::scope(|scope| {
        let begun: Vec<_> = (0..8).map(|_| scope.spawn(|| world.begun("p"))).collect();
        begun.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(states.iter().all(|state| *state == world.state("p")), "{states:?}");
    let left = fs::read_dir(world.at("p/.git/housestyle")).expect("readable").count();
    assert_eq!(left, 1, "nothing unfinished");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_what_cannot_be_written_keeps_its_state() {
    use std::os::unix::fs::symlink;

    let world = World::new();
    fs::create_dir(world.at("elsewhere")).expect("made");
    for (name, link) in [("p", ".git/housestyle"), ("q", ".git/housestyle/id")] {
        let link = world.clone(name).join(link);
        fs::create_dir_all(link.parent().expect("a folder")).expect("made");
        symlink(world.at("elsewhere"), &link).expect("linked");
        let state = world.begun(name);
        assert_eq!(world.state(name), state, "{name}");
        assert_eq!(fs::read_dir(world.at("elsewhere")).expect("readable").count(), 0, "{name}");
    }
    // The folder of git may be a link, as other programs make them.
    fs::create_dir_all(world.at("store/r.git/objects")).expect("made");
    fs::create_dir(world.at("r")).expect("made");
    symlink(world.at("store/r.git"), world.at("r/.git")).expect("linked");
    world.begun("r");
    assert!(world.at("store/r.git/housestyle/id").exists());
    // But it is not that of another work tree.
    fs::create_dir(world.at("s")).expect("made");
    symlink(world.at("p/.git"), world.at("s/.git")).expect("linked");
    assert_ne!(world.state("s"), world.state("p"));
}

#[test]
fn earlier_state_is_taken_over_where_it_cites_a_commit_and_else_left() {
    let world = World::new();
    let root = world.at("p");
    let commit = repository(&root);
    let earlier = world.earlier("p", &"1".repeat(40));
    let state = world.state("p");
    assert!(notes(&state).is_none() && notes(&earlier).is_some());
    let told = || news::tell_about(&earlier.display().to_string()).len();
    world.state("p");
    assert!(!earlier.join("left").exists(), "nobody has read it yet");
    assert_eq!(told(), 1, "once");
    world.state("p");
    assert_eq!(told(), 0, "it is marked now");
    fs::remove_file(earlier.join("left")).expect("removed");
    world.earlier("p", &commit);
    let state = world.state("p");
    assert!(notes(&state).is_some() && !earlier.exists());
    assert_eq!(world.state("p"), state);
    assert!(root.join(".git/housestyle/id").exists());
    assert_eq!(told(), 0);
}

#[test]
fn the_main_work_tree_s_earlier_state_goes_first_and_the_others_stay_in_sight() {
    let world = World::new();
    let commit = repository(&world.at("p"));
    git(&world.at("p"), &["worktree", "add", "--quiet", "../w"]);
    let [main, linked] = ["p", "w"].map(|root| world.earlier(root, &commit));
    let state = world.state("w");
    assert!(notes(&state).is_some_and(|notes| notes == "of p") && !main.exists() && linked.exists());
    assert!(news::tell_about(&main.display().to_string()).is_empty());
    let told = news::tell_about(&linked.display().to_string());
    assert!(told.len() == 1 && told[0].contains("cite commits of this repository, but"), "{told:?}");
    // What the sentence says leads to that state.
    let left = left(&world.at("w"), &state);
    assert!(left.len() == 1 && left[0].folder == linked, "{left:?}");
    let remedy = format!("move {} out of", state.display());
    assert!(
        left[0].remedy.contains(&remedy) && left[0].remedy.contains(&format!("to {};", state.display())),
        "{left:?}"
    );
    fs::rename(&state, world.at("away")).expect("moved");
    fs::rename(&linked, &state).expect("renamed");
    let identity = world.identity("p");
    for root in ["w", "p"] {
        assert_eq!(notes(&world.state(root)).as_deref(), Some("of w"), "{root}");
    }
    assert_eq!(world.identity("p"), identity);
}

#[test]
fn two_processes_that_take_over_at_once_say_nothing() {
    let world = World::new();
    let commit = repository(&world.at("p"));
    for turn in 0..8 {
        let earlier = world.earlier("p", &commit);
        let states: Vec<PathBuf> = thread::scope(|scope| {
            let found: Vec<_> = (0..4).map(|_| scope.spawn(|| world.state("p"))).collect();
            found.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(states.iter().all(|state| notes(state).is_some()), "{turn}: {states:?}");
        assert_eq!(news::tell_about(&earlier.display().to_string()), [""; 0], "{turn}");
        fs::remove_dir_all(world.at("workspaces")).expect("removed");
        fs::remove_dir_all(world.at("p/.git/housestyle")).expect("removed");
    }
}

#[test]
fn state_homes_that_see_other_disk_numbers_keep_their_own_state() {
    let world = World::new();
    world.clone("p");
    let here = Place::of(world.at("p/.git").canonicalize().expect("there")).expect("a place");
    let there = here.seen_by_another_system(false);
    let open = |place: &Place, home: &str| {
        let owner = Owner { place: place.clone(), has_git: true };
        let state = owner.state(&world.at("p"), &world.at(home));
        private::make_folder(&state).expect("made");
        state
    };
    // One knows the name before the other writes the identity.
    let waits = Owner { place: there.clone(), has_git: true }.state(&world.at("p"), &world.at("third"));
    let first = open(&here, "first");
    let identity = world.identity("p");
    let second = open(&there, "second");
    private::make_folder(&waits).expect("made");
    for turn in 0..3 {
        assert_eq!(open(&here, "first"), first, "{turn}");
        assert_eq!(open(&there, "second"), second, "{turn}");
        assert_eq!(open(&there, "third"), waits, "{turn}");
        assert_eq!(world.identity("p"), identity, "{turn}");
    }
    assert_eq!(open(&there, "first"), first, "one home, seen from two systems");
    // The identity leads to an adopted state, too.
    fs::rename(world.at("p"), world.at("q")).expect("moved");
    assert_eq!(state_of(&world.at("q"), &world.at("second")), second);
    world.copy("q", "copy");
    assert_ne!(state_of(&world.at("copy"), &world.at("second")), second);
    assert_ne!(world.identity("copy"), identity, "a copy's is another clone's");
}

#[test]
fn a_folder_that_becomes_a_repository_keeps_its_state() {
    let world = World::new();
    for (repository, git) in [("p", ".git/"), ("b", "")] {
        fs::create_dir(world.at(repository)).expect("made");
        let state = world.begun(repository);
        assert_eq!(world.state(repository), state);
        for folder in ["objects", "refs"] {
            fs::create_dir_all(world.at(repository).join(git).join(folder)).expect("made");
        }
        fs::write(world.at(repository).join(git).join("HEAD"), "ref: refs/heads/main\n").expect("written");
        assert_eq!(world.state(repository), state);
        // The state goes with the repository, and another folder has its own.
        fs::rename(world.at(repository), world.at("moved")).expect("moved");
        assert_eq!(world.state("moved"), state);
        fs::create_dir(world.at(repository)).expect("made");
        let other = world.begun(repository);
        assert_ne!(other, state);
        assert_eq!((world.state(repository), world.state("moved")), (other, state));
        fs::remove_dir_all(world.at("moved")).expect("removed");
    }
    // Without a mark, and with that of a removed folder, nothing shows whose it was.
    fs::create_dir(world.at("q")).expect("made");
    let plain = world.begun("q");
    fs::rename(world.at("q"), world.at("elsewhere")).expect("moved");
    world.clone("q");
    assert_ne!(world.state("q"), plain);
    assert_eq!(news::tell_about(&plain.display().to_string()).len(), 1);
}

#[cfg(unix)]
#[test]
fn state_whose_identity_cannot_be_written_is_found_by_its_place() {
    let world = World::new();
    world.clone("p");
    // A file in the place of the folder: root writes into every folder.
    let in_the_way = || fs::write(world.at("p/.git/housestyle"), "").expect("written");
    in_the_way();
    let state = world.begun("p");
    world.state("p");
    let about = world.at("p/.git/housestyle").display().to_string();
    assert_eq!(news::tell_about(&about).len(), 1);
    world.state("p");
    assert_eq!(news::tell_about(&about), [""; 0], "once");
    let here = Place::of(world.at("p/.git").canonicalize().expect("there")).expect("a place");
    let seen = |place: &Place| {
        let owner = Owner { place: place.clone(), has_git: true };
        owner.state(&world.at("p"), &world.at("workspaces"))
    };
    assert_eq!(seen(&here.seen_by_another_system(true)), state, "the disk has another number");
    assert_eq!(world.state("p"), state);
    fs::rename(world.at("p"), world.at("q")).expect("moved");
    assert_eq!(world.state("q"), state);
    world.clone("p");
    in_the_way();
    assert_ne!(world.state("p"), state, "another repository at its path");
    assert_ne!(seen(&here.seen_by_another_system(false)), state);
    // As soon as it can be, it is written.
    fs::remove_file(world.at("q/.git/housestyle")).expect("removed");
    assert_eq!(world.state("q"), state);
    assert!(world.identity("q").starts_with(&*state.file_name().expect("a name").to_string_lossy()));
}

fn notes(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join("notes.json")).ok()
}

#[track_caller]
fn git(root: &Path, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new("git");
    command.arg("-C").arg(root).args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
    let output = command.args(arguments).output().expect("git runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Makes a repository with a commit; returns the commit.
fn repository(root: &Path) -> String {
    fs::create_dir_all(root).expect("made");
    git(root, &["init", "--quiet"]);
    git(root, &["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    git(root, &["rev-parse", "HEAD"])
}
