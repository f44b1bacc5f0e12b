//! `textDocument/didChange`: the new version of a document, and what it says of the suggestion there.

use tower_lsp::ls_types::DidChangeTextDocumentParams;

use crate::acceptance::{Sign, sign};
use crate::convert;
use crate::host::{FateRecord, FateSource};
use crate::idle::QUIET;
use crate::server::Server;
use crate::suggestions::Shown;

/// Applies the changes. A request under way for the document is answered `null` by this.
pub(crate) fn handle(server: &Server, params: DidChangeTextDocumentParams) {
    let mut session = server.session();
    let encoding = session.encoding;
    let uri = params.text_document.uri.as_str();
    let version = params.text_document.version;
    let Some(document) = session.documents.get_mut(uri) else { return };
    let mut signs = Vec::new();
    for event in params.content_changes {
        let edit = document.apply(convert::change(event), encoding, version);
        let seen = document.shown.as_ref().zip(edit);
        let found = seen.and_then(|((spot, shown), edit)| {
            Some((shown.clone(), sign(*spot, shown, edit, &document.snapshot)?))
        });
        signs.extend(found);
        document.follow(edit);
    }
    for (shown, sign) in &signs {
        if let Some(known) = session.suggestions.get_mut(&shown.id) {
            known.accepted = known.accepted.max(sign.accepted);
        }
    }
    server.rest(&mut session, uri, QUIET);
    drop(session);
    for (shown, sign) in signs {
        server.recorder.fate(fate(uri, &shown, sign));
    }
}

fn fate(uri: &str, shown: &Shown, sign: Sign) -> FateRecord {
    FateRecord {
        suggestion: shown.id.clone(),
        uri: uri.to_owned(),
        fate: sign.fate,
        source: FateSource::Change,
        accepted: sign.accepted,
        length: convert::utf16_len(&shown.text),
    }
}
