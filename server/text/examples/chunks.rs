//! Indexes a folder and tells the time of queries: `cargo run --release -p housestyle-text --example chunks -- FOLDER`

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use housestyle_text::chunks::{Bounds, Choice, ChunkIndex, ChunkedFile, Query};
use housestyle_text::{Language, Snapshot};

/// Larger files are data.
const MOST_BYTES: u64 = 256 << 10;
/// Queries that are timed.
const QUERIES: usize = 2_000;

fn main() {
    let mut files = Vec::new();
    for folder in std::env::args().skip(1) {
        walk(Path::new(&folder), &mut files);
    }
    let before = memory();
    let (mut index, mut left_out, mut documents) = (ChunkIndex::new(Bounds::default()), 0, Vec::new());
    let begun = Instant::now();
    let mut inserting = Duration::ZERO;
    for (n, path) in files.iter().enumerate() {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let path = path.to_string_lossy().replace('\\', "/");
        let file = ChunkedFile::new(&path, &text);
        let begun = Instant::now();
        left_out += usize::from(!index.insert(file));
        inserting = inserting.max(begun.elapsed());
        if n % (files.len() / 200 + 1) == 0 && text.lines().count() > 30 {
            documents.push((path, text));
        }
    }
    let took = begun.elapsed();
    let counts = index.counts();
    println!(
        "{} files ({left_out} left out), {} chunks, {} words, {:.1} MB of text in {:.1} s; {:.1} ms for the slowest file",
        counts.files,
        counts.chunks,
        counts.words,
        counts.bytes as f64 / 1e6,
        took.as_secs_f64(),
        inserting.as_secs_f64() * 1e3
    );
    if let Some((before, after)) = before.zip(memory()) {
        println!("{:.0} MB of memory", (after - before) / 1e3);
    }
    let begun = Instant::now();
    index = index.compacted();
    println!("compacted in {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    queries(&index, &documents);
}

/// Times queries at places of documents.
fn queries(index: &ChunkIndex, documents: &[(String, String)]) {
    let (mut times, mut found) = (Vec::new(), 0);
    for n in 0..QUERIES {
        let Some((path, text)) = documents.get(n % documents.len().max(1)) else { return };
        let document = Snapshot::new(text, 0, Language::from_path(path)).with_path(path.as_str());
        let line = (n * 7919) % document.line_count();
        let cursor = document.line_end(line);
        let window = document.line_start(line.saturating_sub(40))..document.line_start(line + 12);
        let begun = Instant::now();
        let query = Query::new(&document, cursor, window);
        found += index.best(&query, Choice::default()).len();
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e3;
    let each = found as f64 / times.len() as f64;
    println!(
        "{} queries: p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms; {each:.1} chunks each",
        times.len(),
        at(50),
        at(95),
        at(99)
    );
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() {
            walk(&entry.path(), files);
        } else if about.is_file() && about.len() <= MOST_BYTES {
            files.push(entry.path());
        }
    }
}

/// Returns the kilobytes of memory that the process uses, where the system tells.
fn memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
