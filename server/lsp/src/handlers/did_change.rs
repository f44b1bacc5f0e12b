//! `textDocument/didChange`: the new version of a document, and what it says of the suggestion there.

use std::time::Instant;

use housestyle_complete::reuse::Anchor;
use housestyle_text::{Offset, Snapshot};
use tower_lsp::ls_types::DidChangeTextDocumentParams;

use crate::acceptance::{Sign, end, sign};
use crate::convert;
use crate::documents::Document;
use crate::host::{Fate, FateSource, Record};
use crate::idle::QUIET;
use crate::server::Server;
use crate::spot::Edit;
use crate::suggestions::{Other, Shown};

/// Applies the changes. A request under way for the document is answered `null` by this.
pub(crate) fn handle(server: &Server, params: DidChangeTextDocumentParams) {
    let now = Instant::now();
    server.worker.typed(now);
    let mut guard = server.session();
    let session = &mut *guard;
    let encoding = session.encoding;
    let uri = params.text_document.uri.as_str();
    let version = params.text_document.version;
    let Some(document) = session.documents.get_mut(uri) else { return };
    let (mut fates, mut offers) = (Vec::new(), Vec::new());
    for event in params.content_changes {
        let before = document.snapshot.clone();
        let edit = document.apply(convert::change(event), encoding, version);
        if let Some((first, other)) = edit.and_then(|edit| turned(document, edit)) {
            fates.push((first, Fate::Superseded, None));
            let origin = &other.shown.origin;
            session.suggestions.remember(origin);
            let anchor = Anchor::new(&origin.snapshot, Offset(origin.replaced.start));
            let (suggestion, made) = other.made;
            session.recent.store(uri, anchor, &suggestion, None, made);
            offers.extend(other.offer);
        }
        fates.extend(tell(document, edit, &before, now));
        if document.remembered.follows() && !session.paused {
            session.trail.changed(uri, &before, &document.snapshot);
        }
    }
    let taken = fates.iter().any(|(_, fate, _)| matches!(fate, Fate::Accepted | Fate::PartlyAccepted));
    let records: Vec<_> = fates
        .into_iter()
        .filter_map(|(id, fate, accepted)| session.suggestions.note(&id, fate, FateSource::Change, accepted))
        .collect();
    server.rest(session, uri, QUIET);
    server.hinter.soon(uri);
    let typing = session.typing(uri, now);
    drop(guard);
    typing.into_iter().for_each(|record| server.recorder.record(record));
    offers.into_iter().for_each(|offer| server.recorder.record(Record::Offer(offer)));
    records.into_iter().for_each(|record| server.recorder.record(Record::Fate(Box::new(record))));
    if taken {
        server.keeper.taken();
    }
}

/// Turns to one that was given beside the suggestion, if it is that one which an edit took or typed.
fn turned(document: &mut Document, edit: Edit) -> Option<(String, Other)> {
    let (spot, shown) = document.shown.as_ref()?;
    let agrees = |shown: &Shown| sign(*spot, shown, edit, &document.snapshot).is_some();
    if agrees(shown) {
        return None;
    }
    let id = shown.others.iter().flatten().find(|other| agrees(&other.shown))?.ready.id.clone();
    document.turn_to(&id)
}

/// Follows an edit, and returns what it says of the suggestion that was shown: of which, what, and how much of it
/// stands in the document, in UTF-16 units from the start of its origin.
fn tell(
    document: &mut Document,
    edit: Option<Edit>,
    before: &Snapshot,
    now: Instant,
) -> Option<(String, Fate, Option<usize>)> {
    let shown = document.shown.clone();
    let signed = shown.as_ref().zip(edit);
    let signed = signed.and_then(|((spot, shown), edit)| sign(*spot, shown, edit, &document.snapshot));
    document.follow(edit);
    // A change of everything is followed too, as far as its ends are the same.
    let narrow = edit.or_else(|| {
        let edit = housestyle_text::edit_between(before, &document.snapshot);
        Some(Edit { start: edit.range.start.0, end: edit.range.end.0, inserted: edit.text.len() })
    });
    narrow.into_iter().for_each(|edit| document.places.follow(edit));
    let (spot, shown) = shown?;
    let id = shown.origin.id.clone();
    let Some(Sign { fate, accepted, bytes }) = signed else {
        let follows = document.shown.as_ref().map(|(spot, _)| *spot);
        let fate = end(spot, &shown, edit, follows, &document.snapshot)?;
        document.shown = None;
        return Some((id, fate, None));
    };
    if matches!(fate, Fate::Accepted | Fate::PartlyAccepted) {
        document.places.taken(&shown, spot.start().0, spot.start().0 + bytes, now);
    }
    if bytes == shown.text.len() {
        document.shown = None;
    }
    let before = shown.origin.text.get(..shown.offset).map_or(0, convert::utf16_len);
    Some((id, fate, Some(before + accepted)))
}
