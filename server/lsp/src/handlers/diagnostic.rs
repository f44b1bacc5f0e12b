//! `textDocument/diagnostic`: the hints of a document, for a client that asks for them.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

use crate::hints;
use crate::server::Server;

/// Answers after the check of the current document, which follows a pause in typing.
///
/// # Errors
/// Never.
pub(crate) async fn handle(
    server: &Server,
    params: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReportResult> {
    let mut checked = server.hinter.checked();
    loop {
        checked.mark_unchanged();
        if let Some(report) = report(server, &params) {
            return Ok(report.into());
        }
        if checked.changed().await.is_err() {
            // There is no thread, and so there are no hints.
            return Ok(hints::report(Vec::new(), None).into());
        }
    }
}

/// Returns the hints of the current document; nothing before the first check.
fn report(server: &Server, params: &lsp::DocumentDiagnosticParams) -> Option<lsp::DocumentDiagnosticReport> {
    let session = server.session();
    let known = params.previous_result_id.as_deref();
    let document = session.documents.get(params.text_document.uri.as_str());
    let Some(document) = document.filter(|document| document.too_large.is_none()) else {
        return Some(hints::report(Vec::new(), known));
    };
    let fresh = document.hints.revision == Some(document.revision);
    let list = document.hints.list.iter();
    let diagnostics =
        || list.map(|hint| hints::diagnostic(hint, &document.snapshot, session.encoding)).collect();
    fresh.then(|| hints::report(diagnostics(), known))
}
