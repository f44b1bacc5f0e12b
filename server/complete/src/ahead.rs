//! What the model can do before anybody asks: read the text around the place where the user is.

use housestyle_text::{Offset, Snapshot};

use crate::generator::{Cancel, Generator, Usage};
use crate::job::Job;
use crate::place::Place;
use crate::policy;
use crate::settings::Settings;
use crate::view;
use crate::window;

/// Evaluates the prompt that [`suggest`](crate::suggest) would use, so that it finds that done; returns what it took,
/// or nothing when the settings allow no such work there, there is no text, or the model fails.
pub fn read_ahead(job: &Job<'_>, generator: &mut dyn Generator, cancel: &Cancel) -> Option<Usage> {
    let settings = job.settings.for_language(job.snapshot.language().id());
    let place = Place::of(job);
    if !policy::may_read_ahead(&place, job.snapshot.path(), &settings) {
        return None;
    }
    let prompt = view::whole(job, &place, &settings, generator);
    if prompt.is_blank() { None } else { generator.warm(&prompt, cancel).ok() }
}

/// Returns the place to read ahead for in a document of which nothing is known but its text: the last one whose
/// window begins with the document. Any place before it shares what stands above both.
pub fn first_place(snapshot: &Snapshot, settings: &Settings, generator: &dyn Generator) -> Offset {
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

    fn job<'a>(snapshot: &'a Snapshot, cursor: Offset, settings: &'a Settings) -> Job<'a> {
        Job::at(snapshot, cursor, settings)
    }

    #[test]
    fn what_was_read_ahead_need_not_be_read_again() {
        let (snapshot, cursor) = document("a.rs", "fn f() {\n    let x = ‸;\n}\n");
        let settings = Settings::default();
        let mut model = Counting::new("five();");
        assert!(read_ahead(&job(&snapshot, cursor, &settings), &mut model, &Cancel::new()).is_some());
        suggest(&job(&snapshot, cursor, &settings), &mut model, &Cancel::new(), &mut |_| {});
        assert_eq!(model.prompts[0], model.prompts[1]);
        assert!(model.calls[0].ahead && model.calls[0].evaluated > 10);
        assert!(!model.calls[1].ahead && model.calls[1].evaluated == 1, "{:?}", model.calls);
    }

    #[test]
    fn nothing_is_read_where_nothing_is_allowed() {
        let mut model = Counting::new("five();");
        for (path, text) in [("conf/.env", "KEY=‸"), ("a.rs", "‸")] {
            let (snapshot, cursor) = document(path, text);
            let settings = Settings::default();
            assert_eq!(read_ahead(&job(&snapshot, cursor, &settings), &mut model, &Cancel::new()), None);
        }
        assert_eq!(model.calls, []);
    }

    #[test]
    fn an_unknown_place_is_taken_where_the_first_window_ends() {
        let check = |lines: usize, expect: usize| {
            let text = "let number = 1;\n".repeat(lines);
            let snapshot = Snapshot::new(&text, 1, housestyle_text::Language::from_id("rust"));
            let place = first_place(&snapshot, &Settings::default(), &Counting::new(""));
            assert_eq!(place.0 / 16, expect, "{lines} lines");
        };
        check(0, 0);
        check(40, 40);
        // A line has seven tokens.
        check(1000, 512 / 7);
    }
}
