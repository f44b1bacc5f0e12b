//! Prefill: the model evaluates the prompt for the user's place before anybody asks for a suggestion there.

use housestyle_text::{Offset, Snapshot};

use crate::cursor_context::CursorContext;
use crate::generator::{Cancel, Generator, Usage};
use crate::held::HeldWindow;
use crate::job::Job;
use crate::policy;
use crate::settings::Settings;
use crate::view::{self, View, Viewer};
use crate::window;

/// A prompt that was evaluated before anybody asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Prefilled {
    /// Tokens and time.
    pub usage: Usage,
    /// The prompt's window, for later jobs in the document.
    pub held: Option<HeldWindow>,
}

/// Evaluates the prompt that [`suggest`](crate::suggest()) would use, so that a later request only writes. Where the held
/// window is half used up, the prompt has the next one. Returns `None` when the settings forbid idle work there, there
/// is no text, or the model fails or is interrupted.
pub fn prefill(job: &Job<'_>, generator: &mut dyn Generator, cancel: &Cancel) -> Option<Prefilled> {
    let settings = job.settings.for_language(job.snapshot.language().id());
    let cursor = CursorContext::of(job);
    if !policy::may_prefill(&cursor, job.snapshot.path(), &settings) {
        return None;
    }
    let View { prompt, held, .. } =
        Viewer::new(job, &cursor, &settings, generator).with_next_window().whole();
    if prompt.is_blank() {
        return None;
    }
    let usage = generator.prefill(&prompt, cancel).ok()?;
    (!cancel.is_cancelled()).then_some(Prefilled { usage, held })
}

/// Returns the cursor to prefill for in a document whose cursor is unknown: the last one whose window begins with the
/// document. The windows of all cursors before it begin with the same text.
pub fn first_prefill_cursor(snapshot: &Snapshot, settings: &Settings, generator: &dyn Generator) -> Offset {
    let settings = settings.for_language(snapshot.language().id());
    let budget = view::budget(&settings, &generator.describe()).prefix_tokens;
    let count = |text: &str| generator.count_tokens(text);
    Offset(window::below(snapshot, Offset(0), budget, &count).len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::suggest;
    use crate::tests::counting::Counting;
    use crate::tests::cursor::document;

    #[test]
    fn a_prefilled_prompt_is_not_evaluated_again() {
        let (snapshot, cursor) = document("a.rs", "fn f() {\n    let x = ‸;\n}\n");
        let settings = Settings::default();
        let mut model = Counting::new("five();");
        assert!(prefill(&Job::at(&snapshot, cursor, &settings), &mut model, &Cancel::new()).is_some());
        suggest(&Job::at(&snapshot, cursor, &settings), &mut model, &Cancel::new(), &mut |_| {});
        assert_eq!(model.prompts[0], model.prompts[1]);
        assert!(model.calls[0].prefill && model.calls[0].evaluated > 10);
        assert!(!model.calls[1].prefill && model.calls[1].evaluated == 1, "{:?}", model.calls);
    }

    #[test]
    fn after_a_reset_a_prompt_is_evaluated_whole() {
        let (snapshot, cursor) = document("a.rs", "fn f() {\n    let x = ‸;\n}\n");
        let settings = Settings::default();
        let mut model = Counting::new("five();");
        for _ in 0..2 {
            prefill(&Job::at(&snapshot, cursor, &settings), &mut model, &Cancel::new());
            model.reset();
        }
        assert_eq!(model.calls[0], model.calls[1]);
    }

    #[test]
    fn nothing_is_prefilled_where_settings_forbid_it() {
        let mut model = Counting::new("five();");
        for (path, text) in [("conf/.env", "KEY=‸"), ("a.rs", "‸")] {
            let (snapshot, cursor) = document(path, text);
            let settings = Settings::default();
            assert_eq!(prefill(&Job::at(&snapshot, cursor, &settings), &mut model, &Cancel::new()), None);
        }
        assert_eq!(model.calls, []);
    }

    #[test]
    fn an_unknown_cursor_is_taken_where_the_first_window_ends() {
        let check = |lines: usize, expect: usize| {
            let text = "let number = 1;\n".repeat(lines);
            let snapshot = Snapshot::new(&text, 1, housestyle_text::Language::from_id("rust"));
            let cursor = first_prefill_cursor(&snapshot, &Settings::default(), &Counting::new(""));
            assert_eq!(cursor.0 / 16, expect, "{lines} lines");
        };
        check(0, 0);
        check(40, 40);
        // A line has seven tokens.
        check(1000, 512 / 7);
    }
}
