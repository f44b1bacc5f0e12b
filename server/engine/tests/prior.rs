//! A prior in the mixture: exact with drafting, without effect where it says nothing.

use std::time::Duration;

use housestyle_engine::{
    Engine, GenerateOptions, Input, Options, Output, Prior, Sampling, Screening, Special, StopReason,
};
use housestyle_testkit::tiny::Tiny;

const OPTIONS: GenerateOptions = GenerateOptions {
    max_tokens: 120,
    deadline: Duration::from_secs(3600),
    sampling: Sampling::GREEDY,
    heal: true,
};

/// Adds to a few tokens that depend on the last ones, with these shares; every third time it knows nothing.
#[derive(Debug, Clone)]
struct Hunch(Vec<f32>);

impl Prior for Hunch {
    fn predict(&mut self, context: &[u32], out: &mut Vec<(u32, f32)>) {
        let last = context.iter().rev().take(2).fold(7u32, |hash, token| hash.wrapping_mul(31) ^ token);
        if last % 3 != 0 {
            out.extend(
                self.0
                    .iter()
                    .enumerate()
                    .map(|(n, share)| ((last >> 2).wrapping_add(n as u32 * 40) % 262, *share)),
            );
        }
    }
}

fn engine(tiny: &Tiny, screening: Screening, prior: Option<Hunch>) -> Engine {
    let mut engine =
        super::open_with(tiny, Options { threads: 2, context: 512, screening, ..Options::default() });
    engine.set_prior(prior.map(|prior| Box::new(prior) as Box<dyn Prior>));
    engine
}

fn generate(engine: &mut Engine, text: &str, options: &GenerateOptions) -> Output {
    let prompt = [Input::Special(Special::FimPrefix), Input::Text(text)];
    engine.generate(&prompt, options, &|| false, &mut |_, _| true).expect("a valid prompt")
}

fn prompts() -> Vec<String> {
    let line = "    total = total + rows[index].amount * rate\n";
    (0..12).map(|n| line.repeat(1 + n / 3) + &line[..n] + if n % 2 == 0 { "    " } else { "" }).collect()
}

/// Returns the parts of an output that must agree with another's.
fn essence(o: &Output) -> (String, StopReason, usize, u64) {
    (o.text.clone(), o.stop, o.generated_tokens, o.logprob.to_bits())
}

#[test]
fn drafting_changes_nothing_in_a_mixture() {
    let (mut accepted, mut changed) = (0, 0);
    for (seed, quantized, screening) in [
        (1, false, Screening::Off),
        (3, true, Screening::Off),
        (4, true, Screening::Always),
        (5, true, Screening::Auto),
    ] {
        let tiny = Tiny { seed, quantized, ..Tiny::default() };
        for shares in [vec![0.3], vec![0.05, 0.5, 0.2], vec![0.01; 20]] {
            let prior = Some(Hunch(shares));
            let [mut drafting, mut plain, mut alone] =
                [prior.clone(), prior, None].map(|prior| engine(&tiny, screening, prior));
            plain.set_drafting(false);
            for prompt in prompts() {
                let [a, b, c] =
                    [&mut drafting, &mut plain, &mut alone].map(|e| generate(e, &prompt, &OPTIONS));
                assert_eq!(
                    (&a.text, a.stop, a.generated_tokens),
                    (&b.text, b.stop, b.generated_tokens),
                    "seed {seed} {prompt:?}"
                );
                // Where the prior knows nothing and logits are estimated, their sum depends on the pass.
                let bound = if screening == Screening::Off { 0.0 } else { 0.05 * a.generated_tokens as f64 };
                assert!((a.logprob - b.logprob).abs() <= bound, "seed {seed} {a:?} {b:?}");
                accepted += a.accepted_tokens;
                changed += usize::from(a.text != c.text);
            }
        }
    }
    assert!(accepted > 50 && changed > 100, "{accepted} drafted rightly, {changed} texts changed");
}

#[test]
fn a_prior_without_weight_leaves_every_bit() {
    for (quantized, screening) in [(false, Screening::Off), (true, Screening::Always)] {
        let tiny = Tiny { quantized, ..Tiny::default() };
        let [mut with, mut without] =
            [Some(Hunch(vec![0.0; 5])), None].map(|prior| engine(&tiny, screening, prior));
        // With estimates, the sum over unlikely tokens depends on what else is in a pass.
        with.set_drafting(false);
        without.set_drafting(false);
        for prompt in prompts() {
            let sampling = Sampling { temperature: 0.8, top_p: 0.9, seed: 5 };
            for options in [OPTIONS, GenerateOptions { sampling, ..OPTIONS }] {
                let [a, b] = [&mut with, &mut without].map(|e| essence(&generate(e, &prompt, &options)));
                assert_eq!(a, b, "{prompt:?}");
            }
            let [a, b] = [&mut with, &mut without].map(|e| {
                e.score(&[Input::Text(&prompt)], "total = 1", &|| false)
                    .expect("valid")
                    .expect("not cancelled")
            });
            assert_eq!(a, b);
        }
    }
}

