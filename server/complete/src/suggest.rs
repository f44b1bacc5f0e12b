//! The pipeline: from a job to a suggestion, or to one reason for silence.

use std::ops::Range;
use std::time::Duration;

use housestyle_text::Offset;

use crate::cursor_context::{self, CursorContext};
use crate::filters::{self, Context};
use crate::generator::{
    Cancel, Flow, Generation, Generator, Limits, Prompt, PromptPart, Request, Sampling, Stop, Usage,
};
use crate::job::{Job, Suggestion, Trigger};
use crate::lines;
use crate::memory::injected_skills;
use crate::mode::{self, Plan};
use crate::policy;
use crate::reason::Reason;
use crate::repair::repair;
use crate::settings::Settings;
use crate::stop::{self, Cut, Ended};
use crate::trace::{Completion, Step, Trace};
use crate::view::{View, Viewer};

/// Makes a suggestion. `progress` gets the whole text of the model so far, each time it grows: unfiltered, with `\n` as
/// line break, beginning at the cursor.
pub fn suggest(
    job: &Job<'_>,
    generator: &mut dyn Generator,
    cancel: &Cancel,
    progress: &mut dyn FnMut(&str),
) -> Trace {
    let prepared = PreparedJob::of(job);
    if let Err(reason) = policy::allow(&prepared.cursor, job.snapshot.path(), job.trigger, &prepared.settings)
    {
        return Trace::nothing(reason);
    }
    let View { prompt, size, held, .. } = prepared.viewer(generator).in_time();
    if prompt.is_blank() {
        return Trace::nothing(Reason::NoContext);
    }
    let request = prepared.request(prompt.clone(), prepared.settings.max_tokens);
    let trace =
        Trace { prompt: Some(prompt), window_size: Some(size), held, ..Trace::nothing(Reason::Cancelled) };
    prepared.write(trace, &request, generator, cancel, progress)
}

/// Extends a suggestion that time cut short, as the model would have without a time budget. Returns the longer
/// suggestion's trace, or `None` where there is no more text or the settings forbid idle work. `progress` gets the whole
/// text, including the part before the cut.
pub fn extend(
    job: &Job<'_>,
    trace: &Trace,
    generator: &mut dyn Generator,
    cancel: &Cancel,
    progress: &mut dyn FnMut(&str),
) -> Option<Trace> {
    let (shown, raw) = (trace.suggestion().filter(|_| trace.is_cut_short())?, trace.raw.as_ref()?);
    let mut prepared = PreparedJob::of(job);
    let left = prepared.settings.max_tokens.saturating_sub(raw.usage.generated_tokens);
    if left == 0 || !policy::may_prefill(&prepared.cursor, job.snapshot.path(), &prepared.settings) {
        return None;
    }
    prepared.settings.time_budget_ms = u64::MAX;
    let mut prompt = trace.prompt.clone()?;
    match prompt.parts.last_mut() {
        Some(PromptPart::Text(text)) => text.push_str(&raw.text),
        _ => prompt.parts.push(PromptPart::Text(raw.text.clone())),
    }
    let longer = prepared.write(trace.clone(), &prepared.request(prompt, left), generator, cancel, progress);
    let text = &longer.suggestion()?.text;
    (text.len() > shown.text.len() && text.starts_with(&shown.text)).then_some(longer)
}

/// Returns the prompt that [`suggest`] would use, whatever the policy says and however long it takes to read.
pub fn prompt_of(job: &Job<'_>, generator: &dyn Generator) -> Prompt {
    let prepared = PreparedJob::of(job);
    prepared.viewer(generator).whole().prompt
}

/// Returns the bytes of the document that the whole window of a job is taken from.
pub fn window_of(job: &Job<'_>, generator: &dyn Generator) -> Range<Offset> {
    PreparedJob::of(job).viewer(generator).whole().range
}

/// A job with its cursor's context and its language's settings.
pub(crate) struct PreparedJob<'a> {
    job: &'a Job<'a>,
    pub(crate) cursor: CursorContext,
    /// The settings of the document's language.
    pub(crate) settings: Settings,
}

