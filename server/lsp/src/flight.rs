//! One run of the model: what it wrote so far, and the one request that waits for it.
//!
//! Shared between the session, which knows what the user types, and the worker, which knows what
//! the model writes. The request that waits may be taken off and another one put on, so that a run
//! which writes what is being typed serves the request after.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use housestyle_complete::Trace;
use housestyle_complete::generator::Cancel;
use tokio::sync::oneshot;

/// What a waiting request hears.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The run has ended with this.
    Done(Arc<Trace>),
    /// The run has ended with these, beside the suggestion that the request had.
    Others(Vec<Trace>),
    /// There is no model; the text says why.
    NoModel(String),
    /// The document changed or a newer request came: say `null`, now.
    Overtaken(Overtaken),
}

/// By what a request was overtaken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overtaken {
    /// The document was changed or closed.
    Change,
    /// Another request came.
    Request,
}

/// A run of the model.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    /// Ends the run.
    pub(crate) cancel: Cancel,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What the model wrote so far, unfiltered.
    raw: String,
    /// What the user typed since the run's cursor.
    typed: String,
    listener: Option<(u64, oneshot::Sender<Heard>)>,
    serial: u64,
    over: bool,
    /// What it ended with, until somebody takes it.
    result: Option<Arc<Trace>>,
}

/// The right to hear of the end of a run. Dropping it before takes the request off and ends the run.
#[derive(Debug)]
pub(crate) struct Listening {
    flight: Arc<Flight>,
    serial: u64,
    receiver: oneshot::Receiver<Heard>,
}

impl Flight {
    /// Returns a run that has not begun, and its first listener.
    pub(crate) fn new() -> (Arc<Flight>, Listening) {
        let flight = Arc::new(Flight::default());
        let listening = Flight::listen(&flight);
        (flight, listening)
    }

    fn listen(flight: &Arc<Flight>) -> Listening {
        let (sender, receiver) = oneshot::channel();
        let mut state = flight.lock();
        state.serial += 1;
        let serial = state.serial;
        state.listener = Some((serial, sender));
        Listening { flight: Arc::clone(flight), serial, receiver }
    }

    /// Waits for this run instead of starting one, if it will be of use: nothing was typed since
    /// its cursor, or what was typed is what it wrote. An earlier listener is overtaken.
    pub(crate) fn join(flight: &Arc<Flight>, typed: &str) -> Option<Listening> {
        {
            let mut state = flight.lock();
            let agrees = typed.is_empty() || state.raw.starts_with(typed);
            if state.over || flight.cancel.is_cancelled() || !agrees {
                return None;
            }
            state.typed = typed.to_owned();
            if let Some((_, listener)) = state.listener.take() {
                drop(listener.send(Heard::Overtaken(Overtaken::Request)));
            }
        }
        Some(Flight::listen(flight))
    }

    /// Tells the waiting request, if there is one, that it was overtaken.
    pub(crate) fn overtake(&self, by: Overtaken) {
        if let Some((_, listener)) = self.lock().listener.take() {
            drop(listener.send(Heard::Overtaken(by)));
        }
    }

    /// Tells of what the user typed since the run's cursor. A run that writes something else ends.
    pub(crate) fn typed(&self, typed: String) {
        let mut state = self.lock();
        state.typed = typed;
        self.end_if_contradicted(&state);
    }

