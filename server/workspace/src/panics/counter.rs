//! Counts the panics of this process.

use std::panic;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use super::count;
use crate::clock::now;

/// How long the end of the server waits for the last panics to be counted.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug)]
enum Message {
    Panic { thread: String, place: String, time: u64 },
    Counted(Sender<()>),
}

/// Counts panics until the end of the process; when dropped, waits until the panics so far are counted.
#[derive(Debug)]
pub struct PanicCounter(Sender<Message>);

/// Counts every panic of this process from now on, in a workspace's state folder, besides the usual message on standard
/// error.
pub fn count_panics(state: PathBuf) -> PanicCounter {
    let (sender, messages) = mpsc::channel();
    // The hook runs before the locks of the panicking code are released, so another thread waits for the disk.
    let counter = move || {
        for message in messages {
            match message {
                // Standard error has the panic itself; nobody else could be told.
                Message::Panic { thread, place, time } => drop(count(&state, &thread, &place, time)),
                Message::Counted(done) => drop(done.send(())),
            }
        }
    };
    drop(thread::Builder::new().name("panics".to_owned()).spawn(counter));
    let panics = sender.clone();
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        usual(panic);
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        let thread = thread::current().name().unwrap_or("unnamed").to_owned();
        drop(panics.send(Message::Panic { thread, place, time: now() }));
    }));
    PanicCounter(sender)
}

impl Drop for PanicCounter {
    fn drop(&mut self) {
        let (done, counted) = mpsc::channel();
        if self.0.send(Message::Counted(done)).is_ok() {
            counted.recv_timeout(PATIENCE).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::super::counted;
    use super::*;

    #[test]
    fn a_panic_is_counted_without_its_message() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = File::create(folder.path().join("panics.lock")).expect("made");
        lock.lock().expect("free");
        let counter = count_panics(folder.path().to_path_buf());
        let thread = thread::Builder::new().name("test-of-panics".to_owned());
        let ended = thread.spawn(|| panic!("text of the user")).expect("started").join();
        assert!(ended.is_err());
        assert!(counted(folder.path()).expect("none").is_empty());
        drop(lock);
        drop(counter);
        drop(panic::take_hook());
        let found = counted(folder.path()).expect("read");
        // Other tests of this process may panic meanwhile.
        let found = found.iter().find(|found| found.thread == "test-of-panics").expect("counted");
        assert!(found.count == 1 && found.place.contains("counter.rs:"), "{found:?}");
        assert!(!format!("{found:?}").contains("text of the user"));
    }
}
