//! End-to-end tests of the built binary, and what the repository promises of its own shape.

mod arrows;
mod e2e;
mod evals;
#[cfg(feature = "models")]
mod golden;
mod hostile;
#[cfg(feature = "models")]
mod models;
#[cfg(feature = "outside")]
mod validator;
