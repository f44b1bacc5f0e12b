//! The step that makes the phrase cache.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use housestyle_engine::Tokenizer;
use housestyle_learn::phrases::{Kind, Phrases};
use housestyle_workspace::display::time;
use housestyle_workspace::phrases::{self, PhrasesError};
use housestyle_workspace::{Workspace, atomic, notice, private, rescan};
use serde::Serialize;

use super::texts::Texts;
use crate::backend::{Adaptive, Local, PhraseFit};
use crate::error::Error;

/// A report on a new phrase cache.
#[derive(Debug, Serialize)]
pub struct PhraseCacheReport {
    file: PathBuf,
    files: usize,
    edits: usize,
    tokens: usize,
    bytes: usize,
    /// Files that were generated, or that the settings exclude.
    #[serde(rename = "passed_over")]
    skipped: usize,
    /// Texts that there was no room or no time for.
    #[serde(rename = "left_out")]
    omitted: usize,
    /// The fitted weights of the phrases, where there were held-out edits.
    fit: Option<PhraseFit>,
    seconds: f64,
}

/// Makes the phrase cache of the workspace in place of the one that was there, until `end` at the latest.
pub fn make(
    workspace: &Workspace,
    local: &Local,
    read: &Texts,
    fit: Option<PhraseFit>,
    end: Instant,
) -> Result<PhraseCacheReport, Error> {
    let began = Instant::now();
    let tokens = tokenise(local.tokenizer(), read, end);
    let folder = workspace.state();
    private::make_folder(folder).map_err(Error::state(folder))?;
    // Between the reading of the old cache and the writing of the new one nobody may take a text out.
    let lock = phrases::lock(folder)?;
    let mut cache = base(folder, local.vocabulary(), read.adds)?;
    if let Some(fit) = &fit {
        cache.set_weights(fit.weights.clone());
    }
    let texts = read.texts.iter().zip(&tokens);
    // What matters most first, as there may not be room for all.
    let done = texts.filter_map(|(text, tokens)| Some((text.path.as_str(), text.kind, tokens.as_deref()?)));
    let (edits, files): (Vec<_>, Vec<_>) = done.partition(|(_, kind, _)| *kind != Kind::File);
    let late = tokens.iter().filter(|tokens| tokens.is_none()).count();
    let full = cache.extend(edits.into_iter().chain(files));
    full.iter().for_each(notice::detail);
    let files = cache.documents().iter().filter(|document| document.kind == Kind::File).count();
    let file = phrases::file(folder, cache.vocabulary());
    atomic::replace(&file, &cache.to_bytes()).map_err(Error::state(&file))?;
    drop(lock);
    if !read.adds
        && let Err(error) = rescan::mark(&file)
    {
        notice::detail(error); // the server scans the cache again
    }
    Ok(PhraseCacheReport {
        files,
        edits: cache.documents().len() - files,
        tokens: cache.len(),
        bytes: cache.bytes(),
        skipped: read.skipped,
        omitted: late + full.len(),
        fit,
        seconds: began.elapsed().as_secs_f64(),
        file,
    })
}

impl fmt::Display for PhraseCacheReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PhraseCacheReport { files, edits, tokens, skipped, omitted, .. } = self;
        let megabytes = self.bytes as f64 / 1e6;
        let took = time(Duration::from_secs_f64(self.seconds));
        write!(f, "phrases: {files} files and {edits} edits, {tokens} tokens in {megabytes:.1} MB, {took}")?;
        if *skipped > 0 {
            write!(f, "; {skipped} files passed over (not text, generated, or kept out by the settings)")?;
        }
        if *omitted > 0 {
            write!(f, "; no room or time for {omitted} texts")?;
        }
        if let Some(fit) = &self.fit {
            write!(f, "\n{fit}")?;
        }
        Ok(())
    }
}

/// Returns the cache to extend: an empty one, or the existing one without its texts of the journal.
fn base(folder: &Path, vocabulary: u64, adds: bool) -> Result<Phrases, Error> {
    if !adds {
        return Ok(Phrases::new(vocabulary));
    }
    match phrases::read(folder, vocabulary) {
        Ok(mut cache) => {
            cache.remove_taken(|_| true);
            Ok(cache)
        }
        Err(PhrasesError::Nothing) => Ok(Phrases::new(vocabulary)),
        Err(error) => Err(error.into()),
    }
}

/// Returns the tokens of each text, on all cores; `None` for those that there was no time for.
fn tokenise(tokenizer: &Tokenizer, read: &Texts, end: Instant) -> Vec<Option<Vec<u32>>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while Instant::now() < end
            && let n = next.fetch_add(1, Ordering::Relaxed)
            && let Some(text) = read.texts.get(n)
        {
            let mut tokens = Vec::new();
            tokenizer.encode(&text.text, &mut tokens);
            done.push((n, tokens));
        }
        done
    };
    let mut out = vec![None; read.texts.len()];
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let done = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            done.into_iter().for_each(|(n, tokens)| out[n] = Some(tokens));
        }
    });
    out
}
