//! The size of a prompt's window: the whole window, or a quarter where the model cannot read the whole window in
//! time.
//!
//! Measurements of quality use the whole window. Where the model has not read it yet, as in a newly opened document,
//! reading it may take longer than anybody waits. The rule:
//!
//! > When reading the whole window would take more than half of `timeBudgetMs`, and a window of a quarter of its
//! > tokens less than half of that time, the quarter is read.
//!
//! The other half of the budget is for writing. The generator estimates the time. A generator without an estimate
//! always reads the whole window, and so does a job without a time budget, or with `idleWork` off, where nothing
//! would ever read the rest.

use std::ops::Range;

use housestyle_text::Offset;

use crate::cursor_context::CursorContext;
use crate::generator::{Capability, Description, Generator, Prompt};
use crate::job::Job;
use crate::memory::render;
use crate::prompt;
use crate::settings::Settings;
use crate::window::{Budget, Window};

/// Tokens that stay free in the model's context for the cursor's line and the markers.
const HEAD_TOKENS: usize = 192;
/// How many times fewer tokens the near window has.
const NEAR: usize = 4;

/// The size of the window in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowSize {
    /// As large as the settings allow.
    Whole,
    /// A quarter of that, because the model has not evaluated the rest yet.
    Near,
}

impl WindowSize {
    /// Returns the code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            WindowSize::Whole => "whole",
            WindowSize::Near => "near",
        }
    }
}

/// Returns the whole window as a prompt. `settings` are those of the place's language.
pub(crate) fn whole(
    job: &Job<'_>,
    cursor: &CursorContext,
    settings: &Settings,
    generator: &dyn Generator,
) -> Prompt {
    let model = generator.describe();
    build(job, cursor, settings, budget(settings, &model), generator, &model)
}

/// Returns the bytes of the document that the whole window is taken from. `settings` are those of the place's language.
pub(crate) fn range(
    job: &Job<'_>,
    cursor: &CursorContext,
    settings: &Settings,
    generator: &dyn Generator,
) -> Range<Offset> {
    let budget = budget(settings, &generator.describe());
    cut(job, cursor, budget, generator).range
}

/// Returns the prompt that the model can read in time, by the rule above.
pub(crate) fn in_time(
    job: &Job<'_>,
    cursor: &CursorContext,
    settings: &Settings,
    generator: &dyn Generator,
) -> (Prompt, WindowSize) {
    let model = generator.describe();
    let budget = budget(settings, &model);
    let whole = build(job, cursor, settings, budget, generator, &model);
    if !settings.idle_work || !generator.capabilities().has(Capability::PrefillEstimate) {
        return (whole, WindowSize::Whole);
    }
    let near = || {
        let ms = |prompt| Some(generator.prefill_time(prompt)?.as_secs_f64() * 1e3);
        let time = ms(&whole).filter(|time| 2.0 * time > settings.time_budget_ms as f64)?;
        let near =
            Budget { prefix_tokens: budget.prefix_tokens / NEAR, suffix_tokens: budget.suffix_tokens / NEAR };
        let near = build(job, cursor, settings, near, generator, &model);
        (2.0 * ms(&near)? < time).then_some(near)
    };
    match near() {
        Some(near) => (near, WindowSize::Near),
        None => (whole, WindowSize::Whole),
    }
}

fn build(
    job: &Job<'_>,
    cursor: &CursorContext,
    settings: &Settings,
    budget: Budget,
    generator: &dyn Generator,
    model: &Description,
) -> Prompt {
    let window = cut(job, cursor, budget, generator);
    let alone = prompt::build("", &window, model);
    // From notes alone nothing follows.
    let memory = if alone.is_blank() {
        String::new()
    } else {
        rendered_memory(job, settings, budget, generator, model)
    };
    if memory.is_empty() { alone } else { prompt::build(&memory, &window, model) }
}

/// Returns the rendered memory, as far as the model's context has room for it besides the window.
fn rendered_memory(
    job: &Job<'_>,
    settings: &Settings,
    budget: Budget,
    generator: &dyn Generator,
    model: &Description,
) -> String {
    let taken = budget.prefix_tokens + budget.suffix_tokens + settings.max_tokens + HEAD_TOKENS;
    let room = model.context_tokens.saturating_sub(taken);
    render(job.memory, job.snapshot, settings, room, &|text| generator.count_tokens(text))
}

fn cut(job: &Job<'_>, cursor: &CursorContext, budget: Budget, generator: &dyn Generator) -> Window {
    let count = |text: &str| generator.count_tokens(text);
    Window::cut(job.snapshot, cursor.replace.clone(), &cursor.selected_text, budget, &count)
}

