//! Notices: what a person is to read on standard error, from code that does not print.
//!
//! The program decides how a notice is shown; a program that installs no subscriber of `tracing` shows none.

use std::fmt::Display;

/// Target of the events that are notices.
pub const TARGET: &str = "housestyle::notice";

/// Warns a person.
pub fn warn(text: impl Display) {
    tracing::warn!(target: TARGET, "{text}");
}

/// Says a detail to a person who asked for details (`-v`).
pub fn detail(text: impl Display) {
    tracing::info!(target: TARGET, "{text}");
}
