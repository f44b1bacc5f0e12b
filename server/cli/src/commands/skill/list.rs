//! `housestyle skill list`.

use housestyle_workspace::clock::now;
use housestyle_workspace::skills::entry::{Entry, Mode, State};
use housestyle_workspace::skills::list::{Depth, SkillList};
use serde_json::{Value, json};

use super::skills;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, visible};

/// Lists the skills of the workspace.
pub(super) fn run(invocation: &Invocation) -> Result<(), Failure> {
    let (SkillList { entries, problem, .. }, trusted) = skills(invocation, Depth::Merges)?;
    let now = now();
    if invocation.flags.json {
        let skills: Vec<Value> = entries.iter().map(|entry| to_json(entry, now)).collect();
        return print_json(&json!({
            "workspace": invocation.workspace.root(), "trusted": trusted, "problem": problem, "skills": skills,
        }));
    }
    if !trusted {
        return print("This workspace is not trusted (setting `trusted`): its skills are not read.");
    }
    // Skills that wait for it give the same reason.
    if let Some(problem) = &problem
        && entries.iter().all(|entry| entry.reason.as_ref() != Some(problem))
    {
        print(&visible(problem))?;
    }
    if entries.is_empty() {
        return print(&format!(
            "No skills in {} (`housestyle skill mine` looks for some).",
            invocation.workspace.root().display()
        ));
    }
    let style = Style::for_stdout();
    let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0).min(40);
    for entry in &entries {
        let state = match entry.state {
            State::Approved => style.green("approved  "),
            State::Refused => style.red("refused   "),
            state => style.yellow(format!("{:<10}", state.word())),
        };
        let description = entry.skill.as_ref().map_or("", |skill| &skill.description);
        let name = format!("{:<width$}", visible(&entry.name));
        print(&format!("{state}  {}  {}", style.bold(name), short(description)))?;
        for line in remarks(entry, now) {
            print(&style.dim(format!("            {}", visible(&line))))?;
        }
    }
    Ok(())
}

/// Returns the remarks on a skill, printed below its line.
pub(super) fn remarks(entry: &Entry, now: u64) -> Vec<String> {
    let mut lines: Vec<String> = entry.reason.iter().cloned().collect();
    if entry.mode == Mode::Off {
        lines.push("it is switched off".to_owned());
    }
    lines.extend(entry.retirement(now).map(|why| {
        let name = &entry.name;
        format!(
            "proposed for retirement: {why} (`housestyle skill propose {name} --retire` makes the branch)"
        )
    }));
    lines
}

/// Returns a skill for programs.
pub(super) fn to_json(entry: &Entry, now: u64) -> Value {
    let skill = entry.skill.as_ref();
    json!({
        "name": entry.name,
        "state": entry.state,
        "mode": entry.mode,
        "loads": entry.loads(),
        "reason": entry.reason,
        "description": skill.map(|skill| &skill.description),
        "folder": entry.folder,
        "digest": skill.map(|skill| &skill.digest),
        "approved_by": entry.merge.as_ref().map(|merge| format!("{} <{}>", merge.name, merge.email)),
        "approved_at": entry.merge.as_ref().map(|merge| merge.time),
        "commit": entry.merge.as_ref().map(|merge| &merge.commit),
        "branches": entry.branches,
        "retirement": entry.retirement(now),
    })
}

/// Returns the beginning of a text, on one line.
fn short(text: &str) -> String {
    const MOST: usize = 100;
    let line = visible(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
