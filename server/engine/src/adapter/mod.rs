//! Adapters: small changes of a frozen model, applied beside its weights.

mod change;
mod ready;
mod weights;

pub(crate) use change::{Change, Delta};
pub use ready::Adapter;
pub use weights::{AdapterWeights, LowRank};
