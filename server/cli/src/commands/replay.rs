//! `housestyle replay`: what learning from a repository is worth, measured on its own history.

use std::path::Path;
use std::time::{Duration, Instant};

use housestyle_complete::Settings;
use housestyle_complete::eval::{Case, CaseResult, report};
use housestyle_engine::AdapterWeights;
use housestyle_learn::cases::{CaseOptions, Collector, Example};
use housestyle_review::History;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::complete::unhurried;
use super::eval::{differences, table, with_memory};
use crate::adapt::Past;
use crate::args::ReplayArgs;
use crate::backend::Learned;
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::models::hex;
use crate::output::{print, print_json};
use crate::progress::Progress;
use crate::replay::{ArmName, Arms, Control, Facts, HeldOut, Remembered, Row, Rows, layers, page};
use crate::{aside, git, notes, workspace_state};

/// The form of the rows: another one is another file.
const FORM: &str = "replay-1";

/// Runs `housestyle replay`.
pub(crate) fn run(context: &Context, args: &ReplayArgs) -> Result<(), Failure> {
    let settings = unhurried(Configuration::load(context).checked()?);
    let history = git::open(context, &settings, None)?;
    let options = CaseOptions { seed: args.seed, ..CaseOptions::default() };
    let mut bar = Progress::new();
    bar.begin_items("reading the history", history.len());
    let held = HeldOut::of(&history, options, args.holdout, args.limit, |index| bar.at(index as u64));
    bar.end();
    let held = held.map_err(git::failure)?;
    if held.chosen.is_empty() {
        return Err(Failure::Usage(format!(
            "there is nothing to predict: {} commits give {} cases in the last {} of the history; a larger --holdout or \
             --limit may, or a longer history",
            history.len(),
            held.of,
            args.holdout
        )));
    }
    let mut generator = args.backend.backend.open(context)?;
    let control = args.control.as_deref().map(|path| Control::read(path, &settings)).transpose()?;
    let state = workspace_state::folder(&context.home, &context.workspace);
    let path = state.join(format!("replay-{}.jsonl", key(&history, args, &settings, &*generator)));
    let end = args.budget.and_then(|budget| Instant::now().checked_add(budget));
    let walk = Walk { history: &history, held: &held, options, settings: &settings, args, end };
    let adapter = walk.adapter(context, &mut *generator, &path, &mut bar)?;
    let memory = Remembered::of(notes::Store::of(context).read()?, &settings);
    let layers = layers(&mut *generator, control, adapter, memory)?;
    let is_script = generator.local().is_none();
    let mut arms = Arms::of(&args.arms, layers, &|arm| why_not(arm, is_script).to_owned());
    let cannot = |error: std::io::Error| Failure::Environment(format!("{}: {error}", path.display()));
    let mut rows = Rows::open(&path).map_err(cannot)?;
    let cases = walk.run(&mut arms, &mut *generator, &mut rows, &mut bar)?;
    tell(context, args, &history, &held, &arms, &cases, &rows, &generator.describe().model)
}

/// Returns why there is nothing for an arm.
fn why_not(arm: ArmName, is_script: bool) -> &'static str {
    match arm {
        _ if is_script => "a script has no model that anything could take part in",
        ArmName::Starter => "there is no starter adapter for this model",
        ArmName::Memory => "there are no notes, and recent edits are off (setting `memory.editTokens`)",
        ArmName::Adapter => "there are too few edits before what is predicted to train an adapter on",
        _ => "this version has nothing of that kind that learns",
    }
}

/// Returns what tells these measurements from others: the history, the places, the model, the settings.
fn key(history: &History, args: &ReplayArgs, settings: &Settings, generator: &dyn Learned) -> String {
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

/// One way through a history.
struct Walk<'a> {
    history: &'a History,
    held: &'a HeldOut,
    options: CaseOptions,
    settings: &'a Settings,
    args: &'a ReplayArgs,
    /// When to stop and tell what is known by then.
    end: Option<Instant>,
}