impl<'a> PreparedJob<'a> {
    pub(crate) fn of(job: &'a Job<'a>) -> PreparedJob<'a> {
        let settings = job.settings.for_language(job.snapshot.language().id());
        PreparedJob { job, cursor: CursorContext::of(job), settings }
    }

    pub(crate) fn viewer<'b>(&'b self, generator: &'b dyn Generator) -> Viewer<'b> {
        Viewer::new(self.job, &self.cursor, &self.settings, generator)
    }

    pub(crate) fn request(&self, prompt: Prompt, max_tokens: usize) -> Request {
        let settings = &self.settings;
        Request {
            prompt,
            limits: Limits { max_tokens, deadline: Duration::from_millis(settings.deadline_ms) },
            sampling: Sampling {
                temperature: settings.temperature as f32,
                top_p: settings.top_p as f32,
                seed: settings.seed,
            },
        }
    }

    /// Lets the model write on from the text in `trace`, and returns the trace of both parts together.
    pub(crate) fn write(
        &self,
        mut trace: Trace,
        request: &Request,
        generator: &mut dyn Generator,
        cancel: &Cancel,
        progress: &mut dyn FnMut(&str),
    ) -> Trace {
        let PreparedJob { job, cursor, settings } = self;
        let plan = mode::plan(cursor, settings);
        trace.plan = Some(plan);
        trace.skills = injected_skills(&request.prompt, job.memory, job.snapshot.language());
        trace.by = Some(generator.describe());
        let before = trace.raw.take();
        let received = before.as_ref().map(|raw| raw.text.clone()).unwrap_or_default();
        let mut listener = Listener::new(cursor, &plan, settings, progress, received);
        generator.set_path(job.snapshot.path());
        let answer =
            generator.generate(request, cancel, &mut |chunk| listener.receive(chunk.text, chunk.elapsed));
        trace.first_text = trace.first_text.or(listener.first_text);
        let raw = match answer {
            Ok(raw) => match before {
                Some(before) => joined(before, &raw),
                None => raw,
            },
            Err(error) => {
                trace.completion = Completion::Nothing(Reason::ModelFailed(error.to_string()));
                return trace;
            }
        };
        let (text, ended) = listener.end(&raw);
        trace.ended = Some(ended);
        trace.next = None;
        trace.completion = match refuse(&raw, &text, ended, job.trigger, cursor, settings) {
            Some(reason) => Completion::Nothing(reason),
            None => {
                let context = Context { cursor, plan: &plan, trigger: job.trigger, ended };
                let (left, steps) = filters::run(filters::ALL, &context, &text);
                trace.steps = steps;
                match left.and_then(|text| self.in_style(text, &mut trace)) {
                    Ok(text) => {
                        let text = format!("{}{text}", cursor.selected_text);
                        let suggestion = Suggestion { text, replace: cursor.replace.clone() };
                        trace.next = cursor_context::after_first(job.snapshot, &suggestion);
                        Completion::Suggestion(suggestion)
                    }
                    Err(reason) => Completion::Nothing(reason),
                }
            }
        };
        trace.raw = Some(raw);
        trace
    }

    /// Repairs the filtered text by the team's skills; adds their uses to the trace.
    fn in_style(&self, text: String, trace: &mut Trace) -> Result<String, Reason> {
        let PreparedJob { job, cursor, settings } = self;
        let repaired = repair(&job.memory.skills, job, cursor, settings, &text);
        trace.skills.extend(repaired.uses);
        if repaired.reason.is_some() {
            let after = repaired.text.clone().unwrap_or_default();
            trace.steps.push(Step { filter: "skills", before: text, after, reason: repaired.reason });
        }
        repaired.text
    }
}

