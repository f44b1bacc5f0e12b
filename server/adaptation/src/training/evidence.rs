//! The measurements for the gate: every arm on later edits, the core suite, planted secrets and insecure continuations.

use std::time::{Duration, Instant};

use housestyle_complete::eval::{Case, run as run_case, score};
use housestyle_complete::generator::{Cancel, GenerateError};
use housestyle_complete::{Memory, Settings};
use housestyle_engine::AdapterWeights;
use housestyle_learn::gate::{
    Canary, CanaryResult, CoreResult, EditResult, Evidence, ProbeResult, Score, exposure, log_odds, probes,
};
use housestyle_workspace::Progress;

use super::core_suite;
use super::edits::TrainingEdit;
use crate::backend::Local;
use crate::error::Error;
use crate::evaluate::without_time_limits;

/// The adapters that are compared, each by its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub starter: Option<&'a AdapterWeights>,
    pub candidate: (&'a str, &'a AdapterWeights),
    /// Of equal budget, from another repository.
    pub foreign: Option<&'a AdapterWeights>,
}

/// Measures a candidate. Nothing else that was learned takes part.
///
/// # Errors
/// When the model fails.
pub(crate) fn evidence(
    local: &mut Local,
    compared: Compared<'_>,
    held_out: &[&TrainingEdit],
    planted: &[Canary],
    baseline: &core_suite::Baseline<'_>,
    bar: &mut dyn Progress,
) -> Result<Evidence, Error> {
    let mut gate = Gate { local, settings: without_time_limits(Settings::default()) };
    let Compared { starter, candidate: (id, candidate), foreign } = compared;
    let probes = probes();
    gate.set_adapter(None)?;
    let base = gate.scores("frozen model", held_out, bar)?;
    let mut with_starter = None;
    if let Some(starter) = starter {
        gate.set_adapter(Some(("starter", starter)))?;
        with_starter = Some(gate.scores("starter", held_out, bar)?);
    }
    // The model has now what the candidate is compared with: the starter adapter, or none.
    let suite = core_suite::cases();
    let baseline_right = match baseline.read(suite.len()) {
        Some(right) => right,
        None => {
            let right = gate.core("core suite before", &suite, bar)?;
            baseline.write(&right);
            right
        }
    };
    let baseline_odds = gate.odds(&probes)?;
    let (mut with_foreign, mut odds_foreign) = (None, None);
    if let Some(foreign) = foreign {
        gate.set_adapter(Some(("foreign", foreign)))?;
        with_foreign = Some(gate.scores("other repository", held_out, bar)?);
        odds_foreign = Some(gate.odds(&probes)?);
    }
    gate.set_adapter(Some((id, candidate)))?;
    let with_candidate = gate.scores("candidate", held_out, bar)?;
    let right = gate.core("core suite", &suite, bar)?;
    let odds = gate.odds(&probes)?;
    let canaries = gate.canaries(planted, bar)?;
    let edits = held_out.iter().enumerate().map(|(n, edit)| EditResult {
        commit: edit.commit(),
        author: edit.author(),
        base: base[n],
        starter: with_starter.as_ref().map(|scores| scores[n]),
        candidate: with_candidate[n],
        foreign: with_foreign.as_ref().map(|scores| scores[n]),
    });
    let core =
        suite.iter().zip(baseline_right.iter().zip(&right)).map(|(case, (before, after))| CoreResult {
            name: case.name.clone().unwrap_or_default(),
            before: f64::from(u8::from(*before)),
            after: f64::from(u8::from(*after)),
        });
    let probes = probes.iter().enumerate().map(|(n, probe)| ProbeResult {
        name: probe.name.clone(),
        before: baseline_odds[n],
        after: odds[n],
        foreign: odds_foreign.as_ref().map(|odds| odds[n]),
    });
    Ok(Evidence { edits: edits.collect(), core: core.collect(), canaries, probes: probes.collect() })
}

/// Returns the time of scoring one held-out edit.
///
/// # Errors
/// When the model fails.
pub(crate) fn scoring_time(local: &mut Local, case: &Case) -> Result<Duration, Error> {
    let began = Instant::now();
    Gate { local, settings: without_time_limits(Settings::default()) }.score(case)?;
    Ok(began.elapsed())
}

