//! A generation under way: the text that the model wrote so far, and the one request that waits for it.
//!
//! The session, which knows the text that the user types, and the worker, which knows the text that the model writes,
//! share it. Another request may take the place of the one that waits, so a generation of the text that the user types
//! serves the next request, too.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use housestyle_complete::Trace;
use housestyle_complete::generator::Cancel;
use tokio::sync::oneshot;
use tracing::info;

/// The number that the next generation gets in the log.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The result of a generation for the request that waits for it.
#[derive(Debug)]
pub(crate) enum GenerationResult {
    /// The run has ended with this trace.
    Done(Arc<Trace>),
    /// The run has ended with these alternatives to the current suggestion.
    Alternatives(Vec<Trace>),
    /// There is no model; the text says why.
    NoModel(String),
    /// The document changed or a newer request came: say `null`, now.
    Overtaken(Overtaken),
}

/// The event that overtook a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overtaken {
    /// The document was changed or closed.
    Change,
    /// Another request came.
    Request,
}

/// Why a run was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CancelReason {
    /// The user types another text than the model writes.
    OtherTextTyped,
    /// The document changed elsewhere than after the run's cursor.
    ChangedElsewhere,
    /// The document was closed, or opened anew.
    DocumentClosed,
    /// The user looks at another document.
    FocusLost,
    /// The settings changed.
    SettingsChanged,
    /// The notes or the skills for the document changed.
    ContextChanged,
    /// No request waits any more.
    NoRequest,
    /// A newer job takes its place.
    NewerJob {
        /// The number of that job in the log.
        id: u64,
    },
    /// The server ends.
    ServerEnds,
}

/// A generation under way.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    /// Its number in the log.
    pub(crate) id: u64,
    cancel: Cancel,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The text that the model wrote so far, unfiltered.
    raw: String,
    /// The text that the user typed since the run's cursor.
    typed: String,
    waiter: Option<(u64, oneshot::Sender<GenerationResult>)>,
    serial: u64,
    over: bool,
    /// The trace with which the run ended, until somebody takes it.
    result: Option<Arc<Trace>>,
}

/// A request that waits for the end of a run. Dropping it before the end cancels the run.
#[derive(Debug)]
pub(crate) struct Waiter {
    in_flight: Arc<InFlight>,
    serial: u64,
    receiver: oneshot::Receiver<GenerationResult>,
}

impl InFlight {
    /// Returns a run that has not begun, and its first waiter.
    pub(crate) fn new() -> (Arc<InFlight>, Waiter) {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let in_flight = Arc::new(InFlight { id, ..InFlight::default() });
        let waiter = InFlight::new_waiter(&in_flight, &mut in_flight.lock());
        (in_flight, waiter)
    }

    fn new_waiter(in_flight: &Arc<InFlight>, state: &mut State) -> Waiter {
        let (sender, receiver) = oneshot::channel();
        state.serial += 1;
        let serial = state.serial;
        state.waiter = Some((serial, sender));
        Waiter { in_flight: Arc::clone(in_flight), serial, receiver }
    }

    /// Waits for this run instead of starting one, if it will be of use: the user typed nothing since
    /// its cursor, or typed the text that it wrote. An earlier waiter is overtaken.
    pub(crate) fn join(in_flight: &Arc<InFlight>, typed: &str) -> Option<Waiter> {
        let mut state = in_flight.lock();
        let agrees = typed.is_empty() || state.raw.starts_with(typed);
        if state.over || in_flight.is_cancelled() || !agrees {
            return None;
        }
        state.typed = typed.to_owned();
        if let Some((_, waiter)) = state.waiter.take() {
            info!(job = in_flight.id, "the waiting request is overtaken by one that joins");
            drop(waiter.send(GenerationResult::Overtaken(Overtaken::Request)));
        }
        // Under the same lock: nobody would answer a request that waits for a run which ended in between.
        Some(InFlight::new_waiter(in_flight, &mut state))
    }

