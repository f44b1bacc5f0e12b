//! The thread on which the model works, and the one slot before it.
//!
//! A newer task replaces a waiting one, whose request is answered at once: only the newest is worth computing. Where keys
//! throw most runs away, a task waits for a pause ([`Debounce`]). The thread owns the model, so nothing else ever waits for
//! it. While no task waits, the thread finishes a suggestion that the time limit cut short, and runs the prefill for the
//! place where the user is; both give way to a task.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::held::HeldWindow;
use housestyle_complete::settings::Settings;
use housestyle_complete::{
    Job, Memory, Selected, Suggestion, Trigger, WindowSize, alternatives, extend, suggest,
};
use housestyle_text::{Offset, Snapshot};
use tracing::{debug, debug_span, info, info_span, warn};

use crate::debounce::Debounce;
use crate::held::HeldByDocument;
use crate::host::{LoadProgress, Loader};
use crate::idle::{Idle, PrefillJob};
use crate::in_flight::{CancelReason, GenerationResult, InFlight, Overtaken};
use crate::progress::Progress;
use crate::status::Status;
use crate::survive::survive;
use crate::transport::Outbox;

/// What a person reads where a suggestion ended in a panic.
const PANICKED: &str = "computing this suggestion failed unexpectedly; stderr tells more";

/// A request's task for the model.
#[derive(Debug)]
pub(crate) struct Task {
    /// The generation: the request that waits for it, and the flag that cancels it.
    pub(crate) in_flight: Arc<InFlight>,
    /// The document's URI.
    pub(crate) uri: String,
    /// The workspace of the document.
    pub(crate) workspace: Option<PathBuf>,
    /// The document as of the request.
    pub(crate) snapshot: Snapshot,
    /// The cursor.
    pub(crate) cursor: Offset,
    /// Whether a person asked.
    pub(crate) trigger: Trigger,
    /// The item selected in the editor's menu.
    pub(crate) selected: Option<Selected>,
    /// The suggestion shown there, where alternatives are wanted.
    pub(crate) current_suggestion: Option<Suggestion>,
    /// Notes, edits and skills for the prompt.
    pub(crate) memory: Arc<Memory>,
    /// The settings for all languages.
    pub(crate) settings: Arc<Settings>,
}

impl Task {
    /// Returns how long after a key the model begins with it at the latest.
    fn longest_wait(&self) -> Duration {
        let settings = self.settings.for_language(self.snapshot.language().id());
        Duration::from_millis(settings.debounce_ms)
    }
}

#[derive(Default)]
struct State {
    wanted: bool,
    /// The newest task, and when it begins.
    waiting: Option<(Instant, Task)>,
    running: Option<Arc<InFlight>>,
    idle: Idle,
    debounce: Debounce,
    closed: bool,
}

/// The thread's next work.
enum Work {
    Task(Task),
    Prefill(PrefillJob, Cancel),
}

