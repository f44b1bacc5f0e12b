//! The server's status, which the editor gets at each change.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::host::LoadProgress;
use crate::transport::Outbox;

/// Our notification.
pub(crate) const STATUS: &str = "housestyle/status";
/// Copilot's, which editors' plugins know already.
pub(crate) const COPILOT_STATUS: &str = "didChangeStatus";

#[derive(Debug, Clone, PartialEq, Eq)]
enum Model {
    NotNeededYet,
    Loading(LoadProgress),
    Ready(String),
    Failed(String),
}

#[derive(Debug)]
struct State {
    model: Model,
    thinking: bool,
    off: Option<String>,
    paused: bool,
    last: Option<(String, String)>,
    /// Whether the client listens: nothing is sent before.
    open: bool,
    /// The parameters sent last.
    sent: Value,
}

/// The state of the server for people.
#[derive(Debug)]
pub(crate) struct Status {
    outbox: Outbox,
    state: Mutex<State>,
}

impl Status {
    /// Returns the status of a server that has done nothing yet.
    pub(crate) fn new(outbox: Outbox) -> Status {
        let state = State {
            model: Model::NotNeededYet,
            thinking: false,
            off: None,
            paused: false,
            last: None,
            open: false,
            sent: Value::Null,
        };
        Status { outbox, state: Mutex::new(state) }
    }

    /// The client listens from now on.
    pub(crate) fn open(&self) {
        self.change(|state| state.open = true);
    }

    /// The model is being loaded.
    pub(crate) fn loading(&self, progress: LoadProgress) {
        self.change(|state| state.model = Model::Loading(progress));
    }

    /// The model is there.
    pub(crate) fn ready(&self, model: String) {
        self.change(|state| state.model = Model::Ready(model));
    }

    /// There is no model.
    pub(crate) fn failed(&self, why: String) {
        self.change(|state| state.model = Model::Failed(why));
    }

    /// The model works, or rests.
    pub(crate) fn thinking(&self, thinking: bool) {
        self.change(|state| state.thinking = thinking);
    }

    /// Completions are off, with the reason, or on.
    pub(crate) fn off(&self, off: Option<String>) {
        self.change(|state| state.off = off);
    }

    /// Completions are paused, or go on.
    pub(crate) fn paused(&self, paused: bool) {
        self.change(|state| state.paused = paused);
    }

    /// How the last request ended.
    pub(crate) fn last(&self, code: &str, message: String) {
        self.change(|state| state.last = Some((code.to_owned(), message)));
    }

    /// Returns the name of the model, once it is there.
    pub(crate) fn model(&self) -> Option<String> {
        match &self.lock().model {
            Model::Ready(model) => Some(model.clone()),
            _ => None,
        }
    }

    /// Returns the parameters of the notification as of now.
    pub(crate) fn params(&self) -> Value {
        params(&self.lock())
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let params = params(&state);
        if !state.open || params == state.sent {
            return;
        }
        self.outbox.notify(STATUS, &params);
        let copilot = copilot(&params);
        if state.sent.is_null() || copilot != self::copilot(&state.sent) {
            self.outbox.notify(COPILOT_STATUS, &copilot);
        }
        state.sent = params;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn params(state: &State) -> Value {
    let mut params = match &state.model {
        Model::Failed(why) => json!({ "state": "error", "message": why }),
        _ if state.off.is_some() => json!({ "state": "off", "message": state.off }),
        _ if state.paused => json!({ "state": "paused", "message": "paused" }),
        Model::Loading(progress) => {
            let mut params = json!({ "state": "loading", "message": progress.message });
            if let Some(percent) = progress.percent {
                params["percent"] = json!(percent.min(100));
            }
            params
        }
        _ if state.thinking => json!({ "state": "thinking", "message": "thinking" }),
        Model::NotNeededYet => {
            json!({ "state": "ready", "message": "ready; the model is loaded when it is needed" })
        }
        Model::Ready(_) => json!({ "state": "ready", "message": "ready" }),
    };
    if let Model::Ready(model) = &state.model {
        params["model"] = json!(model);
    }
    if let Some((code, message)) = &state.last {
        params["last"] = json!({ "code": code, "message": message });
    }
    params
}

/// Returns the parameters of Copilot's notification.
fn copilot(params: &Value) -> Value {
    let state = params["state"].as_str().unwrap_or_default();
    let kind = match state {
        "error" => "Error",
        "off" | "paused" => "Inactive",
        _ => "Normal",
    };
    json!({ "busy": matches!(state, "loading" | "thinking"), "message": params["message"], "kind": kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes `changes` on an open status; what was sent, as `state:message` and `busy:kind`.
    fn check(changes: &[fn(&Status)], expected: &[&str]) {
        let (outbox, writer) = Outbox::new();
        let status = Status::new(outbox);
        status.open();
        drop(writer.take());
        changes.iter().for_each(|change| change(&status));
        let sent: Vec<String> = writer
            .take()
            .iter()
            .map(|sent| {
                let (method, params) = (sent["method"].as_str(), &sent["params"]);
                if method == Some(STATUS) {
                    format!(
                        "{}:{}",
                        params["state"].as_str().unwrap_or("?"),
                        params["message"].as_str().unwrap_or("?")
                    )
                } else {
                    format!("{}:{}", params["busy"], params["kind"].as_str().unwrap_or("?"))
                }
            })
            .collect();
        assert_eq!(sent, expected);
    }

    fn reading(percent: u8) -> LoadProgress {
        LoadProgress { message: "reading".to_owned(), percent: Some(percent) }
    }

    #[test]
    fn sends_changes_once() {
        check(
            &[
                |s| s.loading(reading(10)),
                |s| s.loading(reading(10)),
                |s| s.loading(reading(20)),
                |s| s.ready("tiny".to_owned()),
                |s| s.ready("tiny".to_owned()),
            ],
            &["loading:reading", "true:Normal", "loading:reading", "ready:ready", "false:Normal"],
        );
    }

    #[test]
    fn what_the_user_must_know_comes_first() {
        check(
            &[
                |s| s.paused(true),
                |s| s.thinking(true),
                |s| s.off(Some("switched off".to_owned())),
                |s| s.failed("missing".to_owned()),
            ],
            &[
                "paused:paused",
                "false:Inactive",
                "off:switched off",
                "false:Inactive",
                "error:missing",
                "false:Error",
            ],
        );
    }

    #[test]
    fn sends_nothing_before_it_is_open() {
        let (outbox, writer) = Outbox::new();
        let status = Status::new(outbox);
        status.failed("missing".to_owned());
        assert!(writer.take().is_empty());
        status.open();
        assert_eq!(writer.take().len(), 2);
    }
}
