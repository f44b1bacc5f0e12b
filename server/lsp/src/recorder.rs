//! Takes the records off the way of the messages.
//!
//! Whoever listens may write to a disk; a disk that takes its time must not hold up typing.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use crate::host::{FateRecord, RequestRecord};

enum Record {
    Request(Box<RequestRecord>),
    Fate(FateRecord),
    Drained(mpsc::SyncSender<()>),
}

/// The way to the listeners' thread.
#[derive(Debug, Clone)]
pub(crate) struct Recorder(mpsc::Sender<Record>);

impl Recorder {
    /// Starts the thread on which the listeners are called.
    pub(crate) fn start(
        requests: Arc<dyn Fn(RequestRecord) + Send + Sync>,
        fates: Arc<dyn Fn(FateRecord) + Send + Sync>,
    ) -> Recorder {
        let (sender, receiver) = mpsc::channel();
        let listen = move || {
            while let Ok(record) = receiver.recv() {
                match record {
                    Record::Request(record) => requests(*record),
                    Record::Fate(record) => fates(record),
                    Record::Drained(done) => drop(done.try_send(()).ok()),
                }
            }
        };
        // Without a thread nothing is recorded; completions are worth more.
        drop(std::thread::Builder::new().name("records".to_owned()).spawn(listen));
        Recorder(sender)
    }

    /// Records the end of a request.
    pub(crate) fn request(&self, record: RequestRecord) {
        self.0.send(Record::Request(Box::new(record))).ok();
    }

    /// Records what became of a suggestion.
    pub(crate) fn fate(&self, record: FateRecord) {
        self.0.send(Record::Fate(record)).ok();
    }

    /// Waits until all that was recorded is heard, at most `limit`.
    pub(crate) fn drain(&self, limit: Duration) {
        let (done, wait) = mpsc::sync_channel(1);
        if self.0.send(Record::Drained(done)).is_ok() {
            wait.recv_timeout(limit).ok();
        }
    }
}
