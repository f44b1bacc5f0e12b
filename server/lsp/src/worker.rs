//! The thread on which the model works, and the one slot before it.
//!
//! A newer job replaces a waiting one, whose request is answered at once: only the newest is worth computing, and where
//! keys throw away what was begun it waits for a pause ([`Pace`]). The thread owns the model, so nothing else ever waits
//! for it. While nothing is asked it finishes what time cut short, and reads ahead where the user is; both give way to
//! whatever is asked.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::settings::Settings;
use housestyle_complete::{Job, Memory, Selected, Suggestion, Trigger, alternatives, extend, suggest};
use housestyle_text::{Offset, Snapshot};

use crate::flight::{Flight, Heard, Overtaken};
use crate::host::{LoadProgress, Loader};
use crate::idle::{Ahead, Idle};
use crate::pace::Pace;
use crate::progress::Progress;
use crate::status::Status;
use crate::transport::Outbox;

/// A job for the model.
#[derive(Debug)]
pub(crate) struct Task {
    /// Who waits for it and how it is ended.
    pub(crate) flight: Arc<Flight>,
    /// The document as of the request.
    pub(crate) snapshot: Snapshot,
    /// The cursor.
    pub(crate) cursor: Offset,
    /// Who asked.
    pub(crate) trigger: Trigger,
    /// The item selected in the editor's menu.
    pub(crate) selected: Option<Selected>,
    /// The suggestion that is shown there: others are wanted.
    pub(crate) given: Option<Suggestion>,
    /// What the prompt remembers.
    pub(crate) memory: Arc<Memory>,
    /// The settings for all languages.
    pub(crate) settings: Arc<Settings>,
}

impl Task {
    /// Returns how long after a key it begins at the latest.
    fn longest_wait(&self) -> Duration {
        let settings = self.settings.for_language(self.snapshot.language().id());
        Duration::from_millis(settings.debounce_ms)
    }
}

#[derive(Default)]
struct State {
    wanted: bool,
    /// The newest job, and when it begins.
    waiting: Option<(Instant, Task)>,
    running: Option<Arc<Flight>>,
    idle: Idle,
    pace: Pace,
    closed: bool,
}

