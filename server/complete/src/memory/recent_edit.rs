//! A recent edit as a prompt shows it: whole lines, before and after.

use std::ops::Range;

use housestyle_text::{Offset, Snapshot, edit_between, secrets};
use serde::{Deserialize, Serialize};

use crate::lines;

/// Most lines of either side: more is no edit by hand, and would not fit a prompt.
pub const MOST_LINES: usize = 12;
/// Most bytes of either side.
const MOST_BYTES: usize = 1024;
/// Bytes before the cursor: an edit within them is in the window anyway.
const SEEN_BEFORE: usize = 2048;
/// The same after the cursor.
const SEEN_AFTER: usize = 512;

/// An edit of one place, as lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentEdit {
    /// The file's path in its workspace; empty where it has none.
    pub path: String,
    /// The lines that stood there, without their breaks.
    #[serde(default)]
    pub removed: Vec<String>,
    /// The lines that stand there.
    #[serde(default)]
    pub added: Vec<String>,
}

impl RecentEdit {
    /// Returns the edit between two versions of a document, as whole lines. `None` where only white space changed, where
    /// the edit is longer than anybody writes by hand, or where it holds a secret.
    pub fn between(before: &Snapshot, after: &Snapshot) -> Option<RecentEdit> {
        let edit = edit_between(before, after);
        let (start, end) = (edit.range.start, Offset(edit.range.start.0 + edit.text.len()));
        let removed = whole_lines(before, start, edit.range.end)?;
        let added = whole_lines(after, start, end)?;
        RecentEdit { path: after.path().unwrap_or_default().to_owned(), removed, added }.worth_it()
    }

    /// Returns the edit that filled a hole: the lines in which `middle` stands now, with no lines removed.
    pub fn filling(path: &str, prefix: &str, middle: &str, suffix: &str) -> Option<RecentEdit> {
        let head = prefix.rsplit(['\n', '\r']).next().unwrap_or_default();
        let tail = suffix.split(['\n', '\r']).next().unwrap_or_default();
        let text = format!("{head}{middle}{tail}");
        let added = (text.len() <= MOST_BYTES).then(|| text.lines().map(str::to_owned).collect())?;
        RecentEdit { path: path.to_owned(), removed: Vec::new(), added }.worth_it()
    }

    /// Returns the edit that put whole lines in the place of others. Of a longer side the first lines stay. `None` where only
    /// white space changed, or where a secret stands in either text.
    pub fn of_lines(path: &str, removed: &str, added: &str) -> Option<RecentEdit> {
        let holds_secret = [removed, added].iter().any(|text| !secrets::find(text).is_empty());
        let first = |text: &str| bare_lines(text).into_iter().take(MOST_LINES).collect();
        let edit = RecentEdit { path: path.to_owned(), removed: first(removed), added: first(added) };
        (!holds_secret && edit.changes_something()).then_some(edit)
    }

    /// Returns this edit and the next edit of the same lines as one edit; `None` where the next edit is of other
    /// lines. Lines that are changed back give an edit that changes nothing.
    pub(super) fn then(&self, next: &RecentEdit) -> Option<RecentEdit> {
        let same = self.path == next.path && !self.added.is_empty() && self.added == next.removed;
        same.then(|| RecentEdit { added: next.added.clone(), ..self.clone() })
    }

    /// Returns whether anything but white space changed.
    pub(super) fn changes_something(&self) -> bool {
        let bare = |lines: &[String]| -> String {
            lines.iter().flat_map(|line| line.chars()).filter(|c| !c.is_whitespace()).collect()
        };
        bare(&self.removed) != bare(&self.added)
    }

    fn worth_it(self) -> Option<RecentEdit> {
        let fits = self.removed.len() <= MOST_LINES && self.added.len() <= MOST_LINES;
        let secret =
            || [&self.removed, &self.added].iter().any(|side| !secrets::find(&side.join("\n")).is_empty());
        (fits && self.changes_something() && !secret()).then_some(self)
    }
}

/// Returns the bytes around a cursor that any window shows: nothing in them need stand in a prompt twice.
pub fn visible_around(snapshot: &Snapshot, cursor: Offset) -> Range<Offset> {
    let start = snapshot.floor(cursor.0.saturating_sub(SEEN_BEFORE));
    start..snapshot.floor(cursor.0.saturating_add(SEEN_AFTER))
}

