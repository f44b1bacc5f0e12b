//! Typing faster than the model answers: it works for pauses, not for every key.

use std::time::{Duration, Instant};

use serde_json::json;

use super::editor::{PLACE, Start, URI, text};

const KEYS: usize = 24;
const BETWEEN: Duration = Duration::from_millis(60);
const ANSWER_MS: u64 = 300;

/// Types quickly, asking at every key as an editor does that does not wait by itself; returns for how many keys the
/// model began to work, and how long after the last one its suggestion came.
fn typed(debounce_ms: u64) -> (usize, Duration) {
    let texts: Vec<String> = (0..=KEYS).map(|run| format!("run{run}();")).collect();
    let script: Vec<(&str, u64)> = texts.iter().map(|text| (text.as_str(), ANSWER_MS)).collect();
    let options = json!({ "debounceMs": debounce_ms });
    let mut editor = Start { script: &script, options, ..Start::default() }.go();
    let mut at = editor.open(URI, "rust", PLACE);
    let mut asked = Vec::new();
    let mut last = Instant::now();
    for key in "qwzxj".chars().cycle().take(KEYS) {
        std::thread::sleep(BETWEEN);
        last = Instant::now();
        at = editor.type_at(URI, at, &key.to_string());
        asked.push(editor.request(URI, at));
    }
    // Each is answered: the ones typed past by nothing.
    let received = asked.into_iter().map(|id| editor.answer(id)).last().expect("keys");
    let waited = received.at - last;
    let answer = received.result();
    let run = text(&answer).trim_start_matches("run").trim_end_matches("();").parse::<usize>();
    (run.expect("the script's text") + 1, waited)
}

#[test]
fn the_model_works_for_pauses_where_keys_are_quicker_than_answers() {
    let (runs, _) = typed(0);
    assert!(runs > KEYS / 2, "{runs} of {KEYS} keys");
    let (runs, waited) = typed(150);
    // Until it is known how slow answers are, it works for the first keys.
    assert!(runs <= KEYS / 2, "{runs} of {KEYS} keys");
    assert!(waited >= Duration::from_millis(ANSWER_MS), "{waited:?}");
}