/// What the thread does next.
enum Work {
    Task(Task),
    Ahead(Ahead, Cancel),
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

/// The way to the model's thread.
pub(crate) struct Worker(Arc<Shared>);

/// What the thread tells the editor.
pub(crate) struct Reports {
    /// What the server is doing.
    pub(crate) status: Arc<Status>,
    /// How far loading has come.
    pub(crate) progress: Arc<Progress>,
    /// For the one message when there is no model.
    pub(crate) outbox: Outbox,
}

impl Worker {
    /// Starts the thread. Nothing is loaded yet.
    pub(crate) fn start(load: Loader, reports: Reports) -> Worker {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() });
        let thread = Arc::clone(&shared);
        let work = move || {
            // Whatever happens in there, nobody may wait for it ever after.
            drop(catch_unwind(AssertUnwindSafe(|| thread.work(load, &reports))));
            thread.end();
        };
        if std::thread::Builder::new().name("model".to_owned()).spawn(work).is_err() {
            shared.lock().closed = true;
        }
        Worker(shared)
    }

    /// Loads the model now, if that has not been done.
    pub(crate) fn want_model(&self) {
        self.0.lock().wanted = true;
        self.0.wake.notify_all();
    }

    /// Puts a job into the slot. A run that nobody waits for gives way to it.
    pub(crate) fn submit(&self, task: Task) {
        let mut state = self.0.lock();
        if state.closed {
            task.flight.finish(Heard::Overtaken(Overtaken::Request));
            return;
        }
        state.idle.give_way();
        if let Some(running) = state.running.as_ref().filter(|running| !running.is_awaited()) {
            running.cancel.cancel();
        }
        state.wanted = true;
        let now = Instant::now();
        let begin = match task.trigger {
            Trigger::Automatic => state.pace.begin(now, task.longest_wait()),
            Trigger::Invoked => now,
        };
        if let Some((_, replaced)) = state.waiting.replace((begin, task)) {
            replaced.flight.finish(Heard::Overtaken(Overtaken::Request));
        }
        self.0.wake.notify_all();
    }

    /// Says that something was typed.
    pub(crate) fn typed(&self, now: Instant) {
        self.0.lock().pace.typed(now);
    }

    /// Says where the user is, or that nothing is known of that: for this place the model reads ahead after `quiet`
    /// if nothing is asked of it until then. What it reads for another line ends.
    pub(crate) fn rest(&self, ahead: Option<Ahead>, quiet: Duration) {
        self.0.lock().idle.put(ahead, Instant::now() + quiet);
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

    /// Waits for something to do; nothing when the worker is closed. A job whose request went away is passed over.
    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        while !state.closed {
            let now = Instant::now();
            let task = state.waiting.take_if(|(begin, _)| *begin <= now);
            if let Some((_, task)) = task.filter(|(_, task)| task.flight.begin()) {
                state.running = Some(Arc::clone(&task.flight));
                return Some(Work::Task(task));
            }
            // Nothing is begun that would be in the way of a job that is to begin in a moment.
            let begin = state.waiting.as_ref().map(|(begin, _)| *begin);
            if begin.is_none()
                && let Some((ahead, cancel)) = state.idle.take(now)
            {
                return Some(Work::Ahead(ahead, cancel));
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

    /// Takes no more jobs, and tells all that wait.
    fn end(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.idle.put(None, Instant::now());
        if let Some(running) = state.running.take() {
            running.cancel.cancel();
            running.finish(Heard::Overtaken(Overtaken::Request));
        }
        if let Some((_, task)) = state.waiting.take() {
            task.flight.finish(Heard::Overtaken(Overtaken::Request));
        }
        self.wake.notify_all();
    }

    fn work(&self, load: Loader, reports: &Reports) {
        if !self.wait_until_wanted() {
            return;
        }
        let mut loaded = load_model(load, reports);
        while let Some(work) = self.next() {
            loaded.iter_mut().for_each(|generator| generator.refresh());
            match (&mut loaded, work) {
                (Ok(generator), Work::Task(task)) => {
                    reports.status.thinking(true);
                    let begun = Instant::now();
                    let answered = self.run(&task, generator.as_mut(), reports);
                    let mut state = self.lock();
                    state.running = None;
                    if task.trigger == Trigger::Automatic {
                        let ended = answered.is_some();
                        state.pace.worked(answered.unwrap_or_else(Instant::now) - begun, ended);
                    }
                    drop(state);
                    self.rest_from_thinking(reports);
                }
                (Ok(generator), Work::Ahead(ahead, cancel)) => ahead.read(generator.as_mut(), &cancel),
                (Err(why), Work::Task(task)) => {
                    task.flight.finish(Heard::NoModel(why.clone()));
                    self.lock().running = None;
                }
                (Err(_), Work::Ahead(..)) => {}
            }
        }
    }

    /// Tells that the model is at rest, unless a job waits. Returns whether it is.
    fn rest_from_thinking(&self, reports: &Reports) -> bool {
        let at_rest = self.lock().waiting.is_none();
        if at_rest {
            reports.status.thinking(false);
        }
        at_rest
    }

    /// Works for a job; returns when its answer was there, unless it was no longer wanted.
    fn run(&self, task: &Task, generator: &mut dyn Generator, reports: &Reports) -> Option<Instant> {
        let Task { flight, snapshot, cursor, trigger, selected, given, memory, settings } = task;
        let selected = selected.clone();
        let job = Job { trigger: *trigger, selected, memory, ..Job::at(snapshot, *cursor, settings) };
        if let Some(given) = given {
            let found = || alternatives(&job, given, generator, &flight.cancel);
            flight.finish(Heard::Others(catch_unwind(AssertUnwindSafe(found)).unwrap_or_default()));
            return None;
        }
        let mut progress = |raw: &str| flight.wrote(raw);
        // A defect in the pipeline costs one suggestion, not the session.
        let trace =
            catch_unwind(AssertUnwindSafe(|| suggest(&job, generator, &flight.cancel, &mut progress)));
        let Ok(trace) = trace.map(Arc::new) else {
            let why = "computing this suggestion failed unexpectedly; stderr tells more";
            flight.finish(Heard::NoModel(why.to_owned()));
            return None;
        };
        let answered = (!flight.cancel.is_cancelled()).then(Instant::now);
        if !trace.is_cut_short() {
            flight.finish(Heard::Done(trace));
            return answered;
        }
        flight.answer(&trace);
        let mut longer = None;
        if self.rest_from_thinking(reports) {
            let more = || extend(&job, &trace, generator, &flight.cancel, &mut progress);
            longer = catch_unwind(AssertUnwindSafe(more)).ok().flatten();
        }
        flight.finish(Heard::Done(longer.map_or(trace, Arc::new)));
        answered
    }
}

fn load_model(load: Loader, reports: &Reports) -> Result<Box<dyn Generator>, String> {
    let mut report = |progress: LoadProgress| {
        reports.progress.report(progress.clone());
        reports.status.loading(progress);
    };
    report(LoadProgress { message: "loading the model".to_owned(), percent: None });
    let loaded = catch_unwind(AssertUnwindSafe(|| load(&mut report))).unwrap_or_else(|_| {
        Err("loading the model failed unexpectedly; `housestyle doctor` may tell more".to_owned())
    });
    match &loaded {
        Ok(generator) => {
            let model = generator.describe().model;
            reports.progress.end(&format!("{model} is ready"));
            reports.status.ready(model);
        }
        Err(why) => {
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
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use housestyle_complete::generator::{
        Chunk, Description, Flow, GenerateError, Generation, Prompt, Request, Stop, Usage,
    };
    use housestyle_text::Language;

    use super::*;

    /// Long enough for any machine.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// What the model was asked for, and when.
    #[derive(Debug)]
    enum Asked {
        Warm(String),
        WarmEnded(Instant),
        Beside(Vec<String>),
        Generate(Instant),
    }

    /// A model that reads ahead for ever, but where the text says that it is short.
    struct Slow(Sender<Asked>);

    impl Generator for Slow {
        fn describe(&self) -> Description {
            Description { model: "slow".to_owned(), fim: true, context_tokens: 4096, adapter: None }
        }

        fn count_tokens(&self, text: &str) -> usize {
            text.len()
        }

        fn generate(
            &mut self,
            _request: &Request,
            _cancel: &Cancel,
            _listener: &mut dyn FnMut(Chunk<'_>) -> Flow,
        ) -> Result<Generation, GenerateError> {
            self.0.send(Asked::Generate(Instant::now())).ok();
            Ok(Generation { text: "five();".to_owned(), stop: Stop::EndOfText, usage: Usage::default() })
        }

        fn prefill(&mut self, prompt: &Prompt, cancel: &Cancel) -> Result<Usage, GenerateError> {
            let text = format!("{:?}", prompt.parts);
            let short = text.contains("short");
            self.0.send(Asked::Warm(text)).ok();
            while !short && !cancel.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            self.0.send(Asked::WarmEnded(Instant::now())).ok();
            Ok(Usage::default())
        }

        fn set_draft_sources(&mut self, texts: &[&str], _cancel: &Cancel) {
            self.0.send(Asked::Beside(texts.iter().map(|text| (*text).to_owned()).collect())).ok();
        }
    }

    fn start() -> (Worker, Receiver<Asked>) {
        let (sender, asked) = channel();
        let (outbox, _) = Outbox::new();
        let reports = Reports {
            status: Arc::new(Status::new(outbox.clone())),
            progress: Arc::new(Progress::new(outbox.clone())),
            outbox,
        };
        let worker = Worker::start(Box::new(move |_| Ok(Box::new(Slow(sender)))), reports);
        worker.want_model();
        (worker, asked)
    }

    fn ahead(text: &str) -> Ahead {
        let snapshot = Snapshot::new(text, 1, Language::from_id("rust"));
        let cursor = Some(Offset(text.len()));
        let others = Vec::new();
        Ahead {
            uri: "file:///a.rs".to_owned(),
            snapshot,
            cursor,
            others,
            memory: Arc::default(),
            settings: Arc::default(),
        }
    }

    #[test]
    fn a_request_does_not_wait_for_what_is_read_ahead() {
        let (worker, asked) = start();
        let wait = || asked.recv_timeout(PATIENCE).expect("the model is asked");
        // The best of a few, as other work of the machine is not ours.
        let waits = (0..5).map(|_| {
            worker.rest(Some(ahead("let x = ")), Duration::ZERO);
            assert!(matches!(wait(), Asked::Warm(_)));
            let (flight, _listening) = Flight::new();
            let Ahead { snapshot, cursor, settings, .. } = ahead("let x = ");
            let (cursor, trigger) = (cursor.unwrap_or_default(), Trigger::Automatic);
            let begun = Instant::now();
            worker.submit(Task {
                flight,
                snapshot,
                cursor,
                trigger,
                selected: None,
                given: None,
                memory: Arc::default(),
                settings,
            });
            assert!(matches!(wait(), Asked::WarmEnded(_)));
            let Asked::Generate(at) = wait() else { panic!("nothing is read before a request") };
            at - begun
        });
        let best = waits.min().unwrap_or_default();
        assert!(best < Duration::from_millis(10), "{best:?}");
    }

    #[test]
    fn what_stands_beside_is_told_when_all_is_read_and_never_for_a_request() {
        let (worker, asked) = start();
        let wait = || asked.recv_timeout(PATIENCE).expect("the model is asked");
        let text = format!("let far = 1;\n{}let short = ", "let number = 1;\n".repeat(500));
        let mut here = ahead(&text);
        let snapshot = Snapshot::new("let other = 1;\n", 1, Language::from_id("rust"));
        here.others = vec![housestyle_complete::DraftSource { snapshot, cursor: Offset(0) }];
        let Ahead { snapshot, cursor, settings, .. } = here.clone();
        let request = |flight| Task {
            flight,
            snapshot: snapshot.clone(),
            cursor: cursor.unwrap_or_default(),
            trigger: Trigger::Automatic,
            selected: None,
            given: None,
            memory: Arc::default(),
            settings: Arc::clone(&settings),
        };
        let (flight, _listening) = Flight::new();
        worker.submit(request(flight));
        assert!(matches!(wait(), Asked::Generate(_)));
        worker.rest(Some(here), Duration::ZERO);
        assert!(matches!(wait(), Asked::Warm(prompt) if !prompt.contains("far")));
        assert!(matches!(wait(), Asked::WarmEnded(_)));
        let Asked::Beside(texts) = wait() else { panic!("nothing is told") };
        assert!(texts[0] == "let other = 1;\n" && texts[1].starts_with("let far = 1;\n"), "{texts:?}");
        let (flight, _listening) = Flight::new();
        worker.submit(request(flight));
        assert!(matches!(wait(), Asked::Generate(_)));
        assert!(asked.recv_timeout(Duration::from_millis(100)).is_err(), "a request tells nothing");
    }

    #[test]
    fn a_change_ends_what_is_read_and_quiet_comes_first() {
        let (worker, asked) = start();
        let wait = || asked.recv_timeout(PATIENCE).expect("the model is asked");
        worker.rest(Some(ahead("let x = ")), Duration::ZERO);
        assert!(matches!(wait(), Asked::Warm(_)));
        // Typing: each key is another place, and none but the last sees its quiet.
        let quiet = Duration::from_millis(200);
        let mut last = Instant::now();
        for typed in ["\nlet x = f", "\nlet x = fi", "\nlet x = five"] {
            last = Instant::now();
            worker.rest(Some(ahead(typed)), quiet);
        }
        let Asked::WarmEnded(ended) = wait() else { panic!("what was read goes on") };
        let Asked::Warm(prompt) = wait() else { panic!("nothing is read for the new place") };
        assert!(last.elapsed() >= quiet && ended - last < PATIENCE);
        assert!(prompt.contains("five"), "{prompt}");
        worker.rest(None, Duration::ZERO);
        assert!(matches!(wait(), Asked::WarmEnded(_)));
        assert!(asked.recv_timeout(3 * quiet).is_err(), "nothing is left to read");
    }
}
