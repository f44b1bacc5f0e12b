//! Draft sources (prompt lookup): texts outside the prompt that a generator may copy drafts from, which are the document
//! beyond the window and other documents.
//!
//! A generator that drafts tokens looks them up in these texts. They are handed over in pieces. The edges of a piece
//! stay where they are while somebody writes elsewhere, so a generator that caches its work on a piece has little to do
//! for the next place.

use housestyle_text::{Offset, Snapshot};

use crate::cursor_context::CursorContext;
use crate::generator::{Cancel, Generator};
use crate::job::Job;
use crate::lines;
use crate::policy;
use crate::view::Viewer;
use crate::window::stop_after;

/// The most other documents that drafts are copied from.
pub const MAX_DRAFT_SOURCES: usize = 3;
/// Bytes of the document itself above the window, and as many below.
const OWN: usize = 16 * 1024;
/// Bytes of another document above its cursor, and as many below.
const OTHER: usize = 8 * 1024;
/// Bytes of a piece, give or take a line.
const PIECE: usize = 4 * 1024;

/// Another document, and the user's last place in it.
#[derive(Debug, Clone)]
pub struct DraftSource {
    /// The document.
    pub snapshot: Snapshot,
    /// The last place of the user; the text around it is a source.
    pub cursor: Offset,
}

