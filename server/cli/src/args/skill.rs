//! The command line of `housestyle skill`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use housestyle_workspace::skills::entry::Mode;

use super::BackendArgs;
use super::MineArgs;

/// Flags of `skill`.
#[derive(Debug, Args)]
#[command(after_help = "\
A skill is a rule of the team in a file NAME/SKILL.md, in the form of the Agent Skills standard. The program reads skills
from .agents/skills, skills, .claude/skills and .github/skills. Content on the default branch is approved, and nothing else
is: a skill that changed without a merge does not load. `housestyle doctor` names the default branch.

States:
  candidate   mined or written, not merged
  proposed    on a branch for review
  approved    on the default branch, and in use
  shadow      approved; its effects are counted and not shown
  superseded  approved, and replaced by another approved skill
  retired     approved once, and used no more
  refused     never used; `skill show` has the reason

Examples:
  housestyle skill mine
  housestyle skill list
  housestyle skill show prefer-context
  housestyle skill lint .agents/skills/prefer-context
  housestyle skill set prefer-context off     # for you alone; the team's mode stands in the skill itself")]
pub(crate) struct SkillArgs {
    #[command(subcommand)]
    pub(crate) action: SkillAction,
}

/// The actions of `skill`.
#[derive(Debug, Subcommand)]
pub(crate) enum SkillAction {
    /// Find rules in the team's edits, and store the best as candidates
    Mine(MineArgs),
    /// List the skills of the workspace with their states
    List,
    /// Show one skill: its text, evidence, effect and approver
    Show(SkillName),
    /// Check skills: the standard, hidden text, orders to machines, secrets (exit code 1: some are refused)
    Lint(LintArgs),
    /// Commit candidates to branches for review; nothing else in the repository changes
    Propose(SkillProposeArgs),
    /// Report to reviewers how HEAD changes skills: checks, and how the team follows each rule (exit code 1: a check fails)
    Review(SkillReviewArgs),
    /// Reject a candidate; `skill mine` finds it again once its evidence has doubled
    Reject(SkillName),
    /// Switch a skill for you alone, to a mode that is as strict as the team's or stricter
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
A skill with a rule.json comes from a program: any finding refuses it. A skill without one comes from people: only a grave
finding refuses it, such as hidden characters, an order to send data away or to run a download, or a secret.

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

/// The name of a mode on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum ModeName {
    /// Serve the skill as the team does.
    On,
    /// Count the skill's effects, and show none.
    Shadow,
    /// Do not use the skill.
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
Each skill gets one commit on the branch housestyle/proposals/NAME, which starts at the default branch. The commit has your
name, and your commit-msg hook and signing settings apply. HEAD, the index and your files stay as they are. The skill's folder
goes where the team's skills are (the setting skills.folder), else below .agents/skills. Proposing again adds a commit, so
that a push needs no force.

--open knows the forge by the remote's address. The token comes from GH_TOKEN or GITHUB_TOKEN, GITLAB_TOKEN, FORGEJO_TOKEN
or GITEA_TOKEN, else from gh, glab or tea. Declare the kind of any other host in your own housestyle.toml:
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
    /// Propose to retire approved skills: their text stays, and the program uses them no more
    #[arg(long, conflicts_with = "all")]
    pub(crate) retire: bool,
    /// All candidates
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
    /// Push the branches with your git, to REMOTE or the team's remote
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, require_equals = true)]
    pub(crate) push: Option<Option<String>>,
    /// Push, and open a pull request or update the open one
    #[arg(long)]
    pub(crate) open: bool,
    /// Open a pull request although people closed the last pull request without a merge
    #[arg(long, requires = "open")]
    pub(crate) again: bool,
}

/// Flags of `skill review`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command compares the commit at HEAD with --base. Workflows for GitHub, GitLab and Forgejo are in editors/review of
housestyle's sources.

Examples:
  housestyle skill review
  housestyle skill review --base origin/main --output report.md
  housestyle skill review --without-model    # takes a second; with a model, a minute for each skill
  housestyle skill review --comment          # on the pull request of the job, or of the current branch
  housestyle skill review --post report.md --number 7    # the finished report, in a job's step that has the token")]
pub(crate) struct SkillReviewArgs {
    /// Revision to compare with [default: the default branch]
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// Write the report as a comment on the pull request, or update that comment
    #[arg(long)]
    pub(crate) comment: bool,
    /// Review nothing: write a finished report as that comment. In a job no file but FILE is read
    #[arg(long, value_name = "FILE.md", conflicts_with_all = ["base", "comment", "output", "without_model"])]
    pub(crate) post: Option<PathBuf>,
    /// Number of the pull request [default: the one of the job, else of the current branch]
    #[arg(long, value_name = "N")]
    pub(crate) number: Option<u64>,
    /// Write the report to FILE, not to stdout
    #[arg(short, long, value_name = "FILE.md")]
    pub(crate) output: Option<PathBuf>,
    /// Do not ask an available model to compare completions with and without the skill
    #[arg(long)]
    pub(crate) without_model: bool,
    #[command(flatten)]
    pub(crate) backend: BackendArgs,
    /// The remote that has the pull request [default: the team's remote]
    #[arg(long, value_name = "REMOTE")]
    pub(crate) remote: Option<String>,
}
