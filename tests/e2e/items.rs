//! The form of the answers, and the leniency towards the questions.

use serde_json::{Value, json};

use super::editor::{Editor, PLACE, TEXT, URI, inline, nothing, text};

#[test]
fn an_item_is_plain_text_with_a_range_and_a_command() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let answer = editor.complete(URI, at);
    let item = &answer["items"][0];
    let here = json!({ "line": 1, "character": 14 });
    assert_eq!(item["insertText"], TEXT);
    assert_eq!(item["range"], json!({ "start": here, "end": here }));
    assert_eq!(item["command"]["command"], "housestyle.accepted");
    assert!(item["command"]["arguments"][0].is_string());
    let members: Vec<&String> = item.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["command", "insertText", "range"], "nothing else, filterText least of all");
}

#[test]
fn the_same_document_gets_the_same_bytes() {
    let answers: Vec<String> = (0..2)
        .map(|_| {
            let mut editor = Editor::new(&[(TEXT, 0)]);
            let at = editor.open(URI, "rust", PLACE);
            let first = editor.complete(URI, at).to_string();
            assert_eq!(first, editor.complete(URI, at).to_string());
            first
        })
        .collect();
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn every_trigger_kind_is_answered() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    for context in [
        json!({ "triggerKind": 0 }),
        json!({ "triggerKind": 1 }),
        json!({ "triggerKind": 2 }),
        json!({ "triggerKind": 99 }),
        json!({ "triggerKind": null }),
        json!({}),
        Value::Null,
    ] {
        let answer = editor.client.ask("textDocument/inlineCompletion", &inline(URI, at, &context));
        assert_eq!(text(&answer), TEXT, "{context}");
    }
}

#[test]
fn unknown_members_do_no_harm() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let mut params = inline(URI, at, &json!({ "triggerKind": 2, "more": [1] }));
    params["textDocument"]["version"] = json!(1);
    params["formattingOptions"] = json!({ "tabSize": 4, "insertSpaces": true });
    params["workDoneToken"] = json!("t");
    assert_eq!(text(&editor.client.ask("textDocument/inlineCompletion", &params)), TEXT);
}

#[test]
fn a_selected_menu_item_is_extended_in_its_own_range() {
    let mut editor = Editor::new(&[(".sum();", 0)]);
    let at = editor.open(URI, "rust", "fn f(items: &[u32]) {\n    let n: u32 = items.it‸\n}\n");
    let start = json!({ "line": 1, "character": 23 });
    let end = json!({ "line": at.0, "character": at.1 });
    for range in [json!({ "start": start, "end": end }), json!([start, end])] {
        let context =
            json!({ "triggerKind": 2, "selectedCompletionInfo": { "range": range, "text": "iter()" } });
        let answer = editor.client.ask("textDocument/inlineCompletion", &inline(URI, at, &context));
        assert_eq!(text(&answer), "iter().sum();", "{range}");
        assert_eq!(answer["items"][0]["range"], json!({ "start": start, "end": end }), "{range}");
    }
}

#[test]
fn neovims_visual_selection_is_no_menu_item() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 2, "character": 1 } });
    let context = json!({ "triggerKind": 1, "selectedCompletionInfo": { "range": range, "text": "fn" } });
    let answer = editor.client.ask("textDocument/inlineCompletion", &inline(URI, at, &context));
    assert_eq!(text(&answer), TEXT);
}

#[test]
fn a_menu_gets_one_short_item() {
    let mut editor = Editor::new(&[("er().sum();", 0)]);
    let at = editor.open(URI, "rust", "fn f(items: &[u32]) {\n    let n: u32 = items.it‸\n}\n");
    let params = inline(URI, at, &json!({ "triggerKind": 1 }));
    let answer = editor.client.ask("textDocument/completion", &params);
    assert_eq!(answer["isIncomplete"], true);
    let item = &answer["items"][0];
    assert_eq!(item["label"], "iter().sum();");
    assert_eq!(item["textEdit"]["newText"], "iter().sum();");
    assert_eq!(item["textEdit"]["range"]["start"], json!({ "line": 1, "character": 23 }));
    assert_eq!(item["textEdit"]["range"]["end"], json!({ "line": at.0, "character": at.1 }));
    assert_eq!(answer["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn nothing_to_say_is_an_empty_list_with_a_reason() {
    let mut editor = Editor::new(&[("   \n", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(editor.complete(URI, at), nothing());
    let why = editor.why();
    assert!(why["requests"][0]["code"].is_string(), "{why}");
    assert_ne!(why["requests"][0]["code"], "suggestion");
}

#[test]
fn a_request_without_a_document_gets_an_error_that_names_it() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let id = editor
        .client
        .request("textDocument/inlineCompletion", &json!({ "position": { "line": 0, "character": 0 } }));
    assert_eq!(editor.answer(id).code(), -32602);
}
