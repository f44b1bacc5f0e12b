//! `adapter eval`: a version before the gate, or against the frozen model on the same cases.

use std::path::Path;

use housestyle_adaptation::backend::open_local;
use housestyle_adaptation::cases;
use housestyle_adaptation::evaluate::evaluate_case;
use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_complete::eval::report;
use housestyle_workspace::Configuration;
use housestyle_workspace::Progress;
use housestyle_workspace::adapters::{Base, Store};
use serde_json::json;

use super::{gate, id, json_of};
use crate::args::AdapterEvalArgs;
use crate::commands::eval::table;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{print, print_json};
use crate::progress::Bar;

/// Runs `housestyle adapter eval`: the gate's judgement, or a measurement on cases.
pub(super) fn run(invocation: &Invocation, store: &Store, args: &AdapterEvalArgs) -> Result<(), Failure> {
    match &args.cases {
        Some(cases) => measure(invocation, store, args, cases),
        None => judge(invocation, store, args),
    }
}

/// Judges a version on this machine.
fn judge(invocation: &Invocation, store: &Store, args: &AdapterEvalArgs) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    id(&version, "judge")?;
    let judged = gate::judge(invocation, &[version], &args.from)?;
    judged.iter().try_for_each(|(version, report)| {
        if invocation.flags.json {
            let mut document = json_of(version);
            document["report"] = json!(report);
            return print_json(&document);
        }
        print(&format!("version {}, {}", version.number, version.gate()))?;
        gate::print_checks(report)
    })
}

/// Measures a version. A candidate may be measured; only serving asks for an approval.
fn measure(
    invocation: &Invocation,
    store: &Store,
    args: &AdapterEvalArgs,
    cases: &Path,
) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    let id = id(&version, "measure")?;
    let settings = without_time_limits(Configuration::load(&invocation.workspace).checked()?);
    let cases = cases::required("--cases", cases)?;
    let cases = &cases[..cases.len().min(args.limit.unwrap_or(usize::MAX))];
    let base = Base::of(invocation.workspace.home(), &invocation.model()?)?;
    let adapter = store.measure(id, &base.config, &base.sha256)?;
    let mut local = open_local(&invocation.setup())?;
    invocation.verbose(|| format!("adapter {id} on {}", base.path.display()));
    let mut bar = Bar::new();
    let mut arms = Vec::new();
    for (name, adapter) in [("base", None), ("adapter", Some((id.to_owned(), &adapter.weights)))] {
        local.set_adapter(adapter)?;
        bar.begin_items(name, cases.len());
        let mut results = Vec::with_capacity(cases.len());
        for (index, case) in cases.iter().enumerate() {
            results.push(evaluate_case(case, &settings, &mut local)?.0);
            bar.at(index as u64 + 1);
        }
        bar.end();
        arms.push((name.to_owned(), results));
    }
    let report = report(&arms);
    if invocation.flags.json { print_json(&report) } else { table(&report, &base.name) }
}