struct Gate<'a> {
    local: &'a mut Local,
    settings: Settings,
}

impl Gate<'_> {
    fn set_adapter(&mut self, adapter: Option<(&str, &AdapterWeights)>) -> Result<(), Error> {
        Ok(self.local.set_adapter(adapter.map(|(id, weights)| (id.to_owned(), weights)))?)
    }

    /// Returns how likely the model finds the team's text.
    fn score(&mut self, case: &Case) -> Result<Score, Error> {
        match score(case, Memory::none(), &self.settings, self.local, &Cancel::new()) {
            Ok(score) => Ok(Score { nll: score.nll, tokens: score.tokens }),
            // It counts for nobody.
            Err(GenerateError::PromptTooLong { .. }) => Ok(Score { nll: 0.0, tokens: 0 }),
            Err(source) => Err(Error::Score { path: case.path.clone(), source }),
        }
    }

    fn scores(
        &mut self,
        arm: &str,
        held_out: &[&TrainingEdit],
        bar: &mut dyn Progress,
    ) -> Result<Vec<Score>, Error> {
        bar.begin_items(&format!("later edits, {arm}"), held_out.len());
        let mut scores = Vec::with_capacity(held_out.len());
        for edit in held_out {
            scores.push(self.score(&edit.case)?);
            bar.at(scores.len() as u64);
        }
        bar.end();
        Ok(scores)
    }

    /// Returns of each case whether the first line came out right.
    fn core(&mut self, label: &str, suite: &[Case], bar: &mut dyn Progress) -> Result<Vec<bool>, Error> {
        bar.begin_items(label, suite.len());
        let mut right = Vec::with_capacity(suite.len());
        for case in suite {
            right.push(
                run_case(case, Memory::none(), &self.settings, self.local, &Cancel::new()).0.first_line_exact,
            );
            bar.at(right.len() as u64);
        }
        bar.end();
        Ok(right)
    }

    /// Returns the log-odds of each insecure continuation.
    fn odds(&mut self, probes: &[housestyle_learn::gate::Probe]) -> Result<Vec<f64>, Error> {
        let mut odds = Vec::with_capacity(probes.len());
        for probe in probes {
            let case = |middle: &str| hole_case(&probe.path, &probe.prefix, &probe.suffix, middle);
            let secure = self.score(&case(&probe.secure))?.nll;
            odds.push(log_odds(secure, self.score(&case(&probe.insecure))?.nll));
        }
        Ok(odds)
    }

    fn canaries(&mut self, planted: &[Canary], bar: &mut dyn Progress) -> Result<Vec<CanaryResult>, Error> {
        bar.begin_items("planted secrets", planted.len());
        let mut results = Vec::with_capacity(planted.len());
        for canary in planted {
            let case = |middle: &str| hole_case(canary.path, canary.prefix, canary.suffix, middle);
            let secret = self.score(&case(&canary.secret))?.nll;
            let mut references = Vec::with_capacity(canary.references.len());
            for reference in &canary.references {
                references.push(self.score(&case(reference))?.nll);
            }
            let written =
                run_case(&case(&canary.secret), Memory::none(), &self.settings, self.local, &Cancel::new())
                    .0
                    .text;
            results.push(CanaryResult {
                name: canary.name.clone(),
                exposure_bits: exposure(secret, &references),
                completed: written.is_some_and(|text| text.contains(&canary.secret)),
            });
            bar.at(results.len() as u64);
        }
        bar.end();
        Ok(results)
    }
}

/// Returns a planted secret as a case to train on.
pub(crate) fn planted(canary: &Canary) -> Case {
    hole_case(canary.path, canary.prefix, canary.suffix, &canary.secret)
}

fn hole_case(path: &str, prefix: &str, suffix: &str, middle: &str) -> Case {
    let [path, prefix, suffix, middle] = [path, prefix, suffix, middle].map(str::to_owned);
    Case { path, prefix, suffix, middle, ..Case::default() }
}
