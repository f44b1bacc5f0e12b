//! Trains on random tokens and prints how fast that goes, as one line of JSON: for `tests/bench`.
//!
//! `speed MODEL.gguf TOKENS LEARNED EXAMPLES THREADS [FIRST_LAYER [EPOCHS]]`

use std::time::Instant;

use housestyle_engine::{Engine, Options};
use housestyle_train::{Control, Example, Network, Parameters, Recipe, Run, train};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| match arguments.get(i) {
        Some(text) => text.parse().map_err(|_| format!("{text} is no number")),
        None => Ok(default),
    };
    let model = arguments.first().ok_or("which model?")?;
    let (tokens, learned, count, threads) = (number(1, 512)?, number(2, 64)?, number(3, 4)?, number(4, 2)?);
    let engine = Engine::open(model.as_ref(), Options { threads, ..Options::default() })?;
    let recipe = Recipe { batch: 1, first_layer: number(5, 0)?, epochs: number(6, 1)?, ..Recipe::default() };
    let examples: Vec<Example> = (0..count)
        .map(|i| {
            let tokens = (0..=tokens).map(|j| ((i * 7919 + j * 104_729 + j * j) % 30_000) as u32).collect();
            Example { tokens, from: number(1, 512).unwrap_or(512) + 1 - learned, weight: 1.0 }
        })
        .collect();
    let parameters = Parameters::new(&recipe, engine.config(), None, None)?;
    let plan = Run { recipe: &recipe, examples: &examples, most_steps: None, checkpoint: None };
    let mut network = Network::new(engine.frozen());
    let begun = Instant::now();
    let mut times = Vec::new();
    let mut last = begun;
    let trained = train(&mut network, plan, parameters, &mut |_| {
        times.push(last.elapsed().as_secs_f64());
        last = Instant::now();
        Control::Continue
    })?;
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!(
        "{{\"tokens_per_second\": {:.1}, \"seconds\": {:.3}, \"parameters\": {}, \"losses\": {:?}}}",
        tokens as f64 / median,
        begun.elapsed().as_secs_f64(),
        trained.parameters.trained(),
        trained.losses
    );
    Ok(())
}
