//! Suggestions that were given to the editor, by their identifiers.
//!
//! What is typed into a suggestion makes the editor ask again, and the rest of it is given under an identifier of its
//! own. All of these are one suggestion: the first of them is its *origin*, and what is told of a rest counts from the
//! origin's start.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use housestyle_complete::Suggestion;
use housestyle_complete::settings::Journal;
use housestyle_text::Snapshot;

use crate::convert::utf16_len;
use crate::host::{Around, Fate, FateRecord, FateSource, OfferRecord};
use crate::outcome::Ready;
use crate::provenance::Provenance;

/// As many are remembered; the editor asks about the last few at most.
const REMEMBERED: usize = 256;
/// Bytes told of what stands before a suggestion: those that are kept, and room to see what they are part of.
const BEFORE: usize = 16 * 1024;
/// The same for what stands after it.
const AFTER: usize = 12 * 1024;

/// A suggestion as it was given first.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// Its identifier.
    pub(crate) id: String,
    /// The document.
    pub(crate) uri: String,
    /// What it inserts, with the document's line breaks.
    pub(crate) text: String,
    /// The document at that time.
    pub(crate) snapshot: Snapshot,
    /// What it replaces in it, in bytes.
    pub(crate) replaced: Range<usize>,
    /// What of it may be kept.
    pub(crate) journal: Journal,
}

impl Origin {
    /// Returns what stood around it, and the first `accepted` UTF-16 units of it.
    fn around(&self, accepted: usize) -> Around {
        let Range { start, end } = self.replaced;
        Around {
            before: self.snapshot.slice(self.snapshot.floor(start.saturating_sub(BEFORE)).0..start),
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
    /// What it inserts, with the document's line breaks.
    pub(crate) text: String,
    /// Bytes right of the cursor that it replaces: closers which the editor had put there.
    pub(crate) swallowed: usize,
    /// What it is the rest of, or the suggestion itself.
    pub(crate) origin: Arc<Origin>,
    /// Bytes of the origin that stood in the document before.
    pub(crate) offset: usize,
    /// What was given beside it; nothing while nobody asked for others.
    pub(crate) others: Option<Vec<Other>>,
}

/// A suggestion that was given beside the first. Whether it was ever on the screen nobody tells, so nothing is noted of
/// it before it is taken or typed.
#[derive(Debug, Clone)]
pub(crate) struct Other {
    /// What the editor was given.
    pub(crate) ready: Ready,
    /// What stands on the screen when the editor shows it.
    pub(crate) shown: Shown,
    /// The same for the pipeline, and what it was made with.
    pub(crate) made: (Suggestion, Provenance),
    /// What is to be noted then.
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

/// What is remembered of a suggestion.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    origin: Arc<Origin>,
    /// UTF-16 units of it that are known to stand in the document.
    accepted: usize,
    /// Of these, how many were typed by hand.
    typed: usize,
    /// Whether what stands around it was told.
    told: bool,
}

impl Suggestions {
    /// Remembers a suggestion; forgets the oldest when there are too many.
    pub(crate) fn remember(&mut self, origin: &Arc<Origin>) {
        let id = &origin.id;
        let known = Known { origin: Arc::clone(origin), accepted: 0, typed: 0, told: false };
        self.rests.remove(id);
        if self.by_id.insert(id.clone(), known).is_some() {
            self.order.retain(|other| other != id);
        }
        self.order.push_back(id.clone());
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.by_id.remove(&oldest);
                self.rests.retain(|_, (of, _)| *of != oldest);
            }
        }
    }

    /// Remembers that `id` is the rest of an origin, from that byte of it on.
    pub(crate) fn rest(&mut self, id: &str, origin: &Origin, offset: usize) {
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

    /// Takes note of what became of the suggestion with this identifier, and returns the record of it. `accepted` is in
    /// UTF-16 units from the start of what has this identifier; nothing leaves it as it is known.
    pub(crate) fn note(
        &mut self,
        id: &str,
        fate: Fate,
        source: FateSource,
        accepted: Option<usize>,
    ) -> Option<FateRecord> {
        let rest = self.rests.get(id).cloned();
        let (id, before) = rest.unwrap_or_else(|| (id.to_owned(), 0));
        let known = self.by_id.get_mut(&id)?;
        let length = utf16_len(&known.origin.text);
        let now =
            accepted.map_or(0, |accepted| accepted.saturating_add(before)).min(length).max(known.accepted);
        if fate == Fate::TypedThrough {
            known.typed += now - known.accepted;
        }
        known.accepted = now;
        let taken = matches!(fate, Fate::Accepted | Fate::PartlyAccepted);
        let tell = taken && !known.told && known.origin.journal == Journal::On;
        known.told |= taken;
        Some(FateRecord {
            suggestion: id,
            uri: known.origin.uri.clone(),
            fate,
            source,
            accepted: now,
            typed: known.typed,
            length,
            around: tell.then(|| Box::new(known.origin.around(now))),
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
            journal: Journal::On,
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
    fn remembers_a_bounded_number() {
        let mut suggestions = Suggestions::default();
        for n in 0..2 * REMEMBERED {
            let origin = origin(&n.to_string(), "xy");
            suggestions.remember(&origin);
            suggestions.rest(&format!("rest {n}"), &origin, 1);
            suggestions.remember(&self::origin("again", "xy"));
        }
        assert_eq!(suggestions.by_id.len(), REMEMBERED);
        assert_eq!(suggestions.order.len(), REMEMBERED);
        assert!(suggestions.rests.len() <= REMEMBERED);
        let mut is_known = |id| suggestions.note(id, Fate::Shown, FateSource::Editor, None).is_some();
        assert!(is_known("again") && !is_known("0") && !is_known("rest 0"));
    }

    #[test]
    fn what_was_typed_before_the_rest_was_taken_is_not_accepted() {
        let mut suggestions = Suggestions::default();
        let origin = origin("whole", "é😀x");
        suggestions.remember(&origin);
        suggestions.note("whole", Fate::TypedThrough, FateSource::Change, Some(1));
        suggestions.rest("rest", &origin, "é".len());
        assert_eq!(suggestions.origin_of("rest"), "whole");
        let record = suggestions.note("rest", Fate::Accepted, FateSource::Editor, Some(99)).expect("known");
        assert_eq!(
            (record.suggestion.as_str(), record.accepted, record.typed, record.length),
            ("whole", 4, 1, 4)
        );
        let around = record.around.expect("the first time");
        assert_eq!(
            (around.before.as_str(), around.text.as_str(), around.after.as_str()),
            ("left ", "é😀x", "right")
        );
        let again = suggestions.note("whole", Fate::Accepted, FateSource::Change, None).expect("known");
        assert_eq!((again.accepted, again.around), (4, None));
    }

    #[test]
    fn units_are_whole_characters() {
        assert_eq!([0, 1, 2, 3, 9].map(|units| bytes_of("é😀", units)), [0, 2, 6, 6, 6]);
    }
}
