//! The documents that the editor has open.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use housestyle_complete::lines;
use housestyle_complete::reuse::{Anchor, Recent};
use housestyle_complete::settings::{FileSettings, Settings};
use housestyle_complete::skills::Hint;
use housestyle_complete::{DraftSource, MAX_DRAFT_SOURCES};
use housestyle_text::{Change, Encoding, Language, Offset, Snapshot};

use crate::convert;
use crate::host::WorkspaceFile;
use crate::in_flight::{CancelReason, InFlight, Overtaken};
use crate::prompt_context::PromptContext;
use crate::provenance::Provenance;
use crate::retained_ranges::RetainedRanges;
use crate::suggestions::{Alternative, Shown};
use crate::typed_range::{Splice, TypedRange};

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
    /// Its place in its workspace; `None` for a document in no workspace.
    pub(crate) file: Option<WorkspaceFile>,
    /// Its size in bytes when it is larger than [`MAX_BYTES`].
    pub(crate) too_large: Option<usize>,
    /// Grows with every change.
    pub(crate) revision: u64,
    /// Grows with every request.
    pub(crate) serial: u64,
    /// Grows with every use; the document used last has the largest number.
    pub(crate) last_used: u64,
    /// Where the user is, as far as edits and requests tell.
    pub(crate) cursor: Option<Offset>,
    /// The last run of the model for this document, as long as the user types where it began.
    pub(crate) run: Option<Run>,
    /// The suggestion shown last in this document, and where, as long as the user types there.
    pub(crate) shown: Option<(TypedRange, Shown)>,
    /// The ranges of accepted suggestions.
    pub(crate) retained: RetainedRanges,
    /// The notes, edits and skills that its prompts hold.
    pub(crate) context: PromptContext,
    /// Where it does not follow the team's skills.
    pub(crate) hints: Hints,
    /// The settings from files of its workspace.
    pub(crate) files: Arc<FileSettings>,
    /// The settings that hold for it.
    pub(crate) settings: Arc<Settings>,
}

/// The hints of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// The document's revision that was checked; nothing before the first check.
    pub(crate) revision: Option<u64>,
    /// The hints, in the order of the text.
    pub(crate) list: Arc<Vec<Hint>>,
}

