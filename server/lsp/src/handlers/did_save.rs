//! `textDocument/didSave`: a moment at which the repository may be another one.

use tower_lsp::ls_types::DidSaveTextDocumentParams;

use crate::server::Server;

/// Lets the hints be checked, as the skills may have changed.
pub(crate) fn handle(server: &Server, params: &DidSaveTextDocumentParams) {
    server.hinter.check_soon(params.text_document.uri.as_str());
}
