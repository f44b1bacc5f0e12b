//! `adapter propose`: record, manifest and report on a branch for review, the weights as a blob beside it.

use housestyle_review::{Proposal, ProposalOutcome, propose, write_weights};
use housestyle_train::format::short;
use housestyle_workspace::Configuration;
use housestyle_workspace::adapters::record::AdapterRecord;
use housestyle_workspace::adapters::{Judgement, Store, Version};
use serde_json::json;

use super::json_of;
use crate::args::AdapterProposeArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json};

/// Returns the name that a version's branch has unless another is given.
pub(super) fn default_name(id: &str) -> String {
    format!("adapter-{}", &short(id)[..8.min(short(id).len())])
}

/// Commits a proposal.
pub(super) fn run(invocation: &Invocation, store: &Store, args: &AdapterProposeArgs) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    let Some(record) = AdapterRecord::of(&version) else {
        return Err(Failure::Usage(format!(
            "version {} is no adapter: there is nothing to propose",
            version.number
        )));
    };
    // Only what passed the gate here is proposed to others.
    Configuration::load(&invocation.workspace).checked()?;
    version.require_eligible()?;
    let weights = store.weights(&record.id)?;
    let mut files = vec![(AdapterRecord::path(&record.id, "adapter.json"), record.bytes())];
    for (name, content) in
        [("manifest.json", store.manifest(&version)), ("report.json", store.report(&version))]
    {
        files.extend(content.map(|content| (AdapterRecord::path(&record.id, name), content)));
    }
    let judgement = store.judgement(&record.id)?;
    let message = message(&version, &record, judgement.as_ref());
    let name = args.name.clone().unwrap_or_else(|| default_name(&record.id));
    let reference = write_weights(invocation.workspace.root(), &record.id, &weights)?;
    let subject = format!("adapter {}", record.id);
    let proposal = Proposal { name: &name, subject: &subject, files: &files, message: &message };
    let span = tracing::info_span!("proposal", of = "adapter").entered();
    let proposed = propose(invocation.workspace.root(), &proposal)?;
    tracing::info!(commit = proposed.commit, outcome = ?proposed.outcome, "committed");
    drop(span);
    let was_there = matches!(proposed.outcome, ProposalOutcome::Unchanged | ProposalOutcome::Merged);
    if invocation.flags.json {
        let mut document = json_of(&version);
        document["proposal"] = json!({
            "branch": proposed.branch, "commit": proposed.commit, "weights": reference,
            "was_there": was_there,
        });
        return print_json(&document);
    }
    let style = Style::for_stdout();
    let verb = if was_there { "was proposed already" } else { "is proposed" };
    let commit = short(&proposed.commit);
    print(&format!(
        "{} version {} {verb}: {commit} on {}",
        style.green("✓"),
        version.number,
        proposed.branch
    ))?;
    print(&format!(
        "  share it with {}, then open a pull request; merged is approved",
        style.cyan(format!("housestyle adapter push {}", version.number))
    ))
}

/// Returns the commit's message: what the gate found on this machine, and trailers that programs read.
fn message(version: &Version, record: &AdapterRecord, judgement: Option<&Judgement>) -> String {
    let mut message = format!("Propose adapter {} for {}\n\n", short(&record.id), one_line(&record.base));
    let checks = judgement.and_then(|judgement| judgement.gate["checks"].as_array());
    for check in checks.into_iter().flatten() {
        let text = |key: &str| one_line(check[key].as_str().unwrap_or_default());
        let passed = if check["passed"] == true { "passed" } else { "failed" };
        message.push_str(&format!("- {} {passed}: {}\n", text("name"), text("finding")));
    }
    message.push_str(&format!("\nHousestyle-Adapter: {}\n", record.id));
    message.push_str(&format!("Housestyle-Base: {}\n", record.base_sha256));
    if let Some(digest) = &version.manifest_sha256 {
        message.push_str(&format!("Housestyle-Manifest: {digest}\n"));
    }
    message
}

/// Returns a text without line breaks: names from outside must not make trailers of their own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
