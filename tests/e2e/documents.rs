//! Documents of all kinds and sizes.

use serde_json::json;

use super::editor::{Editor, PLACE, TEXT, URI, nothing, text};

#[test]
fn documents_without_a_file_are_documents() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    for uri in [
        "untitled:Untitled-1",
        "untitled:/work/src/new.rs",
        "vscode-notebook-cell:/work/n.ipynb#W0sZmlsZQ%3D%3D",
        "jupyter-notebook-cell:file:///work/n.ipynb#1",
        "git:/work/a.rs?%7B%22ref%22%3A%22HEAD%22%7D",
        "file:///c%3A/work/a.rs",
        "file:///work/with space/[id] é.rs",
    ] {
        let at = editor.open(uri, "rust", PLACE);
        assert_eq!(text(&editor.complete(uri, at)), TEXT, "{uri}");
    }
}

#[test]
fn a_document_that_is_not_open_has_nothing_and_says_so() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
    editor.client.notify("textDocument/didClose", &json!({ "textDocument": { "uri": URI } }));
    assert_eq!(editor.complete(URI, at), nothing());
    assert_eq!(editor.why()["requests"][0]["code"], "not-open");
    // Changes and a second close of it do no harm; opened again it is as before.
    editor.type_at(URI, at, "x");
    editor.client.notify("textDocument/didClose", &json!({ "textDocument": { "uri": URI } }));
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
}

#[test]
fn an_unknown_language_is_text() {
    let mut editor = Editor::new(&[("one more thing", 0)]);
    for language in ["klingon", "", "plaintext", "🖖", "rust.but.not.quite"] {
        let uri = format!("file:///work/{}.xyz", language.len());
        let at = editor.open(&uri, language, "alpha beta gamma\nalpha beta ‸");
        let answer = editor.complete(&uri, at);
        assert!(answer["items"].is_array(), "{language}: {answer}");
    }
}

#[test]
fn a_missing_version_or_language_is_supplied() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let (content, _) = housestyle_testkit::cursor::split(PLACE);
    editor.client.notify("textDocument/didOpen", &json!({ "textDocument": { "uri": URI, "text": content } }));
    assert_eq!(text(&editor.complete(URI, (1, 14))), TEXT, "the path says that it is Rust");
}

#[test]
fn a_line_of_a_megabyte() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let long = "let é = \"😀\"; ".repeat(1 << 16);
    editor.open_text(URI, "rust", &format!("{long}\nfn f() {{\n    let sum = \n}}\n"));
    let units = u32::try_from(long.encode_utf16().count()).expect("short enough");
    for column in [0, 1, units / 2, units - 1, units] {
        assert!(editor.complete(URI, (0, column))["items"].is_array());
    }
    editor.type_at(URI, (0, units / 2), "x");
    assert_eq!(text(&editor.complete(URI, (2, 14))), TEXT);
}

#[test]
fn a_file_of_fifty_megabytes() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    let line = "    let value_of_something = compute(some_argument, another_one); // comment\n";
    let mut content = line.repeat(50 * 1024 * 1024 / line.len());
    content.push_str("    let sum = ");
    let last = u32::try_from(content.matches('\n').count()).expect("short enough");
    editor.open_text(URI, "rust", &content);
    assert_eq!(text(&editor.complete(URI, (last, 14))), TEXT);
    let at = editor.type_at(URI, (last, 14), "i");
    editor.type_at(URI, (1, 0), "x");
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
}

#[test]
fn a_larger_file_is_refused_with_a_reason() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    editor.open_text(URI, "rust", &"let x = 1;\n".repeat(70 * 1024 * 1024 / 11));
    assert_eq!(editor.complete(URI, (0, 8)), nothing());
    editor.type_at(URI, (0, 0), "x");
    assert_eq!(editor.complete(URI, (0, 8)), nothing());
    assert_eq!(editor.why()["requests"][0]["code"], "document-too-large");
    let whole =
        json!({ "textDocument": { "uri": URI, "version": 3 }, "contentChanges": [{ "text": "let sum = " }] });
    editor.client.notify("textDocument/didChange", &whole);
    assert_eq!(text(&editor.complete(URI, (0, 10))), TEXT);
}

#[test]
fn an_empty_document() {
    let mut editor = Editor::new(&[(TEXT, 0)]);
    editor.open_text(URI, "rust", "");
    assert_eq!(editor.complete(URI, (0, 0)), nothing());
}

#[test]
fn line_breaks_of_the_document_are_no_obstacle_to_reuse() {
    let mut editor = Editor::new(&[("if a {\n    b();\n}", 0), ("other_text();", 0)]);
    editor.open_text(URI, "rust", "fn f() {\r\n    \r\n}\r\n");
    let answer = editor.complete(URI, (1, 4));
    let Some((first, rest)) = text(&answer).split_once('\n') else { return };
    let (first, rest) = (first.to_owned(), rest.to_owned());
    editor.edit(URI, (1, 4), (1, 4), &format!("{first}\r\n"));
    assert_eq!(text(&editor.complete(URI, (2, 0))), rest);
}
