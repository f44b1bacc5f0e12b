//! The documents that the editor has open.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use housestyle_complete::lines;
use housestyle_complete::reuse::{Anchor, Recent};
use housestyle_complete::{DraftSource, MAX_DRAFT_SOURCES};
use housestyle_text::{Change, Encoding, Language, Offset, Snapshot, edit_between};

use crate::flight::{Flight, Overtaken};
use crate::hints::Hints;
use crate::later::Places;
use crate::remember::Remembered;
use crate::request::Made;
use crate::spot::{Edit, Spot};
use crate::suggestions::{Other, Shown};

/// Larger documents are not held: nothing good comes from completing in a database dump, and the
/// editor would send us all of it.
pub(crate) const MAX_BYTES: usize = 64 * 1024 * 1024;

/// One open document.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its current version; empty while it is too large.
    pub(crate) snapshot: Snapshot,
    /// The editor's identifier of its language.
    pub(crate) language_id: String,
    /// Its size in bytes when it is larger than [`MAX_BYTES`].
    pub(crate) too_large: Option<usize>,
    /// Grows with every change.
    pub(crate) revision: u64,
    /// Grows with every request.
    pub(crate) serial: u64,
    /// Grows with every sign that the user is there; that of the document used last is the largest.
    pub(crate) used: u64,
    /// Where the user is, as far as edits and requests tell.
    pub(crate) place: Option<Offset>,
    /// The last run of the model for this document, as long as the user types where it began.
    pub(crate) run: Option<Run>,
    /// The last suggestion given for this document, and where, as long as the user types there.
    pub(crate) shown: Option<(Spot, Shown)>,
    /// The places of suggestions that were taken.
    pub(crate) places: Places,
    /// What its prompts remember.
    pub(crate) remembered: Remembered,
    /// Where it does not follow the team's skills.
    pub(crate) hints: Hints,
}

/// A run of the model and where it began.
#[derive(Debug)]
pub(crate) struct Run {
    /// The place in bytes, which follows the edits.
    pub(crate) spot: Spot,
    /// The place as the pipeline finds it again.
    pub(crate) origin: Anchor,
    /// The run.
    pub(crate) flight: Arc<Flight>,
}

impl Document {
    /// Returns a document that was just opened.
    pub(crate) fn open(text: &str, version: i32, language_id: &str, path: Option<String>) -> Document {
        let language = Language::of_document(language_id, path.as_deref());
        let too_large = Some(text.len()).filter(|&size| size > MAX_BYTES);
        let text = if too_large.is_some() { "" } else { text };
        let mut snapshot = Snapshot::new(text, version, language);
        if let Some(path) = path {
            snapshot = snapshot.with_path(path);
        }
        Document {
            snapshot,
            language_id: language_id.to_owned(),
            too_large,
            revision: 0,
            serial: 0,
            used: 0,
            place: None,
            run: None,
            shown: None,
            places: Places::default(),
            remembered: Remembered::default(),
            hints: Hints::default(),
        }
    }

    /// Applies one change, and returns what it did in bytes; nothing when it replaced everything.
    pub(crate) fn apply(&mut self, change: Change, encoding: Encoding, version: i32) -> Option<Edit> {
        self.revision += 1;
        match change.range {
            None => {
                let path = self.snapshot.path().map(str::to_owned);
                let fresh = Document::open(&change.text, version, &self.language_id, path);
                let edit = edit_between(&self.snapshot, &fresh.snapshot);
                self.place = Some(Offset(edit.range.start.0 + edit.text.len()));
                self.snapshot = fresh.snapshot;
                self.too_large = fresh.too_large;
                None
            }
            // What is not held cannot be edited; it is told by its size until it comes whole again.
            Some(_) if self.too_large.is_some() => None,
            Some((a, b)) => {
                let (a, b) = (self.snapshot.offset_at(a, encoding).0, self.snapshot.offset_at(b, encoding).0);
                let edit = Edit { start: a.min(b), end: a.max(b), inserted: change.text.len() };
                self.snapshot = self.snapshot.apply(&[change], encoding, version);
                if self.snapshot.len() > MAX_BYTES {
                    self.too_large = Some(self.snapshot.len());
                    let empty = Change { range: None, text: String::new() };
                    self.snapshot = self.snapshot.apply(&[empty], encoding, version);
                    return None;
                }
                self.place = Some(Offset(edit.start + edit.inserted));
                Some(edit)
            }
        }
    }

    /// Lets the run and the suggestion follow an edit; those which it does not agree with end.
    pub(crate) fn follow(&mut self, edit: Option<Edit>) {
        if let Some(run) = self.run.take() {
            run.flight.overtake(Overtaken::Change);
            match edit.and_then(|edit| run.spot.follow(edit)) {
                Some(spot) => {
                    run.flight.typed(lines::unix(&spot.typed(&self.snapshot)));
                    self.run = Some(Run { spot, ..run });
                }
                None => run.flight.cancel.cancel(),
            }
        }
        self.shown = self.shown.take().and_then(|(spot, shown)| {
            let spot = edit.and_then(|edit| spot.follow(edit))?;
            Some((spot, shown))
        });
    }

    /// Turns to a suggestion that was given beside the one shown; returns the identifier of the latter, and the other.
    pub(crate) fn turn_to(&mut self, id: &str) -> Option<(String, Other)> {
        let (_, shown) = self.shown.as_mut()?;
        let other = shown.others.iter().flatten().find(|other| other.ready.id == id)?.clone();
        let first = std::mem::replace(shown, other.shown.clone());
        Some((first.origin.id.clone(), other))
    }

