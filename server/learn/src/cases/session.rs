//! Session cases: a commit in file order is one session of work, whose earlier hunks are the edits before a hole.

use housestyle_complete::eval::Case;
use housestyle_complete::memory::RecentEdit;

use super::Example;
use crate::edit::{Commit, FileChange, Hunk, Origin};

/// Most edits of a case, the latest: more than a prompt holds.
pub const MOST_EDITS: usize = 16;

/// One commit as a session, with the edits that came before it.
#[derive(Debug)]
pub struct Session<'a> {
    commit: &'a Commit,
    tree: String,
    before: Vec<RecentEdit>,
    hunks: Vec<Placed<'a>>,
}

/// A hunk of a commit, with the number of its file.
type Placed<'a> = (usize, &'a FileChange, &'a Hunk);

impl<'a> Session<'a> {
    /// Returns the session of a commit. `tree` is the id of the tree of the commit before, `before` are edits of ancestors,
    /// newest last.
    pub fn new(commit: &'a Commit, tree: String, before: Vec<RecentEdit>) -> Session<'a> {
        Session { commit, tree, before, hunks: hunks(commit) }
    }

    /// Returns an example of this commit as a session case. Its path is the path in the tree before. `None` for a copied
    /// file: its author saw no such file before.
    pub fn case(&self, example: &Example) -> Option<Case> {
        let file = self.commit.files.iter().position(|file| file.path == example.case.path)?;
        let change = self.commit.files.get(file).filter(|file| file.origin != Some(Origin::Copied))?;
        // Of the hole's own hunk the prefix has what was written above the hole; the rest was not written yet.
        let is_earlier = |(other, _, hunk): &Placed<'_>| {
            *other < file || (*other == file && hunk.new.end <= example.range.start)
        };
        let own = last_edits(&self.hunks[..self.hunks.partition_point(is_earlier)]);
        let of_ancestors = MOST_EDITS.saturating_sub(own.len()).min(self.before.len());
        let edits = self.before[self.before.len() - of_ancestors..].iter().cloned().chain(own).collect();
        Some(Case {
            path: change.path_before().to_owned(),
            commit: Some(self.commit.id.clone()),
            tree: Some(self.tree.clone()),
            edits: Some(edits),
            ..example.case.clone()
        })
    }
}

/// Returns the last edits of a commit in file order. A first commit has none, as all in it is new.
pub fn edits_of(commit: &Commit) -> Vec<RecentEdit> {
    if commit.is_first { Vec::new() } else { last_edits(&hunks(commit)) }
}

/// Returns the hunks of a commit in file order. Deleted and copied files have none: nobody edits them line by line.
fn hunks(commit: &Commit) -> Vec<Placed<'_>> {
    let is_edited = |file: &FileChange| file.blob.is_some() && file.origin != Some(Origin::Copied);
    let files = commit.files.iter().enumerate().filter(|(_, file)| is_edited(file));
    files.flat_map(|(n, file)| file.hunks.iter().map(move |hunk| (n, file, hunk))).collect()
}