/// Gives the generator the text around a job's window, and the text of `documents`, the most recently used first.
/// Documents for which the settings forbid prefill are left out. This is idle work that stops on `cancel`: no request may
/// wait for it.
pub fn offer_draft_sources(
    job: &Job<'_>,
    documents: &[DraftSource],
    generator: &mut dyn Generator,
    cancel: &Cancel,
) {
    let settings = job.settings.for_language(job.snapshot.language().id());
    let cursor = CursorContext::of(job);
    let mut texts = Vec::new();
    if policy::may_prefill(&cursor, job.snapshot.path(), &settings) {
        // The nearest text comes last: of equal matches the generator copies the last.
        for DraftSource { snapshot, cursor } in documents.iter().take(MAX_DRAFT_SOURCES).rev() {
            let settings = job.settings.for_language(snapshot.language().id());
            if policy::may_copy_from(snapshot.path(), &settings) {
                let (from, to) = (cursor.0.saturating_sub(OTHER), cursor.0.saturating_add(OTHER));
                let to = if to < snapshot.len() { to / PIECE * PIECE } else { snapshot.len() };
                pieces(snapshot, from.next_multiple_of(PIECE), to, 0, &mut texts);
            }
        }
        let (snapshot, window) =
            (job.snapshot, Viewer::new(job, &cursor, &settings, generator).whole().range);
        // Counted from the document's end, what stands below stays where it is while one writes.
        let left = (snapshot.len() - window.end.0).saturating_sub(OWN).next_multiple_of(PIECE);
        let end = snapshot.len().saturating_sub(left);
        pieces(snapshot, window.end.0, end, snapshot.len() % PIECE, &mut texts);
        let start = window.start.0.saturating_sub(OWN).next_multiple_of(PIECE);
        pieces(snapshot, start, window.start.0, 0, &mut texts);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    generator.set_draft_sources(&texts, cancel);
}

/// Cuts the text between two places at the line starts after `phase`, `phase` + [`PIECE`] and so on.
fn pieces(snapshot: &Snapshot, from: usize, to: usize, phase: usize, out: &mut Vec<String>) {
    let mut start = stop_after(snapshot, from, PIECE);
    let inner = (phase..to).step_by(PIECE).skip(from.saturating_sub(phase) / PIECE).filter(|at| *at > from);
    for stop in inner.chain([to]) {
        let stop = stop_after(snapshot, stop, PIECE);
        if start < stop {
            out.push(lines::unix(&snapshot.slice(start.0..stop.0)));
            start = stop;
        }
    }
}

#[cfg(test)]
mod tests {
    use housestyle_text::Language;
    use serde_json::{Value, json};

    use super::*;
    use crate::Settings;
    use crate::tests::counting::Counting;

    /// Lines of sixteen bytes that all differ.
    fn text(name: char, lines: usize) -> String {
        (0..lines).map(|line| format!("let {name}{line:05} = 1;\n")).collect()
    }

    fn document(path: &str, text: &str) -> Snapshot {
        Snapshot::new(text, 1, Language::from_path(path)).with_path(path)
    }

    fn sources(own: &Snapshot, cursor: usize, documents: &[DraftSource], settings: Value) -> Vec<String> {
        let (settings, warnings) = Settings::from_json(&settings);
        assert_eq!(warnings, []);
        let job = Job::at(own, Offset(cursor), &settings);
        let mut model = Counting::new("");
        offer_draft_sources(&job, documents, &mut model, &Cancel::new());
        assert_eq!(model.calls, [], "nothing is evaluated");
        assert_eq!(model.draft_sources.len(), 1);
        model.draft_sources.remove(0)
    }

    #[test]
    fn the_document_is_a_source_around_its_window() {
        let text = text('a', 8000);
        let own = document("a.rs", &text);
        let cursor = own.line_end(4000).0;
        let texts = sources(&own, cursor, &[], json!({}));
        let all = texts.concat();
        assert!((24 * 1024..=32 * 1024 + 16).contains(&all.len()), "{}", all.len());
        assert!(texts.iter().all(|piece| piece.len() <= PIECE + 16 && text.contains(piece.as_str())));
        let (above, below) = (all.find("a03900"), all.find("a04100"));
        assert!(above > below && below.is_some(), "the text before the window comes last");
        assert!(!all.contains("a04000"), "the window has it");
        assert!(!all.contains("a02000") && !all.contains("a06000"), "too far");
        // A line that is written changes little but the pieces beside the window.
        let longer = document("a.rs", &(text[..cursor].to_owned() + "\nlet b = 1;" + &text[cursor..]));
        let again = sources(&longer, cursor + 11, &[], json!({}));
        assert!(again.iter().filter(|piece| !texts.contains(piece)).count() <= 2);
        assert_eq!(sources(&document("a.rs", "let a = 1;\n"), 3, &[], json!({})), [""; 0]);
    }

    #[test]
    fn other_documents_are_sources_around_their_cursors() {
        let own = document("a.rs", "let a = 1;\n");
        let source = |path, name, lines, cursor| DraftSource {
            snapshot: document(path, &text(name, lines).replace('\n', "\r\n")),
            cursor: Offset(cursor),
        };
        let documents = [
            source("b.rs", 'b', 10, 0),
            source("conf/.env", 'c', 10, 0),
            source("d.rs", 'd', 4000, 34_000),
            source("e.rs", 'e', 10, 0),
        ];
        let texts = sources(&own, 3, &documents, json!({}));
        let all = texts.concat();
        assert!(all.contains("d02000") && !all.contains("d01000") && !all.contains("d03000"));
        assert!(all.find("d02000") < all.find("b00000"), "what was used last comes last");
        assert!(!all.contains('c') && !all.contains('\r') && all.len() <= 16 * 1024 + 256);
        assert!(!all.contains("e00000"), "three of them, whether allowed or not");
        for settings in [
            json!({"idleWork": false}),
            json!({"enabled": false}),
            json!({"mode": "off"}),
            json!({"disabled": ["*.rs"]}),
            json!({"languages": {"rust": {"idleWork": false}}}),
        ] {
            assert_eq!(sources(&own, 3, &documents, settings.clone()), [""; 0], "{settings}");
        }
    }

    #[test]
    fn strange_documents_are_cut_all_the_same() {
        for text in ["é".repeat(50_000), "\n".repeat(50_000), "é\r\n".repeat(9_000), String::new()] {
            let own = document("a.rs", &text);
            let cursor = own.floor(own.len() / 2);
            let documents = [DraftSource { snapshot: own.clone(), cursor: Offset(own.len()) }];
            let texts = sources(&own, cursor.0, &documents, json!({}));
            assert!(texts.iter().all(|piece| (1..=2 * PIECE).contains(&piece.len())));
            assert!(texts.iter().map(String::len).sum::<usize>() <= 3 * (OWN + PIECE));
        }
    }
}
