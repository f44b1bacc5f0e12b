//! Writes packed weights to a file, on a thread of its own: the engine has them in memory already.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{HEADER, Key, Sum, area, header};
use crate::atomic;
use crate::packed::Packed;

/// Bytes written at once: a multiple of a large page, so that the system can keep the file in large pages.
const CHUNK: usize = 4 << 20;
/// Bytes after which the disk is waited for, so that giving up does not take long.
const FLUSH: usize = 64 << 20;
/// A temporary file that was not written to for so long is one of a process that ended.
const ABANDONED: Duration = Duration::from_secs(600);

/// The writing thread. Dropping this value stops the thread, which then removes its unfinished file.
#[derive(Debug)]
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Writer {
    /// Begins to write matrices to the first of the paths that can be written.
    pub(crate) fn start(paths: Vec<PathBuf>, key: Key, weights: Vec<Packed>) -> io::Result<Writer> {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("housestyle-pack".to_owned()).spawn(move || {
            let mut result = Ok(());
            for path in &paths {
                result = write(path, key, &weights, &flag);
                if result.is_ok() || flag.load(Ordering::Relaxed) {
                    break;
                }
            }
            result
        })?;
        Ok(Writer { stop, thread: Some(thread) })
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The system's error when none of the paths could be written.
    pub(crate) fn wait(mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // nobody waits for what it wrote
        }
    }
}

/// Writes the file of packed weights, unless another process is writing it.
fn write(path: &Path, key: Key, weights: &[Packed], stop: &AtomicBool) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no name of a file"));
    };
    make_folder(folder)?;
    let prefix = format!("{name}.new-");
    if is_being_written(folder, &prefix)? {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "another process is writing it"));
    }
    let temporary = folder.join(format!("{prefix}{}", std::process::id()));
    atomic::write(path, &temporary, |file| fill(file, key, weights, stop))
}

/// Makes a folder that only its owner can read: it may be the first one of the user's state.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Removes the temporary files of processes that ended; returns whether a living process writes one.
fn is_being_written(folder: &Path, prefix: &str) -> io::Result<bool> {
    let mut alive = false;
    for entry in fs::read_dir(folder)?.flatten() {
        if !entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix)) {
            continue;
        }
        let age =
            entry.metadata().and_then(|about| about.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        } else {
            alive = true;
        }
    }
    Ok(alive)
}

fn fill(file: &mut File, key: Key, weights: &[Packed], stop: &AtomicBool) -> io::Result<()> {
    let mut out = Out { chunk: Vec::with_capacity(CHUNK), before: 0, samples: Sum::NEW, stop, file };
    out.add(HEADER, None)?;
    for bytes in weights.iter().flat_map(Packed::areas) {
        let at = out.before + out.chunk.len();
        let range = area(at, bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        out.add(range.start - at, None)?;
        out.add(bytes.len(), Some(bytes))?;
    }
    out.flush()?;
    let (length, samples) = (out.before, out.samples);
    // A file without this header is not taken for whole.
    file.rewind()?;
    file.write_all(&header(key, length, samples))
}

/// The file that is being written.
struct Out<'a> {
    chunk: Vec<u8>,
    /// Bytes before the chunk.
    before: usize,
    samples: Sum,
    stop: &'a AtomicBool,
    file: &'a mut File,
}

impl Out<'_> {
    /// Adds so many bytes: these, or else zeros.
    fn add(&mut self, len: usize, bytes: Option<&[u8]>) -> io::Result<()> {
        let mut done = 0;
        while done < len {
            let now = (len - done).min(CHUNK - self.chunk.len());
            match bytes {
                Some(bytes) => self.chunk.extend_from_slice(&bytes[done..done + now]),
                None => self.chunk.resize(self.chunk.len() + now, 0),
            }
            done += now;
            if self.chunk.len() == CHUNK {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.samples = self.samples.samples(self.before, &self.chunk);
        self.file.write_all(&self.chunk)?;
        self.before += self.chunk.len();
        self.chunk.clear();
        if self.before.is_multiple_of(FLUSH) {
            self.file.sync_data()?;
        }
        Ok(())
    }
}
