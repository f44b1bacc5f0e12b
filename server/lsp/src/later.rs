//! The places of suggestions that were taken: followed through the edits after, to see what is kept of them.

use std::sync::Arc;
use std::time::Instant;

use housestyle_text::Snapshot;

use crate::host::{Head, LaterRecord, LaterWhen};
use crate::spot::Edit;
use crate::suggestions::{Origin, Shown};

/// Places followed in a document; the oldest go first.
const FOLLOWED: usize = 256;
/// Most bytes told of what stands in a place.
const MOST: usize = 16 * 1024;

/// The place of a suggestion that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    origin: Arc<Origin>,
    /// Bytes of the suggestion that were taken.
    accepted: usize,
    /// Where that stands now, in bytes.
    start: usize,
    end: usize,
    since: Instant,
    /// Whether it was looked at after a while.
    seen: bool,
    /// Whether it was looked at at a commit.
    committed: bool,
    /// Where the repository stood at first.
    head: Option<String>,
}

/// The places in one document, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places(Vec<Place>);

impl Places {
    /// Follows what was taken of a suggestion: the text from its start to `end`, in bytes of the document as it is now.
    pub(crate) fn taken(&mut self, shown: &Shown, start: usize, end: usize, now: Instant) {
        let start = start.saturating_sub(shown.offset);
        let accepted = end.saturating_sub(start);
        if let Some(place) = self.0.iter_mut().find(|place| Arc::ptr_eq(&place.origin, &shown.origin)) {
            (place.accepted, place.end, place.since) = (accepted, end.max(place.end), now);
            return;
        }
        if self.0.len() >= FOLLOWED {
            self.0.remove(0);
        }
        let origin = Arc::clone(&shown.origin);
        self.0.push(Place {
            origin,
            accepted,
            start,
            end,
            since: now,
            seen: false,
            committed: false,
            head: None,
        });
    }

    /// Follows an edit. What is put beside a place is outside; what is put over a part of it is inside.
    pub(crate) fn follow(&mut self, edit: Edit) {
        for place in &mut self.0 {
            let (start, end) = (place.start, place.end);
            if edit.start >= end {
                continue;
            }
            if edit.end <= start {
                place.start = start - (edit.end - edit.start) + edit.inserted;
                place.end = end - (edit.end - edit.start) + edit.inserted;
                continue;
            }
            place.start = start.min(edit.start);
            place.end = end.max(edit.end) - (edit.end - edit.start) + edit.inserted;
        }
    }

    /// Returns whether nothing is followed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns when the next place is to be looked at.
    pub(crate) fn due(&self, after: std::time::Duration) -> Option<Instant> {
        self.0.iter().filter(|place| !place.seen).map(|place| place.since + after).min()
    }

    /// Looks at the places that were taken before `then`, once each.
    pub(crate) fn after_a_while(&mut self, snapshot: &Snapshot, then: Instant) -> Vec<LaterRecord> {
        self.look(snapshot, &LaterWhen::While, |place| {
            let due = !place.seen && place.since <= then;
            place.seen |= due;
            due
        })
    }

    /// Takes note of where the repository stands; looks at every place once when that is by a commit.
    pub(crate) fn at(&mut self, snapshot: &Snapshot, head: &Head) -> Vec<LaterRecord> {
        self.look(snapshot, &LaterWhen::Commit(head.commit.clone()), |place| {
            let before = place.head.replace(head.commit.clone());
            let moved = before.is_some_and(|before| before != head.commit);
            let due = head.committed && moved && !place.committed;
            place.committed |= due;
            due
        })
    }

    /// Looks at the places that were not looked at yet, as the document goes.
    pub(crate) fn close(&mut self, snapshot: &Snapshot) -> Vec<LaterRecord> {
        self.look(snapshot, &LaterWhen::Closed, |place| !std::mem::replace(&mut place.seen, true))
    }

