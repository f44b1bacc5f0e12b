//! The step of `try` that mines a rule of the team's and proposes it, in a clone that nobody works in.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use housestyle_complete::Settings;
use housestyle_learn::mine::{Candidate, MiningOptions, mine, render};
use housestyle_review::clone_bare;
use housestyle_review::{Proposal, propose};
use housestyle_skills::SKILL_FILE;
use housestyle_workspace::skills::window::{HELD_OUT, MiningWindow};
use housestyle_workspace::{Progress, Workspace, history, private};
use serde::Serialize;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, visible};

/// Most candidates that are mined; the best is proposed.
const MOST: usize = 5;
/// Steps of the bar.
const STEPS: usize = 1000;

/// A rule that was mined and proposed.
#[derive(Debug, Serialize)]
pub(super) struct SkillSuggestion {
    /// The skill's name.
    name: String,
    /// How many candidates there were.
    candidates: usize,
    /// The clone.
    clone: PathBuf,
    /// The branch in it.
    branch: String,
    /// The commit in the words of `git log --stat`.
    log: String,
    /// The text of the skill.
    text: String,
}

/// Mines a folder's history and proposes the best rule in a clone below the workspace's state. The folder's own
/// repository stays as it is.
///
/// # Errors
/// When there is no history or no git, or mining finds no rule.
pub(super) fn suggest(
    invocation: &Invocation,
    folder: &Path,
    bar: &mut dyn Progress,
) -> Result<SkillSuggestion, Failure> {
    let window = MiningWindow::of_git(&history::open(folder, &Settings::default(), None)?, bar)?;
    let rejected = |_: &str, _: &housestyle_skills::RuleFile, _: usize| false;
    let options = MiningOptions {
        most: MOST,
        held_out_share: HELD_OUT,
        configs: window.configs(),
        rejected: &rejected,
    };
    bar.begin_items("mining", STEPS);
    let mined =
        mine(&window.edits(0..window.len()), &options, &mut |done| bar.at((done * STEPS as f64) as u64));
    bar.end();
    let Some(best) = mined.candidates.first() else {
        return Err(Failure::Usage(format!(
            "in {} commits no rule is followed often enough, by enough people, to be proposed",
            window.len()
        )));
    };
    let clone = cloned(invocation, folder)?;
    proposed(best, mined.candidates.len(), clone)
}

/// Clones a folder's repository, bare, with the user's name and without the user's hooks and key: nothing of it is theirs.
fn cloned(invocation: &Invocation, folder: &Path) -> Result<PathBuf, Failure> {
    let clone =
        Workspace::new(folder.to_path_buf(), invocation.workspace.home().clone()).state().join("try.git");
    let failed = |error: std::io::Error| Failure::Environment(format!("{}: {error}", clone.display()));
    match fs::remove_dir_all(&clone) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    private::make_folder(clone.parent().unwrap_or(&clone)).map_err(failed)?;
    clone_bare(folder, &clone)?;
    Ok(clone)
}

fn proposed(best: &Candidate, candidates: usize, clone: PathBuf) -> Result<SkillSuggestion, Failure> {
    let files = render(best).map_err(Failure::environment)?;
    let text =
        files.iter().find(|(path, _)| path == SKILL_FILE).map_or("", |(_, text)| text.as_str()).to_owned();
    let files: Vec<(String, Vec<u8>)> = files
        .into_iter()
        .map(|(path, text)| (format!(".agents/skills/{}/{path}", best.name), text.into_bytes()))
        .collect();
    let (subject, message) =
        (format!("skill {}", best.name), format!("Propose the skill {}\n\n{}\n", best.name, best.title));
    let proposal = Proposal { name: &best.name, subject: &subject, files: &files, message: &message };
    let made = propose(&clone, &proposal)?;
    let log = run(Command::new("git")
        .args(["log", "--stat", "-1", "--no-color", &made.branch])
        .current_dir(&clone))?;
    Ok(SkillSuggestion { name: best.name.clone(), candidates, clone, branch: made.branch, log, text })
}

fn run(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .output()
        .map_err(|error| Failure::Environment(format!("git cannot be run: {error}; install it")))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
        false => Err(Failure::Environment(visible(String::from_utf8_lossy(&output.stderr).trim()))),
    }
}

impl SkillSuggestion {
    /// Returns it for people.
    pub(super) fn text(&self, style: Style) -> String {
        // Writing to a string cannot fail.
        let mut out = String::new();
        let choice = match self.candidates {
            1 => String::new(),
            count => format!(", the best of {count} that were found"),
        };
        let _ = writeln!(
            out,
            "  {}{choice}, is proposed on a branch of a clone:\n",
            style.bold(visible(&self.name))
        );
        for line in self.log.lines() {
            let _ = writeln!(out, "    {}", style.dim(visible(line)));
        }
        out.push('\n');
        for line in self.text.lines() {
            let _ = writeln!(out, "    {}", visible(line));
        }
        let next = "Your own repository is as it was. `housestyle skill mine` and `housestyle skill propose NAME` do the \
                    same there; merged is approved, and then it takes part in completions.";
        let _ = writeln!(out, "\n{}", style.dim(super::wrapped(next, "  ")));
        let _ = writeln!(out, "  {}", style.dim(format!("The clone: {}", self.clone.display())));
        out
    }
}
