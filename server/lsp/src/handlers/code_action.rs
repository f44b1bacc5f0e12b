//! `textDocument/codeAction`: what can be done about the hints at a place.

use std::sync::Arc;

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

use crate::hints::{CheckInput, actions, find};
use crate::server::Server;

/// Answers with quick fixes; with none where no hint is, or the client wants another kind.
///
/// # Errors
/// Never.
pub(crate) async fn handle(
    server: &Server,
    params: lsp::CodeActionParams,
) -> Result<Option<lsp::CodeActionResponse>> {
    let quick_fix = lsp::CodeActionKind::QUICKFIX;
    let wants = |kind: &lsp::CodeActionKind| kind.as_str().is_empty() || *kind == quick_fix;
    if params.context.only.is_some_and(|only| !only.iter().any(wants)) {
        return Ok(None);
    }
    let uri = params.text_document.uri;
    let (input, known, encoding, versioned) = {
        let session = server.session();
        let Some(input) = CheckInput::of(&session, uri.as_str()) else { return Ok(None) };
        let hints = session.documents.get(uri.as_str()).map(|document| &document.hints);
        let known = hints.filter(|hints| hints.revision == Some(input.revision));
        let known = known.map(|hints| Arc::clone(&hints.list));
        (input, known, session.encoding, session.client.document_changes)
    };
    let snapshot = input.snapshot.clone();
    let hints = match known {
        Some(hints) => hints,
        // In the pause after a change the thread has not checked the document yet: it is checked now, off the way of
        // the messages.
        None => match tokio::task::spawn_blocking(move || find(&input)).await {
            Ok(hints) => hints,
            Err(_) => return Ok(None),
        },
    };
    let found = actions(&uri, &snapshot, encoding, &hints, params.range, versioned);
    Ok((!found.is_empty()).then_some(found))
}
