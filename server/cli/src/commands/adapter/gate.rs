//! The gate's judgement of versions, when somebody asks for it.

use housestyle_adaptation::learning::{self, Source};
use housestyle_adaptation::training::judge_versions;
use housestyle_learn::gate::Report;
use housestyle_workspace::Configuration;
use housestyle_workspace::adapters::Version;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, visible};
use crate::progress::Bar;

/// Judges versions on the later edits of a source, and notes each judgement. Returns the versions as they are then.
pub(super) fn judge(
    invocation: &Invocation,
    versions: &[Version],
    from: &Source,
) -> Result<Vec<(Version, Report)>, Failure> {
    let configuration = Configuration::load(&invocation.workspace);
    let bounds = configuration.gate;
    let settings = configuration.checked()?;
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let mut bar = Bar::new();
    let edits = learning::edits(&invocation.workspace, from, &settings, &mut bar)?;
    Ok(judge_versions(&invocation.setup(), versions, &edits, bounds, &mut bar)?)
}

/// Prints the checks of a report for people.
pub(crate) fn print_checks(report: &Report) -> Result<(), Failure> {
    let style = Style::for_stdout();
    report.checks.iter().try_for_each(|check| {
        let mark = if check.passed { style.green("✓") } else { style.red("✗") };
        print(&format!("  {mark} {}: {}", check.name, visible(&check.finding)))
    })
}
