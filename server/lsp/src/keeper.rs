//! Looks from time to time at what was taken: after a while, and when the repository has a new commit.
//!
//! A thread of its own, which sleeps while nothing is followed. Where a repository stands is read from files, so it
//! is never asked for under the session's lock.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::host::{Head, Heads, Record};
use crate::recorder::Recorder;
use crate::session::Session;

/// How often a repository is looked at while something is followed.
const LOOK: Duration = Duration::from_secs(2);

/// The way to the keeper's thread.
#[derive(Debug, Clone)]
pub(crate) struct Keeper(mpsc::Sender<()>);

impl Keeper {
    /// Starts the thread.
    pub(crate) fn start(state: Arc<Mutex<Session>>, recorder: Recorder, head: Heads) -> Keeper {
        let (wake, woken) = mpsc::channel();
        let keep = move || {
            let mut next: Option<Instant> = None;
            loop {
                let wait = next.map(|next| next.saturating_duration_since(Instant::now()));
                match wait.map_or_else(
                    || woken.recv().map_err(RecvTimeoutError::from),
                    |wait| woken.recv_timeout(wait),
                ) {
                    Err(RecvTimeoutError::Disconnected) => return,
                    Ok(()) | Err(RecvTimeoutError::Timeout) => next = look(&state, &recorder, &head),
                }
            }
        };
        // Without a thread nothing is looked at; completions are worth more.
        drop(std::thread::Builder::new().name("keeper".to_owned()).spawn(keep));
        Keeper(wake)
    }

    /// Something was taken.
    pub(crate) fn taken(&self) {
        self.0.send(()).ok();
    }
}

/// Looks at what is due; returns when to look again, if anything is followed.
fn look(state: &Mutex<Session>, recorder: &Recorder, head: &dyn Fn(&str) -> Option<Head>) -> Option<Instant> {
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let followed = |session: &Session| -> Vec<String> {
        let documents = session.documents.iter().filter(|(_, document)| !document.places.is_empty());
        let closed = session.closed.iter().map(|(uri, ..)| uri);
        documents.map(|(uri, _)| uri).chain(closed).cloned().collect()
    };
    let uris = followed(&lock());
    let heads: Vec<(String, Option<Head>)> = uris.into_iter().map(|uri| (uri.clone(), head(&uri))).collect();
    let now = Instant::now();
    let mut session = lock();
    let after = Duration::from_secs(session.settings.retention_check_seconds);
    let mut looks = Vec::new();
    let mut next: Option<Instant> = None;
    for (uri, head) in heads {
        for (_, snapshot, places) in session.closed.iter_mut().filter(|(closed, ..)| *closed == uri) {
            looks.extend(head.iter().flat_map(|head| places.at(snapshot, head)));
            next = Some(now + LOOK);
        }
        let Some(document) = session.documents.get_mut(&uri) else { continue };
        let snapshot = document.snapshot.clone();
        if let Some(then) = now.checked_sub(after) {
            looks.extend(document.places.after_a_while(&snapshot, then));
        }
        looks.extend(head.iter().flat_map(|head| document.places.at(&snapshot, head)));
        if !document.places.is_empty() {
            let due = document.places.due(after).unwrap_or(now + LOOK);
            next = Some(next.map_or(due, |next| next.min(due)).min(now + LOOK));
        }
    }
    session.closed.retain(|(.., places)| !places.is_empty());
    drop(session);
    looks.into_iter().for_each(|look| recorder.record(Record::Later(Box::new(look))));
    next
}
