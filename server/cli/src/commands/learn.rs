//! `housestyle learn`: learns from the team's own text, step by step.

mod journal;
mod phrases;
mod texts;
mod weights;

pub(crate) use weights::of_history;

use std::fs;
use std::time::Instant;

use housestyle_complete::Settings;
use housestyle_complete::eval::{Case, parse_cases};
use housestyle_learn::gate::Verdict;
use housestyle_train::format::short;
use serde_json::json;

use crate::adapt::team::{Candidate, Wish, candidate};
use crate::adapt::{self, Edits};
use crate::args::{Arm, LayerName, LearnArgs, Source};
use crate::backend::{Learned, open_local};
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Style, print, print_json, time, visible};
use crate::progress::Progress;
use crate::{git, workspace};

/// Runs `housestyle learn`.
pub(crate) fn run(context: &Context, args: &LearnArgs) -> Result<(), Failure> {
    let end = Instant::now() + args.budget;
    let configuration = Configuration::load(context);
    let bounds = configuration.gate;
    let settings = configuration.checked()?;
    let wants = |layer| args.only.is_none_or(|only| only == layer);
    let control = if wants(LayerName::Adapter) { control(args.control.as_deref())? } else { Vec::new() };
    let mut bar = Progress::new();
    let (texts, edits) = read(context, args, &settings, &mut bar)?;
    let mut local = open_local(context)?;
    let made = match wants(LayerName::Phrases) {
        true => {
            // As it serves: how much phrases count depends on what the model knows without them.
            local.take_part(Arm::Starter)?;
            let fit = weights::fit(context, &mut local, &args.from, &settings, end)?;
            let made = phrases::make(context, &local, &texts, fit, end)?;
            journal::forget_meanwhile(context)?;
            Some(made)
        }
        false => None,
    };
    if let Some(made) = &made
        && !context.global.json
    {
        print(&made.to_string())?;
    }
    let mut learned = None;
    if wants(LayerName::Adapter) {
        let wish = Wish { end, edits: args.edits, control, bounds };
        match candidate(context, &mut local, &edits, &wish, &mut bar) {
            // There are phrases all the same, unless an adapter was all that was asked for.
            Err(Failure::CheckSaidNo(why)) if made.is_some() => eprintln!("housestyle: no adapter: {why}"),
            done => learned = Some(done?),
        }
    }
    if context.global.json {
        return print_json(&json!({ "workspace": context.workspace, "phrases": made, "adapter": learned }));
    }
    if let Some(learned) = &learned {
        tell(learned)?;
    }
    print("what it is worth: housestyle eval --cases FILE.jsonl --arm base,starter,phrases,adapter,all")
}

/// Reads what there is to learn from: texts for phrases, edits for an adapter.
fn read(
    context: &Context,
    args: &LearnArgs,
    settings: &Settings,
    bar: &mut Progress,
) -> Result<(texts::Texts, Edits), Failure> {
    match &args.from {
        Source::Git => {
            let history = git::open(context, settings, args.since.as_deref())?;
            // Paths are told as `complete` tells them, relative to the workspace.
            let root = workspace::root_of(&context.workspace);
            let inside = workspace::relative(&root, &context.workspace);
            let inside = if inside.is_empty() { inside } else { inside + "/" };
            let texts = texts::of_git(&history, args.since.as_deref(), &inside, settings)?;
            // A long history takes a while to go through, and phrases do not ask for it.
            let edits = match args.only {
                Some(LayerName::Phrases) => Edits::default(),
                _ => adapt::of_git(&history, &inside, bar)?,
            };
            Ok((texts, edits))
        }
        Source::Journal => journal::read(context, settings),
        Source::Cases(file) => Ok((texts::of_cases(file, settings)?, adapt::of_cases(file, settings)?)),
    }
}

/// Returns the cases for the foreign control.
fn control(named: Option<&str>) -> Result<Vec<Case>, Failure> {
    let file = match named {
        None => return adapt::control_cases(),
        Some("none") => return Ok(Vec::new()),
        Some(file) => file,
    };
    let wrong = |why: String| Failure::Usage(format!("--control {file}: {why}"));
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    parse_cases(&text).map_err(|error| wrong(error.to_string()))
}

/// Tells people what was learned and what the gate says of it.
fn tell(learned: &Candidate) -> Result<(), Failure> {
    let style = Style::for_stdout();
    let Candidate { version, edits, training, gate, .. } = learned;
    let id = version.id.as_deref().map_or("", short);
    print(&format!(
        "adapter: version {}, {}: {edits} edits in {}, loss {:.3} -> {:.3}",
        version.number,
        style.bold(id),
        time(std::time::Duration::from_secs_f64(training.seconds)),
        training.loss[0],
        training.loss[1]
    ))?;
    for check in &gate.checks {
        let mark = if check.passed { style.green("✓") } else { style.red("✗") };
        print(&format!("  {mark} {}: {}", check.name, visible(&check.finding)))?;
    }
    print(&match gate.verdict {
        Verdict::Eligible => format!(
            "it passed the gate; next: {}, or for this machine alone: {}",
            style.cyan(format!("housestyle adapter propose {}", version.number)),
            style.cyan(format!("housestyle adapter approve {}", version.number))
        ),
        Verdict::NotEligible => {
            "it did not pass the gate and takes no part in completions; it can still be measured".to_owned()
        }
    })
}
