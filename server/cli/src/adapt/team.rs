//! A team's adapter, from its edits to a version with a report: trained beside a foreign control of equal budget, and
//! judged by the gate.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use housestyle_complete::eval::Case;
use housestyle_engine::AdapterWeights;
use housestyle_learn::Manifest;
use housestyle_learn::gate::{Bounds, Report, judge, plant};
use housestyle_train::format::{About, Adapter, Precision, id_of, lossless, read, write, write_peft};
use housestyle_train::{Example, Recipe};
use serde::Serialize;
use serde_json::json;

use super::edits::Edit;
use super::evidence::{Compared, evidence, planted};
use super::fit::{Fit, Plan, affordable, fit, pace};
use super::{Edits, core, examples, window};
use crate::adapters::{Base, Incoming, Origin, Store, Version};
use crate::args::Arm;
use crate::backend::{Learned, Local};
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::replay::spread;
use crate::{durable, workspace_state};

/// Fewest edits that an adapter is trained on.
pub(crate) const FEWEST: usize = 16;
/// Later edits that arms are compared on.
const LATER: [usize; 2] = [12, 40];
/// What else the gate asks the model, in units of scoring one later edit: the core suite, and secrets with probes.
const CORE: f64 = 90.0;
const OTHER: f64 = 75.0;
/// Share of the time for training that is planned with: what was measured first may have been the quicker part.
const SHARE: f64 = 0.9;

/// How a team's adapter is trained. Chosen on projects other than those reported, see `tests/evals/README.md`.
pub(crate) fn recipe() -> Recipe {
    Recipe { rate: 1e-3, ..Recipe::default() }
}

/// Makes an example teach all of its text: what stands around a hole is the team's too, and there are ten times as
/// many tokens of it. With the holes alone nothing was gained on top of the starter, which knows how to fill them.
pub(super) fn whole(example: Example) -> Example {
    Example { from: 1, ..example }
}

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Wish {
    /// When all should be done.
    pub(crate) end: Instant,
    /// Exactly so many of the latest edits, whatever time that takes.
    pub(crate) edits: Option<usize>,
    /// What the foreign control learns from; empty for none.
    pub(crate) control: Vec<Case>,
    pub(crate) bounds: Bounds,
}

/// A candidate, and what is known of it.
#[derive(Debug, Serialize)]
pub(crate) struct Candidate {
    pub(crate) version: Version,
    /// Edits that it learned from.
    pub(crate) edits: usize,
    pub(crate) training: Fit,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) control: Option<Fit>,
    pub(crate) gate: Report,
    pub(crate) seconds: f64,
}

