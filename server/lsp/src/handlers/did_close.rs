//! `textDocument/didClose`: nothing of the document is kept.

use tower_lsp::ls_types::DidCloseTextDocumentParams;

use crate::hints;
use crate::host::{Fate, FateSource, Record};
use crate::idle::QUIET;
use crate::server::Server;

/// Lets a document go, and ends what goes on for it.
pub(crate) fn handle(server: &Server, params: &DidCloseTextDocumentParams) {
    let uri = params.text_document.uri.as_str();
    let mut guard = server.session();
    let session = &mut *guard;
    session.recent.forget(uri);
    session.trail.end();
    let Some(mut document) = session.documents.remove(uri) else { return };
    document.close();
    if !document.hints.list.is_empty() && !session.client.asks_for_hints {
        hints::none(&server.outbox, uri);
    }
    // Who waits for its hints is answered.
    server.hinter.now(vec![uri.to_owned()]);
    let mut records: Vec<Record> = Vec::new();
    if let Some((_, shown)) = document.shown.take() {
        let fate = session.suggestions.note(&shown.origin.id, Fate::Dismissed, FateSource::Change, None);
        records.extend(fate.map(|fate| Record::Fate(Box::new(fate))));
    }
    let looks = document.places.close(&document.snapshot);
    records.extend(looks.into_iter().map(|look| Record::Later(Box::new(look))));
    session.close(uri, document.snapshot, document.places);
    server.rest(session, uri, QUIET);
    drop(guard);
    records.into_iter().for_each(|record| server.recorder.record(record));
}
