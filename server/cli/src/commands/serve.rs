//! `housestyle serve`: the language server over stdin and stdout.

use housestyle_lsp::{Ending, Host, LoadProgress, Loader};

use super::memory::now;
use crate::args::ServeArgs;
use crate::backend::Backend;
use crate::config::Configuration;
use crate::context::Context;
use crate::ear::{Ear, ModelDigest, head, is_ignored};
use crate::failure::Failure;
use crate::models::Model;
use crate::notes::Watch;
use crate::skills::serving;

/// Threads of the protocol side; the model has a thread of its own.
const THREADS: usize = 2;

/// Runs the server until the editor ends it.
pub(crate) fn run(context: &Context, args: &ServeArgs) -> Result<(), Failure> {
    let configuration = Configuration::load(context);
    // A broken file must not take the server from the editor; what it says is on stderr and in `doctor`.
    for line in configuration.broken.iter().chain(&configuration.warnings) {
        eprintln!("housestyle: {line}");
    }
    let model = match args.backend.backend {
        Backend::Local => ModelDigest::of(context),
        Backend::Script(_) => ModelDigest::default(),
    };
    let notes = Watch::new(context.home.clone());
    let skills = serving::Watch::new(context.home.clone());
    let mut ear = Ear::new(context.home.clone(), model);
    let host = Host {
        name: "housestyle".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        load: loader(context.clone(), args.backend.backend.clone()),
        event_sink: Box::new(move |record| ear.hear(record)),
        head: Box::new(head::of_document),
        notes: Box::new(move |uri, folder| notes.notes(uri, folder, now())),
        skills: Box::new(move |uri, folder| skills.skills(uri, folder)),
        ignored: Box::new(is_ignored),
        settings: Box::new(move |_| configuration.layer.clone()),
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
fn loader(context: Context, backend: Backend) -> Loader {
    Box::new(move |report| {
        if backend == Backend::Local {
            let name = Model::named(context.global.model.as_deref()).map(|model| model.name());
            let message = format!("reading {}", name.as_deref().unwrap_or("the model"));
            report(LoadProgress { message, percent: None });
        }
        backend.open_serving(&context).map_err(|failure| failure.to_string())
    })
}
