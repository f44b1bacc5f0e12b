//! `textDocument/didShowCompletion`: a suggestion was on the screen.

use serde_json::Value;

use crate::host::{OutcomeSource, OutcomeStep, Record};
use crate::server::Server;

/// Records that it was shown.
pub(crate) fn handle(server: &Server, params: &Value) {
    if let Some(id) = item_id(params) {
        record(server, id, OutcomeStep::Shown, None);
    }
}

/// Returns the identifier in an item, which is the first argument of its command.
pub(super) fn item_id(params: &Value) -> Option<&str> {
    params.pointer("/item/command/arguments/0")?.as_str()
}

/// Records what the editor says became of a suggestion. `accepted` is the accepted length in UTF-16
/// units from the suggestion's start; without it the length stays as it is known.
pub(super) fn record(server: &Server, id: &str, step: OutcomeStep, accepted: Option<usize>) {
    let mut guard = server.session();
    let session = &mut *guard;
    let mut records = Vec::new();
    let accepts = matches!(step, OutcomeStep::Accepted | OutcomeStep::PartlyAccepted);
    let switched =
        session.documents.values_mut().filter(|_| accepts).find_map(|document| document.switch_to(id));
    if let Some((first, alternative)) = switched {
        records.extend(session.suggestions.record_outcome(
            &first,
            OutcomeStep::Superseded,
            OutcomeSource::Editor,
            None,
        ));
        session.suggestions.add(&alternative.shown.origin);
        alternative.offer.into_iter().for_each(|offer| server.recorder.record(Record::Offer(offer)));
    }
    records.extend(session.suggestions.record_outcome(id, step, OutcomeSource::Editor, accepted));
    drop(guard);
    records.into_iter().for_each(|record| server.recorder.record(Record::Outcome(Box::new(record))));
}
