//! Generating: determinism, healing, limits, cancelling.

use housestyle_engine::{EngineError, GenerateOptions, Input, Output, Sampling, Special, StopReason};
use housestyle_testkit::tiny::Tiny;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const OPTIONS: GenerateOptions = GenerateOptions {
    max_tokens: 24,
    deadline: Duration::from_secs(3600),
    sampling: Sampling::GREEDY,
    heal: true,
};

fn generate(engine: &mut housestyle_engine::Engine, text: &str, options: &GenerateOptions) -> Output {
    engine.generate(&[Input::Text(text)], options, &|| false, &mut |_, _| true).expect("a valid prompt")
}

#[test]
fn greedy_text_is_always_the_same_and_is_streamed_whole() {
    let mut engine = super::open(&Tiny::default());
    let mut streamed = String::new();
    let prompt = [Input::Text("fn main() {")];
    let a = engine.generate(&prompt, &OPTIONS, &|| false, &mut |t, _| {
        streamed.push_str(t);
        true
    });
    let a = a.expect("a valid prompt");
    assert_eq!(a.text, streamed);
    let b = generate(&mut engine, "fn main() {", &OPTIONS);
    assert_eq!((&a.text, a.stop), (&b.text, b.stop));
    assert_eq!(b.reused_tokens, b.prompt_tokens - 1, "the second call only needs the last token's logits");
    let sampled =
        GenerateOptions { sampling: Sampling { temperature: 1.5, top_p: 0.95, seed: 7 }, ..OPTIONS };
    let c = generate(&mut engine, "fn main() {", &sampled);
    assert_ne!(a.text, c.text, "sampling draws");
    assert_eq!(c.text, generate(&mut engine, "fn main() {", &sampled).text, "the same seed draws the same");
}

#[test]
fn the_healed_token_is_spelled_before_anything_new() {
    let mut engine = super::open(&Tiny::default());
    // "    " is one token; taken back, the first tokens must spell four spaces again.
    let out = generate(&mut engine, "x:\n    ", &GenerateOptions { max_tokens: 5, ..OPTIONS });
    let mut tokens = Vec::new();
    engine.tokenizer().encode("x:\n    ", &mut tokens);
    assert_eq!(out.prompt_tokens, tokens.len() - 1);
    // What comes out starts right after the prompt: it never repeats what stands there, and with five
    // tokens for at most four characters something new is said.
    assert!(out.generated_tokens == 5 && !out.text.is_empty(), "{out:?}");
}

#[test]
fn spelling_what_stands_there_costs_no_confidence() {
    let mut engine = super::open(&Tiny::default());
    // No token but `z` itself begins with it: the model has no choice, so it cannot be unsure.
    let out = generate(&mut engine, "xyz", &GenerateOptions { max_tokens: 1, ..OPTIONS });
    assert_eq!((out.text.as_str(), out.generated_tokens), ("", 1));
    assert!(out.logprob.abs() < 1e-6, "{}", out.logprob);
}

#[test]
fn special_tokens_in_text_are_text() {
    let engine = super::open(&Tiny::default());
    let t = engine.tokenizer();
    let mut ids = Vec::new();
    t.encode("<|fim_middle|>", &mut ids);
    assert_eq!(ids.len(), "<|fim_middle|>".len());
    assert_eq!(t.decode(&ids), "<|fim_middle|>");
    let special = t.special(Special::FimMiddle).expect("in the vocabulary");
    assert!(!ids.contains(&special) && t.is_control(special) && t.decode(&[special]).is_empty());
    let plain = super::open(&Tiny { fim: false, ..Tiny::default() });
    let asked = plain.tokenize(&[Input::Special(Special::FimMiddle)]);
    assert!(matches!(asked, Err(EngineError::NoSpecial(Special::FimMiddle))));
}

#[test]
fn every_limit_ends_it_with_its_reason() {
    let mut engine = super::open(&Tiny::default());
    let none = generate(&mut engine, "abc", &GenerateOptions { deadline: Duration::ZERO, ..OPTIONS });
    assert_eq!((none.stop, none.text.as_str()), (StopReason::Deadline, ""));
    let few = generate(&mut engine, "abc", &GenerateOptions { max_tokens: 3, ..OPTIONS });
    assert!(few.generated_tokens <= 3);
    let stop = engine.generate(&[Input::Text("abc")], &OPTIONS, &|| false, &mut |_, _| false).expect("valid");
    assert_eq!(stop.stop, StopReason::Listener);
    let long = "a".repeat(250);
    let full = generate(&mut engine, &long, &GenerateOptions { max_tokens: 1000, ..OPTIONS });
    assert!(matches!(full.stop, StopReason::ContextFull | StopReason::EndToken), "{full:?}");
    let over = engine.generate(&[Input::Text(&"a".repeat(400))], &OPTIONS, &|| false, &mut |_, _| true);
    assert!(matches!(over, Err(EngineError::ContextFull { tokens: _, context: 256 })), "{over:?}");
    let empty = engine.generate(&[], &OPTIONS, &|| false, &mut |_, _| true);
    assert!(matches!(empty, Err(EngineError::EmptyPrompt)));
}