    /// Tells of all that the model wrote so far.
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
            self.cancel.cancel();
        }
    }

    /// Begins the run, if a request waits for it; else it is over before it began. Returns which.
    pub(crate) fn begin(&self) -> bool {
        let mut state = self.lock();
        state.over |= state.listener.is_none();
        !state.over
    }

    /// Returns whether a request waits for this run.
    pub(crate) fn is_awaited(&self) -> bool {
        self.lock().listener.is_some()
    }

    /// Takes what the run ended with, if it has ended and nobody took it before.
    pub(crate) fn take_result(&self) -> Option<Arc<Trace>> {
        self.lock().result.take()
    }

    /// Tells the waiting request what there is, while the run goes on: what it ends with may be more of the same.
    pub(crate) fn answer(&self, trace: &Arc<Trace>) {
        let mut state = self.lock();
        state.result = Some(Arc::clone(trace));
        if let Some((_, listener)) = state.listener.take() {
            drop(listener.send(Heard::Done(Arc::clone(trace))));
        }
    }

    /// Ends the run and tells the waiting request. What it ended with can be taken even if nobody waits.
    pub(crate) fn finish(&self, heard: Heard) {
        let mut state = self.lock();
        state.over = true;
        if let Heard::Done(trace) = &heard {
            state.result = Some(Arc::clone(trace));
        }
        if let Some((_, listener)) = state.listener.take() {
            drop(listener.send(heard));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves plain data behind, which is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    /// Waits for the end of the run.
    pub(crate) async fn hear(&mut self) -> Heard {
        (&mut self.receiver).await.unwrap_or(Heard::Overtaken(Overtaken::Request))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut state = self.flight.lock();
        if state.listener.as_ref().is_some_and(|(serial, _)| *serial == self.serial) {
            state.listener = None;
            self.flight.cancel.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(listening: &mut Listening) -> Option<Heard> {
        listening.receiver.try_recv().ok()
    }

    #[test]
    fn a_run_that_writes_what_is_typed_goes_on() {
        let (flight, _first) = Flight::new();
        flight.wrote("fn ma");
        flight.typed("fn".to_owned());
        flight.wrote("fn main");
        assert!(!flight.cancel.is_cancelled());
        flight.typed("fn x".to_owned());
        assert!(flight.cancel.is_cancelled());
    }

    #[test]
    fn a_run_that_nobody_waits_for_does_not_begin_and_cannot_be_joined() {
        let (flight, listening) = Flight::new();
        assert!(flight.begin());
        flight.overtake(Overtaken::Change);
        assert!(Flight::join(&flight, "").is_some(), "it runs");
        drop(listening);

        let (flight, _listening) = Flight::new();
        flight.overtake(Overtaken::Change);
        assert!(!flight.begin());
        assert!(Flight::join(&flight, "").is_none(), "it will never end");
    }

    #[test]
    fn closers_that_the_editor_adds_are_no_contradiction() {
        let (flight, _first) = Flight::new();
        flight.wrote("f(x, y);");
        flight.typed("f()".to_owned());
        flight.typed("f(x)".to_owned());
        assert!(!flight.cancel.is_cancelled());
        flight.typed("f(y)".to_owned());
        assert!(flight.cancel.is_cancelled());
    }

    #[test]
    fn a_run_that_will_write_something_else_ends_when_it_does() {
        let (flight, _first) = Flight::new();
        flight.typed("let".to_owned());
        flight.wrote("le");
        assert!(!flight.cancel.is_cancelled());
        flight.wrote("leg");
        assert!(flight.cancel.is_cancelled());
    }

    #[test]
    fn a_run_that_answered_may_go_on() {
        let (flight, mut first) = Flight::new();
        flight.wrote("a();");
        let trace = Arc::new(Trace::nothing(housestyle_complete::Reason::Cancelled));
        flight.answer(&trace);
        assert!(matches!(heard(&mut first), Some(Heard::Done(_))));
        drop(first);
        assert!(!flight.cancel.is_cancelled() && !flight.is_awaited());
        assert!(flight.take_result().is_some());
        // Who typed all that was answered waits for the rest.
        let mut second = Flight::join(&flight, "a();").expect("it goes on");
        flight.finish(Heard::Done(trace));
        assert!(matches!(heard(&mut second), Some(Heard::Done(_))));
        assert!(flight.take_result().is_some());
    }

    #[test]
    fn a_listener_that_goes_away_ends_the_run() {
        let (flight, listening) = Flight::new();
        drop(listening);
        assert!(flight.cancel.is_cancelled());
        assert!(!flight.is_awaited());
    }

    #[test]
    fn an_overtaken_listener_does_not_end_the_run() {
        let (flight, mut listening) = Flight::new();
        flight.overtake(Overtaken::Change);
        assert!(matches!(heard(&mut listening), Some(Heard::Overtaken(Overtaken::Change))));
        drop(listening);
        assert!(!flight.cancel.is_cancelled());
    }

    #[test]
    fn joining_overtakes_and_needs_agreement() {
        let (flight, mut first) = Flight::new();
        let second = Flight::join(&flight, "");
        assert!(second.is_some());
        assert!(matches!(heard(&mut first), Some(Heard::Overtaken(Overtaken::Request))));
        drop(first);
        assert!(flight.is_awaited());

        assert!(Flight::join(&flight, "ab").is_none(), "nothing was written yet");
        flight.wrote("abc");
        assert!(Flight::join(&flight, "ab").is_some());
        flight.finish(Heard::NoModel(String::new()));
        assert!(Flight::join(&flight, "ab").is_none(), "it is over");
    }
}
