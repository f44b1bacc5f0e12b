//! `adapter propose`: record, manifest and report on a branch for review, the weights as a blob beside it.

use housestyle_review::{Proposal, ProposalOutcome, propose, write_weights};
use housestyle_train::format::short;
use housestyle_workspace::Configuration;
use housestyle_workspace::adapters::Store;
use housestyle_workspace::adapters::record::AdapterRecord;
use serde_json::json;

use super::{id, json_of};
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
    id(&version, "propose")?;
    let Some(record) = AdapterRecord::of(&version) else { return Ok(()) };
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
    let message = record.message(judgement.as_ref());
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
