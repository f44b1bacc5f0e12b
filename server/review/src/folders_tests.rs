//! Folders of the default branch, on repositories made for the test.

use std::path::Path;

use git2::{FileMode, Oid, Repository, RepositoryInitOptions, Signature, Time};

use crate::{
    FolderError, FolderLimits, OverBudget, ProposalState, Proposals, ReviewError, TreeBudget, UnknownDefault,
    has_commit, is_signed, merges_of, on_default_branch,
};

const PARENTS: [&str; 2] = [".agents/skills", "skills"];
const LIMITS: FolderLimits = FolderLimits { folders: 50, files: 3, bytes: 1000, depth: 2 };

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(bare: bool) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = RepositoryInitOptions::new();
        options.initial_head("main").bare(bare);
        Repository::init_opts(folder.path(), &options).expect("made");
        World { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn repository(&self) -> Repository {
        Repository::open(self.path()).expect("a repository")
    }

    /// Commits exactly these files to a branch.
    fn commit(&self, branch: &str, files: &[(&str, &str)], parents: &[Oid], by: &str, time: i64) -> Oid {
        let repository = self.repository();
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, text) in files {
            let mode = if text.starts_with("link:") { FileMode::Link } else { FileMode::Blob };
            update.upsert(*path, repository.blob(text.as_bytes()).expect("a blob"), mode);
        }
        let empty = repository.treebuilder(None).and_then(|builder| builder.write()).expect("a tree");
        let empty = repository.find_tree(empty).expect("there");
        let tree = update.create_updated(&repository, &empty).expect("a tree");
        let tree = repository.find_tree(tree).expect("there");
        let by = Signature::new(by, "a@example.com", &Time::new(time, 0)).expect("a signature");
        let parents: Vec<_> = parents.iter().map(|id| repository.find_commit(*id).expect("there")).collect();
        let parents: Vec<_> = parents.iter().collect();
        let commit = repository.commit(None, &by, &by, "message", &tree, &parents).expect("a commit");
        repository.reference(&format!("refs/heads/{branch}"), commit, true, "test").expect("a branch");
        commit
    }
}