/// A run of the model and where it began.
#[derive(Debug)]
pub(crate) struct Run {
    /// The range typed there since, which follows the edits.
    pub(crate) typed_range: TypedRange,
    /// The cursor as the pipeline finds it again.
    pub(crate) origin: Anchor,
    /// The generation.
    pub(crate) in_flight: Arc<InFlight>,
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
            file: None,
            too_large,
            revision: 0,
            serial: 0,
            last_used: 0,
            cursor: None,
            run: None,
            shown: None,
            retained: RetainedRanges::default(),
            context: PromptContext::default(),
            hints: Hints::default(),
            files: Arc::default(),
            settings: Arc::default(),
        }
    }

    /// Takes its place in its workspace, and drops what came from another one.
    pub(crate) fn set_file(&mut self, uri: &str, file: Option<WorkspaceFile>) {
        let path = file.as_ref().map(|file| file.path.clone()).or_else(|| convert::document_name(uri));
        if let Some(path) = path {
            self.snapshot = self.snapshot.clone().with_path(path);
        }
        self.file = file;
        self.revision += 1; // what is computed for it now is of no use
        self.context = PromptContext::default();
    }

    /// Returns the root of its workspace.
    pub(crate) fn root(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| file.root.as_path())
    }

    /// Applies one change, and returns that change in bytes; nothing when the text is not held.
    ///
    /// Some clients replace the whole line or the whole text where the user changed a word: where more changed than the
    /// text at the cursor, the returned change is as small as it can be. A range that leaves the cursor out is exact; as
    /// long as no cursor is followed, an insertion alone.
    pub(crate) fn apply(&mut self, change: Change, encoding: Encoding, version: i32) -> Option<Splice> {
        self.revision += 1;
        let before = self.snapshot.clone();
        let edit = match change.range {
            None => {
                let path = self.snapshot.path().map(str::to_owned);
                let fresh = Document::open(&change.text, version, &self.language_id, path);
                self.snapshot = fresh.snapshot;
                self.too_large = fresh.too_large;
                None
            }
            // A text that is not held cannot be edited; its size stands for it until it comes whole again.
            Some(_) if self.too_large.is_some() => None,
            Some((a, b)) => {
                let (a, b) = (self.snapshot.offset_at(a, encoding).0, self.snapshot.offset_at(b, encoding).0);
                let edit = Splice { start: a.min(b), end: a.max(b), inserted: change.text.len() };
                self.snapshot = self.snapshot.apply(&[change], encoding, version);
                if self.snapshot.len() > MAX_BYTES {
                    self.too_large = Some(self.snapshot.len());
                    let empty = Change { range: None, text: String::new() };
                    self.snapshot = self.snapshot.apply(&[empty], encoding, version);
                }
                Some(edit)
            }
        };
        if self.too_large.is_some() {
            return None;
        }
        let followed = self.followed();
        let within = |edit: Splice, (typed_range, swallowed): (TypedRange, usize)| {
            typed_range.start().0 <= edit.start && edit.end <= typed_range.end().0 + swallowed
        };
        let elsewhere = |edit: Splice, (typed_range, _): (TypedRange, usize)| {
            !(edit.start..=edit.end).contains(&typed_range.end().0)
        };
        let exact = |edit: Splice| match followed {
            Some(at) => within(edit, at) || elsewhere(edit, at),
            None => edit.start == edit.end,
        };
        let edit = match edit {
            Some(edit) if exact(edit) => edit,
            _ => {
                let cursor = followed.map(|(typed_range, _)| typed_range.end()).or(self.cursor);
                Splice::between(&before, &self.snapshot, cursor.unwrap_or_default())
            }
        };
        self.cursor = Some(Offset(edit.start + edit.inserted));
        Some(edit)
    }

    /// Returns the range typed since the suggestion was shown, or else since the run began, and how many bytes behind this
    /// range the suggestion replaces.
    fn followed(&self) -> Option<(TypedRange, usize)> {
        let shown = self.shown.as_ref().map(|(typed_range, shown)| (*typed_range, shown.swallowed));
        shown.or(self.run.as_ref().map(|run| (run.typed_range, 0)))
    }

    /// Lets the run and the suggestion follow an edit; an edit that contradicts them ends them.
    pub(crate) fn follow(&mut self, edit: Option<Splice>) {
        if let Some(run) = self.run.take() {
            run.in_flight.overtake(Overtaken::Change);
            match edit.and_then(|edit| run.typed_range.follow(edit)) {
                Some(typed_range) => {
                    run.in_flight.typed(lines::unix(&typed_range.text(&self.snapshot)));
                    self.run = Some(Run { typed_range, ..run });
                }
                None => run.in_flight.cancel(CancelReason::ChangedElsewhere),
            }
        }
        self.shown = self.shown.take().and_then(|(typed_range, shown)| {
            let typed_range = edit.and_then(|edit| typed_range.follow(edit))?;
            Some((typed_range, shown))
        });
    }

    /// Shows an alternative in place of the suggestion; returns the identifier of the latter, and the alternative.
    pub(crate) fn switch_to(&mut self, id: &str) -> Option<(String, Alternative)> {
        let (_, shown) = self.shown.as_mut()?;
        let alternative =
            shown.alternatives.iter().flatten().find(|alternative| alternative.answer.id == id)?.clone();
        let first = std::mem::replace(shown, alternative.shown.clone());
        Some((first.origin.id.clone(), alternative))
    }

    /// Cancels the run for this document.
    pub(crate) fn close(&mut self) {
        if let Some(run) = self.run.take() {
            run.in_flight.overtake(Overtaken::Change);
            run.in_flight.cancel(CancelReason::DocumentClosed);
        }
    }

    /// Moves the suggestion of a run that has ended, if there is one, to those that can be used again.
    pub(crate) fn harvest(&self, uri: &str, recent: &mut Recent<Provenance>) {
        let trace = self.run.as_ref().and_then(|run| Some((run, run.in_flight.take_result()?)));
        if let Some((run, trace)) = trace
            && let Some(suggestion) = trace.suggestion()
        {
            recent.store(uri, run.origin.clone(), suggestion, trace.next, Provenance::of(&trace));
        }
    }
}

