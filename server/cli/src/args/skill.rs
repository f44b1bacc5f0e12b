//! The command line of `housestyle skill`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use housestyle_workspace::skills::entry::Mode;

use super::BackendArgs;
use super::MineArgs;

/// Flags of `skill`.
#[derive(Debug, Args)]
#[command(after_help = "\
A skill is a rule of the team in a folder NAME/SKILL.md, in the form of the Agent Skills standard. Skills are read from
.agents/skills, skills, .claude/skills and .github/skills. Content on the default branch is approved, and nothing else
is: a skill that changed without a merge is not used.

States: candidate (mined or written, not merged), proposed (on a branch for review), approved, shadow (counted, not
shown), superseded, retired, refused (with the reason).

Examples:
  housestyle skill mine
  housestyle skill list
  housestyle skill show prefer-context
  housestyle skill lint .agents/skills/prefer-context
  housestyle skill set prefer-context off     # for you alone; the team's own word is in the skill")]
pub(crate) struct SkillArgs {
    #[command(subcommand)]
    pub(crate) action: SkillAction,
}

/// What to do with skills.
#[derive(Debug, Subcommand)]
pub(crate) enum SkillAction {
    /// Look for rules in the team's text, and store the best as candidates
    Mine(MineArgs),
    /// List the skills of the workspace with their states
    List,
    /// Show one skill: its text, evidence, effect and approver
    Show(SkillName),
    /// Check skills: the standard, hidden text, orders to machines, secrets (exit code 1: some are refused)
    Lint(LintArgs),
    /// Commit candidates to branches for review; nothing else in the repository changes
    Propose(SkillProposeArgs),
    /// Report HEAD's changes of skills to reviewers: checks, how the team follows the rule (exit code 1: a check fails)
    Review(SkillReviewArgs),
    /// Reject a candidate; it comes back once its evidence has doubled
    Reject(SkillName),
    /// Switch a skill for you alone; only to a stricter mode than the team's
    Set(SetArgs),
}

/// Which skill.
#[derive(Debug, Args)]
pub(crate) struct SkillName {
    /// The skill's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// Flags of `skill lint`.
#[derive(Debug, Args)]
#[command(after_help = "\
A skill with a rule.json comes from a program and must have no finding at all. A skill that people wrote is refused only for
grave findings: hidden characters, orders to send data away or to run what was downloaded, secrets.

Examples:
  housestyle skill lint
  housestyle skill lint skills/reviewing --json
  housestyle skill lint --strict skills/*")]
pub(crate) struct LintArgs {
    /// Folders of skills [default: all of the workspace]
    #[arg(value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Refuse every finding, whoever wrote the skill
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Flags of `skill set`.
#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    pub(crate) which: SkillName,
    /// The new mode
    #[arg(value_enum, value_name = "MODE")]
    pub(crate) mode: ModeName,
}

/// A mode, as it is named on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum ModeName {
    /// It takes part.
    On,
    /// It is watched: counted, and not shown.
    Shadow,
    /// It does not take part.
    Off,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Mode {
        match name {
            ModeName::On => Mode::On,
            ModeName::Shadow => Mode::Shadow,
            ModeName::Off => Mode::Off,
        }
    }
}

/// Flags of `skill propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each skill gets one commit on housestyle/proposals/NAME, off the default branch, in your name; your commit-msg hook and your
signing settings count, and HEAD, the index and your files stay as they are. It goes where the team's skills are (the
setting skills.folder), else below .agents/skills. Proposing again adds a commit, so that a push needs no force.

--open finds the forge by the remote's address. The token comes from GH_TOKEN or GITHUB_TOKEN, GITLAB_TOKEN, FORGEJO_TOKEN
or GITEA_TOKEN, else from gh, glab or tea. Declare a host of unknown kind in your own housestyle.toml:
  [forge.\"git.example.com\"]
  kind = \"gitea\"     # or github, gitlab, forgejo

Examples:
  housestyle skill propose prefer-context
  housestyle skill propose prefer-context --push=upstream
  housestyle skill propose --all --open
  housestyle skill propose prefer-context --retire")]
pub(crate) struct SkillProposeArgs {
    /// Candidates, or skills that you have written and not yet committed
    #[arg(value_name = "NAME", required_unless_present = "all")]
    pub(crate) names: Vec<String>,
    /// Propose to retire approved skills: no longer used, their text stays
    #[arg(long, conflicts_with = "all")]
    pub(crate) retire: bool,
    /// All candidates
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
    /// Push the branches with your git
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, require_equals = true, default_missing_value = "origin")]
    pub(crate) push: Option<String>,
    /// Push, and open a pull request or update the open one
    #[arg(long)]
    pub(crate) open: bool,
    /// Open a pull request although people closed the last one without a merge
    #[arg(long, requires = "open")]
    pub(crate) again: bool,
}

/// Flags of `skill review`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command compares the commit at HEAD. Workflows for GitHub, GitLab and Forgejo are in editors/review of housestyle's sources.

Examples:
  housestyle skill review
  housestyle skill review --base origin/main --output report.md
  housestyle skill review --without-model    # in a second; else a minute for each skill
  housestyle skill review --comment          # on the pull request of the job, or of the current branch")]
pub(crate) struct SkillReviewArgs {
    /// Revision to compare with [default: the default branch]
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// Write the report as a comment on the pull request, or update that comment
    #[arg(long)]
    pub(crate) comment: bool,
    /// Write the report to FILE, not to stdout
    #[arg(short, long, value_name = "FILE.md")]
    pub(crate) output: Option<PathBuf>,
    /// Do not ask an available model to compare completions with and without the skill
    #[arg(long)]
    pub(crate) without_model: bool,
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
    /// The remote that has the pull request
    #[arg(long, value_name = "REMOTE", default_value = "origin")]
    pub(crate) remote: String,
}
