//! Suggestions as a whole: the events about each of them put together, with its outcome.

use serde::Serialize;

use crate::entry::Stamp;
use crate::error::JournalError;
use crate::event::{CheckTime, Event, Fact, Number, Offered, RetentionCheck, Taken, Text};
use crate::journal::{EVENTS, Journal, event};

/// The final outcome of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuggestionOutcome {
    /// All that was not typed by hand was taken.
    Accepted,
    /// A part was taken.
    PartlyAccepted,
    /// All of it was typed by hand: the suggestion was right, and was not accepted.
    TypedThrough,
    /// Something else was typed.
    TypedOver,
    /// The user went elsewhere.
    Dismissed,
    /// Another answer took its place.
    Superseded,
    /// It was shown, and nothing more is known.
    Shown,
}

impl SuggestionOutcome {
    /// Every outcome.
    pub const ALL: [SuggestionOutcome; 7] = [
        SuggestionOutcome::Accepted,
        SuggestionOutcome::PartlyAccepted,
        SuggestionOutcome::TypedThrough,
        SuggestionOutcome::TypedOver,
        SuggestionOutcome::Dismissed,
        SuggestionOutcome::Superseded,
        SuggestionOutcome::Shown,
    ];

    /// Returns the outcome in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            SuggestionOutcome::Accepted => "accepted",
            SuggestionOutcome::PartlyAccepted => "partly-accepted",
            SuggestionOutcome::TypedThrough => "typed-through",
            SuggestionOutcome::TypedOver => "typed-over",
            SuggestionOutcome::Dismissed => "dismissed",
            SuggestionOutcome::Superseded => "superseded",
            SuggestionOutcome::Shown => "shown",
        }
    }
}

/// A suggestion with every event about it.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestionHistory {
    /// The event that offered it.
    pub number: Number,
    /// When it was offered.
    pub time: Stamp,
    /// The event that offered the suggestion.
    pub offered: Offered,
    /// Path and text, unless withheld or forgotten.
    pub text: Option<Text>,
    /// The events about it, oldest first, but for the checks.
    pub facts: Vec<Fact>,
    /// The text around it when it was first accepted.
    pub around: Option<Text>,
    /// The retention checks, oldest first, each with its time and the text that stood there.
    pub checks: Vec<(Stamp, RetentionCheck, Option<Text>)>,
}

impl SuggestionHistory {
    /// Returns its final outcome.
    pub fn outcome(&self) -> SuggestionOutcome {
        let mut outcome = SuggestionOutcome::Shown;
        for fact in &self.facts {
            // What was taken was taken, whatever came after; of the rest the last counts.
            outcome = match (outcome, fact) {
                (SuggestionOutcome::Accepted, _) | (_, Fact::Accepted(_)) => SuggestionOutcome::Accepted,
                (_, Fact::PartlyAccepted(taken)) if taken.accepted >= taken.length => {
                    SuggestionOutcome::Accepted
                }
                (SuggestionOutcome::PartlyAccepted, _) | (_, Fact::PartlyAccepted(_)) => {
                    SuggestionOutcome::PartlyAccepted
                }
                (_, Fact::TypedThrough(taken)) if taken.accepted >= taken.length => {
                    SuggestionOutcome::TypedThrough
                }
                (SuggestionOutcome::TypedThrough, _) => SuggestionOutcome::TypedThrough,
                (_, Fact::TypedOver(_)) => SuggestionOutcome::TypedOver,
                (_, Fact::Dismissed(_)) => SuggestionOutcome::Dismissed,
                (_, Fact::Superseded(_)) => SuggestionOutcome::Superseded,
                (before, _) => before,
            };
        }
        outcome
    }

    /// Returns the UTF-16 units that were taken rather than typed by hand.
    pub fn taken(&self) -> usize {
        let taken =
            self.facts.iter().filter_map(taken).map(|taken| taken.accepted.saturating_sub(taken.typed));
        if matches!(self.outcome(), SuggestionOutcome::Accepted | SuggestionOutcome::PartlyAccepted) {
            taken.max().unwrap_or(0)
        } else {
            0
        }
    }

    fn add(&mut self, Event { time, fact, text, .. }: Event) {
        match fact {
            Fact::RetentionChecked(check) => self.checks.push((time, check, text)),
            fact => {
                self.around = self.around.take().or(text);
                self.facts.push(fact);
            }
        }
    }

    /// Returns the latest retention check of the kind `when`.
    pub fn check_at(&self, when: CheckTime) -> Option<&RetentionCheck> {
        self.checks.iter().rev().map(|(_, check, _)| check).find(|check| check.when == when)
    }
}

fn taken(fact: &Fact) -> Option<&Taken> {
    match fact {
        Fact::Accepted(taken) | Fact::PartlyAccepted(taken) | Fact::TypedThrough(taken) => Some(taken),
        _ => None,
    }
}

impl Journal {
    /// Calls `each` with every suggestion, in the order in which they were offered.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn suggestions(&self, mut each: impl FnMut(SuggestionHistory)) -> Result<(), JournalError> {
        let mut read = || {
            // One suggestion after the other: the texts of a whole journal may not fit into memory.
            let mut offers = self
                .connection
                .prepare("SELECT number FROM event WHERE suggestion IS NULL ORDER BY number")?;
            let mut about = self
                .connection
                .prepare(&format!("{EVENTS} WHERE number = ?1 OR suggestion = ?1 ORDER BY number"))?;
            for offer in offers.query_map([], |row| row.get::<_, Number>(0))? {
                let mut rows = about.query([offer?])?;
                let Some(first) = rows.next()?.map(event).transpose()? else { continue };
                let Event { number, time, fact: Fact::Offered(offered), text, .. } = first else { continue };
                let mut suggestion = SuggestionHistory {
                    number,
                    time,
                    offered,
                    text,
                    facts: vec![],
                    around: None,
                    checks: vec![],
                };
                while let Some(row) = rows.next()? {
                    suggestion.add(event(row)?);
                }
                each(suggestion);
            }
            Ok(())
        };
        read().map_err(|source| JournalError::of("read", &self.path, source))
    }
}
