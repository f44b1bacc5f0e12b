//! Where the model's text ends. Models run on after the hole is filled, often into a copy of what follows.
//!
//! The pipeline asks [`cut`] after every piece of text. A cut of some text is also the cut of any text that begins
//! with it, so that the result does not depend on the pieces in which the text came.

mod block;
mod ended;
mod sentence;

use std::time::Duration;

use crate::cursor_context::CursorContext;
use crate::lines;
use crate::mode::{Extent, Plan};

pub use ended::Ended;
pub(crate) use sentence::under_way;

/// Blank lines that the model may begin with before it counts as having nothing to say.
const LEADING_BLANKS: usize = 3;

/// Where a text ends, in bytes, and why.
pub type Cut = (usize, Ended);

/// Returns where the text ends, if that can be said already; `more` is whether there may be more of it. Line breaks
/// are `\n`.
pub fn cut(cursor: &CursorContext, plan: &Plan, text: &str, more: bool) -> Option<Cut> {
    let skip = if cursor.is_line_start() { leading_blanks(text) } else { 0 };
    let body = &text[skip..];
    if lines::is_blank(body) && text[..skip].matches('\n').count() > LEADING_BLANKS {
        return Some((0, Ended::Paragraph));
    }
    let found = match plan.extent {
        Extent::Line => line(body),
        Extent::Sentence => sentence::end(cursor, body, more),
        Extent::Block => block::end(cursor, plan, body, skip > 0, more),
    };
    found.map(|(end, ended)| (skip + end, ended))
}

/// Returns where the text ends when the soft budget is spent: with its last whole line, if it has one.
pub fn at_soft_budget(text: &str) -> Option<Cut> {
    let end = text.rfind('\n')?;
    (!lines::is_blank(&text[..end])).then_some((end, Ended::SoftBudget))
}

/// Returns whether a time budget in milliseconds is spent.
pub fn is_spent(elapsed: Duration, budget_ms: u64) -> bool {
    elapsed >= Duration::from_millis(budget_ms)
}

fn line(text: &str) -> Option<Cut> {
    text.find('\n').map(|end| (end, Ended::Line))
}

/// Returns the length of the blank lines that a text begins with.
fn leading_blanks(text: &str) -> usize {
    let space = text.len() - text.trim_start_matches([' ', '\t', '\n']).len();
    text[..space].rfind('\n').map_or(0, |newline| newline + 1)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::mode::plan;
    use crate::settings::Settings;
    use crate::tests::cursor_context;

    /// Checks the cut of a model's text, which must be the same for all pieces in which the text comes.
    #[track_caller]
    pub(crate) fn check(path: &str, fixture: &str, model: &str, expect: &str, ended: Ended) {
        let cursor = cursor_context(path, fixture);
        let plan = plan(&cursor, &Settings { max_lines: 5, ..Settings::default() });
        let whole = cut(&cursor, &plan, model, false).unwrap_or((model.len(), Ended::Model));
        assert_eq!(
            (&model[..whole.0], whole.1),
            (expect, ended),
            "for {fixture:?} + {model:?} ({})",
            plan.why
        );
        for (at, _) in model.char_indices() {
            if let Some(early) = cut(&cursor, &plan, &model[..at], true) {
                assert_eq!(early, whole, "decided too early, on {:?}", &model[..at]);
            }
        }
    }

    #[test]
    fn a_line_ends_with_its_line() {
        check("a.rs", "let x = ‸", "5;\nlet y = 6;", "5;", Ended::Line);
        check("a.rs", "let x = ‸", "5;", "5;", Ended::Model);
        check("a.rs", "let x = 5;‸", "\nlet y", "", Ended::Line);
    }

    #[test]
    fn leading_blank_lines_do_not_count_on_an_empty_line() {
        check("a.rs", "let x = 1;\n‸", "\n\nlet y = 6;\n\nlet z = 7;", "\n\nlet y = 6;", Ended::Paragraph);
        check("a.rs", "let x = 1;\n‸", "\n\n\n\n\n\n\n", "", Ended::Paragraph);
    }

    #[test]
    fn the_soft_budget_ends_with_a_whole_line() {
        assert_eq!(at_soft_budget("a\nb\nc"), Some((3, Ended::SoftBudget)));
        assert_eq!(at_soft_budget("abc"), None);
        assert_eq!(at_soft_budget("\n\nabc"), None);
    }
}