/// Returns the window's budget, made smaller where the model's context is small.
pub(crate) fn budget(settings: &Settings, model: &Description) -> Budget {
    let room = model.context_tokens.saturating_sub(settings.max_tokens + HEAD_TOKENS);
    let (prefix, suffix) = (settings.prefix_tokens, settings.suffix_tokens);
    if prefix + suffix <= room {
        return Budget { prefix_tokens: prefix, suffix_tokens: suffix };
    }
    let suffix_tokens = suffix.min(room / 6);
    Budget { prefix_tokens: prefix.min(room - suffix_tokens), suffix_tokens }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;
    use crate::generator::{Cancel, PromptPart};
    use crate::memory::RecentEdit;
    use crate::prefill::prefill;
    use crate::suggest::suggest;
    use crate::tests::counting::Counting;
    use crate::tests::cursor::document;

    const LINES: &str = "    let number = other_number + 1;\n";

    /// Asks twice at a place with 100 lines above it, with a prefill in between; checks each window's size.
    #[track_caller]
    fn check(per_second: Option<f64>, time_budget_ms: u64, idle_work: bool, expect: [WindowSize; 2]) {
        let text = format!("fn f() {{\n{}    let x = ‸;\n{LINES}", LINES.repeat(100));
        let (snapshot, cursor) = document("a.rs", &text);
        let settings = Settings { time_budget_ms, idle_work, ..Settings::default() };
        let job = Job::at(&snapshot, cursor, &settings);
        let mut model = Counting::new("five();");
        model.per_second = per_second;
        let mut window_size = || {
            let trace = suggest(&job, &mut model, &Cancel::new(), &mut |_| {});
            assert!(trace.suggestion().is_some());
            prefill(&job, &mut model, &Cancel::new());
            trace.window_size
        };
        assert_eq!([window_size(), window_size()], expect.map(Some));
    }

    #[test]
    fn near_only_when_the_whole_takes_too_long() {
        check(Some(100.0), 700, true, [WindowSize::Near, WindowSize::Whole]);
        check(Some(1000.0), 700, true, [WindowSize::Near, WindowSize::Whole]);
        // Quick enough, patient enough, not known, or never to be read.
        check(Some(10_000.0), 700, true, [WindowSize::Whole, WindowSize::Whole]);
        check(Some(100.0), 600_000, true, [WindowSize::Whole, WindowSize::Whole]);
        check(None, 50, true, [WindowSize::Whole, WindowSize::Whole]);
        check(Some(100.0), 700, false, [WindowSize::Whole, WindowSize::Whole]);
    }

    /// Returns the prompt for a place, with memory.
    fn prompt(fixture: &str, memory: &Memory, settings: &Settings, context_tokens: usize) -> Prompt {
        let (snapshot, cursor) = document("a.rs", fixture);
        let job = Job { memory, ..Job::at(&snapshot, cursor, settings) };
        let model = Description { model: String::new(), fim: true, context_tokens, adapter: None };
        let cursor = CursorContext::of(&job);
        build(&job, &cursor, settings, budget(settings, &model), &Counting::new(""), &model)
    }

    #[test]
    fn memory_stands_before_the_window_and_stays_while_one_types() {
        let edit =
            RecentEdit { path: "b.rs".to_owned(), removed: vec![], added: vec!["let b = 1;".to_owned()] };
        let memory = Memory { edits: vec![edit], ..Memory::default() };
        let settings = Settings { memory_edit_tokens: 64, ..Settings::default() };
        let above = format!("fn f() {{\n{}", LINES.repeat(100));
        let prompts = ["", "l", "let x = 1", "let x = 1 + 2"]
            .map(|typed| prompt(&format!("{above}    {typed}‸\n{LINES}"), &memory, &settings, 4096));
        let rendered = "// b.rs\n// + let b = 1;\n\n".to_owned();
        assert_eq!((prompts[0].format, &prompts[0].parts[1]), ("fim-memory-1", &PromptPart::Text(rendered)));
        for typed in &prompts {
            assert_eq!(typed.parts[..6], prompts[0].parts[..6], "only the line changes");
        }
        let alone = prompt(&format!("{above}    ‸\n{LINES}"), Memory::none(), &settings, 4096);
        assert_eq!((alone.format, &alone.parts[1..]), ("fim-line-1", &prompts[0].parts[2..]));
    }

    #[test]
    fn there_is_no_memory_where_there_is_no_text_or_no_room() {
        let edit =
            RecentEdit { path: "b.rs".to_owned(), removed: vec![], added: vec!["let b = 1;".to_owned()] };
        let memory = Memory { edits: vec![edit], ..Memory::default() };
        let settings = Settings { memory_edit_tokens: 64, ..Settings::default() };
        assert!(prompt("  \n‸", &memory, &settings, 4096).is_blank());
        assert_eq!(prompt("let x = ‸", &memory, &settings, 512).format, "fim-line-1");
        assert_eq!(prompt("let x = ‸", &memory, &Settings::default(), 4096).format, "fim-line-1");
    }

    #[test]
    fn a_small_document_has_nothing_farther() {
        let (snapshot, cursor) = document("a.rs", "fn f() {\n    let x = ‸;\n}\n");
        let settings = Settings { time_budget_ms: 50, ..Settings::default() };
        let job = Job::at(&snapshot, cursor, &settings);
        let mut model = Counting::new("five();");
        model.per_second = Some(10.0);
        let trace = suggest(&job, &mut model, &Cancel::new(), &mut |_| {});
        assert_eq!(trace.window_size, Some(WindowSize::Whole));
    }
}
