//! Flags of the commands that read a repository's history.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use housestyle_complete::eval::Arm;

use super::{BackendArgs, duration};

/// Where session cases come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CasesFrom {
    /// The commits of a repository
    Git,
}

/// Flags of `cases`.
#[derive(Debug, Args)]
#[command(after_help = "\
With --from git the command writes session cases, one a line, the latest last. The hunks of a commit in file order are one
session: at a hole the file is what it was before the commit, with the commit's earlier hunks in it. `edits` are these
hunks and the last ones of earlier commits, `tree` is the tree of the commit before. Whatever `learn` leaves out is no case.

With --out it writes train.jsonl (the oldest cases), tune.jsonl and test.jsonl (the latest), and manifest.json, which cites
the origin of each training case. With --whole it also writes whole.jsonl: holes anywhere in the files of HEAD.

Examples:
  housestyle cases --from git --repository ../project --since v2.0.0 --limit 100 -o cases.jsonl
  housestyle cases --out cases
  housestyle cases --workspace ../project --out cases --whole 10 --json")]
pub(crate) struct CasesArgs {
    /// Write session cases
    #[arg(long, value_name = "SOURCE", conflicts_with_all = ["holdout", "whole"])]
    pub(crate) from: Option<CasesFrom>,
    /// With --from: the repository [default: the workspace's]
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub(crate) repository: Option<PathBuf>,
    /// With --from: at most the latest N cases
    #[arg(long, value_name = "N", conflicts_with = "out")]
    pub(crate) limit: Option<usize>,
    /// With --from: the file to write [default: standard output]
    #[arg(short = 'o', value_name = "FILE.jsonl", conflicts_with = "out")]
    pub(crate) file: Option<PathBuf>,
    /// Folder to write split cases into
    #[arg(long, value_name = "DIR", required_unless_present = "from", conflicts_with = "from")]
    pub(crate) out: Option<PathBuf>,
    /// Only commits after this revision
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Seed of all choices
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Share of the cases for tests; the same share before them is for choosing settings
    #[arg(long, value_name = "SHARE", default_value_t = 0.15, value_parser = share)]
    pub(crate) holdout: f64,
    /// Most holes in every file of HEAD, for whole.jsonl
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) whole: usize,
}

/// Flags of `replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command walks the commits from the oldest to the newest. Before each of the last commits (--holdout) it asks for
completions at places where that commit wrote text, with knowledge of earlier commits alone. Then the arms learn from the
commit. Intervals are over commits. The command stores its measurements, and resumes an interrupted run.

Arms, and what each adds to the model:
  base     nothing; always runs
  starter  the adapter that ships with the program
  memory   the notes of that time and, within the setting `memory.editTokens`, recent edits
  phrases  the phrase cache of all earlier text
  skills   rules mined from the earlier text, as `skill mine` does, anew after every 25 commits
  adapter  an adapter, trained once on the text before the first predicted case (--train)
  all      everything together
  foreign  with --control: a phrase cache of the same size from other text; its gain does not come from the team's text
The report compares every arm with `base`, and with `starter` where that arm runs.

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
    /// Text for the arm `foreign`: another repository, or a file of cases
    #[arg(long, value_name = "DIR|FILE.jsonl")]
    pub(crate) control: Option<PathBuf>,
    /// Write a page with plots and examples to FILE
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
    /// Most cases; they are spread evenly over the predicted commits
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

/// Reads a share of the history that leaves commits to learn from.
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
