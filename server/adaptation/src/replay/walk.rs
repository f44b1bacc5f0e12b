//! The walk through a history: each of the last commits is predicted by every arm, and then learned from.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::session_cases::Sessions;
use housestyle_complete::Settings;
use housestyle_complete::eval::{Arm, Case};
use housestyle_engine::AdapterWeights;
use housestyle_learn::cases::{CaseOptions, Collector};
use housestyle_review::History;
use housestyle_workspace::Progress;
use housestyle_workspace::history::holds_secret;

use super::{Arms, HeldOutCases, Row, Rows};
use crate::backend::{Adaptive, Setup};
use crate::error::Error;
use crate::evaluate::evaluate_with_memory;
use crate::training::TrainingWindow;

/// A walk through a history.
pub struct Walk<'a> {
    /// The history.
    pub history: &'a History,
    /// The cases to predict.
    pub held_out: &'a HeldOutCases,
    /// How cases are made.
    pub options: CaseOptions,
    /// The settings.
    pub settings: &'a Settings,
    /// When to stop and report the results so far.
    pub end: Option<Instant>,
}

impl Walk<'_> {
    /// Trains an adapter on what came before all that is predicted, where an arm asks for one and the back end can be
    /// trained; what an earlier run trained is used again.
    ///
    /// # Errors
    /// When a commit cannot be read, or training fails.
    pub fn adapter(
        &self,
        setup: &Setup,
        generator: &mut dyn Adaptive,
        arms: &[Arm],
        time: Duration,
        rows: &Path,
        bar: &mut dyn Progress,
    ) -> Result<Option<AdapterWeights>, Error> {
        if !arms.iter().any(|arm| arm.has(Arm::Adapter)) {
            return Ok(None);
        }
        let Some(local) = generator.trainable() else { return Ok(None) };
        let mut collector = Collector::new(self.options, &holds_secret);
        let mut window = TrainingWindow::default();
        bar.begin_items("reading the past", self.held_out.first);
        for index in 0..self.held_out.first {
            let commit = self.history.read(index)?.commit;
            for example in collector.examples(&commit) {
                window.add(local, &example.case)?;
            }
            bar.at(index as u64 + 1);
        }
        bar.end();
        let file = rows.with_extension(format!("{}s.safetensors", time.as_secs()));
        window.train(setup, local, time, &file, bar)
    }

    /// Predicts what is held out and learns on the way; returns the cases that all arms have a row for.
    ///
    /// # Errors
    /// When a commit cannot be read, an arm cannot be run, or a row cannot be written.
    pub fn run(
        &self,
        arms: &mut Arms,
        generator: &mut dyn Adaptive,
        rows: &mut Rows,
        bar: &mut dyn Progress,
    ) -> Result<Vec<Case>, Error> {
        let mut collector = Collector::new(self.options, &holds_secret);
        let mut sessions = Sessions::new(self.history);
        let (mut number, mut cases) = (0, Vec::new());
        bar.begin_items("predicting", self.held_out.chosen.len());
        for index in 0..self.history.len() {
            let commit = self.history.read(index)?.commit;
            let examples = collector.examples(&commit);
            let is_held_out = index >= self.held_out.first && !examples.is_empty();
            let session = if is_held_out { sessions.of(index, &commit)? } else { None };
            for example in examples.into_iter().filter(|_| is_held_out) {
                let chosen = self.held_out.chosen.binary_search(&number).is_ok();
                number += 1;
                if !chosen {
                    continue;
                }
                if self.end.is_some_and(|end| Instant::now() > end) {
                    bar.end();
                    return Ok(cases);
                }
                let of_session = session.as_ref().and_then(|session| session.case(&example));
                let case = of_session.unwrap_or(example.case);
                self.predict(&case, arms, generator, rows)?;
                cases.push(case);
                bar.at(cases.len() as u64);
            }
            arms.learn(&commit);
        }
        bar.end();
        Ok(cases)
    }

    /// Measures one case on the arms for which that is not known yet.
    fn predict(
        &self,
        case: &Case,
        arms: &mut Arms,
        generator: &mut dyn Adaptive,
        rows: &mut Rows,
    ) -> Result<(), Error> {
        let name = case.name.clone().unwrap_or_default();
        for arm in 0..arms.names().count() {
            let identity = arms.identity(arm);
            if rows.get(&identity, &name).is_some() {
                continue;
            }
            let mut memory = arms.apply(arm, case, generator)?;
            let (snapshot, cursor) = case.document();
            memory.select_skills(&snapshot, cursor, self.settings);
            let (result, _) = evaluate_with_memory(case, &memory, self.settings, generator)?;
            let added = rows.add(Row::of(&identity, &result));
            added.map_err(Error::write(rows.path()))?;
        }
        Ok(())
    }
}
