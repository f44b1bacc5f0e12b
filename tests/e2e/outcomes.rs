//! The outcomes of suggestions: as editors report them, and as their changes show them.

use std::path::Path;

use housestyle_testkit::cursor;
use serde_json::{Value, json};

use super::editor::{Editor, PLACE, TEXT, URI};

/// Returns the outcomes in the request log below `home`, as `outcome source accepted/length`.
fn outcomes(home: &Path) -> Vec<String> {
    fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { files(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    files(home, &mut found);
    let mut outcomes = Vec::new();
    for file in found.iter().filter(|file| file.file_name().is_some_and(|name| name != "script.jsonl")) {
        for line in std::fs::read_to_string(file).unwrap_or_default().lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            assert!(!line.to_string().contains(TEXT), "no text in the log: {line}");
            if line["kind"] == "fate" {
                let word = |key: &str| line[key].as_str().unwrap_or("?").to_owned();
                outcomes.push(format!(
                    "{} {} {}/{}",
                    word("fate"),
                    word("source"),
                    line["accepted"],
                    line["length"]
                ));
            }
        }
    }
    outcomes
}

/// Shows the suggestion, does something, and compares the outcomes in the log.
#[track_caller]
fn check(act: impl Fn(&mut Editor, (u32, u32), &Value), expected: &[&str]) {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let item = editor.complete(URI, at)["items"][0].clone();
    act(&mut editor, at, &item);
    // An answered request comes after everything before it; the log is written by the end at the latest.
    editor.why();
    editor.client.close_input();
    assert!(editor.client.wait_for_end(std::time::Duration::from_secs(60)).is_some());
    assert_eq!(outcomes(editor.home.path()), expected);
}

#[test]
fn accepted_whole() {
    check(
        |editor, at, _| {
            editor.type_at(URI, at, TEXT);
        },
        &["accepted change 19/19"],
    );
}

#[test]
fn accepted_whole_and_reported() {
    check(
        |editor, at, item| {
            editor.type_at(URI, at, TEXT);
            editor.client.ask("workspace/executeCommand", &item["command"]);
        },
        &["accepted change 19/19", "accepted editor 19/19"],
    );
}

#[test]
fn accepted_whole_in_a_change_of_the_line() {
    check(
        |editor, (line, column), _| {
            let (text, cursor) = cursor::split(PLACE);
            let start = text[..cursor].rfind('\n').map_or(0, |at| at + 1);
            let changed = format!("{}{TEXT}\n", &text[start..cursor]);
            assert!(column > 0 && text[cursor..].starts_with('\n'));
            editor.edit(URI, (line, 0), (line + 1, 0), &changed);
        },
        &["accepted change 19/19"],
    );
}

#[test]
fn accepted_whole_in_a_change_of_the_text() {
    check(
        |editor, _, _| {
            let text = json!({ "text": PLACE.replace('‸', TEXT) });
            let document = json!({ "uri": URI, "version": 2 });
            let change = json!({ "textDocument": document, "contentChanges": [text] });
            editor.client.notify("textDocument/didChange", &change);
        },
        &["accepted change 19/19"],
    );
}

#[test]
fn accepted_by_the_word() {
    check(
        |editor, at, _| {
            let at = editor.type_at(URI, at, "items");
            editor.type_at(URI, at, ".iter");
        },
        &["partly-accepted change 5/19", "partly-accepted change 10/19"],
    );
}

#[test]
fn typed_by_hand() {
    check(
        |editor, at, _| {
            let at = editor.type_at(URI, at, "i");
            editor.type_at(URI, at, "t");
        },
        &["typed-through change 1/19", "typed-through change 2/19"],
    );
}

#[test]
fn something_else_was_typed() {
    check(
        |editor, at, _| {
            editor.type_at(URI, at, "0");
        },
        &["typed-over change 0/19"],
    );
}

#[test]
fn in_copilots_words() {
    check(
        |editor, _, item| {
            editor.client.notify("textDocument/didShowCompletion", &json!({ "item": item }));
            for accepted in [5, 10, 999] {
                editor.client.notify(
                    "textDocument/didPartiallyAcceptCompletion",
                    &json!({ "item": item, "acceptedLength": accepted }),
                );
            }
        },
        &[
            "shown editor 0/19",
            "partly-accepted editor 5/19",
            "partly-accepted editor 10/19",
            "partly-accepted editor 19/19",
        ],
    );
}

#[test]
fn unknown_suggestions_are_passed_over() {
    check(
        |editor, _, _| {
            for arguments in [json!(["ffff"]), json!([]), json!([7])] {
                let params = json!({ "command": "housestyle.accepted", "arguments": arguments });
                assert_eq!(editor.client.ask("workspace/executeCommand", &params), Value::Null);
            }
        },
        &[],
    );
}
