//! `housestyle eval`: completion cases, run and counted.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use housestyle_complete::eval::{
    Case, CaseResult, Difference, Report, edits_before, parse_cases, report, run as run_case, score,
};
use housestyle_complete::generator::{Cancel, GenerateError, Generator};
use housestyle_complete::{Memory, Settings, Trace};
use serde_json::{Value, json};

use super::complete::{notes, unhurried};
use crate::args::{Arm, EvalArgs};
use crate::backend::{candidate, know_candidate};
use crate::config::Configuration;
use crate::context::Context;
use crate::explain;
use crate::failure::Failure;
use crate::output::{Style, print, print_json, visible};
use crate::progress::Progress;
use crate::skills;

/// Runs `housestyle eval`.
pub(crate) fn run(context: &Context, args: &EvalArgs) -> Result<(), Failure> {
    let settings = unhurried(Configuration::load(context).checked()?);
    let cases = read(&args.cases, "--cases")?;
    let measured = candidate(context, &args.arm, args.adapter.as_deref())?;
    let mut generator = args.backend.backend.open(context)?;
    know_candidate(context, &mut *generator, measured.as_deref())?;
    // What cannot take part is told before anything is run.
    args.arm.iter().try_for_each(|arm| generator.take_part(*arm))?;
    args.arm.iter().try_for_each(|arm| known(context, *arm).map(drop))?;
    if let Some(name) = &args.case {
        let arm = args.arm.first().copied().unwrap_or(Arm::Base);
        generator.take_part(arm)?;
        let case = named(&cases, name)?;
        let known = known(context, arm)?;
        let memory = remembered(&known, &cases, case, &settings);
        let (result, trace) = with_memory(case, &memory, &settings, &mut *generator)?;
        return show(context, args, case, &result, &trace);
    }
    let (all, cases) = (&cases, &cases[..cases.len().min(args.limit.unwrap_or(usize::MAX))]);
    let mut per_case = args.per_case.as_deref().map(create).transpose()?;
    let mut bar = Progress::new();
    let mut arms = Vec::new();
    for arm in &args.arm {
        generator.take_part(*arm)?;
        let known = known(context, *arm)?;
        bar.begin_items(arm.name(), cases.len());
        let mut results = Vec::with_capacity(cases.len());
        for (index, case) in cases.iter().enumerate() {
            let memory = remembered(&known, all, case, &settings);
            let (result, _) = with_memory(case, &memory, &settings, &mut *generator)?;
            if let Some(file) = &mut per_case {
                write_line(file, arm.name(), &result)?;
            }
            results.push(result);
            bar.at(index as u64 + 1);
        }
        bar.end();
        arms.push((arm.name().to_owned(), results));
    }
    let mut report = report(&arms);
    report.compare_with(Arm::Starter.name(), &arms);
    if context.global.json {
        return print_json(&report);
    }
    table(&report, &generator.describe().model)?;
    differences(&report)
}

/// What an arm knows whatever the case: notes and skills, and whether what earlier cases wrote is remembered.
struct Known {
    memory: Memory,
    has_memory: bool,
}

fn known(context: &Context, arm: Arm) -> Result<Known, Failure> {
    let notes = Arc::new(notes(context, arm)?);
    let skills = skills::served(context, arm)?;
    let memory = Memory { notes, skills, ..Memory::default() };
    Ok(Known { memory, has_memory: arm.has_memory() })
}

/// Returns what an arm remembers at a case: what it knows, and what earlier cases wrote.
fn remembered(known: &Known, cases: &[Case], case: &Case, settings: &Settings) -> Memory {
    let edits = if known.has_memory { edits_before(cases, case) } else { Vec::new() };
    let mut memory = Memory { edits, ..known.memory.clone() };
    let (snapshot, cursor) = case.document();
    memory.select_skills(&snapshot, cursor, settings);
    memory
}

/// Runs one case, of which nothing is remembered, and scores what the team wrote there.
pub(crate) fn one(
    case: &Case,
    settings: &Settings,
    generator: &mut dyn Generator,
) -> Result<(CaseResult, Trace), Failure> {
    with_memory(case, Memory::none(), settings, generator)
}

/// The same with what is remembered.
pub(crate) fn with_memory(
    case: &Case,
    memory: &Memory,
    settings: &Settings,
    generator: &mut dyn Generator,
) -> Result<(CaseResult, Trace), Failure> {
    let began = Instant::now();
    let (result, trace) = run_case(case, memory, settings, generator, &Cancel::new());
    let result = result.with_latency_ms(began.elapsed().as_secs_f64() * 1e3);
    match score(case, memory, settings, generator, &Cancel::new()) {
        Ok(score) => Ok((result.with_score(score), trace)),
        // A script has no probabilities, and a case may be longer than the model: both are told as `null`.
        Err(GenerateError::Unsupported(_) | GenerateError::PromptTooLong { .. }) => Ok((result, trace)),
        Err(error) => Err(Failure::Environment(format!("case {}: {error}", result.name))),
    }
}

/// Reads a file of cases, given by a flag; there is one in it at least.
pub(super) fn read(path: &Path, flag: &str) -> Result<Vec<Case>, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{flag} {}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let cases = parse_cases(&text).map_err(|error| wrong(error.to_string()))?;
    if cases.is_empty() { Err(wrong("there is no case in it".to_owned())) } else { Ok(cases) }
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
    context: &Context,
    args: &EvalArgs,
    case: &Case,
    result: &CaseResult,
    trace: &Trace,
) -> Result<(), Failure> {
    if context.global.json {
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
        text.unwrap_or_else(|| format!("nothing: {}", result.reason.unwrap_or("?")))
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

fn create(path: &Path) -> Result<fs::File, Failure> {
    fs::File::create(path).map_err(|error| Failure::Usage(format!("--per-case {}: {error}", path.display())))
}

fn write_line(file: &mut fs::File, arm: &str, result: &CaseResult) -> Result<(), Failure> {
    let mut line = serde_json::to_value(result).map_err(std::io::Error::other)?;
    if let Value::Object(fields) = &mut line {
        fields.insert("arm".to_owned(), json!(arm));
    }
    Ok(writeln!(file, "{line}")?)
}

/// Prints a report for people.
pub(crate) fn table(report: &Report, model: &str) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let number =
        |value: Option<f64>, places: usize| value.map_or("–".to_owned(), |v| format!("{v:.places$}"));
    print(&format!("{} cases, model {model}\n", report.cases))?;
    print(&style.bold(format!(
        "{:10} {:>7} {:>11} {:>11} {:>11} {:>9} {:>7} {:>8} {:>8}",
        "arm", "exact", "first line", "similarity", "nats/token", "with end", "shown", "p50 ms", "p95 ms"
    )))?;
    for arm in &report.arms {
        print(&format!(
            "{:10} {:>6.1}% {:>10.1}% {:>11.3} {:>11} {:>9} {:>6.1}% {:>8} {:>8}",
            arm.arm,
            arm.exact * 100.0,
            arm.first_line_exact * 100.0,
            arm.edit_similarity,
            number(arm.nll_per_token, 3),
            number(arm.nll_per_token_with_end, 3),
            arm.shown * 100.0,
            number(arm.latency_ms.p50, 0),
            number(arm.latency_ms.p95, 0),
        ))?;
    }
    Ok(())
}

/// Prints for people how the arms differ, with intervals.
pub(crate) fn differences(report: &Report) -> Result<(), Failure> {
    let told = |difference: Option<Difference>, places: usize| {
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
            told(paired.nll_per_token, 3),
            told(paired.first_line_exact, 3)
        ))?;
    }
    Ok(())
}
