//! Checks from time to time how much of the accepted suggestions survives: after a delay, and at the next commit.
//!
//! A thread of its own, which sleeps while no range is tracked. Files tell where a repository stands, so the thread
//! reads that without the session's lock.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::host::{Head, HeadLookup, Record};
use crate::recorder::Recorder;
use crate::session::Session;
use crate::survive::survive;

/// How often a repository is read while a range is tracked.
const INTERVAL: Duration = Duration::from_secs(2);

/// The way to the thread.
#[derive(Debug, Clone)]
pub(crate) struct RetentionTracker(mpsc::Sender<()>);

impl RetentionTracker {
    /// Starts the thread.
    pub(crate) fn start(
        state: Arc<Mutex<Session>>,
        recorder: Recorder,
        head: HeadLookup,
    ) -> RetentionTracker {
        let (wake, woken) = mpsc::channel();
        let track = move || {
            let mut next: Option<Instant> = None;
            loop {
                let wait = next.map(|next| next.saturating_duration_since(Instant::now()));
                match wait.map_or_else(
                    || woken.recv().map_err(RecvTimeoutError::from),
                    |wait| woken.recv_timeout(wait),
                ) {
                    Err(RecvTimeoutError::Disconnected) => return,
                    Ok(()) | Err(RecvTimeoutError::Timeout) => {
                        // After a panic the next accepted suggestion lets the thread check again.
                        next = survive(|| check(&state, &recorder, &head)).flatten();
                    }
                }
            }
        };
        // Without a thread nothing is checked; completions are worth more.
        drop(std::thread::Builder::new().name("retention".to_owned()).spawn(track));
        RetentionTracker(wake)
    }

    /// Lets the thread check now, as a suggestion was accepted.
    pub(crate) fn wake(&self) {
        self.0.send(()).ok();
    }
}

/// Makes the checks that are due; returns when to check again, if any range is tracked.
fn check(
    state: &Mutex<Session>,
    recorder: &Recorder,
    head: &dyn Fn(&str) -> Option<Head>,
) -> Option<Instant> {
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let tracked = |session: &Session| -> Vec<String> {
        let documents = session.documents.iter().filter(|(_, document)| !document.retained.is_empty());
        let closed = session.closed.iter().map(|(uri, ..)| uri);
        documents.map(|(uri, _)| uri).chain(closed).cloned().collect()
    };
    let uris = tracked(&lock());
    let heads: Vec<(String, Option<Head>)> = uris.into_iter().map(|uri| (uri.clone(), head(&uri))).collect();
    let now = Instant::now();
    let mut session = lock();
    let mut records = Vec::new();
    let mut next: Option<Instant> = None;
    for (uri, head) in heads {
        for (_, snapshot, retained) in session.closed.iter_mut().filter(|(closed, ..)| *closed == uri) {
            records.extend(head.iter().flat_map(|head| retained.check_head(snapshot, head)));
            next = Some(now + INTERVAL);
        }
        let Some(document) = session.documents.get_mut(&uri) else { continue };
        let snapshot = document.snapshot.clone();
        let after = Duration::from_secs(document.settings.retention_check_seconds);
        if let Some(then) = now.checked_sub(after) {
            records.extend(document.retained.check_due(&snapshot, then));
        }
        records.extend(head.iter().flat_map(|head| document.retained.check_head(&snapshot, head)));
        if !document.retained.is_empty() {
            let due = document.retained.due(after).unwrap_or(now + INTERVAL);
            next = Some(next.map_or(due, |next| next.min(due)).min(now + INTERVAL));
        }
    }
    session.closed.retain(|(.., retained)| !retained.is_empty());
    drop(session);
    records.into_iter().for_each(|record| recorder.record(Record::Retention(Box::new(record))));
    next
}
