//! The cursor's context: the text around it, as far as rules and filters look.
//!
//! All of it is bounded: from a line of a megabyte only the part next to the cursor is taken, so that no rule can
//! be slow on a strange document.

use std::ops::Range;

use housestyle_text::syntax::{Scope, fence_language_at, scope_at};
use housestyle_text::{Change, Encoding, Language, Offset, Snapshot};

use crate::job::{Job, Selected, Suggestion};
use crate::lines;

/// Most bytes taken of the cursor's line on either side.
const SIDE: usize = 1024;
/// Most bytes taken of any other line.
const LINE: usize = 512;
/// Most lines looked at above.
const ABOVE: usize = 32;
/// Most lines looked at below.
const BELOW: usize = 24;

/// The text around a cursor, and what kind of text it is.
#[derive(Debug, Clone, PartialEq)]
pub struct CursorContext {
    /// The language at the cursor: the document's, or inside a Markdown code block the block's.
    pub language: Language,
    /// The kind of text at the cursor.
    pub scope: Scope,
    /// The cursor's line, from 0.
    pub line: usize,
    /// The line's own indentation.
    pub indent: String,
    /// The last 1024 bytes of the line before the cursor, with a selected popup item as if it were accepted.
    pub head: String,
    /// The first 1024 bytes of the line after the cursor.
    pub tail: String,
    /// Lines above, nearest first.
    pub above: Vec<String>,
    /// Lines below, nearest first.
    pub below: Vec<String>,
    /// The range that a suggestion replaces.
    pub replace: Range<Offset>,
    /// The text of the selected popup item, with which a suggestion begins; empty where none is selected.
    pub selected_text: String,
}

impl CursorContext {
    /// Returns the context of a job's cursor.
    pub fn of(job: &Job<'_>) -> CursorContext {
        CursorContext::within(job, None)
    }

    /// As [`CursorContext::of`], without the parse that finds language and scope where these are `known`.
    pub(crate) fn within(job: &Job<'_>, known: Option<(Language, Scope)>) -> CursorContext {
        let snapshot = job.snapshot;
        let cursor = snapshot.floor(job.cursor.0);
        let line = snapshot.line_of(cursor);
        let (start, end) = (snapshot.line_start(line), snapshot.line_end(line));
        // Between `\r` and `\n` is no place for a cursor.
        let cursor = cursor.clamp(start, end);
        let selected = job.selected.as_ref().filter(|selected| fits(selected, start, cursor, end));
        let (replace, selected_text) = match selected {
            Some(selected) => {
                let (from, to) =
                    (snapshot.floor(selected.range.start.0), snapshot.floor(selected.range.end.0));
                (from..to, lines::unix(&selected.text))
            }
            None => (cursor..cursor, String::new()),
        };
        let left = snapshot.slice(start.max(Offset(replace.start.0.saturating_sub(SIDE))).0..replace.start.0);
        let beginning = snapshot.slice(start.0..end.0.min(start.0 + LINE));
        let (language, scope) = known.unwrap_or_else(|| {
            let language = fence_language_at(snapshot, cursor).unwrap_or(snapshot.language());
            (language, scope_at(snapshot, cursor))
        });
        CursorContext {
            language,
            scope,
            line,
            indent: lines::indent(&beginning).to_owned(),
            head: left + &selected_text,
            tail: snapshot.slice(replace.end.0..end.0.min(replace.end.0.saturating_add(SIDE))),
            above: (line.saturating_sub(ABOVE)..line).rev().map(|line| text_of(snapshot, line)).collect(),
            below: (line + 1..snapshot.line_count().min(line + 1 + BELOW))
                .map(|line| text_of(snapshot, line))
                .collect(),
            replace,
            selected_text,
        }
    }

    /// Returns the nearest line above that is not blank.
    pub fn line_above(&self) -> Option<&str> {
        self.above.iter().map(String::as_str).find(|line| !lines::is_blank(line))
    }

