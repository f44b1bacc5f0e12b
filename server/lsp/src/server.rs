//! The server as the protocol sees it: each message goes to its own file.
//!
//! A handler changes the session before its first wait. The loop runs every handler that far before
//! it looks at the next message, so the session changes in the order of the messages.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;
use tower_lsp::{Client, LanguageServer};

use crate::documents;
use crate::handlers;
use crate::hints::Hinter;
use crate::host::{Ignored, Notes};
use crate::idle::Ahead;
use crate::keeper::Keeper;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::remember;
use crate::session::Session;
use crate::status::Status;
use crate::transport::Outbox;
use crate::worker::Worker;

/// Everything that a handler can reach.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) client: Client,
    pub(crate) outbox: Outbox,
    pub(crate) status: Arc<Status>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) worker: Arc<Worker>,
    pub(crate) recorder: Recorder,
    pub(crate) keeper: Keeper,
    pub(crate) hinter: Hinter,
    pub(crate) notes: Notes,
    pub(crate) ignored: Ignored,
    pub(crate) state: Arc<Mutex<Session>>,
}

impl Server {
    /// Locks the session. Never hold it over a wait.
    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a change of the settings, and tells what of them was not understood.
    pub(crate) fn settings_changed(&self, warnings: &[String]) {
        let session = self.session();
        self.status.off(session.is_off());
        self.hinter.now(session.documents.keys().cloned().collect());
        drop(session);
        for warning in warnings {
            self.outbox.notify("window/logMessage", &json!({ "type": 2, "message": warning }));
        }
    }

    /// Loads the model unless completions are off or paused: off means no work at all.
    pub(crate) fn load_if_on(&self) {
        let session = self.session();
        let on = !session.is_off() && !session.paused;
        drop(session);
        if on {
            self.worker.want_model();
        }
    }

    /// Lets the model read ahead where the user is in a document, after `quiet`; for nothing where completions are
    /// off or paused. What it reads for another line ends.
    pub(crate) fn rest(&self, session: &mut Session, uri: &str, quiet: Duration) {
        documents::used(&mut session.documents, uri);
        let on = !session.paused && !session.is_off();
        let place = session.documents.get(uri).and_then(|document| document.place);
        let memory = remember::at(session, uri, place.unwrap_or_default());
        let document = session.documents.get(uri).filter(|document| on && document.too_large.is_none());
        let ahead = document.map(|document| Ahead {
            uri: uri.to_owned(),
            snapshot: document.snapshot.clone(),
            cursor: document.place,
            others: documents::beside(&session.documents, uri),
            memory,
            settings: Arc::clone(&session.settings),
        });
        self.worker.rest(ahead, quiet);
    }

    pub(crate) async fn inline_completion(&self, params: Value) -> Result<Value> {
        handlers::inline_completion::handle(self, params).await
    }

    pub(crate) async fn did_show_completion(&self, params: Value) {
        handlers::did_show_completion::handle(self, &params);
    }

    pub(crate) async fn did_partially_accept_completion(&self, params: Value) {
        handlers::did_partially_accept_completion::handle(self, &params);
    }

    pub(crate) async fn did_focus(&self, params: Value) {
        handlers::did_focus::handle(self, &params);
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        Ok(handlers::initialize::handle(self, params))
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        handlers::initialized::handle(self).await;
    }

    async fn shutdown(&self) -> Result<()> {
        self.worker.close();
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        handlers::did_open::handle(self, params);
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        handlers::did_change::handle(self, params);
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        handlers::did_close::handle(self, &params);
    }

    async fn did_save(&self, params: lsp::DidSaveTextDocumentParams) {
        handlers::did_save::handle(self, &params);
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        handlers::did_change_configuration::handle(self, params).await;
        self.load_if_on();
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        handlers::did_change_workspace_folders::handle(self, params);
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<Value>> {
        handlers::execute_command::handle(self, &params)
    }

    async fn diagnostic(
        &self,
        params: lsp::DocumentDiagnosticParams,
    ) -> Result<lsp::DocumentDiagnosticReportResult> {
        handlers::diagnostic::handle(self, params).await
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> Result<Option<lsp::CodeActionResponse>> {
        handlers::code_action::handle(self, params).await
    }

    async fn completion(&self, params: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>> {
        handlers::completion::handle(self, params).await
    }
}
