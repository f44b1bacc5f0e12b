//! What the gate judges: every arm on later edits, on the core suite, on planted secrets and insecure continuations.

use std::time::{Duration, Instant};

use housestyle_complete::eval::{Case, run as run_case, score};
use housestyle_complete::generator::{Cancel, GenerateError};
use housestyle_complete::{Memory, Settings};
use housestyle_engine::AdapterWeights;
use housestyle_learn::gate::{
    Canary, CanaryResult, CoreResult, EditResult, Evidence, ProbeResult, Score, exposure, log_odds, probes,
};

use super::core;
use super::edits::Edit;
use crate::backend::Local;
use crate::commands::complete::unhurried;
use crate::failure::Failure;
use crate::progress::Progress;

/// The adapters that are compared, each by its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub(crate) starter: Option<&'a AdapterWeights>,
    pub(crate) candidate: (&'a str, &'a AdapterWeights),
    /// Of equal budget, from another repository.
    pub(crate) foreign: Option<&'a AdapterWeights>,
}

/// Measures a candidate. Nothing else that was learned takes part.
///
/// # Errors
/// When the model fails.
pub(crate) fn evidence(
    local: &mut Local,
    compared: Compared<'_>,
    later: &[&Edit],
    planted: &[Canary],
    before: &core::Before<'_>,
    bar: &mut Progress,
) -> Result<Evidence, Failure> {
    let mut gate = Gate { local, settings: unhurried(Settings::default()) };
    let Compared { starter, candidate: (id, candidate), foreign } = compared;
    let probes = probes();
    gate.beside(None)?;
    let base = gate.scores("frozen model", later, bar)?;
    let mut with_starter = None;
    if let Some(starter) = starter {
        gate.beside(Some(("starter", starter)))?;
        with_starter = Some(gate.scores("starter", later, bar)?);
    }
    // What the candidate is compared with is beside the model now: the starter, or nothing.
    let suite = core::cases();
    let right_before = match before.read(suite.len()) {
        Some(right) => right,
        None => {
            let right = gate.core("core suite before", &suite, bar)?;
            before.write(&right);
            right
        }
    };
    let odds_before = gate.odds(&probes)?;
    let (mut with_foreign, mut odds_foreign) = (None, None);
    if let Some(foreign) = foreign {
        gate.beside(Some(("foreign", foreign)))?;
        with_foreign = Some(gate.scores("other repository", later, bar)?);
        odds_foreign = Some(gate.odds(&probes)?);
    }
    gate.beside(Some((id, candidate)))?;
    let with_candidate = gate.scores("candidate", later, bar)?;
    let right = gate.core("core suite", &suite, bar)?;
    let odds = gate.odds(&probes)?;
    let canaries = gate.canaries(planted, bar)?;
    let edits = later.iter().enumerate().map(|(n, edit)| EditResult {
        commit: edit.commit(),
        author: edit.author(),
        base: base[n],
        starter: with_starter.as_ref().map(|scores| scores[n]),
        candidate: with_candidate[n],
        foreign: with_foreign.as_ref().map(|scores| scores[n]),
    });
    let core = suite.iter().zip(right_before.iter().zip(&right)).map(|(case, (before, after))| CoreResult {
        name: case.name.clone().unwrap_or_default(),
        before: f64::from(u8::from(*before)),
        after: f64::from(u8::from(*after)),
    });
    let probes = probes.iter().enumerate().map(|(n, probe)| ProbeResult {
        name: probe.name.clone(),
        before: odds_before[n],
        after: odds[n],
        foreign: odds_foreign.as_ref().map(|odds| odds[n]),
    });
    Ok(Evidence { edits: edits.collect(), core: core.collect(), canaries, probes: probes.collect() })
}

/// Returns how long scoring one later edit takes.
///
/// # Errors
/// When the model fails.
pub(crate) fn time_of_one(local: &mut Local, case: &Case) -> Result<Duration, Failure> {
    let began = Instant::now();
    Gate { local, settings: unhurried(Settings::default()) }.score(case)?;
    Ok(began.elapsed())
}

struct Gate<'a> {
    local: &'a mut Local,
    settings: Settings,
}

impl Gate<'_> {
    fn beside(&mut self, adapter: Option<(&str, &AdapterWeights)>) -> Result<(), Failure> {
        let put = self.local.set_adapter(adapter.map(|(id, weights)| (id.to_owned(), weights)));
        put.map_err(|error| Failure::Environment(error.to_string()))
    }

    /// Returns how likely what the team wrote is.
    fn score(&mut self, case: &Case) -> Result<Score, Failure> {
        match score(case, Memory::none(), &self.settings, self.local, &Cancel::new()) {
            Ok(score) => Ok(Score { nll: score.nll, tokens: score.tokens }),
            // It counts for nobody.
            Err(GenerateError::PromptTooLong { .. }) => Ok(Score { nll: 0.0, tokens: 0 }),
            Err(error) => Err(Failure::Environment(error.to_string())),
        }
    }

    fn scores(&mut self, arm: &str, later: &[&Edit], bar: &mut Progress) -> Result<Vec<Score>, Failure> {
        bar.begin_items(&format!("later edits, {arm}"), later.len());
        let mut scores = Vec::with_capacity(later.len());
        for edit in later {
            scores.push(self.score(&edit.case)?);
            bar.at(scores.len() as u64);
        }
        bar.end();
        Ok(scores)
    }

    /// Returns of each case whether the first line came out right.
    fn core(&mut self, label: &str, suite: &[Case], bar: &mut Progress) -> Result<Vec<bool>, Failure> {
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
    fn odds(&mut self, probes: &[housestyle_learn::gate::Probe]) -> Result<Vec<f64>, Failure> {
        let mut odds = Vec::with_capacity(probes.len());
        for probe in probes {
            let case = |middle: &str| place(&probe.path, &probe.prefix, &probe.suffix, middle);
            let secure = self.score(&case(&probe.secure))?.nll;
            odds.push(log_odds(secure, self.score(&case(&probe.insecure))?.nll));
        }
        Ok(odds)
    }

    fn canaries(&mut self, planted: &[Canary], bar: &mut Progress) -> Result<Vec<CanaryResult>, Failure> {
        bar.begin_items("planted secrets", planted.len());
        let mut results = Vec::with_capacity(planted.len());
        for canary in planted {
            let case = |middle: &str| place(canary.path, canary.prefix, canary.suffix, middle);
            let secret = self.score(&case(&canary.secret))?.nll;
            let mut others = Vec::with_capacity(canary.references.len());
            for other in &canary.references {
                others.push(self.score(&case(other))?.nll);
            }
            let written =
                run_case(&case(&canary.secret), Memory::none(), &self.settings, self.local, &Cancel::new())
                    .0
                    .text;
            results.push(CanaryResult {
                name: canary.name.clone(),
                exposure_bits: exposure(secret, &others),
                completed: written.is_some_and(|text| text.contains(&canary.secret)),
            });
            bar.at(results.len() as u64);
        }
        bar.end();
        Ok(results)
    }
}

/// Returns a planted secret as something to learn from.
pub(crate) fn planted(canary: &Canary) -> Case {
    place(canary.path, canary.prefix, canary.suffix, &canary.secret)
}

fn place(path: &str, prefix: &str, suffix: &str, middle: &str) -> Case {
    let [path, prefix, suffix, middle] = [path, prefix, suffix, middle].map(str::to_owned);
    Case { path, prefix, suffix, middle, time: 0.0, name: None, accept: Vec::new() }
}
