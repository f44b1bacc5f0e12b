//! Nonsense on the wire: answered where it can be, survived always.

use serde_json::{Value, json};

use super::editor::{Editor, PLACE, TEXT, URI, text};

/// Sends bytes, and asks for a completion after them.
#[track_caller]
fn survives(editor: &mut Editor, bytes: &[u8]) {
    editor.client.send_bytes(bytes);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT, "after {:?}", String::from_utf8_lossy(bytes));
}

fn framed(body: &[u8]) -> Vec<u8> {
    [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[test]
fn bodies_that_are_no_messages() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    for (body, code) in [
        (&b"{\"jsonrpc\":\"2.0\",\"method\":"[..], -32700),
        (b"\xff\xfe{}", -32700),
        (b"{\"jsonrpc\":\"2.0\",\"method\":\"\xc3\x28\"}", -32700),
        (b"[]", -32600),
        (b"42", -32600),
        (b"\"text\"", -32600),
        (b"{}", -32600),
        (&b"[".repeat(200_000), -32700),
    ] {
        survives(&mut editor, &framed(body));
        assert_eq!(editor.client.answer_to(&Value::Null).code(), code);
    }
}

#[test]
fn headers_that_are_none() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    for bytes in [
        &b"Content-Length: many\r\n\r\n"[..],
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        &framed(b"{\"a\":1}")[..20],
    ] {
        survives(&mut editor, bytes);
    }
    // All but the last got an error; that one was glued to the header after it.
    assert!(editor.client.answers_to(&Value::Null) >= 5);
    while editor.client.answers_to(&Value::Null) > 0 {
        assert_eq!(editor.client.answer_to(&Value::Null).code(), -32700);
    }
}

#[test]
fn a_length_that_no_body_has_costs_one_error() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    for length in [1_u64 << 40, i64::MAX as u64, u64::MAX] {
        survives(&mut editor, format!("Content-Length: {length}\r\n\r\n{{}}").as_bytes());
        assert_eq!(editor.client.answer_to(&Value::Null).code(), -32700);
        assert_eq!(editor.client.answers_to(&Value::Null), 0, "one error");
    }
}

#[test]
fn a_bare_percent_sign_in_a_uri_is_that_character() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    for uri in ["file:///work/100%.rs", "file:///work/%zz/a b.rs"] {
        let at = editor.open(uri, "rust", PLACE);
        assert_eq!(text(&editor.complete(uri, at)), TEXT, "{uri}");
    }
}

#[test]
fn headers_that_are_unusual() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let body = r#"{"jsonrpc":"2.0","id":"odd","method":"workspace/executeCommand","params":{"command":"housestyle.why"}}"#;
    for head in [
        "content-length: N\r\n\r\n",
        "Content-Type: application/json; charset=latin-1\r\nContent-Length:N\r\n\r\n",
        "Content-Length: N\n\n",
    ] {
        editor.client.send_bytes(format!("{}{body}", head.replace('N', &body.len().to_string())).as_bytes());
        assert_eq!(editor.client.answer_to(&json!("odd")).code(), 0);
    }
    survives(&mut editor, b"Content-Length: 0\r\n\r\n");
}

#[test]
fn a_message_in_pieces_and_messages_in_one_piece() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let body = |id: i64| {
        framed(
            json!({ "jsonrpc": "2.0", "id": id, "method": "workspace/executeCommand",
            "params": { "command": "housestyle.why" } })
            .to_string()
            .as_bytes(),
        )
    };
    for byte in body(1001) {
        editor.client.send_bytes(&[byte]);
    }
    assert_eq!(editor.answer(1001).code(), 0);
    editor.client.send_bytes(&[body(1002), body(1003), body(1004)].concat());
    for id in 1002..=1004 {
        assert_eq!(editor.answer(id).code(), 0);
    }
}

#[test]
fn methods_and_parameters_that_nobody_knows() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let unknown = editor.client.request("textDocument/dance", &json!({}));
    assert_eq!(editor.answer(unknown).code(), -32601);
    editor.client.notify("textDocument/didDance", &json!({}));
    editor.client.notify("$/setTrace", &json!({ "value": "verbose" }));
    editor.client.send(&json!({ "jsonrpc": "2.0", "id": 77, "result": "to nothing" }));
    editor.client.send(&json!({ "jsonrpc": "2.0", "id": 78, "error": { "code": "x" } }));
    for method in [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "textDocument/didSave",
        "textDocument/didFocus",
        "textDocument/didShowCompletion",
        "textDocument/didPartiallyAcceptCompletion",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWorkspaceFolders",
        "$/cancelRequest",
        "$/progress",
        "notebookDocument/didOpen",
    ] {
        for params in [
            Value::Null,
            json!([]),
            json!("x"),
            json!({ "textDocument": 3 }),
            json!({ "item": { "command": 1 } }),
        ] {
            editor.client.notify(method, &params);
        }
    }
    for params in [Value::Null, json!([]), json!({ "command": 3 }), json!({ "command": "rm" })] {
        let id = editor.client.request("workspace/executeCommand", &params);
        assert_eq!(editor.answer(id).code(), -32602, "{params}");
    }
    survives(&mut editor, b"");
}

#[test]
fn a_notification_with_an_id_and_a_request_without_one() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    editor
        .client
        .send(&json!({ "jsonrpc": "2.0", "id": 500, "method": "textDocument/didOpen", "params": {} }));
    assert_eq!(editor.answer(500).code(), -32600);
    editor.client.notify("textDocument/inlineCompletion", &json!({}));
    survives(&mut editor, b"");
}

#[test]
fn an_identifier_that_is_used_twice() {
    let mut editor = Editor::new(&[(TEXT, 300)]);
    let at = editor.open(URI, "rust", PLACE);
    let params = super::editor::inline(URI, at, &Value::Null);
    let id = json!("same");
    for _ in 0..2 {
        editor.client.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/inlineCompletion", "params": params }));
    }
    let codes = [editor.client.answer_to(&id).code(), editor.client.answer_to(&id).code()];
    assert!(codes.contains(&-32600) && codes.contains(&0), "{codes:?}");
}
