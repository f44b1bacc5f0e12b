//! Flags of `housestyle skill mine`.

use std::time::Duration;

use clap::Args;

use super::{BackendArgs, duration};

/// Flags of `skill mine`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command looks for rules that the team almost always follows where there is another way: words, forms of prose and
comments, ways to write code. It finds rules in the earlier edits, and measures them on the later edits. It excludes rules
that a formatter or linter of the repository enforces, habits of one person, rules that would make a program less safe, and
rules that you rejected. Then it asks an available model to write at some of the later places, and excludes the rules that
the model follows anyway. The new candidates replace those of the last run; `housestyle skill list` shows them.

Examples:
  housestyle skill mine
  housestyle skill mine --from journal
  housestyle skill mine --no-model          # seconds
  housestyle skill mine --since v1.2.0 --most 5 --json")]
pub(crate) struct MineArgs {
    /// Source of edits
    #[arg(long, value_enum, value_name = "SOURCE", default_value = "git")]
    pub(crate) from: MineSource,
    /// Only commits after this revision
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Most candidates
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) most: usize,
    /// Do not ask the model which rules it follows by itself
    #[arg(long)]
    pub(crate) no_model: bool,
    /// Time for asking the model, such as `90s` or `5m`; rules that the model was not asked about stay
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    pub(crate) budget: Duration,
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
    /// Hold back this share of the commits, the latest, judge the candidates on them, and store nothing
    #[arg(long, value_name = "SHARE", hide = true, value_parser = share)]
    pub(crate) judge: Option<f64>,
}

/// The source of the edits to mine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MineSource {
    /// The commits of the repository.
    Git,
    /// Accepted suggestions that survived their later check.
    Journal,
}

fn share(text: &str) -> Result<f64, String> {
    let wrong = || "expected a number between 0.05 and 0.9".to_owned();
    let share: f64 = text.parse().map_err(|_| wrong())?;
    if (0.05..=0.9).contains(&share) { Ok(share) } else { Err(wrong()) }
}
