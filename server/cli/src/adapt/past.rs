//! An adapter of what came before a point in a history, for measuring: trained as `learn` does, without its gate.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use housestyle_complete::eval::Case;
use housestyle_engine::AdapterWeights;
use housestyle_train::Example;
use housestyle_train::format::{About, Adapter, Precision, read, write};

use super::examples::{example, window};
use super::fit::{Plan, affordable, fit, pace};
use super::team::{FEWEST, recipe, whole};
use crate::adapters::Base;
use crate::backend::Local;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{aside, workspace_state};

/// Most edits that are kept to be learned from: more than can be learned in an hour.
const MOST: usize = 2048;

/// The latest edits of a history, as examples.
#[derive(Debug, Default)]
pub(crate) struct Past {
    latest: VecDeque<Example>,
}

impl Past {
    /// Adds an edit that is later than all others.
    ///
    /// # Errors
    /// When the model lacks a marker of the prompt.
    pub(crate) fn add(&mut self, local: &Local, case: &Case) -> Result<(), Failure> {
        let made = example(local, case, &window()).map_err(|error| failed(&error))?;
        self.latest.extend(made.map(whole));
        if self.latest.len() > MOST {
            self.latest.pop_front();
        }
        Ok(())
    }

    /// Trains on as many of the latest edits as fit the time, or reads from `file` what an earlier run made of them;
    /// `None` where they are too few. An interrupted run goes on.
    ///
    /// # Errors
    /// When training fails, or the result cannot be written.
    pub(crate) fn train(
        self,
        context: &Context,
        local: &mut Local,
        time: Duration,
        file: &Path,
        bar: &mut Progress,
    ) -> Result<Option<AdapterWeights>, Failure> {
        let base = Base::of(context)?;
        if let Ok(bytes) = std::fs::read(file)
            && let Ok(kept) = read(&bytes, &base.config, &base.sha256)
        {
            return Ok(Some(kept.weights));
        }
        let starter = super::starter(&base.sha256, &base.config).map_err(|error| failed(&error))?;
        let recipe = recipe();
        let state = workspace_state::folder(&context.home, &context.workspace);
        let plan = Plan { recipe: &recipe, start: starter.as_ref(), typing: &state.join("typing") };
        let all: Vec<Example> = self.latest.into();
        if all.len() < FEWEST {
            return Ok(None);
        }
        // How many fit is decided once: a run that goes on must learn the same.
        let counted = file.with_extension("edits");
        let kept = std::fs::read_to_string(&counted).ok().and_then(|text| text.trim().parse::<usize>().ok());
        let count = match kept.filter(|count| (1..=all.len()).contains(count)) {
            Some(count) => count,
            None => {
                let pace = pace(local.engine(), plan, &all).map_err(|error| failed(&error))?;
                affordable(&all, &recipe, pace, time).max(FEWEST).min(all.len())
            }
        };
        let folder = file.parent().unwrap_or(&state);
        std::fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error))?;
        keep(&counted, count.to_string().as_bytes())?;
        let chosen = &all[all.len() - count..];
        let trained =
            fit(local.engine(), plan, chosen, (folder, &base.sha256), ("training on the past", bar));
        let trained = trained.map_err(|error| failed(&error))?;
        let about = About {
            base_sha256: base.sha256.clone(),
            base: base.name.clone(),
            architecture: base.config.architecture().to_owned(),
            manifest_sha256: None,
        };
        let bytes =
            write(&Adapter { weights: trained.weights.clone(), about }, &base.config, Precision::Half)?;
        keep(file, &bytes)?;
        trained.done();
        let _ = std::fs::remove_file(&counted);
        // What is measured is what would be served: the numbers of the file.
        Ok(Some(read(&bytes, &base.config, &base.sha256)?.weights))
    }
}

fn keep(file: &Path, content: &[u8]) -> Result<(), Failure> {
    aside::replace(file, content).map_err(|error| unwritten(file, &error))
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Environment(format!("writing {} failed: {error}", path.display()))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::Environment(error.to_string())
}