    /// Tells the waiting request, if there is one, that it was overtaken.
    pub(crate) fn overtake(&self, by: Overtaken) {
        if let Some((_, waiter)) = self.lock().waiter.take() {
            info!(job = self.id, ?by, "the waiting request is overtaken");
            drop(waiter.send(GenerationResult::Overtaken(by)));
        }
    }

    /// Takes the text that the user typed since the run's cursor. A run that writes another text ends.
    pub(crate) fn typed(&self, typed: String) {
        let mut state = self.lock();
        state.typed = typed;
        self.end_if_contradicted(&state);
    }

    /// Takes the whole text that the model wrote so far.
    pub(crate) fn wrote(&self, raw: &str) {
        let mut state = self.lock();
        state.raw.clear();
        state.raw.push_str(raw);
        self.end_if_contradicted(&state);
    }

    fn end_if_contradicted(&self, state: &State) {
        // Brackets and quotes at the end may be what the editor closed by itself, right of the cursor.
        let by_hand = state.typed.trim_end_matches([')', ']', '}', '>', '"', '\'', '`']);
        let agree = state.raw.starts_with(by_hand) || by_hand.starts_with(&state.raw);
        if !agree {
            self.end(state, CancelReason::OtherTextTyped);
        }
    }

    /// Cancels the run.
    pub(crate) fn cancel(&self, reason: CancelReason) {
        self.end(&self.lock(), reason);
    }

    fn end(&self, state: &State, reason: CancelReason) {
        if !state.over && !self.is_cancelled() {
            info!(job = self.id, ?reason, "cancelled");
        }
        self.cancel.cancel();
    }

    /// Returns whether the run was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Returns the flag by which the model learns of a cancellation.
    pub(crate) fn flag(&self) -> &Cancel {
        &self.cancel
    }

    /// Begins the run, if a request waits for it; else it is over before it began. Returns which.
    pub(crate) fn begin(&self) -> bool {
        let mut state = self.lock();
        state.over |= state.waiter.is_none();
        !state.over
    }

    /// Returns whether a request waits for this run.
    pub(crate) fn is_awaited(&self) -> bool {
        self.lock().waiter.is_some()
    }

    /// Takes the trace with which the run ended, if it has ended and nobody took the trace before.
    pub(crate) fn take_result(&self) -> Option<Arc<Trace>> {
        self.lock().result.take()
    }

    /// Answers the waiting request while the run goes on: the run may end with a longer suggestion.
    pub(crate) fn answer(&self, trace: &Arc<Trace>) {
        let mut state = self.lock();
        state.result = Some(Arc::clone(trace));
        if let Some((_, waiter)) = state.waiter.take() {
            drop(waiter.send(GenerationResult::Done(Arc::clone(trace))));
        }
    }

