//! The errors of training.

use std::path::PathBuf;

use housestyle_engine::EngineError;

/// Why training stopped without a result.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The recipe makes no sense for the model.
    #[error("the recipe cannot be used: {0}")]
    Recipe(String),
    /// There is nothing to learn from.
    #[error("there are no examples to learn from")]
    NoExamples,
    /// An example cannot be used.
    #[error("example {index}: {problem}")]
    Example {
        /// Its number, from 0.
        index: usize,
        /// The problem.
        problem: String,
    },
    /// The loss is not a number any more.
    #[error(
        "the loss of step {step} is {loss}: the learning rate is too high for these examples, or the base is damaged"
    )]
    Diverged {
        /// The step, from 0.
        step: usize,
        /// Its loss.
        loss: f64,
    },
    /// A checkpoint could not be written or read.
    #[error("checkpoint {path}: {problem}")]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// The problem.
        problem: String,
    },
    /// The engine refused something.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
