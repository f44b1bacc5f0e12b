//! How much a team's phrases count beside the model, fitted on edits that they had not seen.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use housestyle_complete::eval::{Case, prompt_in};
use housestyle_complete::generator::Generator;
use housestyle_complete::{Memory, Settings, lines};
use housestyle_engine::EngineError;
use housestyle_learn::phrases::{FEWEST, Outcome, Phrases, Weights};
use serde::Serialize;

use super::local::{Local, inputs};
use crate::replay::spread;

/// Edits that are looked at, spread evenly over those that there are: about a second each.
const EDITS: usize = 40;

/// What a fit found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Fit {
    /// The weights, for the cache that serves.
    #[serde(skip)]
    pub(crate) weights: Weights,
    /// How many edits were looked at.
    pub(crate) edits: usize,
    /// How many tokens of them the cache had something to say of.
    pub(crate) tokens: usize,
    /// Nats of these tokens by the model alone.
    pub(crate) alone: f64,
    /// The same with the weights that the program comes with.
    pub(crate) before: f64,
    /// The same with the weights found.
    pub(crate) fitted: f64,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fit { edits, tokens, .. } = self;
        if *tokens < FEWEST {
            return write!(
                f,
                "{tokens} known tokens in {edits} later edits are too few to fit their weight to"
            );
        }
        let [alone, before, fitted] =
            [self.alone, self.before, self.fitted].map(|nats| nats / (*tokens).max(1) as f64);
        write!(
            f,
            "their weight is fitted to {tokens} known tokens in {edits} later edits: {alone:.2} nats a token without \
             them, {before:.2} as they come, {fitted:.2} fitted"
        )
    }
}

impl Local {
    /// Fits how much phrases count beside the model as it is now, with its adapter: `earlier` holds what was written
    /// before the held-out edits. Where there are too few of these, or no time, the weights are those of `earlier`.
    /// Afterwards no phrases take part.
    ///
    /// # Errors
    /// When a case cannot be evaluated.
    pub(crate) fn fit_phrases(
        &mut self,
        earlier: Phrases,
        held_out: &[Case],
        settings: &Settings,
        end: Instant,
    ) -> Result<Fit, EngineError> {
        let before = earlier.weights().clone();
        self.put_phrases(Some(Arc::new(earlier)));
        let chosen = spread(held_out.len(), EDITS).into_iter().map(|n| &held_out[n]);
        let (mut outcomes, mut edits) = (Vec::new(), 0);
        let mut done = Ok(());
        for case in chosen {
            match self.outcomes(case, settings, end, &mut outcomes) {
                Ok(true) => edits += 1,
                Ok(false) => break,
                // An edit that is longer than the model's context is none to learn from.
                Err(EngineError::ContextFull { .. }) => {}
                Err(error) => {
                    done = Err(error);
                    break;
                }
            }
        }
        self.put_phrases(None);
        done?;
        let weights = before.fitted(&outcomes);
        Ok(Fit {
            edits,
            tokens: outcomes.len(),
            alone: outcomes.iter().map(|outcome| -outcome.model.ln()).sum(),
            before: before.nats(&outcomes),
            fitted: weights.nats(&outcomes),
            weights,
        })
    }

    /// Appends what model and phrases say of each token of an edit; returns whether there was time for it.
    fn outcomes(
        &mut self,
        case: &Case,
        settings: &Settings,
        end: Instant,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<bool, EngineError> {
        let prompt = prompt_in(case, Memory::none(), settings, self);
        self.set_path(Some(&case.path));
        let mut of_case = Vec::new();
        let team = self.team.clone();
        let late = || Instant::now() >= end;
        let all =
            self.engine().tell_each(&inputs(&prompt), &lines::unix(&case.middle), &late, &mut |told| {
                of_case.extend(team.outcome(told.context, told.token, told.probability, told.end));
            })?;
        if all {
            outcomes.extend(of_case);
        }
        Ok(all)
    }
}
