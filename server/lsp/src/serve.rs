//! Puts the parts together and runs them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tower_lsp::LspService;

use crate::hints::Hinter;
use crate::host::{Host, Record};
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::retention_tracker::RetentionTracker;
use crate::server::Server;
use crate::session::Session;
use crate::status::Status;
use crate::transport::{self, Ending, Outbox};
use crate::worker::{Reports, Worker};

/// How long the sink may take for the last records.
const RECORDS: Duration = Duration::from_millis(500);

/// Speaks the protocol over standard input and output until the client says `exit` or closes them.
///
/// Needs a tokio runtime with its timer enabled. When it returns, threads of its own may still sit in
/// a read; they do not keep the process from ending.
pub async fn serve(host: Host) -> Ending {
    let (outbox, writer) = Outbox::new();
    let status = Arc::new(Status::new(outbox.clone()));
    let progress = Arc::new(Progress::new(outbox.clone()));
    let reports =
        Reports { status: Arc::clone(&status), progress: Arc::clone(&progress), outbox: outbox.clone() };
    let worker = Arc::new(Worker::start(host.load, reports));
    let recorder = Recorder::start(host.event_sink);
    let state = Arc::new(Mutex::new(Session::new((host.settings)(None))));
    let retention_tracker = RetentionTracker::start(Arc::clone(&state), recorder.clone(), host.head);
    let hinter = Hinter::start(Arc::clone(&state), outbox.clone(), host.skills);
    let last = Arc::clone(&state);
    let (closing, records) = (Arc::clone(&worker), recorder.clone());
    let sender = outbox.clone();
    let (service, socket) = LspService::build(|client| Server {
        name: host.name,
        version: host.version,
        client,
        outbox: sender,
        status,
        progress,
        worker,
        recorder,
        retention_tracker,
        hinter,
        notes: host.notes,
        ignored: host.ignored,
        settings: host.settings,
        state,
    })
    .custom_method("textDocument/inlineCompletion", Server::inline_completion)
    .custom_method("textDocument/didShowCompletion", Server::did_show_completion)
    .custom_method("textDocument/didPartiallyAcceptCompletion", Server::did_partially_accept_completion)
    .custom_method("textDocument/didFocus", Server::did_focus)
    .finish();
    let ending = transport::run(service, socket, outbox, writer).await;
    closing.close();
    for document in last.lock().unwrap_or_else(PoisonError::into_inner).documents.values_mut() {
        let checks = document.retained.check_at_close(&document.snapshot);
        checks.into_iter().for_each(|check| records.record(Record::Retention(Box::new(check))));
    }
    records.drain(RECORDS);
    ending
}
