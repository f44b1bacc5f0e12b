//! The debounce: where keys come faster than answers, the model works for pauses and not for every key.

use std::time::Duration;

use serde_json::{Value, json};

use super::editor::{NEVER, PLACE, Start, TEXT, URI};
use super::log::{end, logs};

const KEYS: usize = 24;
/// Well below the second from which on keys are no typing. The server computes its wait from the time that passes.
const BETWEEN: Duration = Duration::from_millis(60);

/// Types with a request at every key, as an editor does that does not debounce by itself, and no answer is in time.
/// Returns how many milliseconds after each request the server wants to begin.
fn waits(debounce_ms: u64) -> Vec<u64> {
    let options = json!({ "debounceMs": debounce_ms });
    let mut editor = Start { script: &[(TEXT, NEVER)], options, log: Some("debug"), ..Start::default() }.go();
    let mut at = editor.open(URI, "rust", PLACE);
    let mut requests = Vec::new();
    for key in "qwzxj".chars().cycle().take(KEYS) {
        std::thread::sleep(BETWEEN);
        at = editor.type_at(URI, at, &key.to_string());
        requests.push(editor.request(URI, at));
    }
    // A key overtakes the last request too. No request is answered before it is queued.
    editor.type_at(URI, at, "z");
    for request in requests {
        assert_eq!(editor.answer(request).result(), Value::Null);
    }
    let home = editor.home.clone();
    end(editor);
    let log = logs(home.path());
    let queued = log.lines().filter(|line| line.contains(": queued "));
    let wait = queued.filter_map(|line| line.split_once("wait_ms=")?.1.split(' ').next()?.parse().ok());
    wait.collect()
}

#[test]
fn the_model_works_for_pauses_where_keys_are_quicker_than_answers() {
    assert_eq!(waits(0), [0; KEYS]);
    let waits = waits(150);
    assert_eq!((waits.len(), waits[0]), (KEYS, 0), "at first it is not known how slow answers are");
    assert!(waits.iter().any(|wait| *wait > 0), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= 150), "{waits:?}");
}
