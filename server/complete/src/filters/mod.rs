//! Filters of the model's text: a list of small functions, each of which keeps, shortens or drops the text.
//!
//! Filters never call the model, never add text and never look farther than the [`CursorContext`]. The order of
//! [`ALL`] matters: filters against special tokens, chat and blank text come first, then filters that cut, then filters
//! against text that the document has already (of a loop the first round), then filters against text that is not worth
//! showing.

mod bare_closers;
mod blank;
mod chat;
mod closers;
mod comment_marker;
mod indentation;
mod leading_space;
mod line_complete;
mod max_lines;
mod prefix_echo;
mod repetition;
mod special_tokens;
mod suffix_line;
mod suffix_text;
mod too_short;
mod trailing_space;
mod unfinished;
mod word_end;

use crate::cursor_context::CursorContext;
use crate::job::Trigger;
use crate::lines;
use crate::mode::Plan;
use crate::reason::Reason;
use crate::stop::Ended;
use crate::trace::Step;

/// The facts that a filter may use besides the text.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The text around the cursor.
    pub cursor: &'a CursorContext,
    /// How long the suggestion is to be.
    pub plan: &'a Plan,
    /// Who asked.
    pub trigger: Trigger,
    /// Why the text ended.
    pub ended: Ended,
}

/// A filter's verdict on a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The text is good.
    Keep,
    /// The text is good after this change.
    Shorten(String, Reason),
    /// The text is not worth showing.
    Drop(Reason),
}

impl Verdict {
    /// Returns the verdict for the rest after a cut: dropped if it is blank.
    fn left(text: &str, reason: Reason) -> Verdict {
        if lines::is_blank(text) { Verdict::Drop(reason) } else { Verdict::Shorten(text.to_owned(), reason) }
    }
}

/// A filter: its name, and the function.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// The name in traces.
    pub name: &'static str,
    /// Judges a text whose line breaks are `\n`.
    pub judge: fn(&Context<'_>, &str) -> Verdict,
}

macro_rules! filters {
    ($($module:ident),+ $(,)?) => {
        &[$(Filter { name: stringify!($module), judge: $module::judge }),+]
    };
}

/// All filters, in order.
pub const ALL: &[Filter] = filters![
    special_tokens,
    chat,
    line_complete,
    unfinished,
    indentation,
    leading_space,
    comment_marker,
    repetition,
    prefix_echo,
    suffix_text,
    word_end,
    suffix_line,
    closers,
    max_lines,
    trailing_space,
    bare_closers,
    blank,
    too_short,
];

/// The filters for the rest of a suggestion that the user types through. It was shown already, so these look only at what
/// typing may have changed.
pub const AGAIN: &[Filter] = filters![closers, trailing_space, blank];

/// Puts a text through filters. Returns the filtered text or the reason why it was dropped, and each filter's step.
pub fn run(filters: &[Filter], context: &Context<'_>, text: &str) -> (Result<String, Reason>, Vec<Step>) {
    let mut text = text.to_owned();
    let mut steps = Vec::new();
    for filter in filters {
        let (after, reason, dropped) = match (filter.judge)(context, &text) {
            Verdict::Keep => (text.clone(), None, false),
            Verdict::Shorten(after, reason) => (after, Some(reason), false),
            Verdict::Drop(reason) => (String::new(), Some(reason), true),
        };
        let before = std::mem::replace(&mut text, after.clone());
        steps.push(Step { filter: filter.name, before, after, reason: reason.clone() });
        if let (true, Some(reason)) = (dropped, reason) {
            return (Err(reason), steps);
        }
    }
    (Ok(text), steps)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::mode::plan;
    use crate::settings::Settings;
    use crate::tests::cursor_context;

    /// Checks one filter: a document with a cursor, the filter's input, and its output (`✗code` for a drop).
    #[track_caller]
    pub(crate) fn check(
        judge: fn(&Context<'_>, &str) -> Verdict,
        path: &str,
        fixture: &str,
        text: &str,
        expect: &str,
    ) {
        check_ended(judge, path, fixture, text, Ended::Model, expect);
    }

    /// The same for a text that ended in a certain way.
    #[track_caller]
    pub(crate) fn check_ended(
        judge: fn(&Context<'_>, &str) -> Verdict,
        path: &str,
        fixture: &str,
        text: &str,
        ended: Ended,
        expect: &str,
    ) {
        let cursor = cursor_context(path, fixture);
        let plan = plan(&cursor, &Settings::default());
        let context = Context { cursor: &cursor, plan: &plan, trigger: Trigger::Automatic, ended };
        let found = match judge(&context, text) {
            Verdict::Keep => text.to_owned(),
            Verdict::Shorten(after, _) => {
                assert_ne!(after, text, "shortened to the same");
                after
            }
            Verdict::Drop(reason) => format!("✗{}", reason.code()),
        };
        assert_eq!(found, expect, "for {fixture:?} + {text:?}");
    }
}
