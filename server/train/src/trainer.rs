//! The training loop.

use std::path::Path;

use housestyle_engine::SplitMix64;

use crate::adamw::{self, AdamW};
use crate::checkpoint::{self, State};
use crate::error::TrainError;
use crate::example::Example;
use crate::network::Network;
use crate::parameters::Parameters;
use crate::recipe::Recipe;

/// Residual streams before the first changed layer are cached for later epochs, up to so many bytes.
const KNOWN_BYTES: usize = 128 << 20;
/// Steps between two checkpoints.
const CHECKPOINT_STEPS: usize = 8;

/// Where training is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Examples done, within all epochs.
    pub examples: usize,
    /// Tokens evaluated since this run began, prompts included.
    pub tokens: usize,
    /// Mean loss of a learned token over the last step, in nats.
    pub loss: f64,
}

/// The listener's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Write a checkpoint and stop here.
    Stop,
}

/// The result of a run.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The trained numbers.
    pub parameters: Parameters,
    /// Mean loss of a learned token, step by step, in nats.
    pub losses: Vec<f64>,
    /// Whether all steps were done.
    pub finished: bool,
}

/// A run: all that determines its result.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// How it is trained.
    pub recipe: &'a Recipe,
    /// The training data.
    pub examples: &'a [Example],
    /// Fewer steps than the recipe has; the rate falls accordingly.
    pub most_steps: Option<usize>,
    /// The file of the checkpoint, and the digest of all that determines the result: a checkpoint with another
    /// digest is refused.
    pub checkpoint: Option<(&'a Path, [u8; 32])>,
}

impl Run<'_> {
    /// Returns how many steps are done.
    pub fn steps(&self) -> usize {
        self.recipe.steps(self.examples.len()).min(self.most_steps.unwrap_or(usize::MAX))
    }
}

/// Trains `parameters` on the examples. It calls `listener` after every example. The caller removes the checkpoint.
///
/// # Errors
/// When an example cannot be used, the loss is no number any more, or a checkpoint cannot be read or written.
pub fn train(
    network: &mut Network<'_>,
    run: Run<'_>,
    parameters: Parameters,
    listener: &mut dyn FnMut(Progress) -> Control,
) -> Result<Trained, TrainError> {
    let Run { recipe, examples, .. } = run;
    if examples.is_empty() || recipe.batch == 0 {
        return Err(TrainError::NoExamples);
    }
    let vocab = network.frozen().vocab();
    if let Some((index, problem)) =
        examples.iter().enumerate().find_map(|(i, example)| Some((i, example.problem(vocab)?)))
    {
        return Err(TrainError::Example { index, problem });
    }
    let steps = run.steps();
    let mut state = State { adam: AdamW::new(parameters.values.len()), losses: Vec::new(), parameters };
    if let Some((path, digest)) = run.checkpoint {
        checkpoint::read(path, &digest, &mut state)?;
    }
    let save = |state: &State| match run.checkpoint {
        Some((path, digest)) => checkpoint::write(path, &digest, state),
        None => Ok(()),
    };
    let mut gradients = vec![0.0; state.parameters.values.len()];
    let keep = state.parameters.first_layer() > 0 && recipe.epochs > 1;
    let mut known: Vec<Vec<f32>> = vec![Vec::new(); if keep { examples.len() } else { 0 }];
    let mut known_bytes = 0;
    let (mut tokens, mut order, mut epoch) = (0, Vec::new(), usize::MAX);
    let per_epoch = examples.len().div_ceil(recipe.batch);
    for step in state.losses.len()..steps {
        if step / per_epoch != epoch {
            epoch = step / per_epoch;
            order = (0..examples.len()).collect();
            SplitMix64::new(recipe.seed.wrapping_add(1 + epoch as u64)).shuffle(&mut order);
        }
        let at = step % per_epoch * recipe.batch;
        let batch = &order[at..(at + recipe.batch).min(order.len())];
        let count = |i: &usize| f64::from(examples[*i].weight) * examples[*i].targets() as f64;
        let counted: f64 = batch.iter().map(count).sum();
        gradients.fill(0.0);
        let (mut sum, mut learned) = (0.0, 0);
        for (done, i) in batch.iter().enumerate() {
            let example = &examples[*i];
            let factor = if counted > 0.0 { (f64::from(example.weight) / counted) as f32 } else { 0.0 };
            let slot = known.get_mut(*i).filter(|slot| !slot.is_empty() || known_bytes < KNOWN_BYTES);
            let was_empty = slot.as_ref().is_some_and(|slot| slot.is_empty());
            let whole = recipe.through_prompt;
            let result = network.gradients(&state.parameters, example, factor, whole, slot, &mut gradients);
            if was_empty {
                known_bytes += size_of_val(&known[*i][..]);
            }
            sum += result.sum();
            learned += result.losses.len();
            tokens += example.tokens.len();
            let loss = sum / learned as f64;
            let examples = (epoch * examples.len()) + at + done + 1;
            if listener(Progress { step, steps, examples, tokens, loss }) == Control::Stop {
                save(&state)?;
                return Ok(Trained { parameters: state.parameters, losses: state.losses, finished: false });
            }
        }
        let loss = sum / learned as f64;
        let norm = adamw::norm(&gradients, &state.parameters.trained);
        if !loss.is_finite() || !norm.is_finite() {
            return Err(TrainError::Diverged { step, loss });
        }
        if recipe.clip > 0.0 && norm > recipe.clip {
            gradients.iter_mut().for_each(|g| *g *= recipe.clip / norm);
        }
        let Parameters { values, trained, .. } = &mut state.parameters;
        state.adam.step(values, &gradients, trained, recipe.rate_at(step, steps), recipe.decay);
        state.losses.push(loss);
        if (step + 1) % CHECKPOINT_STEPS == 0 {
            save(&state)?;
        }
    }
    save(&state)?;
    Ok(Trained { parameters: state.parameters, losses: state.losses, finished: true })
}
