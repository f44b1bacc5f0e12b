//! `textDocument/inlineCompletion`: ghost text.

use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;

use crate::commands::ACCEPTED;
use crate::params::CompletionParams;
use crate::request;
use crate::resolution::{Answer, Resolution};
use crate::server::Server;

/// Answers with one item, and its alternatives where a person asks for them; with none when there is no suggestion; with
/// `null` when the request was overtaken, which makes clients do nothing at all.
///
/// # Errors
/// Only when the parameters name no document or no position.
pub(crate) async fn handle(server: &Server, params: Value) -> Result<Value> {
    let completion = CompletionParams::from_inline(&params)?;
    drop(params);
    Ok(match request::answer(server, completion).await {
        Resolution::Suggestion(answer) => {
            let items: Vec<Value> = std::iter::once(&answer).chain(&answer.alternatives).map(item).collect();
            json!({ "items": items })
        }
        Resolution::Nothing(_) => json!({ "items": [] }),
        Resolution::Overtaken(_) | Resolution::Cancelled => Value::Null,
    })
}

/// Returns an item: always with a range (Neovim 0.12.0 fails without), always plain text and without
/// `filterText` (with either, VS Code takes the whole for a part).
fn item(answer: &Answer) -> Value {
    json!({
        "insertText": answer.text,
        "range": answer.range,
        "command": { "title": "Accepted", "command": ACCEPTED, "arguments": [answer.id] },
    })
}
