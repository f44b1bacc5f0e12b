//! Hints: where open documents do not follow the team's skills. A document is checked after a pause in typing. The hints
//! are published, or, where the client asks for them itself, wait until it does.
//!
//! A thread of its own, which sleeps while nobody does anything. It alone looks up the skills that may be served, as that
//! reads a repository, and sets them where requests find them; so no message ever waits for either. Hints for a document
//! that changed meanwhile are thrown away: the change has asked for another check.

mod actions;
mod find;
mod publish;

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;

use crate::documents::Hints;
use crate::host::SkillsLookup;
use crate::session::Session;
use crate::survive::survive;
use crate::transport::Outbox;

pub(crate) use actions::actions;
pub(crate) use find::{CheckInput, find};
pub(crate) use publish::{SOURCE, clear, diagnostic, report};

/// How long the user must not have typed before a document is checked.
const PAUSE: Duration = Duration::from_millis(300);

enum Check {
    /// After a pause.
    Soon(String),
    /// At once: something else than the text has changed.
    Now(Vec<String>),
}

/// The way to the thread.
#[derive(Debug, Clone)]
pub(crate) struct Hinter {
    requests: mpsc::Sender<Check>,
    checked: watch::Receiver<()>,
}

impl Hinter {
    /// Starts the thread.
    pub(crate) fn start(state: Arc<Mutex<Session>>, outbox: Outbox, skills: SkillsLookup) -> Hinter {
        let (sender, requests) = mpsc::channel();
        let (signal, checked) = watch::channel(());
        let (refreshes, reported) = (0, BTreeSet::new());
        let mut checker = Checker { state, outbox, skills, checked: signal, refreshes, reported };
        let work = move || {
            let mut due: HashMap<String, Instant> = HashMap::new();
            loop {
                let next = due.values().min().map(|at| at.saturating_duration_since(Instant::now()));
                let request = match next {
                    None => requests.recv().map_err(RecvTimeoutError::from),
                    Some(wait) => requests.recv_timeout(wait),
                };
                let now = Instant::now();
                match request {
                    Err(RecvTimeoutError::Disconnected) => return,
                    Ok(Check::Soon(uri)) => drop(due.insert(uri, now + PAUSE)),
                    Ok(Check::Now(uris)) => due.extend(uris.into_iter().map(|uri| (uri, now))),
                    Err(RecvTimeoutError::Timeout) => {
                        let now_due: Vec<String> =
                            due.iter().filter(|(_, at)| **at <= now).map(|(uri, _)| uri.clone()).collect();
                        for uri in now_due {
                            due.remove(&uri);
                            // A rule that panics costs the hints of one document.
                            let changed =
                                survive(|| checker.check(&uri)).unwrap_or_else(|| checker.give_up(&uri));
                            checker.checked.send_replace(());
                            due.extend(changed.into_iter().map(|uri| (uri, now)));
                        }
                    }
                }
            }
        };
        // Without a thread there are no skills; completions are worth more.
        drop(std::thread::Builder::new().name("hints".to_owned()).spawn(work));
        Hinter { requests: sender, checked }
    }

    /// Returns a signal that changes whenever a document was checked.
    pub(crate) fn checked(&self) -> watch::Receiver<()> {
        self.checked.clone()
    }

    /// Lets a document be checked after a pause.
    pub(crate) fn check_soon(&self, uri: &str) {
        self.requests.send(Check::Soon(uri.to_owned())).ok();
    }

    /// Lets documents be checked at once, as something else than their text has changed.
    pub(crate) fn check_now(&self, uris: Vec<String>) {
        self.requests.send(Check::Now(uris)).ok();
    }
}

/// Everything that the thread works with.
struct Checker {
    state: Arc<Mutex<Session>>,
    outbox: Outbox,
    skills: SkillsLookup,
    /// Changes whenever a document was checked.
    checked: watch::Sender<()>,
    /// How often the client was asked to ask again: each time is a request of its own.
    refreshes: usize,
    /// The problems that were reported to the user.
    reported: BTreeSet<String>,
}

impl Checker {
    /// Checks a document; returns the other documents where the skills have changed: they need another check.
    fn check(&mut self, uri: &str) -> Vec<String> {
        let session = lock(&self.state);
        let Some(document) = session.documents.get(uri) else { return Vec::new() };
        let root = session.root_of(uri);
        let wanted = document.settings.trusted && document.settings.skills_enabled;
        drop(session);
        let skills = root.filter(|_| wanted).map(|root| (self.skills)(&root)).unwrap_or_default();
        if let Some(problem) = skills.problem() {
            self.tell(problem);
        }
        let mut session = lock(&self.state);
        let changed = session.set_skills(uri, skills);
        let recheck = if changed {
            session.documents.keys().filter(|it| *it != uri).cloned().collect()
        } else {
            vec![]
        };
        let Some(input) = CheckInput::of(&session, uri) else { return recheck };
        drop(session);
        let found = find(&input);
        let mut session = lock(&self.state);
        let (encoding, asks) = (session.encoding, session.client.asks_for_hints);
        let exceptions = session.exceptions(uri);
        let Some(document) = session.documents.get_mut(uri) else { return recheck };
        // Somebody said "not here" meanwhile: that asked for another check.
        if document.revision == input.revision && exceptions == input.exceptions {
            if document.hints.list != found {
                if !asks {
                    publish::publish(&self.outbox, uri, &document.snapshot, encoding, &found);
                } else if document.hints.revision == Some(input.revision) {
                    // The text is the same, so that the client does not ask by itself.
                    self.refreshes += 1;
                    refresh(&self.outbox, self.refreshes);
                }
            }
            document.hints = Hints { revision: Some(input.revision), list: found };
        }
        recheck
    }

    /// Tells the user a problem, once in a session.
    fn tell(&mut self, problem: &str) {
        if self.reported.insert(problem.to_owned()) {
            let message = format!("Housestyle skills: {problem}");
            self.outbox.notify("window/showMessage", &json!({ "type": 2, "message": message }));
        }
    }

    /// Sets that a document has no hints, so that nobody waits for them.
    fn give_up(&self, uri: &str) -> Vec<String> {
        let mut session = lock(&self.state);
        if let Some(document) = session.documents.get_mut(uri) {
            document.hints = Hints { revision: Some(document.revision), list: Arc::default() };
        }
        Vec::new()
    }
}

fn lock(state: &Mutex<Session>) -> MutexGuard<'_, Session> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the client ask again. Its answer says nothing.
fn refresh(outbox: &Outbox, number: usize) {
    outbox.send(&json!({
        "jsonrpc": "2.0",
        "id": format!("housestyle-hints-{number}"),
        "method": "workspace/diagnostic/refresh",
    }));
}
