//! `housestyle serve`: the language server over stdin and stdout.

mod notes;
mod recording;
mod skills;

use std::path::PathBuf;

use housestyle_adaptation::backend::Backend;
use housestyle_lsp::{Ending, Host, LoadProgress, Loader, file_path};
use housestyle_workspace::clock::now;
use housestyle_workspace::panics::count_panics;
use housestyle_workspace::{Configuration, Document};
use recording::{ModelDigest, Recorder, head};

use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;

/// The effect of a broken `housestyle.toml`, and the remedy: the server reads its settings once, at the start.
pub(crate) const WHILE_BROKEN: &str =
    "nothing is suggested or recorded: correct the file and restart the server";
/// Threads of the protocol side; the model has a thread of its own.
const THREADS: usize = 2;

/// Runs the server until the editor ends it.
pub(crate) fn run(invocation: &Invocation, args: &ServeArgs) -> Result<(), Failure> {
    let _panics = count_panics(invocation.workspace.state().to_path_buf());
    let configuration = Configuration::load(&invocation.workspace);
    // A broken file must not take the server from the editor; what it says is on stderr and in `doctor`.
    for file in &configuration.broken {
        eprintln!("housestyle: {file}; {WHILE_BROKEN}");
    }
    for warning in &configuration.warnings {
        eprintln!("housestyle: {warning}");
    }
    let home = invocation.workspace.home();
    // A wrong name is reported when the model is opened.
    let model = args.backend.backend.model(&invocation.setup()).ok().flatten();
    let digest = model.map(|model| ModelDigest::of(home, &model)).unwrap_or_default();
    let notes = notes::NotesWatch::new(home.clone());
    let skills = skills::SkillsWatch::new(home.clone());
    let mut recorder = Recorder::new(home.clone(), digest);
    let host = Host {
        name: "housestyle".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        load: loader(invocation.clone(), args.backend.backend.clone()),
        event_sink: Box::new(move |record| recorder.handle(record)),
        head: Box::new(head::of_document),
        notes: Box::new(move |uri, folder| notes.notes(uri, folder, now())),
        skills: Box::new(move |uri, folder| skills.skills(uri, folder)),
        ignored: Box::new(is_ignored),
        settings: Box::new(move |_| configuration.source.clone()),
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

/// Returns where a document belongs, by its URI and that of the editor's folder; `None` for one that is no file, or in no
/// workspace.
fn document(uri: &str, folder: Option<&str>) -> Option<Document> {
    let file = file_path(uri)?;
    let opened: Vec<PathBuf> = folder.and_then(file_path).into_iter().collect();
    Document::of(&file, &opened, file.parent()?)
}

/// Returns whether nothing of a document may be recorded or shown elsewhere: by its name, by git's lists, or because it
/// is no file of a workspace.
fn is_ignored(uri: &str, folder: Option<&str>) -> bool {
    document(uri, folder).is_none_or(|document| document.excluded().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_is_no_file_belongs_to_no_workspace() {
        assert_eq!(document("untitled:Untitled-1", Some("file:///work")), None);
        assert!(is_ignored("untitled:Untitled-1", Some("file:///work")));
    }
}
