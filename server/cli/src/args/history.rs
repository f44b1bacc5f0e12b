//! Flags of the commands that read a repository's history.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use housestyle_complete::eval::Arm;

use super::{BackendArgs, duration};

/// Flags of `cases`.
#[derive(Debug, Args)]
#[command(after_help = "\
Writes train.jsonl, tune.jsonl and test.jsonl, the latest last, and manifest.json, which cites the origin of each
training case. With --whole also whole.jsonl: holes anywhere in the files as they stand now.

Examples:
  housestyle cases --out cases
  housestyle cases --workspace ../project --out cases --whole 10 --json")]
pub(crate) struct CasesArgs {
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Only commits after this one
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Seed of all choices
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Share of the cases for tests, and the same share before them for choosing settings
    #[arg(long, value_name = "SHARE", default_value_t = 0.15, value_parser = share)]
    pub(crate) holdout: f64,
    /// At most N holes in every file of HEAD
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) whole: usize,
}

/// Flags of `replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Walks the commits from the oldest to the newest. Before each of the last ones (--holdout), the command asks for completions
at places where the commit wrote text, with knowledge of earlier commits alone. Then the arms learn from the commit.
Intervals are over commits. Measurements are stored: an interrupted run resumes.

Arms: `base` (the model alone) always runs. `starter` adds the adapter that ships with the program; `memory` the notes of that
time and, within the setting `memory.editTokens`, recent edits; `phrases` the phrase cache of all text before; `skills` rules
mined from that text as by `skill mine`, anew after every 25 commits; `adapter` an adapter trained, once, on the text before
the first predicted case (--train); `all` everything together. With --control there is an arm `foreign` too: a phrase cache of
the same size, made from other text; its gain is not the team's. (`housestyle learn` trains such a control for adapters, and its
gate asks for it.) Every arm is compared with `base`, and with `starter` where that runs.

Examples:
  housestyle replay
  housestyle replay --limit 60 --budget 10m --report replay.html
  housestyle replay --arms base,phrases --control ../other --json")]
pub(crate) struct ReplayArgs {
    /// Share of the history to predict: the latest commits
    #[arg(long, value_name = "SHARE", default_value_t = 0.15, value_parser = share)]
    pub(crate) holdout: f64,
    /// Learned parts to include
    #[arg(
        long,
        value_name = "ARM,...",
        default_value = "base,starter,memory,phrases,skills,adapter,all",
        value_delimiter = ',',
        hide_default_value = true
    )]
    pub(crate) arms: Vec<Arm>,
    /// Other text for the arm `foreign`: another repository, or cases
    #[arg(long, value_name = "DIR|FILE.jsonl")]
    pub(crate) control: Option<PathBuf>,
    /// Write a page with plots and examples to FILE
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
    /// At most N cases, spread evenly over the predicted commits
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub(crate) limit: usize,
    /// Stop after this time, such as `90s`, `10m` or `1h`, and report the results so far
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) budget: Option<Duration>,
    /// Time for training the adapter of arm `adapter`; at most a third of --budget
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m")]
    pub(crate) train: Duration,
    /// Seed of the choice of places
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
}

/// Reads a share of a whole, of which something is left.
fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=0.45).contains(&share) => Ok(share),
        _ => Err("expected a number from 0 to 0.45".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_below_one() {
        assert_eq!(share("0.15"), Ok(0.15));
        assert!(["", "1", "-0.1", "NaN"].iter().all(|wrong| share(wrong).is_err()));
    }
}
