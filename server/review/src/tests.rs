//! Histories made in temporary folders.

use std::path::Path;
use std::sync::Arc;

use git2::{Oid, Repository, Signature, Time};
use housestyle_learn::Exclusion;
use tempfile::TempDir;

use crate::{History, HistoryOptions, ReadCommit, ReviewError};

/// A repository in a folder of its own, to which commits are added without a work tree.
struct Made {
    folder: TempDir,
    repository: Repository,
    time: i64,
}

/// What a commit does to paths: a text, or none to delete it.
type Change<'a> = (&'a str, Option<&'a [u8]>);

impl Made {
    fn new(bare: bool) -> Made {
        let folder = tempfile::tempdir().expect("a folder");
        let repository =
            if bare { Repository::init_bare(folder.path()) } else { Repository::init(folder.path()) };
        Made { folder, repository: repository.expect("a repository"), time: 1_000_000 }
    }

    fn head(&self) -> Option<Oid> {
        self.repository.head().ok()?.target()
    }

    fn tree(&self, from: Option<Oid>, changes: &[Change<'_>]) -> Oid {
        let base = from.map(|id| self.repository.find_commit(id).expect("there").tree().expect("a tree"));
        let mut index = git2::Index::new().expect("an index");
        if let Some(base) = &base {
            index.read_tree(base).expect("read");
        }
        for (path, content) in changes {
            match content {
                Some(content) => {
                    let id = self.repository.blob(content).expect("written");
                    index.add(&entry(path.as_bytes(), id, 0o100_644)).expect("added");
                }
                None => index.remove_path(Path::new(path)).expect("removed"),
            }
        }
        index.write_tree_to(&self.repository).expect("a tree")
    }

    fn commit_tree(&mut self, tree: Oid, parents: &[Oid], author: &str, message: &str) -> Oid {
        self.time += 100;
        let who =
            Signature::new(author, &format!("{author}@x.org"), &Time::new(self.time, 0)).expect("a name");
        let parents: Vec<_> =
            parents.iter().map(|id| self.repository.find_commit(*id).expect("there")).collect();
        let parents: Vec<_> = parents.iter().collect();
        let tree = self.repository.find_tree(tree).expect("there");
        self.repository.commit(None, &who, &who, message, &tree, &parents).expect("committed")
    }

    /// Commits on the current branch.
    fn commit(&mut self, message: &str, changes: &[Change<'_>]) -> Oid {
        self.commit_by("ann", message, changes)
    }

    fn commit_by(&mut self, author: &str, message: &str, changes: &[Change<'_>]) -> Oid {
        let tree = self.tree(self.head(), changes);
        let parents: Vec<Oid> = self.head().into_iter().collect();
        let id = self.commit_tree(tree, &parents, author, message);
        self.point_at(id);
        id
    }

    fn point_at(&self, id: Oid) {
        let name = self
            .repository
            .find_reference("HEAD")
            .expect("a head")
            .symbolic_target()
            .map(|name| name.map(str::to_owned));
        let name = name.expect("UTF-8").expect("a branch");
        self.repository.reference(&name, id, true, "test").expect("moved");
    }

    fn open(&self) -> Result<History, ReviewError> {
        History::open(self.folder.path(), HistoryOptions::default())
    }

    fn read(&self) -> Vec<ReadCommit> {
        let history = self.open().expect("a history");
        (0..history.len()).map(|n| history.read(n).expect("read")).collect()
    }
}

fn entry(path: &[u8], id: Oid, mode: u32) -> git2::IndexEntry {
    let zero = git2::IndexTime::new(0, 0);
    git2::IndexEntry {
        ctime: zero,
        mtime: zero,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.to_vec(),
    }
}

const A: &[u8] = b"fn a() {\n    first();\n}\n";

#[test]
fn hunks_tell_what_was_added_and_taken() {
    let mut made = Made::new(false);
    made.commit("Begin", &[("src/a.rs", Some(A))]);
    let new = b"//! Head.\nfn a() {\n    first(1);\n    second();\n}\n";
    made.commit("Change", &[("src/a.rs", Some(new))]);
    let read = made.read();
    assert_eq!(read.len(), 2);
    assert!(read[0].commit.is_first && !read[1].commit.is_first);
    let file = &read[1].commit.files[0];
    let hunks: Vec<_> = file.hunks.iter().map(|hunk| (file.removed(hunk), file.added(hunk))).collect();
    assert_eq!(hunks, [("", "//! Head.\n"), ("    first();\n", "    first(1);\n    second();\n")]);
    assert_eq!((file.old.as_bytes(), file.new.as_bytes()), (A, new.as_slice()));
    assert_eq!((read[1].commit.author.as_str(), read[1].commit.time), ("ann@x.org", 1_000_200));
    let blob = Oid::from_str(file.blob.as_deref().expect("a blob")).expect("an id");
    assert_eq!(made.repository.find_blob(blob).expect("there").content(), new);
}

#[test]
fn hunks_rebuild_the_text_whatever_its_ends_are() {
    let texts: [&[u8]; 7] = [b"a\nb\nc", b"a\nb\nc\n", b"b\nc\n", b"", b"x\r\ny\r\n", b"y\r\nz", b"\n\nz\n"];
    let mut made = Made::new(true);
    for (n, text) in texts.iter().enumerate() {
        made.commit(&format!("Commit {n}"), &[("a.txt", Some(text))]);
    }
    let history = made.open().expect("a history");
    let ids: Vec<_> = history.ids().collect();
    for id in ids {
        let reader =
            crate::read::Reader { repository: &made.repository, forbidden: &|_| false, mailmap: None };
        let (commit, _) = reader.read(Oid::from_str(&id).expect("an id")).expect("read");
        for file in &commit.files {
            let (mut built, mut at) = (String::new(), 0);
            for hunk in &file.hunks {
                built.push_str(&file.old[at..hunk.old.start]);
                built.push_str(file.added(hunk));
                at = hunk.old.end;
            }
            built.push_str(&file.old[at..]);
            assert_eq!(built, file.new, "{:?}", file.old);
        }
    }
}

#[test]
fn merges_reverts_and_programs_are_excluded_and_branches_are_read() {
    let mut made = Made::new(false);
    let first = made.commit("Begin", &[("a.rs", Some(A))]);
    let tree = made.tree(Some(first), &[("b.rs", Some(b"fn b() {\n    other();\n}\n"))]);
    let side = made.commit_tree(tree, &[first], "bob", "Add b");
    let main = made.commit("Add c", &[("c.rs", Some(b"fn c() {\n    third();\n}\n"))]);
    let joined = made.tree(Some(main), &[("b.rs", Some(b"fn b() {\n    other();\n}\n"))]);
    let merge = made.commit_tree(joined, &[main, side], "ann", "Merge branch 'side'");
    made.point_at(merge);
    let wrong = made.commit("Add d", &[("d.rs", Some(b"fn d() {\n    wrong();\n}\n"))]);
    made.commit(&format!("Revert \"Add d\"\n\nThis reverts commit {wrong}."), &[("d.rs", None)]);
    made.commit_by("dependabot[bot]", "Bump x", &[("e.toml", Some(b"x = 2\n"))]);
    let history = made.open().expect("a history");
    let counts = history.exclusions();
    let of = [Exclusion::Merge, Exclusion::Revert, Exclusion::Reverted, Exclusion::Bot]
        .map(|reason| counts.of(reason));
    assert_eq!(of, [1, 1, 1, 1]);
    assert_eq!(history.ids().collect::<Vec<_>>(), [first, side, main].map(|id| id.to_string()));
}

#[test]
fn what_came_before_a_commit_is_of_its_ancestors() {
    let mut made = Made::new(false);
    let first = made.commit("Begin", &[("a.rs", Some(A))]);
    let tree = made.tree(Some(first), &[("b.rs", Some(b"fn b() {\n    other();\n}\n"))]);
    let side = made.commit_tree(tree, &[first], "bob", "Add b");
    made.commit_by("dependabot[bot]", "Bump x", &[("e.toml", Some(b"x = 2\n"))]);
    let main = made.commit("Add c", &[("c.rs", Some(b"fn c() {\n    third();\n}\n"))]);
    let joined = made.tree(Some(main), &[("b.rs", Some(b"fn b() {\n    other();\n}\n"))]);
    let merge = made.commit_tree(joined, &[main, side], "ann", "Merge branch 'side'");
    made.point_at(merge);
    let last = made.commit("Add d", &[("d.rs", Some(b"fn d() {\n    last();\n}\n"))]);
    let history = made.open().expect("a history");
    let ids: Vec<String> = history.ids().collect();
    let before = |id: Oid, most: usize| {
        let index = ids.iter().position(|other| *other == id.to_string()).expect("in the history");
        history.edits_before(index, most).expect("read")
    };
    let named = |ids: &[Oid]| ids.iter().map(Oid::to_string).collect::<Vec<_>>();
    assert_eq!(before(last, 9), named(&[main, side, first]), "no merge and no program");
    assert_eq!(before(last, 1), named(&[main]));
    assert_eq!(before(main, 9), named(&[first]), "the other branch is no ancestor");
    assert_eq!(before(first, 9), [""; 0]);
    let tree = |index: usize| history.tree_before(index).expect("read");
    let merged = made.repository.find_commit(merge).expect("there").tree_id().to_string();
    assert_eq!((tree(0), tree(ids.len() - 1)), (None, Some(merged)));
    assert_eq!(history.read_id(&side.to_string()).expect("read").commit.files[0].path, "b.rs");
}

#[test]
fn files_that_nobody_wrote_are_excluded_each_with_its_reason() {
    let mut made = Made::new(false);
    made.commit("Begin", &[("a.rs", Some(A))]);
    let large = b"// text\n".repeat(60_000);
    let target = made.repository.blob(b"a.rs").expect("written");
    let mut index = git2::Index::new().expect("an index");
    let texts: [(&[u8], &[u8]); 8] = [
        (b"a.rs", A),
        (b"b.rs", b"fn b() {\n    added();\n}\n"),
        (b"Cargo.lock", b"[[package]]\n"),
        (b"vendor/x.c", b"int x;\n"),
        (b"logo.png", b"\x89PNG\x00"),
        (b"latin.py", b"# caf\xe9\n"),
        (b"caf\xe9.py", b"x = 1\n"),
        (b"large.rs", &large),
    ];
    for (path, text) in texts {
        let id = made.repository.blob(text).expect("written");
        index.add(&entry(path, id, 0o100_644)).expect("added");
    }
    index.add(&entry(b"link.rs", target, 0o120_000)).expect("added");
    let head = made.head().expect("a head");
    index.add(&entry(b"module", head, 0o160_000)).expect("added");
    index.add(&entry(b".env", target, 0o100_644)).expect("added");
    let tree = index.write_tree_to(&made.repository).expect("a tree");
    let id = made.commit_tree(tree, &[head], "ann", "Add all sorts");
    made.point_at(id);
    let options = HistoryOptions { forbidden: Arc::new(|path| path == ".env"), ..HistoryOptions::default() };
    let reading = History::open(made.folder.path(), options).expect("a history").read(1).expect("read");
    assert_eq!(reading.commit.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["b.rs"]);
    let expected = [
        (Exclusion::Vendored, 1),
        (Exclusion::Lock, 1),
        (Exclusion::Binary, 1),
        (Exclusion::NotUtf8, 1),
        (Exclusion::PathNotUtf8, 1),
        (Exclusion::TooLarge, 1),
        (Exclusion::NotAFile, 2),
        (Exclusion::Forbidden, 1),
    ];
    assert_eq!(reading.exclusions.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn pointers_and_notebooks_are_excluded() {
    let mut made = Made::new(false);
    let pointer = |n: usize| {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {n}\n", "4f".repeat(32))
    };
    let notebook = |n: usize| format!("{{\n \"cells\": [],\n \"execution_count\": {n}\n}}\n");
    for n in 0..2 {
        let (pointer, notebook) = (pointer(n), notebook(n));
        let changes =
            [("t.csv", Some(pointer.as_bytes())), ("a.ipynb", Some(notebook.as_bytes())), ("a.rs", Some(A))];
        made.commit(&format!("Commit {n}"), &changes);
    }
    // A text that was a pointer before is no edit of somebody.
    made.commit("Take it out of LFS", &[("t.csv", Some(b"a,b\n1,2\n"))]);
    let read = made.read();
    let paths = |n: usize| read[n].commit.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>();
    assert_eq!([paths(0), paths(1), paths(2)], [vec!["a.rs"], vec![], vec![]]);
    let counts =
        |n: usize| [Exclusion::Pointer, Exclusion::Notebook].map(|reason| read[n].exclusions.of(reason));
    assert_eq!([counts(0), counts(1), counts(2)], [[1, 1], [1, 1], [1, 0]]);
}

#[test]
fn files_that_the_tree_marks_as_generated_are_excluded() {
    let mut made = Made::new(true);
    let text = |n: usize| format!("fn number() -> usize {{\n    {n}\n}}\n");
    let files = ["a.rs", "api/client.rs", "api/hand.rs", "lib/theirs.rs"];
    let commit = |made: &mut Made, n: usize, more: &[Change<'_>]| {
        let text = text(n);
        let mut changes: Vec<Change<'_>> = files.iter().map(|path| (*path, Some(text.as_bytes()))).collect();
        changes.extend(more);
        made.commit(&format!("Commit {n}"), &changes);
    };
    let root: &[u8] = b"api/* linguist-generated\nlib/** linguist-vendored\n";
    commit(&mut made, 0, &[]);
    commit(&mut made, 1, &[(".gitattributes", Some(root))]);
    commit(&mut made, 2, &[("api/.gitattributes", Some(b"hand.rs -linguist-generated\n"))]);
    commit(
        &mut made,
        3,
        &[("api/.gitattributes", None), (".gitattributes", Some(&b"# none\n".repeat(10_000)))],
    );
    let read = made.read();
    let paths = |n: usize| {
        let files = read[n].commit.files.iter().map(|file| file.path.as_str());
        files.filter(|path| path.ends_with(".rs")).collect::<Vec<_>>()
    };
    assert_eq!(paths(0), files);
    assert_eq!(paths(1), ["a.rs"]);
    assert_eq!(paths(2), ["a.rs", "api/hand.rs"]);
    assert_eq!(paths(3), files, "what is too large says nothing");
    let counts = [Exclusion::Generated, Exclusion::Vendored].map(|reason| read[1].exclusions.of(reason));
    assert_eq!(counts, [2, 1]);
}

#[test]
fn marked_files_of_head_are_left_out_and_links_mark_nothing() {
    let mut made = Made::new(false);
    let marks: &[u8] = b"*.rs linguist-generated\n";
    let head = made
        .commit("Begin", &[("web/.gitattributes", Some(marks)), ("web/a.rs", Some(A)), ("b.rs", Some(A))]);
    let files = |made: &Made| {
        let mut paths = Vec::new();
        made.open().expect("a history").files(|file| paths.push(file.path)).expect("walked");
        paths.retain(|path| path.ends_with(".rs"));
        paths
    };
    assert_eq!(files(&made), ["b.rs"]);
    let mut index = git2::Index::new().expect("an index");
    index
        .read_tree(&made.repository.find_commit(head).expect("there").tree().expect("a tree"))
        .expect("read");
    let blob = made.repository.blob(marks).expect("written");
    index.add(&entry(b".gitattributes", blob, 0o120_000)).expect("added");
    let tree = index.write_tree_to(&made.repository).expect("a tree");
    let id = made.commit_tree(tree, &[head], "ann", "Link");
    made.point_at(id);
    assert_eq!(files(&made), ["b.rs"]);
}

#[test]
fn a_renamed_file_is_no_new_text() {
    let mut made = Made::new(false);
    let text: String = (0..30).map(|n| format!("let name{n} = value({n});\n")).collect();
    made.commit("Begin", &[("old.rs", Some(text.as_bytes()))]);
    let changed = format!("{text}let last = one_more();\n");
    made.commit("Rename", &[("old.rs", None), ("new.rs", Some(changed.as_bytes()))]);
    let files = &made.read()[1].commit.files;
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].added(&files[0].hunks[0]), "let last = one_more();\n");
    assert_eq!((files[0].path.as_str(), files[0].path_before()), ("new.rs", "old.rs"));
}

#[test]
fn without_commits_or_a_repository_the_error_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = History::open(folder.path(), HistoryOptions::default()).expect_err("no repository");
    assert!(matches!(error, ReviewError::NoHistory { .. }), "{error}");
    for bare in [false, true] {
        let error = Made::new(bare).open().expect_err("no commit");
        assert!(error.to_string().contains("no commit on its current branch yet"), "{error}");
    }
    let mut made = Made::new(false);
    made.commit("Begin", &[("a.rs", Some(A))]);
    let options = HistoryOptions { since: Some("nowhere".to_owned()), ..HistoryOptions::default() };
    let error = History::open(made.folder.path(), options).expect_err("no such revision");
    assert!(error.to_string().starts_with("`nowhere` names no commit"), "{error}");
}

#[test]
fn only_what_is_asked_for_is_read() {
    let mut made = Made::new(true);
    let ids: Vec<Oid> = (0..5)
        .map(|n| made.commit(&format!("Commit {n}"), &[("a.rs", Some(format!("let a = {n};\n").as_bytes()))]))
        .collect();
    let since = HistoryOptions { since: Some("HEAD~2".to_owned()), ..HistoryOptions::default() };
    let history = History::open(made.folder.path(), since).expect("a history");
    assert_eq!(history.ids().collect::<Vec<_>>(), [ids[3], ids[4]].map(|id| id.to_string()));
    let most = HistoryOptions { most: 1, ..HistoryOptions::default() };
    let history = History::open(made.folder.path(), most).expect("a history");
    assert_eq!((history.len(), history.head()), (1, ids[4].to_string()));
}

#[test]
fn the_files_of_head_are_read() {
    let mut made = Made::new(false);
    made.commit(
        "Begin",
        &[("src/a.rs", Some(A)), ("b.rs", Some(b"fn b() {}\n")), ("Cargo.lock", Some(b"x\n"))],
    );
    made.commit("Drop b", &[("b.rs", None)]);
    let mut files = Vec::new();
    let counts =
        made.open().expect("a history").files(|file| files.push((file.path, file.text))).expect("walked");
    assert_eq!(files, [("src/a.rs".to_owned(), str::from_utf8(A).expect("UTF-8").to_owned())]);
    assert_eq!(counts.of(Exclusion::Lock), 1);
}

#[test]
fn a_dirty_tree_stays_as_it_is() {
    let mut made = Made::new(false);
    made.commit("Begin", &[("a.rs", Some(A))]);
    made.commit("Change", &[("a.rs", Some(b"fn a() {\n    second();\n}\n"))]);
    std::fs::write(made.folder.path().join("a.rs"), "half an edit").expect("written");
    let state = |made: &Made| {
        let index = std::fs::read(made.repository.path().join("index")).ok();
        (
            std::fs::read(made.repository.path().join("HEAD")).ok(),
            index,
            std::fs::read(made.folder.path().join("a.rs")).ok(),
        )
    };
    let before = state(&made);
    assert_eq!(made.read().len(), 2);
    assert_eq!(state(&made), before);
}

#[test]
fn a_shallow_clone_begins_where_it_begins() {
    let mut made = Made::new(false);
    for n in 0..4 {
        made.commit(&format!("Commit {n}"), &[("a.rs", Some(format!("let a = {n};\n").as_bytes()))]);
    }
    let second = made.repository.revparse_single("HEAD~1").expect("there").id();
    std::fs::write(made.repository.path().join("shallow"), format!("{second}\n")).expect("written");
    let made = Made { repository: Repository::open(made.folder.path()).expect("opened"), ..made };
    let history = made.open().expect("a history");
    assert!(history.is_shallow());
    assert_eq!(history.len(), 2);
    let first = history.read(0).expect("read").commit;
    assert!(first.is_first, "its parent is not here");
    assert_eq!(history.read(1).expect("read").commit.files[0].hunks.len(), 1);
}

#[test]
fn a_missing_text_is_counted_and_the_rest_is_read() {
    let mut made = Made::new(false);
    made.commit("Begin", &[("a.rs", Some(A))]);
    let blob = made.repository.blob(b"fn gone() {\n    lost();\n}\n").expect("written");
    made.commit(
        "Add",
        &[("b.rs", Some(b"fn gone() {\n    lost();\n}\n")), ("c.rs", Some(b"fn c() {\n    kept();\n}\n"))],
    );
    let hex = blob.to_string();
    let object = made.repository.path().join("objects").join(&hex[..2]).join(&hex[2..]);
    std::fs::remove_file(object).expect("removed");
    let made = Made { repository: Repository::open(made.folder.path()).expect("opened"), ..made };
    let reading = made.open().expect("a history").read(1).expect("read");
    assert_eq!((reading.commit.files.len(), reading.exclusions.of(Exclusion::Missing)), (1, 1));
}
