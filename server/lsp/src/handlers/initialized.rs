//! `initialized`: the client listens from now on.

use std::time::Duration;

use tower_lsp::ls_types as lsp;

use super::did_change_configuration;
use crate::preferences::SECTION;
use crate::progress::TOKEN;
use crate::server::Server;

/// How long the client may take to answer; whatever it says, we go on.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the client for its settings, and starts to load the model if completions are on.
pub(crate) async fn handle(server: &Server) {
    server.status.open();
    let client = server.session().client;
    // The model is not loaded before the editor's settings are known, as "off" is to mean no work at
    // all; but a client that does not tell them gets its completions.
    let settings = async {
        did_change_configuration::fetch(server).await;
        server.load_if_on();
    };
    let without_settings = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        server.load_if_on();
    };
    let progress = async {
        if client.progress {
            let params =
                lsp::WorkDoneProgressCreateParams { token: lsp::NumberOrString::String(TOKEN.to_owned()) };
            let created = server.client.send_request::<lsp::request::WorkDoneProgressCreate>(params);
            if let Ok(Ok(())) = tokio::time::timeout(PATIENCE, created).await {
                server.progress.grant();
            }
        }
    };
    let register = async {
        if client.register_configuration {
            let registration = lsp::Registration {
                id: "housestyle-configuration".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(serde_json::json!({ "section": SECTION })),
            };
            drop(tokio::time::timeout(PATIENCE, server.client.register_capability(vec![registration])).await);
        }
    };
    tokio::join!(settings, without_settings, progress, register);
}
