//! The range that the user types at a cursor: it follows the document's edits.

use housestyle_text::{Offset, Snapshot};

/// One change of a document, in bytes of the text before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Splice {
    /// Where the replaced text began.
    pub(crate) start: usize,
    /// Where the replaced text ended.
    pub(crate) end: usize,
    /// How many bytes stand there now.
    pub(crate) inserted: usize,
}

/// Where a cursor was, and how much was typed there since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypedRange {
    start: usize,
    typed: usize,
}

impl TypedRange {
    /// Returns the range at a cursor where nothing was typed yet.
    pub(crate) fn at(cursor: Offset) -> TypedRange {
        TypedRange { start: cursor.0, typed: 0 }
    }

    /// Returns the range after an edit; nothing when the edit touched text outside of it.
    pub(crate) fn follow(self, edit: Splice) -> Option<TypedRange> {
        let end = self.start + self.typed;
        if edit.start < self.start || edit.end > end || edit.end < edit.start {
            return None;
        }
        Some(TypedRange { typed: self.typed + edit.inserted - (edit.end - edit.start), ..self })
    }

    /// Returns where the cursor was.
    pub(crate) fn start(self) -> Offset {
        Offset(self.start)
    }

    /// Returns where the cursor is if the user types on.
    pub(crate) fn end(self) -> Offset {
        Offset(self.start + self.typed)
    }

    /// Returns the text that was typed since.
    pub(crate) fn text(self, snapshot: &Snapshot) -> String {
        snapshot.slice(self.start..self.start + self.typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows edits `(start, end, inserted)` from a cursor at 10; the typed length, or nothing.
    fn check(edits: &[(usize, usize, usize)], expected: Option<usize>) {
        let mut typed_range = Some(TypedRange::at(Offset(10)));
        for &(start, end, inserted) in edits {
            typed_range =
                typed_range.and_then(|typed_range| typed_range.follow(Splice { start, end, inserted }));
        }
        assert_eq!(typed_range.map(|typed_range| typed_range.typed), expected, "{edits:?}");
    }

    #[test]
    fn follows_typing_and_taking_back() {
        check(&[], Some(0));
        check(&[(10, 10, 1), (11, 11, 2)], Some(3));
        check(&[(10, 10, 3), (12, 13, 0)], Some(2));
        check(&[(10, 10, 3), (10, 13, 1)], Some(1));
    }

    #[test]
    fn other_edits_lose_it() {
        check(&[(9, 10, 0)], None);
        check(&[(11, 11, 1)], None);
        check(&[(10, 11, 1)], None);
        check(&[(0, 0, 1)], None);
        check(&[(10, 10, 1), (10, 12, 0)], None);
    }
}
