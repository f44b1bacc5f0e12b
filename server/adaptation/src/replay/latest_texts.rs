//! The texts of a history in a phrase cache: each file in its latest form, and the edits of the last commits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use housestyle_complete::lines;
use housestyle_learn::phrases::{Kind, Phrases};
use housestyle_learn::{Commit, FileChange};

/// Commits whose additions count as recent, as for `learn`.
const RECENT: usize = 50;

/// A text that a commit wrote into a file, with the line before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrittenText {
    pub(super) path: String,
    pub(super) text: String,
}

/// The latest texts of a history, which grow commit by commit and update a cache on request.
#[derive(Debug, Default)]
pub(crate) struct LatestTexts {
    /// Files that changed since the last update.
    files: BTreeMap<String, String>,
    /// Files that were deleted since the last update.
    deleted: BTreeSet<String>,
    /// The paths of the edits that the cache holds, by commit, from the oldest.
    cached: VecDeque<Vec<String>>,
    /// The edits of the commits since the last update.
    new: VecDeque<Vec<WrittenText>>,
}

impl LatestTexts {
    /// Adds a commit.
    pub(crate) fn learn(&mut self, commit: &Commit) {
        for file in &commit.files {
            if file.blob.is_some() {
                self.files.insert(file.path.clone(), lines::unix(&file.new));
            } else {
                self.files.remove(&file.path);
                self.new
                    .iter_mut()
                    .for_each(|written_texts| written_texts.retain(|edit| edit.path != file.path));
                self.deleted.insert(file.path.clone());
            }
        }
        self.new.push_back(commit.files.iter().flat_map(written_texts).collect());
        if self.new.len() > RECENT {
            self.new.pop_front();
        }
    }

    /// Updates a cache: adds new texts and removes deleted ones. The cache must be the cache of the last update, or
    /// an empty cache.
    pub(crate) fn update(&mut self, cache: &mut Phrases, encode: impl Fn(&str) -> Vec<u32>) {
        if self.new.is_empty() {
            return;
        }
        for path in std::mem::take(&mut self.deleted) {
            cache.remove(&path);
            self.cached.iter_mut().for_each(|paths| paths.retain(|cached| *cached != path));
        }
        let files = std::mem::take(&mut self.files);
        let new = std::mem::take(&mut self.new);
        while !self.cached.is_empty() && self.cached.len() + new.len() > RECENT {
            self.cached.pop_front();
        }
        cache.keep_last_edits(self.cached.iter().map(Vec::len).sum());
        let written_texts =
            new.iter().flatten().map(|edit| (edit.path.as_str(), Kind::Edit, encode(&edit.text)));
        let files = files.iter().map(|(path, text)| (path.as_str(), Kind::File, encode(text)));
        let texts: Vec<_> = written_texts.chain(files).collect();
        // Edits come first: where there is no room for all, files are left out.
        drop(cache.extend(texts.iter().map(|(path, kind, tokens)| (*path, *kind, tokens.as_slice()))));
        self.cached.extend(
            new.into_iter().map(|written_texts| written_texts.into_iter().map(|edit| edit.path).collect()),
        );
    }
}

/// Returns the texts that a commit wrote into a file. A new file is no edit.
pub(super) fn written_texts(file: &FileChange) -> Vec<WrittenText> {
    if file.old.is_empty() || file.blob.is_none() {
        return Vec::new();
    }
    let written = file.hunks.iter().filter(|hunk| !file.added(hunk).trim().is_empty());
    let text = |at: usize, added: &str| {
        let before = file.new.get(..at).unwrap_or_default();
        let line = before.strip_suffix('\n').unwrap_or(before).rfind('\n').map_or(0, |end| end + 1);
        lines::unix(&format!("{}{added}", &before[line..]))
    };
    written
        .map(|hunk| WrittenText { path: file.path.clone(), text: text(hunk.new.start, file.added(hunk)) })
        .collect()
}

#[cfg(test)]
mod tests {
    use housestyle_learn::Hunk;

    use super::*;

