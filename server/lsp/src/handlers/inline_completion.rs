//! `textDocument/inlineCompletion`: ghost text.

use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;

use crate::commands::ACCEPTED;
use crate::outcome::{Outcome, Ready};
use crate::params::Asked;
use crate::request;
use crate::server::Server;

/// Answers with one item, and others where they are asked for; with none when there is nothing to say; with `null` when the request
/// was overtaken, which makes clients do nothing at all.
///
/// # Errors
/// Only when the parameters name no document or no position.
pub(crate) async fn handle(server: &Server, params: Value) -> Result<Value> {
    let asked = Asked::from_inline(&params)?;
    drop(params);
    Ok(match request::answer(server, asked).await {
        Outcome::Suggestion(ready) => {
            let items: Vec<Value> = std::iter::once(&ready).chain(&ready.others).map(item).collect();
            json!({ "items": items })
        }
        Outcome::Nothing(_) => json!({ "items": [] }),
        Outcome::Overtaken(_) | Outcome::Cancelled => Value::Null,
    })
}

/// Returns an item: always with a range (Neovim 0.12.0 fails without), always plain text and without
/// `filterText` (with either, VS Code takes the whole for a part).
fn item(ready: &Ready) -> Value {
    json!({
        "insertText": ready.text,
        "range": ready.range,
        "command": { "title": "Accepted", "command": ACCEPTED, "arguments": [ready.id] },
    })
}
