//! The weights of a team's phrases beside the model, fitted on held-out edits.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use housestyle_complete::eval::{Case, prompt_in};
use housestyle_complete::generator::Generator;
use housestyle_complete::{Memory, Settings, lines};
use housestyle_engine::EngineError;
use housestyle_learn::phrases::{FEWEST, HeldOutToken, Phrases, Weights};
use serde::Serialize;

use super::Adaptive;
use super::local::{Local, inputs};
use crate::spread;

/// Held-out edits that are evaluated, spread evenly over all: about a second each.
const EDITS: usize = 40;

/// The result of a fit.
#[derive(Debug, Clone, Serialize)]
pub struct PhraseFit {
    /// The weights, for the cache that serves.
    #[serde(skip)]
    pub weights: Weights,
    /// Number of evaluated edits.
    pub edits: usize,
    /// Number of their tokens for which the cache had a prediction.
    pub tokens: usize,
    /// Nats of these tokens by the model alone.
    pub alone: f64,
    /// The same with the default weights.
    #[serde(rename = "before")]
    pub unfitted: f64,
    /// The same with the fitted weights.
    pub fitted: f64,
}

impl fmt::Display for PhraseFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PhraseFit { edits, tokens, .. } = self;
        if *tokens < FEWEST {
            return write!(
                f,
                "{tokens} known tokens in {edits} later edits are too few to fit their weight to"
            );
        }
        let [alone, unfitted, fitted] =
            [self.alone, self.unfitted, self.fitted].map(|nats| nats / (*tokens).max(1) as f64);
        write!(
            f,
            "their weight is fitted to {tokens} known tokens in {edits} later edits: {alone:.2} nats a token without \
             them, {unfitted:.2} as they come, {fitted:.2} fitted"
        )
    }
}

impl Local {
    /// Fits the weights of phrases for the model with its present adapter. `earlier` holds the phrases of the text
    /// before the held-out edits. Where there are too few of these, or no time, the weights are those of `earlier`.
    /// Afterwards no phrases take part.
    ///
    /// # Errors
    /// When a case cannot be evaluated.
    pub fn fit_phrases(
        &mut self,
        earlier: Phrases,
        held_out: &[Case],
        settings: &Settings,
        end: Instant,
    ) -> Result<PhraseFit, EngineError> {
        let unfitted = earlier.weights().clone();
        self.set_phrases(Some(Arc::new(earlier)));
        let chosen = spread(held_out.len(), EDITS).into_iter().map(|n| &held_out[n]);
        let (mut held_out_tokens, mut edits) = (Vec::new(), 0);
        let mut done = Ok(());
        for case in chosen {
            match self.held_out_tokens(case, settings, end, &mut held_out_tokens) {
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
        self.set_phrases(None);
        done?;
        let weights = unfitted.fitted(&held_out_tokens);
        Ok(PhraseFit {
            edits,
            tokens: held_out_tokens.len(),
            alone: held_out_tokens.iter().map(|token| -token.model.ln()).sum(),
            unfitted: unfitted.nats(&held_out_tokens),
            fitted: weights.nats(&held_out_tokens),
            weights,
        })
    }

    /// Appends the probabilities of each token of an edit, by the model and by the phrases; returns whether there was
    /// time for it.
    fn held_out_tokens(
        &mut self,
        case: &Case,
        settings: &Settings,
        end: Instant,
        held_out_tokens: &mut Vec<HeldOutToken>,
    ) -> Result<bool, EngineError> {
        let prompt = prompt_in(case, Memory::none(), settings, self);
        self.set_path(Some(&case.path));
        let mut of_case = Vec::new();
        let phrase_model = self.phrase_model.clone();
        let late = || Instant::now() >= end;
        let all =
            self.engine().score_tokens(&inputs(&prompt), &lines::unix(&case.middle), &late, &mut |step| {
                of_case.extend(phrase_model.held_out_token(
                    step.context,
                    step.token,
                    step.probability,
                    step.end,
                ));
            })?;
        if all {
            held_out_tokens.extend(of_case);
        }
        Ok(all)
    }
}
