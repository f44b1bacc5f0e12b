//! `housestyle skill show`.

use housestyle_workspace::clock::now;
use housestyle_workspace::skills::approval::{Signature, signature};
use housestyle_workspace::skills::entry::Entry;
use housestyle_workspace::skills::list::Depth;
use serde_json::{Value, json};

use super::{find, list};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, moment, print, print_json, visible};

/// The file with the evidence of a proposal.
const EVIDENCE: &str = "EVIDENCE.md";

/// Shows one skill.
pub(super) fn run(invocation: &Invocation, name: &str) -> Result<(), Failure> {
    let entry = find(invocation, name, Depth::Merges)?;
    let now = now();
    let signature = entry.merge.as_ref().map(|merge| signature(invocation.workspace.root(), &merge.commit));
    if invocation.flags.json {
        return print_json(&document(&entry, signature.as_ref(), now));
    }
    let style = Style::for_stdout();
    print(&format!("{}  {}", style.bold(visible(&entry.name)), entry.state.word()))?;
    let line =
        |key: &str, value: &str| print(&format!("{} {}", style.dim(format!("{key:<12}")), visible(value)));
    for remark in list::remarks(&entry, now) {
        line("why", &remark)?;
    }
    let skill = entry.skill.as_ref();
    for (key, value) in [
        ("description", skill.map(|skill| skill.description.clone())),
        ("scope", skill.and_then(scope)),
        ("rule", skill.and_then(|skill| skill.rule.as_ref()).map(|file| json!(file.rule).to_string())),
        ("mode", Some(entry.mode.word().to_owned())),
        ("effect", effect(&entry)),
        ("use", used(&entry)),
        ("file", entry.folder.as_ref().map(|folder| format!("{folder}/SKILL.md"))),
        ("digest", skill.map(|skill| skill.digest.clone())),
        ("approved by", entry.merge.as_ref().map(|merge| format!("{} <{}>", merge.name, merge.email))),
        ("approved at", entry.merge.as_ref().map(|merge| moment(u64::try_from(merge.time).unwrap_or(0)))),
        ("commit", entry.merge.as_ref().map(|merge| format!("{} on {}", merge.commit, merge.branch))),
        ("signature", signature.as_ref().map(Signature::describe)),
        ("proposed on", (!entry.branches.is_empty()).then(|| entry.branches.join(", "))),
    ] {
        if let Some(value) = value {
            line(key, &value)?;
        }
    }
    for warning in skill.map_or(&[][..], |skill| &skill.warnings) {
        line("warning", warning)?;
    }
    for finding in &entry.findings {
        line("lint", &finding.to_string())?;
    }
    if let Some(skill) = skill {
        print(&format!("\n{}", visible(&skill.body)))?;
    }
    if let Some(text) = evidence(&entry) {
        print(&format!("\n{}", visible(&text)))?;
    }
    Ok(())
}

fn document(entry: &Entry, signature: Option<&Signature>, now: u64) -> Value {
    let mut document = list::to_json(entry, now);
    let skill = entry.skill.as_ref();
    let more = json!({
        "body": skill.map(|skill| &skill.body),
        "metadata": skill.map(|skill| &skill.metadata),
        "scope": skill.and_then(|skill| skill.rule.as_ref()).map(|file| &file.scope),
        "rule": skill.and_then(|skill| skill.rule.as_ref()).map(|file| &file.rule),
        "warnings": skill.map(|skill| &skill.warnings),
        "findings": entry.findings,
        "counters": entry.counters,
        "evidence": evidence(entry),
        "signature": signature,
        "branch": entry.merge.as_ref().map(|merge| &merge.branch),
        "files": entry.files.iter().map(|(path, _)| path).collect::<Vec<_>>(),
        "report": entry.report,
    });
    if let (Some(document), Value::Object(more)) = (document.as_object_mut(), more) {
        document.extend(more);
    }
    document
}

/// Returns the evidence of a skill.
fn evidence(entry: &Entry) -> Option<String> {
    let (_, content) = entry.files.iter().find(|(path, _)| path == EVIDENCE)?;
    Some(String::from_utf8_lossy(content).into_owned())
}

fn scope(skill: &housestyle_skills::Skill) -> Option<String> {
    let scope = &skill.rule.as_ref()?.scope;
    let parts: Vec<&str> = scope.languages.iter().chain(&scope.paths).map(String::as_str).collect();
    Some(if parts.is_empty() { "everywhere".to_owned() } else { parts.join(", ") })
}

/// Returns the effect measured last, else the one in the skill's metadata.
fn effect(entry: &Entry) -> Option<String> {
    let measured = entry.counters.effects.last().map(|effect| {
        let [low, high] = effect.ci95;
        format!(
            "{:+.3} [{low:+.3}, {high:+.3}] in {} places, measured {}",
            effect.diff,
            effect.places,
            moment(effect.time)
        )
    });
    measured.or_else(|| entry.skill.as_ref()?.metadata.get("housestyle.effect").cloned())
}

fn used(entry: &Entry) -> Option<String> {
    let counters = &entry.counters;
    (counters.since > 0).then(|| {
        format!(
            "{} times since {}, {} shown to be right, {} objections",
            counters.uses,
            moment(counters.since),
            counters.validated,
            counters.objections
        )
    })
}
