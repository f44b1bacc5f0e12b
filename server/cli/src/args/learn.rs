//! Flags of the commands that learn.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use housestyle_adaptation::learning::Source;

use super::duration;

/// Flags of `learn`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command learns two parts. Phrases are the team's text, word by word, and take effect at once. The adapter is a small
change of the model, trained on the latest edits. For comparison the command trains a control of equal budget on another
repository's edits (--control). It holds back the last 15 % of the edits; on these the gate compares adapter and control
with the model that serves today. An adapter that passes can be proposed, and serves only once a person approved and
activated it. An interrupted run resumes. While you type in an editor, training waits.

Sources (--from):
  git         the files of HEAD; text written since REV counts as recent
  FILE.jsonl  cases {\"path\", \"prefix\", \"suffix\", \"middle\", \"time\"}: the latest case of each path gives a file, each
              middle is recent text
  journal     accepted suggestions that survived their later check; they add to the phrases learned before
The command fits the weight of phrases against the model to the latest edits, where there are enough; with the source
`journal` the weight stays. Learned parts stay on this machine; [gate] in `housestyle.toml` sets the gate's bounds.

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
    #[arg(long, value_name = "PART")]
    pub(crate) only: Option<PartName>,
    /// Train on exactly the N latest edits, however long that takes: the same N gives the same bytes
    #[arg(long, value_name = "N")]
    pub(crate) edits: Option<usize>,
    /// Cases of another repository to train the control on, or `none` [default: cases that come with the program]
    #[arg(long, value_name = "FILE.jsonl|none")]
    pub(crate) control: Option<String>,
}

/// A part that `learn` can learn alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PartName {
    /// The phrase cache.
    Phrases,
    /// The adapter.
    Adapter,
}

/// Reads the source to learn from.
pub(super) fn source(text: &str) -> Result<Source, String> {
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
    /// Cases to train on, as JSON Lines
    #[arg(long, value_name = "FILE.jsonl", required = true)]
    pub(crate) cases: Vec<PathBuf>,
    /// Cases to measure on, before and after the training
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) held: Vec<PathBuf>,
    /// File for the trained adapter
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) out: PathBuf,
    /// Manifest of the training data, from `tests/evals/histories/starter.py`; the adapter cites its digest
    #[arg(long, value_name = "FILE.json")]
    pub(crate) manifest: Option<PathBuf>,
    /// Adapter to start the training from
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) start: Option<PathBuf>,
    /// Adapter beneath the trained one, which the training leaves unchanged
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) beneath: Option<PathBuf>,
    /// Rank of the adapter's matrices
    #[arg(long, default_value_t = 8)]
    pub(crate) rank: usize,
    /// Numerator of the adapter's scale, ALPHA / RANK
    #[arg(long, default_value_t = 16.0)]
    pub(crate) alpha: f32,
    /// Peak learning rate
    #[arg(long, default_value_t = 5e-4)]
    pub(crate) rate: f32,
    /// Examples in a step
    #[arg(long, default_value_t = 4)]
    pub(crate) batch: usize,
    /// Passes over the examples
    #[arg(long, default_value_t = 1)]
    pub(crate) epochs: usize,
    /// First layer that the adapter changes
    #[arg(long, default_value_t = 0)]
    pub(crate) first_layer: usize,
    /// Compute gradients through the learned tokens alone, not through the prompt
    #[arg(long)]
    pub(crate) short: bool,
    /// Adapt the matrices of attention too
    #[arg(long)]
    pub(crate) attention: bool,
    /// Seed of all choices
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Tokens of the prompt before and after the hole
    #[arg(long, num_args = 2, default_values_t = [192, 64])]
    pub(crate) window: Vec<usize>,
    /// Only the first N cases
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}
