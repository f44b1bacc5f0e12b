//! Memory is flat over ten thousand generations.

use housestyle_engine::{GenerateOptions, Input, Sampling};
use housestyle_testkit::tiny::Tiny;
use std::time::Duration;

/// What the last nine thousand calls may add: the other tests of this process allocate too. A single row of logits
/// (1 KiB) kept by each call is more.
const SLACK: usize = 8 << 20;

/// Returns the resident memory of this process in bytes, where the system tells it.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()? * 1024)
}

#[test]
fn ten_thousand_generations() {
    let mut engine = super::open(&Tiny::default());
    let text = "fn main() {\n    let value = compute(first, second);\n    return value;\n}\n".repeat(2);
    let mut after_a_thousand = None;
    for round in 0..10_000 {
        // Prompts that share more or less with the one before, draws, and calls that are cancelled.
        let prompt = &text[round % 5..10 + round * 7 % 120];
        let options = GenerateOptions {
            max_tokens: 1 + round % 4,
            deadline: Duration::from_secs(3600),
            sampling: Sampling { temperature: (round % 2) as f32, top_p: 0.9, seed: round as u64 },
            heal: round % 3 > 0,
        };
        let cancelled = round % 11 == 10;
        let made = engine.generate(&[Input::Text(prompt)], &options, &|| cancelled, &mut |_, _| true);
        assert!(made.is_ok(), "{made:?}");
        if round == 1000 {
            after_a_thousand = resident();
        }
    }
    let (Some(before), Some(after)) = (after_a_thousand, resident()) else { return };
    assert!(after < before + SLACK, "{before} bytes after 1,000 calls, {after} after 10,000");
}
