//! Puts the parts together and runs them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tower_lsp::{ClientSocket, LspService};

use crate::file_settings::FileSettingsWatch;
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
    let session = Session::new();
    let reports = Reports {
        status: Arc::clone(&status),
        progress: Arc::clone(&progress),
        outbox: outbox.clone(),
        reads_context: Arc::clone(&session.reads_context),
    };
    let worker = Arc::new(Worker::start(host.load, reports));
    let recorder = Recorder::start(host.event_sink);
    let state = Arc::new(Mutex::new(session));
    let retention_tracker = RetentionTracker::start(Arc::clone(&state), recorder.clone(), host.head);
    let hinter = Hinter::start(Arc::clone(&state), outbox.clone(), host.skills);
    let file_settings = FileSettingsWatch::start(
        host.settings,
        Arc::clone(&state),
        Arc::clone(&status),
        Arc::clone(&worker),
        hinter.clone(),
        outbox.clone(),
    );
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
        related: host.related,
        file_settings,
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
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use std::time::Instant;

    use futures_util::FutureExt;
    use housestyle_complete::settings::{FileSettings, SettingsSource};
    use serde_json::{Value, json};
    use tower_service::Service;

    use super::*;
    use crate::host::WorkspaceFile;

    type Asked = Arc<Mutex<Vec<Option<PathBuf>>>>;

    /// Returns a service whose settings come from `lookup`, which is called with a root.
    fn server(
        lookup: impl Fn(Option<&Path>) -> Arc<FileSettings> + Send + Sync + 'static,
    ) -> LspService<Server> {
        let host = Host {
            name: String::new(),
            version: String::new(),
            load: Box::new(|_| Err("no model".to_owned())),
            event_sink: Box::new(drop),
            head: Box::new(|_| None),
            workspace: Box::new(|uri, folders| {
                let path = uri.strip_prefix("file:///")?;
                let (folder, path) = path.split_once('/')?;
                let is_open = folders.iter().any(|open| *open == format!("file:///{folder}"));
                is_open.then(|| WorkspaceFile { root: folder.into(), path: path.to_owned() })
            }),
            notes: Box::new(|_| Arc::default()),
            related: Box::new(|_| None),
            skills: Box::new(|_| Arc::default()),
            ignored: Box::new(|_| Some(false)),
            settings: Box::new(lookup),
        };
        let (outbox, _writer) = Outbox::new();
        service(host, outbox).0
    }

    /// Sends a message, whose handler must end without waiting.
    #[track_caller]
    fn send(service: &mut LspService<Server>, message: Value) {
        let request = serde_json::from_value(message).expect("a message of the protocol");
        let answer = service.call(request).now_or_never().expect("no wait").expect("a running service");
        assert!(answer.is_none_or(|answer| answer.is_ok()));
    }

    fn folder(name: &str) -> Value {
        json!({ "uri": format!("file:///{name}"), "name": name })
    }

    fn initialize(service: &mut LspService<Server>) {
        let params = json!({ "capabilities": {}, "workspaceFolders": [folder("a"), folder("b")] });
        send(service, json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
    }

    fn open(service: &mut LspService<Server>, uri: &str) {
        let document = json!({ "uri": uri, "languageId": "rust", "version": 1, "text": "" });
        let params = json!({ "textDocument": document });
        send(service, json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params }));
    }

    fn files(lines: usize) -> Arc<FileSettings> {
        let source = SettingsSource::from_json(&json!({ "maxLines": lines })).0;
        Arc::new(FileSettings { source, ..FileSettings::default() })
    }

    #[test]
    fn the_settings_are_looked_up_for_the_workspaces_of_folders_and_documents() {
        let asked = Asked::default();
        let log = Arc::clone(&asked);
        let same = files(3);
        let mut service = server(move |root| {
            log.lock().expect("no panic").push(root.map(Path::to_owned));
            Arc::clone(&same)
        });
        let looked_up = |step: &str, expected: &[Option<&str>]| {
            let asked: BTreeSet<_> = asked.lock().expect("no panic").drain(..).collect();
            // The thread may have looked something up again meanwhile.
            let expected: BTreeSet<_> = expected.iter().map(|root| root.map(PathBuf::from)).collect();
            assert!(asked.is_superset(&expected), "{step}: {asked:?}");
        };
        initialize(&mut service);
        looked_up("two folders are open", &[Some("a"), Some("b")]);
        open(&mut service, "file:///b/x.rs");
        looked_up("a file", &[Some("b")]);
        open(&mut service, "untitled:Untitled-1");
        looked_up("no file: the first folder", &[Some("a")]);
        open(&mut service, "file:///elsewhere/x.rs");
        let event = json!({ "event": { "removed": [folder("a"), folder("b")], "added": [] } });
        let method = "workspace/didChangeWorkspaceFolders";
        asked.lock().expect("no panic").clear();
        send(&mut service, json!({ "jsonrpc": "2.0", "method": method, "params": event }));
        looked_up("no folder is open", &[None]);
    }

    #[test]
    fn a_folder_is_closed_however_its_uri_is_written() {
        let mut service = server(|_| files(3));
        initialize(&mut service);
        let event = json!({ "event": { "removed": [folder("a/"), folder("%62")], "added": [folder("c")] } });
        let method = "workspace/didChangeWorkspaceFolders";
        send(&mut service, json!({ "jsonrpc": "2.0", "method": method, "params": event }));
        assert_eq!(service.inner().session().folders, ["file:///c"]);
    }

    #[test]
    fn open_documents_follow_their_files_without_a_request() {
        let (now, mut lines) = (Arc::new(Mutex::new(files(3))), 3);
        let current = Arc::clone(&now);
        let mut service = server(move |_| Arc::clone(&current.lock().expect("no panic")));
        initialize(&mut service);
        for uri in ["file:///a/x.rs", "file:///a/y.rs"] {
            open(&mut service, uri);
        }
        *now.lock().expect("no panic") = files(5);
        let begun = Instant::now();
        while lines != 5 {
            assert!(begun.elapsed() < Duration::from_secs(60), "still {lines} lines");
            std::thread::sleep(Duration::from_millis(5));
            lines = service.inner().session().settings("file:///a/y.rs").max_lines;
        }
    }
}
