//! `housestyle replay`: what learning from a repository is worth, measured on its own history.

use std::path::Path;
use std::time::{Duration, Instant};

use housestyle_adaptation::backend::Adaptive;
use housestyle_adaptation::evaluate::without_time_limits;
use housestyle_adaptation::replay::{
    Arms, ControlTexts, HeldOutCases, MemoryComponent, ReportFacts, Row, Rows, Walk, components_of, page,
};
use housestyle_complete::Settings;
use housestyle_complete::eval::{Arm, Case, CaseResult, report};
use housestyle_complete::generator::Capabilities;
use housestyle_learn::cases::CaseOptions;
use housestyle_review::History;
use housestyle_workspace::digest::hex;
use housestyle_workspace::{Configuration, Progress, atomic, history, notes};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::eval::{differences, table};
use crate::args::ReplayArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{print, print_json};
use crate::progress::Bar;

/// The form of the rows: another one is another file.
const FORM: &str = "replay-2";

/// Runs `housestyle replay`.
pub(crate) fn run(invocation: &Invocation, args: &ReplayArgs) -> Result<(), Failure> {
    let settings = without_time_limits(Configuration::load(&invocation.workspace).checked()?);
    let history = history::open(invocation.workspace.root(), &settings, None)?;
    let options = CaseOptions { seed: args.seed, ..CaseOptions::default() };
    let mut bar = Bar::new();
    bar.begin_items("reading the history", history.len());
    let held_out =
        HeldOutCases::of(&history, options, args.holdout, args.limit, |index| bar.at(index as u64));
    bar.end();
    let held_out = held_out?;
    if held_out.chosen.is_empty() {
        return Err(Failure::Usage(format!(
            "there is nothing to predict: {} commits give {} cases in the last {} of the history; a larger --holdout or \
             --limit may, or a longer history",
            history.len(),
            held_out.total,
            args.holdout
        )));
    }
    let setup = invocation.setup();
    let mut generator = args.backend.backend.open(&setup)?;
    let control = args.control.as_deref().map(|path| ControlTexts::read(path, &settings)).transpose()?;
    let state = invocation.workspace.state();
    let path = state.join(format!("replay-{}.jsonl", key(&history, args, &settings, &*generator)));
    let end = args.budget.and_then(|budget| Instant::now().checked_add(budget));
    let walk = Walk { history: &history, held_out: &held_out, options, settings: &settings, end };
    let time = args.train.min(args.budget.map_or(Duration::MAX, |budget| budget / 3));
    let adapter = walk.adapter(&setup, &mut *generator, &args.arms, time, &path, &mut bar)?;
    let memory = MemoryComponent::of(notes::Store::of(&invocation.workspace).read()?, &settings);
    let components = components_of(&mut *generator, control, adapter, memory)?;
    let (capabilities, trainable) = (generator.capabilities(), generator.trainable().is_some());
    let mut arms = Arms::of(&args.arms, components, &|arm| why_not(arm, capabilities, trainable));
    let cannot = |error: std::io::Error| Failure::Environment(format!("{}: {error}", path.display()));
    let mut rows = Rows::open(&path).map_err(cannot)?;
    let cases = walk.run(&mut arms, &mut *generator, &mut rows, &mut bar)?;
    print_report(invocation, args, &history, &held_out, &arms, &cases, &rows, &generator.describe().model)
}

/// Returns why there is nothing for an arm.
fn why_not(arm: Arm, capabilities: Capabilities, trainable: bool) -> String {
    if let Err(why) = capabilities.require_model() {
        return why.to_string();
    }
    if let Some(Err(why)) = arm.needs().map(|needed| capabilities.require(needed)) {
        return why.to_string();
    }
    let why = match arm {
        Arm::Starter => "there is no starter adapter for this model",
        Arm::Memory => "there are no notes, and recent edits are off (setting `memory.editTokens`)",
        Arm::Adapter if !trainable => "the weights are not in this process, so no adapter can be trained",
        Arm::Adapter => "there are too few edits before what is predicted to train an adapter on",
        _ => "this version has nothing of that kind that learns",
    };
    why.to_owned()
}

/// Returns a key of these measurements: the history, the holes, the model, the settings.
fn key(history: &History, args: &ReplayArgs, settings: &Settings, generator: &dyn Adaptive) -> String {
    let model = generator.describe().model;
    let what = format!(
        "{FORM}\n{}\n{}\n{}\n{model}\n{:?}\n{settings:?}",
        history.head(),
        args.holdout,
        args.seed,
        args.backend.backend
    );
    hex(&Sha256::digest(what.as_bytes())[..8])
}

#[expect(clippy::too_many_arguments, reason = "all that a report tells, brought together once")]
fn print_report(
    invocation: &Invocation,
    args: &ReplayArgs,
    history: &History,
    held_out: &HeldOutCases,
    arms: &Arms,
    cases: &[Case],
    rows: &Rows,
    model: &str,
) -> Result<(), Failure> {
    let of_arm = |arm: usize| -> Vec<Row> {
        let identity = arms.identity(arm);
        let row = |case: &Case| rows.get(&identity, case.name.as_deref().unwrap_or_default()).cloned();
        cases.iter().filter_map(row).collect()
    };
    let measured: Vec<(String, Vec<Row>)> =
        arms.names().enumerate().map(|(arm, name)| (name.to_owned(), of_arm(arm))).collect();
    let results: Vec<(String, Vec<CaseResult>)> =
        measured.iter().map(|(arm, rows)| (arm.clone(), rows.iter().map(Row::result).collect())).collect();
    let mut report = report(&results);
    report.compare_with(Arm::Starter.name(), &results);
    if let Some(path) = &args.report {
        let facts = ReportFacts {
            name: &invocation.workspace.root().file_name().unwrap_or_default().to_string_lossy(),
            head: &history.head(),
            model,
            commits: history.len(),
            predicted: history.len() - held_out.first,
            chosen_cases: held_out.chosen.len(),
            exclusions: held_out.exclusions.iter().map(|(reason, count)| (reason.code(), count)).collect(),
            absent: arms.absent(),
        };
        write_whole(path, &page(&facts, &report, cases, &measured))?;
    }
    if invocation.flags.json {
        let mut document = serde_json::to_value(&report).map_err(std::io::Error::other)?;
        document["history"] = json!({
            "head": history.head(), "commits": history.len(), "predicted_commits": held_out.commits,
            "held_out_cases": held_out.total, "chosen_cases": held_out.chosen.len(), "left_out": held_out.exclusions,
            "dropped": held_out.dropped,
        });
        document["absent"] = json!(arms.absent());
        document["complete"] = json!(cases.len() == held_out.chosen.len());
        return print_json(&document);
    }
    table(&report, model)?;
    differences(&report)?;
    for absent in arms.absent() {
        print(&format!("not run: {}: {}", absent.arm, absent.why))?;
    }
    if cases.len() < held_out.chosen.len() {
        print(&format!("{} of {} cases so far: run it again to go on", cases.len(), held_out.chosen.len()))?;
    }
    match &args.report {
        Some(path) => print(&format!("report: {}", path.display())),
        None => Ok(()),
    }
}

/// Replaces a file as a whole.
fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let written = atomic::replace(path, text.as_bytes());
    written.map_err(|error| Failure::Usage(format!("--report {}: {error}", path.display())))
}
