//! The command line of `housestyle adapter`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use housestyle_adaptation::learning::Source;

use super::learn::source;

/// Flags of `adapter`.
#[derive(Debug, Args)]
#[command(after_help = "\
An adapter is a small change of the frozen model, learned from the team's edits. Each adapter is a version with a
number and an id (the SHA-256 of its file). ID below is the number, the id, or the id's first digits.

Two ways to approve:
  for the team      propose the adapter, and let somebody merge the branch: only a merge approves for the team
  for this machine  `adapter approve`: the approval counts on this machine alone, and records your name

Examples:
  housestyle adapter list
  housestyle adapter propose 3 && housestyle adapter push 3     # then open a pull request
  housestyle adapter pull && housestyle adapter activate 4      # after the merge, on every machine
  housestyle adapter eval 4                                     # what the gate says of it here
  housestyle adapter rollback
  housestyle adapter export 3 --to gguf -o team.gguf            # llama.cpp, Ollama")]
pub(crate) struct AdapterArgs {
    #[command(subcommand)]
    pub(crate) action: AdapterAction,
}

/// The actions of `adapter`.
#[derive(Debug, Subcommand)]
pub(crate) enum AdapterAction {
    /// List the versions, newest first
    List,
    /// Show one version: its origin, the gate's verdict, its approver
    Show(AdapterId),
    /// Judge a version by the gate on this machine, or measure it on completion cases
    Eval(AdapterEvalArgs),
    /// Commit a version's record, manifest and report to a branch for review; nothing else in the repository changes
    Propose(AdapterProposeArgs),
    /// Approve a version: for the team where the team merged its proposal, else for this machine alone
    Approve(AdapterApproveArgs),
    /// Use an approved version for completions
    Activate(AdapterId),
    /// Go back to the previously active version; a new version, a copy of that one, becomes active
    Rollback(AdapterRollbackArgs),
    /// Write a version for PEFT or llama.cpp
    Export(AdapterExportArgs),
    /// Add an adapter in the format of PEFT, llama.cpp or housestyle as a new version
    Import(AdapterImportArgs),
    /// Push a version's weights, and its proposal, to the team's remote with your git
    Push(AdapterPushArgs),
    /// Fetch weights and proposals from the team's remote with your git
    Pull(AdapterPullArgs),
}

/// Which version.
#[derive(Debug, Args)]
pub(crate) struct AdapterId {
    /// A version's number, or the first digits of its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// Flags of `adapter eval`.
#[derive(Debug, Args)]
#[command(after_help = "\
The gate judges a version on edits that are later than what it learned from, by its manifest, and notes the judgement on
this machine. `propose`, and `approve` without --ungated, go by that judgement alone: anybody can write the report that
comes with an adapter. The judgement holds for exactly these bytes until the base model, the starter adapter or the
gate's cases change, or the bounds in `housestyle.toml` become stricter. No control is trained; `learn` does that.")]
pub(crate) struct AdapterEvalArgs {
    #[command(flatten)]
    pub(crate) which: AdapterId,
    /// Source of the later edits that the gate judges on: `git`, `journal` or a file of cases
    #[arg(long, value_name = "git|journal|FILE.jsonl", default_value = "git", value_parser = source)]
    pub(crate) from: Source,
    /// Judge nothing, and measure the model with and without the version on these cases (see `housestyle eval --help`)
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "from")]
    pub(crate) cases: Option<PathBuf>,
    /// Only the first N cases
    #[arg(long, value_name = "N", requires = "cases")]
    pub(crate) limit: Option<usize>,
}

/// Flags of `adapter propose`.
#[derive(Debug, Args)]
pub(crate) struct AdapterProposeArgs {
    #[command(flatten)]
    pub(crate) which: AdapterId,
    /// The branch's name below housestyle/proposals/ [default: adapter- and the id's first digits]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Flags of `adapter approve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without a merge the approval counts on this machine alone, and records the name that git has for you (user.name,
user.email). For the team only a merged proposal counts.")]
pub(crate) struct AdapterApproveArgs {
    #[command(flatten)]
    pub(crate) which: AdapterId,
    /// Your reason to approve a version that did not pass the gate, or that the gate never judged
    #[arg(long, value_name = "REASON")]
    pub(crate) ungated: Option<String>,
}

/// Flags of `adapter rollback`.
#[derive(Debug, Args)]
pub(crate) struct AdapterRollbackArgs {
    /// Number of the version to go back to; 0 for no adapter [default: the previously active version]
    #[arg(long, value_name = "N")]
    pub(crate) to: Option<u64>,
}

/// A format of other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum AdapterFormat {
    /// A folder with adapter_config.json and adapter_model.safetensors
    Peft,
    /// One file for llama.cpp (--lora) and Ollama (ADAPTER)
    Gguf,
}

/// Flags of `adapter export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Neither PEFT nor llama.cpp can load biases (BitFit). The command exports an adapter with biases only under
--without-biases; the exported adapter then differs from the measured one.")]
pub(crate) struct AdapterExportArgs {
    #[command(flatten)]
    pub(crate) which: AdapterId,
    /// Format to write
    #[arg(long, value_name = "FORMAT")]
    pub(crate) to: AdapterFormat,
    /// Target: a folder for peft, a file for gguf; the command replaces no existing file
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// For peft: the base model that PEFT loads, a name on the hub or a folder [default: the base model's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) base: Option<String>,
    /// Leave out biases, which the format cannot hold
    #[arg(long)]
    pub(crate) without_biases: bool,
}

/// Flags of `adapter import`.
#[derive(Debug, Args)]
#[command(after_help = "\
The adapter must fit the base model (--model, else the default model). From a folder of housestyle the command also takes
manifest and report; what that report says is a claim until `adapter eval` judges the adapter on this machine.")]
pub(crate) struct AdapterImportArgs {
    /// A folder of PEFT, a GGUF file, or an adapter_model.safetensors of housestyle
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
}

/// Flags of `adapter push`.
#[derive(Debug, Args)]
pub(crate) struct AdapterPushArgs {
    #[command(flatten)]
    pub(crate) which: AdapterId,
    #[command(flatten)]
    pub(crate) remote: AdapterRemote,
}

/// Flags of `adapter pull`.
#[derive(Debug, Args)]
pub(crate) struct AdapterPullArgs {
    #[command(flatten)]
    pub(crate) remote: AdapterRemote,
    /// Judge what was pulled and never judged here, on this repository's history (see `adapter eval`)
    #[arg(long)]
    pub(crate) judge: bool,
}

/// Which remote.
#[derive(Debug, Args)]
pub(crate) struct AdapterRemote {
    /// The remote's name in git [default: the team's remote]
    #[arg(long, value_name = "NAME")]
    pub(crate) remote: Option<String>,
}
