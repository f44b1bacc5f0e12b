//! `textDocument/didClose`: nothing of the document is kept.

use tower_lsp::ls_types::DidCloseTextDocumentParams;

use crate::server::Server;

/// Lets a document go, and ends what goes on for it.
pub(crate) fn handle(server: &Server, params: &DidCloseTextDocumentParams) {
    if let Some(mut document) = server.session().documents.remove(params.text_document.uri.as_str()) {
        document.close();
    }
}
