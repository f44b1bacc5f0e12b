//! The index of a workspace for a server: a thread fills it and follows changes of files and documents.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use housestyle_text::Snapshot;
use housestyle_text::chunks::{Bounds, Choice, Chunk, Query};

use super::index::{Documents, Ended, Filler, SharedIndex};
use super::{Forbidden, RelatedCounts};

/// The pause between two looks at the files, and between two at the documents.
const INTERVAL: Duration = Duration::from_secs(1);
/// The pause is so many times as long as the work of the look before, if that is longer, up to [`LONGEST_PAUSE`].
const PAUSES: u32 = 20;
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long the thread works before it rests, so that others get the processor.
const WORK: Duration = Duration::from_millis(5);
/// The longest rest; it is as long as the work before.
const LONGEST_REST: Duration = Duration::from_millis(50);
/// How long a query waits while a file is being put in.
const PATIENCE: Duration = Duration::from_millis(2);
/// Documents at most whose changes wait for the thread.
const MOST_DOCUMENTS: usize = 1_000;

/// The index of related chunks of one workspace. Its thread ends when it is dropped.
#[derive(Debug)]
pub struct Related(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    index: SharedIndex,
    news: Mutex<News>,
    ended: Condvar,
}

/// What others tell the thread.
#[derive(Debug, Default)]
struct News {
    documents: Documents,
    list_anew: bool,
    is_ended: bool,
}

impl Related {
    /// Starts to index the workspace at `root`, which must be trusted: git is asked there.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(root: &Path, forbidden: Forbidden) -> io::Result<Related> {
        let index = SharedIndex::new(Bounds::default());
        let shared = Arc::new(Shared { index, news: Mutex::default(), ended: Condvar::new() });
        let (root, of_thread) = (root.to_path_buf(), Arc::clone(&shared));
        let thread = thread::Builder::new().name("related".to_owned());
        let work = move || {
            let _ = follow(root, forbidden, &of_thread); // it ends as the index does
        };
        thread.spawn(work)?;
        Ok(Related(shared))
    }

    /// Returns the chunks that are most related to a query, the best one last; `None` where the index is busy.
    pub fn best(&self, query: &Query, choice: Choice) -> Option<Vec<Chunk>> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(index) = self.0.index.try_read() {
                return Some(index.best(query, choice));
            }
            if Instant::now() >= end {
                return None;
            }
            thread::sleep(PATIENCE / 20);
        }
    }

    /// Tells the text of an open document, by its path in the workspace: it counts in the place of the file's, within a
    /// second. With none, the document is closed.
    pub fn document(&self, path: &str, document: Option<Snapshot>) {
        let mut news = self.0.news();
        if news.documents.len() < MOST_DOCUMENTS || news.documents.contains_key(path) {
            news.documents.insert(path.to_owned(), document);
        }
    }

    /// Tells that the settings may forbid other files than before.
    pub fn settings_changed(&self) {
        self.0.news().list_anew = true;
    }

    /// Returns whether all files have been looked at once.
    pub fn is_whole(&self) -> bool {
        self.0.index.counts().is_whole
    }

    /// Returns what the index holds, and what it leaves out.
    pub fn counts(&self) -> RelatedCounts {
        self.0.index.counts().clone()
    }
}

impl Drop for Related {
    fn drop(&mut self) {
        self.0.news().is_ended = true;
        self.0.ended.notify_all();
    }
}

impl Shared {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, and returns the news; at once when the index ended.
    fn wait(&self, time: Duration) -> Result<(Documents, bool), Ended> {
        let waited = self.ended.wait_timeout_while(self.news(), time, |news| !news.is_ended);
        let mut news = waited.unwrap_or_else(PoisonError::into_inner).0;
        if news.is_ended {
            return Err(Ended);
        }
        Ok((std::mem::take(&mut news.documents), std::mem::take(&mut news.list_anew)))
    }
}

/// Follows files and documents until the index ends.
fn follow(root: PathBuf, forbidden: Forbidden, shared: &Shared) -> Result<(), Ended> {
    let mut filler = Filler::new(&root, forbidden, &shared.index);
    loop {
        let mut pace = Pace { since: Instant::now(), worked: Duration::ZERO };
        let mut told = Instant::now();
        let mut between = || {
            pace.step();
            if told.elapsed() < INTERVAL {
                return if shared.news().is_ended { Err(Ended) } else { Ok(Documents::new()) };
            }
            told = Instant::now();
            // A look that goes on lists anew at its end.
            let (documents, list_anew) = shared.wait(Duration::ZERO)?;
            shared.news().list_anew |= list_anew;
            Ok(documents)
        };
        // A panic costs one look.
        if let Ok(Err(ended)) = catch_unwind(AssertUnwindSafe(|| filler.look(&mut between))) {
            return Err(ended);
        }
        pace.worked += pace.since.elapsed();
        let next = Instant::now() + (pace.worked * PAUSES).clamp(INTERVAL, LONGEST_PAUSE);
        loop {
            let rest = next.saturating_duration_since(Instant::now());
            let (documents, list_anew) = shared.wait(rest.min(INTERVAL))?;
            let take = || documents.into_iter().for_each(|(path, text)| filler.document(&path, text));
            drop(catch_unwind(AssertUnwindSafe(take)));
            if list_anew {
                filler.list_anew();
            }
            if list_anew || Instant::now() >= next {
                break;
            }
        }
    }
}

/// Work with rests between.
struct Pace {
    since: Instant,
    worked: Duration,
}

impl Pace {
    fn step(&mut self) {
        let work = self.since.elapsed();
        if work >= WORK {
            self.worked += work;
            thread::sleep(work.min(LONGEST_REST));
            self.since = Instant::now();
        }
    }
}
