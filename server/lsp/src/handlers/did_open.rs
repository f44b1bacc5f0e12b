//! `textDocument/didOpen`: the server follows the document from now on.

use std::sync::Arc;

use tower_lsp::ls_types::DidOpenTextDocumentParams;

use crate::convert;
use crate::documents::Document;
use crate::idle::QUIET;
use crate::server::Server;

/// Adds a document; replaces one that was open already.
pub(crate) fn handle(server: &Server, params: DidOpenTextDocumentParams) {
    let opened = params.text_document;
    let uri = opened.uri.as_str();
    let folders = server.session().folders.clone();
    let file = (server.workspace)(uri, &folders);
    let files = server.file_settings.of(uri, file.as_ref());
    let path = file.as_ref().map(|file| file.path.clone()).or_else(|| convert::document_name(uri));
    let mut document = Document::open(&opened.text, opened.version, &opened.language_id, path);
    document.file = file;
    let mut session = server.session();
    document.retained = session.reopen(uri, &opened.text);
    session.recent.forget(uri);
    if let Some(mut old) = session.open(uri, document, Arc::clone(&files)) {
        old.close();
    }
    drop(session);
    server.file_settings.opened(&files);
    server.hinter.check_now(vec![uri.to_owned()]);
    server.update_notes(uri);
    server.update_chunks(uri, None);
    server.schedule_prefill(&mut server.session(), uri, QUIET);
}