impl Walk<'_> {
    /// Trains an adapter on what came before all that is predicted, where an arm asks for one; what an earlier run
    /// trained is used again.
    fn adapter(
        &self,
        context: &Context,
        generator: &mut dyn Learned,
        rows: &Path,
        bar: &mut Progress,
    ) -> Result<Option<AdapterWeights>, Failure> {
        let asked = [ArmName::Adapter, ArmName::All].iter().any(|arm| self.args.arms.contains(arm));
        let Some(local) = generator.local().filter(|_| asked) else { return Ok(None) };
        let mut collector = Collector::new(self.options, &git::holds_secret);
        let mut past = Past::default();
        bar.begin_items("reading the past", self.held.first);
        for index in 0..self.held.first {
            let commit = self.history.read(index).map_err(git::failure)?.commit;
            for example in collector.examples(&commit) {
                past.add(local, &example.case)?;
            }
            bar.at(index as u64 + 1);
        }
        bar.end();
        let time = self.args.train.min(self.args.budget.map_or(Duration::MAX, |budget| budget / 3));
        let file = rows.with_extension(format!("{}s.safetensors", time.as_secs()));
        past.train(context, local, time, &file, bar)
    }

    /// Predicts what is held out and learns on the way; returns the cases that all arms have a row for.
    fn run(
        &self,
        arms: &mut Arms,
        generator: &mut dyn Learned,
        rows: &mut Rows,
        bar: &mut Progress,
    ) -> Result<Vec<Case>, Failure> {
        let mut collector = Collector::new(self.options, &git::holds_secret);
        let (mut number, mut cases) = (0, Vec::new());
        bar.begin_items("predicting", self.held.chosen.len());
        for index in 0..self.history.len() {
            let commit = self.history.read(index).map_err(git::failure)?.commit;
            let examples = collector.examples(&commit);
            for example in examples.into_iter().filter(|_| index >= self.held.first) {
                let chosen = self.held.chosen.binary_search(&number).is_ok();
                number += 1;
                if !chosen {
                    continue;
                }
                if self.end.is_some_and(|end| Instant::now() > end) {
                    bar.end();
                    return Ok(cases);
                }
                self.predict(&example, arms, generator, rows)?;
                cases.push(example.case);
                bar.at(cases.len() as u64);
            }
            arms.learn(&commit);
        }
        bar.end();
        Ok(cases)
    }

    /// Measures one case on the arms for which that is not known yet.
    fn predict(
        &self,
        example: &Example,
        arms: &mut Arms,
        generator: &mut dyn Learned,
        rows: &mut Rows,
    ) -> Result<(), Failure> {
        let name = example.case.name.clone().unwrap_or_default();
        for arm in 0..arms.names().count() {
            let identity = arms.identity(arm);
            if rows.get(&identity, &name).is_some() {
                continue;
            }
            let mut memory = arms.take_part(arm, &example.case, generator)?;
            let (snapshot, cursor) = example.case.document();
            memory.select_skills(&snapshot, cursor, self.settings);
            let (result, _) = with_memory(&example.case, &memory, self.settings, generator)?;
            rows.add(Row::of(&identity, &result)).map_err(|error| {
                Failure::Environment(format!("writing {} failed: {error}", rows.path().display()))
            })?;
        }
        Ok(())
    }
}

#[expect(clippy::too_many_arguments, reason = "all that a report tells, brought together once")]
fn tell(
    context: &Context,
    args: &ReplayArgs,
    history: &History,
    held: &HeldOut,
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
    report.compare_with(ArmName::Starter.code(), &results);
    if let Some(path) = &args.report {
        let facts = Facts {
            name: &context.workspace.file_name().unwrap_or_default().to_string_lossy(),
            head: &history.head(),
            model,
            commits: history.len(),
            predicted: history.len() - held.first,
            of: held.chosen.len(),
            left_out: held.left_out.iter().map(|(reason, count)| (reason.code(), count)).collect(),
            absent: arms.absent(),
        };
        write_whole(path, &page(&facts, &report, cases, &measured))?;
    }
    if context.global.json {
        let mut document = serde_json::to_value(&report).map_err(std::io::Error::other)?;
        document["history"] = json!({
            "head": history.head(), "commits": history.len(), "predicted_commits": held.commits,
            "held_out_cases": held.of, "chosen_cases": held.chosen.len(), "left_out": held.left_out,
            "dropped": held.dropped,
        });
        document["absent"] = json!(arms.absent());
        document["complete"] = json!(cases.len() == held.chosen.len());
        return print_json(&document);
    }
    table(&report, model)?;
    differences(&report)?;
    for absent in arms.absent() {
        print(&format!("not run: {}: {}", absent.arm, absent.why))?;
    }
    if cases.len() < held.chosen.len() {
        print(&format!("{} of {} cases so far: run it again to go on", cases.len(), held.chosen.len()))?;
    }
    match &args.report {
        Some(path) => print(&format!("report: {}", path.display())),
        None => Ok(()),
    }
}

/// Replaces a file as a whole.
fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let written = aside::replace(path, text.as_bytes());
    written.map_err(|error| Failure::Usage(format!("--report {}: {error}", path.display())))
}
