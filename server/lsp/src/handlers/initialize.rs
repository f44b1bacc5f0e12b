//! `initialize`: what the client can do, and what we can.

use housestyle_text::Encoding;
use serde_json::Value;
use tower_lsp::ls_types as lsp;

use crate::commands::COMMANDS;
use crate::convert;
use crate::hints;
use crate::server::Server;
use crate::session::Client;

/// Takes what the client says of itself and returns what we say of us.
pub(crate) fn handle(server: &Server, params: lsp::InitializeParams) -> lsp::InitializeResult {
    let mut session = server.session();
    let general = params.capabilities.general.as_ref();
    session.encoding = convert::negotiate(general.and_then(|general| general.position_encodings.as_deref()));
    session.client = client(&params.capabilities);
    session.folders = folders(&params);
    drop(session);
    server.update_files();
    let mut session = server.session();
    let warnings = session.set_initial(&params.initialization_options.unwrap_or(Value::Null));
    let (encoding, client) = (session.encoding, session.client);
    drop(session);
    server.settings_changed(&warnings);
    lsp::InitializeResult {
        capabilities: capabilities(encoding, client),
        server_info: Some(lsp::ServerInfo {
            name: server.name.clone(),
            version: Some(server.version.clone()),
        }),
        offset_encoding: None,
    }
}

fn client(capabilities: &lsp::ClientCapabilities) -> Client {
    let workspace = capabilities.workspace.as_ref();
    let configuration = workspace.and_then(|workspace| workspace.did_change_configuration);
    let text = capabilities.text_document.as_ref();
    // A client that cannot be told to ask again would show old hints after a change of the skills.
    let asks_again = workspace
        .and_then(|workspace| workspace.diagnostics.as_ref())
        .is_some_and(|diagnostics| diagnostics.refresh_support == Some(true));
    Client {
        inline_completion: text.is_some_and(|text| text.inline_completion.is_some()),
        asks_for_hints: asks_again && text.is_some_and(|text| text.diagnostic.is_some()),
        configuration: workspace.is_some_and(|workspace| workspace.configuration == Some(true)),
        register_configuration: configuration.is_some_and(|it| it.dynamic_registration == Some(true)),
        document_changes: workspace
            .and_then(|workspace| workspace.workspace_edit.as_ref())
            .is_some_and(|edit| edit.document_changes == Some(true)),
        progress: capabilities.window.as_ref().is_some_and(|window| window.work_done_progress == Some(true)),
    }
}

fn folders(params: &lsp::InitializeParams) -> Vec<String> {
    if let Some(folders) = &params.workspace_folders {
        return folders.iter().map(|folder| folder.uri.as_str().to_owned()).collect();
    }
    #[expect(deprecated, reason = "clients without workspace folders say it this way")]
    params.root_uri.iter().map(|uri| uri.as_str().to_owned()).collect()
}

fn capabilities(encoding: Encoding, client: Client) -> lsp::ServerCapabilities {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
        save: Some(lsp::TextDocumentSyncSaveOptions::Supported(true)),
        ..lsp::TextDocumentSyncOptions::default()
    };
    let folders = lsp::WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(lsp::OneOf::Left(true)),
    };
    lsp::ServerCapabilities {
        position_encoding: Some(convert::encoding_kind(encoding)),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(sync)),
        // Always and statically: Neovim 0.12 asks only servers that say so here, and plugins for
        // Neovim 0.11 ask without declaring anything.
        inline_completion_provider: Some(lsp::OneOf::Right(lsp::InlineCompletionOptions::default())),
        // Where there is ghost text, the same text in a menu would only be in the way.
        completion_provider: (!client.inline_completion).then(lsp::CompletionOptions::default),
        code_action_provider: Some(lsp::CodeActionProviderCapability::Options(lsp::CodeActionOptions {
            code_action_kinds: Some(vec![lsp::CodeActionKind::QUICKFIX]),
            ..lsp::CodeActionOptions::default()
        })),
        diagnostic_provider: client.asks_for_hints.then(|| {
            lsp::DiagnosticServerCapabilities::Options(lsp::DiagnosticOptions {
                identifier: Some(hints::SOURCE.to_owned()),
                ..lsp::DiagnosticOptions::default()
            })
        }),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: COMMANDS.iter().map(|command| (*command).to_owned()).collect(),
            ..lsp::ExecuteCommandOptions::default()
        }),
        workspace: Some(lsp::WorkspaceServerCapabilities {
            workspace_folders: Some(folders),
            ..lsp::WorkspaceServerCapabilities::default()
        }),
        ..lsp::ServerCapabilities::default()
    }
}