    /// A commit that writes each text into its file; the hunk is the text's last line.
    fn commit(files: &[(&str, &str, Option<&str>)]) -> Commit {
        let change = |(path, old, new): &(&str, &str, Option<&str>)| {
            let text = new.unwrap_or_default();
            let last = text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
            FileChange {
                path: (*path).to_owned(),
                origin: None,
                blob: new.map(|_| "b".to_owned()),
                old: (*old).to_owned(),
                new: text.to_owned(),
                hunks: vec![Hunk { old: old.len()..old.len(), new: last..text.len() }],
            }
        };
        let files = files.iter().map(change).collect();
        Commit { id: "c".to_owned(), author: "a".to_owned(), time: 1, is_first: false, files }
    }

    fn bytes(text: &str) -> Vec<u32> {
        text.bytes().map(u32::from).collect()
    }

    /// The documents of a cache.
    fn documents(cache: &Phrases) -> Vec<(&str, Kind, usize)> {
        cache.documents().iter().map(|d| (d.path.as_str(), d.kind, d.length)).collect()
    }

    #[test]
    fn files_are_as_they_stood_last_and_edits_have_the_line_before_them() {
        let mut latest = LatestTexts::default();
        let mut cache = Phrases::new(0);
        latest.learn(&commit(&[("a", "", Some("one\r\ntwo\n")), ("b", "", Some("b\n"))]));
        latest.learn(&commit(&[("a", "one\n", Some("one\ntwo\nthree\n"))]));
        latest.update(&mut cache, bytes);
        let edit = ("a", Kind::Edit, "two\nthree\n".len());
        assert_eq!(documents(&cache), [edit, ("a", Kind::File, 14), ("b", Kind::File, 2)]);
        latest.learn(&commit(&[("b", "b\n", None)]));
        latest.learn(&commit(&[("b", "", Some("again\n"))]));
        latest.update(&mut cache, bytes);
        assert_eq!(documents(&cache), [edit, ("a", Kind::File, 14), ("b", Kind::File, 6)]);
        latest.learn(&commit(&[("a", "one\ntwo\nthree\n", None)]));
        latest.update(&mut cache, bytes);
        assert_eq!(documents(&cache), [("b", Kind::File, 6)]);
    }

    #[test]
    fn only_the_last_commits_are_recent_whenever_the_cache_is_asked_for() {
        let text = |n: usize| format!("{}\n", "x".repeat(n + 1));
        let (mut often, mut once) = (LatestTexts::default(), LatestTexts::default());
        let (mut a, mut b) = (Phrases::new(0), Phrases::new(0));
        for n in 0..RECENT + 9 {
            let commit = commit(&[("a", "old", Some(&text(n)))]);
            often.learn(&commit);
            often.update(&mut a, bytes);
            once.learn(&commit);
        }
        once.update(&mut b, bytes);
        let sorted = |cache: &Phrases| {
            let mut lengths: Vec<usize> = cache.documents().iter().map(|d| d.length).collect();
            lengths.sort_unstable();
            lengths
        };
        assert_eq!(sorted(&a), sorted(&b));
        assert_eq!(a.documents().len(), RECENT + 1);
        assert_eq!(sorted(&a)[0], text(9).len(), "the first nine are no longer recent");
    }

    #[test]
    fn nothing_of_the_future_is_held() {
        let mut latest = LatestTexts::default();
        let mut cache = Phrases::new(0);
        latest.learn(&commit(&[("a", "", Some("let now = 1;\n"))]));
        latest.update(&mut cache, bytes);
        let planted = commit(&[("a", "let now = 1;\n", Some("let now = 1;\nlet quuxzenith = 2;\n"))]);
        let knows = |cache: &Phrases| {
            let found = cache.longest(&cache.scopes("a"), &bytes("let quuxz"));
            found.is_some_and(|found| found.length >= 9)
        };
        assert!(!knows(&cache));
        latest.learn(&planted);
        assert!(!knows(&cache), "the commit is added, and the cache is not updated yet");
        latest.update(&mut cache, bytes);
        assert!(knows(&cache));
    }
}
