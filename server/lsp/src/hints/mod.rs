//! Where open documents do not follow the team's skills: looked for after a pause in typing, shown as hints. They are sent,
//! or, where the client asks for them itself, kept until it does.
//!
//! A thread of its own, which sleeps while nobody does anything. It alone asks which skills may be served, as that is
//! read from a repository, and puts them where requests find them; so no message ever waits for either. What it found
//! for a document that changed meanwhile is thrown away: the change has asked for another look.

mod actions;
mod find;
mod publish;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;

use crate::convert;
use crate::documents::Hints;
use crate::host::SkillsOf;
use crate::session::Session;
use crate::transport::Outbox;

pub(crate) use actions::actions;
pub(crate) use find::{Look, find};
pub(crate) use publish::{SOURCE, diagnostic, none, report};

/// How long nothing is typed before a document is looked at.
const PAUSE: Duration = Duration::from_millis(300);

enum Asked {
    /// After a pause.
    Soon(String),
    /// At once: something else than the text is another one.
    Now(Vec<String>),
}

/// The way to the thread.
#[derive(Debug, Clone)]
pub(crate) struct Hinter {
    ask: mpsc::Sender<Asked>,
    looked: watch::Receiver<()>,
}

impl Hinter {
    /// Starts the thread.
    pub(crate) fn start(state: Arc<Mutex<Session>>, outbox: Outbox, skills: SkillsOf) -> Hinter {
        let (sender, asked) = mpsc::channel();
        let (tell, looked) = watch::channel(());
        let desk = Desk { state, outbox, skills, tell, refreshes: AtomicUsize::new(0) };
        let work = move || {
            let mut due: HashMap<String, Instant> = HashMap::new();
            loop {
                let next = due.values().min().map(|at| at.saturating_duration_since(Instant::now()));
                let heard = match next {
                    None => asked.recv().map_err(RecvTimeoutError::from),
                    Some(wait) => asked.recv_timeout(wait),
                };
                let now = Instant::now();
                match heard {
                    Err(RecvTimeoutError::Disconnected) => return,
                    Ok(Asked::Soon(uri)) => drop(due.insert(uri, now + PAUSE)),
                    Ok(Asked::Now(uris)) => due.extend(uris.into_iter().map(|uri| (uri, now))),
                    Err(RecvTimeoutError::Timeout) => {
                        let ready: Vec<String> =
                            due.iter().filter(|(_, at)| **at <= now).map(|(uri, _)| uri.clone()).collect();
                        for uri in ready {
                            due.remove(&uri);
                            // A rule that panics costs the hints of one document.
                            let look = AssertUnwindSafe(|| desk.look(&uri));
                            let changed = catch_unwind(look).unwrap_or_else(|_| desk.give_up(&uri));
                            desk.tell.send_replace(());
                            due.extend(changed.into_iter().map(|uri| (uri, now)));
                        }
                    }
                }
            }
        };
        // Without a thread there are no skills; completions are worth more.
        drop(std::thread::Builder::new().name("hints".to_owned()).spawn(work));
        Hinter { ask: sender, looked }
    }

    /// Returns what changes whenever a document was looked at.
    pub(crate) fn looked(&self) -> watch::Receiver<()> {
        self.looked.clone()
    }

    /// A document was changed or used.
    pub(crate) fn soon(&self, uri: &str) {
        self.ask.send(Asked::Soon(uri.to_owned())).ok();
    }

    /// Something else than the text of documents is another one.
    pub(crate) fn now(&self, uris: Vec<String>) {
        self.ask.send(Asked::Now(uris)).ok();
    }
}

/// What the thread works with.
struct Desk {
    state: Arc<Mutex<Session>>,
    outbox: Outbox,
    skills: SkillsOf,
    /// Told whenever a document was looked at.
    tell: watch::Sender<()>,
    /// How often the client was told to ask again: each time is a request of its own.
    refreshes: AtomicUsize,
}

impl Desk {
    fn session(&self) -> MutexGuard<'_, Session> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at a document; returns others that are to be looked at again, as the skills are others.
    fn look(&self, uri: &str) -> Vec<String> {
        let session = self.session();
        if !session.documents.contains_key(uri) {
            return Vec::new();
        }
        let folder = convert::folder_of(uri, &session.folders);
        let wanted = session.settings.trusted && session.settings.skills_enabled;
        drop(session);
        let skills = if wanted { (self.skills)(uri, folder.as_deref()) } else { Arc::default() };
        let mut session = self.session();
        let changed = session.set_skills(uri, skills);
        let others = if changed {
            session.documents.keys().filter(|it| *it != uri).cloned().collect()
        } else {
            vec![]
        };
        let Some(look) = Look::at(&session, uri) else { return others };
        drop(session);
        let found = find(&look);
        let mut session = self.session();
        let (encoding, asks) = (session.encoding, session.client.asks_for_hints);
        let exceptions = session.exceptions.clone();
        let Some(document) = session.documents.get_mut(uri) else { return others };
        // Somebody said "not here" while we looked: that asked for another look.
        if document.revision == look.revision && exceptions == look.exceptions {
            if document.hints.list != found {
                if !asks {
                    publish::all(&self.outbox, uri, &document.snapshot, encoding, &found);
                } else if document.hints.revision == Some(look.revision) {
                    // The text is the same, so that the client does not ask by itself.
                    self.refresh();
                }
            }
            document.hints = Hints { revision: Some(look.revision), list: found };
        }
        others
    }

    /// Lets the client ask again. What it answers says nothing.
    fn refresh(&self) {
        let number = self.refreshes.fetch_add(1, Ordering::Relaxed);
        self.outbox.send(&json!({
            "jsonrpc": "2.0",
            "id": format!("housestyle-hints-{number}"),
            "method": "workspace/diagnostic/refresh",
        }));
    }

    /// Leaves a document without hints, so that nobody waits for them.
    fn give_up(&self, uri: &str) -> Vec<String> {
        let mut session = self.session();
        if let Some(document) = session.documents.get_mut(uri) {
            document.hints = Hints { revision: Some(document.revision), list: Arc::default() };
        }
        Vec::new()
    }
}
