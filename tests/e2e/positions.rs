//! Positions at and beyond every edge: always an answer, always a range on one line.

use serde_json::{Value, json};

use super::editor::{Editor, inline};

/// Asks at a position; the answer's range, or nothing.
#[track_caller]
fn range(editor: &mut Editor, uri: &str, line: u64, character: u64) -> Option<((u64, u64), (u64, u64))> {
    let mut params = inline(uri, (0, 0), &json!({ "triggerKind": 1 }));
    params["position"] = json!({ "line": line, "character": character });
    let answer = editor.client.ask("textDocument/inlineCompletion", &params);
    let range = answer.pointer("/items/0/range")?;
    let at = |end: &str| {
        let number = |key: &str| range[end][key].as_u64().expect("a number");
        (number("line"), number("character"))
    };
    let (start, end) = (at("start"), at("end"));
    assert_eq!(start.0, end.0, "one line: {range}");
    Some((start, end))
}

#[track_caller]
fn check(text: &str, asked: (u64, u64), expected: (u64, u64)) {
    let mut editor = Editor::new(&[("call_it(now);", 0)]);
    let uri = "file:///work/a.rs";
    editor.open_text(uri, "rust", text);
    let found = range(&mut editor, uri, asked.0, asked.1);
    assert_eq!(found, Some((expected, expected)), "{text:?} at {asked:?}");
}

#[test]
fn past_the_end_of_a_line() {
    check("let a = 1;\nlet b = \n", (1, 500), (1, 8));
    check("let b = \n", (0, u64::from(u32::MAX)), (0, 8));
}

#[test]
fn past_the_end_of_the_file() {
    check("let a = 1;\nlet b = ", (900, 3), (1, 8));
    check("let a = 1;\n", (u64::from(u32::MAX), 0), (1, 0));
    check("let a = 1;\nlet b = ", (u64::MAX, u64::MAX), (1, 8));
}

#[test]
fn inside_a_surrogate_pair() {
    // Columns of `// 😀`: 0 1 2 3-4; 4 is inside, and before the pair is 3.
    check("// 😀", (0, 4), (0, 3));
    check("let s = 1; // é😀", (0, 16), (0, 15));
}

#[test]
fn before_every_kind_of_line_break() {
    check("let a = \r\nlet b = 2;\r\n", (0, 9), (0, 8));
    check("let a = \rlet b = 2;\r", (0, 9), (0, 8));
    check("let a = 1;\rlet b = ", (1, 8), (1, 8));
    check("let a = 1;\r\nlet b = \r\n", (1, 8), (1, 8));
    check("let a = 1;\r\r\nlet b = \n", (2, 8), (2, 8));
}

#[test]
fn negative_and_odd_numbers_are_answered() {
    let mut editor = Editor::new(&[("call_it(now);", 0)]);
    let uri = "file:///work/a.rs";
    editor.open_text(uri, "rust", "let a = 1;\nlet b = ");
    for position in [json!({ "line": -1, "character": -7 }), json!({ "line": 1.0, "character": 8.0 })] {
        let mut params = inline(uri, (0, 0), &Value::Null);
        params["position"] = position;
        assert!(editor.client.ask("textDocument/inlineCompletion", &params)["items"].is_array());
    }
}

#[test]
fn anywhere_in_difficult_text() {
    let text = "fn é😀() {\r\n\tlet ß = \"👩‍👩‍👧\";\r}\n\u{2028}\u{85}x\u{0}y\n";
    let mut editor = Editor::new(&[("call_it(now);", 0)]);
    let uri = "file:///work/a.rs";
    editor.open_text(uri, "rust", text);
    for line in 0..7 {
        for character in 0..24 {
            range(&mut editor, uri, line, character);
        }
    }
    assert_eq!(editor.why()["state"], "ready");
}

#[test]
fn reversed_and_overlapping_edits_are_applied() {
    let mut editor = Editor::new(&[("call_it(now);", 0)]);
    let uri = "file:///work/a.rs";
    editor.open_text(uri, "rust", "let abc = 1;\nlet d = \n");
    editor.edit(uri, (0, 7), (0, 4), "x");
    editor.edit(uri, (5, 0), (9, 9), "let e = ");
    let found = range(&mut editor, uri, 2, 99);
    assert_eq!(found, Some(((2, 8), (2, 8))));
}
