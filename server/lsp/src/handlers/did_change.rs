//! `textDocument/didChange`: the new version of a document, and the accepted part of the suggestion there.

use std::time::Instant;

use housestyle_complete::reuse::Anchor;
use housestyle_text::Offset;
use tower_lsp::ls_types::DidChangeTextDocumentParams;

use crate::acceptance::{Acceptance, acceptance, end};
use crate::convert;
use crate::documents::Document;
use crate::host::{OutcomeSource, OutcomeStep, Record};
use crate::idle::QUIET;
use crate::server::Server;
use crate::suggestions::{Alternative, Shown};
use crate::typed_range::Splice;

/// Applies the changes. A request under way for the document is answered `null`.
pub(crate) fn handle(server: &Server, params: DidChangeTextDocumentParams) {
    let now = Instant::now();
    server.worker.key_pressed(now);
    let mut guard = server.session();
    let session = &mut *guard;
    let encoding = session.encoding;
    let uri = params.text_document.uri.as_str();
    let version = params.text_document.version;
    let Some(document) = session.documents.get_mut(uri) else { return };
    tracing::trace!(version, changes = params.content_changes.len(), "a document changed");
    let (mut steps, mut offers) = (Vec::new(), Vec::new());
    for event in params.content_changes {
        let before = document.snapshot.clone();
        let edit = document.apply(convert::change(event), encoding, version);
        if let Some((first, alternative)) = edit.and_then(|edit| accepted_alternative(document, edit)) {
            steps.push((first, OutcomeStep::Superseded, None));
            let origin = &alternative.shown.origin;
            session.suggestions.add(origin);
            let anchor = Anchor::new(&origin.snapshot, Offset(origin.replaced.start));
            let Alternative { suggestion, provenance, offer, .. } = alternative;
            session.recent.store(uri, anchor, &suggestion, None, provenance);
            offers.extend(offer);
        }
        steps.extend(step_of(document, edit, now));
        if let Some(root) = document.root().filter(|_| document.context.tracks_edits() && !session.paused) {
            let history = session.edit_histories.entry(root.to_owned()).or_default();
            history.changed(uri, &before, &document.snapshot);
        }
    }
    let accepted =
        steps.iter().any(|(_, step, _)| matches!(step, OutcomeStep::Accepted | OutcomeStep::PartlyAccepted));
    let records: Vec<_> = steps
        .into_iter()
        .filter_map(|(id, step, accepted)| {
            session.suggestions.record_outcome(&id, step, OutcomeSource::Change, accepted)
        })
        .collect();
    server.schedule_prefill(session, uri, QUIET);
    server.hinter.check_soon(uri);
    let typing = session.typing(uri, now);
    drop(guard);
    typing.into_iter().for_each(|record| server.recorder.record(record));
    offers.into_iter().for_each(|offer| server.recorder.record(Record::Offer(offer)));
    records.into_iter().for_each(|record| server.recorder.record(Record::Outcome(Box::new(record))));
    if accepted {
        server.retention_tracker.wake();
    }
}

/// Switches to the alternative that an edit accepted or typed, if it did.
fn accepted_alternative(document: &mut Document, edit: Splice) -> Option<(String, Alternative)> {
    let (typed_range, shown) = document.shown.as_ref()?;
    let agrees = |shown: &Shown| acceptance(*typed_range, shown, edit, &document.snapshot).is_some();
    if agrees(shown) {
        return None;
    }
    let id =
        shown.alternatives.iter().flatten().find(|alternative| agrees(&alternative.shown))?.answer.id.clone();
    document.switch_to(&id)
}

/// Follows an edit, and returns what happened to the suggestion that was shown: its identifier, the step, and how much of
/// it stands in the document, in UTF-16 units from the start of its origin.
fn step_of(
    document: &mut Document,
    edit: Option<Splice>,
    now: Instant,
) -> Option<(String, OutcomeStep, Option<usize>)> {
    let shown = document.shown.clone();
    let accepted_now = shown.as_ref().zip(edit);
    let accepted_now = accepted_now
        .and_then(|((typed_range, shown), edit)| acceptance(*typed_range, shown, edit, &document.snapshot));
    document.follow(edit);
    edit.into_iter().for_each(|edit| document.retained.follow(edit));
    let (typed_range, shown) = shown?;
    let id = shown.origin.id.clone();
    let Some(Acceptance { step, accepted, bytes }) = accepted_now else {
        let follows = document.shown.as_ref().map(|(typed_range, _)| *typed_range);
        let step = end(typed_range, &shown, edit, follows, &document.snapshot)?;
        document.shown = None;
        return Some((id, step, None));
    };
    if matches!(step, OutcomeStep::Accepted | OutcomeStep::PartlyAccepted) {
        document.retained.track(&shown, typed_range.start().0, typed_range.start().0 + bytes, now);
    }
    if bytes == shown.text.len() {
        document.shown = None;
    }
    let before = shown.origin.text.get(..shown.offset).map_or(0, convert::utf16_len);
    Some((id, step, Some(before + accepted)))
}