#[test]
fn the_mixture_is_the_one_of_the_definition() {
    // Token by token, from all logits and the definition alone.
    let tiny = Tiny::default();
    let mut engine = engine(&tiny, Screening::Off, Some(Hunch(vec![0.2, 0.3])));
    let options = GenerateOptions { heal: false, ..OPTIONS };
    for prompt in &prompts()[..4] {
        let parts = [Input::Special(Special::FimPrefix), Input::Text(prompt)];
        let made = engine.generate(&parts, &options, &|| false, &mut |_, _| true).expect("valid");
        let mut tokens = engine.tokenize(&parts).expect("valid");
        let end = engine.tokenizer().special(Special::EndOfText).expect("an end");
        let (mut text, mut logprob) = (Vec::new(), 0.0);
        loop {
            let logits = engine.logits(&tokens, &|| false).expect("valid").expect("not aborted");
            let sum: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
            let model: Vec<f64> = logits.iter().map(|l| f64::from(*l).exp() / sum).collect();
            let mut additions = Vec::new();
            Hunch(vec![0.2, 0.3]).predict(&tokens, &mut additions);
            additions.retain(|a| !engine.tokenizer().is_control(a.0));
            let share = 1.0 - additions.iter().map(|a| f64::from(a.1)).sum::<f64>();
            let mut mixed: Vec<f64> = model.iter().map(|p| p * share).collect();
            additions
                .iter()
                .for_each(|a| mixed[a.0 as usize] += (1.0 - model[end as usize]) * f64::from(a.1));
            mixed[end as usize] = model[end as usize];
            assert!((mixed.iter().sum::<f64>() - 1.0).abs() < 1e-6);
            let best =
                (0..mixed.len()).reduce(|a, b| if mixed[b] > mixed[a] { b } else { a }).expect("tokens");
            logprob += mixed[best].ln();
            if engine.tokenizer().is_control(best as u32) || text.len() == options.max_tokens {
                break;
            }
            text.push(best as u32);
            tokens.push(best as u32);
            if text.len() == options.max_tokens {
                break;
            }
        }
        // Bytes of a character that is not complete yet are held back.
        let (text, made_text) = (engine.tokenizer().decode(&text), made.text.as_str());
        assert_eq!(text.trim_end_matches('\u{fffd}'), made_text.trim_end_matches('\u{fffd}'));
        assert!((logprob - made.logprob).abs() < 1e-3 * (1.0 + logprob.abs()), "{logprob} {}", made.logprob);
    }
}

#[test]
fn scores_of_all_next_tokens_are_one_and_the_end_keeps_its_own() {
    let tiny = Tiny::default();
    let [mut with, mut without] =
        [Some(Hunch(vec![0.4, 0.1])), None].map(|prior| engine(&tiny, Screening::Off, prior));
    let prompt = [Input::Special(Special::FimPrefix), Input::Text("x = y")];
    let mut differ = 0;
    for byte in 0..128u8 {
        let text = char::from(byte).to_string();
        let [a, b] = [&mut with, &mut without]
            .map(|e| e.score(&prompt, &text, &|| false).expect("valid").expect("not cancelled"));
        differ += usize::from(a.nll != b.nll);
        assert!((a.nll_end - b.nll_end).abs() < 1e-9, "{a:?} {b:?}");
    }
    assert!(differ > 0);
}

#[test]
fn healing_holds_against_a_prior() {
    /// Wants a letter everywhere.
    #[derive(Debug)]
    struct Stubborn;
    impl Prior for Stubborn {
        fn predict(&mut self, _: &[u32], out: &mut Vec<(u32, f32)>) {
            out.push((65, 0.95));
        }
    }
    let mut engine = engine(&Tiny::default(), Screening::Off, None);
    engine.set_prior(Some(Box::new(Stubborn)));
    for prompt in ["def f():\n    ", "retu", "a  "] {
        let out = generate(&mut engine, prompt, &OPTIONS);
        let letter = engine.tokenizer().decode(&[65]);
        assert!(out.text.contains(&letter.repeat(3)), "{:?}", out.text);
        // What was taken back at the cursor is spelled again before the prior gets its way.
        let whole = format!("{prompt}{}", out.text);
        assert!(whole.starts_with(prompt) && !out.text.is_empty());
        let plain = engine.tokenize(&[Input::Text(prompt)]).expect("valid").len() + 1;
        assert_eq!(out.prompt_tokens, plain - 1, "one token was taken back");
    }
}

#[test]
fn token_scores_are_those_of_the_model_alone() {
    let tiny = Tiny::default();
    let text = "    total = total + rows[index].amount * rate\n";
    let prompt = [Input::Special(Special::FimPrefix), Input::Text(text)];
    let never = || false;
    let mut alone = engine(&tiny, Screening::Off, None);
    let scored = alone.score(&prompt, text, &never).expect("it fits").expect("not cancelled");
    let mut mixed = engine(&tiny, Screening::Off, Some(Hunch(vec![0.3])));
    let (mut nll, mut tokens, mut context) = (0.0, 0, 0);
    let all = mixed.score_tokens(&prompt, text, &never, &mut |score| {
        assert!(score.end > 0.0 && score.end < 1.0);
        assert!(tokens == 0 || score.context.len() == context + 1);
        (nll, tokens, context) = (nll - score.probability.ln(), tokens + 1, score.context.len());
    });
    assert_eq!((all.expect("it fits"), tokens), (true, scored.tokens));
    assert!((nll - scored.nll).abs() < 1e-3 * scored.nll, "{nll} {}", scored.nll);
    assert!(!mixed.score_tokens(&prompt, &text.repeat(3), &|| true, &mut |_| {}).expect("it fits"));
}
