//! `textDocument/didFocus`: the user looks at another document.

use serde_json::Value;

use crate::host::{OutcomeSource, OutcomeStep, Record};
use crate::idle::QUIET;
use crate::in_flight::{CancelReason, Overtaken};
use crate::server::Server;

/// Cancels the runs for other documents, as nobody will look at them, and lets the model read this document. An empty
/// URI means that no document has the focus.
pub(crate) fn handle(server: &Server, params: &Value) {
    let Some(uri) = params.pointer("/textDocument/uri").and_then(Value::as_str) else { return };
    let mut session = server.session();
    let mut dismissed = Vec::new();
    for (_, document) in session.documents.iter_mut().filter(|(other, _)| *other != uri) {
        if let Some(run) = &document.run {
            run.in_flight.overtake(Overtaken::Request);
            run.in_flight.cancel(CancelReason::FocusLost);
        }
        dismissed.extend(document.shown.take().map(|(_, shown)| shown.origin.id.clone()));
    }
    let record = |id: String| {
        session.suggestions.record_outcome(&id, OutcomeStep::Dismissed, OutcomeSource::Editor, None)
    };
    let records: Vec<_> = dismissed.into_iter().filter_map(record).collect();
    server.schedule_prefill(&mut session, uri, QUIET);
    server.hinter.check_soon(uri);
    drop(session);
    records.into_iter().for_each(|record| server.recorder.record(Record::Outcome(Box::new(record))));
}
