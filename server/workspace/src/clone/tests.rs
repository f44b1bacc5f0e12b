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
    let news = locked(&NEWS).clone();
    assert!(news.iter().any(|text| text.contains("copy is a copy of") && text.contains("p")), "{news:?}");
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
        assert_eq!(world.state(root), earlier::by_path(&world.at(root), &world.at("workspaces")), "{root}");
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
    let earlier = earlier::by_path(&root, &world.at("workspaces"));
    let notes = |folder: &Path| fs::read_to_string(folder.join("notes.json")).ok();
    fs::create_dir_all(earlier.join("adapters/x")).expect("made");
    fs::write(earlier.join("notes.json"), "of another").expect("written");
    let manifest = |commit: &str| {
        let text = format!("{{\"format\": \"m\", \"spans\": [{{\"commit\": \"{commit}\"}}]}}");
        fs::write(earlier.join("adapters/x/manifest.json"), text).expect("written");
    };
    manifest(&"1".repeat(40));
    let state = world.state("p");
    assert!(notes(&state).is_none() && notes(&earlier).is_some());
    let news = locked(&NEWS).clone();
    let told = |text: &&String| text.contains(&earlier.display().to_string());
    assert_eq!(news.iter().filter(told).count(), 1, "{news:?}");
    world.state("p");
    assert_eq!(locked(&NEWS).iter().filter(told).count(), 1, "once");
    fs::remove_file(earlier.join("left")).expect("removed");
    manifest(&commit);
    let state = world.state("p");
    assert!(notes(&state).is_some() && !earlier.exists());
    assert_eq!(world.state("p"), state);
    assert!(root.join(".git/housestyle/id").exists());
}

/// Makes a repository with a commit; returns the commit.
fn repository(root: &Path) -> String {
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.arg("-C").arg(root).args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
        let output = command.args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    fs::create_dir_all(root).expect("made");
    git(&["init", "--quiet"]);
    git(&["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    git(&["rev-parse", "HEAD"])
}
