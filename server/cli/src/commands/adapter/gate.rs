//! The gate's judgement of versions, when somebody asks for it.

use housestyle_adaptation::backend::open_local;
use housestyle_adaptation::learning::{self, Source};
use housestyle_adaptation::training::judge_version;
use housestyle_learn::gate::Report;
use housestyle_workspace::Configuration;
use housestyle_workspace::adapters::Version;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, visible};
use crate::progress::Bar;

/// Judges versions on the later edits of a source, and notes each judgement. Returns the reports in the same order.
pub(super) fn judge(
    invocation: &Invocation,
    versions: &[Version],
    from: &Source,
) -> Result<Vec<Report>, Failure> {
    let configuration = Configuration::load(&invocation.workspace);
    let bounds = configuration.gate;
    let settings = configuration.checked()?;
    let (setup, mut bar) = (invocation.setup(), Bar::new());
    let edits = learning::edits(&invocation.workspace, from, &settings, &mut bar)?;
    let mut local = open_local(&setup)?;
    let mut reports = Vec::with_capacity(versions.len());
    for version in versions {
        let id = version.id.as_deref().unwrap_or_default();
        reports.push(judge_version(&setup, &mut local, (version, id), &edits, bounds, &mut bar)?);
    }
    Ok(reports)
}

/// Prints the checks of a report for people.
pub(crate) fn print_checks(report: &Report) -> Result<(), Failure> {
    let style = Style::for_stdout();
    report.checks.iter().try_for_each(|check| {
        let mark = if check.passed { style.green("✓") } else { style.red("✗") };
        print(&format!("  {mark} {}: {}", check.name, visible(&check.finding)))
    })
}
