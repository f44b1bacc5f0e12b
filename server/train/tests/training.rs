//! Whole runs.

use housestyle_engine::{AdapterWeights, Config, FAMILIES, Family, Target};
use housestyle_testkit::tiny::Tiny;
use housestyle_train::{
    Control, Example, Network, Parameters, Progress, Recipe, Run, Schedule, TrainError, Trained, train,
};

fn examples() -> Vec<Example> {
    (0..5u32)
        .map(|i| {
            let tokens = (0..24).map(|j| (i * 50 + j * (7 + i)) % 250).collect();
            Example { tokens, from: 16, weight: 1.0 }
        })
        .collect()
}

fn recipe() -> Recipe {
    Recipe {
        rank: 8,
        alpha: 16.0,
        targets: Target::MLP.to_vec(),
        rate: 1e-2,
        schedule: Schedule::Cosine,
        batch: 5,
        epochs: 100,
        ..Recipe::default()
    }
}

fn run(tiny: &Tiny, threads: usize, run: Run<'_>) -> Result<Trained, TrainError> {
    run_with(tiny, threads, run, &mut |_| Control::Continue)
}

fn run_with(
    tiny: &Tiny,
    threads: usize,
    run: Run<'_>,
    listener: &mut dyn FnMut(Progress) -> Control,
) -> Result<Trained, TrainError> {
    let engine = super::open(tiny, threads);
    let parameters = Parameters::new(run.recipe, engine.config(), None, None)?;
    train(&mut Network::new(engine.frozen()), run, parameters, listener)
}

fn bits(weights: &AdapterWeights) -> Vec<u32> {
    let all = weights
        .low_rank
        .values()
        .flat_map(|l| l.a.iter().chain(&l.b))
        .chain(weights.biases.values().flatten());
    all.map(|v| v.to_bits()).collect()
}

#[test]
fn the_loss_goes_to_nearly_nothing() {
    let examples = examples();
    for (recipe, first) in [
        (recipe(), 0),
        (Recipe { first_layer: 1, ..recipe() }, 1),
        (
            Recipe {
                rank: 0,
                bias: true,
                targets: Target::ALL.to_vec(),
                rate: 5e-2,
                epochs: 200,
                ..recipe()
            },
            0,
        ),
    ] {
        for quantized in [false, true] {
            let tiny = Tiny { quantized, ..Tiny::default() };
            let plan = Run { recipe: &recipe, examples: &examples, most_steps: None, checkpoint: None };
            let trained = run(&tiny, 2, plan).expect("it trains");
            let (begin, end) = (trained.losses[0], trained.losses[trained.losses.len() - 1]);
            assert!(trained.finished && begin > 4.0 && end < 0.05, "{recipe:?}: {begin} to {end}");
            let weights = trained.parameters.adapter();
            assert!(weights.low_rank.keys().all(|(layer, _)| *layer >= first));
            assert_eq!(weights.parameters(), trained.parameters.trained());
        }
    }
}

#[test]
fn the_same_run_gives_the_same_bits_with_any_threads_and_interrupted_anywhere() {
    let examples = examples();
    let recipe = Recipe { epochs: 6, batch: 2, first_layer: 1, ..recipe() };
    let tiny = Tiny { quantized: true, ..Tiny::default() };
    let plan = Run { recipe: &recipe, examples: &examples, most_steps: Some(17), checkpoint: None };
    let whole = run(&tiny, 1, plan).expect("it trains");
    assert_eq!(whole.losses.len(), 17);
    let expected = bits(&whole.parameters.adapter());
    assert_eq!(bits(&run(&tiny, 3, plan).expect("it trains").parameters.adapter()), expected);
    let other = Recipe { seed: 2, ..recipe.clone() };
    let other = run(&tiny, 1, Run { recipe: &other, ..plan }).expect("it trains");
    assert_ne!(bits(&other.parameters.adapter()), expected);

    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("run.checkpoint");
    let plan = Run { checkpoint: Some((&path, [7; 32])), ..plan };
    let mut interruptions = 0;
    let trained = loop {
        let mut examples_before_stop = 5;
        let trained = run_with(&tiny, 2, plan, &mut |_| {
            examples_before_stop -= 1;
            if examples_before_stop == 0 { Control::Stop } else { Control::Continue }
        })
        .expect("it trains");
        if trained.finished {
            break trained;
        }
        interruptions += 1;
    };
    assert!(interruptions > 5);
    assert_eq!(bits(&trained.parameters.adapter()), expected);
    assert_eq!(trained.losses, whole.losses);
}

