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
A note is a short sentence that the model reads before each text in the note's scope, as a comment. Notes take effect from
the next suggestion on, and so does `memory forget`; no editor needs a restart. Notes stay on this machine, in a file of
this workspace. The setting `memory.noteTokens` bounds the notes that the model reads; `memory.editTokens` bounds your
latest edits in other places.

Examples:
  housestyle memory add \"We say sign-in, not login.\" --scope 'docs/**'
  housestyle memory add \"Errors end with what to do.\" --language rust --expires 30d
  housestyle memory list
  housestyle memory forget 3fa9c1")]
pub(crate) struct MemoryArgs {
    #[command(subcommand)]
    pub(crate) action: MemoryAction,
}

/// The actions of `memory`.
#[derive(Debug, Subcommand)]
pub(crate) enum MemoryAction {
    /// Add a note, or renew a note of the same text and scope
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
    /// Files in the note's scope, with globs as in the setting `disabled` [default: all]
    #[arg(long, value_name = "GLOB")]
    pub(crate) scope: Option<String>,
    /// Language in the note's scope, by its identifier: rust, markdown [default: all]
    #[arg(long, value_name = "ID")]
    pub(crate) language: Option<String>,
    /// Time until the note ends: 12h, 30d, 26w, or `never`
    #[arg(long, value_name = "AGE", default_value = "90d", value_parser = Expiry::parse)]
    pub(crate) expires: Expiry,
}

/// Flags of `memory forget`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("notes").required(true))]
pub(crate) struct ForgetNotesArgs {
    /// Ids of the notes in `memory list`, or the ids' first digits
    #[arg(value_name = "ID", group = "notes")]
    pub(crate) ids: Vec<String>,
    /// All notes of the workspace
    #[arg(long, group = "notes")]
    pub(crate) all: bool,
}

/// The seconds for which a note holds; `None` for a note that never ends.
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
