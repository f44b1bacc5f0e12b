//! The way out: any thread may send, one thread writes.
//!
//! The queue has no bound. A client which writes without reading would otherwise stop us, and we
//! it; and each message in it is small and was asked for.

use std::io::Write;
use std::sync::mpsc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::framing::frame;

enum Out {
    Bytes(Vec<u8>),
    Drained(mpsc::SyncSender<()>),
}

/// The sending end; clones send to the same client.
#[derive(Debug, Clone)]
pub(crate) struct Outbox(mpsc::Sender<Out>);

/// The end that becomes the writing thread.
pub(crate) struct Writer(mpsc::Receiver<Out>);

impl Outbox {
    /// Returns both ends of a new queue.
    pub(crate) fn new() -> (Outbox, Writer) {
        let (sender, receiver) = mpsc::channel();
        (Outbox(sender), Writer(receiver))
    }

    /// Sends a message. Drops a message that nobody is there to read any more.
    pub(crate) fn send(&self, message: &impl Serialize) {
        if let Ok(body) = serde_json::to_vec(message) {
            drop(self.0.send(Out::Bytes(frame(&body))));
        }
    }

    /// Sends a notification.
    pub(crate) fn notify(&self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Waits until all that was sent is written, at most `limit`.
    pub(crate) fn drain(&self, limit: Duration) {
        let (done, wait) = mpsc::sync_channel(1);
        if self.0.send(Out::Drained(done)).is_ok() {
            // Whoever does not read in time does not get the rest.
            wait.recv_timeout(limit).ok();
        }
    }
}

impl Writer {
    /// Writes on a thread of its own until the output fails, then calls `closed`.
    pub(crate) fn start(
        self,
        mut output: impl Write + Send + 'static,
        closed: impl FnOnce() + Send + 'static,
    ) {
        let write = move || {
            while let Ok(out) = self.0.recv() {
                let written = match out {
                    Out::Bytes(bytes) => output.write_all(&bytes).and_then(|()| output.flush()),
                    Out::Drained(done) => {
                        done.try_send(()).ok();
                        Ok(())
                    }
                };
                if written.is_err() {
                    closed();
                    return;
                }
            }
        };
        drop(std::thread::Builder::new().name("output".to_owned()).spawn(write));
    }

    /// Returns all messages sent so far, for tests.
    #[cfg(test)]
    pub(crate) fn take(&self) -> Vec<Value> {
        let body = |bytes: Vec<u8>| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (_, body) = text.split_once("\r\n\r\n").expect("framed");
            serde_json::from_str(body).expect("JSON")
        };
        self.0
            .try_iter()
            .filter_map(|out| if let Out::Bytes(bytes) = out { Some(body(bytes)) } else { None })
            .collect()
    }
}