/// Returns the edits that are not visible around a cursor.
pub(crate) fn unseen(mut edits: Vec<RecentEdit>, snapshot: &Snapshot, cursor: Offset) -> Vec<RecentEdit> {
    let visible = visible_around(snapshot, cursor);
    let around = lines::unix(&snapshot.slice(visible.start.0..visible.end.0));
    edits.retain(|edit| edit.added.is_empty() || !around.contains(&edit.added.join("\n")));
    edits
}

/// Returns the whole lines around a range without blank ones at either end; `None` where they are too long.
fn whole_lines(snapshot: &Snapshot, start: Offset, end: Offset) -> Option<Vec<String>> {
    let (first, last) = (snapshot.line_of(start), snapshot.line_of(end));
    let (from, to) = (snapshot.line_start(first), snapshot.line_end(last));
    if last - first > MOST_LINES || to.0.saturating_sub(from.0) > MOST_BYTES {
        return None;
    }
    Some(bare_lines(&snapshot.slice(from.0..to.0)))
}

/// Returns the lines of a text without blank ones at either end.
fn bare_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let blank = lines.iter().take_while(|line| line.trim().is_empty()).count();
    lines.drain(..blank);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_text::Language;

    #[track_caller]
    fn check(before: &str, after: &str, expect: Option<(&[&str], &[&str])>) {
        let snapshot = |text: &str| Snapshot::new(text, 1, Language::PLAIN).with_path("a.txt");
        let found = RecentEdit::between(&snapshot(before), &snapshot(after));
        let found = found.as_ref().map(|edit| {
            let side = |lines: &[String]| lines.to_vec();
            (side(&edit.removed), side(&edit.added))
        });
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found,
            expect.map(|(removed, added)| (owned(removed), owned(added))),
            "{before:?} to {after:?}"
        );
    }

    #[test]
    fn edits_are_whole_lines() {
        check("a\nlogin(x)\nb\n", "a\nsign_in(x)\nb\n", Some((&["login(x)"], &["sign_in(x)"])));
        check("a\r\nb\r\n", "a\r\nc d\r\nb\r\n", Some((&["b"], &["c d", "b"])));
        check("a\nb\nc\n", "a\nc\n", Some((&["b", "c"], &["c"])));
        check("one", "one two", Some((&["one"], &["one two"])));
    }

    #[test]
    fn what_is_no_edit_of_anybody() {
        check("a\n", "a\n", None);
        check("a b\n", "a  b\n", None);
        check("a\n", "a\n\n\n", None);
        check("a\n", &format!("a\n{}", "line\n".repeat(40)), None);
        check("", &"x".repeat(5000), None);
        check("key\n", &format!("key = \"ghp_{}\"\n", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"), None);
    }

    #[test]
    fn a_hunk_is_an_edit_of_its_first_lines() {
        let check = |removed: &str, added: &str, expect: Option<(usize, usize)>| {
            let edit = RecentEdit::of_lines("a.rs", removed, added);
            let sizes = edit.as_ref().map(|edit| (edit.removed.len(), edit.added.len()));
            assert_eq!(sizes, expect, "{removed:?} to {added:?}");
        };
        check("one\r\ntwo\r\n", "\n1\n2\n3\n\n", Some((2, 3)));
        check("", &"line\n".repeat(40), Some((0, MOST_LINES)));
        check("a b\n", "a  b\n", None);
        let secret = format!("key = \"ghp_{}\"\n", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        check("", &secret, None);
        check("", &format!("{}{secret}", "line\n".repeat(40)), None);
    }

    #[test]
    fn a_hole_that_was_filled_is_an_edit_of_its_lines() {
        let edit = RecentEdit::filling("a.rs", "fn f() {\n    let x = ", "one();\n    two()", ";\n}\n")
            .expect("an edit");
        assert_eq!(
            (edit.removed.len(), edit.added),
            (0, vec!["    let x = one();".to_owned(), "    two();".to_owned()])
        );
        assert_eq!(RecentEdit::filling("a.rs", "", " ", ""), None);
    }
}
