//! Drafting changes how long a text takes, and nothing else.

use housestyle_engine::{
    Drafter, Engine, GenerateOptions, Guess, Input, Options, Output, Sampling, Screening, Special, StopReason,
};
use housestyle_testkit::tiny::Tiny;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const OPTIONS: GenerateOptions = GenerateOptions {
    max_tokens: 200,
    deadline: Duration::from_secs(3600),
    sampling: Sampling::GREEDY,
    heal: true,
};

/// Two engines of the same model, the first of which drafts.
fn pair(tiny: &Tiny) -> [Engine; 2] {
    pair_with(tiny, Screening::Off)
}

fn pair_with(tiny: &Tiny, screening: Screening) -> [Engine; 2] {
    let options = Options { threads: 2, context: 512, screening, ..Options::default() };
    let open = || super::open_with(tiny, options.clone());
    let mut pair = [open(), open()];
    pair[1].set_drafting(false);
    pair
}

/// Prompts of which some repeat themselves, and so do the answers of a model that says nothing sensible.
fn prompts() -> Vec<String> {
    let line = "    total = total + rows[index].amount * rate\n";
    (0..30)
        .map(|n| match n % 3 {
            0 => line.repeat(1 + n / 3 % 4) + &line[..n],
            1 => format!("fn f{n}(a: u8, b: u8) -> u8 {{ a + b }}\nfn g{n}(a: u8, b: u8"),
            _ => format!("{n} bottles of beer on the wall, {n} bottles of beer. Take {} down", n / 2),
        })
        .collect()
}

fn generate(engine: &mut Engine, text: &str, options: &GenerateOptions) -> Output {
    let prompt = [Input::Special(Special::FimPrefix), Input::Text(text)];
    engine.generate(&prompt, options, &|| false, &mut |_, _| true).expect("a valid prompt")
}

/// The outputs agree in all but times and drafts.
#[track_caller]
fn same(a: &Output, b: &Output, what: &str) {
    let of = |o: &Output| (o.text.clone(), o.stop, o.prompt_tokens, o.reused_tokens, o.generated_tokens);
    assert_eq!(of(a), of(b), "{what}");
    assert_eq!((b.drafted_tokens, b.accepted_tokens), (0, 0), "{what}: drafting is switched off");
    assert!(a.accepted_tokens <= a.drafted_tokens && a.accepted_tokens <= a.generated_tokens);
}

#[test]
fn ten_thousand_tokens_are_those_of_plain_decoding() {
    let (mut steps, mut accepted) = (0, 0);
    for (seed, architecture, quantized, screening) in [
        (1, "qwen2", false, Screening::Off),
        (2, "llama", false, Screening::Off),
        (3, "qwen2", true, Screening::Off),
        (4, "llama", true, Screening::Always),
    ] {
        let tiny = Tiny { seed, architecture, quantized, ..Tiny::default() };
        let [mut drafting, mut plain] = pair_with(&tiny, screening);
        for prompt in prompts() {
            let [a, b] = [&mut drafting, &mut plain].map(|engine| generate(engine, &prompt, &OPTIONS));
            same(&a, &b, &prompt);
            // With screening, what the unlikely tokens add to the sum is estimated.
            assert!(screening == Screening::Always || a.logprob == b.logprob, "{prompt}: {a:?} {b:?}");
            steps += a.generated_tokens;
            accepted += a.accepted_tokens;
        }
    }
    assert!(steps >= 10_000, "{steps}");
    assert!(accepted > 100, "of {steps} tokens {accepted} were drafted rightly");
}

/// Knows how the text goes on, but is wrong at every `wrong`th token.
#[derive(Debug)]
struct Knowing {
    text: Vec<u32>,
    wrong: usize,
}

impl Drafter for Knowing {
    fn draft(&mut self, context: &[u32], most: usize, out: &mut Vec<Guess>) {
        let rest = (context.len()..).zip(self.text.iter().skip(context.len()));
        let right = |at: usize| !at.is_multiple_of(self.wrong);
        out.extend(
            rest.take(most)
                .map(|(at, token)| Guess { token: if right(at) { *token } else { token ^ 1 }, rank: 7 }),
        );
    }
}

#[test]
fn drafts_that_are_wrong_here_and_there_change_nothing() {
    let prompt = "let x = ";
    let tiny = Tiny::default();
    let [drafting, mut plain] = pair(&tiny);
    let whole = generate(&mut plain, prompt, &OPTIONS);
    let mut text =
        drafting.tokenize(&[Input::Special(Special::FimPrefix), Input::Text(prompt)]).expect("valid");
    // The new tokens, by asking for one at a time: they are not always those of the text.
    text.truncate(whole.prompt_tokens);
    while text.len() < whole.prompt_tokens + whole.generated_tokens {
        let logits = plain.logits(&text, &|| false).expect("valid").expect("not aborted");
        let best = (0..logits.len()).reduce(|best, at| if logits[at] > logits[best] { at } else { best });
        text.push(best.expect("a vocabulary") as u32);
    }
    plain.reset();
    for wrong in [1, 2, 3, 5, 8, 1000] {
        let [mut drafting, mut plain] = pair(&tiny);
        drafting.add_drafter(Box::new(Knowing { text: text.clone(), wrong }));
        for max_tokens in [200, 1, 2, 3, 7, 200] {
            let options = GenerateOptions { max_tokens, heal: false, ..OPTIONS };
            let (a, b) = (generate(&mut drafting, prompt, &options), generate(&mut plain, prompt, &options));
            same(&a, &b, &format!("wrong at every {wrong}, {max_tokens} tokens"));
        }
    }
}

