//! Hands records to the event sink on a thread of its own.
//!
//! The sink may write to a disk, and a slow disk must not hold up typing. So the queue is bounded: records that do not fit
//! are counted, and the count is a record itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, TrySendError};
use std::time::{Duration, Instant};

use crate::host::{EventSink, Record};
use crate::survive::survive;

/// Records that may wait: minutes of typing.
const WAITING: usize = 1024;
/// How long to wait before looking again whether there is room at the end.
const ROOM: Duration = Duration::from_millis(2);

enum Entry {
    Record(Record),
    Drained(mpsc::SyncSender<()>),
}

/// The way to the sink's thread.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    sender: mpsc::SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

impl Recorder {
    /// Starts the thread on which the sink is called.
    pub(crate) fn start(sink: EventSink) -> Recorder {
        Recorder::with_room(sink, WAITING)
    }

    fn with_room(mut sink: EventSink, room: usize) -> Recorder {
        let (sender, receiver) = mpsc::sync_channel(room);
        let lost = Arc::new(AtomicU64::new(0));
        let losses = Arc::clone(&lost);
        let mut sink = move |record| {
            survive(|| sink(record));
        };
        let receive = move || {
            while let Ok(entry) = receiver.recv() {
                match entry {
                    Entry::Record(record) => sink(record),
                    Entry::Drained(done) => drop(done.try_send(()).ok()),
                }
                match losses.swap(0, Ordering::Relaxed) {
                    0 => {}
                    count => sink(Record::Lost(count)),
                }
            }
        };
        // Without a thread nothing is recorded; completions are worth more.
        drop(std::thread::Builder::new().name("records".to_owned()).spawn(receive));
        Recorder { sender, lost }
    }

    /// Hands a record over, without ever waiting.
    pub(crate) fn record(&self, record: Record) {
        match self.sender.try_send(Entry::Record(record)) {
            // That somebody types is said again in a second.
            Err(TrySendError::Full(Entry::Record(Record::Typing(_)))) => {}
            Err(TrySendError::Full(_)) => drop(self.lost.fetch_add(1, Ordering::Relaxed)),
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
        }
    }

    /// Waits until the sink has taken every record, at most `limit`.
    pub(crate) fn drain(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let (done, wait) = mpsc::sync_channel(1);
        let mut entry = Entry::Drained(done);
        loop {
            entry = match self.sender.try_send(entry) {
                Ok(()) => break,
                Err(TrySendError::Full(entry)) if Instant::now() < end => entry,
                Err(_) => return,
            };
            std::thread::sleep(ROOM);
        }
        wait.recv_timeout(end.saturating_duration_since(Instant::now())).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_sink_that_panics_gets_the_next_record() {
        let received = Arc::new(Mutex::new(Vec::new()));
        let records = Arc::clone(&received);
        let sink = move |record| match record {
            Record::Lost(1) => panic!("a defect"),
            record => records.lock().expect("no panic").push(record),
        };
        let recorder = Recorder::start(Box::new(sink));
        [1, 2, 1, 3].into_iter().for_each(|count| recorder.record(Record::Lost(count)));
        recorder.drain(Duration::from_secs(60));
        assert_eq!(*received.lock().expect("no panic"), [Record::Lost(2), Record::Lost(3)]);
    }

    #[test]
    fn a_slow_sink_holds_nothing_up_and_gets_the_number_of_lost_records() {
        let (open, gate) = mpsc::channel::<()>();
        let received = Arc::new(Mutex::new(Vec::new()));
        let records = Arc::clone(&received);
        let mut first = true;
        let sink = move |record| {
            if std::mem::take(&mut first) {
                gate.recv().expect("opened");
            }
            records.lock().expect("no panic").push(record);
        };
        let recorder = Recorder::with_room(Box::new(sink), 4);
        for _ in 0..100 {
            recorder.record(Record::Lost(0));
        }
        open.send(()).expect("received");
        recorder.drain(Duration::from_secs(60));
        let received = received.lock().expect("no panic");
        let lost: u64 =
            received.iter().map(|record| if let Record::Lost(count) = record { *count } else { 0 }).sum();
        let real = received.iter().filter(|record| **record == Record::Lost(0)).count() as u64;
        assert_eq!((real + lost, real <= 6), (100, true), "{real} {lost}");
    }
}
