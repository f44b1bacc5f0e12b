//! Proposals, merges and shared weights, on repositories made for the test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use git2::{Repository, RepositoryInitOptions, Signature, Time};
use tempfile::TempDir;

use crate::{
    Proposal, ProposalOutcome, ReviewError, identity, list_weights, merged, propose, published, read_weights,
    write_weights,
};

const RECORD: &str = ".housestyle/adapters/0123/adapter.json";

struct World {
    folder: TempDir,
}

impl World {
    /// A repository with one commit on `main`, a dirty work tree and something staged.
    fn new() -> World {
        let world = World::empty();
        world.write("src/a.rs", "fn a() {}\n");
        let tree = world.stage("src/a.rs");
        world.commit("refs/heads/main", "first", tree, &[], ("Ann", "ann@example.com"), 1_000);
        world.write("staged.txt", "staged\n");
        world.stage("staged.txt");
        world.write("src/a.rs", "fn dirty() {}\n");
        world.write("untracked.txt", "mine\n");
        world
    }

    fn empty() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let options = &mut RepositoryInitOptions::new();
        let repository = Repository::init_opts(folder.path(), options.initial_head("main")).expect("made");
        let mut config = repository.config().expect("a configuration");
        config.set_str("user.name", "Pat Proposer").expect("set");
        config.set_str("user.email", "pat@example.com").expect("set");
        World { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn repository(&self) -> Repository {
        Repository::open(self.path()).expect("a repository")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("written");
    }

    /// Stages a file and returns the tree of all that is staged.
    fn stage(&self, path: &str) -> git2::Oid {
        let repository = self.repository(); // an index works only while its repository lives
        let mut index = repository.index().expect("an index");
        index.add_path(Path::new(path)).expect("staged");
        index.write().expect("written");
        index.write_tree().expect("a tree")
    }

    fn commit(
        &self,
        reference: &str,
        message: &str,
        tree: git2::Oid,
        parents: &[git2::Oid],
        (name, email): (&str, &str),
        time: i64,
    ) -> git2::Oid {
        let repository = self.repository();
        let by = Signature::new(name, email, &Time::new(time, 0)).expect("a signature");
        let forge = Signature::new("Forge", "noreply@example.com", &Time::new(time, 0)).expect("a signature");
        let parents: Vec<_> = parents.iter().map(|id| repository.find_commit(*id).expect("there")).collect();
        let tree = repository.find_tree(tree).expect("there");
        let made = repository.commit(None, &by, &forge, message, &tree, &parents.iter().collect::<Vec<_>>());
        let made = made.expect("a commit");
        repository.reference(reference, made, true, message).expect("a reference");
        made
    }

    /// Every file with its bytes and its time, but for the objects, references and their logs.
    fn everything(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable") {
                let path = entry.expect("an entry").path();
                let inside = path.strip_prefix(self.path()).expect("inside").to_owned();
                let grows =
                    [".git/objects", ".git/refs", ".git/logs"].iter().any(|name| inside.starts_with(name));
                if grows {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let time = fs::metadata(&path).and_then(|about| about.modified()).expect("a time");
                    found.insert(inside, (fs::read(&path).expect("readable"), time));
                }
            }
        }
        found
    }

    fn statuses(&self) -> Vec<(String, git2::Status)> {
        let repository = self.repository();
        let all = repository.statuses(None).expect("statuses");
        all.iter().map(|s| (s.path().expect("UTF-8").to_owned(), s.status())).collect()
    }

    fn propose(&self, name: &str, files: &[(String, Vec<u8>)]) -> Result<crate::Proposed, ReviewError> {
        let message = "Propose\n\nEvidence.\n";
        // As an adapter: another content is another thing.
        let subject = format!("adapter {}", String::from_utf8_lossy(&files[0].1));
        propose(self.path(), &Proposal { name, subject: &subject, files, message })
    }
}

fn files(content: &str) -> Vec<(String, Vec<u8>)> {
    vec![(RECORD.to_owned(), content.as_bytes().to_vec()), ("b.txt".to_owned(), b"b".to_vec())]
}

#[test]
fn a_proposal_is_a_commit_and_nothing_else_changes() {
    let world = World::new();
    let (before, statuses) = (world.everything(), world.statuses());
    assert!(statuses.len() >= 3, "{statuses:?}");
    let head = world.repository().head().expect("a head").target();

    let proposed = world.propose("adapter-1", &files("{}")).expect("proposed");
    write_weights(world.path(), "0123", b"weights").expect("written");

    assert_eq!(world.everything(), before, "HEAD, the index, the configuration and every file of the user's");
    assert_eq!(world.statuses(), statuses);
    assert_eq!(world.repository().head().expect("a head").target(), head);
    assert_eq!(proposed.branch, "housestyle/proposals/adapter-1");
    let repository = world.repository();
    let commit = repository.find_commit(proposed.commit.parse().expect("an id")).expect("there");
    assert_eq!((commit.parent_count(), commit.author().name().expect("UTF-8")), (1, "Pat Proposer"));
    let tree = commit.tree().expect("a tree");
    let text = |path: &str| {
        let entry = tree.get_path(Path::new(path)).expect("there");
        repository.find_blob(entry.id()).expect("a blob").content().to_vec()
    };
    assert_eq!((text(RECORD), text("b.txt")), (b"{}".to_vec(), b"b".to_vec()));
    assert_eq!(text("src/a.rs"), b"fn a() {}\n", "as committed, not as it lies there");
    assert!(tree.get_path(Path::new("staged.txt")).is_err());
}

