//! What the model does while nothing is asked of it: it reads ahead for one place, the one where the user is, and then
//! hears what stands around that and in the documents used last, from which the next text may copy.
//!
//! There is one such place, and it is read for once: each event of the editor says anew where that is. It begins after
//! a moment of quiet, as most events are followed by a request. What is being read goes on while the user stays on a
//! line, as all but that line's text is the same for each place on it; anywhere else it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::settings::Settings;
use housestyle_complete::{DraftSource, Job, Memory, first_prefill_cursor, offer_draft_sources, prefill};
use housestyle_text::{Offset, Snapshot};

/// How long nothing must have happened before the model reads ahead.
pub(crate) const QUIET: Duration = Duration::from_millis(150);

/// A place to read ahead for.
#[derive(Debug, Clone)]
pub(crate) struct Ahead {
    /// The document's URI.
    pub(crate) uri: String,
    /// The document.
    pub(crate) snapshot: Snapshot,
    /// Where in it the user is, as far as that is known.
    pub(crate) cursor: Option<Offset>,
    /// Other documents, the one used last first.
    pub(crate) others: Vec<DraftSource>,
    /// What a prompt there remembers.
    pub(crate) memory: Arc<Memory>,
    /// The settings for all languages.
    pub(crate) settings: Arc<Settings>,
}

/// The place that waits for its time, and what is being read.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    waiting: Option<(Instant, Ahead)>,
    running: Option<(Line, Cancel)>,
}

/// A line as long as nothing but its text changes: document, number, and the document's lines.
type Line = (String, Option<usize>, usize);

impl Idle {
    /// Puts a place, or none, in the stead of what waits. Its time comes at `due`. What is being read for another
    /// line ends.
    pub(crate) fn put(&mut self, ahead: Option<Ahead>, due: Instant) {
        let line = ahead.as_ref().map(Ahead::line);
        if line.as_ref() != self.running.as_ref().map(|(line, _)| line) {
            self.give_way();
        }
        self.waiting = ahead.map(|ahead| (due, ahead));
    }

    /// Ends what is being read.
    pub(crate) fn give_way(&mut self) {
        if let Some((_, cancel)) = self.running.take() {
            cancel.cancel();
        }
    }

    /// Returns when the time of the waiting place comes.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|(due, _)| *due)
    }

    /// Takes the waiting place if its time has come, and what ends the reading.
    pub(crate) fn take(&mut self, now: Instant) -> Option<(Ahead, Cancel)> {
        let (_, ahead) = self.waiting.take_if(|(due, _)| *due <= now)?;
        let cancel = Cancel::new();
        self.running = Some((ahead.line(), cancel.clone()));
        Some((ahead, cancel))
    }
}

impl Ahead {
    fn line(&self) -> Line {
        let line = self.cursor.map(|cursor| self.snapshot.line_of(cursor));
        (self.uri.clone(), line, self.snapshot.line_count())
    }

    /// Lets the model read, until all is read or `cancel` is set.
    pub(crate) fn read(&self, generator: &mut dyn Generator, cancel: &Cancel) {
        let Ahead { snapshot, cursor, settings, others, memory, .. } = self;
        // What fails here fails again when it is asked for, and is told then.
        drop(catch_unwind(AssertUnwindSafe(|| {
            let cursor = cursor.unwrap_or_else(|| first_prefill_cursor(snapshot, settings, generator));
            let job = Job { memory, ..Job::at(snapshot, cursor, settings) };
            prefill(&job, generator, cancel);
            if !cancel.is_cancelled() {
                offer_draft_sources(&job, others, generator, cancel);
            }
        })));
    }
}

#[cfg(test)]
mod tests {
    use housestyle_text::Language;

    use super::*;

    fn place(version: i32, line: usize) -> Ahead {
        let snapshot = Snapshot::new("x\ny\n", version, Language::PLAIN);
        let cursor = Some(snapshot.line_end(line));
        Ahead {
            uri: "file:///a".to_owned(),
            snapshot,
            cursor,
            others: Vec::new(),
            memory: Arc::default(),
            settings: Arc::default(),
        }
    }

    #[test]
    fn the_newest_place_is_read_for_once_when_its_time_has_come() {
        let (mut idle, now) = (Idle::default(), Instant::now());
        idle.put(Some(place(1, 0)), now);
        idle.put(Some(place(2, 0)), now + QUIET);
        assert!(idle.take(now).is_none());
        assert_eq!(idle.due(), Some(now + QUIET));
        let (ahead, cancel) = idle.take(now + QUIET).expect("its time has come");
        assert_eq!((ahead.snapshot.version(), idle.due()), (2, None));
        assert!(idle.take(now + QUIET).is_none(), "once");
        assert!(!cancel.is_cancelled());
        idle.put(None, now);
        assert!(cancel.is_cancelled());
    }

    #[test]
    fn what_is_read_for_a_line_goes_on_while_one_types_there() {
        let (mut idle, now) = (Idle::default(), Instant::now());
        idle.put(Some(place(1, 0)), now);
        let (_, cancel) = idle.take(now).expect("its time has come");
        idle.put(Some(place(2, 0)), now + QUIET);
        assert!(!cancel.is_cancelled());
        idle.put(Some(place(3, 1)), now + QUIET);
        assert!(cancel.is_cancelled());
    }
}
