//! `housestyle adapter`: versions of what was learned.

mod approve;
mod convert;
mod eval;
mod list;
mod propose;
mod remote;

use serde_json::{Value, json};

use crate::adapters::{Origin, State, Store, StoreError, Version};
use crate::args::{AdapterAction, AdapterArgs};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Style, print, print_json};

/// Runs `housestyle adapter …`.
pub(crate) fn run(context: &Context, args: &AdapterArgs) -> Result<(), Failure> {
    let store = Store::of(context);
    match &args.action {
        AdapterAction::List => list::list(context, &store),
        AdapterAction::Show(which) => list::show(context, &store, &store.find(&which.id)?),
        AdapterAction::Eval(args) => eval::run(context, &store, args),
        AdapterAction::Propose(args) => propose::run(context, &store, args),
        AdapterAction::Approve(args) => approve::approve(context, &store, args),
        AdapterAction::Activate(which) => approve::activate(context, &store, &store.find(&which.id)?),
        AdapterAction::Rollback(args) => {
            let version = store.roll_back(args.to)?;
            say(context, &version, "is active")
        }
        AdapterAction::Export(args) => convert::export(context, &store, args),
        AdapterAction::Import(args) => convert::import(context, &store, args),
        AdapterAction::Push(args) => remote::push(context, &store, args),
        AdapterAction::Pull(args) => remote::pull(context, &store, args),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let text = error.to_string();
        match error {
            StoreError::Unknown { .. } | StoreError::Ambiguous { .. } | StoreError::NeverActive { .. } => {
                Failure::Usage(text)
            }
            StoreError::File { .. } | StoreError::Busy { .. } => Failure::Environment(text),
            _ => Failure::CheckSaidNo(text),
        }
    }
}

/// Returns a version as `--json` tells it.
fn json_of(version: &Version) -> Value {
    json!(version)
}

/// Tells in one line what became of a version.
fn say(context: &Context, version: &Version, what: &str) -> Result<(), Failure> {
    if context.global.json {
        return print_json(&json_of(version));
    }
    let style = Style::for_stdout();
    print(&format!("{} version {} {}", style.green("✓"), version.number, told(version, what)))
}

fn told(version: &Version, what: &str) -> String {
    let of = match &version.id {
        Some(id) => format!("(adapter {})", housestyle_train::format::short(id)),
        None => "(no adapter)".to_owned(),
    };
    let copy = match version.origin {
        Origin::RollbackTo(0) => ", as before the first one".to_owned(),
        Origin::RollbackTo(number) => format!(", a copy of version {number}"),
        _ => String::new(),
    };
    format!("{of} {what}{copy}")
}

/// Returns a state in words.
fn state(state: State) -> &'static str {
    match state {
        State::Candidate => "candidate",
        State::Eligible => "eligible",
        State::Approved => "approved",
        State::Active => "active",
        State::Retired => "retired",
    }
}