    /// Returns the nearest line below that is not blank.
    pub fn line_below(&self) -> Option<&str> {
        self.below.iter().map(String::as_str).find(|line| !lines::is_blank(line))
    }

    /// Returns whether there is nothing but white space left of the cursor.
    pub fn is_line_start(&self) -> bool {
        lines::is_blank(&self.head)
    }

    /// Returns whether sentences are written here rather than code.
    pub fn is_prose(&self) -> bool {
        matches!(self.scope, Scope::Prose | Scope::Comment | Scope::Docstring)
    }
}

/// Returns whether a selected item is one that a suggestion can extend: on the cursor's line, around the cursor.
/// Neovim sends the visual selection in its place, which may be anywhere.
fn fits(selected: &Selected, start: Offset, cursor: Offset, end: Offset) -> bool {
    let Range { start: from, end: to } = selected.range;
    start <= from && from <= cursor && cursor <= to && to <= end && !selected.text.contains(['\n', '\r'])
}

/// Returns language and scope at the cursor once the first character of a suggestion is typed.
pub(crate) fn after_first(snapshot: &Snapshot, suggestion: &Suggestion) -> Option<(Language, Scope)> {
    let first: String = suggestion.text.chars().take(1).collect();
    let at = snapshot.position_of(Offset(suggestion.replace.start.0), Encoding::Utf8);
    let end = snapshot.position_of(Offset(suggestion.replace.end.0), Encoding::Utf8);
    let typed = snapshot.apply(&[Change::replace(at, end, &first)], Encoding::Utf8, snapshot.version());
    let cursor = Offset(suggestion.replace.start.0 + first.len());
    let language = fence_language_at(&typed, cursor).unwrap_or(typed.language());
    (!first.is_empty()).then(|| (language, scope_at(&typed, cursor)))
}

fn text_of(snapshot: &Snapshot, line: usize) -> String {
    let start = snapshot.line_start(line).0;
    snapshot.slice(start..snapshot.line_end(line).0.min(start + LINE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::tests::{cursor::document, cursor_context};

    #[test]
    fn nearest_lines_come_first() {
        let context = cursor_context("a.rs", "one\n  two\n\n\tthr‸ee\r\n\nfour\nfive");
        assert_eq!(
            (context.head.as_str(), context.tail.as_str(), context.indent.as_str()),
            ("\tthr", "ee", "\t")
        );
        assert_eq!(
            (context.above, context.below),
            (
                vec!["".into(), "  two".into(), "one".to_owned()],
                vec!["".into(), "four".into(), "five".to_owned()]
            )
        );
    }

    #[test]
    fn a_code_block_has_its_own_language() {
        let context = cursor_context("a.md", "Text.\n\n```lua\nif x then\n  ‸\nend\n```\n");
        assert_eq!((context.language.id(), context.scope), ("lua", Scope::Code));
    }

    /// Checks the head and the replaced text for a selected popup item.
    #[track_caller]
    fn check_selected(fixture: &str, range: Range<usize>, text: &str, head: &str, replace: Range<usize>) {
        let (snapshot, cursor) = document("a.rs", fixture);
        let settings = Settings::default();
        let selected =
            Some(Selected { range: Offset(range.start)..Offset(range.end), text: text.to_owned() });
        let job = Job { selected, ..Job::at(&snapshot, cursor, &settings) };
        let context = CursorContext::of(&job);
        assert_eq!((context.head.as_str(), context.replace.start.0..context.replace.end.0), (head, replace));
    }

    #[test]
    fn a_selected_item_counts_as_accepted() {
        check_selected("x.le‸;", 2..4, "length", "x.length", 2..4);
        // Not around the cursor, on more than a line, or backwards: no popup's item.
        check_selected("x.le‸;", 0..1, "length", "x.le", 4..4);
        check_selected("a\nx.le‸;", 0..6, "a\nb", "x.le", 6..6);
        check_selected("x.le‸;", Range { start: 4, end: 2 }, "length", "x.le", 4..4);
        check_selected("x.le‸;", 2..usize::MAX, "length", "x.le", 4..4);
    }
}
