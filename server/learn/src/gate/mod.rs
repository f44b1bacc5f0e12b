//! The gate: whether a candidate adapter may be proposed to people at all.
//!
//! Everything here is arithmetic on measurements of other crates. A candidate that passes every check is
//! *eligible*; only a person makes it active.

mod authors;
mod bounds;
mod canary;
mod clusters;
mod evidence;
mod insecure;
mod judge;
mod probes;
#[cfg(test)]
mod tests;

pub use bounds::{Bounds, BoundsSource};
pub use canary::{Canary, exposure, plant};
pub use clusters::{Share, difference};
pub use evidence::{CanaryResult, CoreResult, EditResult, Evidence, ProbeResult, Score};
pub use judge::{Check, Figures, Report, Verdict, WithoutAuthor, judge};
pub use probes::{Probe, log_odds, probes};
