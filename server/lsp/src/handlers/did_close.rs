//! `textDocument/didClose`: the document is dropped.

use housestyle_complete::memory::EditHistory;
use tower_lsp::ls_types::DidCloseTextDocumentParams;

use crate::hints;
use crate::host::{OutcomeSource, OutcomeStep, Record};
use crate::idle::QUIET;
use crate::server::Server;

/// Drops a document, and cancels the run for it.
pub(crate) fn handle(server: &Server, params: &DidCloseTextDocumentParams) {
    let uri = params.text_document.uri.as_str();
    let mut guard = server.session();
    let session = &mut *guard;
    session.recent.forget(uri);
    session.edit_histories.values_mut().for_each(EditHistory::end);
    let Some(mut document) = session.documents.remove(uri) else { return };
    document.close();
    if !document.hints.list.is_empty() && !session.client.asks_for_hints {
        hints::clear(&server.outbox, uri);
    }
    // Answers those that wait for its hints.
    server.hinter.check_now(vec![uri.to_owned()]);
    let mut records: Vec<Record> = Vec::new();
    if let Some((_, shown)) = document.shown.take() {
        let record = session.suggestions.record_outcome(
            &shown.origin.id,
            OutcomeStep::Dismissed,
            OutcomeSource::Change,
            None,
        );
        records.extend(record.map(|record| Record::Outcome(Box::new(record))));
    }
    let checks = document.retained.check_at_close(&document.snapshot);
    records.extend(checks.into_iter().map(|check| Record::Retention(Box::new(check))));
    session.close(uri, document.snapshot, document.retained);
    server.schedule_prefill(session, uri, QUIET);
    drop(guard);
    records.into_iter().for_each(|record| server.recorder.record(record));
}
