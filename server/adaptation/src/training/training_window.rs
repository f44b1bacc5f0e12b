//! An adapter of the commits before a point in a history, for measuring: trained as `learn` does, without its gate.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use housestyle_complete::eval::Case;
use housestyle_engine::AdapterWeights;
use housestyle_train::Example;
use housestyle_train::format::{About, Adapter, Precision, read, write};
use housestyle_workspace::{Progress, atomic, private};

use super::examples::{example, window};
use super::fit::{Plan, affordable, fit, seconds_per_token};
use super::team::{FEWEST, recipe, whole};
use crate::backend::{Local, Setup};
use crate::error::Error;
use crate::starter::starter;

/// Most edits in the window: more than can be trained on in an hour.
const MOST: usize = 2048;

/// The latest edits of a history, as examples.
#[derive(Debug, Default)]
pub(crate) struct TrainingWindow {
    latest: VecDeque<Example>,
}

impl TrainingWindow {
    /// Adds an edit that is later than all others.
    ///
    /// # Errors
    /// When the model lacks a marker of the prompt.
    pub(crate) fn add(&mut self, local: &Local, case: &Case) -> Result<(), Error> {
        let made = example(local, case, &window())?;
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
        setup: &Setup,
        local: &mut Local,
        time: Duration,
        file: &Path,
        bar: &mut dyn Progress,
    ) -> Result<Option<AdapterWeights>, Error> {
        let base = setup.base()?;
        if let Ok(bytes) = std::fs::read(file)
            && let Ok(trained) = read(&bytes, &base.config, &base.sha256)
        {
            return Ok(Some(trained.weights));
        }
        let starter = starter(&base.sha256, &base.config).map_err(|error| Error::Starter(error.into()))?;
        let recipe = recipe();
        let typing = setup.workspace.typing();
        let plan = Plan { recipe: &recipe, start: starter.as_ref(), typing: &typing };
        let all: Vec<Example> = self.latest.into();
        if all.len() < FEWEST {
            return Ok(None);
        }
        let _span = tracing::info_span!("training").entered();
        // How many fit is decided once: a run that goes on must learn the same.
        let count_file = file.with_extension("edits");
        let saved_count =
            std::fs::read_to_string(&count_file).ok().and_then(|text| text.trim().parse::<usize>().ok());
        let count = match saved_count.filter(|count| (1..=all.len()).contains(count)) {
            Some(count) => count,
            None => {
                let seconds_per_token = seconds_per_token(local.engine(), plan, &all)?;
                affordable(&all, &recipe, seconds_per_token, time).max(FEWEST).min(all.len())
            }
        };
        let folder = file.parent().unwrap_or(setup.workspace.state());
        private::make_folder(folder).map_err(Error::write(folder))?;
        save(&count_file, count.to_string().as_bytes())?;
        let chosen = &all[all.len() - count..];
        let trained =
            fit(local.engine(), plan, chosen, (folder, &base.sha256), ("training on the past", bar))?;
        tracing::info!(edits = count, steps = trained.steps, seconds = trained.seconds, "trained");
        let about = About {
            base_sha256: base.sha256.clone(),
            base: base.name.clone(),
            architecture: base.config.architecture().to_owned(),
            manifest_sha256: None,
        };
        let bytes =
            write(&Adapter { weights: trained.weights.clone(), about }, &base.config, Precision::Half)?;
        save(file, &bytes)?;
        trained.remove_checkpoint();
        let _ = std::fs::remove_file(&count_file);
        // What is measured is what would be served: the numbers of the file.
        Ok(Some(read(&bytes, &base.config, &base.sha256)?.weights))
    }
}

fn save(file: &Path, content: &[u8]) -> Result<(), Error> {
    atomic::replace(file, content).map_err(Error::write(file))
}