/// The open documents by their URI.
pub(crate) type Documents = HashMap<String, Document>;

/// Marks a document as the one used last.
pub(crate) fn mark_used(documents: &mut Documents, uri: &str) {
    let last = documents.values().map(|document| document.last_used).max().unwrap_or_default();
    if let Some(document) = documents.get_mut(uri) {
        document.last_used = last + 1;
    }
}

/// Returns the documents of the same workspace used last except this one, the last of them first: drafts may copy from
/// them.
pub(crate) fn recently_used(documents: &Documents, uri: &str) -> Vec<DraftSource> {
    let root = documents.get(uri).and_then(Document::root);
    let usable = documents
        .iter()
        .filter(|(key, document)| *key != uri && document.root() == root && document.too_large.is_none());
    let mut usable: Vec<&Document> = usable.map(|(_, document)| document).collect();
    usable.sort_unstable_by_key(|document| Reverse(document.last_used));
    let source = |document: &Document| DraftSource {
        snapshot: document.snapshot.clone(),
        cursor: document.cursor.unwrap_or_default(),
    };
    usable.into_iter().take(MAX_DRAFT_SOURCES).map(source).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use housestyle_complete::settings::JournalMode;
    use housestyle_text::Position;

    use super::*;
    use crate::in_flight::Waiter;
    use crate::suggestions::Origin;

    fn insert(column: u32, text: &str) -> Change {
        let at = Position::new(0, column);
        Change { range: Some((at, at)), text: text.to_owned() }
    }

    #[test]
    fn returns_edits_in_bytes() {
        let mut document = Document::open("é😀x", 1, "rust", None);
        let edit = document.apply(insert(3, "ab"), Encoding::Utf16, 2);
        assert_eq!(edit, Some(Splice { start: 6, end: 6, inserted: 2 }));
        assert_eq!(document.snapshot.to_text(), "é😀abx");
        assert_eq!(document.snapshot.version(), 2);
        assert_eq!(document.cursor, Some(Offset(8)));
        let whole = Change { range: None, text: "é😀y".to_owned() };
        let edit = document.apply(whole, Encoding::Utf16, 3);
        assert_eq!(edit, Some(Splice { start: 6, end: 9, inserted: 1 }));
        assert_eq!(document.snapshot.to_text(), "é😀y");
        assert_eq!(document.cursor, Some(Offset(7)));
        assert_eq!(document.revision, 2);
    }

    #[test]
    fn drops_a_text_that_is_too_large_until_it_comes_whole_again() {
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
    fn documents_are_ordered_by_their_last_use() {
        let mut documents = Documents::new();
        for uri in ["a", "b", "c", "d", "e"] {
            documents.insert(uri.to_owned(), Document::open(uri, 1, "rust", None));
            mark_used(&mut documents, uri);
        }
        let check = |documents: &Documents, uri: &str, expected: &[&str]| {
            let found = recently_used(documents, uri);
            let found: Vec<String> = found.iter().map(|source| source.snapshot.to_text()).collect();
            assert_eq!(found, expected);
        };
        check(&documents, "e", &["d", "c", "b"]);
        mark_used(&mut documents, "a");
        mark_used(&mut documents, "a");
        mark_used(&mut documents, "c");
        check(&documents, "c", &["a", "e", "d"]);
        documents.remove("a");
        documents.get_mut("e").expect("open").too_large = Some(MAX_BYTES + 1);
        check(&documents, "c", &["d", "b"]);
        let file = |path: &str| WorkspaceFile { root: "/other".into(), path: path.to_owned() };
        for uri in ["b", "e"] {
            documents.get_mut(uri).expect("open").file = Some(file(uri));
        }
        check(&documents, "c", &["d"]);
        check(&documents, "b", &[]);
    }

    /// Begins a run of the model at a cursor; the run ends with its waiter.
    fn begin_run(document: &mut Document, cursor: usize) -> (Arc<InFlight>, Waiter) {
        let (in_flight, waiter) = InFlight::new();
        let origin = Anchor::new(&document.snapshot, Offset(cursor));
        let typed_range = TypedRange::at(Offset(cursor));
        document.run = Some(Run { typed_range, origin, in_flight: Arc::clone(&in_flight) });
        (in_flight, waiter)
    }

    #[test]
    fn an_edit_is_at_the_cursor_only_where_its_range_holds_the_cursor() {
        let range = |start, end, text: &str| {
            let range = Some((Position::new(start, 0), Position::new(end, 0)));
            Change { range, text: text.to_owned() }
        };
        for (change, expected, ends) in [
            // A blank line below the cursor's.
            (range(2, 2, "\n"), Splice { start: 3, end: 3, inserted: 1 }, true),
            (range(2, 3, "\n\n"), Splice { start: 3, end: 4, inserted: 2 }, true),
            (range(0, 0, "\n"), Splice { start: 0, end: 0, inserted: 1 }, true),
            // The whole of the cursor's line, and of both blank lines.
            (range(1, 2, "x\n"), Splice { start: 2, end: 2, inserted: 1 }, false),
            (range(1, 3, "\n\n\n"), Splice { start: 2, end: 2, inserted: 1 }, false),
        ] {
            let mut document = Document::open("a\n\n\nb", 1, "rust", None);
            let (in_flight, _waiter) = begin_run(&mut document, 2);
            let edit = document.apply(change.clone(), Encoding::Utf8, 2);
            document.follow(edit);
            assert_eq!((edit, in_flight.is_cancelled()), (Some(expected), ends), "{change:?}");
        }
    }

    /// Retains `b = 1;` in the middle of three lines, applies a change, and returns the retained text.
    fn retained_after(start: (u32, u32), end: (u32, u32), text: &str) -> String {
        let mut document = Document::open("a = 0;\nb = 1;\nc = 2;\n", 1, "rust", None);
        let origin = Origin {
            id: "1".to_owned(),
            uri: "file:///a".to_owned(),
            text: "b = 1;".to_owned(),
            snapshot: document.snapshot.clone(),
            replaced: 7..7,
            journal: JournalMode::On,
        };
        let (text_of, origin) = (origin.text.clone(), Arc::new(origin));
        let shown = Shown { text: text_of, swallowed: 0, origin, offset: 0, alternatives: None };
        document.retained.track(&shown, 7, 13, Instant::now());
        let change = Change::replace(Position::new(start.0, start.1), Position::new(end.0, end.1), text);
        let edit = document.apply(change, Encoding::Utf8, 2).expect("held");
        document.retained.follow(edit);
        document.retained.check_at_close(&document.snapshot).remove(0).current
    }

    #[test]
    fn a_retained_range_follows_the_replacement_of_whole_lines() {
        assert_eq!(retained_after((1, 0), (2, 0), "b = 12;\n"), "b = 12;");
        assert_eq!(retained_after((1, 0), (2, 0), "let b = 1;\n"), "b = 1;");
        assert_eq!(retained_after((1, 0), (1, 6), "b = 1; // one"), "b = 1;");
        assert_eq!(retained_after((0, 0), (3, 0), "a = 0;\nb = 3;\nc = 2;\n"), "b = 3;");
        assert_eq!(retained_after((0, 0), (3, 0), "a = 9;\nb = 1;\nc = 2;\n"), "b = 1;");
        assert_eq!(retained_after((1, 6), (2, 0), ""), "b = 1;");
        // An insertion is where the client says.
        assert_eq!(retained_after((1, 0), (1, 0), "b = 1;\n"), "b = 1;");
        assert_eq!(retained_after((2, 0), (2, 0), "b = 1;\n"), "b = 1;");
    }

    #[test]
    fn a_run_ends_with_an_edit_elsewhere() {
        let mut document = Document::open("ab", 1, "rust", None);
        let (in_flight, _waiter) = begin_run(&mut document, 2);
        let edit = document.apply(insert(2, "c"), Encoding::Utf8, 2);
        document.follow(edit);
        assert!(!in_flight.is_cancelled());
        // The same by the whole text, as a client tells it that knows no ranges.
        let edit = document.apply(Change { range: None, text: "abcc".to_owned() }, Encoding::Utf8, 3);
        document.follow(edit);
        assert!(!in_flight.is_cancelled());
        let edit = document.apply(insert(0, "c"), Encoding::Utf8, 4);
        document.follow(edit);
        assert!(in_flight.is_cancelled() && document.run.is_none());
    }
}
