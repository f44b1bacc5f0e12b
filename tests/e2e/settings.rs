//! Settings from the start, pushed, and fetched; the pause switch.

use serde_json::{Value, json};

use super::editor::{Editor, PLACE, Start, TEXT, URI, inline, nothing, text};

fn push(editor: &mut Editor, settings: &Value) {
    editor.client.notify("workspace/didChangeConfiguration", &json!({ "settings": settings }));
}

#[test]
fn off_means_no_work_at_all() {
    let mut editor = Start { options: json!({ "enabled": false }), ..Start::default() }.go();
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(editor.complete(URI, at), nothing());
    let why = editor.why();
    assert_eq!((&why["state"], &why["requests"][0]["code"]), (&json!("off"), &json!("disabled")));
    assert_eq!(why.get("model"), None, "the model was not even loaded");
    push(&mut editor, &json!({ "housestyle": { "enabled": true } }));
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
}

#[test]
fn pushed_settings_hold_at_once() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
    push(&mut editor, &json!({ "housestyle": { "mode": "manual" } }));
    assert_eq!(editor.complete(URI, at), nothing(), "not even from what is known");
    assert_eq!(editor.why()["requests"][0]["code"], "manual-only");
    let invoked = inline(URI, at, &json!({ "triggerKind": 1 }));
    assert_eq!(text(&editor.client.ask("textDocument/inlineCompletion", &invoked)), TEXT);
    push(&mut editor, &json!({ "housestyle": {} }));
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
}

#[test]
fn settings_are_fetched_from_a_client_that_has_them() {
    let capabilities = json!({
        "workspace": { "configuration": true, "didChangeConfiguration": { "dynamicRegistration": true } }
    });
    let configuration = json!({ "mode": "manual" });
    let mut editor = Start { capabilities, configuration, ..Start::default() }.go();
    editor.client.notification("housestyle/status", |params| {
        params["state"] == "ready" && params["model"].is_string()
    });
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(editor.complete(URI, at), nothing());
    assert!(editor.client.asked.iter().any(|method| method == "workspace/configuration"));
    editor.client.configuration = json!({ "mode": "off" });
    push(&mut editor, &Value::Null);
    editor.client.notification("housestyle/status", |params| params["state"] == "off");
    assert!(editor.client.asked.iter().any(|method| method == "client/registerCapability"));
}

#[test]
fn what_is_not_understood_is_logged_and_harms_nothing() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    push(&mut editor, &json!({ "housestyle": { "maxLines": "many", "colour": "red" } }));
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
    let logged = editor.client.notifications("window/logMessage");
    assert_eq!(logged.len(), 2, "{logged:?}");
}

#[test]
fn toggling_pauses_and_goes_on() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let toggle = json!({ "command": "housestyle.toggle" });
    assert_eq!(editor.client.ask("workspace/executeCommand", &toggle), json!({ "paused": true }));
    assert_eq!(editor.complete(URI, at), nothing());
    assert_eq!(editor.why()["state"], "paused");
    assert_eq!(editor.client.ask("workspace/executeCommand", &toggle), json!({ "paused": false }));
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
    let off = json!({ "command": "housestyle.toggle", "arguments": [false] });
    assert_eq!(editor.client.ask("workspace/executeCommand", &off), json!({ "paused": true }));
}

#[test]
fn folders_may_come_and_go() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let folder = json!({ "uri": "file:///more", "name": "more" });
    editor.client.notify(
        "workspace/didChangeWorkspaceFolders",
        &json!({ "event": { "added": [folder], "removed": [{ "uri": "file:///work", "name": "work" }] } }),
    );
    let at = editor.open("file:///more/src/a.rs", "rust", PLACE);
    assert_eq!(text(&editor.complete("file:///more/src/a.rs", at)), TEXT);
}
