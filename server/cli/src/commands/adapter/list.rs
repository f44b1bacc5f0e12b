//! `adapter list` and `adapter show`.

use housestyle_review::{DefaultBranch, default_branch};
use housestyle_train::format::short;
use housestyle_workspace::adapters::{How, Origin, Standing, State, Store, Version, Withdrawn};
use housestyle_workspace::forgetting::forgotten;
use serde_json::{Value, json};

use super::{json_of, state};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, moment, print, print_json, visible};

/// Lists the versions, newest first.
pub(super) fn list(invocation: &Invocation, store: &Store) -> Result<(), Failure> {
    let versions = store.versions()?;
    let forgotten = forgotten(&invocation.workspace, store)?;
    let problem = match default_branch(invocation.workspace.root()) {
        Ok(DefaultBranch::Doubtful { reason, .. } | DefaultBranch::Unknown(reason)) => {
            Some(reason.to_string())
        }
        _ => None, // without a repository nobody expects a merge
    };
    if invocation.flags.json {
        let active = versions.iter().find(|version| version.state == State::Active).map(|v| v.number);
        let to_json = |version: &Version| {
            let mut document = json_of(version);
            document["forgotten"] = json!(forgotten.get(&version.number).unwrap_or(&0));
            document
        };
        let newest_first: Vec<Value> = versions.iter().rev().map(to_json).collect();
        return print_json(&json!({
            "folder": store.folder(), "active": active, "problem": problem, "versions": newest_first,
        }));
    }
    let style = Style::for_stdout();
    if versions.is_empty() {
        return print(&format!("no adapters yet in {}", invocation.workspace.root().display()));
    }
    for version in versions.iter().rev() {
        let word = format!("{:10}", state(version.state));
        let word = match version.state {
            State::Active => style.green(word),
            State::Eligible | State::Approved => style.yellow(word),
            State::Revoked | State::Unapproved => style.red(word),
            State::Candidate | State::Retired => style.dim(word),
        };
        let id = version.id.as_deref().map_or("no adapter", short);
        print(&format!(
            "{:>4}  {}  {word}  {}  {}{}{}",
            version.number,
            style.bold(format!("{id:16}")),
            moment(version.time),
            origin(version),
            remark(version),
            forgotten.get(&version.number).map_or("", |_| ", learned from what is forgotten by now"),
        ))?;
    }
    problem.map_or(Ok(()), |problem| print(&style.dim(visible(&problem))))
}

/// Returns what else must be known of a version before somebody relies on it, with a comma before it.
fn remark(version: &Version) -> String {
    match (&version.withdrawn, &version.standing) {
        (Some(why @ Withdrawn::Revoked { .. }), _) => format!(", {why}"),
        (_, Standing::Outdated(_)) => format!(", {}", version.gate()),
        (_, Standing::Unjudged) if version.claims_eligible => format!(", {}", version.gate()),
        _ => String::new(),
    }
}

fn origin(version: &Version) -> String {
    let by =
        version.approver.as_ref().map_or(String::new(), |a| format!(", approved by {}", visible(&a.name)));
    let from = match version.origin {
        Origin::Learned => "learned here".to_owned(),
        Origin::Imported => "imported".to_owned(),
        Origin::Pulled => "from the team".to_owned(),
        Origin::RollbackTo(0) => "rollback to no adapter".to_owned(),
        Origin::RollbackTo(number) => format!("rollback to {number}"),
    };
    from + &by
}

/// Shows one version.
pub(super) fn show(invocation: &Invocation, store: &Store, version: &Version) -> Result<(), Failure> {
    let header = version.id.as_deref().map(|id| store.header(id)).transpose()?;
    let document =
        |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let forgotten = forgotten(&invocation.workspace, store)?.get(&version.number).copied().unwrap_or(0);
    let judgement = version.id.as_deref().map(|id| store.judgement(id)).transpose()?.flatten();
    let (report, manifest) = (document(store.report(version)), document(store.manifest(version)));
    if invocation.flags.json {
        let mut document = json_of(version);
        document["adapter"] = json!(header);
        document["report"] = json!(report);
        document["judgement"] = json!(judgement);
        document["manifest"] = json!(manifest);
        document["forgotten"] = json!(forgotten);
        return print_json(&document);
    }
    let style = Style::for_stdout();
    let line = |name: &str, text: String| print(&format!("{}{text}", style.dim(format!("{name:12}"))));
    print(&style.bold(format!("version {}, {}", version.number, state(version.state))))?;
    line("id", version.id.clone().unwrap_or_else(|| "no adapter".to_owned()))?;
    line("origin", format!("{}, {}", moment(version.time), origin(version)))?;
    line("base", format!("{}, sha256 {}", visible(&version.base), short(&version.base_sha256)))?;
    if let Some(header) = header {
        let rank = if header.rank == 0 { String::new() } else { format!("rank {}, ", header.rank) };
        let biases = if header.biases == 0 { String::new() } else { format!(", {} biases", header.biases) };
        let targets = header.targets.join(", ");
        line(
            "change",
            format!("{rank}{targets} of {} layers, {} numbers{biases}", header.layers, header.parameters),
        )?;
    }
    line("manifest", version.manifest_sha256.clone().unwrap_or_else(|| "none".to_owned()))?;
    if forgotten > 0 {
        line(
            "forgotten",
            format!("{forgotten} journal entries that it learned from; `housestyle learn` trains anew"),
        )?;
    }
    if let Some(approver) = &version.approver {
        let how = match &approver.how {
            How::Merged { commit, branch } => format!("merged to {branch} by {}", short(commit)),
            How::Local { ungated: None } => "for this machine".to_owned(),
            How::Local { ungated: Some(why) } => format!("for this machine, without the gate: {why}"),
        };
        let by = format!("{} <{}>, {}, {how}", approver.name, approver.email, moment(approver.time));
        line("approved", visible(&by))?;
    }
    if let Some(why) = &version.withdrawn {
        line("approval", visible(&why.to_string()))?;
    }
    let when = judgement.as_ref().map_or(String::new(), |judgement| format!(", {}", moment(judgement.time)));
    line("gate", version.gate() + &when)?;
    // What the gate found here, else what the report that came with the adapter claims.
    let report =
        judgement.map(|judgement| judgement.gate).or_else(|| report.map(|report| report["gate"].clone()));
    let checks = report.and_then(|report| report["checks"].as_array().cloned()).unwrap_or_default();
    checks.iter().try_for_each(|check| {
        let mark = match (&version.standing, check["passed"] == true) {
            (Standing::Unjudged, _) => style.dim("claims"),
            (_, true) => style.green("✓"),
            (_, false) => style.red("✗"),
        };
        let text = |key: &str| visible(check[key].as_str().unwrap_or_default());
        print(&format!("  {mark} {}: {}", text("name"), text("finding")))
    })
}