impl Work {
    /// Returns the workspace that it is for.
    fn workspace(&self) -> Option<&Path> {
        match self {
            Work::Task(task) => task.workspace.as_deref(),
            Work::Prefill(job, _) => job.workspace.as_deref(),
        }
    }
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

/// The way to the model's thread.
pub(crate) struct Worker(Arc<Shared>);

/// The ways by which the thread reports to the editor.
pub(crate) struct Reports {
    /// The server's status.
    pub(crate) status: Arc<Status>,
    /// How far loading has come.
    pub(crate) progress: Arc<Progress>,
    /// For the one message when there is no model.
    pub(crate) outbox: Outbox,
    /// Whether the model reads prompts with context, as of its last work.
    pub(crate) reads_context: Arc<AtomicBool>,
}

impl Worker {
    /// Starts the thread. Nothing is loaded yet.
    pub(crate) fn start(load: Loader, reports: Reports) -> Worker {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() });
        let thread = Arc::clone(&shared);
        let work = move || {
            // After a panic there, too, no request may wait for ever.
            survive(|| thread.work(load, &reports));
            thread.end();
        };
        if std::thread::Builder::new().name("model".to_owned()).spawn(work).is_err() {
            shared.lock().closed = true;
        }
        Worker(shared)
    }

    /// Loads the model now, unless it was loaded.
    pub(crate) fn want_model(&self) {
        self.0.lock().wanted = true;
        self.0.wake.notify_all();
    }

    /// Puts a task into the slot. A run that no request waits for gives way to it.
    pub(crate) fn submit(&self, task: Task) {
        let mut state = self.0.lock();
        if state.closed {
            task.in_flight.finish(GenerationResult::Overtaken(Overtaken::Request));
            return;
        }
        state.idle.give_way();
        let id = task.in_flight.id;
        if let Some(running) = state.running.as_ref().filter(|running| !running.is_awaited()) {
            running.cancel(CancelReason::NewerJob { id });
        }
        state.wanted = true;
        let now = Instant::now();
        let begin = match task.trigger {
            Trigger::Automatic => state.debounce.start_at(now, task.longest_wait()),
            Trigger::Invoked => now,
        };
        let wait_ms = begin.saturating_duration_since(now).as_millis() as u64;
        debug!(job = id, wait_ms, "queued");
        if let Some((_, replaced)) = state.waiting.replace((begin, task)) {
            if !replaced.in_flight.is_cancelled() {
                info!(job = replaced.in_flight.id, by = id, "replaced before it began");
            }
            replaced.in_flight.finish(GenerationResult::Overtaken(Overtaken::Request));
        }
        self.0.wake.notify_all();
    }

    /// Takes the time of a change of a document.
    pub(crate) fn key_pressed(&self, now: Instant) {
        self.0.lock().debounce.key_pressed(now);
    }

    /// Schedules a prefill, or none: it begins after `quiet` unless a task comes before. A prefill for another line
    /// ends.
    pub(crate) fn schedule_prefill(&self, job: Option<PrefillJob>, quiet: Duration) {
        self.0.lock().idle.put(job, Instant::now() + quiet);
        self.0.wake.notify_all();
    }

    /// Ends all work.
    pub(crate) fn close(&self) {
        self.0.end();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the model is wanted; returns whether it is, before all is closed.
    fn wait_until_wanted(&self) -> bool {
        let mut state = self.lock();
        while !state.wanted && !state.closed {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.closed
    }

    /// Waits for work; returns nothing when the worker is closed. Skips a task whose request went away.
    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        while !state.closed {
            let now = Instant::now();
            let task = state.waiting.take_if(|(begin, _)| *begin <= now);
            if let Some((_, task)) = task {
                if task.in_flight.begin() {
                    state.running = Some(Arc::clone(&task.in_flight));
                    return Some(Work::Task(task));
                }
                info!(job = task.in_flight.id, "skipped: no request waits");
            }
            // A prefill begun now would be in the way of a task that begins in a moment.
            let begin = state.waiting.as_ref().map(|(begin, _)| *begin);
            if begin.is_none()
                && let Some((job, cancel)) = state.idle.take(now)
            {
                return Some(Work::Prefill(job, cancel));
            }
            state = match begin.or_else(|| state.idle.due()) {
                Some(due) => {
                    let waited = self.wake.wait_timeout(state, due.saturating_duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        None
    }

    /// Takes no more tasks, and answers all requests that wait.
    fn end(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.idle.put(None, Instant::now());
        if let Some(running) = state.running.take() {
            running.cancel(CancelReason::ServerEnds);
            running.finish(GenerationResult::Overtaken(Overtaken::Request));
        }
        if let Some((_, task)) = state.waiting.take() {
            task.in_flight.finish(GenerationResult::Overtaken(Overtaken::Request));
        }
        self.wake.notify_all();
    }

    fn work(&self, load: Loader, reports: &Reports) {
        if !self.wait_until_wanted() {
            return;
        }
        let mut loaded = load_model(load, reports);
        let mut held = HeldByDocument::default();
        while let Some(work) = self.next() {
            if survive(|| self.serve(work, &mut loaded, &mut held, reports)).is_none() {
                // No request may wait for ever.
                let running = self.lock().running.take();
                if let Some(running) = running {
                    running.finish(GenerationResult::NoModel(PANICKED.to_owned()));
                }
                self.rest_from_thinking(reports);
            }
        }
    }

    /// Does one piece of work.
    fn serve(
        &self,
        work: Work,
        loaded: &mut Result<Box<dyn Generator>, String>,
        held: &mut HeldByDocument,
        reports: &Reports,
    ) {
        if let Ok(generator) = loaded {
            generator.refresh(work.workspace());
            reports.reads_context.store(generator.describe().reads_context, Ordering::Relaxed);
        }
        match (loaded, work) {
            (Ok(generator), Work::Task(task)) => {
                reports.status.thinking(true);
                let begun = Instant::now();
                let span = info_span!("job", id = task.in_flight.id).entered();
                let answered = self.run(&task, generator.as_mut(), held, reports);
                debug!(ms = begun.elapsed().as_millis() as u64, answered = answered.is_some(), "ended");
                drop(span);
                let mut state = self.lock();
                state.running = None;
                if task.trigger == Trigger::Automatic {
                    let ended = answered.is_some();
                    state.debounce.worked(answered.unwrap_or_else(Instant::now) - begun, ended);
                }
                drop(state);
                self.rest_from_thinking(reports);
            }
            (Ok(generator), Work::Prefill(job, cancel)) => {
                let _span = debug_span!("idle", work = "prefill").entered();
                job.run(generator.as_mut(), held, &cancel);
                debug!(gave_way = cancel.is_cancelled(), "ended");
            }
            (Err(why), Work::Task(task)) => {
                task.in_flight.finish(GenerationResult::NoModel(why.clone()));
                self.lock().running = None;
            }
            (Err(_), Work::Prefill(..)) => {}
        }
    }

    /// Reports that the model is at rest, unless a task waits. Returns whether it is.
    fn rest_from_thinking(&self, reports: &Reports) -> bool {
        let at_rest = self.lock().waiting.is_none();
        if at_rest {
            reports.status.thinking(false);
        }
        at_rest
    }

    /// Runs a task; returns when its answer was there, unless the run was cancelled.
    fn run(
        &self,
        task: &Task,
        generator: &mut dyn Generator,
        held: &mut HeldByDocument,
        reports: &Reports,
    ) -> Option<Instant> {
        let mut windows = held.take(&task.uri);
        let used = windows.clone();
        let job = Job {
            trigger: task.trigger,
            selected: task.selected.clone(),
            memory: &task.memory,
            held: &used,
            ..Job::at(&task.snapshot, task.cursor, &task.settings)
        };
        let (answered, window) = self.answer(task, &job, generator, reports);
        if let Some((size, window)) = window {
            windows.keep(size, window);
        }
        held.put(&task.uri, windows);
        answered
    }

    /// Answers a task; returns when the answer was there, unless the run was cancelled, and the window that holds now.
    fn answer(
        &self,
        task: &Task,
        job: &Job<'_>,
        generator: &mut dyn Generator,
        reports: &Reports,
    ) -> (Option<Instant>, Option<(WindowSize, HeldWindow)>) {
        let Task { in_flight, current_suggestion, .. } = task;
        let cancel = in_flight.flag();
        let ended = || (!cancel.is_cancelled()).then(Instant::now);
        if let Some(current_suggestion) = current_suggestion {
            let run = info_span!("run").entered();
            let found = survive(|| alternatives(job, current_suggestion, generator, cancel));
            let answered = if found.is_some() { ended() } else { None };
            let found = found.unwrap_or_default();
            info!(alternatives = found.len(), cancelled = cancel.is_cancelled(), "the model ran");
            drop(run);
            in_flight.finish(GenerationResult::Alternatives(found));
            return (answered, None);
        }
        let mut progress = |raw: &str| in_flight.wrote(raw);
        let run = info_span!("run").entered();
        let trace = survive(|| suggest(job, generator, cancel, &mut progress));
        let Some(trace) = trace.map(Arc::new) else {
            in_flight.finish(GenerationResult::NoModel(PANICKED.to_owned()));
            return (None, None);
        };
        let window = trace.window_size.zip(trace.held.clone());
        if let Some(raw) = &trace.raw {
            let usage = raw.usage;
            info!(
                prompt_tokens = usage.prompt_tokens,
                reused_tokens = usage.reused_tokens,
                generated_tokens = usage.generated_tokens,
                prefill_ms = usage.prefill.as_millis() as u64,
                decode_ms = usage.decode.as_millis() as u64,
                stop = ?raw.stop,
                cancelled = cancel.is_cancelled(),
                "the model ran"
            );
        }
        drop(run);
        let answered = ended();
        if !trace.is_cut_short() {
            in_flight.finish(GenerationResult::Done(trace));
            return (answered, window);
        }
        in_flight.answer(&trace);
        let mut longer = None;
        if self.rest_from_thinking(reports) {
            let _span = debug_span!("idle", work = "extend").entered();
            longer = survive(|| extend(job, &trace, generator, cancel, &mut progress)).flatten();
        }
        in_flight.finish(GenerationResult::Done(longer.map_or(trace, Arc::new)));
        (answered, window)
    }
}

fn load_model(load: Loader, reports: &Reports) -> Result<Box<dyn Generator>, String> {
    let mut report = |progress: LoadProgress| {
        reports.progress.report(progress.clone());
        reports.status.loading(progress);
    };
    report(LoadProgress { message: "loading the model".to_owned(), percent: None });
    let loaded = survive(|| load(&mut report)).unwrap_or_else(|| {
        Err("loading the model failed unexpectedly; `housestyle doctor` may tell more".to_owned())
    });
    match &loaded {
        Ok(generator) => {
            let model = generator.describe().model;
            info!("the model is loaded");
            debug!(model);
            reports.progress.end(&format!("{model} is ready"));
            reports.status.ready(model);
        }
        Err(why) => {
            warn!("there is no model");
            debug!(why);
            reports.progress.end("there is no model");
            reports.status.failed(why.clone());
            reports.outbox.notify(
                "window/showMessage",
                &serde_json::json!({ "type": 2, "message": format!("Housestyle has no model: {why}") }),
            );
        }
    }
    loaded
}

#[cfg(test)]
mod tests;