#[test]
fn a_cancel_is_seen_before_every_token_and_leaves_the_engine_usable() {
    let mut engine = super::open(&Tiny::default());
    let before = generate(&mut engine, "let x", &OPTIONS).text;
    engine.reset();
    for after in [0, 1, 3, 5] {
        let asked = AtomicUsize::new(0);
        let said = Cell::new(0);
        let out = engine.generate(
            &[Input::Text("let x")],
            &OPTIONS,
            &|| asked.fetch_add(1, Ordering::Relaxed) >= after,
            &mut |_, _| {
                said.set(said.get() + 1);
                true
            },
        );
        assert_eq!(out.expect("cancelling is no error").stop, StopReason::Cancelled);
        assert!(said.get() <= after);
    }
    assert_eq!(generate(&mut engine, "let x", &OPTIONS).text, before);
}

#[test]
fn scores_are_log_likelihoods() {
    let mut engine = super::open(&Tiny::default());
    let prompt = [Input::Special(Special::FimPrefix), Input::Text("a b")];
    let one = engine.score(&prompt, "c", &|| false).expect("valid").expect("not cancelled");
    // By hand: the probability of the byte c after the same tokens.
    let mut tokens = engine.tokenize(&prompt).expect("valid");
    let c = u32::from(b'c');
    let (logit, sum) = {
        let l = engine.logits(&tokens, &|| false).expect("valid").expect("not aborted");
        let max = l.iter().copied().fold(f32::MIN, f32::max);
        (l[c as usize], max + l.iter().map(|v| (v - max).exp()).sum::<f32>().ln())
    };
    assert_eq!(one.tokens, 1);
    assert!((one.nll - f64::from(sum - logit)).abs() < 1e-3, "{one:?}");
    // Long enough for several rows, equal to the sum of its steps.
    let text = "the quick brown";
    let whole = engine.score(&prompt, text, &|| false).expect("valid").expect("not cancelled");
    let mut continuation = Vec::new();
    engine.tokenizer().encode(&format!("a b{text}"), &mut continuation);
    tokens.truncate(1);
    let mut nll = 0.0;
    for (i, token) in continuation.iter().enumerate() {
        let l = engine.logits(&tokens, &|| false).expect("valid").expect("not aborted");
        let max = l.iter().copied().fold(f32::MIN, f32::max);
        let sum = max + l.iter().map(|v| (v - max).exp()).sum::<f32>().ln();
        if i >= continuation.len() - whole.tokens {
            nll += f64::from(sum - l[*token as usize]);
        }
        tokens.push(*token);
    }
    assert!((whole.nll - nll).abs() < 1e-2, "{} for {nll}", whole.nll);
}

#[test]
fn an_aborted_prefill_keeps_what_was_done_and_changes_no_result() {
    let text = "fn main() {\n    let value = compute(first, second);\n}\n".repeat(4);
    let prompt = [Input::Text(&text)];
    let mut fresh = super::open(&Tiny::default());
    let tokens = fresh.tokenize(&prompt).expect("valid");
    let expected = fresh.logits(&tokens, &|| false).expect("valid").expect("not aborted").to_vec();
    let mut engine = super::open(&Tiny::default());
    let mut held = 0;
    let mut rounds = 0;
    loop {
        // Each call may start five layers: one or two passes of two layers.
        let asked = AtomicUsize::new(0);
        let abort = || asked.fetch_add(1, Ordering::Relaxed) >= 5;
        let done = engine.prefill(&prompt, &abort).expect("valid");
        assert_eq!(done.reused_tokens, held, "an abort loses nothing but the pass it ends");
        held += done.evaluated_tokens;
        rounds += 1;
        assert_eq!(done.finished, held == tokens.len());
        if done.finished {
            break;
        }
        assert!(done.evaluated_tokens > 0);
    }
    assert!(rounds > 1, "the prompt is longer than one call");
    let again = engine.prefill(&prompt, &|| true).expect("valid");
    assert!(again.finished && again.evaluated_tokens == 0, "nothing is left to abort: {again:?}");
    let got = engine.logits(&tokens, &|| false).expect("valid").expect("not aborted");
    let far = expected.iter().zip(got).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(far < 1e-4, "logits differ by {far} from a fresh start");
}
