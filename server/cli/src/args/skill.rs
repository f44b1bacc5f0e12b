//! The command line of `housestyle skill`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::skills::Mode;

/// Flags of `skill`.
#[derive(Debug, Args)]
#[command(after_help = "\
A skill is a rule of the team in a folder NAME/SKILL.md, as the Agent Skills standard has it. It is read from
.agents/skills, skills, .claude/skills and .github/skills. What is on the default branch is approved, and nothing else
is: a skill that was changed without a merge is not used.

States: candidate (mined or written, not merged), proposed (on a branch for review), approved, shadow (watched, not
shown), superseded, retired, refused (with the reason).

Examples:
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
    /// List the skills of the workspace with their states
    List,
    /// Tell all of one skill: what it says, its evidence and effect, who approved it
    Show(SkillName),
    /// Check skills: the standard, hidden text, orders to machines, secrets (exit code 1: some are refused)
    Lint(LintArgs),
    /// Say no to a candidate; it comes back once twice as much speaks for it
    Reject(SkillName),
    /// Switch a skill for you alone; only to something stricter than the team has
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
A skill with a rule.json was made by a program and is to have no finding at all. A skill that people wrote is refused for
grave ones alone: hidden characters, orders to send data away or to run what was downloaded, secrets.

Examples:
  housestyle skill lint
  housestyle skill lint skills/reviewing --json
  housestyle skill lint --strict skills/*")]
pub(crate) struct LintArgs {
    /// Folders of skills [default: all of the workspace]
    #[arg(value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Refuse for every finding, whoever wrote the skill
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Flags of `skill set`.
#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    pub(crate) which: SkillName,
    /// Whether it takes part
    #[arg(value_enum, value_name = "MODE")]
    pub(crate) mode: Mode,
}
