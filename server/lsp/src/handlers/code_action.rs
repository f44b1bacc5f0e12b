//! `textDocument/codeAction`: what can be done about the hints at a place.

use std::sync::Arc;

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

use crate::hints::{Look, actions, find};
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
    let (look, known, encoding, versioned) = {
        let session = server.session();
        let Some(look) = Look::at(&session, uri.as_str()) else { return Ok(None) };
        let hints = session.documents.get(uri.as_str()).map(|document| &document.hints);
        let known = hints.filter(|hints| hints.revision == Some(look.revision));
        let known = known.map(|hints| Arc::clone(&hints.list));
        (look, known, session.encoding, session.client.document_changes)
    };
    let snapshot = look.snapshot.clone();
    let hints = match known {
        Some(hints) => hints,
        // Asked for in the pause after a change: looked for now, beside the messages.
        None => match tokio::task::spawn_blocking(move || find(&look)).await {
            Ok(hints) => hints,
            Err(_) => return Ok(None),
        },
    };
    let found = actions(&uri, &snapshot, encoding, &hints, params.range, versioned);
    Ok((!found.is_empty()).then_some(found))
}
