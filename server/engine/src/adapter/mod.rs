//! Adapters: small changes of a frozen model, applied beside its weights.

mod weights;

pub use weights::{AdapterWeights, LowRank, Target};
