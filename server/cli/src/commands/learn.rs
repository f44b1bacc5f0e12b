//! `housestyle learn`: learns from the team's own text, step by step.

use std::path::Path;
use std::time::Instant;

use housestyle_adaptation::backend::{Adaptive, open_local};
use housestyle_adaptation::learning::{self, LearningData};
use housestyle_adaptation::training::team::{Candidate, TrainingRequest, candidate};
use housestyle_adaptation::{cases, training};
use housestyle_complete::eval::Case;
use housestyle_learn::gate::Verdict;
use housestyle_train::format::short;
use housestyle_workspace::{Configuration, forgetting};
use serde_json::json;

use super::adapter::gate::print_checks;
use crate::args::{Arm, LearnArgs, PartName};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, time};
use crate::progress::Bar;

/// Runs `housestyle learn`.
pub(crate) fn run(invocation: &Invocation, args: &LearnArgs) -> Result<(), Failure> {
    let end = Instant::now() + args.budget;
    let configuration = Configuration::load(&invocation.workspace);
    let bounds = configuration.gate;
    let settings = configuration.checked()?;
    let wants = |part| args.only.is_none_or(|only| only == part);
    let control = if wants(PartName::Adapter) { control(args.control.as_deref())? } else { Vec::new() };
    let mut bar = Bar::new();
    let workspace = &invocation.workspace;
    let wants_edits = args.only != Some(PartName::Phrases);
    let LearningData { texts, edits, cases } =
        learning::read(workspace, &args.from, args.since.as_deref(), wants_edits, &settings, &mut bar)?;
    let setup = invocation.setup();
    let mut local = open_local(&setup)?;
    let made = match wants(PartName::Phrases) {
        true => {
            // As it serves: how much phrases count depends on what the model knows without them.
            local.apply(Arm::Starter)?;
            let fit = learning::fit(workspace, &mut local, &args.from, cases, &settings, end)?;
            let made = learning::make(workspace, &local, &texts, fit, end)?;
            forgetting::purge_forgotten(workspace)?;
            Some(made)
        }
        false => None,
    };
    if let Some(made) = &made
        && !invocation.flags.json
    {
        print(&made.to_string())?;
    }
    let mut learned = None;
    if wants(PartName::Adapter) {
        let request = TrainingRequest { end, edits: args.edits, control, bounds };
        match candidate(&setup, &mut local, &edits, &request, &mut bar).map_err(Failure::from) {
            // There are phrases all the same, unless an adapter was all that was asked for.
            Err(Failure::CheckSaidNo(why)) if made.is_some() => eprintln!("housestyle: no adapter: {why}"),
            done => learned = Some(done?),
        }
    }
    if invocation.flags.json {
        return print_json(
            &json!({ "workspace": invocation.workspace.root(), "phrases": made, "adapter": learned }),
        );
    }
    if let Some(learned) = &learned {
        print_candidate(learned)?;
    }
    print("what it is worth: housestyle eval --cases FILE.jsonl --arm base,starter,phrases,adapter,all")
}

/// Returns the cases for the foreign control.
fn control(named: Option<&str>) -> Result<Vec<Case>, Failure> {
    Ok(match named {
        None => training::control_cases()?,
        Some("none") => Vec::new(),
        Some(file) => cases::optional("--control", Path::new(file))?,
    })
}

/// Prints a candidate with the gate's checks for people.
fn print_candidate(learned: &Candidate) -> Result<(), Failure> {
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
    print_checks(gate)?;
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
