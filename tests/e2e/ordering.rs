//! Bursts, overtaking, taking back: each request is answered once, and typing never waits.

use std::time::Duration;

use serde_json::{Value, json};

use super::editor::{Editor, NEVER, PLACE, TEXT, URI, text};

#[test]
fn of_a_burst_only_the_newest_is_computed() {
    // No answer is ready before a stalled machine has sent the next request, and each is well before the deadline.
    let mut editor = Editor::new(&[("the_newest_one();", 5000)]);
    let mut at = editor.open(URI, "rust", PLACE);
    let ids: Vec<i64> = (0..30)
        .map(|_| {
            at = editor.type_at(URI, at, "x");
            editor.request(URI, at)
        })
        .collect();
    let (newest, overtaken) = ids.split_last().expect("thirty");
    for id in overtaken {
        assert_eq!(editor.answer(*id).result(), Value::Null);
    }
    let answer = editor.answer(*newest).result();
    assert_eq!(text(&answer), "the_newest_one();");
    // Nothing else was computed.
    let why = editor.why();
    let codes: Vec<&str> = why["requests"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|request| request["code"].as_str())
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == "suggestion").count(), 1, "{codes:?}");
}

#[test]
fn a_change_answers_the_request_under_way_at_once() {
    let mut editor = Editor::new(&[(TEXT, NEVER)]);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.wait_until_thinking();
    editor.type_at(URI, at, "y");
    assert_eq!(editor.answer(id).result(), Value::Null);
}

#[test]
fn a_newer_request_answers_the_older_one_at_once() {
    let mut editor = Editor::new(&[(TEXT, NEVER), (TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let old = editor.request(URI, at);
    editor.wait_until_thinking();
    let new = editor.request(URI, (0, 0));
    assert_eq!(editor.answer(old).result(), Value::Null);
    editor.answer(new).result();
}

#[test]
fn eight_in_flight_and_a_cancel_is_answered() {
    let mut editor = Editor::new(&[("never_seen();", NEVER), (TEXT, 0)]);
    let mut ids = Vec::new();
    for n in 0..8 {
        let uri = format!("file:///work/{n}.rs");
        let at = editor.open(&uri, "rust", PLACE);
        ids.push(editor.request(&uri, at));
        if n == 0 {
            editor.wait_until_thinking();
        }
    }
    // One runs, the newest waits, the others were replaced.
    for id in &ids[1..7] {
        assert_eq!(editor.answer(*id).result(), Value::Null);
    }
    let running = ids[0];
    editor.client.cancel(running);
    assert_eq!(editor.answer(running).code(), -32800);
    assert_eq!(text(&editor.answer(ids[7]).result()), TEXT);
}

#[test]
fn a_cancel_ends_the_work() {
    let mut editor = Editor::new(&[(TEXT, NEVER), ("second_answer();", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.wait_until_thinking();
    editor.client.cancel(id);
    assert_eq!(editor.answer(id).code(), -32800);
    assert_eq!(text(&editor.complete(URI, at)), "second_answer();");
    assert_eq!(editor.why()["requests"][1]["code"], "cancelled");
}

#[test]
fn changes_are_not_delayed_while_the_model_works() {
    let mut editor = Editor::new(&[(TEXT, NEVER)]);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.wait_until_thinking();
    // A change of another document, and a question that is answered from it without the model.
    let other = "file:///work/notes.rs";
    editor.open_text(other, "rust", "");
    for column in 0..50 {
        editor.type_at(other, (0, column), "x");
    }
    editor.why();
    assert!(editor.client.answers_to(&json!(id)) == 0, "the first request is still under way");
    editor.client.cancel(id);
    assert_eq!(editor.answer(id).code(), -32800);
}

#[test]
fn a_closed_document_answers_its_request() {
    let mut editor = Editor::new(&[(TEXT, NEVER)]);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.wait_until_thinking();
    editor.client.notify("textDocument/didClose", &json!({ "textDocument": { "uri": URI } }));
    assert_eq!(editor.answer(id).result(), Value::Null);
}

#[test]
fn looking_elsewhere_ends_the_work() {
    let mut editor = Editor::new(&[(TEXT, NEVER)]);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.wait_until_thinking();
    editor
        .client
        .notify("textDocument/didFocus", &json!({ "textDocument": { "uri": "file:///work/other.rs" } }));
    assert_eq!(editor.answer(id).result(), Value::Null);
}

#[test]
fn an_answer_is_never_for_an_older_document() {
    // Changes right before and after each request, at the pace of fast typing.
    let mut editor = Editor::new(&[(TEXT, 3)]);
    let mut at = editor.open(URI, "rust", PLACE);
    for round in 0..100 {
        let id = editor.request(URI, at);
        if round % 3 != 0 {
            std::thread::sleep(Duration::from_millis(round % 7));
            at = editor.type_at(URI, at, "z");
        }
        let answer = editor.answer(id).result();
        if let Some(range) = answer.pointer("/items/0/range/start") {
            // The range is where the cursor was when the answer was given: at most this round's change away.
            let column = range["character"].as_u64().expect("a column");
            assert!(u64::from(at.1) - column <= 1, "{answer} with the cursor at {at:?}");
        }
    }
}
