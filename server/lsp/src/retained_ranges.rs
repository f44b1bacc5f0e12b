//! The text ranges of accepted suggestions: they follow later edits, so that a check can tell how much survived.

use std::sync::Arc;
use std::time::Instant;

use housestyle_complete::settings::JournalMode;
use housestyle_text::Snapshot;

use crate::host::{CheckCause, Head, RetentionRecord};
use crate::suggestions::{BEFORE, Origin, Shown};
use crate::typed_range::Splice;

/// Ranges tracked in one document; the oldest goes first.
const MAX_RANGES: usize = 256;
/// Most bytes of a range that a record holds.
const MAX_TEXT_BYTES: usize = 16 * 1024;

/// The text range of an accepted suggestion.
#[derive(Debug, Clone)]
pub(crate) struct RetainedRange {
    origin: Arc<Origin>,
    /// Bytes of the suggestion that were accepted.
    accepted: usize,
    /// Where the range begins and ends now, in bytes.
    start: usize,
    end: usize,
    since: Instant,
    /// Whether the check after the delay, or at the closing, was done.
    delay_checked: bool,
    /// Whether the check at a commit was done.
    commit_checked: bool,
    /// The commit at which the repository stood last.
    head: Option<String>,
}

/// The ranges in one document, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct RetainedRanges(Vec<RetainedRange>);

impl RetainedRanges {
    /// Tracks the accepted part of a suggestion, from `start` to `end` in bytes of the document as it is now.
    pub(crate) fn track(&mut self, shown: &Shown, start: usize, end: usize, now: Instant) {
        let start = start.saturating_sub(shown.offset);
        let accepted = end.saturating_sub(start);
        if let Some(range) = self.0.iter_mut().find(|range| Arc::ptr_eq(&range.origin, &shown.origin)) {
            (range.accepted, range.end, range.since) = (accepted, end.max(range.end), now);
            return;
        }
        if self.0.len() >= MAX_RANGES {
            self.0.remove(0);
        }
        let origin = Arc::clone(&shown.origin);
        self.0.push(RetainedRange {
            origin,
            accepted,
            start,
            end,
            since: now,
            delay_checked: false,
            commit_checked: false,
            head: None,
        });
    }

    /// Follows an edit. Text inserted at a range's border stays outside; text that replaces a part of it is inside.
    pub(crate) fn follow(&mut self, edit: Splice) {
        for range in &mut self.0 {
            let (start, end) = (range.start, range.end);
            if edit.start >= end {
                continue;
            }
            if edit.end <= start {
                range.start = start - (edit.end - edit.start) + edit.inserted;
                range.end = end - (edit.end - edit.start) + edit.inserted;
                continue;
            }
            range.start = start.min(edit.start);
            range.end = end.max(edit.end) - (edit.end - edit.start) + edit.inserted;
        }
    }

    /// Returns whether no range is tracked.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns when the next check after the delay is due.
    pub(crate) fn due(&self, delay: std::time::Duration) -> Option<Instant> {
        self.0.iter().filter(|range| !range.delay_checked).map(|range| range.since + delay).min()
    }

    /// Checks the ranges that were accepted before `then`, once each.
    pub(crate) fn check_due(&mut self, snapshot: &Snapshot, then: Instant) -> Vec<RetentionRecord> {
        self.check(snapshot, &CheckCause::AfterDelay, |range| {
            let due = !range.delay_checked && range.since <= then;
            range.delay_checked |= due;
            due
        })
    }

    /// Takes the repository's commit; checks every range once when a commit has moved it.
    pub(crate) fn check_head(&mut self, snapshot: &Snapshot, head: &Head) -> Vec<RetentionRecord> {
        self.check(snapshot, &CheckCause::AtCommit(head.commit.clone()), |range| {
            let before = range.head.replace(head.commit.clone());
            let moved = before.is_some_and(|before| before != head.commit);
            let due = head.committed && moved && !range.commit_checked;
            range.commit_checked |= due;
            due
        })
    }

    /// Checks the ranges that were not checked yet, as the document closes.
    pub(crate) fn check_at_close(&mut self, snapshot: &Snapshot) -> Vec<RetentionRecord> {
        self.check(snapshot, &CheckCause::AtClose, |range| !std::mem::replace(&mut range.delay_checked, true))
    }

    /// Checks the ranges that are due, and drops those that were checked for the last time.
    fn check(
        &mut self,
        snapshot: &Snapshot,
        cause: &CheckCause,
        due: impl Fn(&mut RetainedRange) -> bool,
    ) -> Vec<RetentionRecord> {
        let mut records = Vec::new();
        self.0.retain_mut(|range| {
            if due(range) {
                records.push(range.check(snapshot, cause.clone()));
            }
            !(range.delay_checked && range.commit_checked)
        });
        records
    }
}