/// Trains a candidate and judges it.
///
/// # Errors
/// When there are too few edits, somebody else trains in this workspace, or training or the model fails. What is
/// active is not touched by any of it.
pub(crate) fn candidate(
    context: &Context,
    local: &mut Local,
    edits: &Edits,
    wish: &Wish,
    bar: &mut Progress,
) -> Result<Candidate, Failure> {
    let began = Instant::now();
    let base = Base::of(context)?;
    let state = workspace_state::folder(&context.home, &context.workspace);
    let folder = state.join("learning");
    let _lock = lock(&folder)?;
    let failed = |error: &dyn std::fmt::Display| Failure::Environment(error.to_string());
    let starter = super::starter(&base.sha256, &base.config).map_err(|error| failed(&error))?;
    local.take_part(Arm::Base)?;

    let recipe = recipe();
    let typing = state.join("typing");
    let plan = Plan { recipe: &recipe, start: starter.as_ref(), typing: &typing };
    let secrets = plant(recipe.seed);
    let own = learnable(local, &edits.train)?;
    if own.len() < FEWEST {
        return Err(Failure::CheckSaidNo(format!(
            "{} edits are too few to train an adapter on: at least {FEWEST} are needed",
            own.len()
        )));
    }
    let hidden = examples(local, &secrets.iter().map(planted).collect::<Vec<_>>(), &window());
    let hidden = hidden.map_err(|error| failed(&error))?.into_iter().map(whole);
    let foreign = examples(local, &wish.control, &window()).map_err(|error| failed(&error))?;
    let foreign: Vec<Example> = foreign.into_iter().map(whole).collect();

    let all: Vec<Example> = own.iter().map(|(_, example)| example.clone()).collect();
    let pace = pace(local.engine(), plan, &all).map_err(|error| failed(&error))?;
    let suite = core::Before::of(&context.home.state, &base.sha256, &start_id(starter.as_ref()));
    let arms = 2 + usize::from(starter.is_some()) + usize::from(!foreign.is_empty());
    let (later, gate_time) = later(local, edits, arms, wish.end, suite.is_known())?;
    let trained = 1 + u32::from(!foreign.is_empty());
    let time = wish.end.saturating_duration_since(Instant::now()).saturating_sub(gate_time) / trained;
    let time = time.mul_f64(SHARE);
    let plan_file = folder.join("edits.json");
    let count = match wish.edits {
        Some(count) => count.clamp(1, all.len()),
        None => remembered(&plan_file, edits, &all).unwrap_or_else(|| affordable(&all, &recipe, pace, time)),
    };
    if wish.edits.is_none() && count < FEWEST {
        let tokens = all.iter().rev().take(FEWEST).map(|example| example.tokens.len()).sum::<usize>();
        let needed = gate_time.as_secs_f64() + f64::from(trained) * pace * tokens as f64 / SHARE;
        return Err(Failure::CheckSaidNo(format!(
            "the budget leaves time for {count} edits beside the gate's {:.0} s, and {FEWEST} are the least: give it \
             {:.0} minutes or more",
            gate_time.as_secs_f64(),
            (needed / 60.0).ceil() + 1.0
        )));
    }
    remember(&plan_file, edits, &all, count);

    let (chosen, own): (Vec<&Edit>, Vec<Example>) = own.into_iter().rev().take(count).rev().unzip();
    let learned: Vec<Example> = own.into_iter().chain(hidden).collect();
    let engine = &*local.engine();
    let training = fit(engine, plan, &learned, (&folder, &base.sha256), ("training", bar));
    let training = training.map_err(|error| failed(&error))?;
    let control = match foreign.len() {
        0 => None,
        // As many steps on as many examples: again from the start where there are too few.
        _ => {
            let same: Vec<Example> = foreign.iter().rev().cycle().take(learned.len()).cloned().collect();
            let made =
                fit(engine, plan, &same, (&folder, &base.sha256), ("training the foreign control", bar));
            Some(made.map_err(|error| failed(&error))?)
        }
    };

    let manifest = Manifest {
        format: Manifest::FORMAT.to_owned(),
        head: edits.head.clone(),
        seed: recipe.seed,
        spans: chosen.iter().map(|edit| edit.span.clone()).collect(),
        training: Some(json!({
            "base_sha256": base.sha256, "start": start_id(starter.as_ref()), "recipe": format!("{recipe:?}"),
            "planted": secrets.len(), "code": env!("CARGO_PKG_VERSION"),
        })),
    };
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::other)?;
    let about = About {
        base_sha256: base.sha256.clone(),
        base: base.name.clone(),
        architecture: base.config.architecture().to_owned(),
        manifest_sha256: Some(id_of(&manifest)),
    };
    let adapter = Adapter { weights: training.weights.clone(), about };
    let weights = write(&adapter, &base.config, Precision::Half)?;
    let id = id_of(&weights);
    // What is measured is what will be served: the numbers of the file.
    let adapter = read(&weights, &base.config, &base.sha256)?;
    let compared = Compared {
        starter: starter.as_ref(),
        candidate: (&id, &adapter.weights),
        foreign: control.as_ref().map(|control| &control.weights),
    };
    let found = evidence(local, compared, &later, &secrets, &suite, bar)?;
    let gate = judge(&found, &wish.bounds);
    let report = json!({
        "adapter": id, "gate": gate, "training": training, "control": control,
        "evidence": { "core": found.core, "canaries": found.canaries, "probes": found.probes },
    });
    let config = write_peft(&adapter, &base.config, &base.name, lossless(&adapter.weights)).ok();
    let version = Store::of(context).add(&Incoming {
        weights,
        config: config.map(|folder| folder.config),
        manifest: Some(manifest),
        report: Some(serde_json::to_vec_pretty(&report).map_err(std::io::Error::other)?),
        origin: Origin::Learned,
    })?;
    [Some(&training), control.as_ref()].into_iter().flatten().for_each(Fit::done);
    let _ = fs::remove_file(&plan_file);
    Ok(Candidate { version, edits: count, training, control, gate, seconds: began.elapsed().as_secs_f64() })
}

