//! Output for people and scripts: colours on a terminal, sizes and times in words, one JSON document for scripts.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use serde::Serialize;

pub(crate) use housestyle_workspace::display::{bytes, moment, time, visible};

use crate::failure::Failure;

/// Writes one JSON document on stdout.
///
/// # Errors
/// When stdout is closed or full.
pub(crate) fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).map_err(std::io::Error::other)?;
    print(&text)
}

/// Writes a line on stdout; unlike `println!` a closed pipe is no panic.
///
/// # Errors
/// When stdout is closed or full.
pub(crate) fn print(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Colours for stdout, or none: only in a terminal, and `NO_COLOR` is respected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    colours: bool,
}

impl Style {
    /// Returns the style for this process's stdout.
    pub(crate) fn for_stdout() -> Style {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Style { colours: std::io::stdout().is_terminal() && !refused }
    }

    /// No colours.
    pub(crate) const NONE: Style = Style { colours: false };

    /// Bold.
    pub(crate) fn bold(self, text: impl Display) -> String {
        self.paint("1", text)
    }

    /// Dim, for details.
    pub(crate) fn dim(self, text: impl Display) -> String {
        self.paint("2", text)
    }

    /// Green, for success.
    pub(crate) fn green(self, text: impl Display) -> String {
        self.paint("32", text)
    }

    /// Yellow, for what wants a look.
    pub(crate) fn yellow(self, text: impl Display) -> String {
        self.paint("33", text)
    }

    /// Red, for failures.
    pub(crate) fn red(self, text: impl Display) -> String {
        self.paint("31", text)
    }

    /// Cyan, for what can be typed.
    pub(crate) fn cyan(self, text: impl Display) -> String {
        self.paint("36", text)
    }

    fn paint(self, code: &str, text: impl Display) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_a_text_stays_as_it_is() {
        assert_eq!(Style::NONE.red("x"), "x");
    }
}
