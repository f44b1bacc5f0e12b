//! Drafting on a simulated machine: the case says how long passes take and which text comes.

use std::time::Duration;

use super::*;

/// What became of a run.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Time without drafting over time with it.
    gain: f64,
    drafted: usize,
    accepted: usize,
}

/// Decodes `text` after its first `prompt` tokens; a pass of n tokens takes `cost(n, pass)` seconds.
fn run(drafting: &mut Drafting, text: &[u32], prompt: usize, cost: &dyn Fn(usize, usize) -> f64) -> Run {
    let (mut time, mut plain, mut passes) = (0.0, 0.0, 0);
    let mut run = Run { gain: 0.0, drafted: 0, accepted: 0 };
    drafting.begin();
    for at in prompt..text.len() {
        plain += cost(1, at);
        if drafting.observe(text[at]) {
            run.accepted += 1;
            continue;
        }
        let mut pass = vec![text[at]];
        drafting.propose(&text[..=at], text.len() - at - 1, &|_| true, &mut pass);
        run.drafted += pass.len() - 1;
        passes += 1;
        let took = cost(pass.len(), passes);
        time += took;
        drafting.passed(Duration::from_secs_f64(took));
    }
    run.gain = plain / time;
    run
}

/// Numbers without a pattern below a bound.
fn noise(length: usize, below: u32, mut seed: u32) -> Vec<u32> {
    (0..length)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        })
        .collect()
}

/// A machine where a pass of several tokens costs a third more for each.
fn steep(tokens: usize, _: usize) -> f64 {
    0.03 * (1.0 + (tokens - 1) as f64 / 3.0)
}

/// A machine where it costs a twentieth more for each.
fn flat(tokens: usize, _: usize) -> f64 {
    0.03 * (1.0 + (tokens - 1) as f64 / 20.0)
}

#[test]
fn a_text_that_repeats_itself_is_much_faster() {
    let mut text = noise(300, 1000, 1);
    text.extend_from_within(..);
    text.extend_from_within(..);
    let slow = run(&mut Drafting::default(), &text, 300, &steep);
    assert!(slow.gain > 1.9, "{slow:?}");
    let fast = run(&mut Drafting::default(), &text, 300, &flat);
    assert!(fast.gain > 7.0 && fast.accepted * 10 > fast.drafted * 9, "{fast:?}");
}

#[test]
fn what_cannot_be_drafted_loses_less_than_three_per_cent() {
    // Two of six tokens: short runs repeat all the time, and what follows them is chance.
    for (below, seed) in [(2, 1), (3, 2), (6, 3), (20, 4), (100_000, 5)] {
        for cost in [&steep as &dyn Fn(usize, usize) -> f64, &flat, &|n, _| 0.03 * n as f64] {
            let text = noise(3000, below, seed);
            let run = run(&mut Drafting::default(), &text, 500, cost);
            assert!(run.gain > 0.97, "of {below}: {run:?}");
        }
    }
}

#[test]
fn clocks_that_jump_do_not_mislead() {
    // Every seventh pass is interrupted, and takes four times as long.
    let cost = |n: usize, pass: usize| steep(n, 0) * if pass.is_multiple_of(7) { 4.0 } else { 1.0 };
    let text = noise(3000, 3, 9);
    let run = run(&mut Drafting::default(), &text, 500, &cost);
    assert!(run.gain > 0.96, "{run:?}");
}

/// Guesses a text that it has.
#[derive(Debug)]
struct Scripted(Vec<u32>);

impl Drafter for Scripted {
    fn draft(&mut self, context: &[u32], most: usize, out: &mut Vec<Guess>) {
        let rest = self.0.iter().skip(context.len()).take(most);
        out.extend(rest.map(|token| Guess { token: *token, rank: 9 }));
    }
}

#[test]
fn the_better_of_two_drafters_is_taken() {
    let text = noise(2000, 100_000, 7);
    let mut drafting = Drafting::default();
    drafting.add(Box::new(Scripted(noise(2000, 100_000, 8))));
    drafting.add(Box::new(Scripted(text.clone())));
    let run = run(&mut drafting, &text, 10, &flat);
    assert!(run.gain > 6.0, "{run:?}");
}

#[test]
fn no_more_is_guessed_than_is_wanted_or_usable() {
    let text = [1, 2, 3, 4, 5, 6, 7, 8];
    for (most, usable, expect) in [(0, 9, 0), (2, 9, 2), (100, 9, 5), (100, 6, 2)] {
        let mut drafting = Drafting::default();
        drafting.add(Box::new(Scripted(text.to_vec())));
        drafting.passed(Duration::from_millis(30));
        let mut pass = vec![3];
        drafting.propose(&text[..3], most, &|token| token < usable, &mut pass);
        assert_eq!(pass.len() - 1, expect, "{most}, {usable}: {pass:?}");
    }
}