/// Returns a generation and its continuation as one generation.
fn joined(before: Generation, after: &Generation) -> Generation {
    let (a, b) = (before.usage, after.usage);
    let generated_tokens = a.generated_tokens + b.generated_tokens;
    let sum = |usage: Usage| f64::from(usage.mean_logprob) * usage.generated_tokens as f64;
    let mean_logprob = ((sum(a) + sum(b)) / generated_tokens.max(1) as f64) as f32;
    let usage = Usage {
        generated_tokens,
        drafted_tokens: a.drafted_tokens + b.drafted_tokens,
        accepted_tokens: a.accepted_tokens + b.accepted_tokens,
        decode: a.decode + b.decode,
        mean_logprob,
        ..a
    };
    Generation { text: before.text + &after.text, stop: after.stop, usage }
}

/// The gate: says why a generation is not even looked at, if there is a reason.
fn refuse(
    raw: &Generation,
    text: &str,
    ended: Ended,
    trigger: Trigger,
    cursor: &CursorContext,
    settings: &Settings,
) -> Option<Reason> {
    if ended == Ended::Cancelled {
        return Some(Reason::Cancelled);
    }
    if ended == Ended::Deadline && lines::is_blank(text) {
        return Some(Reason::TooSlow { deadline_ms: settings.deadline_ms });
    }
    let found = f64::from(raw.usage.mean_logprob);
    let quiet = trigger == Trigger::Automatic && policy::is_quiet(cursor, settings);
    let asked = if quiet { settings.quiet_logprob.max(settings.min_logprob) } else { settings.min_logprob };
    // A generator that knows no probabilities says 0.
    if found < asked && found != 0.0 {
        let thousandths = |number: f64| (number * 1000.0).round() as i64;
        return Some(Reason::LowConfidence { found: thousandths(found), asked: thousandths(asked) });
    }
    None
}

/// Receives the model's text and says when it is enough.
struct Listener<'a> {
    cursor: &'a CursorContext,
    plan: &'a Plan,
    settings: &'a Settings,
    progress: &'a mut dyn FnMut(&str),
    received: String,
    soft: Option<Cut>,
    first_text: Option<Duration>,
}

impl<'a> Listener<'a> {
    /// Returns a listener that has `received` this text already.
    fn new(
        cursor: &'a CursorContext,
        plan: &'a Plan,
        settings: &'a Settings,
        progress: &'a mut dyn FnMut(&str),
        received: String,
    ) -> Listener<'a> {
        Listener { cursor, plan, settings, progress, received, soft: None, first_text: None }
    }

    fn receive(&mut self, piece: &str, elapsed: Duration) -> Flow {
        let at_boundary = piece.contains(['\n', '\r']) || self.received.ends_with(['\n', '\r']);
        self.received.push_str(piece);
        self.first_text.get_or_insert(elapsed);
        // A `\r` at the end may be half a line break; it is counted as a whole one, and the other half as nothing.
        let text = lines::unix(&self.received);
        (self.progress)(&text);
        if stop::cut(self.cursor, self.plan, &text, true).is_some() {
            return Flow::Stop;
        }
        // Past the soft budget the line that is under way may still be finished.
        if at_boundary && stop::is_spent(elapsed, self.settings.time_budget_ms) {
            self.soft = stop::at_soft_budget(&text);
        }
        let late = stop::is_spent(elapsed, self.settings.deadline_ms);
        if self.soft.is_some() || late { Flow::Stop } else { Flow::Continue }
    }

    /// Returns the text up to where it ends, and why it ends there.
    fn end(&self, raw: &Generation) -> (String, Ended) {
        let mut text = lines::unix(&raw.text);
        let ended = match raw.stop {
            Stop::EndOfText => Ended::Model,
            Stop::MaxTokens => Ended::MaxTokens,
            Stop::Deadline => Ended::Deadline,
            Stop::Cancelled => Ended::Cancelled,
            Stop::Listener => Ended::Deadline,
        };
        if ended == Ended::Cancelled {
            return (text, ended);
        }
        let found = stop::cut(self.cursor, self.plan, &text, ended != Ended::Model).or(self.soft);
        let (end, ended) = found.unwrap_or((text.len(), ended));
        text.truncate(end);
        (text, ended)
    }
}
