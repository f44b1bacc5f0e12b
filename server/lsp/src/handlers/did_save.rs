//! `textDocument/didSave`: a moment at which the repository may be another one.

use tower_lsp::ls_types::DidSaveTextDocumentParams;

use crate::server::Server;

/// Looks whether the skills are others now.
pub(crate) fn handle(server: &Server, params: &DidSaveTextDocumentParams) {
    server.hinter.soon(params.text_document.uri.as_str());
}
