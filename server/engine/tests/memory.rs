//! Memory is flat over ten thousand generations.

use housestyle_engine::{GenerateOptions, Input, Sampling};
use housestyle_testkit::tiny::Tiny;
use std::time::Duration;

/// Calls after which the memory is read again.
const BLOCK: usize = 1000;
/// What a block may add. The other tests of this process allocate too, but not all the time; a single row of logits
/// (1 KiB) kept by each call would be twice as much in every block.
const SLACK: usize = 512 << 10;

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
    let mut blocks = Vec::new();
    for round in 0..10_000 {
        // Prompts that share more or less with the one before, draws, and calls that are cancelled.
        let prompt = &text[round % 5..10 + round * 7 % 120];
        let options = GenerateOptions {
            max_tokens: 1 + round % 4,
            deadline: Duration::from_secs(3600),
            sampling: Sampling { temperature: (round % 2) as f32, top_p: 0.9, seed: round as u64 },
            heal: round % 3 > 0,
        };
        engine.set_drafting(round % 4 > 0);
        let cancelled = round % 11 == 10;
        let made = engine.generate(&[Input::Text(prompt)], &options, &|| cancelled, &mut |_, _| true);
        assert!(made.is_ok(), "{made:?}");
        if round % BLOCK == BLOCK - 1 {
            blocks.extend(resident());
        }
    }
    let growth = blocks.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).min();
    assert!(growth.is_none_or(|bytes| bytes < SLACK), "bytes after each {BLOCK} calls: {blocks:?}");
}
