//! Measures the pipeline on recorded cases: a team's own text against the suggestions in its place.
//!
//! The caller brings the cases as text, the model, and the clock. For every arm (a way to set things up) it runs
//! [`run`] over all cases, times it, and gives the results to [`report`], whose figures `housestyle eval --json` prints
//! under the same names.

mod arm;
mod bootstrap;
mod case;
mod ceilings;
mod earlier_edits;
mod effect;
mod metrics;
mod report;
mod run;

pub use arm::{Arm, UnknownArm};
pub use bootstrap::{Difference, Fraction, paired_difference, resampled_difference, sums_by_cluster};
pub use case::{Case, CaseError, parse_cases};
pub use earlier_edits::edits_before;
pub use effect::{Effect, Example, Follows, effect};
pub use metrics::{Metrics, measure};
pub use report::{ArmFigures, Latency, Paired, Report, report};
pub use run::{CaseResult, prompt_in, run, score};
