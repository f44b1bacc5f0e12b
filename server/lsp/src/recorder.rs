//! Takes the records off the way of the messages.
//!
//! Whoever listens may write to a disk; a disk that takes its time must not hold up typing. So the way to the listener
//! is bounded: what does not fit is counted, and the count is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, TrySendError};
use std::time::{Duration, Instant};

use crate::host::Record;

/// Records that may wait: minutes of typing.
const WAITING: usize = 1024;
/// How long to wait before looking again whether there is room at the end.
const ROOM: Duration = Duration::from_millis(2);

enum Told {
    Record(Record),
    Drained(mpsc::SyncSender<()>),
}

/// The way to the listener's thread.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    sender: mpsc::SyncSender<Told>,
    lost: Arc<AtomicU64>,
}

impl Recorder {
    /// Starts the thread on which the listener is called.
    pub(crate) fn start(ear: Box<dyn FnMut(Record) + Send>) -> Recorder {
        Recorder::with_room(ear, WAITING)
    }

    fn with_room(mut ear: Box<dyn FnMut(Record) + Send>, room: usize) -> Recorder {
        let (sender, receiver) = mpsc::sync_channel(room);
        let lost = Arc::new(AtomicU64::new(0));
        let losses = Arc::clone(&lost);
        let listen = move || {
            while let Ok(told) = receiver.recv() {
                match told {
                    Told::Record(record) => ear(record),
                    Told::Drained(done) => drop(done.try_send(()).ok()),
                }
                match losses.swap(0, Ordering::Relaxed) {
                    0 => {}
                    count => ear(Record::Lost(count)),
                }
            }
        };
        // Without a thread nothing is recorded; completions are worth more.
        drop(std::thread::Builder::new().name("records".to_owned()).spawn(listen));
        Recorder { sender, lost }
    }

    /// Hands a record over, without ever waiting.
    pub(crate) fn record(&self, record: Record) {
        match self.sender.try_send(Told::Record(record)) {
            // That somebody types is said again in a second.
            Err(TrySendError::Full(Told::Record(Record::Typing(_)))) => {}
            Err(TrySendError::Full(_)) => drop(self.lost.fetch_add(1, Ordering::Relaxed)),
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
        }
    }

    /// Waits until all that was recorded is heard, at most `limit`.
    pub(crate) fn drain(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let (done, wait) = mpsc::sync_channel(1);
        let mut told = Told::Drained(done);
        loop {
            told = match self.sender.try_send(told) {
                Ok(()) => break,
                Err(TrySendError::Full(told)) if Instant::now() < end => told,
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
    fn a_slow_ear_holds_nothing_up_and_hears_how_much_it_missed() {
        let (open, gate) = mpsc::channel::<()>();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = Arc::clone(&heard);
        let mut first = true;
        let ear = move |record| {
            if std::mem::take(&mut first) {
                gate.recv().expect("opened");
            }
            ears.lock().expect("no panic").push(record);
        };
        let recorder = Recorder::with_room(Box::new(ear), 4);
        for _ in 0..100 {
            recorder.record(Record::Lost(0));
        }
        open.send(()).expect("heard");
        recorder.drain(Duration::from_secs(60));
        let heard = heard.lock().expect("no panic");
        let lost: u64 =
            heard.iter().map(|record| if let Record::Lost(count) = record { *count } else { 0 }).sum();
        let real = heard.iter().filter(|record| **record == Record::Lost(0)).count() as u64;
        assert_eq!((real + lost, real <= 6), (100, true), "{real} {lost}");
    }
}
