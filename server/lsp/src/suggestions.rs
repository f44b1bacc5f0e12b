//! Suggestions that the editor got, by their identifiers.
//!
//! A key that agrees with a suggestion makes the editor ask again, and the answer is the rest of the suggestion under an
//! identifier of its own. All of these are one suggestion: the first of them is its *origin*, and lengths count from the
//! origin's start.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use housestyle_complete::Suggestion;
use housestyle_complete::settings::JournalMode;
use housestyle_text::Snapshot;

use crate::convert::utf16_len;
use crate::host::{OfferRecord, OutcomeRecord, OutcomeSource, OutcomeStep, Surroundings};
use crate::provenance::Provenance;
use crate::resolution::Answer;

/// Suggestions that are known; the editor asks about the last few at most.
const CAPACITY: usize = 256;
/// Bytes recorded before a suggestion: the journal's share, and room to see what it is part of.
pub(crate) const BEFORE: usize = 16 * 1024;
/// The same for the text after it.
const AFTER: usize = 12 * 1024;

/// A suggestion as the editor got it first.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// Its identifier.
    pub(crate) id: String,
    /// The document.
    pub(crate) uri: String,
    /// The inserted text, with the document's line breaks.
    pub(crate) text: String,
    /// The document at that time.
    pub(crate) snapshot: Snapshot,
    /// The range that it replaces there, in bytes.
    pub(crate) replaced: Range<usize>,
    /// What the journal may hold of it.
    pub(crate) journal: JournalMode,
}

impl Origin {
    /// Returns the text before it that a record holds.
    pub(crate) fn text_before(&self) -> String {
        let start = self.replaced.start;
        self.snapshot.slice(start.saturating_sub(BEFORE)..start)
    }

    /// Returns the text around it, and the first `accepted` UTF-16 units of it.
    fn surroundings(&self, accepted: usize) -> Surroundings {
        let end = self.replaced.end;
        Surroundings {
            before: self.text_before(),
            text: self.text[..bytes_of(&self.text, accepted)].to_owned(),
            after: self.snapshot.slice(end..self.snapshot.floor(end.saturating_add(AFTER)).0),
        }
    }
}

