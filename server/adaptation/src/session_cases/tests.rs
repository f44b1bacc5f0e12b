//! Session cases of made repositories, checked against what git itself says stood there before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::{
    DiffFindOptions, DiffLineType, DiffOptions, Index, IndexEntry, IndexTime, Oid, Repository, Signature,
    Time,
};
use housestyle_complete::Settings;
use housestyle_complete::eval::parse_cases;
use housestyle_learn::cases::leaks::{Part, Past, PastHunk, leaks, retrieval_leaks};
use tempfile::TempDir;

use super::*;
use housestyle_workspace::history;
use housestyle_workspace::progress::Silent;

/// A repository to which commits are added without a work tree.
struct Made {
    folder: TempDir,
    repository: Repository,
    time: i64,
}

/// What a commit does to paths: a text, or none to delete the file.
type Change<'a> = (&'a str, Option<String>);

impl Made {
    fn new() -> Made {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("a repository");
        Made { folder, repository, time: 1_000_000 }
    }

    fn commit(&mut self, parents: &[Oid], changes: &[Change<'_>]) -> Oid {
        self.time += 100;
        let found = |id: &Oid| self.repository.find_commit(*id).expect("there");
        let mut index = Index::new().expect("an index");
        if let Some(parent) = parents.first() {
            index.read_tree(&found(parent).tree().expect("a tree")).expect("read");
        }
        for (path, text) in changes {
            match text {
                Some(text) => {
                    let id = self.repository.blob(text.as_bytes()).expect("written");
                    index.add(&entry(path, id)).expect("added");
                }
                None => index.remove_path(Path::new(path)).expect("removed"),
            }
        }
        let tree = index.write_tree_to(&self.repository).expect("a tree");
        let tree = self.repository.find_tree(tree).expect("there");
        let who = Signature::new("Ann", "ann@x.org", &Time::new(self.time, 0)).expect("a name");
        let parents: Vec<_> = parents.iter().map(found).collect();
        let parents: Vec<_> = parents.iter().collect();
        self.repository.commit(None, &who, &who, "Change", &tree, &parents).expect("committed")
    }

    fn point_at(&self, id: Oid) {
        let head = self.repository.find_reference("HEAD").expect("a head");
        let name = head.symbolic_target().expect("UTF-8").expect("a branch").to_owned();
        self.repository.reference(&name, id, true, "test").expect("moved");
    }

    /// Returns the cases and the summary.
    fn write(&self, seed: u64, limit: Option<usize>, since: Option<&str>) -> (Vec<Case>, SessionSummary) {
        let history = history::open(self.folder.path(), &Settings::default(), since).expect("a history");
        let mut out = Vec::new();
        let summary = write_session_cases(&history, seed, limit, &mut out, &mut Silent).expect("written");
        let cases = parse_cases(std::str::from_utf8(&out).expect("UTF-8")).expect("cases");
        (cases, summary)
    }
}

fn entry(path: &str, id: Oid) -> IndexEntry {
    let zero = IndexTime::new(0, 0);
    IndexEntry {
        ctime: zero,
        mtime: zero,
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}

/// A text of many lines, with lines put before some of them.
fn text(name: &str, inserted: &[(usize, &str)]) -> String {
    let lines = (0..40).map(|n| {
        let above = inserted.iter().filter(|(at, _)| *at == n).map(|(_, text)| format!("{text}\n"));
        format!("{}let {name}_{n} = {name}({n});\n", above.collect::<String>())
    });
    lines.collect()
}

/// The commits of a history with branches, renames and files that come, change and go.
struct Ids {
    sibling: Oid,
    edit: Oid,
}

fn made() -> (Made, Ids) {
    let mut made = Made::new();
    let first = made.commit(
        &[],
        &[
            ("a.rs", Some(text("alpha", &[]))),
            ("old.rs", Some(text("beta", &[]))),
            ("z.rs", Some(text("zeta", &[]))),
        ],
    );
    let ancestor = [(3, "let ancestor = ancestor_call(one);")];
    let second = made.commit(&[first], &[("z.rs", Some(text("zeta", &ancestor)))]);
    let side = [(9, "let sibling = sibling_branch(two);")];
    let sibling = made.commit(&[second], &[("side.rs", Some(text("side", &side)))]);
    let third =
        made.commit(&[second], &[("z.rs", None), ("x.rs", Some(text("xi", &[(1, "use xi::first_line;")])))]);
    let hunks = [
        (4, "let one = first_hunk(alpha_1);\nlet more = first_hunk_again(one);"),
        (14, "let two = second_hunk(alpha_2);"),
        (24, "let three = third_hunk(alpha_3);\nlet last = third_hunk_again(three);"),
    ];
    let renamed = [(7, "let four = renamed_hunk(beta_1);"), (17, "let five = renamed_hunk_again(beta_2);")];
    let edit = made.commit(
        &[third],
        &[
            ("a.rs", Some(text("alpha", &hunks))),
            ("copy.rs", Some(text("alpha", &[(20, "let copied = copied_file(alpha_4);")]))),
            ("old.rs", None),
            ("new.rs", Some(text("beta", &renamed))),
            ("x.rs", Some(text("xi", &[(1, "use xi::first_line;"), (30, "let six = later_file(xi_1);")]))),
        ],
    );
    let merge = made.commit(&[edit, sibling], &[("side.rs", Some(text("side", &side)))]);
    let after = [(9, "let sibling = sibling_branch(two);"), (19, "let seven = after_the_merge(side_1);")];
    let last = made.commit(&[merge], &[("side.rs", Some(text("side", &after)))]);
    made.point_at(last);
    (made, Ids { sibling, edit })
}

/// A hunk as git tells it, and where it stands in the text after the commit, in lines from 1.
struct Told {
    path: String,
    new_path: String,
    hunk: PastHunk,
    lines: std::ops::Range<usize>,
}

/// Returns what a commit changed since its first parent.
fn told(repository: &Repository, id: Oid) -> Vec<Told> {
    let commit = repository.find_commit(id).expect("there");
    let before = commit.parent(0).ok().map(|parent| parent.tree().expect("a tree"));
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).indent_heuristic(true);
    let tree = commit.tree().expect("a tree");
    let mut diff =
        repository.diff_tree_to_tree(before.as_ref(), Some(&tree), Some(&mut options)).expect("a diff");
    diff.find_similar(Some(DiffFindOptions::new().renames(true))).expect("renames");
    let mut hunks = Vec::new();
    for index in 0..diff.deltas().len() {
        let delta = diff.get_delta(index).expect("a change");
        let name =
            |file: git2::DiffFile<'_>| file.path().map(|path| path.to_str().expect("UTF-8").to_owned());
        let new_path = name(delta.new_file()).expect("a path");
        let path = name(delta.old_file()).expect("a path");
        let patch = git2::Patch::from_diff(&diff, index).expect("a patch").expect("text");
        for number in 0..patch.num_hunks() {
            let (found, count) = patch.hunk(number).expect("a hunk");
            let start = found.new_start() as usize + usize::from(found.new_lines() == 0);
            let lines = start..start + found.new_lines() as usize;
            let mut hunk = PastHunk { path: path.clone(), removed: String::new(), added: String::new() };
            for line in 0..count {
                let line = patch.line_in_hunk(number, line).expect("a line");
                let text = std::str::from_utf8(line.content()).expect("UTF-8");
                match line.origin_value() {
                    DiffLineType::Deletion => hunk.removed.push_str(text),
                    DiffLineType::Addition => hunk.added.push_str(text),
                    _ => {}
                }
            }
            hunks.push(Told { path: path.clone(), new_path: new_path.clone(), hunk, lines });
        }
    }
    hunks.sort_by(|a, b| (&a.new_path, a.lines.start).cmp(&(&b.new_path, b.lines.start)));
    hunks
}

/// Returns what stood somewhere before a case's hole was filled.
fn past(repository: &Repository, case: &Case) -> Past {
    let id = Oid::from_str(case.commit.as_deref().expect("a commit")).expect("an id");
    let parent = repository.find_commit(id).expect("there").parent(0).expect("a parent");
    let tree = parent.tree().expect("a tree");
    let mut past = Past { tree: tree.id().to_string(), ..Past::default() };
    for entry in &tree {
        let blob = repository.find_blob(entry.id()).expect("a blob");
        let text = String::from_utf8(blob.content().to_vec()).expect("UTF-8");
        past.files.insert(entry.name().expect("UTF-8").to_owned(), text);
    }
    let mut walk = repository.revwalk().expect("a walk");
    walk.push(parent.id()).expect("pushed");
    for ancestor in walk {
        let hunks = told(repository, ancestor.expect("there"));
        past.hunks.extend(hunks.into_iter().map(|told| told.hunk));
    }
    let line = case.prefix.matches('\n').count() + 1;
    for told in told(repository, id) {
        if told.path == case.path && told.lines.contains(&line) {
            past.written =
                told.hunk.added.lines().take(line - told.lines.start).collect::<Vec<_>>().join("\n");
            break;
        }
        past.hunks.push(told.hunk);
    }
    past
}

#[test]
fn what_a_case_shows_stood_there_before() {
    let (made, ids) = made();
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for seed in 0..12 {
        let (cases, summary) = made.write(seed, None, None);
        assert!(cases.len() > 6 && summary.cases == cases.len(), "{summary:?}");
        for case in &cases {
            let past = past(&made.repository, case);
            assert_eq!(leaks(case, &past), [], "{case:?}");
            assert_ne!(case.path, "copy.rs", "its author saw no such file before");
            // All other files of the tree may be retrieved; so may the rest of the case's own file.
            for (path, text) in past.files.iter().filter(|(path, _)| **path != case.path) {
                assert_eq!(retrieval_leaks(case, &past, path, text), []);
            }
            let edits =
                case.edits.iter().flatten().map(|edit| format!("{} {}", edit.path, edit.added.join("|")));
            shown.entry(case.commit.clone().expect("a commit")).or_default().extend(edits);
        }
    }
    let of_edit = &shown[&ids.edit.to_string()];
    let has = |edits: &BTreeSet<String>, word: &str| edits.iter().any(|edit| edit.contains(word));
    for word in ["ancestor_call", "first_hunk", "second_hunk", "third_hunk", "old.rs let four"] {
        assert!(has(of_edit, word), "{word} is not in {of_edit:?}");
    }
    // The last file's only hunk comes after all others, and the other branch is none of this one's past.
    for word in ["later_file", "sibling_branch", "after_the_merge", "new.rs", "copied_file"] {
        assert!(!has(of_edit, word), "{word} is in {of_edit:?}");
    }
    let of_sibling = &shown[&ids.sibling.to_string()];
    assert!(has(of_sibling, "ancestor_call") && !has(of_sibling, "first_line"), "{of_sibling:?}");
}

#[test]
fn the_checker_finds_what_is_planted_in_a_real_case() {
    let (made, ids) = made();
    let (cases, _) = made.write(1, None, None);
    let edit = ids.edit.to_string();
    let own = cases.iter().find(|case| case.commit.as_deref() == Some(&edit) && case.path == "a.rs");
    let case = own.expect("a case").clone();
    let past = past(&made.repository, &case);
    let after = made.repository.find_commit(ids.edit).expect("there").tree_id();
    let found = |case: &Case| leaks(case, &past).into_iter().map(|leak| leak.part).collect::<BTreeSet<_>>();
    let with = |id: Oid, path: &str| {
        let mut planted = case.clone();
        for told in told(&made.repository, id).iter().filter(|told| told.new_path == path) {
            let edit = RecentEdit::of_lines(&told.new_path, &told.hunk.removed, &told.hunk.added);
            planted.edits.as_mut().expect("edits").extend(edit);
        }
        planted
    };
    assert_eq!(found(&Case { tree: Some(after.to_string()), ..case.clone() }), [Part::Tree].into());
    assert_eq!(found(&with(ids.sibling, "side.rs")), [Part::Added].into());
    assert_eq!(found(&with(ids.edit, "x.rs")), [Part::Added].into(), "a later hunk");
    assert_eq!(found(&with(ids.edit, "new.rs")), [Part::Added].into(), "the file's new name");
    let later = format!("{}let three = third_hunk(alpha_3);\nlet nine = never();\n", case.suffix);
    assert_eq!(found(&Case { suffix: later, ..case.clone() }), [Part::Suffix].into());
    let renamed = text("beta", &[]);
    assert!(!retrieval_leaks(&case, &past, "new.rs", &renamed).is_empty());
    assert!(!retrieval_leaks(&case, &past, "x.rs", "let six = later_file(xi_1);\n").is_empty());
}

#[test]
fn cases_are_the_same_for_a_seed_and_the_limit_takes_the_latest() {
    let (made, ids) = made();
    let (all, summary) = made.write(3, None, None);
    assert_eq!(made.write(3, None, None), (all.clone(), summary.clone()));
    assert_ne!(made.write(4, None, None).0, all);
    assert!(summary.sessions >= 4 && summary.commits == 6, "{summary:?}");
    let (last, of_last) = made.write(3, Some(2), None);
    assert_eq!((last.as_slice(), of_last.cases), (&all[all.len() - 2..], 2));
    assert_eq!(made.write(3, Some(0), None).0, []);
    let (since, _) = made.write(3, None, Some(&ids.sibling.to_string()));
    let edits = since.iter().flat_map(|case| case.edits.iter().flatten());
    assert!(edits.clone().any(|edit| edit.added.iter().any(|line| line.contains("ancestor_call"))));
}

#[test]
fn files_are_whole_and_secrets_give_neither_cases_nor_edits() {
    let mut made = Made::new();
    let long: String = (0..2000).map(|n| format!("let number_{n} = long_text({n});\n")).collect();
    assert!(long.len() > 48 * 1024);
    let first = made.commit(&[], &[("a.rs", Some(long.clone())), ("b.rs", Some(text("beta", &[])))]);
    let secret = format!("let key = \"ghp_{}\";", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let second = made.commit(&[first], &[("b.rs", Some(text("beta", &[(3, &secret)])))]);
    let third = made.commit(&[second], &[("a.rs", Some(format!("{long}let end = at_the_end(of_it);\n")))]);
    made.point_at(third);
    let (cases, summary) = made.write(0, None, None);
    assert!(!cases.is_empty() && summary.dropped.secrets > 0, "{summary:?}");
    for case in &cases {
        assert!(case.path == "a.rs" && case.prefix.starts_with("let number_0 ="), "{}", case.path);
        assert_eq!(case.edits, Some(vec![]));
    }
}
