//! Training within a time: how many examples fit is measured first and then fixed, so that a run can be repeated.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use housestyle_engine::{AdapterWeights, Engine};
use housestyle_train::{Control, Example, Network, Parameters, Recipe, Run, TrainError, train};
use housestyle_workspace::Progress;
use housestyle_workspace::digest::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Examples whose time is measured before the run.
const PROBES: usize = 3;
/// Share of the trained change that is retained: the whole change fits the training edits best, half of it the later
/// ones.
const RETAINED: f32 = 0.5;
/// How long training waits after a sign that somebody types.
const TYPING_PAUSE: Duration = Duration::from_secs(2);

/// The parameters of a training run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'a> {
    pub recipe: &'a Recipe,
    /// An adapter to start from.
    pub start: Option<&'a AdapterWeights>,
    /// A file that is touched while somebody types.
    pub typing: &'a Path,
}

/// A trained adapter, with the costs of its training.
#[derive(Debug, Serialize)]
pub struct Training {
    #[serde(skip)]
    pub weights: AdapterWeights,
    #[serde(skip)]
    checkpoint: PathBuf,
    pub examples: usize,
    pub steps: usize,
    /// Tokens evaluated by this process; one that goes on from a checkpoint has fewer.
    pub tokens: usize,
    pub seconds: f64,
    /// Mean loss of a learned token in the first and the last tenth of the steps, in nats.
    pub loss: [f64; 2],
}

/// Returns the seconds that learning from one token takes, measured on a few examples.
///
/// # Errors
/// When the recipe does not fit the model.
pub(crate) fn seconds_per_token(
    engine: &Engine,
    plan: Plan<'_>,
    examples: &[Example],
) -> Result<f64, TrainError> {
    let parameters = Parameters::new(plan.recipe, engine.config(), plan.start, None)?;
    let mut network = Network::new(engine.frozen());
    let mut unused_gradients = parameters.zeros();
    let probes = &examples[examples.len().saturating_sub(PROBES)..];
    let began = Instant::now();
    for example in probes {
        network.gradients(&parameters, example, 1.0, plan.recipe.through_prompt, None, &mut unused_gradients);
    }
    Ok(began.elapsed().as_secs_f64() / tokens(probes).max(1) as f64)
}

/// Returns how many examples, from the last backwards, can be learned in a time; at least one.
pub(crate) fn affordable(
    examples: &[Example],
    recipe: &Recipe,
    seconds_per_token: f64,
    time: Duration,
) -> usize {
    let mut left = time.as_secs_f64() / (seconds_per_token * recipe.epochs.max(1) as f64);
    let fits = examples.iter().rev().take_while(|example| {
        left -= example.tokens.len() as f64;
        left >= 0.0
    });
    fits.count().max(1)
}

/// Trains on all of the examples. With a folder for checkpoints, a run that was interrupted goes on from its last
/// one, which belongs to exactly this base, recipe and text; it is there until [`Training::done`].
///
/// # Errors
/// As [`train`].
pub(crate) fn fit(
    engine: &Engine,
    plan: Plan<'_>,
    examples: &[Example],
    checkpoints: (&Path, &str),
    (label, bar): (&str, &mut dyn Progress),
) -> Result<Training, TrainError> {
    let began = Instant::now();
    let recipe = plan.recipe;
    let parameters = Parameters::new(recipe, engine.config(), plan.start, None)?;
    let start = plan.start.map(|_| parameters.clone());
    let pause = || wait_for_typing_pause(plan.typing);
    let mut network = Network::new(engine.frozen());
    network.set_pause(&pause);
    let (folder, base) = checkpoints;
    let digest = digest(base, plan, examples);
    let name = hex(&digest[..8]);
    let checkpoint = folder.join(format!("{name}.checkpoint"));
    let run = Run { recipe, examples, most_steps: None, checkpoint: Some((&checkpoint, digest)) };
    bar.begin_items(label, examples.len() * recipe.epochs);
    let mut tokens = 0;
    let mut trained = train(&mut network, run, parameters, &mut |progress| {
        tokens = progress.tokens;
        bar.at(progress.examples as u64);
        Control::Continue
    })?;
    bar.end();
    if let Some(start) = &start {
        trained.parameters.interpolate(start, RETAINED);
    }
    let part = (trained.losses.len() / 10).max(1).min(trained.losses.len());
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len().max(1) as f64;
    let loss = [&trained.losses[..part], &trained.losses[trained.losses.len() - part..]].map(mean);
    Ok(Training {
        examples: examples.len(),
        steps: trained.losses.len(),
        tokens,
        seconds: began.elapsed().as_secs_f64(),
        loss,
        weights: trained.parameters.adapter(),
        checkpoint,
    })
}

impl Training {
    /// Removes the checkpoint, once the result is stored elsewhere. A file that stays costs space and nothing else.
    pub fn remove_checkpoint(&self) {
        let _ = std::fs::remove_file(&self.checkpoint);
    }
}

/// Returns the digest that names a run: the same digest leads to the same bytes.
fn digest(base: &str, plan: Plan<'_>, examples: &[Example]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(format!("{base}\n{:?}\n", plan.recipe));
    for low_rank in plan.start.iter().flat_map(|start| start.low_rank.values()) {
        [&low_rank.a, &low_rank.b].into_iter().flatten().for_each(|x| hasher.update(x.to_le_bytes()));
    }
    for example in examples {
        hasher.update((example.from as u64).to_le_bytes());
        hasher.update(example.weight.to_le_bytes());
        hasher.update((example.tokens.len() as u64).to_le_bytes());
        example.tokens.iter().for_each(|token| hasher.update(token.to_le_bytes()));
    }
    hasher.finalize().into()
}

fn tokens(examples: &[Example]) -> usize {
    examples.iter().map(|example| example.tokens.len()).sum()
}

/// Waits while somebody types: while the file was touched within the last moments.
fn wait_for_typing_pause(typing: &Path) {
    let age = || std::fs::metadata(typing).ok()?.modified().ok()?.elapsed().ok();
    while let Some(age) = age()
        && age < TYPING_PAUSE
    {
        std::thread::sleep((TYPING_PAUSE - age).min(Duration::from_millis(100)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_examples_that_fit_the_time_are_learned() {
        let example = |tokens: usize| Example { tokens: vec![0; tokens], from: 1, weight: 1.0 };
        let examples = [example(100), example(10), example(20)];
        let recipe = Recipe { epochs: 2, ..Recipe::default() };
        let fits = |seconds| affordable(&examples, &recipe, 0.5, Duration::from_secs(seconds));
        assert_eq!([fits(0), fits(20), fits(30), fits(129), fits(130)], [1, 1, 2, 2, 3]);
    }

    #[test]
    fn training_waits_for_a_pause_in_typing() {
        let folder = tempfile::tempdir().expect("a folder");
        let typing = folder.path().join("typing");
        wait_for_typing_pause(&typing);
        let began = Instant::now();
        let file = std::fs::File::create(&typing).expect("a file");
        file.set_modified(std::time::SystemTime::now() - TYPING_PAUSE + Duration::from_millis(300))
            .expect("set");
        wait_for_typing_pause(&typing);
        assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
    }
}