/// Returns the bytes of the first `units` UTF-16 units; a unit within a character counts as all of it.
fn bytes_of(text: &str, units: usize) -> usize {
    let mut seen = 0;
    let end = text.char_indices().find(|(_, c)| {
        let before = seen;
        seen += c.len_utf16();
        before >= units
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// A suggestion as it stands on the screen.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// The inserted text, with the document's line breaks.
    pub(crate) text: String,
    /// Bytes right of the cursor that it replaces: closers which the editor had put there.
    pub(crate) swallowed: usize,
    /// The suggestion of which this is the rest, or the suggestion itself.
    pub(crate) origin: Arc<Origin>,
    /// Bytes of the origin that stood in the document before.
    pub(crate) offset: usize,
    /// Its alternatives; nothing while nobody asked for them.
    pub(crate) alternatives: Option<Vec<Alternative>>,
}

/// An alternative to the suggestion shown. No editor says whether it was on the screen, so nothing is recorded of it
/// before it is accepted or typed.
#[derive(Debug, Clone)]
pub(crate) struct Alternative {
    /// The answer that the editor got.
    pub(crate) answer: Answer,
    /// The suggestion on the screen when the editor shows it.
    pub(crate) shown: Shown,
    /// The suggestion of the pipeline.
    pub(crate) suggestion: Suggestion,
    /// The model, adapter, prompt format and skills that made the suggestion.
    pub(crate) provenance: Provenance,
    /// The record of its offer, which the sink gets once it is accepted or typed.
    pub(crate) offer: Option<Box<OfferRecord>>,
}

/// Returns the identifier of a suggestion: the same one for the same text at the same place, so
/// that the same document gets the same bytes.
pub(crate) fn identify(uri: &str, offset: usize, text: &str) -> String {
    // FNV-1a: no secret, no flooding to fear, and the same in every build.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for bytes in [uri.as_bytes(), &[0], &offset.to_le_bytes(), text.as_bytes()] {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// The last suggestions.
#[derive(Debug, Default)]
pub(crate) struct Suggestions {
    by_id: HashMap<String, Known>,
    order: VecDeque<String>,
    /// Identifiers of rests: of which origin, and how many UTF-16 units of it stood there before.
    rests: HashMap<String, (String, usize)>,
}

/// A suggestion, and how much of it was accepted.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    origin: Arc<Origin>,
    /// UTF-16 units of it that are known to stand in the document.
    accepted: usize,
    /// Of these, how many were typed by hand.
    typed: usize,
    /// Whether the text around it was recorded.
    surroundings_recorded: bool,
}

impl Suggestions {
    /// Adds a suggestion; drops the oldest when there are too many.
    pub(crate) fn add(&mut self, origin: &Arc<Origin>) {
        let id = &origin.id;
        let known = Known { origin: Arc::clone(origin), accepted: 0, typed: 0, surroundings_recorded: false };
        self.rests.remove(id);
        if self.by_id.insert(id.clone(), known).is_some() {
            self.order.retain(|other| other != id);
        }
        self.order.push_back(id.clone());
        while self.order.len() > CAPACITY {
            if let Some(oldest) = self.order.pop_front() {
                self.by_id.remove(&oldest);
                self.rests.retain(|_, (of, _)| *of != oldest);
            }
        }
    }

    /// Adds `id` as the rest of an origin, from that byte of it on.
    pub(crate) fn add_rest(&mut self, id: &str, origin: &Origin, offset: usize) {
        if id != origin.id {
            let before = origin.text.get(..offset).map_or(0, utf16_len);
            self.by_id.remove(id);
            self.order.retain(|other| other != id);
            self.rests.insert(id.to_owned(), (origin.id.clone(), before));
        }
    }

    /// Returns the identifier of the origin of a suggestion.
    pub(crate) fn origin_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.rests.get(id).map_or(id, |(origin, _)| origin)
    }

    /// Records what became of the suggestion with this identifier. `accepted` is in UTF-16 units from the start of the
    /// text that has this identifier; without it the accepted length stays the same.
    pub(crate) fn record_outcome(
        &mut self,
        id: &str,
        step: OutcomeStep,
        source: OutcomeSource,
        accepted: Option<usize>,
    ) -> Option<OutcomeRecord> {
        let rest = self.rests.get(id).cloned();
        let (id, before) = rest.unwrap_or_else(|| (id.to_owned(), 0));
        let known = self.by_id.get_mut(&id)?;
        let length = utf16_len(&known.origin.text);
        let now =
            accepted.map_or(0, |accepted| accepted.saturating_add(before)).min(length).max(known.accepted);
        if step == OutcomeStep::TypedThrough {
            known.typed += now - known.accepted;
        }
        known.accepted = now;
        let accepts = matches!(step, OutcomeStep::Accepted | OutcomeStep::PartlyAccepted);
        let record = accepts && !known.surroundings_recorded && known.origin.journal == JournalMode::On;
        known.surroundings_recorded |= accepts;
        Some(OutcomeRecord {
            suggestion: id,
            uri: known.origin.uri.clone(),
            step,
            source,
            accepted: now,
            typed: known.typed,
            length,
            surroundings: record.then(|| Box::new(known.origin.surroundings(now))),
        })
    }
}

#[cfg(test)]
mod tests {
    use housestyle_text::Language;

    use super::*;

    fn origin(id: &str, text: &str) -> Arc<Origin> {
        Arc::new(Origin {
            id: id.to_owned(),
            uri: "file:///a".to_owned(),
            text: text.to_owned(),
            snapshot: Snapshot::new("left right", 1, Language::PLAIN),
            replaced: 5..5,
            journal: JournalMode::On,
        })
    }

    #[test]
    fn identifiers_tell_place_and_text_apart() {
        let base = identify("file:///a", 1, "x");
        assert_eq!(base, identify("file:///a", 1, "x"));
        for other in
            [identify("file:///b", 1, "x"), identify("file:///a", 2, "x"), identify("file:///a", 1, "y")]
        {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn knows_a_bounded_number() {
        let mut suggestions = Suggestions::default();
        for n in 0..2 * CAPACITY {
            let origin = origin(&n.to_string(), "xy");
            suggestions.add(&origin);
            suggestions.add_rest(&format!("rest {n}"), &origin, 1);
            suggestions.add(&self::origin("again", "xy"));
        }
        assert_eq!(suggestions.by_id.len(), CAPACITY);
        assert_eq!(suggestions.order.len(), CAPACITY);
        assert!(suggestions.rests.len() <= CAPACITY);
        let mut is_known =
            |id| suggestions.record_outcome(id, OutcomeStep::Shown, OutcomeSource::Editor, None).is_some();
        assert!(is_known("again") && !is_known("0") && !is_known("rest 0"));
    }

    #[test]
    fn text_typed_before_the_rest_was_accepted_is_not_accepted() {
        let mut suggestions = Suggestions::default();
        let origin = origin("whole", "é😀x");
        suggestions.add(&origin);
        suggestions.record_outcome("whole", OutcomeStep::TypedThrough, OutcomeSource::Change, Some(1));
        suggestions.add_rest("rest", &origin, "é".len());
        assert_eq!(suggestions.origin_of("rest"), "whole");
        let record = suggestions
            .record_outcome("rest", OutcomeStep::Accepted, OutcomeSource::Editor, Some(99))
            .expect("known");
        assert_eq!(
            (record.suggestion.as_str(), record.accepted, record.typed, record.length),
            ("whole", 4, 1, 4)
        );
        let surroundings = record.surroundings.expect("the first time");
        assert_eq!(
            (surroundings.before.as_str(), surroundings.text.as_str(), surroundings.after.as_str()),
            ("left ", "é😀x", "right")
        );
        let again = suggestions
            .record_outcome("whole", OutcomeStep::Accepted, OutcomeSource::Change, None)
            .expect("known");
        assert_eq!((again.accepted, again.surroundings), (4, None));
    }

    #[test]
    fn units_are_whole_characters() {
        assert_eq!([0, 1, 2, 3, 9].map(|units| bytes_of("é😀", units)), [0, 2, 6, 6, 6]);
    }
}
