//! Properties that hold for any document, any model and any settings.

use housestyle_text::{Language, Offset, Snapshot};
use proptest::prelude::*;

use super::scripted::{Answer, Scripted};
use crate::cursor_context::CursorContext;
use crate::filters::{self, Context};
use crate::generator::{Cancel, Stop};
use crate::mode::plan;
use crate::reuse::{Anchor, Recent};
use crate::stop::Ended;
use crate::{Job, Selected, Settings, Trace, Trigger, suggest};

/// Text made of what documents are made of, and of what breaks programs.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "foo",
        "return x;",
        "let y = ",
        "\n",
        "\r\n",
        "\r",
        "    ",
        "\t",
        " ",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "'",
        "\\",
        ";",
        ",",
        ":",
        "//",
        "/*",
        "*/",
        "#",
        "\"\"\"",
        "é",
        "🦀",
        "e\u{301}",
        "是",
        "。",
        ".",
        "e.g.",
        "|",
        "- ",
        "<|",
        "<|fim_middle|>",
        "end",
        "\0",
        "\u{FEFF}",
        "`",
        "</div>",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat()), any::<String>()]
}

fn language() -> impl Strategy<Value = Language> {
    let ids = vec!["rust", "python", "markdown", "git-commit", "plaintext", "lua", "html", "klingon"];
    prop::sample::select(ids).prop_map(Language::from_id)
}

fn trigger() -> impl Strategy<Value = Trigger> {
    prop::sample::select(vec![Trigger::Invoked, Trigger::Automatic])
}

fn stop() -> impl Strategy<Value = Stop> {
    prop::sample::select(vec![Stop::EndOfText, Stop::MaxTokens, Stop::Deadline, Stop::Cancelled])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pipeline_holds(
        document in text(),
        at in any::<prop::sample::Index>(),
        model in text(),
        stop in stop(),
        language in language(),
        trigger in trigger(),
        popup in prop::option::of((0_usize..6, 0_usize..6, text())),
    ) {
        let snapshot = Snapshot::new(&document, 1, language);
        let cursor = Offset(at.index(document.len() + 1));
        let settings = Settings::default();
        let selected = popup.map(|(before, after, text)| Selected {
            range: Offset(cursor.0.saturating_sub(before))..Offset(cursor.0 + after),
            text,
        });
        let job = Job { trigger, selected, ..Job::at(&snapshot, cursor, &settings) };
        let run = || -> Trace {
            let answer = Answer { stop, ..Answer::from(model.as_str()) };
            suggest(&job, &mut Scripted::new([answer]), &Cancel::new(), &mut |_| {})
        };
        let trace = run();
        prop_assert_eq!(&trace, &run(), "not deterministic");
        if let Some(suggestion) = trace.suggestion() {
            let (start, end) = (suggestion.replace.start, suggestion.replace.end);
            let cursor = snapshot.floor(cursor.0);
            prop_assert!(start <= cursor.max(start) && start <= end && end.0 <= document.len());
            prop_assert_eq!(snapshot.line_of(start), snapshot.line_of(end), "replaces more than a line");
            prop_assert!(document.is_char_boundary(start.0) && document.is_char_boundary(end.0));
            prop_assert!(snapshot.line_of(start) == snapshot.line_of(cursor));
            prop_assert!(!suggestion.text.contains('\r') && !suggestion.text.trim().is_empty());
            if job.selected.is_none() {
                prop_assert!(!suggestion.text.contains("<|fim_middle|>"));
                prop_assert_eq!(start, end, "replaces text");
            }
        }
    }

    #[test]
    fn no_filter_panics_or_adds_text(
        document in text(),
        at in any::<prop::sample::Index>(),
        model in text(),
        language in language(),
        ended in prop::sample::select(vec![Ended::Model, Ended::Line, Ended::MaxTokens, Ended::Deadline]),
    ) {
        let snapshot = Snapshot::new(&document, 1, language);
        let settings = Settings::default();
        let cursor = Offset(at.index(document.len() + 1));
        let job = Job::at(&snapshot, cursor, &settings);
        let cursor = CursorContext::of(&job);
        let plan = plan(&cursor, &settings);
        let context = Context { cursor: &cursor, plan: &plan, trigger: job.trigger, ended };
        let model = crate::lines::unix(&model);
        for filter in filters::ALL {
            if let filters::Verdict::Shorten(after, _) = (filter.judge)(&context, &model) {
                prop_assert!(after.len() < model.len(), "{} does not shorten", filter.name);
                prop_assert!(model.contains(&after), "{} changes the text to {:?}", filter.name, after);
            }
        }
    }

    #[test]
    fn what_is_served_again_completes_the_same_text(
        before in text(),
        after in text(),
        suggested in "[a-z]{1,5}\\([a-z]{0,5}\\);( é🦀)?",
        typed in any::<prop::sample::Index>(),
    ) {
        let snapshot = Snapshot::new(&format!("{before}{after}"), 1, Language::from_id("klingon"));
        let cursor = snapshot.floor(before.len());
        prop_assume!(cursor.0 == before.len());
        let mut cut = typed.index(suggested.len());
        while !suggested.is_char_boundary(cut) {
            cut -= 1;
        }
        let next = Snapshot::new(&format!("{before}{}{after}", &suggested[..cut]), 2, snapshot.language());
        let mut recent = Recent::new();
        let suggestion = crate::Suggestion { text: suggested.clone(), replace: cursor..cursor };
        recent.store("doc", Anchor::new(&snapshot, cursor), &suggestion, None, ());
        let settings = Settings::default();
        let job = Job { trigger: Trigger::Invoked, ..Job::at(&next, Offset(cursor.0 + cut), &settings) };
        if let Some(served) = recent.serve("doc", &job) {
            prop_assert_eq!(served.typed.as_str(), &suggested[..cut]);
            prop_assert!(suggested[cut..].starts_with(&served.suggestion.text));
        }
    }
}
