//! The scope of a place: code, comment, docstring, string or prose.
//!
//! Whether a place is inside a comment or a string depends on the text before it alone, so a scanner that reads
//! from the start finds it ([`scan`]), also in the middle of typing, when nothing is closed yet. What a scanner
//! cannot know (a regular expression from a division, the text of JSX from code) a parser does ([`tree`]): where a
//! language has a grammar and the document is not too large, the tree answers for all that it understood, and the
//! scanner goes on from the first place before the cursor that it did not.

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

/// Up to this many bytes (some 2,000 lines) a document is parsed as a whole; beyond, it is only scanned. A parse of so
/// much takes 5 to 25 ms, which is what a keystroke can spare.
pub const PARSED_BYTES: usize = 64 * 1024;

/// At most this many bytes before the cursor are scanned, from a line's start if there is one. A scan of so much
/// takes a few milliseconds. What began before is not seen: the window is taken to begin in code.
pub const SCANNED_BYTES: usize = 1024 * 1024;

/// Returns the kind of text at `offset`, that is, of what would be typed there.
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