    /// Ends what goes on for this document.
    pub(crate) fn close(&mut self) {
        if let Some(run) = self.run.take() {
            run.flight.overtake(Overtaken::Change);
            run.flight.cancel.cancel();
        }
    }

    /// Moves the suggestion of a run that has ended, if there is one, to those that can be used again.
    pub(crate) fn harvest(&self, uri: &str, recent: &mut Recent<Made>) {
        let trace = self.run.as_ref().and_then(|run| Some((run, run.flight.take_result()?)));
        if let Some((run, trace)) = trace
            && let Some(suggestion) = trace.suggestion()
        {
            recent.store(uri, run.origin.clone(), suggestion, trace.next, Made::by(&trace));
        }
    }
}

/// The open documents by their URI.
pub(crate) type Documents = HashMap<String, Document>;

/// Notes that the user is in a document.
pub(crate) fn used(documents: &mut Documents, uri: &str) {
    let last = documents.values().map(|document| document.used).max().unwrap_or_default();
    if let Some(document) = documents.get_mut(uri) {
        document.used = last + 1;
    }
}

/// Returns the documents used last but this one, the last of them first.
pub(crate) fn beside(documents: &Documents, uri: &str) -> Vec<DraftSource> {
    let others = documents.iter().filter(|(other, document)| *other != uri && document.too_large.is_none());
    let mut others: Vec<&Document> = others.map(|(_, document)| document).collect();
    others.sort_unstable_by_key(|document| Reverse(document.used));
    let beside = |document: &Document| DraftSource {
        snapshot: document.snapshot.clone(),
        cursor: document.place.unwrap_or_default(),
    };
    others.into_iter().take(MAX_DRAFT_SOURCES).map(beside).collect()
}

#[cfg(test)]
mod tests {
    use housestyle_text::Position;

    use super::*;

    fn insert(column: u32, text: &str) -> Change {
        let at = Position::new(0, column);
        Change { range: Some((at, at)), text: text.to_owned() }
    }

    #[test]
    fn tells_edits_in_bytes() {
        let mut document = Document::open("é😀x", 1, "rust", None);
        let edit = document.apply(insert(3, "ab"), Encoding::Utf16, 2);
        assert_eq!(edit, Some(Edit { start: 6, end: 6, inserted: 2 }));
        assert_eq!(document.snapshot.to_text(), "é😀abx");
        assert_eq!(document.snapshot.version(), 2);
        assert_eq!(document.place, Some(Offset(8)));
        assert_eq!(document.apply(Change { range: None, text: "y".to_owned() }, Encoding::Utf16, 3), None);
        assert_eq!(document.snapshot.to_text(), "y");
        assert_eq!(document.place, Some(Offset(1)));
        assert_eq!(document.revision, 2);
    }

    #[test]
    fn lets_go_of_what_is_too_large_until_it_comes_whole_again() {
        let mut document = Document::open(&"x".repeat(MAX_BYTES), 1, "rust", Some("a.rs".to_owned()));
        assert_eq!(document.too_large, None);
        document.apply(insert(0, "y"), Encoding::Utf8, 2);
        assert_eq!((document.too_large, document.snapshot.len()), (Some(MAX_BYTES + 1), 0));
        document.apply(insert(0, "y"), Encoding::Utf8, 3);
        assert_eq!(document.snapshot.len(), 0);
        document.apply(Change { range: None, text: "small".to_owned() }, Encoding::Utf8, 4);
        assert_eq!((document.too_large, document.snapshot.to_text()), (None, "small".to_owned()));
        assert_eq!(document.snapshot.path(), Some("a.rs"));
    }

    #[test]
    fn what_was_used_last_stands_beside() {
        let mut documents = Documents::new();
        for uri in ["a", "b", "c", "d", "e"] {
            documents.insert(uri.to_owned(), Document::open(uri, 1, "rust", None));
            used(&mut documents, uri);
        }
        let check = |documents: &Documents, uri: &str, expected: &[&str]| {
            let found = beside(documents, uri);
            let found: Vec<String> = found.iter().map(|beside| beside.snapshot.to_text()).collect();
            assert_eq!(found, expected);
        };
        check(&documents, "e", &["d", "c", "b"]);
        used(&mut documents, "a");
        used(&mut documents, "a");
        used(&mut documents, "c");
        check(&documents, "c", &["a", "e", "d"]);
        documents.remove("a");
        documents.get_mut("e").expect("open").too_large = Some(MAX_BYTES + 1);
        check(&documents, "c", &["d", "b"]);
    }

    #[test]
    fn a_run_ends_with_an_edit_elsewhere() {
        let mut document = Document::open("ab", 1, "rust", None);
        let (flight, _listening) = Flight::new();
        let cursor = housestyle_text::Offset(2);
        let origin = Anchor::new(&document.snapshot, cursor);
        document.run = Some(Run { spot: Spot::at(cursor), origin, flight: Arc::clone(&flight) });
        let edit = document.apply(insert(2, "c"), Encoding::Utf8, 2);
        document.follow(edit);
        assert!(!flight.cancel.is_cancelled());
        let edit = document.apply(insert(0, "c"), Encoding::Utf8, 3);
        document.follow(edit);
        assert!(flight.cancel.is_cancelled() && document.run.is_none());
    }
}
