//! `housestyle skill lint`.

use std::path::Path;

use housestyle_review::TreeBudget;
use housestyle_skills::lint::{self, Finding, Severity, Tolerance};
use housestyle_skills::{RULE_FILE, SKILL_FILE};
use housestyle_workspace::skills::read::{Found, read_folder, work_tree};
use serde_json::{Value, json};

use crate::args::LintArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, visible};

/// Checks skills.
pub(super) fn run(invocation: &Invocation, args: &LintArgs) -> Result<(), Failure> {
    let budget = TreeBudget::default();
    let found = match args.folders.is_empty() {
        true => work_tree(invocation.workspace.root(), &budget),
        false => args.folders.iter().map(|folder| named(folder, &budget)).collect::<Result<_, _>>()?,
    };
    let checked: Vec<Checked> = found.iter().map(|found| check(found, args.strict)).collect();
    let refused = checked.iter().filter(|checked| checked.refused).count();
    if invocation.flags.json {
        let skills: Vec<Value> = checked
            .iter()
            .map(|checked| json!({ "folder": checked.folder, "refused": checked.refused, "findings": checked.findings }))
            .collect();
        print_json(&json!({ "skills": skills, "refused": refused }))?;
    } else {
        print_findings(&checked)?;
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::CheckSaidNo(format!("{refused} of {} skills are refused", checked.len()))),
    }
}

/// A checked folder.
struct Checked<'a> {
    folder: &'a str,
    refused: bool,
    findings: Vec<Finding>,
}

fn check(found: &Found, strict: bool) -> Checked<'_> {
    let (findings, has_rule) = match &found.files {
        Ok(files) => (lint::lint(found.name(), files), files.iter().any(|(path, _)| path == RULE_FILE)),
        Err(error) => {
            let finding = Finding {
                severity: Severity::Refused,
                code: "unreadable",
                file: String::new(),
                line: 0,
                message: error.to_string(),
            };
            (vec![finding], true)
        }
    };
    let tolerance = if strict { Tolerance::Nothing } else { Tolerance::of(has_rule) };
    Checked { folder: &found.folder, refused: lint::refuses(&findings, tolerance), findings }
}

/// Reads a folder that was named on the command line.
fn named(folder: &Path, budget: &TreeBudget) -> Result<Found, Failure> {
    let folder = match folder.file_name() {
        Some(name) if name.eq_ignore_ascii_case(SKILL_FILE) => folder.parent().unwrap_or(folder),
        _ => folder,
    };
    let whole = std::path::absolute(folder)
        .map_err(|error| Failure::Environment(format!("{}: {error}", folder.display())))?;
    if !whole.is_dir() {
        return Err(Failure::Usage(format!("{}: there is no such folder", folder.display())));
    }
    let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let shown = folder.to_string_lossy().replace('\\', "/");
    let shown = if shown.rsplit('/').next() == Some(&name) { shown } else { name };
    Ok(Found { folder: shown, files: read_folder(&whole, budget) })
}

fn print_findings(checked: &[Checked<'_>]) -> Result<(), Failure> {
    let style = Style::for_stdout();
    if checked.is_empty() {
        return print("No skills here.");
    }
    for one in checked {
        let mark = match (one.refused, one.findings.is_empty()) {
            (true, _) => style.red("✗"),
            (false, false) => style.yellow("!"),
            (false, true) => style.green("✓"),
        };
        print(&format!("{mark} {}", visible(one.folder)))?;
        for finding in &one.findings {
            let shown = visible(&finding.to_string());
            print(&format!(
                "    {}",
                if finding.severity == Severity::Refused { style.red(shown) } else { style.yellow(shown) }
            ))?;
        }
    }
    Ok(())
}
