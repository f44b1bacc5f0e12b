//! `textDocument/didClose`: nothing of the document is kept.

use tower_lsp::ls_types::DidCloseTextDocumentParams;

use crate::idle::QUIET;
use crate::server::Server;

/// Lets a document go, and ends what goes on for it.
pub(crate) fn handle(server: &Server, params: &DidCloseTextDocumentParams) {
    let uri = params.text_document.uri.as_str();
    let mut session = server.session();
    session.recent.forget(uri);
    if let Some(mut document) = session.documents.remove(uri) {
        document.close();
        server.rest(&mut session, uri, QUIET);
    }
}
