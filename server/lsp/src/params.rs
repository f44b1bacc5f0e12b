//! Parameters of a completion request, read leniently.
//!
//! Clients differ here more than anywhere: `triggerKind` counted from 0 in vscode-languageserver-types
//! up to 3.17 and from 1 since; `selectedCompletionInfo.range` was an array there; and any error we
//! answer is a popup on every key stroke in VS Code.

use housestyle_complete::Trigger;
use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types as lsp;

/// The parameters of a completion request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CompletionParams {
    /// The document.
    pub(crate) uri: String,
    /// The cursor.
    pub(crate) position: lsp::Position,
    /// Whether a person asked.
    pub(crate) trigger: Trigger,
    /// The item selected in the editor's menu.
    pub(crate) selected: Option<SelectedItem>,
}

/// The item selected in the editor's menu.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SelectedItem {
    /// The range that accepting the item replaces.
    pub(crate) range: lsp::Range,
    /// The text that accepting the item inserts.
    pub(crate) text: String,
}

impl CompletionParams {
    /// Reads the parameters of `textDocument/inlineCompletion`.
    ///
    /// # Errors
    /// When there is no document or no position in them, without which there is nothing to answer.
    pub(crate) fn from_inline(params: &Value) -> Result<CompletionParams> {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let position = params.get("position").and_then(position);
        let (Some(uri), Some(position)) = (uri, position) else {
            return Err(Error::invalid_params("textDocument.uri and position are needed"));
        };
        let context = params.get("context");
        let selected = context.and_then(|context| selected(context.get("selectedCompletionInfo")?));
        // 1 is "invoked" to new clients and "automatic" to old ones; 2 and 0 are only ever one thing.
        // Taken as "invoked" it costs an old client a suggestion too many, not one too few.
        let kind = context.and_then(|context| context.get("triggerKind")).and_then(Value::as_i64);
        let trigger = if matches!(kind, Some(0 | 1)) { Trigger::Invoked } else { Trigger::Automatic };
        Ok(CompletionParams { uri: uri.to_owned(), position, trigger, selected })
    }

    /// Reads the parameters of `textDocument/completion`.
    pub(crate) fn from_plain(params: &lsp::CompletionParams) -> CompletionParams {
        let kind = params.context.as_ref().map(|context| context.trigger_kind);
        let typed = kind.is_some_and(|kind| kind != lsp::CompletionTriggerKind::INVOKED);
        CompletionParams {
            uri: params.text_document_position.text_document.uri.as_str().to_owned(),
            position: params.text_document_position.position,
            trigger: if typed { Trigger::Automatic } else { Trigger::Invoked },
            selected: None,
        }
    }
}

/// Reads a position; numbers outside the range of a `u32` are moved to its nearer end.
fn position(value: &Value) -> Option<lsp::Position> {
    let number = |key| {
        let number = value.get(key)?.as_f64()?;
        // A cast from float to integer saturates.
        Some(number as u32)
    };
    Some(lsp::Position { line: number("line")?, character: number("character")? })
}

fn selected(value: &Value) -> Option<SelectedItem> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Range {
        Object(lsp::Range),
        Pair([lsp::Position; 2]),
    }
    let range = match serde_json::from_value(value.get("range")?.clone()).ok()? {
        Range::Object(range) => range,
        Range::Pair([start, end]) => lsp::Range { start, end },
    };
    Some(SelectedItem { range, text: value.get("text")?.as_str()?.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(context: Value) -> CompletionParams {
        let params = json!({
            "textDocument": {"uri": "file:///a"}, "position": {"line": 1, "character": 2}, "context": context
        });
        CompletionParams::from_inline(&params).expect("readable")
    }

    #[test]
    fn takes_every_trigger_kind() {
        let check = |context, expected| assert_eq!(read(context).trigger, expected);
        check(json!({"triggerKind": 0}), Trigger::Invoked);
        check(json!({"triggerKind": 1}), Trigger::Invoked);
        check(json!({"triggerKind": 2}), Trigger::Automatic);
        check(json!({"triggerKind": "odd"}), Trigger::Automatic);
        check(json!({}), Trigger::Automatic);
        check(Value::Null, Trigger::Automatic);
    }

    #[test]
    fn takes_both_forms_of_a_range() {
        let start = json!({"line": 1, "character": 0});
        let end = json!({"line": 1, "character": 2});
        let object =
            read(json!({"selectedCompletionInfo": {"range": {"start": start, "end": end}, "text": "x"}}));
        let array = read(json!({"selectedCompletionInfo": {"range": [start, end], "text": "x"}}));
        assert!(object.selected.is_some());
        assert_eq!(object, array);
        for odd in
            [json!(null), json!({}), json!({"range": 3, "text": "x"}), json!({"range": [start], "text": "x"})]
        {
            assert_eq!(read(json!({"selectedCompletionInfo": odd})).selected, None);
        }
    }

    #[test]
    fn moves_numbers_into_range() {
        let check = |line, expected| {
            let params =
                json!({"textDocument": {"uri": "file:///a"}, "position": {"line": line, "character": 0}});
            let found = CompletionParams::from_inline(&params).map(|params| params.position.line);
            assert_eq!(found.ok(), expected, "{line}");
        };
        check(json!(7), Some(7));
        check(json!(-1), Some(0));
        check(json!(1e300), Some(u32::MAX));
        check(json!(u64::MAX), Some(u32::MAX));
        check(json!("x"), None);
        check(json!(null), None);
    }
}
