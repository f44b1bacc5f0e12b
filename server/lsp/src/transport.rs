//! Messages in, messages out: the loop between standard input and the service.
//!
//! tower-lsp brings the service (routing, lifecycle, cancellation) and a loop of its own, which we replace for three
//! reasons: its framing ends the session at the first malformed message; it holds back all input, cancellations too,
//! once a fixed number of requests is in flight; and it leaves open when a handler first runs. Here every handler
//! runs up to its first wait before the loop reads the next message, so handlers change the state in the order of the
//! messages.

mod framing;
mod message;
mod outbox;
mod repair;

use std::io::Read;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt, poll};
use serde_json::Value;
use tokio::sync::mpsc;
use tower_lsp::jsonrpc::{Request, Response};
use tower_lsp::{ClientSocket, ExitedError, LanguageServer, LspService};
use tower_service::Service;

use framing::{Frame, Framer};
use message::Message;
pub(crate) use outbox::Outbox;

use crate::survive::survive;

/// Messages that may wait for the loop; beyond that the client waits.
const QUEUE: usize = 256;

/// How long requests may still be answered after the input has ended.
const GRACE: Duration = Duration::from_millis(300);

/// How long the output may take to drain at the end.
const DRAIN: Duration = Duration::from_millis(300);

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The client sent `exit`, after `shutdown` as it should.
    Exit,
    /// The client sent `exit` without `shutdown`: the protocol wants exit code 1.
    ExitWithoutShutdown,
    /// The client closed its end.
    Closed,
}

/// An event that wakes the loop.
enum Event {
    Message(Message),
    InputClosed,
    OutputClosed,
}

type Call = BoxFuture<'static, Result<Option<Response>, ExitedError>>;

/// Runs until the client says `exit` or closes a pipe.
pub(crate) async fn run<S: LanguageServer>(
    mut service: LspService<S>,
    socket: ClientSocket,
    outbox: Outbox,
    writer: outbox::Writer,
) -> Ending {
    let (events, mut inbox) = mpsc::channel(QUEUE);
    read_input(std::io::stdin(), events.clone());
    writer.start(std::io::stdout(), move || drop(events.blocking_send(Event::OutputClosed)));

    let (mut requests, mut answers) = socket.split();
    let mut calls: FuturesUnordered<Call> = FuturesUnordered::new();
    let mut shut_down = false;
    let ending = loop {
        tokio::select! {
            event = inbox.recv() => match event {
                Some(Event::Message(Message::Call(request))) => {
                    shut_down |= request.method() == "shutdown";
                    let exit = request.method() == "exit";
                    call(&mut service, request, &mut calls, &outbox).await;
                    if exit {
                        break if shut_down { Ending::Exit } else { Ending::ExitWithoutShutdown };
                    }
                }
                Some(Event::Message(Message::Answer(response))) => drop(answers.send(response).await),
                Some(Event::Message(Message::Malformed(response))) => outbox.send(&response),
                Some(Event::InputClosed) => {
                    let rest = async {
                        while let Some(answer) = calls.next().await {
                            send_answer(answer, &outbox);
                        }
                    };
                    drop(tokio::time::timeout(GRACE, rest).await);
                    break Ending::Closed;
                }
                Some(Event::OutputClosed) | None => break Ending::Closed,
            },
            Some(answer) = calls.next() => send_answer(answer, &outbox),
            Some(request) = requests.next() => outbox.send(&request),
        }
    };
    outbox.drain(DRAIN);
    ending
}

/// Starts a call; answers at once where the handler ends at once.
async fn call<S: LanguageServer>(
    service: &mut LspService<S>,
    request: Request,
    calls: &mut FuturesUnordered<Call>,
    outbox: &Outbox,
) {
    let id = request.id().cloned();
    let guarded = AssertUnwindSafe(service.call(request)).catch_unwind();
    // A defect in a handler costs one answer, not the session; and an error would be a popup.
    let mut future: Call = guarded
        .map(|answer| answer.unwrap_or_else(|_| Ok(id.map(|id| Response::from_ok(id, Value::Null)))))
        .boxed();
    match poll!(&mut future) {
        std::task::Poll::Ready(answer) => send_answer(answer, outbox),
        std::task::Poll::Pending => calls.push(future),
    }
}

fn send_answer(answer: Result<Option<Response>, ExitedError>, outbox: &Outbox) {
    if let Ok(Some(response)) = answer {
        outbox.send(&response);
    }
}

/// Reads and parses on a thread of its own: a large document takes time to parse, and a thread that
/// sits in a read cannot be waited for when the program ends.
fn read_input(mut input: impl Read + Send + 'static, events: mpsc::Sender<Event>) {
    let read = move || {
        let mut framer = Framer::default();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let count = match input.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            framer.feed(&chunk[..count]);
            while let Some(frame) = framer.next() {
                let message = match frame {
                    Frame::Body(body) => {
                        survive(|| Message::parse(&body)).unwrap_or_else(Message::parse_error)
                    }
                    Frame::Garbage | Frame::TooLong(_) => Message::parse_error(),
                };
                if events.blocking_send(Event::Message(message)).is_err() {
                    return;
                }
            }
        }
        drop(events.blocking_send(Event::InputClosed));
    };
    // Without a thread there is no server; the loop then sees closed channels and ends.
    drop(std::thread::Builder::new().name("input".to_owned()).spawn(read));
}
