//! `adapter push` and `adapter pull`: the team's own remote, by the user's own git and its credentials.

use housestyle_review::{WEIGHTS, list_weights, published, read_weights, write_weights};
use housestyle_train::format::{MOST_BYTES, id_of, short};
use serde_json::json;

use super::{json_of, propose::default_name};
use crate::adapters::record::Record;
use crate::adapters::{Incoming, Origin, Store, Version};
use crate::args::{AdapterPushArgs, AdapterRemote};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Style, print, print_json, visible};
use crate::user_git::{self, network};

/// Most bytes of a record, manifest or report that is fetched.
const MOST_DOCUMENT: usize = 64 << 20;

/// Pushes a version's weights, and its proposal's branch where there is one.
pub(super) fn push(context: &Context, store: &Store, args: &AdapterPushArgs) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    let Some(id) = version.id.clone() else {
        return Err(Failure::Usage(format!(
            "version {} is no adapter: there is nothing to push",
            version.number
        )));
    };
    let weights = write_weights(&context.workspace, &id, &store.weights(&id)?)?;
    let branch = format!("refs/heads/housestyle/proposals/{}", default_name(&id));
    let mut references = vec![weights];
    if user_git::run(context, &["rev-parse", "--verify", "--quiet", &branch]).is_ok() {
        references.push(branch);
    }
    let specs: Vec<String> = references.iter().map(|name| format!("{name}:{name}")).collect();
    let mut command = vec!["push", "--quiet", "--no-verify", &args.remote.remote];
    command.extend(specs.iter().map(String::as_str));
    network(context, &args.remote.remote)?;
    user_git::run(context, &command)?;
    if context.global.json {
        let mut document = json_of(&version);
        document["pushed"] = json!({ "remote": args.remote.remote, "references": references });
        return print_json(&document);
    }
    let style = Style::for_stdout();
    print(&format!(
        "{} version {} is at {}",
        style.green("✓"),
        version.number,
        visible(&args.remote.remote)
    ))?;
    references.iter().try_for_each(|name| print(&format!("  {name}")))
}

/// What became of one adapter at the remote.
struct Pulled {
    id: String,
    came: Result<Version, String>,
}

/// Fetches weights and proposals, and makes versions of what is new. Nothing becomes active by it.
pub(super) fn pull(context: &Context, store: &Store, args: &AdapterRemote) -> Result<(), Failure> {
    network(context, &args.remote)?;
    user_git::run(context, &["fetch", "--quiet", "--no-write-fetch-head", &args.remote])?;
    let all = format!("{WEIGHTS}*:{WEIGHTS}*"); // without `+`: what is here is never overwritten
    user_git::run(context, &["fetch", "--quiet", "--no-write-fetch-head", "--no-tags", &args.remote, &all])?;
    let known: Vec<String> = store.versions()?.into_iter().filter_map(|version| version.id).collect();
    let mut pulled = Vec::new();
    for id in list_weights(&context.workspace)? {
        if !known.contains(&id) {
            let came = take(context, store, &id);
            pulled.push(Pulled { id, came });
        }
    }
    let refused = pulled.iter().filter(|pulled| pulled.came.is_err()).count();
    if context.global.json {
        let list: Vec<_> = pulled
            .iter()
            .map(|pulled| match &pulled.came {
                Ok(version) => json_of(version),
                Err(why) => json!({ "id": pulled.id, "refused": why }),
            })
            .collect();
        print_json(&json!({ "remote": args.remote, "pulled": list }))?;
    } else {
        told(&pulled, args)?;
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::CheckSaidNo(format!("{refused} of {} adapters were refused", pulled.len()))),
    }
}

fn told(pulled: &[Pulled], args: &AdapterRemote) -> Result<(), Failure> {
    let style = Style::for_stdout();
    if pulled.is_empty() {
        return print(&format!("nothing new at {}", visible(&args.remote)));
    }
    for Pulled { id, came } in pulled {
        let id = visible(short(id));
        print(&match came {
            Ok(version) => format!("{} version {} (adapter {id})", style.green("✓"), version.number),
            Err(why) => format!("{} adapter {id} refused: {}", style.red("✗"), visible(why)),
        })?;
    }
    Ok(())
}

/// Makes a version of weights that were fetched, with what was published about them.
fn take(context: &Context, store: &Store, id: &str) -> Result<Version, String> {
    let weights = read_weights(&context.workspace, id, MOST_BYTES).map_err(|error| error.to_string())?;
    if id_of(&weights) != id {
        return Err(format!("its bytes have sha256 {}: somebody pushed something else", id_of(&weights)));
    }
    let document = |name: &str| {
        published(&context.workspace, &Record::path(id, name), MOST_DOCUMENT)
            .map_err(|error| error.to_string())
    };
    let record = document("adapter.json")?.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
    let named = |name: &str, digest: Option<String>| -> Result<Option<Vec<u8>>, String> {
        Ok(document(name)?.filter(|content| Some(id_of(content)) == digest))
    };
    let (manifest, report) = match record.filter(|record| record.id == id) {
        Some(record) => {
            (named("manifest.json", record.manifest_sha256)?, named("report.json", record.report_sha256)?)
        }
        None => (None, None),
    };
    let incoming = Incoming { weights, config: None, manifest, report, origin: Origin::Pulled };
    store.add(&incoming).map_err(|error| error.to_string())
}
