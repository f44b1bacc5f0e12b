//! Idle work: the server finishes a suggestion that the time limit cut short, and gives way to every request.

use serde_json::{Value, json};

use super::editor::{Editor, NEVER, PLACE, Start, TEXT, URI, text};

/// An empty line in a function.
const BLOCK: &str = "fn run() {\n    ‸\n}\n";

/// Returns the last requests, oldest first, as (code, reused).
fn last_requests(editor: &mut Editor) -> Vec<(String, bool)> {
    let why = editor.why();
    let requests = why["requests"].as_array().cloned().unwrap_or_default();
    let one = |request: &Value| {
        (request["code"].as_str().unwrap_or("?").to_owned(), request["reused"].as_bool().unwrap_or(false))
    };
    requests.iter().rev().map(one).collect()
}

/// Starts a server whose model needs longer for a block than the budget, and gets the block's first line.
fn cut_short(script: &[(&str, u64)], options: Value) -> (Editor, (u32, u32)) {
    let mut editor = Start { script, options, ..Start::default() }.go();
    let at = editor.open(URI, "rust", BLOCK);
    assert_eq!(text(&editor.complete(URI, at)), "first();");
    (editor, at)
}

#[test]
fn a_block_that_time_cut_short_is_whole_a_key_later() {
    let script = [("first();\n    second();\n", 60), ("    second();\n    third();\n}", 20), ("never();", 0)];
    let (mut editor, mut at) = cut_short(&script, json!({ "timeBudgetMs": 50 }));
    // Until the block is finished, the answers are the rest of its first line.
    let mut rest = String::new();
    for key in "first();".chars() {
        at = editor.type_at(URI, at, &key.to_string());
        let answer = editor.complete(URI, at);
        rest = answer.pointer("/items/0/insertText").and_then(Value::as_str).unwrap_or_default().to_owned();
    }
    assert_eq!(rest, "\n    second();\n    third();");
    let last = last_requests(&mut editor);
    assert!(last[1..].iter().all(|(code, reused)| code == "suggestion" && *reused), "{last:?}");
}

#[test]
fn nothing_is_finished_where_idle_work_is_off() {
    let script = [("first();\n    second();\n", 60), ("another();", 0)];
    let (mut editor, at) = cut_short(&script, json!({ "timeBudgetMs": 50, "idleWork": false }));
    let at = editor.type_at(URI, at, "first();");
    // All was typed; what follows is asked of the model, and is not the rest of the block.
    let answer = editor.complete(URI, at);
    assert_ne!(answer.pointer("/items/0/insertText"), Some(&json!("\n    second();")), "{answer}");
}

#[test]
fn finishing_a_block_gives_way_to_a_request() {
    let script = [("first();\n    second();\n", 60), ("    never();\n", NEVER), (TEXT, 0)];
    let (mut editor, _) = cut_short(&script, json!({ "timeBudgetMs": 50 }));
    let other = "file:///work/src/other.rs";
    let at = editor.open(other, "rust", PLACE);
    assert_eq!(text(&editor.complete(other, at)), TEXT);
}

#[test]
fn typed_keys_are_answered_without_the_model() {
    let mut editor = Editor::new(&[(TEXT, 0), ("never();", NEVER)]);
    let mut at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
    for (index, key) in TEXT.char_indices().take(TEXT.len() - 2) {
        at = editor.type_at(URI, at, &key.to_string());
        assert_eq!(text(&editor.complete(URI, at)), &TEXT[index + 1..]);
    }
    let why = editor.why();
    let requests = why["requests"].as_array().expect("requests");
    let typed = &requests[..TEXT.len() - 2];
    assert!(typed.iter().all(|request| request["reused"] == true), "{why}");
}

#[test]
fn a_key_that_agrees_with_what_is_being_written_joins_it() {
    // The script writes all at once after its delay, so the first request ends before the key; a run that is cut
    // short and goes on is one that is being written while keys come.
    let script =
        [("first();\n    second();\n", 60), ("    second();\n    third();\n}", 400), ("never();", 0)];
    let (mut editor, at) = cut_short(&script, json!({ "timeBudgetMs": 50 }));
    let at = editor.type_at(URI, at, "first();");
    assert_eq!(text(&editor.complete(URI, at)), "\n    second();\n    third();");
    assert_eq!(last_requests(&mut editor)[1], ("suggestion".to_owned(), true));
}

#[test]
fn a_key_that_disagrees_ends_what_is_being_written() {
    let script = [("first();\n    second();\n", 60), ("    never();\n", NEVER), ("x_other();", 0)];
    let (mut editor, at) = cut_short(&script, json!({ "timeBudgetMs": 50 }));
    let at = editor.type_at(URI, at, "x");
    assert_eq!(text(&editor.complete(URI, at)), "x_other();");
}
