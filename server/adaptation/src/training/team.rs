//! A team's adapter, from its edits to a version with a report: trained beside a foreign control of equal budget, and
//! judged by the gate.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use housestyle_complete::eval::{Arm, Case};
use housestyle_learn::Manifest;
use housestyle_learn::gate::{Bounds, Report, judge, plant};
use housestyle_train::format::{About, Adapter, Precision, id_of, lossless, read, write, write_peft};
use housestyle_train::{Example, Recipe};
use housestyle_workspace::adapters::{Incoming, Origin, Store, Version};
use housestyle_workspace::{Progress, atomic, private};
use serde::Serialize;
use serde_json::json;

use super::edits::TrainingEdit;
use super::evidence::{Compared, evidence, planted};
use super::fit::{Plan, Training, affordable, fit, seconds_per_token};
use super::judging::{self, terms_of};
use super::{TrainingEdits, core_suite, examples, window};
use crate::backend::{Adaptive, Local, Setup};
use crate::error::Error;
use crate::spread;
use crate::starter::{self, starter};

/// Fewest edits that an adapter is trained on.
pub const FEWEST: usize = 16;
/// Fewest and most held-out edits that arms are compared on.
const HELD_OUT_EDITS: [usize; 2] = [12, 40];
/// Costs of the other checks of the gate, in units of scoring one held-out edit: the core suite, and secrets with probes.
const CORE: f64 = 90.0;
const OTHER: f64 = 75.0;
/// Share of the training time that is planned with: the examples measured first may be the quicker ones.
const SHARE: f64 = 0.9;

/// How a team's adapter is trained. Chosen on projects other than those reported, see `tests/evals/README.md`.
pub fn recipe() -> Recipe {
    Recipe { rate: 1e-3, ..Recipe::default() }
}

/// Makes an example teach all of its text: what stands around a hole is the team's too, and there are ten times as
/// many tokens of it. With the holes alone nothing was gained on top of the starter, which knows how to fill them.
pub(super) fn whole(example: Example) -> Example {
    Example { from: 1, ..example }
}

/// A request to train an adapter.
#[derive(Debug)]
pub struct TrainingRequest {
    /// When all should be done.
    pub end: Instant,
    /// Exactly so many of the latest edits, whatever time that takes.
    pub edits: Option<usize>,
    /// The cases on which the foreign control trains; empty for no control.
    pub control: Vec<Case>,
    /// The gate's bounds.
    pub bounds: Bounds,
}

/// A trained candidate with its report.
#[derive(Debug, Serialize)]
pub struct Candidate {
    /// The version in the store.
    pub version: Version,
    /// Number of edits that it was trained on.
    pub edits: usize,
    /// How the adapter was trained.
    pub training: Training,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The training of the foreign control, if there is a control.
    pub control: Option<Training>,
    /// The gate's report.
    pub gate: Report,
    /// Seconds that it took.
    pub seconds: f64,
}

/// Trains a candidate and judges it.
///
/// # Errors
/// When there are too few edits, somebody else trains in this workspace, or training or the model fails. None of
/// these touches the active adapter.
pub fn candidate(
    setup: &Setup,
    local: &mut Local,
    edits: &TrainingEdits,
    request: &TrainingRequest,
    bar: &mut dyn Progress,
) -> Result<Candidate, Error> {
    let began = Instant::now();
    let _span = tracing::info_span!("training").entered();
    let base = setup.base()?;
    let workspace = &setup.workspace;
    let folder = workspace.state().join("learning");
    let _lock = lock(&folder)?;
    let starter = starter(&base.sha256, &base.config).map_err(|error| Error::Starter(error.into()))?;
    local.apply(Arm::Base)?;

    let recipe = recipe();
    let typing = workspace.typing();
    let plan = Plan { recipe: &recipe, start: starter.as_ref(), typing: &typing };
    let secrets = plant(recipe.seed);
    let own = learnable(local, &edits.train)?;
    if own.len() < FEWEST {
        return Err(Error::TooFewEdits { edits: own.len(), least: FEWEST });
    }
    let hidden = examples(local, &secrets.iter().map(planted).collect::<Vec<_>>(), &window());
    let hidden = hidden?.into_iter().map(whole);
    let foreign = examples(local, &request.control, &window())?;
    let foreign: Vec<Example> = foreign.into_iter().map(whole).collect();

    let all: Vec<Example> = own.iter().map(|(_, example)| example.clone()).collect();
    let token_seconds = seconds_per_token(local.engine(), plan, &all)?;
    let baseline =
        core_suite::Baseline::of(&workspace.home().state, &base.sha256, &starter::id_for(&base.sha256));
    let arms = 2 + usize::from(starter.is_some()) + usize::from(!foreign.is_empty());
    let (held_out, gate_time) = held_out_edits(local, edits, arms, request.end, baseline.is_stored())?;
    let trained = 1 + u32::from(!foreign.is_empty());
    let time = request.end.saturating_duration_since(Instant::now()).saturating_sub(gate_time) / trained;
    let time = time.mul_f64(SHARE);
    let plan_file = folder.join("edits.json");
    let count = match request.edits {
        Some(count) => count.clamp(1, all.len()),
        None => planned_count(&plan_file, edits, &all)
            .unwrap_or_else(|| affordable(&all, &recipe, token_seconds, time)),
    };
    if request.edits.is_none() && count < FEWEST {
        let tokens = all.iter().rev().take(FEWEST).map(|example| example.tokens.len()).sum::<usize>();
        let needed = gate_time.as_secs_f64() + f64::from(trained) * token_seconds * tokens as f64 / SHARE;
        return Err(Error::Budget {
            edits: count,
            least: FEWEST,
            gate_seconds: gate_time.as_secs_f64(),
            minutes: (needed / 60.0).ceil() + 1.0,
        });
    }
    save_plan(&plan_file, edits, &all, count);

    let (chosen, own): (Vec<&TrainingEdit>, Vec<Example>) = own.into_iter().rev().take(count).rev().unzip();
    let learned: Vec<Example> = own.into_iter().chain(hidden).collect();
    let engine = &*local.engine();
    let training = fit(engine, plan, &learned, (&folder, &base.sha256), ("training", bar))?;
    let control = match foreign.len() {
        0 => None,
        // As many steps on as many examples: again from the start where there are too few.
        _ => {
            let same: Vec<Example> = foreign.iter().rev().cycle().take(learned.len()).cloned().collect();
            let made =
                fit(engine, plan, &same, (&folder, &base.sha256), ("training the foreign control", bar));
            Some(made?)
        }
    };

    tracing::info!(
        edits = count,
        steps = training.steps,
        seconds = training.seconds,
        control = control.is_some(),
        "trained"
    );
    let manifest = Manifest {
        format: Manifest::FORMAT.to_owned(),
        head: edits.head.clone(),
        seed: recipe.seed,
        spans: chosen.iter().map(|edit| edit.span.clone()).collect(),
        training: Some(json!({
            "base_sha256": base.sha256, "start": starter::id_for(&base.sha256), "recipe": format!("{recipe:?}"),
            "planted": secrets.len(), "code": env!("CARGO_PKG_VERSION"),
        })),
    };
    let manifest = serde_json::to_vec_pretty(&manifest)?;
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
    let found = evidence(local, compared, &held_out, &secrets, &baseline, bar)?;
    let gate = judge(&found, &request.bounds);
    tracing::info!(adapter = id, verdict = ?gate.verdict, "judged");
    let report = json!({
        "adapter": id, "gate": gate, "training": training, "control": control,
        "evidence": { "core": found.core, "canaries": found.canaries, "probes": found.probes },
    });
    let config = write_peft(&adapter, &base.config, &base.name, lossless(&adapter.weights)).ok();
    let terms = terms_of(&base.sha256, request.bounds);
    let store = Store::of(workspace).under(terms.clone());
    let added = store.add(&Incoming {
        weights,
        config: config.map(|folder| folder.config),
        manifest: Some(manifest),
        report: Some(serde_json::to_vec_pretty(&report)?),
        origin: Origin::Learned,
    })?;
    judging::note(&store, &id, terms, &held_out, &gate)?;
    let version = store.find(&added.number.to_string())?;
    [Some(&training), control.as_ref()].into_iter().flatten().for_each(Training::remove_checkpoint);
    let _ = fs::remove_file(&plan_file);
    Ok(Candidate { version, edits: count, training, control, gate, seconds: began.elapsed().as_secs_f64() })
}

