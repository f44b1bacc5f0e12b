//! Suggestions as a whole: the events about each of them put together, and what came of it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::entry::Stamp;
use crate::error::JournalError;
use crate::event::{Event, Fact, Kept, Number, Offered, Taken, Text, When};
use crate::journal::Journal;

/// What came of a suggestion in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All that was not typed by hand was taken.
    Accepted,
    /// A part was taken.
    PartlyAccepted,
    /// All of it was typed by hand: the suggestion was right, and nobody took it.
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

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 7] = [
        Outcome::Accepted,
        Outcome::PartlyAccepted,
        Outcome::TypedThrough,
        Outcome::TypedOver,
        Outcome::Dismissed,
        Outcome::Superseded,
        Outcome::Shown,
    ];

    /// Returns the outcome in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::PartlyAccepted => "partly-accepted",
            Outcome::TypedThrough => "typed-through",
            Outcome::TypedOver => "typed-over",
            Outcome::Dismissed => "dismissed",
            Outcome::Superseded => "superseded",
            Outcome::Shown => "shown",
        }
    }
}

/// A suggestion and all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The event that offered it.
    pub number: Number,
    /// When it was offered.
    pub time: Stamp,
    /// What it was.
    pub offered: Offered,
    /// Path and text, unless withheld or forgotten.
    pub text: Option<Text>,
    /// What became of it, oldest first.
    pub fates: Vec<Fact>,
    /// What stood around it when it was first taken.
    pub around: Option<Text>,
    /// What was kept, oldest first, each with the text that stood there.
    pub kept: Vec<(Stamp, Kept, Option<Text>)>,
}

impl Suggestion {
    /// Returns what came of it in the end.
    pub fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::Shown;
        for fate in &self.fates {
            // What was taken was taken, whatever came after; of the rest the last counts.
            outcome = match (outcome, fate) {
                (Outcome::Accepted, _) | (_, Fact::Accepted(_)) => Outcome::Accepted,
                (_, Fact::PartlyAccepted(taken)) if taken.accepted >= taken.length => Outcome::Accepted,
                (Outcome::PartlyAccepted, _) | (_, Fact::PartlyAccepted(_)) => Outcome::PartlyAccepted,
                (_, Fact::TypedThrough(taken)) if taken.accepted >= taken.length => Outcome::TypedThrough,
                (Outcome::TypedThrough, _) => Outcome::TypedThrough,
                (_, Fact::TypedOver(_)) => Outcome::TypedOver,
                (_, Fact::Dismissed(_)) => Outcome::Dismissed,
                (_, Fact::Superseded(_)) => Outcome::Superseded,
                (before, _) => before,
            };
        }
        outcome
    }

    /// Returns the UTF-16 units that were taken rather than typed by hand.
    pub fn taken(&self) -> usize {
        let taken =
            self.fates.iter().filter_map(taken).map(|taken| taken.accepted.saturating_sub(taken.typed));
        if matches!(self.outcome(), Outcome::Accepted | Outcome::PartlyAccepted) {
            taken.max().unwrap_or(0)
        } else {
            0
        }
    }

    /// Returns what was kept, of the latest look at `when`.
    pub fn kept_at(&self, when: When) -> Option<&Kept> {
        self.kept.iter().rev().map(|(_, kept, _)| kept).find(|kept| kept.when == when)
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
    pub fn suggestions(&self, mut each: impl FnMut(Suggestion)) -> Result<(), JournalError> {
        let mut found: BTreeMap<Number, Suggestion> = BTreeMap::new();
        self.events(0, |event| {
            gather(&mut found, event);
            true
        })?;
        found.into_values().for_each(&mut each);
        Ok(())
    }
}

fn gather(found: &mut BTreeMap<Number, Suggestion>, event: Event) {
    let Event { number, time, suggestion, fact, text, .. } = event;
    if let Fact::Offered(offered) = fact {
        let fresh = Suggestion { number, time, offered, text, fates: vec![], around: None, kept: vec![] };
        found.insert(number, fresh);
        return;
    }
    let Some(suggestion) = suggestion.and_then(|number| found.get_mut(&number)) else { return };
    match fact {
        Fact::Kept(kept) => suggestion.kept.push((time, kept, text)),
        fate => {
            suggestion.around = suggestion.around.take().or(text);
            suggestion.fates.push(fate);
        }
    }
}
