//! Suggestions that were given to the editor, by their identifiers.

use std::collections::{HashMap, VecDeque};

/// As many are remembered; the editor asks about the last few at most.
const REMEMBERED: usize = 256;

/// A suggestion as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its identifier.
    pub(crate) id: String,
    /// What it inserts.
    pub(crate) text: String,
    /// Bytes right of the cursor that it replaces: closers which the editor had put there.
    pub(crate) swallowed: usize,
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
}

/// What is remembered of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// The document it was for.
    pub(crate) uri: String,
    /// What it inserts.
    pub(crate) text: String,
    /// UTF-16 units of it that are known to have been accepted.
    pub(crate) accepted: usize,
}

impl Suggestions {
    /// Remembers a suggestion; forgets the oldest when there are too many.
    pub(crate) fn remember(&mut self, id: &str, uri: &str, text: &str) {
        let known = Known { uri: uri.to_owned(), text: text.to_owned(), accepted: 0 };
        if self.by_id.insert(id.to_owned(), known).is_some() {
            self.order.retain(|other| other != id);
        }
        self.order.push_back(id.to_owned());
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.by_id.remove(&oldest);
            }
        }
    }

    /// Returns what is known of a suggestion.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Known> {
        self.by_id.get_mut(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            suggestions.remember(&n.to_string(), "file:///a", "x");
            suggestions.remember("again", "file:///a", "x");
        }
        assert_eq!(suggestions.by_id.len(), REMEMBERED);
        assert_eq!(suggestions.order.len(), REMEMBERED);
        assert!(suggestions.get_mut("again").is_some());
        assert!(suggestions.get_mut("0").is_none());
    }
}
