//! Which tokens a real engine evaluates for requests over the wire, by the log of requests; the model is tiny.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::editor::{Editor, Start};

/// A document that fits the tiny model's window, and whose end is a place to go on.
const TEXT: &str =
    "fn total(items: &[u32]) -> u32 {\n    let sum = 0;\n    for item in items {\n        sum += ";

/// Starts a server with the tiny model.
fn start(options: Value) -> Editor {
    Start { tiny: true, options, ..Start::default() }.go()
}

/// Asks at the end of a document; returns how many tokens of the prompt were evaluated for the answer.
#[track_caller]
fn evaluated(editor: &mut Editor, uri: &str, at: (u32, u32)) -> u64 {
    let before = requests(editor.home.path()).len();
    editor.complete(uri, at);
    let began = Instant::now();
    loop {
        let requests = requests(editor.home.path());
        if let Some(last) = requests.get(before) {
            let count = |key: &str| last[key].as_u64().expect("a number");
            return count("prompt_tokens") - count("reused_tokens");
        }
        assert!(began.elapsed() < Duration::from_secs(60), "the request was not logged");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Returns the requests in the log below a folder.
fn requests(folder: &Path) -> Vec<Value> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(requests(&path));
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            found.extend(lines.filter(|line| line["kind"] == "request"));
        }
    }
    found
}

/// Opens a document that ends with the place; returns its URI and the place.
fn open(editor: &mut Editor, name: &str) -> (String, (u32, u32)) {
    let uri = format!("file:///work/{name}.rs");
    // Nothing of one document is known of another.
    let at = editor.open(&uri, "rust", &format!("// {name}: {name}\n{TEXT}‸"));
    (uri, at)
}

#[test]
fn a_key_evaluates_what_was_typed() {
    let mut editor = start(json!({ "idleWork": false }));
    let (uri, mut at) = open(&mut editor, "keys");
    assert!(evaluated(&mut editor, &uri, at) > 60, "the document is read");
    for key in "item * (2 + other) - self.len[0]".chars() {
        at = editor.type_at(&uri, at, &key.to_string());
        let count = evaluated(&mut editor, &uri, at);
        assert!(count <= 3, "{count} tokens for {key:?}");
    }
}

#[test]
fn documents_take_turns() {
    let mut editor = start(json!({ "idleWork": false }));
    let (a, at) = open(&mut editor, "first");
    let b = "file:///work/table.rs".to_owned();
    let there =
        editor.open(&b, "rust", &format!("static T: [u16; 40] = [\n{}‸", "61, 7208, 935,\n".repeat(8)));
    let turns =
        [(&a, at), (&b, there), (&a, at), (&b, there)].map(|(uri, at)| evaluated(&mut editor, uri, at));
    assert!(turns[0] > 60 && turns[1] > 60 && turns[2] <= 2 && turns[3] <= 2, "{turns:?}");
}

#[test]
fn an_opened_document_is_prefilled_where_the_settings_allow_it() {
    let mut idle = start(json!({}));
    let off = [json!({ "idleWork": false }), json!({ "languages": { "rust": { "idleWork": false } } })];
    let mut off = off.map(start);
    // The first request loads the model. How long a prefill then takes is the machine's affair, so the servers that do
    // none get as much time as the one that does.
    for round in 0..20 {
        let name = format!("round{round}");
        let quiet: Vec<_> = off.iter_mut().map(|editor| open(editor, &name)).collect();
        let (uri, at) = open(&mut idle, &name);
        std::thread::sleep(Duration::from_millis(200 * round));
        let count = evaluated(&mut idle, &uri, at);
        for (editor, (uri, at)) in off.iter_mut().zip(quiet) {
            let count = evaluated(editor, &uri, at);
            assert!(count > 60, "{count} tokens: it was prefilled where that is switched off");
        }
        if count <= 2 {
            return;
        }
    }
    panic!("nothing was prefilled");
}

#[test]
fn a_cold_place_gets_the_nearest_lines_first_and_the_whole_soon() {
    // How quick the model is, is not known before it has read; a busy machine may let it read before the request.
    for _ in 0..5 {
        let mut editor = start(json!({}));
        let uri = "file:///work/long.rs";
        // As much as fits the tiny model's window, whose tokens are mostly bytes.
        let mut at = editor.open(uri, "rust", &format!("{}let sum = ‸", "let number = 1;\n".repeat(13)));
        let mut windows = Vec::new();
        while windows.last() != Some(&json!("whole")) && windows.len() < 40 {
            evaluated(&mut editor, uri, at);
            windows.extend(requests(editor.home.path()).last().map(|request| request["window"].clone()));
            std::thread::sleep(Duration::from_millis(20 * windows.len() as u64));
            at = editor.type_at(uri, at, "n");
        }
        assert_eq!(windows.last(), Some(&json!("whole")), "{windows:?}");
        if windows[0] == "near" {
            return;
        }
    }
    panic!("the whole window was read at once, always");
}
