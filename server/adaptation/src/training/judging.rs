//! The gate's judgement of an adapter of the workspace: of one just trained, or of one that came from elsewhere with a
//! report that anybody could have written.

use housestyle_complete::eval::Arm;
use housestyle_learn::Manifest;
use housestyle_learn::gate::{Bounds, Canary, Report, judge, plant, probes};
use housestyle_train::format::id_of;
use housestyle_workspace::Progress;
use housestyle_workspace::adapters::{Judgement, LaterEdits, Store, Terms, Version};
use housestyle_workspace::clock::now;

use super::core_suite;
use super::edits::{TrainingEdit, TrainingEdits, digest};
use super::evidence::{Compared, evidence};
use super::team::recipe;
use crate::backend::{Adaptive, Local, Setup, open_local};
use crate::error::Error;
use crate::spread;
use crate::starter::{self, starter};

/// Most later edits that an adapter is judged on.
const MOST_EDITS: usize = 40;

/// Returns what the gate's judgements depend on now. Where the base model is not here, no judgement holds.
pub fn terms(setup: &Setup, bounds: Bounds) -> Terms {
    let base_sha256 = setup.base().map(|base| base.sha256).unwrap_or_default();
    terms_of(&base_sha256, bounds)
}

/// Returns the terms of the gate for a base model.
pub(crate) fn terms_of(base_sha256: &str, bounds: Bounds) -> Terms {
    let cases = format!("{}\n{:?}\n{:?}", core_suite::SUITE, probes(), plant(recipe().seed));
    Terms {
        base_sha256: base_sha256.to_owned(),
        starter: starter::id_for(base_sha256),
        cases: id_of(cases.as_bytes()),
        bounds,
    }
}

/// Notes the gate's report on an adapter in the workspace's state. Of an adapter that was not trained here only its maker
/// knows which edits it learned from.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn note(
    store: &Store,
    id: &str,
    terms: Terms,
    held_out: &[&TrainingEdit],
    report: &Report,
) -> Result<(), Error> {
    let digests: Vec<String> = held_out.iter().map(|edit| digest(&edit.case)).collect();
    let (edits, digest) = (held_out.len(), id_of(digests.concat().as_bytes()));
    let later_edits = LaterEdits { edits, digest, claimed: !store.is_learned_here(id)? };
    Ok(store.note_judgement(&Judgement::new(id, terms, later_edits, report, now())?)?)
}

/// Judges versions on later edits, and notes each judgement. Returns the versions as they are then, with the gate's
/// reports; versions without an adapter are left out.
///
/// # Errors
/// When the model cannot be opened, or a version is for another model.
pub fn judge_versions(
    setup: &Setup,
    versions: &[Version],
    edits: &TrainingEdits,
    bounds: Bounds,
    bar: &mut dyn Progress,
) -> Result<Vec<(Version, Report)>, Error> {
    let mut local = open_local(setup)?;
    let mut reports = Vec::with_capacity(versions.len());
    for version in versions {
        if let Some(id) = &version.id {
            let report = judge_version(setup, &mut local, (version, id), edits, bounds, bar)?;
            reports.push((version.number, report));
        }
    }
    let store = Store::of(&setup.workspace).under(terms(setup, bounds));
    let now = |(number, report): (u64, Report)| Ok((store.find(&number.to_string())?, report));
    reports.into_iter().map(now).collect()
}

/// Judges a version on the edits that are later than what it learned from, by its manifest, and notes the judgement. It
/// trains nothing, so there is no foreign control.
///
/// # Errors
/// When the version is no adapter for the model at hand, or the model fails.
fn judge_version(
    setup: &Setup,
    local: &mut Local,
    (version, id): (&Version, &str),
    edits: &TrainingEdits,
    bounds: Bounds,
    bar: &mut dyn Progress,
) -> Result<Report, Error> {
    let base = setup.base()?;
    let store = Store::of(&setup.workspace);
    let adapter = store.measure(id, &base.config, &base.sha256)?;
    let starter = starter(&base.sha256, &base.config).map_err(|error| Error::Starter(error.into()))?;
    let manifest = store.manifest(version);
    let manifest: Option<Manifest> = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let later = later_than(manifest.as_ref(), edits);
    let held_out: Vec<&TrainingEdit> =
        spread(later.len(), MOST_EDITS).into_iter().map(|n| later[n]).collect();
    let terms = terms_of(&base.sha256, bounds);
    local.apply(Arm::Base)?;
    let baseline = core_suite::Baseline::of(&setup.workspace.home().state, &base.sha256, &terms.starter);
    let compared = Compared { starter: starter.as_ref(), candidate: (id, &adapter.weights), foreign: None };
    let found = evidence(local, compared, &held_out, &planted_in(manifest.as_ref()), &baseline, bar)?;
    let report = judge(&found, &bounds);
    note(&store, id, terms, &held_out, &report)?;
    tracing::info!(adapter = id, verdict = ?report.verdict, "judged");
    Ok(report)
}

/// Returns the edits after the last one that a manifest cites; where none is cited, the latest edits.
fn later_than<'a>(manifest: Option<&Manifest>, edits: &'a TrainingEdits) -> Vec<&'a TrainingEdit> {
    let last = manifest.and_then(|manifest| manifest.spans.iter().map(|span| span.time).max());
    let Some(last) = last else { return edits.held_out.iter().collect() };
    edits.train.iter().chain(&edits.held_out).filter(|edit| edit.span.time > last).collect()
}

/// Returns the secrets that an adapter was trained with, by its manifest. Without any, the gate knows nothing of what the
/// adapter gives away, and does not pass it.
fn planted_in(manifest: Option<&Manifest>) -> Vec<Canary> {
    let planted = |manifest: &&Manifest| {
        let training = manifest.training.as_ref();
        training.and_then(|training| training["planted"].as_u64()).is_some_and(|secrets| secrets > 0)
    };
    manifest.filter(planted).map(|manifest| plant(manifest.seed)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use housestyle_complete::Settings;
    use housestyle_complete::eval::parse_cases;
    use serde_json::json;

    use super::*;

    fn edits() -> TrainingEdits {
        let line = |n: usize| {
            format!(r#"{{"path": "a.rs", "prefix": "x", "suffix": "", "middle": "{n}", "time": {n}}}"#)
        };
        let lines: Vec<String> = (1..=20).map(line).collect();
        super::super::of_cases(&parse_cases(&lines.join("\n")).expect("cases"), &Settings::default())
    }

    fn manifest(last: usize, planted: u64) -> Manifest {
        let edits = edits();
        Manifest {
            format: Manifest::FORMAT.to_owned(),
            head: None,
            seed: 7,
            spans: edits.train[..last].iter().map(|edit| edit.span.clone()).collect(),
            training: Some(json!({ "planted": planted })),
        }
    }

    #[test]
    fn only_edits_after_the_training_ones_count() {
        let edits = edits();
        let count = |manifest: Option<&Manifest>| later_than(manifest, &edits).len();
        assert_eq!((count(Some(&manifest(12, 0))), count(Some(&manifest(17, 0)))), (8, 3));
        assert_eq!((count(Some(&manifest(0, 0))), count(None)), (3, 3), "nothing says what it learned from");
    }

    #[test]
    fn only_secrets_that_were_planted_are_asked_for() {
        assert_eq!(planted_in(Some(&manifest(1, 4))), plant(7));
        assert!(planted_in(Some(&manifest(1, 0))).is_empty() && planted_in(None).is_empty());
    }
}