impl RetainedRange {
    fn check(&self, snapshot: &Snapshot, cause: CheckCause) -> RetentionRecord {
        let start = snapshot.floor(self.start);
        let end = snapshot.floor(self.end.min(self.start.saturating_add(MAX_TEXT_BYTES)));
        let origin = &self.origin;
        RetentionRecord {
            suggestion: origin.id.clone(),
            uri: origin.uri.clone(),
            cause,
            accepted: origin.text.get(..self.accepted).unwrap_or(&origin.text).to_owned(),
            current: snapshot.slice(start.0..end.0.max(start.0)),
            before: match origin.journal {
                JournalMode::On => snapshot.slice(start.0.saturating_sub(BEFORE)..start.0),
                JournalMode::Outcomes | JournalMode::Off => String::new(),
            },
            journal: origin.journal,
        }
    }
}

#[cfg(test)]
mod tests {
    use housestyle_text::{Change, Encoding, Language, Position};

    use super::*;

    /// Accepts `text` at byte 4 of `let  end`, makes the changes (start, end, text), and compares the retained text.
    #[track_caller]
    fn check(text: &str, changes: &[(u32, u32, &str)], expected: &str) {
        let mut snapshot = Snapshot::new(&format!("let {text} end"), 1, Language::PLAIN);
        let origin = Arc::new(Origin {
            id: "1".to_owned(),
            uri: "file:///a".to_owned(),
            text: text.to_owned(),
            snapshot: snapshot.clone(),
            replaced: 4..4,
            journal: JournalMode::On,
        });
        let shown = Shown { text: text.to_owned(), swallowed: 0, origin, offset: 0, alternatives: None };
        let mut ranges = RetainedRanges::default();
        let now = Instant::now();
        ranges.track(&shown, 4, 4 + text.len(), now);
        for &(start, end, inserted) in changes {
            let edit = Splice { start: start as usize, end: end as usize, inserted: inserted.len() };
            let change = Change::replace(Position::new(0, start), Position::new(0, end), inserted);
            snapshot = snapshot.apply(&[change], Encoding::Utf8, 2);
            ranges.follow(edit);
        }
        let records = ranges.check_due(&snapshot, now);
        let found: Vec<&str> = records.iter().map(|record| record.current.as_str()).collect();
        assert_eq!((found, records[0].accepted.as_str()), (vec![expected], text), "{changes:?}");
        let around = records[0].before.clone() + expected;
        assert!(snapshot.slice(0..1024).starts_with(&around), "{around:?}, {changes:?}");
        assert!(ranges.check_due(&snapshot, now).is_empty(), "once");
    }

    #[test]
    fn a_range_follows_the_edits() {
        check("a = 1;", &[], "a = 1;");
        check("a = 1;", &[(0, 0, "// "), (0, 3, "")], "a = 1;");
        check("a = 1;", &[(10, 10, "x"), (10, 14, "")], "a = 1;");
        check("a = 1;", &[(4, 4, "mut ")], "a = 1;");
        check("a = 1;", &[(8, 9, "22")], "a = 22;");
        check("a = 1;", &[(6, 6, ": u8 ")], "a : u8 = 1;");
        check("a = 1;", &[(4, 10, "")], "");
        check("a = 1;", &[(4, 10, ""), (4, 4, "b = 2;")], "");
        check("a = 1;", &[(2, 6, "t b ")], "t b = 1;");
        check("a = 1;", &[(8, 13, "3; x")], "a = 3; x");
    }

    #[test]
    fn a_commit_is_checked_once_and_another_branch_is_none() {
        let snapshot = Snapshot::new("x", 1, Language::PLAIN);
        let origin = Origin {
            id: "1".to_owned(),
            uri: "file:///a".to_owned(),
            text: "x".to_owned(),
            snapshot: snapshot.clone(),
            replaced: 0..0,
            journal: JournalMode::On,
        };
        let shown = Shown {
            text: "x".to_owned(),
            swallowed: 0,
            origin: Arc::new(origin),
            offset: 0,
            alternatives: None,
        };
        let mut ranges = RetainedRanges::default();
        ranges.track(&shown, 0, 1, Instant::now());
        let head = |commit: &str, committed| Head { commit: commit.to_owned(), committed };
        assert!(ranges.check_head(&snapshot, &head("1", true)).is_empty(), "that was before");
        assert!(ranges.check_head(&snapshot, &head("1", true)).is_empty());
        assert!(ranges.check_head(&snapshot, &head("2", false)).is_empty());
        let records = ranges.check_head(&snapshot, &head("3", true));
        assert_eq!(records[0].cause, CheckCause::AtCommit("3".to_owned()));
        assert!(ranges.check_head(&snapshot, &head("4", true)).is_empty(), "once");
        assert!(!ranges.is_empty(), "the check after the delay is still to come");
        assert_eq!(ranges.check_at_close(&snapshot).len(), 1);
        assert!(ranges.is_empty());
    }
}
