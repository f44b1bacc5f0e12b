//! `workspace/didChangeWorkspaceFolders`: folders came and went.

use tower_lsp::ls_types::DidChangeWorkspaceFoldersParams;

use crate::server::Server;

/// Takes the folders, and lets the open documents belong where they belong now.
pub(crate) fn handle(server: &Server, params: DidChangeWorkspaceFoldersParams) {
    let mut session = server.session();
    for folder in params.event.removed {
        session.folders.retain(|known| known != folder.uri.as_str());
    }
    for folder in params.event.added {
        session.folders.push(folder.uri.as_str().to_owned());
    }
    drop(session);
    server.update_files();
    server.settings_changed(&[]);
    server.load_if_on();
}
