//! `workspace/didChangeConfiguration`: the editor's settings, pushed or to be fetched.

use std::time::Duration;

use serde_json::Value;
use tower_lsp::ls_types::{ConfigurationItem, DidChangeConfigurationParams};

use crate::preferences::SECTION;
use crate::server::Server;

/// How long the client may take to tell its settings.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes pushed settings at once; asks for them where the client only says that they changed.
pub(crate) async fn handle(server: &Server, params: DidChangeConfigurationParams) {
    if params.settings.is_object() {
        take(server, &params.settings);
    }
    fetch(server).await;
}

/// Asks the client for its settings, if it can be asked. Only this handler waits for the answer.
pub(crate) async fn fetch(server: &Server) {
    if !server.session().client.configuration {
        return;
    }
    let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
    let answer = tokio::time::timeout(PATIENCE, server.client.configuration(vec![item])).await;
    if let Ok(Ok(values)) = answer {
        take(server, values.first().unwrap_or(&Value::Null));
    }
}

fn take(server: &Server, settings: &Value) {
    let warnings = server.session().set_configuration(settings);
    server.settings_changed(&warnings);
}
