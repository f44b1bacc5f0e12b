//! `adapter eval`: a version against the frozen model, on the same cases.

use housestyle_complete::eval::report;

use crate::adapters::{Base, Store};
use crate::args::AdapterEvalArgs;
use crate::backend::open_local;
use crate::commands::complete::unhurried;
use crate::commands::eval::{one, read, table};
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::print_json;
use crate::progress::Progress;

/// Runs `housestyle adapter eval`. A candidate may be measured; only serving asks for an approval.
pub(super) fn run(context: &Context, store: &Store, args: &AdapterEvalArgs) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    let Some(id) = &version.id else {
        return Err(Failure::Usage(format!(
            "version {} is no adapter: there is nothing to measure",
            version.number
        )));
    };
    let settings = unhurried(Configuration::load(context).checked()?);
    let cases = read(&args.cases, "--cases")?;
    let cases = &cases[..cases.len().min(args.limit.unwrap_or(usize::MAX))];
    let base = Base::of(context)?;
    let adapter = store.measure(id, &base.config, &base.sha256)?;
    let mut local = open_local(context)?;
    context.verbose(|| format!("adapter {id} on {}", base.path.display()));
    let mut bar = Progress::new();
    let mut arms = Vec::new();
    for (name, adapter) in [("base", None), ("adapter", Some((id.clone(), &adapter.weights)))] {
        local.set_adapter(adapter).map_err(|error| Failure::Environment(error.to_string()))?;
        bar.begin_items(name, cases.len());
        let mut results = Vec::with_capacity(cases.len());
        for (index, case) in cases.iter().enumerate() {
            results.push(one(case, &settings, &mut local)?.0);
            bar.at(index as u64 + 1);
        }
        bar.end();
        arms.push((name.to_owned(), results));
    }
    let report = report(&arms);
    if context.global.json { print_json(&report) } else { table(&report, &base.name) }
}
