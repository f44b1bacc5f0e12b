//! `housestyle serve`: the language server over stdin and stdout.

mod notes;
mod recording;
mod skills;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use housestyle_adaptation::backend::Backend;
use housestyle_lsp::{Ending, Host, LoadProgress, Loader, WorkspaceFile, WorkspaceLookup, file_path};
use housestyle_workspace::clock::now;
use housestyle_workspace::panics::count_panics;
use housestyle_workspace::related::RelatedIndexes;
use housestyle_workspace::{Document, SettingsWatch};
use recording::{ModelDigest, Recorder, head};

use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;

/// Threads of the protocol side; the model has a thread of its own.
const THREADS: usize = 2;

/// Runs the server until the editor ends it.
pub(crate) fn run(invocation: &Invocation, args: &ServeArgs) -> Result<(), Failure> {
    let _panics = count_panics(invocation.workspace.state().to_path_buf());
    let home = invocation.workspace.home();
    // A wrong name is reported when the model is opened.
    let model = args.backend.backend.model(&invocation.setup()).ok().flatten();
    let digest = model.map(|model| ModelDigest::of(home, &model)).unwrap_or_default();
    let notes = notes::NotesWatch::new(home.clone());
    let skills = skills::SkillsWatch::new(home.clone());
    let settings = SettingsWatch::start(home.clone());
    let related = RelatedIndexes::default();
    let mut recorder = Recorder::new(home.clone(), digest, Arc::clone(&settings));
    let host = Host {
        name: "housestyle".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        load: loader(invocation.clone(), args.backend.backend.clone()),
        event_sink: Box::new(move |record| recorder.handle(record)),
        head: Box::new(head::of_document),
        workspace: workspace_lookup(invocation),
        notes: Box::new(move |root| notes.notes(root, now())),
        skills: Box::new(move |root| skills.skills(root, Instant::now())),
        ignored: Box::new(is_ignored),
        related: Box::new(move |request| {
            related.best(request.root, request.settings, request.documents, request.query)
        }),
        settings: Box::new(move |root| settings.settings(root)),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::Environment(format!("threads cannot be started: {error}")))?;
    let ending = runtime.block_on(housestyle_lsp::serve(host));
    runtime.shutdown_background(); // a thread that waits for stdin must not hold the process
    match ending {
        Ending::Exit | Ending::Closed => Ok(()),
        Ending::ExitWithoutShutdown => Err(Failure::CheckSaidNo(String::new())), // the protocol wants 1
    }
}

/// Returns what opens the model on the server's worker thread.
fn loader(invocation: Invocation, backend: Backend) -> Loader {
    Box::new(move |report| {
        let setup = invocation.setup();
        if let Some(model) = backend.model(&setup).map_err(|error| error.to_string())? {
            report(LoadProgress { message: format!("reading {}", model.name()), percent: None });
        }
        backend.open_serving(&setup).map_err(|error| error.to_string())
    })
}

/// Returns what finds the workspaces of documents. Where the editor has no folder open, a folder that `--workspace` names
/// counts as open.
fn workspace_lookup(invocation: &Invocation) -> WorkspaceLookup {
    let named = invocation.flags.workspace.is_some();
    let process = invocation.workspace.root().to_path_buf();
    Box::new(move |uri, folders| {
        let mut opened: Vec<PathBuf> = folders.iter().filter_map(|folder| file_path(folder)).collect();
        if folders.is_empty() && named {
            opened.push(process.clone());
        }
        // What the editor has open may be no files of this machine.
        if opened.is_empty() && !folders.is_empty() {
            return None;
        }
        let Document { root, path } = Document::of(&file_path(uri)?, &opened, &process)?;
        Some(WorkspaceFile { root, path })
    })
}

/// Returns a file as the stores know it.
fn document(file: WorkspaceFile) -> Document {
    Document { root: file.root, path: file.path }
}

/// Returns whether nothing of a file may be recorded or shown elsewhere, by its name or by git's lists; nothing while git
/// is asked.
fn is_ignored(file: &WorkspaceFile) -> Option<bool> {
    document(file.clone()).is_excluded_if_known()
}