    /// Looks at the places that are due, and lets those go that were looked at for the last time.
    fn look(
        &mut self,
        snapshot: &Snapshot,
        when: &LaterWhen,
        due: impl Fn(&mut Place) -> bool,
    ) -> Vec<LaterRecord> {
        let mut looks = Vec::new();
        self.0.retain_mut(|place| {
            if due(place) {
                looks.push(place.look(snapshot, when.clone()));
            }
            !(place.seen && place.committed)
        });
        looks
    }
}

impl Place {
    fn look(&self, snapshot: &Snapshot, when: LaterWhen) -> LaterRecord {
        let start = snapshot.floor(self.start);
        let end = snapshot.floor(self.end.min(self.start.saturating_add(MOST)));
        let origin = &self.origin;
        LaterRecord {
            suggestion: origin.id.clone(),
            uri: origin.uri.clone(),
            when,
            accepted: origin.text.get(..self.accepted).unwrap_or(&origin.text).to_owned(),
            later: snapshot.slice(start.0..end.0.max(start.0)),
            journal: origin.journal,
        }
    }
}

#[cfg(test)]
mod tests {
    use housestyle_complete::settings::Journal;
    use housestyle_text::{Change, Encoding, Language, Position};

    use super::*;

    /// Takes `text` at byte 4 of `let  end`, makes the changes (start, end, text), and tells what stands there.
    #[track_caller]
    fn check(text: &str, changes: &[(u32, u32, &str)], expected: &str) {
        let mut snapshot = Snapshot::new(&format!("let {text} end"), 1, Language::PLAIN);
        let origin = Arc::new(Origin {
            id: "1".to_owned(),
            uri: "file:///a".to_owned(),
            text: text.to_owned(),
            snapshot: snapshot.clone(),
            replaced: 4..4,
            journal: Journal::On,
        });
        let shown = Shown { text: text.to_owned(), swallowed: 0, origin, offset: 0, others: None };
        let mut places = Places::default();
        let now = Instant::now();
        places.taken(&shown, 4, 4 + text.len(), now);
        for &(start, end, inserted) in changes {
            let edit = Edit { start: start as usize, end: end as usize, inserted: inserted.len() };
            let change = Change::replace(Position::new(0, start), Position::new(0, end), inserted);
            snapshot = snapshot.apply(&[change], Encoding::Utf8, 2);
            places.follow(edit);
        }
        let looks = places.after_a_while(&snapshot, now);
        let found: Vec<&str> = looks.iter().map(|look| look.later.as_str()).collect();
        assert_eq!((found, looks[0].accepted.as_str()), (vec![expected], text), "{changes:?}");
        assert!(places.after_a_while(&snapshot, now).is_empty(), "once");
    }

    #[test]
    fn a_place_follows_the_edits() {
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
    fn a_commit_is_looked_at_once_and_going_elsewhere_is_none() {
        let snapshot = Snapshot::new("x", 1, Language::PLAIN);
        let origin = Origin {
            id: "1".to_owned(),
            uri: "file:///a".to_owned(),
            text: "x".to_owned(),
            snapshot: snapshot.clone(),
            replaced: 0..0,
            journal: Journal::On,
        };
        let shown =
            Shown { text: "x".to_owned(), swallowed: 0, origin: Arc::new(origin), offset: 0, others: None };
        let mut places = Places::default();
        places.taken(&shown, 0, 1, Instant::now());
        let head = |commit: &str, committed| Head { commit: commit.to_owned(), committed };
        assert!(places.at(&snapshot, &head("1", true)).is_empty(), "that was before");
        assert!(places.at(&snapshot, &head("1", true)).is_empty());
        assert!(places.at(&snapshot, &head("2", false)).is_empty());
        let looks = places.at(&snapshot, &head("3", true));
        assert_eq!(looks[0].when, LaterWhen::Commit("3".to_owned()));
        assert!(places.at(&snapshot, &head("4", true)).is_empty(), "once");
        assert!(!places.is_empty(), "it is not looked at after a while yet");
        assert_eq!(places.close(&snapshot).len(), 1);
        assert!(places.is_empty());
    }
}
