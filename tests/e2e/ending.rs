//! Every way to end ends the process soon, also while the model works.

use std::process::ExitStatus;
use std::time::Duration;

use serde_json::{Value, json};

use super::editor::{Editor, NEVER, PLACE, TEXT, URI};

/// The promise is a second; a busy machine may take longer, and the model that the server must not wait for a minute.
const SOON: Duration = Duration::from_secs(20);

/// Returns an editor whose server works on a request that will take long, and the request.
fn busy() -> (Editor, i64) {
    let mut editor = Editor::new(&[(TEXT, NEVER)]);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.wait_until_thinking();
    (editor, id)
}

#[track_caller]
fn ends(editor: &mut Editor) -> ExitStatus {
    editor.client.wait_for_end(SOON).expect("it ended")
}

#[test]
fn closed_input() {
    let (mut editor, _) = busy();
    editor.client.close_input();
    assert_eq!(ends(&mut editor).code(), Some(0));
}

#[test]
fn closed_input_of_an_idle_server_that_was_never_initialized() {
    let home = tempfile::tempdir().expect("a folder");
    let backend = super::editor::script(home.path(), &[(TEXT, 0)]);
    let mut client =
        housestyle_testkit::client::Client::spawn(&mut super::editor::command(home.path(), &backend));
    client.close_input();
    assert!(client.wait_for_end(SOON).is_some(), "it ended");
}

#[test]
fn shutdown_and_exit() {
    let (mut editor, id) = busy();
    assert_eq!(editor.client.ask("shutdown", &Value::Null), Value::Null);
    let answer = editor.answer(id).result();
    assert!(answer.is_null() || answer == json!({ "items": [] }), "{answer}");
    let late = editor.request(URI, (0, 0));
    assert_eq!(editor.answer(late).code(), -32600);
    editor.client.notify("exit", &Value::Null);
    assert_eq!(ends(&mut editor).code(), Some(0));
}

#[test]
fn exit_without_shutdown() {
    let (mut editor, _) = busy();
    editor.client.notify("exit", &Value::Null);
    assert_eq!(ends(&mut editor).code(), Some(1), "the protocol wants it");
}

#[cfg(unix)]
#[test]
fn the_signal_to_end() {
    let (mut editor, _) = busy();
    let sent = std::process::Command::new("kill").args(["-TERM", &editor.client.pid().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    ends(&mut editor);
}

#[test]
fn answers_under_way_are_given_before_the_end() {
    let mut editor = Editor::new(&[(TEXT, 20)]);
    let at = editor.open(URI, "rust", PLACE);
    let id = editor.request(URI, at);
    editor.client.close_input();
    assert_eq!(super::editor::text(&editor.answer(id).result()), TEXT);
    ends(&mut editor);
}
