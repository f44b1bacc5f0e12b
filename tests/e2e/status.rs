//! The server's status while it works.

use serde_json::json;

use super::editor::{Editor, PLACE, Start, TEXT, URI};

#[test]
fn loading_ready_thinking_ready() {
    let mut editor = Editor::new(&[(TEXT, 50)]);
    let ready = |params: &serde_json::Value| params["state"] == "ready" && params["model"].is_string();
    editor.client.notification("housestyle/status", ready);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.wait_until_thinking();
    editor.answer(id).result();
    let done =
        |params: &serde_json::Value| params["state"] == "ready" && params["last"]["code"] == "suggestion";
    let status = editor.client.notification("housestyle/status", done).message;
    assert!(status["params"]["last"]["message"].is_string());
    let copilot = editor.client.notifications("didChangeStatus");
    assert!(
        copilot.contains(&json!({ "busy": true, "kind": "Normal", "message": "thinking" })),
        "{copilot:?}"
    );
    assert!(copilot.contains(&json!({ "busy": false, "kind": "Normal", "message": "ready" })), "{copilot:?}");
}

#[test]
fn loading_is_sent_as_progress_too() {
    let capabilities = json!({ "window": { "workDoneProgress": true } });
    let mut editor = Start { capabilities, ..Start::default() }.go();
    editor.why();
    let ready = |params: &serde_json::Value| params["state"] == "ready" && params["model"].is_string();
    editor.client.notification("housestyle/status", ready);
    editor.why();
    // The script is loaded faster than room can be made for a bar; a bar that began has ended.
    let kinds: Vec<_> = editor
        .client
        .notifications("$/progress")
        .iter()
        .map(|params| params["value"]["kind"].clone())
        .collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "begin").count(),
        kinds.iter().filter(|kind| **kind == "end").count()
    );
    assert!(editor.client.asked.iter().any(|method| method == "window/workDoneProgress/create"));
}

#[test]
fn the_last_answers_can_be_asked_for() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    for _ in 0..30 {
        editor.complete(URI, at);
    }
    let why = editor.why();
    let requests = why["requests"].as_array().expect("a list");
    assert_eq!(requests.len(), 20, "bounded");
    let newest = &requests[0];
    assert_eq!((&newest["uri"], &newest["line"], &newest["column"]), (&json!(URI), &json!(2), &json!(15)));
    assert!(!why.to_string().contains("items.iter"), "no text of anybody");
}
