//! The scope of a place: code, comment, docstring, string or prose.
//!
//! Whether a place is inside a comment or a string depends on the text before it alone, so a scanner that reads from
//! the start decides it ([`scan`]), also in the middle of typing, when nothing is closed yet. A scanner cannot tell a
//! regular expression from a division, or the text of JSX from code; a parser can ([`tree`]). Where a language has a
//! grammar and the document is not too large, the tree answers for the text that the parser understood, and the
//! scanner goes on from the first place before the cursor that the parser did not understand.

mod docstring;
mod fence;
mod parse;
mod prose;
mod rules;
mod scan;
mod tree;
mod work;

use crate::{Offset, Snapshot};
use scan::Found;

pub use fence::fence_language_at;
pub use parse::parse;

/// Says what kind of text stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Code or data; also all text of an unknown language.
    Code,
    /// A comment, be it for documentation or not.
    Comment,
    /// A string literal that documents what it stands in, as in Python.
    Docstring,
    /// A string, a character or a regular expression.
    String,
    /// Sentences for people.
    Prose,
}

/// Up to this many bytes (some 2,000 lines) the parser reads a document as a whole; a larger document only the
/// scanner reads. A parse of this size takes 5 to 25 ms, which a keystroke can spare.
pub const PARSED_BYTES: usize = 64 * 1024;

/// The scanner reads at most this many bytes before the cursor, from a line's start if there is one. That takes a few
/// milliseconds. A comment or string that began before is not seen: the scanner assumes that its window begins in
/// code.
pub const SCANNED_BYTES: usize = 1024 * 1024;

/// Returns the kind of text that the user would type at `offset`.
///
/// At a boundary the text before decides: after `//`, at the end of a comment's line and after an opening quote one
/// is inside; after a closing quote or `*/` one is not. In a prose language code blocks are [`Scope::Code`] (see
/// [`fence_language_at`]) and lines of comment [`Scope::Comment`]. Bounded by [`PARSED_BYTES`] and
/// [`SCANNED_BYTES`] on any input.
pub fn scope_at(snapshot: &Snapshot, offset: Offset) -> Scope {
    let language = snapshot.language();
    if language.is_prose() {
        return prose::scope_at(snapshot, offset);
    }
    let Some(rules) = rules::of(language) else { return Scope::Code };
    let offset = snapshot.floor(offset.0);
    let (text, found) = match tree::find(snapshot, offset) {
        Some((text, Ok(found))) => (text, found),
        Some((text, Err(doubt))) => {
            let found = scan::scan(&text, doubt, offset.0, &rules);
            (text, found)
        }
        None => {
            let text = window_before(snapshot, offset);
            let found = scan::scan(&text, 0, text.len(), &rules);
            (text, found)
        }
    };
    match found {
        Found::Code => Scope::Code,
        Found::Comment => Scope::Comment,
        Found::String { start } if docstring::is_docstring(language, &text, start) => Scope::Docstring,
        Found::String { .. } => Scope::String,
    }
}

/// Returns at most [`SCANNED_BYTES`] of text that end at `offset`, from a line's start if one lies among them.
fn window_before(snapshot: &Snapshot, offset: Offset) -> String {
    let end = snapshot.floor(offset.0);
    let mut start = snapshot.floor(end.0.saturating_sub(SCANNED_BYTES));
    if start.0 > 0 {
        let next = snapshot.line_start(snapshot.line_of(start) + 1);
        start = if next < end { next } else { start };
    }
    snapshot.slice(start.0..end.0)
}

#[cfg(test)]
mod tests;
