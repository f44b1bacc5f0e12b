//! The pipeline: from a job to a suggestion, or to the one reason why there is none.

use std::time::Duration;

use crate::filters::{self, Context};
use crate::generator::{
    Cancel, Description, Flow, Generation, Generator, Limits, Prompt, Request, Sampling, Stop,
};
use crate::job::{Job, Outcome, Suggestion, Trace, Trigger};
use crate::lines;
use crate::mode::{self, Plan};
use crate::place::Place;
use crate::policy;
use crate::prompt;
use crate::reason::Reason;
use crate::settings::Settings;
use crate::stop::{self, Cut, Ended};
use crate::window::{Budget, Window};

/// Tokens kept free in the model's context for the cursor's line and the markers.
const HEAD_TOKENS: usize = 192;

/// Makes a suggestion. `progress` is told all of the model's text so far, each time there is more: unfiltered, with
/// `\n` as line break, beginning at the cursor.
pub fn suggest(
    job: &Job<'_>,
    generator: &mut dyn Generator,
    cancel: &Cancel,
    progress: &mut dyn FnMut(&str),
) -> Trace {
    let settings = job.settings.for_language(job.snapshot.language().id());
    let place = Place::of(job);
    if let Err(reason) = policy::allow(&place, job.snapshot.path(), job.trigger, &settings) {
        return Trace::nothing(reason);
    }
    let window = window(job, &place, &settings, generator);
    if window.is_blank() {
        return Trace::nothing(Reason::NoContext);
    }
    let plan = mode::plan(&place, &settings);
    let request = Request {
        prompt: prompt::build(&window, &generator.describe()),
        limits: Limits {
            max_tokens: settings.max_tokens,
            deadline: Duration::from_millis(settings.deadline_ms),
        },
        sampling: Sampling {
            temperature: settings.temperature as f32,
            top_p: settings.top_p as f32,
            seed: settings.seed,
        },
    };
    let mut trace = Trace::nothing(Reason::Cancelled);
    trace.plan = Some(plan);
    let mut listener = Listener::new(&place, &plan, &settings, progress);
    let answer = generator.generate(&request, cancel, &mut |chunk| listener.hear(chunk.text, chunk.elapsed));
    trace.prompt = Some(request.prompt);
    trace.first_text = listener.first_text;
    let raw = match answer {
        Ok(raw) => raw,
        Err(error) => {
            trace.outcome = Outcome::Nothing(Reason::ModelFailed(error.to_string()));
            return trace;
        }
    };
    let (text, ended) = listener.end(&raw);
    trace.ended = Some(ended);
    trace.outcome = match refuse(&raw, &text, ended, job.trigger, &place, &settings) {
        Some(reason) => Outcome::Nothing(reason),
        None => {
            let context = Context { place: &place, plan: &plan, trigger: job.trigger, ended };
            let (left, steps) = filters::run(filters::ALL, &context, &text);
            trace.steps = steps;
            match left {
                Ok(text) => Outcome::Suggestion(Suggestion {
                    text: format!("{}{text}", place.given),
                    replace: place.replace.clone(),
                }),
                Err(reason) => Outcome::Nothing(reason),
            }
        }
    };
    trace.raw = Some(raw);
    trace
}

/// Returns the prompt that [`suggest`] would use, whatever the policy says.
pub fn prompt_of(job: &Job<'_>, generator: &dyn Generator) -> Prompt {
    let settings = job.settings.for_language(job.snapshot.language().id());
    prompt::build(&window(job, &Place::of(job), &settings, generator), &generator.describe())
}

fn window(job: &Job<'_>, place: &Place, settings: &Settings, generator: &dyn Generator) -> Window {
    let budget = budget(settings, &generator.describe());
    let count = |text: &str| generator.count_tokens(text);
    Window::cut(job.snapshot, place.replace.clone(), &place.given, budget, &count)
}

/// Returns the window's budget, made smaller where the model's context is small.
fn budget(settings: &Settings, model: &Description) -> Budget {
    let room = model.context_tokens.saturating_sub(settings.max_tokens + HEAD_TOKENS);
    let (prefix, suffix) = (settings.prefix_tokens, settings.suffix_tokens);
    if prefix + suffix <= room {
        return Budget { prefix_tokens: prefix, suffix_tokens: suffix };
    }
    let suffix_tokens = suffix.min(room / 6);
    Budget { prefix_tokens: prefix.min(room - suffix_tokens), suffix_tokens }
}

/// The gate: says why a generation is not even looked at, if there is a reason.
fn refuse(
    raw: &Generation,
    text: &str,
    ended: Ended,
    trigger: Trigger,
    place: &Place,
    settings: &Settings,
) -> Option<Reason> {
    if ended == Ended::Cancelled {
        return Some(Reason::Cancelled);
    }
    if ended == Ended::Deadline && lines::is_blank(text) {
        return Some(Reason::TooSlow { deadline_ms: settings.deadline_ms });
    }
    let found = f64::from(raw.usage.mean_logprob);
    let quiet = trigger == Trigger::Automatic && policy::is_quiet(place, settings);
    let asked = if quiet { settings.quiet_logprob.max(settings.min_logprob) } else { settings.min_logprob };
    // A generator that knows no probabilities says 0.
    if found < asked && found != 0.0 {
        let thousandths = |number: f64| (number * 1000.0).round() as i64;
        return Some(Reason::LowConfidence { found: thousandths(found), asked: thousandths(asked) });
    }
    None
}

/// Listens to the model and says when it is enough.
struct Listener<'a> {
    place: &'a Place,
    plan: &'a Plan,
    settings: &'a Settings,
    progress: &'a mut dyn FnMut(&str),
    heard: String,
    soft: Option<Cut>,
    first_text: Option<Duration>,
}

impl<'a> Listener<'a> {
    fn new(
        place: &'a Place,
        plan: &'a Plan,
        settings: &'a Settings,
        progress: &'a mut dyn FnMut(&str),
    ) -> Listener<'a> {
        Listener { place, plan, settings, progress, heard: String::new(), soft: None, first_text: None }
    }

    fn hear(&mut self, piece: &str, elapsed: Duration) -> Flow {
        let at_boundary = piece.contains(['\n', '\r']) || self.heard.ends_with(['\n', '\r']);
        self.heard.push_str(piece);
        self.first_text.get_or_insert(elapsed);
        // A `\r` at the end may be half a line break; it is counted as a whole one, and the other half as nothing.
        let text = lines::unix(&self.heard);
        (self.progress)(&text);
        if stop::cut(self.place, self.plan, &text, true).is_some() {
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
        let found = stop::cut(self.place, self.plan, &text, ended != Ended::Model).or(self.soft);
        let (end, ended) = found.unwrap_or((text.len(), ended));
        text.truncate(end);
        (text, ended)
    }
}
