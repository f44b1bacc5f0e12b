//! The protocol's messages, each handed to its own file.
//!
//! A handler changes the session before its first wait. The loop runs every handler that far before
//! it looks at the next message, so the session changes in the order of the messages.

use serde_json::Value;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types as lsp;

use crate::handlers;
use crate::server::Server;

/// The messages that the protocol's library does not know.
impl Server {
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
