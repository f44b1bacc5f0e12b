//! Idle work: while no request waits, the model evaluates the prompt for the place where the user is (a prefill), and
//! then takes the texts around it and the documents used last as draft sources.
//!
//! One job waits, and it runs once: each event of the editor replaces it. It begins after a moment of quiet, as a request
//! follows most events. A running prefill goes on while the user stays on the line, as every place on that line has the
//! same prompt but for the line itself; anywhere else it ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::settings::Settings;
use housestyle_complete::{
    DraftSource, Job, Memory, WindowSize, first_prefill_cursor, offer_draft_sources, prefill,
};
use housestyle_text::{Offset, Snapshot};

use crate::held::HeldByDocument;
use crate::survive::survive;

/// How long no event must have come before a prefill begins.
pub(crate) const QUIET: Duration = Duration::from_millis(150);

/// A place, and everything that its prompt is made of.
#[derive(Debug, Clone)]
pub(crate) struct PrefillJob {
    /// The document's URI.
    pub(crate) uri: String,
    /// The workspace that it belongs to.
    pub(crate) workspace: Option<PathBuf>,
    /// The document.
    pub(crate) snapshot: Snapshot,
    /// Where in it the user is, as far as that is known.
    pub(crate) cursor: Option<Offset>,
    /// Other documents that drafts may copy from, the one used last first.
    pub(crate) draft_sources: Vec<DraftSource>,
    /// Notes, edits and skills for the prompt.
    pub(crate) memory: Arc<Memory>,
    /// The settings for all languages.
    pub(crate) settings: Arc<Settings>,
}

/// The job that waits for its time, and the one that runs.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    waiting: Option<(Instant, PrefillJob)>,
    running: Option<(Line, Cancel)>,
}

/// Identifies a line while nothing but its text changes: document, number, and how many lines the document has.
type Line = (String, Option<usize>, usize);

impl Idle {
    /// Replaces the waiting job by another one, or by none. Its time comes at `due`. A running job for another line
    /// ends.
    pub(crate) fn put(&mut self, job: Option<PrefillJob>, due: Instant) {
        let line = job.as_ref().map(PrefillJob::line);
        if line.as_ref() != self.running.as_ref().map(|(line, _)| line) {
            self.give_way();
        }
        self.waiting = job.map(|job| (due, job));
    }

    /// Cancels the running job.
    pub(crate) fn give_way(&mut self) {
        if let Some((_, cancel)) = self.running.take() {
            cancel.cancel();
        }
    }

    /// Returns when the time of the waiting job comes.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|(due, _)| *due)
    }

    /// Takes the waiting job if its time has come, and the flag that cancels it.
    pub(crate) fn take(&mut self, now: Instant) -> Option<(PrefillJob, Cancel)> {
        let (_, job) = self.waiting.take_if(|(due, _)| *due <= now)?;
        let cancel = Cancel::new();
        self.running = Some((job.line(), cancel.clone()));
        Some((job, cancel))
    }
}

impl PrefillJob {
    fn line(&self) -> Line {
        let line = self.cursor.map(|cursor| self.snapshot.line_of(cursor));
        (self.uri.clone(), line, self.snapshot.line_count())
    }

    /// Runs the prefill and sets the draft sources, until both are done or `cancel` is set.
    pub(crate) fn run(&self, generator: &mut dyn Generator, held: &mut HeldByDocument, cancel: &Cancel) {
        let PrefillJob { uri, snapshot, cursor, settings, draft_sources, memory, .. } = self;
        let mut windows = held.take(uri);
        let used = windows.clone();
        // A failure here comes again with the request for this place, which reports it.
        survive(|| {
            let cursor = cursor.unwrap_or_else(|| first_prefill_cursor(snapshot, settings, generator));
            let job = Job { memory, held: &used, ..Job::at(snapshot, cursor, settings) };
            if let Some(window) = prefill(&job, generator, cancel).and_then(|prefilled| prefilled.held) {
                windows.keep(WindowSize::Whole, window);
            }
            if !cancel.is_cancelled() {
                offer_draft_sources(&job, draft_sources, generator, cancel);
            }
        });
        held.put(uri, windows);
    }
}

#[cfg(test)]
mod tests {
    use housestyle_text::Language;

    use super::*;

    fn job(version: i32, line: usize) -> PrefillJob {
        let snapshot = Snapshot::new("x\ny\n", version, Language::PLAIN);
        let cursor = Some(snapshot.line_end(line));
        PrefillJob {
            uri: "file:///a".to_owned(),
            workspace: None,
            snapshot,
            cursor,
            draft_sources: Vec::new(),
            memory: Arc::default(),
            settings: Arc::default(),
        }
    }

    #[test]
    fn the_newest_job_runs_once_when_its_time_has_come() {
        let (mut idle, now) = (Idle::default(), Instant::now());
        idle.put(Some(job(1, 0)), now);
        idle.put(Some(job(2, 0)), now + QUIET);
        assert!(idle.take(now).is_none());
        assert_eq!(idle.due(), Some(now + QUIET));
        let (job, cancel) = idle.take(now + QUIET).expect("its time has come");
        assert_eq!((job.snapshot.version(), idle.due()), (2, None));
        assert!(idle.take(now + QUIET).is_none(), "once");
        assert!(!cancel.is_cancelled());
        idle.put(Some(self::job(3, 0)), now + QUIET);
        idle.put(None, now);
        assert!(cancel.is_cancelled());
        assert!(idle.due().is_none() && idle.take(now + QUIET).is_none(), "none waits");
    }

    #[test]
    fn a_prefill_for_a_line_goes_on_while_the_user_types_there() {
        let (mut idle, now) = (Idle::default(), Instant::now());
        idle.put(Some(job(1, 0)), now);
        let (_, cancel) = idle.take(now).expect("its time has come");
        idle.put(Some(job(2, 0)), now + QUIET);
        assert!(!cancel.is_cancelled());
        idle.put(Some(job(3, 1)), now + QUIET);
        assert!(cancel.is_cancelled());
    }
}