#[test]
fn folders_are_read_within_limits() {
    for bare in [false, true] {
        let world = World::new(bare);
        let unborn = on_default_branch(world.path(), &PARENTS, "SKILL.md", LIMITS, &TreeBudget::default());
        assert!(matches!(unborn, Err(ReviewError::NoDefault(UnknownDefault::NoCommit))), "{unborn:?}");
        let large = "x".repeat(2000);
        let files = [
            ("skills/a/SKILL.md", "one"),
            ("skills/a/b/c.md", "two"),
            ("skills/large/SKILL.md", &large),
            ("skills/linked/SKILL.md", "one"),
            ("skills/linked/out", "link:/etc/passwd"),
            ("skills/none/README.md", "x"),
            ("skills/deep/SKILL.md", "x"),
            ("skills/deep/a/b/c/d", "x"),
            ("skills/many/SKILL.md", "x"),
            ("skills/many/1", "x"),
            ("skills/many/2", "x"),
            ("skills/many/3", "x"),
            (".agents/skills/z/skill.md", "x"),
        ];
        let tip = world.commit("main", &files, &[], "Ann", 1);
        let found = on_default_branch(world.path(), &PARENTS, "SKILL.md", LIMITS, &TreeBudget::default())
            .expect("a branch");
        assert_eq!((found.branch.as_str(), found.commit), ("refs/heads/main", tip.to_string()));
        assert_eq!(found.work_tree.is_none(), bare);
        let folders: Vec<String> = found
            .folders
            .iter()
            .map(|folder| match &folder.files {
                Ok(files) => format!("{} {}", folder.path, files.len()),
                Err(why) => format!("{} {why}", folder.path),
            })
            .collect();
        assert_eq!(
            folders,
            [
                ".agents/skills/z 1",
                "skills/a 2",
                "skills/deep a/b/c/ is more than 2 folders deep",
                "skills/large it has more than 1000 bytes",
                "skills/linked out is a symbolic link: a skill's files are to be files",
                "skills/many it has more than 3 files",
            ]
        );
        let files = found.folders[1].files.as_ref().expect("files");
        assert_eq!(files[0], ("SKILL.md".to_owned(), b"one".to_vec()));
        assert_eq!(files[1], ("b/c.md".to_owned(), b"two".to_vec()));
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    let error = on_default_branch(nowhere.path(), &PARENTS, "SKILL.md", LIMITS, &TreeBudget::default());
    assert!(matches!(error, Err(ReviewError::NoRepository { .. })));
}

#[test]
fn a_folder_came_by_the_merge_that_made_it_what_it_is() {
    let world = World::new(false);
    let old = ("skills/a/SKILL.md", "old");
    let new = ("skills/a/SKILL.md", "new");
    let other = ("skills/b/SKILL.md", "b");
    let first = world.commit("main", &[old], &[], "Ann", 1);
    let side = world.commit("housestyle/proposals/a", &[new, other], &[first], "Bob", 2);
    let merge = world.commit("main", &[new, other], &[first, side], "Cleo", 3);
    let later = world.commit("main", &[new, other, ("x", "x")], &[merge], "Dan", 4);
    world.commit("main", &[new, other, ("x", "y")], &[later], "Dan", 5);
    let found = on_default_branch(world.path(), &PARENTS, "SKILL.md", LIMITS, &TreeBudget::default())
        .expect("a branch");
    let asked: Vec<(&str, &str)> =
        found.folders.iter().map(|folder| (folder.path.as_str(), folder.tree.as_str())).collect();
    let merges = merges_of(world.path(), &asked).expect("read");
    let named: Vec<(String, i64, String)> =
        merges.into_iter().flatten().map(|merge| (merge.name, merge.time, merge.commit)).collect();
    let expected = ("Cleo".to_owned(), 3, merge.to_string());
    assert_eq!(named, [expected.clone(), expected]);
    let zero = "0".repeat(40);
    let absent = [("skills/a", zero.as_str()), ("skills/c", asked[0].1), ("skills/a", "no number")];
    assert_eq!(merges_of(world.path(), &absent).expect("read"), [None, None, None]);
    assert!(!is_signed(world.path(), &merge.to_string()).expect("there"));
    assert!(is_signed(world.path(), "no commit").is_err());
    assert!(has_commit(world.path(), &merge.to_string()));
    assert!(!has_commit(world.path(), "no commit") && !has_commit(world.path(), &"1".repeat(40)));
}

#[test]
fn a_commit_beyond_a_shallow_clone_is_not_found() {
    let world = World::new(false);
    let first = world.commit("main", &[("skills/a/SKILL.md", "a")], &[], "Ann", 1);
    let tip = world.commit("main", &[("skills/a/SKILL.md", "a"), ("x", "x")], &[first], "Bob", 2);
    let tree = |world: &World| {
        let found = on_default_branch(world.path(), &PARENTS, "SKILL.md", LIMITS, &TreeBudget::default())
            .expect("a branch");
        found.folders[0].tree.clone()
    };
    let asked = tree(&world);
    let who = |world: &World| merges_of(world.path(), &[("skills/a", &asked)]).expect("read").remove(0);
    assert_eq!(who(&world).map(|merge| merge.name).as_deref(), Some("Ann"));
    std::fs::write(world.path().join(".git/shallow"), format!("{tip}\n")).expect("written");
    assert_eq!(who(&world), None);
}

#[test]
fn proposals_are_listed_local_and_fetched() {
    let world = World::new(false);
    let tip = world.commit("main", &[("x", "x")], &[], "Ann", 1);
    let side = world.commit("housestyle/proposals/a", &[("skills/a/SKILL.md", "y")], &[tip], "Ann", 2);
    let budget = TreeBudget::default();
    let proposals = Proposals::of(world.path(), &budget).expect("a repository");
    let at = |folder: &str| proposals.folder_at(&side.to_string(), folder, LIMITS).expect("read");
    assert_eq!(
        at("skills/a").map(|folder| folder.files),
        Some(Ok(vec![("SKILL.md".to_owned(), b"y".to_vec())]))
    );
    assert_eq!((at("skills/b"), at("skills/a/SKILL.md")), (None, None));
    let repository = world.repository();
    repository.reference("refs/remotes/origin/housestyle/proposals/b", tip, true, "test").expect("made");
    let found = proposals.branches().expect("listed");
    let names: Vec<(&str, i64)> = found.iter().map(|branch| (branch.name.as_str(), branch.time)).collect();
    assert_eq!(names, [("a", 2), ("b", 1)]);
    assert_eq!(found[1].reference, "refs/remotes/origin/housestyle/proposals/b");
}

/// Commits a folder of four levels with 400 folders each to a proposal's branch.
fn commit_bomb(world: &World, parent: Oid) -> Oid {
    let repository = world.repository();
    let insert = |entries: &[(String, Oid, FileMode)]| {
        let mut builder = repository.treebuilder(None).expect("a tree");
        for (name, id, mode) in entries {
            builder.insert(name, *id, (*mode).into()).expect("inserted");
        }
        builder.write().expect("written")
    };
    let mut tree = insert(&[]);
    for _ in 0..4 {
        let children: Vec<_> = (0..400).map(|n| (format!("d{n}"), tree, FileMode::Tree)).collect();
        tree = insert(&children);
    }
    let marker = repository.blob(b"one").expect("a blob");
    let marker = ("SKILL.md".to_owned(), marker, FileMode::Blob);
    tree = insert(&[marker, ("d".to_owned(), tree, FileMode::Tree)]);
    for name in ["bomb", "skills"] {
        tree = insert(&[(name.to_owned(), tree, FileMode::Tree)]);
    }
    let by = Signature::new("Eve", "eve@example.com", &Time::new(2, 0)).expect("a signature");
    let parent = repository.find_commit(parent).expect("there");
    let tree = repository.find_tree(tree).expect("there");
    let bomb = repository.commit(None, &by, &by, "message", &tree, &[&parent]).expect("a commit");
    repository.reference("refs/heads/housestyle/proposals/bomb", bomb, true, "test").expect("a branch");
    bomb
}

#[test]
fn a_folder_that_unfolds_without_end_is_left_out() {
    let world = World::new(false);
    let tip = world.commit("main", &[("skills/a/SKILL.md", "one")], &[], "Ann", 1);
    let bomb = commit_bomb(&world, tip).to_string();
    let budget = TreeBudget::default();
    let proposals = Proposals::of(world.path(), &budget).expect("a repository");
    let state = proposals.state("bomb").expect("read");
    assert_eq!((state, budget.check()), (ProposalState::Open, Ok(())));
    let limits = FolderLimits { depth: 9, ..LIMITS };
    let found = proposals.folder_at(&bomb, "skills/bomb", limits).expect("read");
    assert_eq!(found.expect("a folder").files, Err(FolderError::Budget(OverBudget)));
    assert_eq!(budget.check(), Err(OverBudget));
}

#[test]
fn one_budget_holds_for_all_branches() {
    let world = World::new(false);
    let tip = world.commit("main", &[("skills/a/SKILL.md", "one"), ("skills/a/b", "two")], &[], "Ann", 1);
    let budget = TreeBudget::default();
    let proposals = Proposals::of(world.path(), &budget).expect("a repository");
    let read = || proposals.folder_at(&tip.to_string(), "skills/a", LIMITS);
    assert!(read().expect("read").is_some());
    let mut times = 0;
    while read().is_ok() {
        times += 1;
    }
    assert!(times < 20_000, "{times}");
    let nothing = on_default_branch(world.path(), &PARENTS, "SKILL.md", LIMITS, &budget);
    assert!(matches!(nothing, Err(ReviewError::Budget(OverBudget))));
}

#[test]
fn many_branches_that_share_nothing_are_read_within_the_budget() {
    let world = World::new(false);
    (0..200)
        .fold(Vec::new(), |parents, time| vec![world.commit("main", &[("x", "x")], &parents, "Ann", time)]);
    let foreign =
        world.commit("housestyle/proposals/foreign", &[("skills/a/SKILL.md", "one")], &[], "Eve", 1);
    let names: Vec<String> = (0..1000).map(|n| format!("p{n:04}")).collect();
    let packed: String =
        names.iter().map(|name| format!("{foreign} refs/heads/housestyle/proposals/{name}\n")).collect();
    std::fs::write(world.path().join(".git/packed-refs"), packed).expect("written");
    let budget = TreeBudget::default();
    let proposals = Proposals::of(world.path(), &budget).expect("a repository");
    let states: Vec<_> = names.iter().map_while(|name| proposals.state(name).ok()).collect();
    assert!(states.iter().all(|state| *state == ProposalState::Behind), "{states:?}");
    assert!(states.len() < names.len() && budget.check().is_err(), "{} states", states.len());
}
