//! Trains LoRA and BitFit adapters over the engine's frozen weights, on the CPU.
//!
//! The network evaluates an example as a whole. Of each layer it stores only the residual stream, keys and values;
//! the backward pass computes the rest again, so memory grows with the example's length and not with layers times
//! width. Quantised weights stay packed: products with their transposes unpack a block at a time.
//!
//! The same examples, recipe, base and code give the same bytes, with any number of threads and on every
//! processor.

mod adamw;
mod attention;
mod checkpoint;
mod error;
mod example;
pub mod format;
mod loss;
mod network;
mod parameters;
mod recipe;
mod rows;
mod trainer;

pub use error::TrainError;
pub use example::Example;
pub use network::{ExampleLoss, Network};
pub use parameters::Parameters;
pub use recipe::{Recipe, Schedule};
pub use trainer::{Control, Progress, Run, Trained, train};
