//! Hands the lines of the log to a thread that writes them.
//!
//! Lines come from threads that hold the lock of the session or of the model's thread, and a slow disk must not hold up
//! typing. So the queue is bounded: lines that do not fit are dropped, and the log says how many, where they are missing.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::now;

/// Lines that may wait.
const WAITING: usize = 4096;
/// How long the last lines may take at the end.
const LAST_LINES: Duration = Duration::from_secs(5);

#[derive(Debug)]
struct Line {
    /// Lines that were dropped right before this one.
    dropped: u64,
    bytes: Vec<u8>,
}

/// The way to the thread. A write is one line and never waits.
#[derive(Debug)]
pub struct Queue {
    /// Nothing after the end.
    sender: Mutex<Option<SyncSender<Line>>>,
    dropped: Arc<AtomicU64>,
}

/// Ends the log when it is dropped: waits until every line is written.
#[derive(Debug)]
pub struct Flush {
    queue: Arc<Queue>,
    /// Closed by the end of the thread.
    ended: Receiver<()>,
}

impl Queue {
    /// Starts the thread, which writes to `out`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(Arc<Queue>, Flush)> {
        Queue::with_room(out, WAITING)
    }

    fn with_room(mut out: impl Write + Send + 'static, room: usize) -> io::Result<(Arc<Queue>, Flush)> {
        let (sender, lines) = mpsc::sync_channel::<Line>(room);
        let (end, ended) = mpsc::channel();
        let dropped = Arc::new(AtomicU64::new(0));
        let last_dropped = Arc::clone(&dropped);
        let write = move || {
            let _end: mpsc::Sender<()> = end;
            let mut lost = 0;
            for line in &lines {
                // A panic costs one line; the server's hook counts it.
                drop(catch_unwind(AssertUnwindSafe(|| write_line(&mut out, &line, &mut lost))));
            }
            lost += last_dropped.swap(0, Ordering::Relaxed);
            report(&mut out, &mut lost);
        };
        std::thread::Builder::new().name("log".to_owned()).spawn(write)?;
        let queue = Arc::new(Queue { sender: Mutex::new(Some(sender)), dropped });
        Ok((Arc::clone(&queue), Flush { queue, ended }))
    }
}

impl Write for &Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let bytes = line.to_vec();
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*sender {
            let dropped = self.dropped.swap(0, Ordering::Relaxed);
            if sender.try_send(Line { dropped, bytes }).is_err() {
                self.dropped.fetch_add(dropped + 1, Ordering::Relaxed);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        drop(self.queue.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        // An error is the end that is waited for, or a disk that hangs.
        self.ended.recv_timeout(LAST_LINES).ok();
    }
}

/// Writes a line, and before it how many lines are lost. A line that cannot be written is lost.
fn write_line(out: &mut impl Write, line: &Line, lost: &mut u64) {
    *lost += line.dropped;
    report(out, lost);
    if out.write_all(&line.bytes).is_err() {
        *lost += 1;
    }
}

/// Writes how many lines are lost, as soon as that can be written.
fn report(out: &mut impl Write, lost: &mut u64) {
    if *lost > 0 {
        let report = format!("{}  WARN {}: {lost} lines dropped\n", now(), module_path!());
        if out.write_all(report.as_bytes()).is_ok() {
            *lost = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that takes nothing until its gate is opened.
    struct Slow {
        gate: Receiver<()>,
        is_open: bool,
        written: Arc<Mutex<String>>,
    }

    impl Write for Slow {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            if !self.is_open {
                self.gate.recv().expect("opened");
                self.is_open = true;
            }
            self.written.lock().expect("no panic").push_str(&String::from_utf8_lossy(line));
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A disk that is full.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _line: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_slow_disk_holds_nothing_up_and_dropped_lines_are_counted() {
        let (open, gate) = mpsc::channel();
        let written = Arc::new(Mutex::new(String::new()));
        let slow = Slow { gate, is_open: false, written: Arc::clone(&written) };
        let (queue, flush) = Queue::with_room(slow, 4).expect("a thread");
        for number in 0..100 {
            (&*queue).write_all(format!("line {number}\n").as_bytes()).expect("queued");
        }
        open.send(()).expect("received");
        drop(flush);
        (&*queue).write_all(b"late\n").expect("ignored");
        let written = written.lock().expect("no panic").clone();
        let (reports, lines): (Vec<&str>, Vec<&str>) =
            written.lines().partition(|line| line.ends_with("lines dropped"));
        let dropped: usize =
            reports.iter().filter_map(|report| report.rsplit(' ').nth(2)?.parse::<usize>().ok()).sum();
        // Four wait, and one may be in the thread's hands.
        assert!((4..=5).contains(&lines.len()) && !lines.contains(&"late"), "{written}");
        assert_eq!(lines.len() + dropped, 100, "{written}");
    }

    #[test]
    fn a_panic_costs_one_line() {
        struct Broken(Arc<Mutex<String>>);
        impl Write for Broken {
            fn write(&mut self, line: &[u8]) -> io::Result<usize> {
                assert_ne!(line, b"second\n", "a defect");
                self.0.lock().expect("no panic").push_str(&String::from_utf8_lossy(line));
                Ok(line.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let written = Arc::new(Mutex::new(String::new()));
        let (queue, flush) = Queue::with_room(Broken(Arc::clone(&written)), 4).expect("a thread");
        for line in ["first\n", "second\n", "third\n"] {
            (&*queue).write_all(line.as_bytes()).expect("queued");
        }
        drop(flush);
        assert_eq!(*written.lock().expect("no panic"), "first\nthird\n");
    }

    #[test]
    fn the_number_of_dropped_lines_stands_where_they_are_missing() {
        let mut out = Vec::new();
        let (sender, lines) = mpsc::sync_channel(1);
        let queue = Queue { sender: Mutex::new(Some(sender)), dropped: Arc::default() };
        for line in ["first\n", "second\n", "third\n"] {
            (&queue).write_all(line.as_bytes()).expect("queued");
        }
        let first: Line = lines.recv().expect("a line");
        (&queue).write_all(b"fourth\n").expect("queued");
        let mut lost = 0;
        write_line(&mut Full, &first, &mut lost);
        for line in [first, lines.recv().expect("a line")] {
            write_line(&mut out, &line, &mut lost);
        }
        let text = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            matches!(lines[..], [full, "first", report, "fourth"]
                if full.ends_with(": 1 lines dropped") && report.ends_with(": 2 lines dropped")),
            "{text}"
        );
    }
}
