//! Measures the pipeline on recorded cases: what a team wrote, against what is suggested there.
//!
//! The caller brings the cases as text, the model, and the clock. For every arm (a way to set things up) it runs
//! [`run`] over all cases, times it, and gives the results to [`report`], whose figures `housestyle eval --json` prints
//! under the same names.

mod bootstrap;
mod case;
mod effect;
mod metrics;
mod past;
mod report;
mod run;

pub use bootstrap::{Difference, Fraction, paired_difference};
pub use case::{Case, CaseError, parse_cases};
pub use effect::{Effect, Example, Follows, effect};
pub use metrics::{Metrics, measure};
pub use past::edits_before;
pub use report::{Arm, Latency, Paired, Report, report};
pub use run::{CaseResult, prompt_in, run, score};
