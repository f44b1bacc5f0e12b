//! `housestyle adapter`: versions of the workspace's adapter.

mod approve;
mod convert;
mod eval;
pub(crate) mod gate;
mod list;
mod propose;
mod remote;

use housestyle_adaptation::training::terms;
use housestyle_workspace::Configuration;
use housestyle_workspace::adapters::{Origin, State, Store, Version};
use serde_json::{Value, json};

use crate::args::{AdapterAction, AdapterArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json};

/// Runs `housestyle adapter …`.
pub(crate) fn run(invocation: &Invocation, args: &AdapterArgs) -> Result<(), Failure> {
    let store = store(invocation);
    match &args.action {
        AdapterAction::List => list::list(invocation, &store),
        AdapterAction::Show(which) => list::show(invocation, &store, &store.find(&which.id)?),
        AdapterAction::Eval(args) => eval::run(invocation, &store, args),
        AdapterAction::Propose(args) => propose::run(invocation, &store, args),
        AdapterAction::Approve(args) => approve::approve(invocation, &store, args),
        AdapterAction::Activate(which) => approve::activate(invocation, &store, &store.find(&which.id)?),
        AdapterAction::Rollback(args) => {
            let version = store.roll_back(args.to)?;
            print_change(invocation, &version, "is active")
        }
        AdapterAction::Export(args) => convert::export(invocation, &store, args),
        AdapterAction::Import(args) => convert::import(invocation, &store, args),
        AdapterAction::Push(args) => remote::push(invocation, &store, args),
        AdapterAction::Pull(args) => remote::pull(invocation, &store, args),
    }
}

/// Returns the workspace's adapters under the present terms of the gate, where the gate ever judged one.
fn store(invocation: &Invocation) -> Store {
    let store = Store::of(&invocation.workspace);
    if !store.has_judgements() {
        return store;
    }
    let bounds = Configuration::load(&invocation.workspace).gate;
    store.under(terms(&invocation.setup(), bounds))
}

/// Returns the id of a version's adapter; `verb` is what somebody wants to do with it.
fn id<'a>(version: &'a Version, verb: &str) -> Result<&'a str, Failure> {
    let nothing = || format!("version {} is no adapter: there is nothing to {verb}", version.number);
    version.id.as_deref().ok_or_else(|| Failure::Usage(nothing()))
}

/// Returns a version in the form of `--json`.
fn json_of(version: &Version) -> Value {
    let mut document = json!(version);
    document["gate"] = json!(version.gate());
    document
}

/// Prints a version's change in one line.
fn print_change(invocation: &Invocation, version: &Version, what: &str) -> Result<(), Failure> {
    if invocation.flags.json {
        return print_json(&json_of(version));
    }
    let style = Style::for_stdout();
    print(&format!("{} version {} {}", style.green("✓"), version.number, change_line(version, what)))
}

fn change_line(version: &Version, what: &str) -> String {
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
        State::Revoked => "revoked",
        State::Unapproved => "unapproved",
    }
}
