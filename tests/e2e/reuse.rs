//! The rest of a suggestion that the user types is not computed again.

use super::editor::{Editor, PLACE, TEXT, URI, nothing, text};

#[test]
fn a_suggestion_that_is_typed_is_shortened() {
    let mut editor = Editor::new(&[(TEXT, 0), ("another_answer();", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
    let at = editor.type_at(URI, at, "i");
    assert_eq!(text(&editor.complete(URI, at)), &TEXT[1..]);
    let at = editor.type_at(URI, at, "tems");
    assert_eq!(text(&editor.complete(URI, at)), &TEXT[5..]);
    // Something else is computed.
    let at = editor.type_at(URI, at, "!");
    assert_eq!(text(&editor.complete(URI, at)), "another_answer();");
}

#[test]
fn a_suggestion_does_not_outlive_a_change_elsewhere() {
    let mut editor = Editor::new(&[(TEXT, 0), ("another_answer();", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), TEXT);
    editor.type_at(URI, (0, 0), "pub ");
    assert_eq!(text(&editor.complete(URI, at)), "another_answer();");
}

#[test]
fn a_run_serves_the_next_request_at_the_same_place() {
    let mut editor = Editor::new(&[(TEXT, 600), ("another_answer();", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    let first = editor.request(URI, at);
    editor.wait_until_thinking();
    let second = editor.request(URI, at);
    assert!(editor.answer(first).result().is_null());
    assert_eq!(text(&editor.answer(second).result()), TEXT);
}

#[test]
fn a_typed_suggestion_is_used_up() {
    let mut editor = Editor::new(&[("items;", 0), ("  ", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(text(&editor.complete(URI, at)), "items;");
    let at = editor.type_at(URI, at, "items;");
    assert_eq!(editor.complete(URI, at), nothing());
}
