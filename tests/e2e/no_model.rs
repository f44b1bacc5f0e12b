//! Without a model the server starts, says so, and answers with nothing.

use std::process::Command;

use housestyle_testkit::client::Client;
use serde_json::{Value, json};

use super::binary::housestyle;
use super::editor::inline;

/// Starts a server with these arguments and no model; the message of its status.
#[track_caller]
fn check(arguments: &[&str], file: Option<(&str, &[u8])>) -> String {
    let home = tempfile::tempdir().expect("a folder");
    if let Some((name, bytes)) = file {
        std::fs::write(home.path().join(name), bytes).expect("written");
    }
    let mut command = Command::new(housestyle());
    command.args(arguments).arg("serve").env("HOUSESTYLE_HOME", home.path()).current_dir(home.path());
    let mut client = Client::spawn(&mut command);
    client.initialize(&json!({}), &Value::Null, None);
    let uri = "file:///work/a.rs";
    let document =
        json!({ "uri": uri, "languageId": "rust", "version": 1, "text": "fn f() {\n    let a = \n}\n" });
    client.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    for _ in 0..3 {
        let answer = client.ask("textDocument/inlineCompletion", &inline(uri, (1, 12), &Value::Null));
        assert_eq!(answer, json!({ "items": [] }));
    }
    let message = client.notification("window/showMessage", |_| true).message["params"]["message"].clone();
    assert!(client.notifications("window/showMessage").is_empty(), "one message is enough");
    let status = client.notification("housestyle/status", |params| params["state"] == "error").message;
    let why = client.ask("workspace/executeCommand", &json!({ "command": "housestyle.why" }));
    assert_eq!(why["state"], "error");
    assert_eq!(why["last"]["code"], "no-model");
    let why = status["params"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.as_str().is_some_and(|message| message.contains(&why)), "{message} and {why}");
    why
}

#[test]
fn a_missing_model() {
    let message = check(&["--offline"], None);
    assert!(message.contains("model pull"), "it says what to do: {message}");
}

#[test]
fn a_missing_file() {
    let message = check(&["--model", "nowhere.gguf"], None);
    assert!(message.contains("nowhere.gguf"), "{message}");
}

#[test]
fn a_corrupt_file() {
    for bytes in [&b"GGUF\x03\0\0\0 and then nonsense"[..], b"", b"not a model at all", &[0; 4096]] {
        let message = check(&["--model", "bad.gguf"], Some(("bad.gguf", bytes)));
        assert!(message.contains("bad.gguf"), "{message}");
    }
}