/// Returns the edits that are not too long, with their examples.
fn learnable<'a>(
    local: &Local,
    edits: &'a [TrainingEdit],
) -> Result<Vec<(&'a TrainingEdit, Example)>, Error> {
    let mut out = Vec::with_capacity(edits.len());
    for edit in edits.iter().filter(|edit| edit.weight > 0.0) {
        let made = super::examples::example(local, &edit.case, &window())?;
        out.extend(made.map(|example| (edit, whole(Example { weight: edit.weight, ..example }))));
    }
    Ok(out)
}

/// Returns the held-out edits to measure on, and an estimate of the gate's time, from the time of one edit.
fn held_out_edits<'a>(
    local: &mut Local,
    edits: &'a TrainingEdits,
    arms: usize,
    end: Instant,
    core_stored: bool,
) -> Result<(Vec<&'a TrainingEdit>, Duration), Error> {
    let Some(first) = edits.held_out.first() else { return Ok((Vec::new(), Duration::ZERO)) };
    let one = super::evidence::scoring_time(local, &first.case)?.as_secs_f64();
    let other = one * (OTHER + if core_stored { CORE } else { 2.0 * CORE });
    let left = end.saturating_duration_since(Instant::now()).as_secs_f64();
    let room = ((left / 2.0 - other) / (one * arms as f64)).max(0.0) as usize;
    let chosen = spread(edits.held_out.len(), room.clamp(HELD_OUT_EDITS[0], HELD_OUT_EDITS[1]));
    let chosen: Vec<&TrainingEdit> = chosen.into_iter().map(|n| &edits.held_out[n]).collect();
    let time = other + one * (arms * chosen.len()) as f64;
    Ok((chosen, Duration::from_secs_f64(time)))
}

/// Returns how many edits an interrupted run of the same edits had chosen.
fn planned_count(file: &Path, edits: &TrainingEdits, all: &[Example]) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let plan: (String, usize) = serde_json::from_str(&text).ok()?;
    (plan.0 == name_of(edits, all) && (1..=all.len()).contains(&plan.1)).then_some(plan.1)
}

/// Stores the plan. Where that fails, an interrupted run may start anew.
fn save_plan(file: &Path, edits: &TrainingEdits, all: &[Example], count: usize) {
    if let Ok(text) = serde_json::to_string(&(name_of(edits, all), count)) {
        let _ = private::write(file, text.as_bytes());
    }
}

/// Returns digits for the edits: never their text, which may be forgotten later.
fn name_of(edits: &TrainingEdits, all: &[Example]) -> String {
    let tokens: Vec<u8> =
        all.iter().flat_map(|example| &example.tokens).flat_map(|t| t.to_le_bytes()).collect();
    format!("{:?} {} {}", edits.head, all.len(), id_of(&tokens))
}

/// Lets nobody else train in this workspace until the file is dropped.
fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let locked = private::make_folder(folder).and_then(|()| atomic::lock(&path));
    locked.map_err(Error::state(&path))?.ok_or(Error::Training)
}
