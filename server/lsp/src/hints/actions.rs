//! The actions for a hint: follow the skill here, follow it in the whole file, or except this line.

use std::collections::HashMap;

use housestyle_complete::skills::Hint;
use housestyle_text::{Encoding, Offset, Snapshot};
use serde_json::json;
use tower_lsp::ls_types as lsp;

use super::publish::diagnostic;
use crate::commands::NOT_HERE;
use crate::convert;

/// Returns the actions for the hints that touch a range.
pub(crate) fn actions(
    uri: &lsp::Uri,
    snapshot: &Snapshot,
    encoding: Encoding,
    hints: &[Hint],
    range: lsp::Range,
    versioned: bool,
) -> Vec<lsp::CodeActionOrCommand> {
    let edit_of = |hint: &Hint| {
        let range = convert::range(snapshot, Offset(hint.range.start), Offset(hint.range.end), encoding);
        hint.fix.clone().map(|new_text| lsp::TextEdit { range, new_text })
    };
    let (from, to) = (
        snapshot.offset_at(convert::position(range.start), encoding).0,
        snapshot.offset_at(convert::position(range.end), encoding).0,
    );
    let touched: Vec<&Hint> =
        hints.iter().filter(|hint| hint.range.start <= to && from <= hint.range.end).collect();
    let mut found = Vec::new();
    for hint in &touched {
        let diagnostics = Some(vec![diagnostic(hint, snapshot, encoding)]);
        let action = lsp::CodeAction {
            kind: Some(lsp::CodeActionKind::QUICKFIX),
            diagnostics,
            ..lsp::CodeAction::default()
        };
        found.extend(edit_of(hint).map(|edit| lsp::CodeAction {
            title: format!("Apply house style: {}", hint.skill),
            edit: Some(workspace_edit(uri, snapshot, vec![edit], versioned)),
            is_preferred: Some(true),
            ..action.clone()
        }));
        let line = snapshot.line_of(Offset(hint.range.start));
        found.push(lsp::CodeAction {
            title: format!("Not here: {}", hint.skill),
            command: Some(lsp::Command {
                title: "Not here".to_owned(),
                command: NOT_HERE.to_owned(),
                arguments: Some(vec![json!(uri.as_str()), json!(hint.skill), json!(line)]),
            }),
            ..action
        });
    }
    let mut skills: Vec<&str> = touched.iter().map(|hint| hint.skill.as_str()).collect();
    skills.sort_unstable();
    skills.dedup();
    for skill in skills {
        let edits = without_overlaps(hints.iter().filter(|hint| hint.skill == skill && hint.fix.is_some()));
        if edits.len() > 1 {
            let edits = edits.into_iter().filter_map(edit_of).collect();
            found.push(lsp::CodeAction {
                title: format!("Apply house style in the whole file: {skill}"),
                kind: Some(lsp::CodeActionKind::QUICKFIX),
                edit: Some(workspace_edit(uri, snapshot, edits, versioned)),
                ..lsp::CodeAction::default()
            });
        }
    }
    found.into_iter().map(lsp::CodeActionOrCommand::CodeAction).collect()
}

/// Leaves out hints that overlap the one before: edits of one step may not.
fn without_overlaps<'a>(hints: impl Iterator<Item = &'a Hint>) -> Vec<&'a Hint> {
    let mut end = 0;
    hints.filter(|hint| (hint.range.start >= end).then(|| end = hint.range.end).is_some()).collect()
}

/// Returns edits of one document; of this very version of it where the client understands that.
fn workspace_edit(
    uri: &lsp::Uri,
    snapshot: &Snapshot,
    edits: Vec<lsp::TextEdit>,
    versioned: bool,
) -> lsp::WorkspaceEdit {
    if !versioned {
        let changes = HashMap::from([(uri.clone(), edits)]);
        return lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() };
    }
    let text_document =
        lsp::OptionalVersionedTextDocumentIdentifier { uri: uri.clone(), version: Some(snapshot.version()) };
    let edits = edits.into_iter().map(lsp::OneOf::Left).collect();
    let change = lsp::TextDocumentEdit { text_document, edits };
    lsp::WorkspaceEdit {
        document_changes: Some(lsp::DocumentChanges::Edits(vec![change])),
        ..lsp::WorkspaceEdit::default()
    }
}