#[test]
fn a_run_calls_the_pause_before_each_layer() {
    let engine = super::open(&Tiny::default(), 1);
    let (recipe, examples) = (recipe(), examples());
    let parameters = Parameters::new(&recipe, engine.config(), None, None).expect("it fits");
    let calls = std::cell::Cell::new(0);
    let pause = || calls.set(calls.get() + 1);
    let mut network = Network::new(engine.frozen());
    network.set_pause(&pause);
    let run = Run { recipe: &recipe, examples: &examples, most_steps: Some(1), checkpoint: None };
    train(&mut network, run, parameters, &mut |_| Control::Continue).expect("it trains");
    // Five examples, two layers, there and back.
    assert_eq!(calls.get(), 5 * 2 * 2);
}

#[test]
fn a_foreign_or_damaged_checkpoint_is_refused_and_stays() {
    let examples = examples();
    let recipe = Recipe { epochs: 1, batch: 5, ..recipe() };
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("run.checkpoint");
    let plan =
        Run { recipe: &recipe, examples: &examples, most_steps: None, checkpoint: Some((&path, [1; 32])) };
    run(&Tiny::default(), 1, plan).expect("it trains");
    let good = std::fs::read(&path).expect("a checkpoint");
    let problem = |bytes: &[u8], digest: u8| {
        std::fs::write(&path, bytes).expect("writing");
        let plan = Run { checkpoint: Some((&path, [digest; 32])), ..plan };
        let error = run(&Tiny::default(), 1, plan).expect_err("refused").to_string();
        assert_eq!(std::fs::read(&path).expect("still there"), bytes);
        error
    };
    assert!(problem(&good, 2).contains("another run"));
    assert!(problem(&good[..good.len() - 1], 1).contains("damaged"));
    assert!(problem(b"PK", 1).contains("no checkpoint"));
    for at in (0..good.len()).step_by(good.len() / 50) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        problem(&bad, 1);
    }
    std::fs::write(&path, &good).expect("writing");
    assert!(run(&Tiny::default(), 1, plan).expect("nothing left to do").finished);
}

#[test]
fn a_run_that_cannot_be_trained_is_refused() {
    let (recipe, good) = (recipe(), examples());
    let problem = |recipe: &Recipe, examples: &[Example]| {
        let plan = Run { recipe, examples, most_steps: Some(3), checkpoint: None };
        run(&Tiny::default(), 1, plan).expect_err("refused").to_string()
    };
    assert_eq!(problem(&recipe, &[]), "there are no examples to learn from");
    let with = |change: &dyn Fn(&mut Example)| {
        let mut examples = good.clone();
        change(&mut examples[1]);
        problem(&recipe, &examples)
    };
    assert_eq!(with(&|e| e.from = 0), "example 1: 24 tokens, to be learned from 0 on");
    assert_eq!(with(&|e| e.from = 24), "example 1: 24 tokens, to be learned from 24 on");
    assert!(with(&|e| e.tokens[3] = 99_999).contains("token 99999"));
    assert!(with(&|e| e.weight = f32::NAN).contains("NaN"));
    assert!(problem(&Recipe { targets: vec![], ..recipe.clone() }, &good).contains("nothing"));
    assert!(problem(&Recipe { rank: 0, ..recipe.clone() }, &good).contains("nothing"));
    assert!(problem(&Recipe { first_layer: 2, ..recipe.clone() }, &good).contains("first layer 2 of 2"));
    assert!(problem(&Recipe { rate: f32::INFINITY, ..recipe.clone() }, &good).contains("learning rate"));
}

#[test]
fn a_family_names_the_matrices_that_are_not_trained() {
    static FAMILY: Family = Family { trained: &Target::MLP, ..FAMILIES[0] };
    let config = Config { family: &FAMILY, ..super::open(&Tiny::default(), 1).config().clone() };
    assert!(Parameters::new(&recipe(), &config, None, None).is_ok());
    let all = Recipe { targets: Target::ALL.to_vec(), ..recipe() };
    let problem = Parameters::new(&all, &config, None, None).expect_err("refused").to_string();
    assert!(problem.contains("adapters of attn_q cannot be trained for the family qwen2"), "{problem}");
}
