//! Adapters of a frozen model.

use std::sync::Arc;

use housestyle_engine::{
    AdapterWeights, Engine, EngineError, FAMILIES, Input, LowRank, Options, SplitMix64, Target,
};
use housestyle_testkit::tiny::{LAYERS, Tiny};

const TEXT: &str = "fn main() { return tu a  b }";

/// Numbers between -scale and scale.
fn noise(n: usize, scale: f32, seed: u64) -> Vec<f32> {
    let mut random = SplitMix64::new(seed);
    (0..n).map(|_| random.signed() * scale).collect()
}

/// An adapter of every matrix, with alpha unlike the rank.
fn everywhere(engine: &Engine, rank: usize, seed: u64) -> AdapterWeights {
    let mut weights = AdapterWeights { rank, alpha: 1.5 * rank as f32, ..AdapterWeights::default() };
    for layer in 0..LAYERS {
        for target in Target::ALL {
            let (rows, cols) = target.shape(engine.config());
            let seed = seed + 100 * layer as u64 + 2 * target as u64;
            let low_rank = LowRank { a: noise(rank * cols, 0.2, seed), b: noise(rows * rank, 0.2, seed + 1) };
            weights.low_rank.insert((layer, target), low_rank);
        }
    }
    weights
}

fn logits(engine: &mut Engine) -> Vec<f32> {
    let tokens = engine.tokenize(&[Input::Text(TEXT)]).expect("a valid prompt");
    engine.logits(&tokens, &|| false).expect("a valid prompt").expect("not aborted").to_vec()
}

fn put(engine: &mut Engine, adapters: &[&AdapterWeights]) {
    let adapter = engine.prepare(adapters).expect("it fits");
    engine.set_adapter(Some(Arc::new(adapter))).expect("it fits");
}

fn far(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn an_adapter_gives_the_logits_of_merged_weights() {
    for architecture in FAMILIES.iter().map(|family| family.name) {
        let tiny = Tiny { architecture, ..Tiny::default() };
        let mut engine = super::open(&tiny);
        let base = logits(&mut engine);
        let (one, mut two) = (everywhere(&engine, 3, 1), everywhere(&engine, 2, 7));
        let (rows, _) = Target::Up.shape(engine.config());
        two.biases.insert((1, Target::Up), noise(rows, 0.5, 5));
        put(&mut engine, &[&one, &two]);
        let got = logits(&mut engine);

        let mut merged = tiny.weights();
        for adapter in [&one, &two] {
            for ((layer, target), low_rank) in &adapter.low_rank {
                let name = format!("blk.{layer}.{}.weight", target.gguf_name());
                let (_, dims, values) = merged.iter_mut().find(|w| w.0 == name).expect("the matrix");
                let (cols, rank) = (dims[0], adapter.rank);
                for (i, value) in values.iter_mut().enumerate() {
                    let (row, col) = (i / cols, i % cols);
                    let product: f32 =
                        (0..rank).map(|j| low_rank.b[row * rank + j] * low_rank.a[j * cols + col]).sum();
                    *value += 1.5 * product;
                }
            }
        }
        // The tiny model has no bias of that matrix: the oracle is run without the bias, and so is ours.
        two.biases.clear();
        put(&mut engine, &[&one, &two]);
        let without = logits(&mut engine);
        let mut oracle =
            super::open_file(&tiny.gguf_with(&merged), Options { threads: 1, ..Options::default() });
        let expected = logits(&mut oracle);
        assert!(far(&without, &expected) < 0.02, "{architecture}: {}", far(&without, &expected));
        assert!(far(&base, &expected) > 0.5, "the adapter must matter");
        assert!(far(&got, &without) > 0.01, "the bias must matter");
    }
}

#[test]
fn an_adapter_that_changes_nothing_is_the_base_to_the_bit() {
    for quantized in [false, true] {
        let mut engine = super::open(&Tiny { quantized, ..Tiny::default() });
        let base = logits(&mut engine);
        let mut zero = everywhere(&engine, 4, 3);
        zero.low_rank.values_mut().for_each(|low_rank| low_rank.b.fill(0.0));
        put(&mut engine, &[&zero]);
        assert_eq!(logits(&mut engine), base);
        let live = everywhere(&engine, 4, 3);
        put(&mut engine, &[&live]);
        assert_ne!(logits(&mut engine), base);
        engine.set_adapter(None).expect("no adapter fits always");
        assert_eq!(logits(&mut engine), base);
    }
}

#[test]
fn the_bits_do_not_depend_on_how_a_prompt_came_in() {
    for quantized in [false, true] {
        let mut engine = super::open(&Tiny { quantized, ..Tiny::default() });
        let live = everywhere(&engine, 4, 3);
        put(&mut engine, &[&live]);
        let whole = logits(&mut engine);
        let tokens = engine.tokenize(&[Input::Text(TEXT)]).expect("valid");
        engine.reset();
        for n in 1..=tokens.len() {
            engine.logits(&tokens[..n], &|| false).expect("valid");
        }
        assert_eq!(logits(&mut engine), whole);
    }
}

#[test]
fn keys_and_values_of_one_adapter_are_not_used_for_another() {
    let mut engine = super::open(&Tiny::default());
    let base = logits(&mut engine);
    let adapter = everywhere(&engine, 2, 1);
    put(&mut engine, &[&adapter]);
    assert_eq!(engine.held(&[Input::Text(TEXT)]).expect("valid").1, 0);
    let adapted = logits(&mut engine);
    engine.set_adapter(None).expect("fits");
    assert!(engine.held(&[Input::Text(TEXT)]).expect("valid").1 > 0, "what the base held is still there");
    assert_eq!(logits(&mut engine), base);
    // The same content is the same adapter.
    put(&mut engine, &[&adapter]);
    assert!(engine.held(&[Input::Text(TEXT)]).expect("valid").1 > 0);
    assert_eq!(logits(&mut engine), adapted);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let engine = super::open(&Tiny::default());
    let good = everywhere(&engine, 2, 1);
    let problem = |change: &dyn Fn(&mut AdapterWeights)| {
        let mut bad = good.clone();
        change(&mut bad);
        match engine.prepare(&[&bad]) {
            Err(EngineError::Adapter { tensor, problem }) => format!("{tensor}: {problem}"),
            other => panic!("{other:?}"),
        }
    };
    let key = (1, Target::Down);
    let down = |bad: &mut AdapterWeights, change: &dyn Fn(&mut LowRank)| {
        change(bad.low_rank.get_mut(&key).expect("there"));
    };
    assert!(problem(&|bad| down(bad, &|l| l.a.truncate(5))).starts_with("blk.1.ffn_down: 5 and"));
    assert!(problem(&|bad| down(bad, &|l| l.b[0] = f32::NAN)).contains("finite"));
    assert!(problem(&|bad| down(bad, &|l| l.a[0] = 1e9)).contains("half"));
    assert!(problem(&|bad| bad.rank = 0).contains("rank 0"));
    assert!(problem(&|bad| bad.alpha = f32::INFINITY).contains("alpha"));
    assert!(
        problem(&|bad| {
            bad.biases.insert((9, Target::Up), vec![]);
        })
        .contains("2 layers")
    );
    assert!(
        problem(&|bad| {
            bad.biases.insert((0, Target::Up), vec![1.0]);
        })
        .contains("1 numbers")
    );
}
