//! Loading, as the standard progress that editors draw a bar for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::host::LoadProgress;
use crate::transport::Outbox;

/// Our token; there is one load in the life of a server.
pub(crate) const TOKEN: &str = "housestyle-load";

#[derive(Debug, Default)]
struct State {
    granted: bool,
    begun: bool,
    latest: Option<LoadProgress>,
    ended: bool,
}

/// The progress of loading the model.
#[derive(Debug)]
pub(crate) struct Progress {
    outbox: Outbox,
    state: Mutex<State>,
}

impl Progress {
    /// Returns the progress of a load that has not begun.
    pub(crate) fn new(outbox: Outbox) -> Progress {
        Progress { outbox, state: Mutex::default() }
    }

    /// The client made room for it.
    pub(crate) fn grant(&self) {
        let mut state = self.lock();
        state.granted = true;
        self.send_latest(&mut state);
    }

    /// Sends how far it has come.
    pub(crate) fn report(&self, progress: LoadProgress) {
        let mut state = self.lock();
        if state.latest.as_ref() != Some(&progress) {
            state.latest = Some(progress);
            self.send_latest(&mut state);
        }
    }

    /// It is over, well or badly.
    pub(crate) fn end(&self, message: &str) {
        let mut state = self.lock();
        state.ended = true;
        if state.begun {
            self.send(json!({ "kind": "end", "message": message }));
        }
    }

    fn send_latest(&self, state: &mut State) {
        let Some(progress) = state.latest.as_ref().filter(|_| state.granted && !state.ended) else { return };
        let mut value = json!({ "kind": "report", "message": progress.message });
        if !state.begun {
            value = json!({
                "kind": "begin", "title": "Housestyle", "cancellable": false, "message": progress.message
            });
        }
        if let Some(percent) = progress.percent {
            value["percentage"] = json!(percent.min(100));
        }
        state.begun = true;
        self.send(value);
    }

    fn send(&self, value: Value) {
        self.outbox.notify("$/progress", &json!({ "token": TOKEN, "value": value }));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(steps: &[fn(&Progress)], expected: &[&str]) {
        let (outbox, writer) = Outbox::new();
        let progress = Progress::new(outbox);
        steps.iter().for_each(|step| step(&progress));
        let sent: Vec<String> = writer
            .take()
            .iter()
            .map(|sent| sent["params"]["value"]["kind"].as_str().unwrap_or("?").to_owned())
            .collect();
        assert_eq!(sent, expected);
    }

    fn at(percent: u8) -> LoadProgress {
        LoadProgress { message: "reading".to_owned(), percent: Some(percent) }
    }

    #[test]
    fn begins_when_it_may_and_ends_when_it_began() {
        check(
            &[|p| p.report(at(1)), Progress::grant, |p| p.report(at(2)), |p| p.end("ok")],
            &["begin", "report", "end"],
        );
        check(
            &[Progress::grant, |p| p.report(at(1)), |p| p.report(at(1)), |p| p.end("ok")],
            &["begin", "end"],
        );
    }

    #[test]
    fn a_load_that_was_quicker_than_the_client_is_not_sent() {
        check(&[|p| p.report(at(1)), |p| p.end("ok"), Progress::grant], &[]);
    }
}
