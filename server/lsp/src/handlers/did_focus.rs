//! `textDocument/didFocus`: the user looks at another document.

use serde_json::Value;

use crate::flight::Overtaken;
use crate::host::{Fate, FateSource, Record};
use crate::idle::QUIET;
use crate::server::Server;

/// Ends what goes on for other documents, as nobody will look at it, and lets the model read this one. An empty URI
/// means that no document has the focus.
pub(crate) fn handle(server: &Server, params: &Value) {
    let Some(uri) = params.pointer("/textDocument/uri").and_then(Value::as_str) else { return };
    let mut session = server.session();
    let mut gone = Vec::new();
    for (_, document) in session.documents.iter_mut().filter(|(other, _)| *other != uri) {
        if let Some(run) = &document.run {
            run.flight.overtake(Overtaken::Request);
            run.flight.cancel.cancel();
        }
        gone.extend(document.shown.take().map(|(_, shown)| shown.origin.id.clone()));
    }
    let note = |id: String| session.suggestions.note(&id, Fate::Dismissed, FateSource::Editor, None);
    let records: Vec<_> = gone.into_iter().filter_map(note).collect();
    server.rest(&mut session, uri, QUIET);
    server.hinter.soon(uri);
    drop(session);
    records.into_iter().for_each(|record| server.recorder.record(Record::Fate(Box::new(record))));
}