/// Returns the last edits among hunks, newest last.
fn last_edits(hunks: &[Placed<'_>]) -> Vec<RecentEdit> {
    let edit = |(_, file, hunk): &Placed<'_>| {
        RecentEdit::of_lines(file.path_before(), file.removed(hunk), file.added(hunk))
    };
    let mut edits: Vec<RecentEdit> = hunks.iter().rev().filter_map(edit).take(MOST_EDITS).collect();
    edits.reverse();
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::{CaseOptions, Collector};

    /// A file in which lines are inserted into a text, each before a line of it.
    fn file(path: &str, inserted: &[(usize, &str)]) -> FileChange {
        let lines: Vec<String> = (0..40).map(|n| format!("{path} line {n}\n")).collect();
        let (mut new, mut hunks, mut old_at) = (String::new(), Vec::new(), 0);
        for (n, line) in lines.iter().enumerate() {
            for (_, text) in inserted.iter().filter(|(at, _)| *at == n) {
                let start = new.len();
                new.push_str(text);
                hunks.push(Hunk { old: old_at..old_at, new: start..new.len() });
            }
            new.push_str(line);
            old_at += line.len();
        }
        FileChange {
            path: path.to_owned(),
            origin: None,
            blob: Some(format!("blob {path}")),
            old: lines.concat(),
            new,
            hunks,
        }
    }

    fn commit(files: Vec<FileChange>) -> Commit {
        Commit { id: "c1".to_owned(), author: "ann@x.org".to_owned(), time: 9, is_first: false, files }
    }

    fn edit(path: &str, line: &str) -> RecentEdit {
        RecentEdit { path: path.to_owned(), removed: vec![], added: vec![line.to_owned()] }
    }

    /// Returns the session cases of a commit, by what their middles begin with.
    fn cases(commit: &Commit, before: &[RecentEdit]) -> Vec<Case> {
        let session = Session::new(commit, "tree".to_owned(), before.to_vec());
        let mut made = Vec::new();
        for seed in 0..20 {
            let mut collector = Collector::new(CaseOptions::of_sessions(seed), &|_| false);
            made.extend(collector.examples(commit).into_iter().filter_map(|example| session.case(&example)));
        }
        made
    }

    #[test]
    fn the_edits_before_a_hole_are_the_earlier_hunks_and_those_of_ancestors() {
        let texts = [
            "let first = earlier_file();\n",
            "let second = earlier_hunk();\n",
            "let third = own_hunk();\n",
            "let fourth = later_hunk();\n",
            "let fifth = later_file();\n",
        ];
        let commit = commit(vec![
            file("a.rs", &[(5, texts[0])]),
            file("b.rs", &[(5, texts[1]), (15, texts[2]), (25, texts[3])]),
            file("c.rs", &[(5, texts[4])]),
        ]);
        let before = [edit("z.rs", "ancestor();")];
        let mut seen = [0; 5];
        for case in cases(&commit, &before) {
            let line = format!("{}{}", case.prefix.rsplit('\n').next().unwrap_or_default(), case.middle);
            let at = texts.iter().position(|text| *text == format!("{line}\n")).expect("a hunk");
            seen[at] += 1;
            let paths = ["a.rs", "b.rs", "b.rs", "b.rs", "c.rs"];
            let earlier = texts[..at].iter().zip(paths).map(|(text, path)| edit(path, text.trim_end()));
            let expected: Vec<RecentEdit> = before.iter().cloned().chain(earlier).collect();
            assert_eq!(case.edits.as_deref(), Some(expected.as_slice()));
            assert_eq!((case.commit.as_deref(), case.tree.as_deref()), (Some("c1"), Some("tree")));
            let old = &commit.files.iter().find(|file| file.path == case.path).expect("a file").old;
            assert!(case.prefix.starts_with(&old[..9]) && case.suffix.ends_with(&old[old.len() - 9..]));
        }
        assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    }

    #[test]
    fn the_last_edits_stay_and_a_renamed_file_has_its_old_name() {
        let lines: Vec<String> = (0..20).map(|n| format!("let name{} = call();\n", "x".repeat(n))).collect();
        let inserted: Vec<(usize, &str)> =
            lines.iter().enumerate().map(|(n, line)| (2 * n, line.as_str())).collect();
        let renamed =
            FileChange { origin: Some(Origin::Renamed("old.rs".to_owned())), ..file("new.rs", &inserted) };
        let commit = commit(vec![renamed]);
        let cases = cases(&commit, &[edit("z.rs", "ancestor();")]);
        assert!(cases.iter().all(|case| case.path == "old.rs"));
        let edits: Vec<&RecentEdit> = cases.iter().flat_map(|case| case.edits.iter().flatten()).collect();
        assert!(
            edits.iter().all(|edit| edit.path != "new.rs") && edits.iter().any(|edit| edit.path == "old.rs")
        );
        assert_eq!(cases.iter().filter_map(|case| Some(case.edits.as_ref()?.len())).max(), Some(MOST_EDITS));
        assert_eq!(edits_of(&commit).len(), MOST_EDITS);
    }

    #[test]
    fn first_commits_and_deleted_and_copied_files_give_no_edits() {
        let mut commit = commit(vec![file("a.rs", &[(3, "let x = call();\n")])]);
        assert_eq!(edits_of(&commit), [edit("a.rs", "let x = call();")]);
        commit.files[0].blob = None;
        assert_eq!(edits_of(&commit), []);
        commit.files[0].blob = Some("b".to_owned());
        assert!(!cases(&commit, &[]).is_empty());
        commit.files[0].origin = Some(Origin::Copied);
        assert_eq!((edits_of(&commit), cases(&commit, &[])), (vec![], vec![]));
        commit.files[0].origin = None;
        commit.is_first = true;
        assert_eq!(edits_of(&commit), []);
    }
}