/// Nonsense: tokens that do not exist, end tokens, and more than was asked for.
#[derive(Debug)]
struct Nonsense;

impl Drafter for Nonsense {
    fn draft(&mut self, context: &[u32], most: usize, out: &mut Vec<Guess>) {
        let token = [u32::MAX, 262, 65, 66][context.len() % 4];
        out.extend((0..most + 10).map(|_| Guess { token, rank: usize::MAX }));
    }
}

#[test]
fn a_drafter_without_sense_does_no_harm() {
    let [mut drafting, mut plain] = pair(&Tiny::default());
    drafting.add_drafter(Box::new(Nonsense));
    for prompt in &prompts()[..6] {
        let (a, b) = (generate(&mut drafting, prompt, &OPTIONS), generate(&mut plain, prompt, &OPTIONS));
        same(&a, &b, prompt);
    }
}

#[test]
fn every_way_to_stop_is_that_of_plain_decoding() {
    let [mut drafting, mut plain] = pair(&Tiny::default());
    let long = GenerateOptions { max_tokens: 10_000, ..OPTIONS };
    let endless = |text: &String| generate(&mut plain, text, &long).stop == StopReason::ContextFull;
    let text = prompts().into_iter().find(endless).expect("an answer without an end");
    let prompt = [Input::Special(Special::FimPrefix), Input::Text(&text)];
    // Measures what passes cost, so that drafts are made from here on.
    let first = [&mut drafting, &mut plain]
        .map(|e| e.generate(&prompt, &OPTIONS, &|| false, &mut |_, _| true).expect("valid"));
    assert!(first[0].accepted_tokens > 0, "{:?}", first[0]);
    for n in 1..60 {
        let stopped = [&mut drafting, &mut plain].map(|engine| {
            let mut said = 0;
            let stop = |_: &str, _| {
                said += 1;
                said < n
            };
            let mut stop = stop;
            engine.generate(&prompt, &OPTIONS, &|| false, &mut stop).expect("valid")
        });
        same(&stopped[0], &stopped[1], &format!("stopped after {n}"));
        assert_eq!(stopped[0].stop, StopReason::Listener);
        let cancelled = [&mut drafting, &mut plain].map(|engine| {
            let mut said = 0;
            let flag = AtomicBool::new(false);
            let mut listen = |_: &str, _| {
                said += 1;
                flag.store(said == n, Ordering::Relaxed);
                true
            };
            engine.generate(&prompt, &OPTIONS, &|| flag.load(Ordering::Relaxed), &mut listen).expect("valid")
        });
        same(&cancelled[0], &cancelled[1], &format!("cancelled after {n}"));
        assert_eq!(cancelled[0].stop, StopReason::Cancelled);
        let options = GenerateOptions { max_tokens: n, ..OPTIONS };
        let most = [&mut drafting, &mut plain]
            .map(|e| e.generate(&prompt, &options, &|| false, &mut |_, _| true).expect("valid"));
        same(&most[0], &most[1], &format!("{n} tokens"));
    }
    let full = [&mut drafting, &mut plain]
        .map(|e| e.generate(&prompt, &long, &|| false, &mut |_, _| true).expect("valid"));
    same(&full[0], &full[1], "until the context is full");
    assert_eq!(full[0].stop, StopReason::ContextFull);
}

#[test]
fn what_was_generated_is_held_the_same_with_and_without() {
    let [mut drafting, mut plain] = pair(&Tiny::default());
    for prompt in &prompts()[..9] {
        let [a, b] = [&mut drafting, &mut plain].map(|e| {
            let out = generate(e, prompt, &OPTIONS);
            // What a user who takes the suggestion and asks for more will find.
            let text = format!("{prompt}{}", out.text);
            e.held(&[Input::Special(Special::FimPrefix), Input::Text(&text)]).expect("valid")
        });
        assert_eq!(a, b, "{prompt}");
    }
}

#[test]
fn other_texts_change_nothing_either() {
    let [mut drafting, mut plain] = pair(&Tiny::default());
    let all = prompts();
    let texts: Vec<&str> = all.iter().map(String::as_str).collect();
    for others in [&texts[..], &texts[..2], &[]] {
        let tokens: Vec<Vec<u32>> =
            others.iter().map(|text| drafting.tokenize(&[Input::Text(text)]).expect("text")).collect();
        drafting.set_draft_texts(tokens.iter().map(Vec::as_slice));
        for prompt in &texts[3..6] {
            let (a, b) = (generate(&mut drafting, prompt, &OPTIONS), generate(&mut plain, prompt, &OPTIONS));
            same(&a, &b, prompt);
        }
    }
}
