//! `textDocument/didShowCompletion`: a suggestion was on the screen.

use serde_json::Value;

use crate::host::{Fate, FateRecord, FateSource};
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
    let mut session = server.session();
    let Some(known) = session.suggestions.get_mut(id) else { return };
    let length = crate::convert::utf16_len(&known.text);
    known.accepted = known.accepted.max(accepted.unwrap_or(0).min(length));
    let record = FateRecord {
        suggestion: id.to_owned(),
        uri: known.uri.clone(),
        fate,
        source: FateSource::Editor,
        accepted: known.accepted,
        length,
    };
    drop(session);
    server.recorder.fate(record);
}
