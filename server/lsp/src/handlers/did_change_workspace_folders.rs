//! `workspace/didChangeWorkspaceFolders`: folders came and went.

use tower_lsp::ls_types::DidChangeWorkspaceFoldersParams;

use crate::convert;
use crate::server::Server;

/// Takes the folders, and lets the open documents belong where they belong now.
pub(crate) fn handle(server: &Server, params: DidChangeWorkspaceFoldersParams) {
    let mut session = server.session();
    for folder in params.event.removed {
        session.folders.retain(|known| !is_same(known, folder.uri.as_str()));
    }
    for folder in params.event.added {
        session.folders.push(folder.uri.as_str().to_owned());
    }
    drop(session);
    server.update_files();
    server.settings_changed(&[]);
    server.load_if_on();
}

/// Returns whether two URIs name the same folder: clients write a folder now with a slash at its end, now without.
fn is_same(a: &str, b: &str) -> bool {
    a == b || convert::file_path(a).is_some_and(|a| convert::file_path(b) == Some(a))
}
