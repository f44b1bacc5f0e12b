//! `textDocument/didOpen`: the server follows the document from now on.

use tower_lsp::ls_types::DidOpenTextDocumentParams;

use crate::convert;
use crate::documents::Document;
use crate::idle::QUIET;
use crate::server::Server;

/// Adds a document; replaces one that was open already.
pub(crate) fn handle(server: &Server, params: DidOpenTextDocumentParams) {
    let opened = params.text_document;
    let uri = opened.uri.as_str();
    let mut session = server.session();
    let path = convert::document_path(uri, &session.folders);
    let mut document = Document::open(&opened.text, opened.version, &opened.language_id, path);
    document.retained = session.reopen(uri, &opened.text);
    session.recent.forget(uri);
    if let Some(mut old) = session.documents.insert(uri.to_owned(), document) {
        old.close();
    }
    drop(session);
    server.hinter.check_now(vec![uri.to_owned()]);
    server.update_notes(uri);
    server.schedule_prefill(&mut server.session(), uri, QUIET);
}
