//! `workspace/executeCommand`: acceptance, the pause switch, and the reasons.

use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::ExecuteCommandParams;

use super::did_show_completion::tell;
use crate::host::{Fate, RequestRecord};
use crate::idle::QUIET;
use crate::server::Server;

/// Every item carries it; editors run it after inserting the whole text.
pub(crate) const ACCEPTED: &str = "housestyle.accepted";
/// Pauses completions, or lets them go on.
pub(crate) const TOGGLE: &str = "housestyle.toggle";
/// Tells what the server does and how the last requests ended.
pub(crate) const WHY: &str = "housestyle.why";

/// The commands we announce. A command that an item carries must be among them.
pub(crate) const COMMANDS: [&str; 3] = [ACCEPTED, TOGGLE, WHY];

/// Runs a command.
///
/// # Errors
/// When there is no such command.
pub(crate) fn handle(server: &Server, params: &ExecuteCommandParams) -> Result<Option<Value>> {
    match params.command.as_str() {
        ACCEPTED => {
            if let Some(id) = params.arguments.first().and_then(Value::as_str) {
                tell(server, id, Fate::Accepted, Some(usize::MAX));
            }
            Ok(None)
        }
        TOGGLE => Ok(Some(toggle(server, params.arguments.first().and_then(Value::as_bool)))),
        WHY => Ok(Some(why(server))),
        other => {
            Err(Error::invalid_params(format!("there is no command {other:?}, only {}", COMMANDS.join(", "))))
        }
    }
}

/// Pauses or goes on; `on` says which, else it is the other of what holds.
fn toggle(server: &Server, on: Option<bool>) -> Value {
    let mut session = server.session();
    session.paused = on.map_or(!session.paused, |on| !on);
    let paused = session.paused;
    if paused {
        session.documents.values_mut().for_each(crate::documents::Document::close);
        server.worker.rest(None, QUIET);
    }
    drop(session);
    server.status.paused(paused);
    server.load_if_on();
    json!({ "paused": paused })
}

fn why(server: &Server) -> Value {
    let mut params = server.status.params();
    let session = server.session();
    params["requests"] = session.answers().map(request).collect();
    params
}

fn request(record: &RequestRecord) -> Value {
    json!({
        "uri": record.uri,
        "line": record.line,
        "column": record.column,
        "trigger": record.trigger,
        "code": record.code,
        "message": record.sentence,
        "reused": record.reused,
        "window": record.window,
        "milliseconds": u64::try_from(record.total.as_millis()).unwrap_or(u64::MAX),
    })
}
