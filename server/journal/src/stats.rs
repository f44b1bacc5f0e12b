//! The figures: how often suggestions were taken, and how much of them was kept.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::JournalError;
use crate::event::When;
use crate::history::{Outcome, Suggestion};
use crate::journal::Journal;

/// Figures over some suggestions.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Figures {
    /// Suggestions that were offered.
    pub suggestions: u64,
    /// How many ended how.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// UTF-16 units that were offered.
    pub offered_units: u64,
    /// UTF-16 units that were taken, rather than typed by hand.
    pub taken_units: u64,
    /// Kept after a while.
    pub kept_after_a_while: Rate,
    /// Kept at the next commit.
    pub kept_at_commit: Rate,
}

/// Tokens that were kept, of those accepted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Rate {
    /// Suggestions that were looked at.
    pub suggestions: u64,
    /// Tokens that were accepted.
    pub accepted: u64,
    /// Tokens that were kept.
    pub kept: u64,
}

impl Rate {
    /// Returns kept ÷ accepted; nothing where nothing was looked at.
    pub fn rate(self) -> Option<f64> {
        (self.accepted > 0).then(|| self.kept as f64 / self.accepted as f64)
    }
}

/// The figures of a journal.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Stats {
    /// Over everything.
    pub all: Figures,
    /// By language.
    pub languages: BTreeMap<String, Figures>,
    /// By model and adapter: `model`, or `model+adapter`.
    pub models: BTreeMap<String, Figures>,
}

impl Figures {
    /// Returns the share of suggestions of which something was taken; nothing where there were none.
    pub fn acceptance(&self) -> Option<f64> {
        let count = |outcome| self.outcomes.get(&outcome).copied().unwrap_or(0);
        let taken = count(Outcome::Accepted) + count(Outcome::PartlyAccepted);
        (self.suggestions > 0).then(|| taken as f64 / self.suggestions as f64)
    }

    fn add(&mut self, suggestion: &Suggestion) {
        self.suggestions += 1;
        *self.outcomes.entry(suggestion.outcome()).or_default() += 1;
        self.offered_units += suggestion.offered.length as u64;
        self.taken_units += suggestion.taken() as u64;
        // A document that was closed before the while was over is looked at once, then.
        let later = suggestion.kept_at(When::While).or_else(|| suggestion.kept_at(When::Closed));
        for (rate, kept) in [
            (&mut self.kept_after_a_while, later),
            (&mut self.kept_at_commit, suggestion.kept_at(When::Commit)),
        ] {
            if let Some(kept) = kept {
                rate.suggestions += 1;
                rate.accepted += kept.accepted as u64;
                rate.kept += kept.kept as u64;
            }
        }
    }
}

impl Journal {
    /// Returns the figures over everything, by language and by model.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stats(&self) -> Result<Stats, JournalError> {
        let mut stats = Stats::default();
        self.suggestions(|suggestion| {
            let offered = &suggestion.offered;
            let model = offered.model.clone().unwrap_or_else(|| "unknown".to_owned());
            let model = offered.adapter.iter().fold(model, |model, adapter| format!("{model}+{adapter}"));
            stats.all.add(&suggestion);
            stats.languages.entry(offered.language.clone()).or_default().add(&suggestion);
            stats.models.entry(model).or_default().add(&suggestion);
        })?;
        Ok(stats)
    }
}
