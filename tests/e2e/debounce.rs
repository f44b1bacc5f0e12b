//! The debounce: where keys come faster than answers, the model works for pauses and not for every key.

use std::time::{Duration, Instant};

use serde_json::json;

use super::editor::{PLACE, Start, URI, text};

const KEYS: usize = 24;
const BETWEEN: Duration = Duration::from_millis(60);
const ANSWER_MS: u64 = 300;
/// How often the keys are typed anew where the machine was too busy to type them quickly.
const ATTEMPTS: usize = 20;

/// Typing with a request at every key, as an editor does that does not debounce by itself.
struct Typing {
    /// For how many keys the model began to work.
    runs: usize,
    /// How long after the last key its suggestion came.
    waited: Duration,
    /// The longest time between two keys.
    slowest: Duration,
}

fn typed(debounce_ms: u64) -> Typing {
    let texts: Vec<String> = (0..=KEYS).map(|run| format!("run{run}();")).collect();
    let script: Vec<(&str, u64)> = texts.iter().map(|text| (text.as_str(), ANSWER_MS)).collect();
    let options = json!({ "debounceMs": debounce_ms });
    let mut editor = Start { script: &script, options, ..Start::default() }.go();
    let mut at = editor.open(URI, "rust", PLACE);
    let mut asked = Vec::new();
    let (mut last, mut slowest) = (Instant::now(), Duration::ZERO);
    for key in "qwzxj".chars().cycle().take(KEYS) {
        std::thread::sleep(BETWEEN);
        slowest = slowest.max(last.elapsed());
        last = Instant::now();
        at = editor.type_at(URI, at, &key.to_string());
        asked.push(editor.request(URI, at));
    }
    // Every request is answered: those that a key overtook by nothing.
    let received = asked.into_iter().map(|id| editor.answer(id)).last().expect("keys");
    let waited = received.at - last;
    let answer = received.result();
    let run = text(&answer).trim_start_matches("run").trim_end_matches("();").parse::<usize>();
    Typing { runs: run.expect("the script's text") + 1, waited, slowest }
}

/// Types until the keys came at the speed that a test is about.
fn quickly_typed(debounce_ms: u64) -> Typing {
    let mut attempts = (0..ATTEMPTS).map(|_| typed(debounce_ms));
    attempts.find(|typing| typing.slowest < 2 * BETWEEN).expect("a machine that types quickly")
}

#[test]
fn the_model_works_for_pauses_where_keys_are_quicker_than_answers() {
    let Typing { runs, .. } = quickly_typed(0);
    assert!(runs > KEYS / 2, "{runs} of {KEYS} keys");
    let Typing { runs, waited, .. } = quickly_typed(150);
    // Until it is known how slow answers are, it works for the first keys.
    assert!(runs <= KEYS / 2, "{runs} of {KEYS} keys");
    assert!(waited >= Duration::from_millis(ANSWER_MS), "{waited:?}");
}
