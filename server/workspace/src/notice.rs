//! Notices: what a person is to read on standard error, from code that does not print.
//!
//! The program decides how a notice is shown; a program that installs no subscriber of `tracing` shows none.

use std::fmt::Display;
use std::panic::Location;

/// Target of the events that are notices.
pub const TARGET: &str = "housestyle::notice";

/// Warns a person. The text may quote files of the user's, so the log holds only the place in our sources that warns.
#[track_caller]
pub fn warn(text: impl Display) {
    tracing::warn!(target: TARGET, "{text}");
    tracing::warn!(by = %Location::caller(), "a warning is on standard error");
}

/// Says a detail to a person who asked for details (`-v`).
pub fn detail(text: impl Display) {
    tracing::info!(target: TARGET, "{text}");
}