#[test]
fn the_same_proposal_twice_is_one_and_another_of_its_name_is_refused() {
    let world = World::new();
    let first = world.propose("x", &files("{}")).expect("proposed");
    let again = world.propose("x", &files("{}")).expect("there");
    assert_eq!((first.outcome, again.outcome), (ProposalOutcome::Made, ProposalOutcome::Unchanged));
    assert_eq!(again.commit, first.commit);
    let error = world.propose("x", &files("{\"other\":1}")).expect_err("taken").to_string();
    assert!(error.contains("housestyle/proposals/x"), "{error}");
}

#[test]
fn obstacles_are_reported() {
    let error = World::empty().propose("x", &files("{}")).expect_err("no commit");
    assert!(matches!(error, ReviewError::NoDefault(_)), "{error}");
    for name in ["", "a b", "a/b", "..", "-d", "a~1", "x.lock"] {
        let error = World::new().propose(name, &files("{}")).expect_err(name);
        assert!(matches!(error, ReviewError::BadName { .. }), "{error}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(identity(folder.path(), true), Err(ReviewError::NoRepository { .. })));
    let name = identity(World::new().path(), true).expect("known");
    assert_eq!(name, ("Pat Proposer".to_owned(), "pat@example.com".to_owned()));
}

#[test]
fn merged_is_approved_by_whoever_merged_and_then() {
    let world = World::new();
    let proposed = world.propose("x", &files("{}")).expect("proposed");
    assert_eq!(merged(world.path(), RECORD, b"{}").expect("readable"), None);
    assert_eq!(published(world.path(), RECORD, 100).expect("readable").as_deref(), Some(&b"{}"[..]));
    assert_eq!(published(world.path(), RECORD, 1).expect("readable"), None);

    let repository = world.repository();
    let proposal = repository.find_commit(proposed.commit.parse().expect("an id")).expect("there");
    let main = repository.refname_to_id("refs/heads/main").expect("there");
    let ann = ("Ann", "ann@example.com");
    let merge =
        world.commit("refs/heads/main", "Merge", proposal.tree_id(), &[main, proposal.id()], ann, 5_000);
    // More work on top does not change who merged.
    world.commit("refs/heads/main", "later", proposal.tree_id(), &[merge], ("Bob", "bob@example.com"), 6_000);

    let found = merged(world.path(), RECORD, b"{}").expect("readable").expect("merged");
    assert_eq!((found.name.as_str(), found.email.as_str(), found.time), ("Ann", "ann@example.com", 5_000));
    assert_eq!((found.commit, found.branch.as_str()), (merge.to_string(), "refs/heads/main"));
    assert_eq!(merged(world.path(), RECORD, b"{ }").expect("readable"), None, "another content");
}

#[test]
fn the_remote_decides_which_branch_is_the_teams() {
    let world = World::new();
    let proposed = world.propose("x", &files("{}")).expect("proposed");
    let repository = world.repository();
    let proposal = repository.find_commit(proposed.commit.parse().expect("an id")).expect("there");
    let main = repository.refname_to_id("refs/heads/main").expect("there");
    repository.remote("origin", "https://example.com/team.git").expect("made");
    repository.reference("refs/remotes/origin/trunk", main, false, "").expect("made");
    repository
        .reference_symbolic("refs/remotes/origin/HEAD", "refs/remotes/origin/trunk", false, "")
        .expect("made");
    // Merged on this machine alone, into a branch that is not the team's.
    let squashed = ("Ann", "ann@example.com");
    let local = world.commit("refs/heads/main", "Squash", proposal.tree_id(), &[main], squashed, 5_000);
    assert_eq!(merged(world.path(), RECORD, b"{}").expect("readable"), None);
    repository.reference("refs/remotes/origin/trunk", local, true, "").expect("moved");
    let found = merged(world.path(), RECORD, b"{}").expect("readable").expect("merged");
    // No merge commit: whoever put it there, not whoever wrote it.
    assert_eq!((found.name.as_str(), found.branch.as_str()), ("Forge", "refs/remotes/origin/trunk"));
}

#[test]
fn weights_are_blobs_by_their_id() {
    let world = World::new();
    assert_eq!(write_weights(world.path(), "aa", b"one").expect("written"), "refs/housestyle/adapters/aa");
    write_weights(world.path(), "aa", b"one").expect("the same again");
    write_weights(world.path(), "bb", b"two").expect("written");
    assert_eq!(list_weights(world.path()).expect("listed"), ["aa", "bb"]);
    assert_eq!(read_weights(world.path(), "bb", 3).expect("read"), b"two");
    assert!(matches!(read_weights(world.path(), "bb", 2), Err(ReviewError::ForeignReference { .. })));
    assert!(matches!(write_weights(world.path(), "aa", b"x"), Err(ReviewError::ForeignReference { .. })));
    assert!(read_weights(world.path(), "cc", 9).is_err());
    // A commit where weights should be.
    let main = world.repository().refname_to_id("refs/heads/main").expect("there");
    world.repository().reference("refs/housestyle/adapters/dd", main, false, "").expect("made");
    assert!(matches!(read_weights(world.path(), "dd", 1 << 20), Err(ReviewError::ForeignReference { .. })));
}
