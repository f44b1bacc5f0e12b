//! The part of a document that rules look at around a suggestion: all of a small document, the near part of a large one.

use housestyle_text::Snapshot;
use std::ops::Range;

use crate::lines;

/// Bytes before the suggestion. A parse of that takes a millisecond or two.
const BEFORE: usize = 16 * 1024;
/// Bytes after it.
const AFTER: usize = 4 * 1024;

/// The text around a suggestion, with `\n` as line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) before: String,
    pub(super) after: String,
}

impl Around {
    /// Returns the text around a range of a document. In a large document it begins at a line without indentation, as code
    /// from there on can mostly be parsed alone.
    pub(super) fn of(snapshot: &Snapshot, range: Range<usize>) -> Around {
        let from = snapshot.floor(range.start.saturating_sub(BEFORE)).0;
        let mut before = snapshot.slice(from..range.start);
        if from > 0 {
            let starts = before.match_indices('\n').map(|(at, _)| at + 1);
            let outermost =
                |at: &usize| before[*at..].starts_with(|c: char| c.is_alphanumeric() || "#@/_".contains(c));
            let start = starts.clone().find(outermost).or_else(|| starts.clone().next()).unwrap_or(0);
            before.drain(..start);
        }
        let to = snapshot.floor(range.end.saturating_add(AFTER)).0.max(range.end);
        Around { before: lines::unix(&before), after: lines::unix(&snapshot.slice(range.end..to)) }
    }
}
