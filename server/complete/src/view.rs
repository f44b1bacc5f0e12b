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
//!
//! Context takes its tokens from those of the window (see [`Budget::less`]), so a prompt costs the same with context as
//! without. With context a window holds for later jobs (see [`HeldWindow`]); the caller keeps it.

use std::ops::Range;

use housestyle_text::Offset;

use crate::cursor_context::CursorContext;
use crate::generator::{Capability, Description, Generator, Prompt};
use crate::held::{HeldWindow, MAX_HEAD_LINES};
use crate::job::Job;
use crate::memory::render;
use crate::prompt::fim_context_1;
use crate::settings::Settings;
use crate::window::{Budget, Window, WindowSize};
use crate::{context, lines, prompt};

/// Tokens that stay free in the model's context for the cursor's line and the markers.
const HEAD_TOKENS: usize = 192;
/// How many times fewer tokens the near window has.
const NEAR: usize = 4;

/// A prompt for a job, and what it was made of.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) prompt: Prompt,
    pub(crate) size: WindowSize,
    /// The bytes of the document that the window is taken from.
    pub(crate) range: Range<Offset>,
    /// The window, where later jobs may use it again.
    pub(crate) held: Option<HeldWindow>,
}

/// Makes views for one job.
pub(crate) struct Viewer<'a> {
    job: &'a Job<'a>,
    cursor: &'a CursorContext,
    /// The settings of the place's language.
    settings: &'a Settings,
    generator: &'a dyn Generator,
    model: Description,
    /// Lines that may have joined the head of a window that is used again.
    most_joined: usize,
}

