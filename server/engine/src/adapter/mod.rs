//! Adapters: small changes of a frozen model, applied next to its weights.

mod change;
mod prepared;
mod weights;

pub(crate) use change::{Change, Delta};
pub use prepared::Adapter;
pub use weights::{AdapterWeights, LowRank};
