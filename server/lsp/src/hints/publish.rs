//! Hints as diagnostics: published (`textDocument/publishDiagnostics`), or the answer to a client that asks.

use std::hash::{DefaultHasher, Hash, Hasher};

use housestyle_complete::skills::Hint;
use housestyle_text::{Encoding, Offset, Snapshot};
use serde_json::json;
use tower_lsp::ls_types as lsp;

use crate::convert;
use crate::transport::Outbox;

/// The name of their source.
pub(crate) const SOURCE: &str = "housestyle";

/// Publishes the hints of a document; they replace those published before.
pub(super) fn publish(outbox: &Outbox, uri: &str, snapshot: &Snapshot, encoding: Encoding, hints: &[Hint]) {
    let hints: Vec<lsp::Diagnostic> = hints.iter().map(|hint| diagnostic(hint, snapshot, encoding)).collect();
    let params = json!({ "uri": uri, "version": snapshot.version(), "diagnostics": hints });
    outbox.notify("textDocument/publishDiagnostics", &params);
}

/// Removes the hints of a document.
pub(crate) fn clear(outbox: &Outbox, uri: &str) {
    outbox.notify("textDocument/publishDiagnostics", &json!({ "uri": uri, "diagnostics": [] }));
}

/// Returns the answer to a client that asks: all hints, or that they are those which it knows.
pub(crate) fn report(hints: Vec<lsp::Diagnostic>, known: Option<&str>) -> lsp::DocumentDiagnosticReport {
    let mut hasher = DefaultHasher::new();
    json!(hints).to_string().hash(&mut hasher);
    let id = format!("{:016x}", hasher.finish());
    if known == Some(id.as_str()) {
        let same = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
        return lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: same,
        }
        .into();
    }
    lsp::RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
            result_id: Some(id),
            items: hints,
        },
    }
    .into()
}

/// Returns a hint as a diagnostic.
pub(crate) fn diagnostic(hint: &Hint, snapshot: &Snapshot, encoding: Encoding) -> lsp::Diagnostic {
    lsp::Diagnostic {
        range: convert::range(snapshot, Offset(hint.range.start), Offset(hint.range.end), encoding),
        severity: Some(lsp::DiagnosticSeverity::HINT),
        code: Some(lsp::NumberOrString::String(hint.skill.clone())),
        source: Some(SOURCE.to_owned()),
        message: hint.message.clone(),
        ..lsp::Diagnostic::default()
    }
}
