//! `textDocument/didShowCompletion`: a suggestion was on the screen.

use serde_json::Value;

use crate::host::{Fate, FateSource, Record};
use crate::server::Server;

/// Takes note of it.
pub(crate) fn handle(server: &Server, params: &Value) {
    if let Some(id) = item_id(params) {
        tell(server, id, Fate::Shown, None);
    }
}

/// Returns the identifier in an item, which is the first argument of its command.
pub(super) fn item_id(params: &Value) -> Option<&str> {
    params.pointer("/item/command/arguments/0")?.as_str()
}

/// Takes note of what the editor says became of a suggestion. `accepted` is the accepted length in
/// UTF-16 units from the suggestion's start; nothing leaves it as it is known.
pub(super) fn tell(server: &Server, id: &str, fate: Fate, accepted: Option<usize>) {
    let mut guard = server.session();
    let session = &mut *guard;
    let mut records = Vec::new();
    let taken = matches!(fate, Fate::Accepted | Fate::PartlyAccepted);
    let turned = session.documents.values_mut().filter(|_| taken).find_map(|document| document.turn_to(id));
    if let Some((first, other)) = turned {
        records.extend(session.suggestions.note(&first, Fate::Superseded, FateSource::Editor, None));
        session.suggestions.remember(&other.shown.origin);
        other.offer.into_iter().for_each(|offer| server.recorder.record(Record::Offer(offer)));
    }
    records.extend(session.suggestions.note(id, fate, FateSource::Editor, accepted));
    drop(guard);
    records.into_iter().for_each(|record| server.recorder.record(Record::Fate(Box::new(record))));
}
