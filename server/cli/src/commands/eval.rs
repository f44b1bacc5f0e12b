//! `housestyle eval`: completion cases, run and counted.

use std::path::Path;
use std::sync::Arc;

use housestyle_adaptation::backend::{Adaptive, candidate, use_candidate};
use housestyle_adaptation::case_memory::CaseMemories;
use housestyle_adaptation::cases;
use housestyle_adaptation::evaluate::{evaluate_with_memory, without_time_limits};
use housestyle_adaptation::per_case::{PerCase, RunInputs};
use housestyle_complete::eval::{Case, CaseResult, Difference, Report, report};
use housestyle_complete::{Memory, Settings, Trace};
use housestyle_workspace::{Configuration, Progress, notice};
use serde_json::json;

use super::complete::{notes, served_skills};
use crate::args::{Arm, EvalArgs};
use crate::explain;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, visible};
use crate::progress::Bar;

/// Runs `housestyle eval`.
pub(crate) fn run(invocation: &Invocation, args: &EvalArgs) -> Result<(), Failure> {
    let mut settings = without_time_limits(Configuration::load(&invocation.workspace).checked()?);
    settings.context_tokens = args.context_tokens.unwrap_or(settings.context_tokens);
    let cases = cases::required("--cases", &args.cases)?;
    let measured = candidate(&invocation.workspace, &args.arm, args.adapter.as_deref())?;
    let setup = invocation.setup();
    let mut generator = args.backend.backend.open(&setup)?;
    use_candidate(&setup, &mut *generator, measured.as_deref())?;
    // An arm that cannot be run is an error before any case is run.
    args.arm.iter().try_for_each(|arm| generator.apply(*arm))?;
    args.arm.iter().try_for_each(|arm| common_memory(invocation, *arm).map(drop))?;
    let mut case_memories = CaseMemories::open(args.repository.as_deref(), &cases, &settings)?;
    if let Some(name) = &args.case {
        let arm = args.arm.first().copied().unwrap_or(Arm::Base);
        generator.apply(arm)?;
        let case = named(&cases, name)?;
        let memory = case_memories.memory(
            &common_memory(invocation, arm)?,
            arm.has(Arm::Memory),
            case,
            &*generator,
        )?;
        let (result, trace) = evaluate_with_memory(case, &memory, &settings, &mut *generator)?;
        return show(invocation, args, case, &result, &trace);
    }
    let (all, cases) = (&cases, &cases[..cases.len().min(args.limit.unwrap_or(usize::MAX))]);
    let mut per_case = match &args.per_case {
        Some(path) => Some(open_results(invocation, args, path, &settings, all, &mut *generator)?),
        None => None,
    };
    let mut bar = Bar::new();
    let mut arms = Vec::new();
    for arm in &args.arm {
        generator.apply(*arm)?;
        let common = common_memory(invocation, *arm)?;
        bar.begin_items(arm.name(), cases.len());
        let mut results = Vec::with_capacity(cases.len());
        for (index, case) in cases.iter().enumerate() {
            let known = per_case.as_ref().and_then(|file| file.get(*arm, index)).cloned();
            let result = match known {
                Some(result) => result,
                None => {
                    let memory = case_memories.memory(&common, arm.has(Arm::Memory), case, &*generator)?;
                    let (result, _) = evaluate_with_memory(case, &memory, &settings, &mut *generator)?;
                    per_case.as_mut().map(|file| file.add(*arm, index, &result)).transpose()?;
                    result
                }
            };
            results.push(result);
            bar.at(index as u64 + 1);
        }
        bar.end();
        arms.push((arm.name().to_owned(), results));
    }
    let mut report = report(&arms);
    report.compare_with(Arm::Starter.name(), &arms);
    if invocation.flags.json {
        return print_json(&report);
    }
    table(&report, &generator.describe().model)?;
    differences(&report)
}

/// Returns the part of an arm's memory that does not depend on the case.
fn common_memory(invocation: &Invocation, arm: Arm) -> Result<Memory, Failure> {
    let notes = Arc::new(notes(invocation, arm)?);
    Ok(Memory { notes, skills: served_skills(invocation, arm)?, ..Memory::default() })
}

/// Returns the case of that name, or the one with that number, counted from 1.
fn named<'a>(cases: &'a [Case], name: &str) -> Result<&'a Case, Failure> {
    let by_name = cases.iter().find(|case| case.name.as_deref() == Some(name));
    let by_number = || name.parse().ok().and_then(|number: usize| cases.get(number.checked_sub(1)?));
    by_name.or_else(by_number).ok_or_else(|| {
        Failure::Usage(format!("--case {name}: there is no such name or number among {} cases", cases.len()))
    })
}

