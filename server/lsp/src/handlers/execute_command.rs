//! `workspace/executeCommand`: acceptance, the pause switch, the reasons, and exceptions to skills.

use housestyle_complete::skills::{exception_key, line_at};
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::ExecuteCommandParams;

use super::did_show_completion::record;
use crate::commands::{ACCEPTED, COMMANDS, NOT_HERE, TOGGLE, WHY};
use crate::host::{NotHereRecord, OutcomeStep, Record, RequestRecord};
use crate::idle::QUIET;
use crate::server::Server;

/// Runs a command.
///
/// # Errors
/// When there is no such command.
pub(crate) fn handle(server: &Server, params: &ExecuteCommandParams) -> Result<Option<Value>> {
    match params.command.as_str() {
        ACCEPTED => {
            if let Some(id) = params.arguments.first().and_then(Value::as_str) {
                record(server, id, OutcomeStep::Accepted, Some(usize::MAX));
            }
            Ok(None)
        }
        TOGGLE => Ok(Some(toggle(server, params.arguments.first().and_then(Value::as_bool)))),
        WHY => Ok(Some(why(server))),
        NOT_HERE => {
            not_here(server, &params.arguments);
            Ok(None)
        }
        other => {
            Err(Error::invalid_params(format!("there is no command {other:?}, only {}", COMMANDS.join(", "))))
        }
    }
}

/// Pauses or goes on, as `on` says; without it, switches to the other state.
fn toggle(server: &Server, on: Option<bool>) -> Value {
    let mut session = server.session();
    session.paused = on.map_or(!session.paused, |on| !on);
    let paused = session.paused;
    if paused {
        session.documents.values_mut().for_each(crate::documents::Document::close);
        server.worker.schedule_prefill(None, QUIET);
    }
    drop(session);
    server.status.paused(paused);
    server.load_if_on();
    json!({ "paused": paused })
}

/// Records that a skill does not hold for a line that has a hint of it. Without such a hint the document is not the one
/// that the user saw, and nothing is recorded.
fn not_here(server: &Server, arguments: &[Value]) {
    let [uri, skill, line] = arguments else { return };
    let (Some(uri), Some(skill), Some(line)) = (uri.as_str(), skill.as_str(), line.as_u64()) else { return };
    let mut session = server.session();
    let Some(document) = session.documents.get(uri) else { return };
    let text = document.snapshot.to_text();
    let hint = document.hints.list.iter().find(|hint| {
        let at = document.snapshot.line_of(document.snapshot.floor(hint.range.start));
        hint.skill == skill && u64::try_from(at) == Ok(line)
    });
    let Some(hint) = hint.filter(|_| document.hints.revision == Some(document.revision)) else { return };
    let Some(file) = document.file.clone() else { return };
    let digest = hint.digest.clone();
    let content = line_at(&text, hint.range.start).trim().to_owned();
    let language = document.snapshot.language().id().to_owned();
    let journal = session.journal(uri);
    session.except(&file.root, skill, &content);
    let record = NotHereRecord {
        file,
        language,
        skill: skill.to_owned(),
        digest,
        key: exception_key(skill, &content),
        line: u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1),
        journal,
    };
    let open = session.documents.keys().cloned().collect();
    drop(session);
    server.recorder.record(Record::NotHere(Box::new(record)));
    server.hinter.check_now(open);
}

fn why(server: &Server) -> Value {
    let mut params = server.status.params();
    let session = server.session();
    params["requests"] = session.answers().map(request).collect();
    params
}

fn request(request: &RequestRecord) -> Value {
    json!({
        "uri": request.uri,
        "line": request.line,
        "column": request.column,
        "trigger": request.trigger,
        "code": request.code,
        "message": request.sentence,
        "reused": request.reused,
        "window": request.window,
        "skills": request.skills.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "milliseconds": u64::try_from(request.total.as_millis()).unwrap_or(u64::MAX),
    })
}
