//! The range that the user types at a cursor: it follows the document's edits.

use housestyle_text::{Offset, Snapshot, edit_between};

/// Most bytes by which an edit is moved to the cursor.
const MOST_MOVED: usize = 16 * 1024;

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

impl Splice {
    /// Returns the smallest edit that makes `after` of `before`. Where repeated text leaves a choice of places, the edit is at
    /// the cursor if it can be.
    pub(crate) fn between(before: &Snapshot, after: &Snapshot, cursor: Offset) -> Splice {
        let edit = edit_between(before, after);
        let (start, end, inserted) = (edit.range.start.0, edit.range.end.0, edit.text.len());
        let narrow = Splice { start, end, inserted };
        let moved = start.saturating_sub(cursor.0);
        if moved == 0 || moved > MOST_MOVED || before.floor(end - moved).0 != end - moved {
            return narrow;
        }
        let passed = after.slice(start + inserted - moved..start + inserted);
        if before.slice(end - moved..end) != passed {
            return narrow;
        }
        Splice { start: cursor.0, end: end - moved, inserted }
    }
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

    /// Checks the edit between two texts of one line, for a cursor: start, end and inserted bytes.
    #[track_caller]
    fn check_between(before: &str, after: &str, expected: (usize, usize, usize)) {
        let (text, cursor) = housestyle_testkit::cursor::split(before);
        let snapshot = |text: &str| Snapshot::new(text, 1, housestyle_text::Language::PLAIN);
        let edit = Splice::between(&snapshot(&text), &snapshot(after), Offset(cursor));
        assert_eq!((edit.start, edit.end, edit.inserted), expected, "{before:?} to {after:?}");
    }

    #[test]
    fn an_edit_is_at_the_cursor_where_it_can_be() {
        check_between("let ‸;", "let x;", (4, 4, 1));
        check_between("f() {‸\n}", "f() {\n    a();\n}", (5, 5, 9));
        check_between("a‸aaa", "aaaaaa", (1, 1, 2));
        check_between("aa‸aa", "aa", (2, 4, 0));
        check_between("é‸éx", "éééx", (2, 2, 2));
        check_between("let ‸; y", "let ; xy", (6, 6, 1));
        check_between("let ‸;", "set ;", (0, 1, 1));
        check_between("let ‸;", "let ;", (4, 4, 0));
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