impl<'a> Viewer<'a> {
    /// Returns a viewer for the place of a job; `settings` are those of the place's language.
    pub(crate) fn new(
        job: &'a Job<'a>,
        cursor: &'a CursorContext,
        settings: &'a Settings,
        generator: &'a dyn Generator,
    ) -> Viewer<'a> {
        let model = generator.describe();
        Viewer { job, cursor, settings, generator, model, most_joined: usize::MAX }
    }

    /// Lets a new window take the place of one whose head is half full: the next lines then find it evaluated.
    pub(crate) fn with_next_window(self) -> Viewer<'a> {
        Viewer { most_joined: MAX_HEAD_LINES / 2, ..self }
    }

    /// Returns the view of the whole window.
    pub(crate) fn whole(&self) -> View {
        self.view(WindowSize::Whole)
    }

    /// Returns the view that the model can read in time, by the rule above.
    pub(crate) fn in_time(&self) -> View {
        let whole = self.whole();
        if !self.settings.idle_work || !self.generator.capabilities().has(Capability::PrefillEstimate) {
            return whole;
        }
        let near = || {
            let ms = |view: &View| Some(self.generator.prefill_time(&view.prompt)?.as_secs_f64() * 1e3);
            let time = ms(&whole).filter(|time| 2.0 * time > self.settings.time_budget_ms as f64)?;
            let near = self.view(WindowSize::Near);
            (2.0 * ms(&near)? < time).then_some(near)
        };
        near().unwrap_or(whole)
    }

    fn view(&self, size: WindowSize) -> View {
        let whole = budget(self.settings, &self.model);
        let (budget, most_context) = match size {
            WindowSize::Whole => (whole, self.settings.context_tokens),
            WindowSize::Near => {
                let (prefix_tokens, suffix_tokens) = (whole.prefix_tokens / NEAR, whole.suffix_tokens / NEAR);
                (Budget { prefix_tokens, suffix_tokens }, self.settings.context_tokens / NEAR)
            }
        };
        if self.model.reads_context {
            return self.with_context(size, budget, most_context);
        }
        let window = Window::cut(
            self.job.snapshot,
            self.cursor.replace.clone(),
            &self.cursor.selected_text,
            budget,
            &|text| self.generator.count_tokens(text),
        );
        let alone = prompt::build("", &window, &self.model);
        // From notes alone nothing follows.
        let memory = if alone.is_blank() {
            String::new()
        } else {
            self.memory(self.settings.memory_edit_tokens, budget)
        };
        let prompt = if memory.is_empty() { alone } else { prompt::build(&memory, &window, &self.model) };
        View { prompt, size, range: window.range, held: None }
    }

    /// Returns a view with context, which takes its tokens from those of the window.
    fn with_context(&self, size: WindowSize, budget: Budget, most: usize) -> View {
        let Viewer { job, cursor, settings, .. } = self;
        let count = |text: &str| self.generator.count_tokens(text);
        let most = most.min((budget.prefix_tokens + budget.suffix_tokens) / 2);
        // A near window is read where time is short: the latest edits pay most.
        let with_chunks = size == WindowSize::Whole;
        let sections = context::sections(job.memory, settings, most, with_chunks, &count);
        let budget = budget.less(sections.iter().map(|section| count(section)).sum());
        let (hole, selected) = (cursor.replace.clone(), cursor.selected_text.as_str());
        let again = job.held.of(size).and_then(|held| {
            let (window, joined) = held.at(job.snapshot, hole.clone(), selected, budget)?;
            (joined <= self.most_joined).then(|| (held.clone(), window))
        });
        let (held, window) =
            again.unwrap_or_else(|| HeldWindow::cut(job.snapshot, hole, selected, budget, &count));
        let is_blank = [&window.above, &window.head, &window.below].iter().all(|text| lines::is_blank(text));
        // From notes and context alone nothing follows, nor from a path.
        let (path, memory, sections) = match is_blank {
            true => (None, String::new(), Vec::new()),
            false => (job.snapshot.path(), self.memory(0, budget), sections),
        };
        let prompt = fim_context_1::build(path, &memory, &window, &sections);
        View { prompt, size, range: window.range, held: Some(held) }
    }

    /// Returns the rendered memory, as far as the model's context has room for it besides the window.
    fn memory(&self, edit_tokens: usize, budget: Budget) -> String {
        let Viewer { job, settings, generator, model, .. } = self;
        let taken = budget.prefix_tokens + budget.suffix_tokens + settings.max_tokens + HEAD_TOKENS;
        let room = model.context_tokens.saturating_sub(taken);
        render(job.memory, job.snapshot, settings, edit_tokens, room, &|text| generator.count_tokens(text))
    }
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
    use crate::tests::shown;

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
        let model = Description {
            model: String::new(),
            fim: true,
            reads_context: false,
            context_tokens,
            adapter: None,
        };
        let cursor = CursorContext::of(&job);
        let counting = Counting::new("");
        let viewer = Viewer { model, ..Viewer::new(&job, &cursor, settings, &counting) };
        viewer.whole().prompt
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
    fn context_stands_behind_the_text_below_and_takes_its_tokens_from_the_window() {
        let edit = |n: usize| RecentEdit {
            path: "b.rs".to_owned(),
            removed: vec![],
            added: vec![format!("let edited_{n} = 1;")],
        };
        let memory = Memory { edits: (0..9).map(edit).collect(), ..Memory::default() };
        let (snapshot, cursor) =
            document("src/a.rs", &format!("{}    let x = ‸;\n{}", LINES.repeat(200), LINES.repeat(40)));
        let view = |memory: &Memory, settings: &Settings, size: WindowSize| {
            let job = Job { memory, ..Job::at(&snapshot, cursor, settings) };
            let mut model = Counting::new("");
            model.reads_context = true;
            let cursor = CursorContext::of(&job);
            let prompt = Viewer::new(&job, &cursor, settings, &model).view(size).prompt;
            let tokens = prompt.parts.iter().map(|part| match part {
                PromptPart::Text(text) => model.count_tokens(text),
                PromptPart::Marker(_) => 0,
            });
            (shown(&prompt), tokens.sum::<usize>())
        };
        let settings = Settings::default();
        let (text, tokens) = view(&memory, &settings, WindowSize::Whole);
        assert!(text.starts_with("<FileSep>src/a.rs\n<FimPrefix>    let number"), "{text}");
        let end = "+let edited_7 = 1;\n+let edited_8 = 1;\n<FimMiddle>    let x = ";
        assert!(
            text.contains("1;\n<FileSep>recent edits\nb.rs\n+let edited_3 = 1;\n") && text.ends_with(end)
        );
        let (alone, tokens_alone) = view(Memory::none(), &settings, WindowSize::Whole);
        assert!(!alone.contains("recent edits") && tokens <= tokens_alone && tokens_alone <= 512 + 96 + 20);
        let (near, tokens_near) = view(&memory, &settings, WindowSize::Near);
        assert!(near.ends_with(end) && tokens_near <= 152 + 20, "{tokens_near} {near}");
        for off in [
            Settings { context_edits: false, ..Settings::default() },
            Settings { context_tokens: 0, ..Settings::default() },
        ] {
            assert_eq!(view(&memory, &off, WindowSize::Whole).0, alone);
        }
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