    /// Ends the run and answers the waiting request. The trace can be taken even if nobody waits.
    pub(crate) fn finish(&self, result: GenerationResult) {
        let mut state = self.lock();
        state.over = true;
        if let GenerationResult::Done(trace) = &result {
            state.result = Some(Arc::clone(trace));
        }
        if let Some((_, waiter)) = state.waiter.take() {
            drop(waiter.send(result));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves plain data behind, which is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter {
    /// Waits for the end of the run.
    pub(crate) async fn wait(&mut self) -> GenerationResult {
        (&mut self.receiver).await.unwrap_or(GenerationResult::Overtaken(Overtaken::Request))
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut state = self.in_flight.lock();
        if state.waiter.as_ref().is_some_and(|(serial, _)| *serial == self.serial) {
            state.waiter = None;
            self.in_flight.end(&state, CancelReason::NoRequest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(waiter: &mut Waiter) -> Option<GenerationResult> {
        waiter.receiver.try_recv().ok()
    }

    #[test]
    fn a_run_that_writes_what_is_typed_goes_on() {
        let (in_flight, _first) = InFlight::new();
        in_flight.wrote("fn ma");
        in_flight.typed("fn".to_owned());
        in_flight.wrote("fn main");
        assert!(!in_flight.is_cancelled());
        in_flight.typed("fn x".to_owned());
        assert!(in_flight.is_cancelled());
    }

    #[test]
    fn a_run_that_nobody_waits_for_does_not_begin_and_cannot_be_joined() {
        let (in_flight, waiter) = InFlight::new();
        assert!(in_flight.begin());
        in_flight.overtake(Overtaken::Change);
        assert!(InFlight::join(&in_flight, "").is_some(), "it runs");
        drop(waiter);

        let (in_flight, _waiter) = InFlight::new();
        in_flight.overtake(Overtaken::Change);
        assert!(!in_flight.begin());
        assert!(InFlight::join(&in_flight, "").is_none(), "it will never end");
    }

    #[test]
    fn closers_that_the_editor_adds_are_no_contradiction() {
        let (in_flight, _first) = InFlight::new();
        in_flight.wrote("f(x, y);");
        in_flight.typed("f()".to_owned());
        in_flight.typed("f(x)".to_owned());
        assert!(!in_flight.is_cancelled());
        in_flight.typed("f(y)".to_owned());
        assert!(in_flight.is_cancelled());
    }

    #[test]
    fn a_run_that_will_write_something_else_ends_when_it_does() {
        let (in_flight, _first) = InFlight::new();
        in_flight.typed("let".to_owned());
        in_flight.wrote("le");
        assert!(!in_flight.is_cancelled());
        in_flight.wrote("leg");
        assert!(in_flight.is_cancelled());
    }

    #[test]
    fn a_run_that_answered_may_go_on() {
        let (in_flight, mut first) = InFlight::new();
        in_flight.wrote("a();");
        let trace = Arc::new(Trace::nothing(housestyle_complete::Reason::Cancelled));
        in_flight.answer(&trace);
        assert!(matches!(received(&mut first), Some(GenerationResult::Done(_))));
        drop(first);
        assert!(!in_flight.is_cancelled() && !in_flight.is_awaited());
        assert!(in_flight.take_result().is_some());
        // Who typed all that was answered waits for the rest.
        let mut second = InFlight::join(&in_flight, "a();").expect("it goes on");
        in_flight.finish(GenerationResult::Done(trace));
        assert!(matches!(received(&mut second), Some(GenerationResult::Done(_))));
        assert!(in_flight.take_result().is_some());
    }

    #[test]
    fn a_waiter_that_goes_away_ends_the_run() {
        let (in_flight, waiter) = InFlight::new();
        drop(waiter);
        assert!(in_flight.is_cancelled());
        assert!(!in_flight.is_awaited());
    }

    #[test]
    fn an_overtaken_waiter_does_not_end_the_run() {
        let (in_flight, mut waiter) = InFlight::new();
        in_flight.overtake(Overtaken::Change);
        assert!(matches!(received(&mut waiter), Some(GenerationResult::Overtaken(Overtaken::Change))));
        drop(waiter);
        assert!(!in_flight.is_cancelled());
    }

    #[test]
    fn joining_overtakes_and_needs_agreement() {
        let (in_flight, mut first) = InFlight::new();
        let second = InFlight::join(&in_flight, "");
        assert!(second.is_some());
        assert!(matches!(received(&mut first), Some(GenerationResult::Overtaken(Overtaken::Request))));
        drop(first);
        assert!(in_flight.is_awaited());

        assert!(InFlight::join(&in_flight, "ab").is_none(), "nothing was written yet");
        in_flight.wrote("abc");
        assert!(InFlight::join(&in_flight, "ab").is_some());
        in_flight.finish(GenerationResult::NoModel(String::new()));
        assert!(InFlight::join(&in_flight, "ab").is_none(), "it is over");
    }
}
