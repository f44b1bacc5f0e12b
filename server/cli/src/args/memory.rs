//! The command line of `housestyle memory`.

use clap::{Args, Subcommand};

use super::Age;

/// Seconds in a day.
const DAY: u64 = 86_400;
/// Days for which a note holds unless somebody says otherwise.
const USUAL_DAYS: u64 = 90;

/// Flags of `memory`.
#[derive(Debug, Args)]
#[command(after_help = "\
A note is a short sentence that the model reads before each text in its scope, as a comment. It changes no weights:
after `memory forget` the next suggestion is made without it, and no editor needs a restart. Notes stay on this machine,
in a file of this workspace. The setting `memory.noteTokens` bounds the notes that the model reads, `memory.editTokens`
your latest edits elsewhere.

Examples:
  housestyle memory add \"We say sign-in, not login.\" --scope 'docs/**'
  housestyle memory add \"Errors end with what to do.\" --language rust --expires 30d
  housestyle memory list
  housestyle memory forget 3fa9c1")]
pub(crate) struct MemoryArgs {
    #[command(subcommand)]
    pub(crate) action: MemoryAction,
}

/// What to do with notes.
#[derive(Debug, Subcommand)]
pub(crate) enum MemoryAction {
    /// Add a note, or renew one
    Add(AddArgs),
    /// List the notes, oldest first
    List,
    /// Remove notes for good
    Forget(ForgetNotesArgs),
}

/// Flags of `memory add`.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// One sentence; at most 300 characters
    #[arg(value_name = "TEXT")]
    pub(crate) text: String,
    /// Files in its scope, with globs as in the setting `disabled` [default: all]
    #[arg(long, value_name = "GLOB")]
    pub(crate) scope: Option<String>,
    /// Language in its scope, by its identifier: rust, markdown [default: all]
    #[arg(long, value_name = "ID")]
    pub(crate) language: Option<String>,
    /// Time until it ends: 12h, 30d, 26w, or `never`
    #[arg(long, value_name = "AGE", default_value = "90d", value_parser = Expiry::parse)]
    pub(crate) expires: Expiry,
}

/// Flags of `memory forget`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("notes").required(true))]
pub(crate) struct ForgetNotesArgs {
    /// These notes, by the first digits of their ids in `memory list`
    #[arg(value_name = "ID", group = "notes")]
    pub(crate) ids: Vec<String>,
    /// All notes of the workspace
    #[arg(long, group = "notes")]
    pub(crate) all: bool,
}

/// How long a note holds, in seconds; for ever where that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry(pub(crate) Option<u64>);

impl Expiry {
    fn parse(text: &str) -> Result<Expiry, String> {
        if text == "never" {
            return Ok(Expiry(None));
        }
        let age = Age::parse(text).map_err(|wrong| format!("{wrong}, or `never`"))?;
        match age.milliseconds / 1000 {
            0 => Err("it would never hold".to_owned()),
            seconds => Ok(Expiry(Some(seconds))),
        }
    }
}

impl Default for Expiry {
    fn default() -> Expiry {
        Expiry(Some(USUAL_DAYS * DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_notes() {
        assert_eq!(Expiry::parse("90d"), Ok(Expiry::default()));
        assert_eq!(
            (Expiry::parse("12h"), Expiry::parse("never")),
            (Ok(Expiry(Some(43_200))), Ok(Expiry(None)))
        );
        assert!(["", "0s", "0d", "x", "-1d"].iter().all(|text| Expiry::parse(text).is_err()));
    }
}
