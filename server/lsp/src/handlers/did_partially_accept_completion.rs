//! `textDocument/didPartiallyAcceptCompletion`: a word or a line of a suggestion was accepted.

use serde_json::Value;

use super::did_show_completion::{item_id, record};
use crate::host::OutcomeStep;
use crate::server::Server;

/// Records it. `acceptedLength` counts UTF-16 units from the suggestion's start, cumulatively.
pub(crate) fn handle(server: &Server, params: &Value) {
    let length = params.get("acceptedLength").and_then(Value::as_u64);
    if let (Some(id), Some(length)) = (item_id(params), length) {
        record(server, id, OutcomeStep::PartlyAccepted, Some(usize::try_from(length).unwrap_or(usize::MAX)));
    }
}
