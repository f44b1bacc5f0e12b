//! The figures: how often suggestions were accepted, and how much of them was retained.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::JournalError;
use crate::event::CheckTime;
use crate::history::{SuggestionHistory, SuggestionOutcome};
use crate::journal::Journal;

/// Figures over some suggestions.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Figures {
    /// Suggestions that were offered.
    pub suggestions: u64,
    /// How many ended how.
    pub outcomes: BTreeMap<SuggestionOutcome, u64>,
    /// UTF-16 units that were offered.
    pub offered_units: u64,
    /// UTF-16 units that were taken, rather than typed by hand.
    pub taken_units: u64,
    /// Retention after a while.
    #[serde(rename = "kept_after_a_while")]
    pub retention_after_delay: RetentionRate,
    /// Retention at the next commit.
    #[serde(rename = "kept_at_commit")]
    pub retention_at_commit: RetentionRate,
}

/// The retention of several suggestions together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct RetentionRate {
    /// Suggestions that were checked.
    pub suggestions: u64,
    /// Tokens that were accepted.
    pub accepted: u64,
    /// Tokens that were retained.
    #[serde(rename = "kept")]
    pub retained: u64,
}

impl RetentionRate {
    /// Returns retained ÷ accepted; `None` where nothing was checked.
    pub fn rate(self) -> Option<f64> {
        (self.accepted > 0).then(|| self.retained as f64 / self.accepted as f64)
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
    /// Returns the share of suggestions of which something was taken; `None` where there were none.
    pub fn acceptance(&self) -> Option<f64> {
        let count = |outcome| self.outcomes.get(&outcome).copied().unwrap_or(0);
        let taken = count(SuggestionOutcome::Accepted) + count(SuggestionOutcome::PartlyAccepted);
        (self.suggestions > 0).then(|| taken as f64 / self.suggestions as f64)
    }

    fn add(&mut self, suggestion: &SuggestionHistory) {
        self.suggestions += 1;
        *self.outcomes.entry(suggestion.outcome()).or_default() += 1;
        self.offered_units += suggestion.offered.length as u64;
        self.taken_units += suggestion.taken() as u64;
        // A document that was closed before the delay was over is checked once, then.
        let delayed =
            suggestion.check_at(CheckTime::AfterDelay).or_else(|| suggestion.check_at(CheckTime::Closed));
        for (rate, check) in [
            (&mut self.retention_after_delay, delayed),
            (&mut self.retention_at_commit, suggestion.check_at(CheckTime::Commit)),
        ] {
            if let Some(check) = check {
                rate.suggestions += 1;
                rate.accepted += check.accepted as u64;
                rate.retained += check.retained as u64;
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
