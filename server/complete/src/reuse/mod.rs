//! Reuses a suggestion while the user types through it, so that no model writes the same text again.
//!
//! An [`Anchor`] holds the place of a suggestion and the text around it. With a newer document and cursor, the anchor
//! finds the text typed there since ([`Anchor::typed`]), and [`follow`] returns the rest of the suggestion, be it
//! finished or still being written. To delete back to any place after the anchor is the same thing with less typed.
//!
//! "Nothing else has changed" is decided from at most 4 KiB before and 1 KiB after the cursor, which is about what
//! the model has seen, and from the document's length. A change elsewhere that keeps the length is not noticed; it
//! could not have changed the suggestion either. So the work does not depend on the document's size.

mod recent;

use housestyle_text::{Language, Offset, Snapshot};

use crate::lines;

pub use recent::{Recent, Served};

/// Bytes compared before the anchor.
const BEFORE: usize = 4096;
/// Bytes compared after the cursor.
const AFTER: usize = 1024;
/// Most bytes that typing may have added.
const TYPED: usize = 4096;
/// Most bytes of closers that the editor may have added right of the cursor.
const CLOSERS: usize = 8;

/// Where a suggestion was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    cursor: Offset,
    length: usize,
    language: Language,
    before: String,
    after: String,
}

impl Anchor {
    /// Returns the anchor for a suggestion at a cursor.
    pub fn new(snapshot: &Snapshot, cursor: Offset) -> Anchor {
        let cursor = snapshot.floor(cursor.0);
        Anchor {
            cursor,
            length: snapshot.len(),
            language: snapshot.language(),
            before: snapshot.slice(cursor.0.saturating_sub(BEFORE)..cursor.0),
            after: snapshot.slice(cursor.0..cursor.0.saturating_add(AFTER)),
        }
    }

    /// Returns where the suggestion was made.
    pub fn cursor(&self) -> Offset {
        self.cursor
    }

    /// Returns the text typed at the anchor since (maybe empty), or `None` if anything else has changed.
    /// Line breaks are `\n`. Brackets and quotes which the editor closed by itself right of the cursor do not count.
    pub fn typed(&self, snapshot: &Snapshot, cursor: Offset) -> Option<String> {
        let cursor = snapshot.floor(cursor.0);
        let typed = cursor.0.checked_sub(self.cursor.0).filter(|typed| *typed <= TYPED)?;
        let closers =
            snapshot.len().checked_sub(self.length + typed).filter(|closers| *closers <= CLOSERS)?;
        let start = self.cursor.0 - self.before.len();
        let rest = cursor.0 + closers;
        let same = snapshot.language() == self.language
            && snapshot.slice(start..self.cursor.0) == self.before
            && snapshot.slice(rest..rest + self.after.len()) == self.after
            && lines::only_closers(&snapshot.slice(cursor.0..rest));
        same.then(|| lines::unix(&snapshot.slice(self.cursor.0..cursor.0)))
    }
}

/// The rest of a suggestion after some text was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow<'a> {
    /// This text; empty when all of it was typed.
    Remaining(&'a str),
    /// The typed text agrees with all that there is and goes farther; the model is still writing.
    NotYet,
    /// The typed text differs.
    Mismatch,
}

/// Returns the rest of a suggestion's text after `typed`; `finished` is whether the model has ended.
pub fn follow<'a>(text: &'a str, finished: bool, typed: &str) -> Follow<'a> {
    match text.strip_prefix(typed) {
        Some(rest) => Follow::Remaining(rest),
        None if !finished && typed.starts_with(text) => Follow::NotYet,
        None => Follow::Mismatch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor::document;

    /// Checks the text typed between two states of a document.
    #[track_caller]
    fn check(before: &str, after: &str, expect: Option<&str>) {
        let (old, at) = document("a.rs", before);
        let (new, cursor) = document("a.rs", after);
        assert_eq!(Anchor::new(&old, at).typed(&new, cursor).as_deref(), expect, "{before:?} to {after:?}");
    }

    #[test]
    fn typing_at_the_anchor() {
        check("let x = ‸;\n", "let x = ‸;\n", Some(""));
        check("let x = ‸;\n", "let x = 5‸;\n", Some("5"));
        check("fn f() {‸\r\n}", "fn f() {\r\n\t‸\r\n}", Some("\n\t"));
        check("‸", "é🦀‸", Some("é🦀"));
    }

    #[test]
    fn closers_that_the_editor_adds() {
        check("let x = ‸;\n", "let x = f(‸);\n", Some("f("));
        check("‸", "f([\"‸\"])", Some("f([\""));
    }

    #[test]
    fn anything_else() {
        check("let x = ‸;\n", "let ‸;\n", None);
        check("let x = ‸;\n", "let y = 5‸;\n", None);
        check("let x = ‸;\n", "let x = 5‸:\n", None);
        check("let x = ‸;\n", "let x = 5‸;\nmore\n", None);
        check("let x = ‸;\n", "let x = 5;‸\n", None);
        check("a‸b", "ax‸yb", None);
    }

    #[test]
    fn far_away_nothing_is_read() {
        let (a, b) = ("x".repeat(10_000_000), "y".repeat(10_000_000));
        let old = Snapshot::new(&format!("{a}{b}"), 1, Language::PLAIN);
        let new = Snapshot::new(&format!("{a}typed{b}"), 2, Language::PLAIN);
        let anchor = Anchor::new(&old, Offset(a.len()));
        assert_eq!(anchor.typed(&new, Offset(a.len() + 5)).as_deref(), Some("typed"));
    }

    #[test]
    fn following() {
        assert_eq!(follow("hello", true, ""), Follow::Remaining("hello"));
        assert_eq!(follow("hello", true, "hel"), Follow::Remaining("lo"));
        assert_eq!(follow("hello", true, "hello"), Follow::Remaining(""));
        assert_eq!(follow("hello", true, "hello!"), Follow::Mismatch);
        assert_eq!(follow("hel", false, "hello"), Follow::NotYet);
        assert_eq!(follow("hel", false, "help"), Follow::NotYet);
        assert_eq!(follow("hel", false, "hat"), Follow::Mismatch);
    }
}
