//! Asking by hand where a suggestion is shown: the answer has alternatives, one of which may be accepted.

use serde_json::{Value, json};

use super::editor::{Editor, PLACE, Start, TEXT, URI, inline, text};

const LEN: &str = "items.len();";

/// Returns the texts of an answer's items.
fn texts(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item["insertText"].as_str()).collect()
}

/// Asks as a person does, with a key of the editor.
#[track_caller]
fn invoke(editor: &mut Editor, at: (u32, u32)) -> Value {
    let asked = inline(URI, at, &json!({ "triggerKind": 1 }));
    editor.client.ask("textDocument/inlineCompletion", &asked)
}

#[test]
fn asking_again_gives_the_same_alternatives_each_time() {
    let mut editor = Editor::new(&[(TEXT, 0), (LEN, 0), (TEXT, 0), ("0;", 0), ("1;", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    assert_eq!(texts(&invoke(&mut editor, at)), [TEXT], "nothing was shown there");
    let second = invoke(&mut editor, at);
    assert_eq!(texts(&second), [TEXT, LEN, "0;"]);
    assert_eq!(invoke(&mut editor, at), second);
    // Typing alone brings no alternatives.
    assert_eq!(texts(&editor.complete(URI, at)), [TEXT]);
}

#[test]
fn an_alternative_that_is_typed_goes_on() {
    let mut editor = Editor::new(&[(TEXT, 0), ("0;", 0)]);
    let at = editor.open(URI, "rust", PLACE);
    editor.complete(URI, at);
    assert_eq!(texts(&invoke(&mut editor, at)), [TEXT, "0;"]);
    let at = editor.type_at(URI, at, "0");
    assert_eq!(text(&editor.complete(URI, at)), ";");
}

#[test]
fn the_setting_says_how_many() {
    for (most, expected) in [(0, &[TEXT] as &[&str]), (1, &[TEXT, LEN])] {
        let options = json!({ "alternatives": most });
        let script = &[(TEXT, 0), (LEN, 0), ("0;", 0)];
        let mut editor = Start { script, options, ..Start::default() }.go();
        let at = editor.open(URI, "rust", PLACE);
        editor.complete(URI, at);
        assert_eq!(texts(&invoke(&mut editor, at)), expected);
    }
}
