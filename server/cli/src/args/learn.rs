//! Flags of the commands that learn.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use housestyle_adaptation::learning::Source;

use super::duration;

/// Flags of `learn`.
#[derive(Debug, Args)]
#[command(after_help = "\
Phrases are the team's text, word by word, and take effect at once. An adapter is trained on the latest edits, along with a
control of equal budget from another repository (--control). The last 15 % of the edits are held back, and on them
the gate compares both with the model as it serves today. An adapter that passes can be proposed; a person activates it.
An interrupted run resumes. While you type in an editor, training waits.

From git, the files of HEAD are read, and text written since REV counts as recent. From FILE.jsonl, a case is
{\"path\", \"prefix\", \"suffix\", \"middle\", \"time\"}: the latest text of each path is a file, each middle recent.
The weight of phrases against the model is fitted to the latest edits, where there are enough of them.
From the journal, accepted suggestions that survived a while are added to the phrases learned before.
Learned parts stay on this machine; [gate] in `housestyle.toml` sets the gate's bounds.

Examples:
  housestyle learn
  housestyle learn --only phrases
  housestyle learn --from git --since v1.2.0 --budget 20m
  housestyle learn --from cases.jsonl && housestyle eval --cases later.jsonl --arm base,phrases,adapter,all")]
pub(crate) struct LearnArgs {
    /// Source of edits: `git`, `journal` or a file of cases
    #[arg(long, value_name = "git|journal|FILE.jsonl", default_value = "git", value_parser = source)]
    pub(crate) from: Source,
    /// Text written after this revision counts as recent [default: the last 50 commits]
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Time for the whole run, such as `90s`, `10m` or `1h`
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub(crate) budget: Duration,
    /// Learn only this part: `phrases` (seconds) or `adapter` (minutes) [default: both]
    #[arg(long, value_name = "LAYER")]
    pub(crate) only: Option<LayerName>,
    /// Train on exactly the N latest edits, whatever the time: the same N gives the same bytes
    #[arg(long, value_name = "N")]
    pub(crate) edits: Option<usize>,
    /// Cases of another repository for the foreign control, or `none` [default: those that come with the program]
    #[arg(long, value_name = "FILE.jsonl|none")]
    pub(crate) control: Option<String>,
}

/// What is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LayerName {
    /// The phrase cache.
    Phrases,
    /// The adapter.
    Adapter,
}

/// Reads the source to learn from.
fn source(text: &str) -> Result<Source, String> {
    match text {
        "" => Err("expected `git`, `journal` or a file of cases".to_owned()),
        "git" => Ok(Source::Git),
        "journal" => Ok(Source::Journal),
        file => Ok(Source::Cases(PathBuf::from(file))),
    }
}

/// Flags of `starter`.
#[derive(Debug, Args)]
pub(crate) struct StarterArgs {
    /// What is learned from, as JSON Lines of cases
    #[arg(long, value_name = "FILE.jsonl", required = true)]
    pub(crate) cases: Vec<PathBuf>,
    /// Cases to measure before and after on
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) held: Vec<PathBuf>,
    /// Where the adapter goes
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) out: PathBuf,
    /// What it is trained on, as `tests/evals/histories/starter.py` tells it: its digest goes into the adapter
    #[arg(long, value_name = "FILE.json")]
    pub(crate) manifest: Option<PathBuf>,
    /// An adapter to start from
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) start: Option<PathBuf>,
    /// An adapter that takes part and stays as it is
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) beneath: Option<PathBuf>,
    /// Rank of the changes
    #[arg(long, default_value_t = 8)]
    pub(crate) rank: usize,
    /// The scale of the changes is ALPHA / RANK
    #[arg(long, default_value_t = 16.0)]
    pub(crate) alpha: f32,
    /// Peak learning rate
    #[arg(long, default_value_t = 5e-4)]
    pub(crate) rate: f32,
    /// Examples of a step
    #[arg(long, default_value_t = 4)]
    pub(crate) batch: usize,
    /// How often each example is seen
    #[arg(long, default_value_t = 1)]
    pub(crate) epochs: usize,
    /// The first layer that is changed
    #[arg(long, default_value_t = 0)]
    pub(crate) first_layer: usize,
    /// Let gradients go through what is learned only
    #[arg(long)]
    pub(crate) short: bool,
    /// Change attention's matrices too
    #[arg(long)]
    pub(crate) attention: bool,
    /// Seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Tokens before the hole, and after it
    #[arg(long, num_args = 2, default_values_t = [192, 64])]
    pub(crate) window: Vec<usize>,
    /// Only so many cases
    #[arg(long)]
    pub(crate) limit: Option<usize>,
}
