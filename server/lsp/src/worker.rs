//! The thread on which the model works, and the one slot before it.
//!
//! A newer job replaces a waiting one, whose request is answered at once: only the newest is worth
//! computing. The thread owns the model, so nothing else ever waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use housestyle_complete::generator::Generator;
use housestyle_complete::settings::Settings;
use housestyle_complete::{Job, Selected, Trigger, suggest};
use housestyle_text::{Offset, Snapshot};

use crate::flight::{Flight, Heard, Overtaken};
use crate::host::{LoadProgress, Loader};
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
    /// The settings for all languages.
    pub(crate) settings: Arc<Settings>,
}

#[derive(Default)]
struct State {
    wanted: bool,
    waiting: Option<Task>,
    running: Option<Arc<Flight>>,
    closed: bool,
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
        if let Some(running) = state.running.as_ref().filter(|running| !running.is_awaited()) {
            running.cancel.cancel();
        }
        state.wanted = true;
        if let Some(replaced) = state.waiting.replace(task) {
            replaced.flight.finish(Heard::Overtaken(Overtaken::Request));
        }
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

    /// Waits until `ready` finds something, or nothing when the worker is closed.
    fn wait<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(found) = ready(&mut state) {
                return Some(found);
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no more jobs, and tells all that wait.
    fn end(&self) {
        let mut state = self.lock();
        state.closed = true;
        if let Some(running) = state.running.take() {
            running.cancel.cancel();
            running.finish(Heard::Overtaken(Overtaken::Request));
        }
        if let Some(task) = state.waiting.take() {
            task.flight.finish(Heard::Overtaken(Overtaken::Request));
        }
        self.wake.notify_all();
    }

    fn work(&self, load: Loader, reports: &Reports) {
        if self.wait(|state| state.wanted.then_some(())).is_none() {
            return;
        }
        let loaded = load_model(load, reports);
        match loaded {
            Ok(mut generator) => {
                while let Some(task) = self.next_task() {
                    reports.status.thinking(true);
                    run(&task, generator.as_mut());
                    let more = {
                        let mut state = self.lock();
                        state.running = None;
                        state.waiting.is_some()
                    };
                    if !more {
                        reports.status.thinking(false);
                    }
                }
            }
            Err(why) => {
                while let Some(task) = self.next_task() {
                    task.flight.finish(Heard::NoModel(why.clone()));
                    self.lock().running = None;
                }
            }
        }
    }

    /// Takes the waiting job; one whose request went away is passed over.
    fn next_task(&self) -> Option<Task> {
        self.wait(|state| {
            let task = state.waiting.take().filter(|task| task.flight.begin())?;
            state.running = Some(Arc::clone(&task.flight));
            Some(task)
        })
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

fn run(task: &Task, generator: &mut dyn Generator) {
    let job = Job {
        snapshot: &task.snapshot,
        cursor: task.cursor,
        trigger: task.trigger,
        selected: task.selected.clone(),
        settings: &task.settings,
    };
    let flight = &task.flight;
    // A defect in the pipeline costs one suggestion, not the session.
    let trace = catch_unwind(AssertUnwindSafe(|| {
        suggest(&job, generator, &flight.cancel, &mut |raw| flight.wrote(raw))
    }));
    flight.finish(match trace {
        Ok(trace) => Heard::Done(Arc::new(trace)),
        Err(_) => {
            Heard::NoModel("computing this suggestion failed unexpectedly; stderr tells more".to_owned())
        }
    });
}
