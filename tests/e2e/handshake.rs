//! The server's capabilities, and the unit of its columns.

use serde_json::{Value, json};

use super::editor::{Editor, PLACE, Start, TEXT, URI, text};

fn capabilities(of_client: Value) -> Value {
    let mut editor = Start { capabilities: of_client, ..Start::default() }.go();
    editor.why();
    editor.server["capabilities"].clone()
}

#[test]
fn says_what_it_can() {
    let capabilities = capabilities(json!({}));
    assert_eq!(capabilities["inlineCompletionProvider"], json!({}));
    assert_eq!(capabilities["textDocumentSync"], json!({ "openClose": true, "change": 2, "save": true }));
    assert_eq!(
        capabilities["executeCommandProvider"]["commands"],
        json!(["housestyle.accepted", "housestyle.toggle", "housestyle.why", "housestyle.notHere"])
    );
    assert!(capabilities["completionProvider"].is_object());
}

#[test]
fn plain_completion_stands_in_only_where_there_is_no_ghost_text() {
    let capabilities =
        capabilities(json!({ "textDocument": { "inlineCompletion": { "dynamicRegistration": true } } }));
    assert_eq!(capabilities["inlineCompletionProvider"], json!({}));
    assert_eq!(capabilities.get("completionProvider"), None);
}

#[test]
fn columns_are_counted_as_agreed() {
    // The cursor after `é😀`, in each unit; the range must come back in the same.
    for (offered, chosen, column) in [
        (json!(null), "utf-16", 3),
        (json!(["utf-16"]), "utf-16", 3),
        (json!(["utf-16", "utf-8"]), "utf-8", 6),
        (json!(["utf-32"]), "utf-32", 2),
    ] {
        let capabilities = json!({ "general": { "positionEncodings": offered } });
        let mut editor = Start { capabilities, ..Start::default() }.go();
        assert_eq!(editor.server["capabilities"]["positionEncoding"], chosen);
        editor.open_text("file:///work/a.rs", "rust", "é😀");
        let answer = editor.complete("file:///work/a.rs", (0, column));
        let at = json!({ "line": 0, "character": column });
        assert_eq!(answer["items"][0]["range"], json!({ "start": at, "end": at }), "{chosen}");
    }
}

#[test]
fn an_odd_initialize_is_understood_as_far_as_possible() {
    let capabilities =
        json!({ "general": { "positionEncodings": ["utf-8"] }, "textDocument": { "hover": "yes" } });
    let mut editor = Start { capabilities, ..Start::default() }.go();
    assert_eq!(editor.server["capabilities"]["positionEncoding"], "utf-8");
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
}

#[test]
fn requests_before_initialize_are_refused_and_nothing_breaks() {
    let home = tempfile::tempdir().expect("a folder");
    let backend = super::editor::script(home.path(), &[(TEXT, 0)]);
    let mut client =
        housestyle_testkit::client::Client::spawn(&mut super::editor::command(home.path(), &backend));
    let id = client.request("textDocument/inlineCompletion", &json!({}));
    assert_eq!(client.answer(id).code(), -32002);
    client.initialize(&json!({}), &Value::Null, None);
    let again = client.request("initialize", &json!({ "capabilities": {} }));
    assert_eq!(client.answer(again).code(), -32600);
}

#[test]
fn one_server_speaks_for_documents_outside_the_workspace_too() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open("file:///elsewhere/total.rs", "rust", PLACE);
    assert_eq!(text(&editor.complete("file:///elsewhere/total.rs", at)), TEXT);
}