/// Returns the edits that are not too long, with their examples.
fn learnable<'a>(local: &Local, edits: &'a [Edit]) -> Result<Vec<(&'a Edit, Example)>, Failure> {
    let mut out = Vec::with_capacity(edits.len());
    for edit in edits.iter().filter(|edit| edit.weight > 0.0) {
        let made = super::examples::example(local, &edit.case, &window());
        let made = made.map_err(|error| Failure::Environment(error.to_string()))?;
        out.extend(made.map(|example| (edit, whole(Example { weight: edit.weight, ..example }))));
    }
    Ok(out)
}

/// Returns which later edits are measured on, and how long the gate takes by what one of them took.
fn later<'a>(
    local: &mut Local,
    edits: &'a Edits,
    arms: usize,
    end: Instant,
    core_known: bool,
) -> Result<(Vec<&'a Edit>, Duration), Failure> {
    let Some(first) = edits.later.first() else { return Ok((Vec::new(), Duration::ZERO)) };
    let one = super::evidence::time_of_one(local, &first.case)?.as_secs_f64();
    let other = one * (OTHER + if core_known { CORE } else { 2.0 * CORE });
    let left = end.saturating_duration_since(Instant::now()).as_secs_f64();
    let room = ((left / 2.0 - other) / (one * arms as f64)).max(0.0) as usize;
    let chosen = spread(edits.later.len(), room.clamp(LATER[0], LATER[1]));
    let chosen: Vec<&Edit> = chosen.into_iter().map(|n| &edits.later[n]).collect();
    let time = other + one * (arms * chosen.len()) as f64;
    Ok((chosen, Duration::from_secs_f64(time)))
}

/// Returns the id of the adapter that training starts from; empty where it starts from none.
fn start_id(starter: Option<&AdapterWeights>) -> String {
    starter.map(|_| super::starter_id()).unwrap_or_default()
}

/// Returns how many edits an interrupted run of the same edits had chosen.
fn remembered(file: &Path, edits: &Edits, all: &[Example]) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let kept: (String, usize) = serde_json::from_str(&text).ok()?;
    (kept.0 == name_of(edits, all) && (1..=all.len()).contains(&kept.1)).then_some(kept.1)
}

/// Keeps it. Where that fails, an interrupted run may start anew.
fn remember(file: &Path, edits: &Edits, all: &[Example], count: usize) {
    if let Ok(text) = serde_json::to_string(&(name_of(edits, all), count)) {
        let _ = fs::write(file, text);
    }
}

/// Returns digits for the edits: never their text, which may be forgotten later.
fn name_of(edits: &Edits, all: &[Example]) -> String {
    let tokens: Vec<u8> =
        all.iter().flat_map(|example| &example.tokens).flat_map(|t| t.to_le_bytes()).collect();
    format!("{:?} {} {}", edits.head, all.len(), id_of(&tokens))
}

/// Lets nobody else train in this workspace until the file is dropped.
fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join("lock");
    let locked = fs::create_dir_all(folder).and_then(|()| durable::lock(&path));
    let locked = locked.map_err(|error| Failure::Environment(format!("{}: {error}", path.display())))?;
    locked.ok_or_else(|| {
        Failure::Environment(
            "another `housestyle learn` is training in this workspace: wait for it, or stop it; what it has learned \
             so far is kept"
                .to_owned(),
        )
    })
}
