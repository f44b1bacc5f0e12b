//! `adapter eval`: a version against the frozen model, on the same cases.

use housestyle_adaptation::backend::open_local;
use housestyle_adaptation::cases;
use housestyle_adaptation::evaluate::evaluate_case;
use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_complete::eval::report;
use housestyle_workspace::Configuration;
use housestyle_workspace::Progress;
use housestyle_workspace::adapters::{Base, Store};

use crate::args::AdapterEvalArgs;
use crate::commands::eval::table;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::print_json;
use crate::progress::Bar;

/// Runs `housestyle adapter eval`. A candidate may be measured; only serving asks for an approval.
pub(super) fn run(invocation: &Invocation, store: &Store, args: &AdapterEvalArgs) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    let Some(id) = &version.id else {
        return Err(Failure::Usage(format!(
            "version {} is no adapter: there is nothing to measure",
            version.number
        )));
    };
    let settings = without_time_limits(Configuration::load(&invocation.workspace).checked()?);
    let cases = cases::required("--cases", &args.cases)?;
    let cases = &cases[..cases.len().min(args.limit.unwrap_or(usize::MAX))];
    let base = Base::of(invocation.workspace.home(), &invocation.model()?)?;
    let adapter = store.measure(id, &base.config, &base.sha256)?;
    let mut local = open_local(&invocation.setup())?;
    invocation.verbose(|| format!("adapter {id} on {}", base.path.display()));
    let mut bar = Bar::new();
    let mut arms = Vec::new();
    for (name, adapter) in [("base", None), ("adapter", Some((id.clone(), &adapter.weights)))] {
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
