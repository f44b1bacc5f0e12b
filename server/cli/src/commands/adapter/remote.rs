//! `adapter push` and `adapter pull`: the team's own remote, by the user's own git and its credentials.

use housestyle_adaptation::learning::Source;
use housestyle_net::git::{self, network};
use housestyle_review::{WEIGHTS, list_weights, team_remote, write_weights};
use housestyle_train::format::short;
use housestyle_workspace::adapters::{Origin, Refusal, Standing, Store, Version};
use serde_json::json;

use super::{gate, id, json_of, propose::default_name};
use crate::args::{AdapterPullArgs, AdapterPushArgs, AdapterRemote};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, visible};
use crate::remote_head;

/// Pushes a version's weights, and its proposal's branch where there is one.
pub(super) fn push(invocation: &Invocation, store: &Store, args: &AdapterPushArgs) -> Result<(), Failure> {
    let remote = remote_of(invocation, &args.remote)?;
    let version = store.find(&args.which.id)?;
    let id = id(&version, "push")?;
    let weights = write_weights(invocation.workspace.root(), id, &store.weights(id)?)?;
    let branch = format!("refs/heads/housestyle/proposals/{}", default_name(id));
    let mut references = vec![weights];
    if git::run(invocation.workspace.root(), &["rev-parse", "--verify", "--quiet", &branch]).is_ok() {
        references.push(branch);
    }
    let specs: Vec<String> = references.iter().map(|name| format!("{name}:{name}")).collect();
    let mut command = vec!["push", "--quiet", "--no-verify", &remote];
    command.extend(specs.iter().map(String::as_str));
    network(&remote, invocation.flags.offline)?;
    remote_head::check(invocation, &remote)?;
    git::run(invocation.workspace.root(), &command)?;
    if invocation.flags.json {
        let mut document = json_of(&version);
        document["pushed"] = json!({ "remote": remote, "references": references });
        return print_json(&document);
    }
    let style = Style::for_stdout();
    print(&format!("{} version {} is at {}", style.green("✓"), version.number, visible(&remote)))?;
    references.iter().try_for_each(|name| print(&format!("  {name}")))
}

/// Returns the remote that the flag names, else the team's.
fn remote_of(invocation: &Invocation, flag: &AdapterRemote) -> Result<String, Failure> {
    match &flag.remote {
        Some(named) => Ok(named.clone()),
        None => Ok(team_remote(invocation.workspace.root())?),
    }
}

/// An adapter of the remote, and the version made of it.
struct Pulled {
    id: String,
    result: Result<Version, Refusal>,
}

/// Fetches weights and proposals, and makes versions of what is new. Nothing becomes active by it.
pub(super) fn pull(invocation: &Invocation, store: &Store, args: &AdapterPullArgs) -> Result<(), Failure> {
    let remote = remote_of(invocation, &args.remote)?;
    network(&remote, invocation.flags.offline)?;
    remote_head::check(invocation, &remote)?;
    git::run(invocation.workspace.root(), &["fetch", "--quiet", "--no-write-fetch-head", &remote])?;
    let all = format!("{WEIGHTS}*:{WEIGHTS}*"); // without `+`: what is here is never overwritten
    git::run(
        invocation.workspace.root(),
        &["fetch", "--quiet", "--no-write-fetch-head", "--no-tags", &remote, &all],
    )?;
    let known: Vec<String> = store.versions()?.into_iter().filter_map(|version| version.id).collect();
    let mut pulled = Vec::new();
    for id in list_weights(invocation.workspace.root())? {
        if !known.contains(&id) {
            let result = store.take_published(invocation.workspace.root(), &id);
            pulled.push(Pulled { id, result });
        }
    }
    let judged = if args.judge { judge(invocation, &mut pulled)? } else { Vec::new() };
    let refused = pulled.iter().filter(|pulled| pulled.result.is_err()).count();
    if invocation.flags.json {
        let list: Vec<_> = pulled
            .iter()
            .map(|pulled| match &pulled.result {
                Ok(version) => json_of(version),
                Err(why) => json!({ "id": pulled.id, "refused": why.to_string() }),
            })
            .collect();
        let judged: Vec<_> = judged.iter().map(json_of).collect();
        print_json(&json!({ "remote": remote, "pulled": list, "judged": judged }))?;
    } else {
        print_pulled(&pulled, &remote)?;
        judged
            .iter()
            .try_for_each(|version| print(&format!("  version {} {}", version.number, version.gate())))?;
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::CheckSaidNo(format!("{refused} of {} adapters were refused", pulled.len()))),
    }
}

fn print_pulled(pulled: &[Pulled], remote: &str) -> Result<(), Failure> {
    let style = Style::for_stdout();
    if pulled.is_empty() {
        return print(&format!("nothing new at {}", visible(remote)));
    }
    for Pulled { id, result } in pulled {
        let id = visible(short(id));
        print(&match result {
            Ok(version) => {
                format!("{} version {} (adapter {id}), {}", style.green("✓"), version.number, version.gate())
            }
            Err(why) => format!("{} adapter {id} refused: {}", style.red("✗"), visible(&why.to_string())),
        })?;
    }
    Ok(())
}

/// Judges every version from the team that has no judgement here which holds; returns them as they are then.
fn judge(invocation: &Invocation, pulled: &mut [Pulled]) -> Result<Vec<Version>, Failure> {
    let unjudged = |version: &Version| {
        version.origin == Origin::Pulled
            && matches!(version.standing, Standing::Unjudged | Standing::Outdated(_))
    };
    let versions: Vec<Version> = super::store(invocation).versions()?.into_iter().filter(unjudged).collect();
    let judged = gate::judge(invocation, &versions, &Source::Git)?;
    for version in pulled.iter_mut().filter_map(|pulled| pulled.result.as_mut().ok()) {
        if let Some((found, _)) = judged.iter().find(|(found, _)| found.number == version.number) {
            *version = found.clone();
        }
    }
    Ok(judged.into_iter().map(|(version, _)| version).collect())
}
