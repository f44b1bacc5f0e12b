//! Puts the parts together and runs them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tower_lsp::{ClientSocket, LspService};

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
    let (service, socket) = service(host, outbox.clone());
    let server = service.inner();
    let (worker, recorder, session) =
        (Arc::clone(&server.worker), server.recorder.clone(), Arc::clone(&server.state));
    let ending = transport::run(service, socket, outbox, writer).await;
    worker.close();
    for document in session.lock().unwrap_or_else(PoisonError::into_inner).documents.values_mut() {
        let checks = document.retained.check_at_close(&document.snapshot);
        checks.into_iter().for_each(|check| recorder.record(Record::Retention(Box::new(check))));
    }
    recorder.drain(RECORDS);
    ending
}

/// Starts the threads, and returns the service that knows every message of the protocol.
fn service(host: Host, outbox: Outbox) -> (LspService<Server>, ClientSocket) {
    let status = Arc::new(Status::new(outbox.clone()));
    let progress = Arc::new(Progress::new(outbox.clone()));
    let reports =
        Reports { status: Arc::clone(&status), progress: Arc::clone(&progress), outbox: outbox.clone() };
    let worker = Arc::new(Worker::start(host.load, reports));
    let recorder = Recorder::start(host.event_sink);
    let state = Arc::new(Mutex::new(Session::new((host.settings)(None))));
    let retention_tracker = RetentionTracker::start(Arc::clone(&state), recorder.clone(), host.head);
    let hinter = Hinter::start(Arc::clone(&state), outbox.clone(), host.skills);
    LspService::build(|client| Server {
        name: host.name,
        version: host.version,
        client,
        outbox,
        status,
        progress,
        worker,
        recorder,
        retention_tracker,
        hinter,
        workspace: host.workspace,
        notes: host.notes,
        ignored: host.ignored,
        settings: host.settings,
        state,
    })
    .custom_method("textDocument/inlineCompletion", Server::inline_completion)
    .custom_method("textDocument/didShowCompletion", Server::did_show_completion)
    .custom_method("textDocument/didPartiallyAcceptCompletion", Server::did_partially_accept_completion)
    .custom_method("textDocument/didFocus", Server::did_focus)
    .finish()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use futures_util::FutureExt;
    use housestyle_complete::settings::SettingsSource;
    use serde_json::{Value, json};
    use tower_service::Service;

    use super::*;

    /// Sends a message, whose handler must end without waiting.
    #[track_caller]
    fn send(service: &mut LspService<Server>, message: Value) {
        let request = serde_json::from_value(message).expect("a message of the protocol");
        let answer = service.call(request).now_or_never().expect("no wait").expect("a running service");
        assert!(answer.is_none_or(|answer| answer.is_ok()));
    }

    #[test]
    fn the_settings_are_looked_up_for_the_first_folder_of_the_editor() {
        let folders: Arc<Mutex<Vec<Option<PathBuf>>>> = Arc::default();
        let asked = Arc::clone(&folders);
        let host = Host {
            name: String::new(),
            version: String::new(),
            load: Box::new(|_| Err("no model".to_owned())),
            event_sink: Box::new(drop),
            head: Box::new(|_| None),
            workspace: Box::new(|_, _| None),
            notes: Box::new(|_| Arc::default()),
            skills: Box::new(|_| Arc::default()),
            ignored: Box::new(|_| false),
            settings: Box::new(move |folder| {
                asked.lock().expect("no panic").push(folder.map(Path::to_owned));
                SettingsSource::default()
            }),
        };
        let (outbox, _writer) = Outbox::new();
        let (mut service, _socket) = service(host, outbox);
        let folder = |name: &str| json!({ "uri": format!("file:///{name}"), "name": name });
        let initialize = json!({ "capabilities": {}, "workspaceFolders": [folder("a"), folder("b")] });
        send(
            &mut service,
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize }),
        );
        for (removed, added) in [("a", vec![]), ("b", vec![folder("c")]), ("c", vec![])] {
            let event = json!({ "event": { "removed": [folder(removed)], "added": added } });
            let method = "workspace/didChangeWorkspaceFolders";
            send(&mut service, json!({ "jsonrpc": "2.0", "method": method, "params": event }));
        }
        let expected = [None, Some("/a"), Some("/b"), Some("/c"), None];
        let expected: Vec<Option<PathBuf>> =
            expected.into_iter().map(|folder| folder.map(PathBuf::from)).collect();
        assert_eq!(*folders.lock().expect("no panic"), expected);
    }
}