fn show(
    invocation: &Invocation,
    args: &EvalArgs,
    case: &Case,
    result: &CaseResult,
    trace: &Trace,
) -> Result<(), Failure> {
    if invocation.flags.json {
        let mut document = json!({ "case": case, "result": result });
        if args.explain {
            document["explain"] = explain::json(trace);
        }
        return print_json(&document);
    }
    let style = Style::for_stdout();
    print(&format!("{} in {}", style.bold(visible(&result.name)), visible(&case.path)))?;
    if args.explain {
        print(&format!("\n{}", explain::text(trace, style).trim_end()))?;
    }
    let wanted: Vec<String> = case.wanted().map(|text| format!("{text:?}")).collect();
    print(&format!("\nwanted     {}", wanted.join("\n        or ")))?;
    let text = result.text.as_ref().map(|text| format!("{text:?}"));
    print(&format!(
        "suggested  {}",
        text.unwrap_or_else(|| format!("nothing: {}", result.reason.as_deref().unwrap_or("?")))
    ))?;
    print(&format!(
        "exact {} · first line {} · similarity {:.2}{}",
        result.exact,
        result.first_line_exact,
        result.edit_similarity,
        result
            .nll
            .map(|nll| format!(" · {:.2} nats a token", nll / result.tokens.max(1) as f64))
            .unwrap_or_default()
    ))
}

/// Opens the file of results, and says how many of them it has.
fn open_results(
    invocation: &Invocation,
    args: &EvalArgs,
    path: &Path,
    settings: &Settings,
    cases: &[Case],
    generator: &mut dyn Adaptive,
) -> Result<PerCase, Failure> {
    let (setup, backend) = (invocation.setup(), &args.backend.backend);
    let inputs = RunInputs::new(&setup, backend, settings, cases, args.repository.is_some())?;
    let mut runs = Vec::new();
    for arm in &args.arm {
        generator.apply(*arm)?;
        runs.push((*arm, inputs.name(generator, *arm, &common_memory(invocation, *arm)?)?));
    }
    let opened = PerCase::open(path, &runs, cases);
    let file = opened.map_err(|error| Failure::Usage(format!("--per-case {}: {error}", path.display())))?;
    if !file.is_empty() {
        notice::warn(format!(
            "{} has {} results of this run already; they are not computed again",
            path.display(),
            file.len()
        ));
    }
    Ok(file)
}

/// Prints a report for people.
pub(crate) fn table(report: &Report, model: &str) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let number =
        |value: Option<f64>, places: usize| value.map_or("–".to_owned(), |v| format!("{v:.places$}"));
    print(&format!("{} cases, model {model}\n", report.cases))?;
    print(&style.bold(format!(
        "{:10} {:>7} {:>11} {:>7} {:>7} {:>11} {:>11} {:>9} {:>7} {:>8} {:>8}",
        "arm",
        "exact",
        "first line",
        "names",
        "line",
        "similarity",
        "nats/token",
        "with end",
        "shown",
        "p50 ms",
        "p95 ms"
    )))?;
    for arm in &report.arms {
        print(&format!(
            "{:10} {:>6.1}% {:>10.1}% {:>6.1}% {:>6.1}% {:>11.3} {:>11} {:>9} {:>6.1}% {:>8} {:>8}",
            arm.arm,
            arm.exact * 100.0,
            arm.first_line_exact * 100.0,
            arm.names_in_prompt * 100.0,
            arm.line_in_prompt * 100.0,
            arm.edit_similarity,
            number(arm.nll_per_token, 3),
            number(arm.nll_per_token_with_end, 3),
            arm.shown * 100.0,
            number(arm.latency_ms.p50, 0),
            number(arm.latency_ms.p95, 0),
        ))?;
    }
    print("names, line: the prompt holds all names of the first line, or that line itself")?;
    match report.recent.as_ref().filter(|recent| recent.cases < report.cases) {
        Some(recent) => {
            print("\nof commits after October 2024, as the model may have read older ones:")?;
            table(recent, model)
        }
        None => Ok(()),
    }
}

/// Prints for people how the arms differ, with intervals.
pub(crate) fn differences(report: &Report) -> Result<(), Failure> {
    let with_interval = |difference: Option<Difference>, places: usize| {
        let Some(Difference { diff, ci95: [low, high] }) = difference else { return "–".to_owned() };
        format!("{diff:+.places$} ({low:+.places$} to {high:+.places$})")
    };
    if !report.paired.is_empty() {
        let style = Style::for_stdout();
        print(
            &style.bold(format!("\n{:20} {:>26} {:>26}", "95 % over commits", "nats/token", "first line")),
        )?;
    }
    for paired in &report.paired {
        let arms = format!("{} − {}", paired.arm, paired.against);
        print(&format!(
            "{arms:20} {:>26} {:>26}",
            with_interval(paired.nll_per_token, 3),
            with_interval(paired.first_line_exact, 3)
        ))?;
    }
    Ok(())
}
