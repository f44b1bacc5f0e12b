//! Several documents: nothing is evaluated twice, within the budget, and no result changes.

use housestyle_engine::{Engine, Input, Options};
use housestyle_testkit::tiny::Tiny;

/// Texts of a hundred tokens and more that have little in common.
const A: &str = "fn area(w: f32, h: f32) -> f32 { w * h } // the area of a rectangle, in square metres, rounded to nothing at all\n";
const B: &str = "class Queue:\n  def push(self, item): self.items.append(item)\n  def pop(self): return self.items.pop(0)  # FIFO\n";
const C: &str = "SELECT name, COUNT(*) FROM orders JOIN customers USING (id) GROUP BY name HAVING COUNT(*) > 5 ORDER BY 2 DESC;\n";

/// Returns how many tokens of the text had to be evaluated.
fn evaluated(engine: &mut Engine, text: &str) -> usize {
    let expected = engine.held(&[Input::Text(text)]).expect("a valid prompt");
    let done = engine.prefill(&[Input::Text(text)], &|| false).expect("a valid prompt");
    assert!(done.finished);
    assert_eq!(expected, (done.prompt_tokens, done.reused_tokens), "`held` says what happens");
    assert_eq!(done.prompt_tokens, done.reused_tokens + done.evaluated_tokens);
    done.evaluated_tokens
}

fn logits(engine: &mut Engine, text: &str) -> Vec<f32> {
    let tokens = engine.tokenize(&[Input::Text(text)]).expect("valid");
    engine.logits(&tokens, &|| false).expect("valid").expect("not aborted").to_vec()
}

#[test]
fn switching_between_documents_evaluates_only_what_was_typed() {
    let mut engine = super::open(&Tiny::default());
    assert!(evaluated(&mut engine, A) > 90 && evaluated(&mut engine, B) > 90);
    for typed in 1..20 {
        let a = format!("{A}{}", "x".repeat(typed));
        let b = format!("{B}{}", "y".repeat(typed));
        assert_eq!([evaluated(&mut engine, &a), evaluated(&mut engine, &b)], [1, 1]);
    }
    assert_eq!(engine.cached_sequences().0, 2);
}

#[test]
fn a_copied_beginning_gives_the_logits_of_a_fresh_start() {
    let mut engine = super::open(&Tiny::default());
    let (a, b) = (format!("{C}{A}"), format!("{C}{B}"));
    let shared = evaluated(&mut engine, C);
    let first = logits(&mut engine, &a);
    assert!(evaluated(&mut engine, &b) < b.len() - shared + 10, "what both begin with is copied");
    for (text, before) in [(&a, Some(first)), (&b, None), (&a, None), (&b, None)] {
        let reused = logits(&mut engine, text);
        let fresh = logits(&mut super::open(&Tiny::default()), text);
        let far = |x: &[f32]| fresh.iter().zip(x).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far(&reused) < 1e-4 && before.is_none_or(|b| far(&b) < 1e-4), "the copy changes the answer");
    }
    assert_eq!(engine.cached_sequences().0, 2);
}

#[test]
fn the_budget_holds_and_the_oldest_goes_first() {
    let mut engine = super::open(&Tiny::default());
    evaluated(&mut engine, A);
    let one = engine.cached_sequences().1;
    let kv_bytes = one * 5 / 2;
    let options = Options { threads: 1, context: 256, kv_bytes, ..Options::default() };
    let mut engine = super::open_with(&Tiny::default(), options);
    let mut again = Vec::new();
    for text in [A, B, A, C, A, B] {
        again.push(evaluated(&mut engine, text) > 0);
        let (count, bytes) = engine.cached_sequences();
        assert!(count <= 2 && bytes <= kv_bytes, "{count} sequences of {bytes} bytes in {kv_bytes}");
    }
    assert_eq!(again, [true, true, false, true, false, true], "C took the place of B, which was the oldest");
    engine.reset();
    assert_eq!(engine.cached_sequences().0, 1);
    assert!(evaluated(&mut engine, A) > 90, "nothing is kept over a reset");
}
