//! `housestyle serve`: the language server over stdin and stdout.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use housestyle_journal::{Fate, Line, Request, RequestLog, Stamp};
use housestyle_lsp::{Ending, FateRecord, Host, LoadProgress, Loader, RequestRecord};

use crate::args::ServeArgs;
use crate::backend::Backend;
use crate::config::Configuration;
use crate::context::Context;
use crate::failure::Failure;
use crate::models::Model;

/// Threads of the protocol side; the model has a thread of its own.
const THREADS: usize = 2;

/// Runs the server until the editor ends it.
pub(crate) fn run(context: &Context, args: &ServeArgs) -> Result<(), Failure> {
    let configuration = Configuration::load(context);
    // A broken file must not take the server from the editor; what it says is on stderr and in `doctor`.
    for line in configuration.broken.iter().chain(&configuration.warnings) {
        eprintln!("housestyle: {line}");
    }
    let diary = Arc::new(Diary::new(RequestLog::at(context.home.requests_log())));
    let (requests, fates) = (Arc::clone(&diary), diary);
    let host = Host {
        name: "housestyle".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        load: loader(context.clone(), args.backend.backend.clone()),
        record: Arc::new(move |record| requests.write(&Line::Request(request(record)))),
        observe: Arc::new(move |record| fates.write(&Line::Fate(fate(record)))),
        settings: configuration.layer,
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

/// The request log, which never stops the server: when it fails, that is said once.
struct Diary {
    log: RequestLog,
    complained: AtomicBool,
}

impl Diary {
    fn new(log: RequestLog) -> Diary {
        Diary { log, complained: AtomicBool::new(false) }
    }

    fn write(&self, line: &Line) {
        if let Err(error) = self.log.append(line)
            && !self.complained.swap(true, Ordering::Relaxed)
        {
            eprintln!("housestyle: `housestyle why` will know nothing: {error}");
        }
    }
}

fn request(record: RequestRecord) -> Request {
    let ms = |span: std::time::Duration| (span.as_secs_f64() * 1e4).round() / 10.0;
    Request {
        time: Stamp::of(SystemTime::now()),
        path: record.path.unwrap_or(record.uri),
        language: record.language,
        line: record.line,
        column: record.column,
        trigger: record.trigger.to_owned(),
        code: record.code,
        sentence: record.sentence,
        suggestion: record.suggestion,
        lines: record.lines,
        reused: record.reused,
        window: record.window.map(str::to_owned),
        total_ms: ms(record.total),
        prefill_ms: ms(record.prefill),
        decode_ms: ms(record.decode),
        prompt_tokens: record.prompt_tokens,
        reused_tokens: record.reused_tokens,
        generated_tokens: record.generated_tokens,
        model: record.model,
    }
}

fn fate(record: FateRecord) -> Fate {
    Fate {
        time: Stamp::of(SystemTime::now()),
        suggestion: record.suggestion,
        fate: record.fate.code().to_owned(),
        source: record.source.code().to_owned(),
        accepted: record.accepted,
        length: record.length,
    }
}
