//! Forgetting: text is deleted for good, and a tombstone records when, how much and by which request.
//!
//! The rows go, SQLite overwrites what they held, the file is built anew and the write-ahead log is emptied: the text is
//! in none of the journal's files after that. Facts and digests stay, so the chain still verifies.
//!
//! [`Journal::forgotten`] lists the deletions from a number on, for whatever was made from the journal's text: the phrase
//! cache removes those suggestions, and an adapter whose manifest cites one is stale.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, params};

use crate::chain::{hex, numbers_digest};
use crate::entry::Stamp;
use crate::error::JournalError;
use crate::event::{Fact, Number, Tombstone};
use crate::history::SuggestionHistory;
use crate::journal::{BUSY_TIMEOUT, Journal, add};

/// How often the write-ahead log is tried to be emptied while other processes read it, and the pause between.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// The result of one request to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgetting {
    /// The event that records it.
    pub tombstone: Number,
    /// How many suggestions have no text any more.
    pub suggestions: usize,
    /// How many texts were removed.
    pub texts: usize,
}

/// The deletion of a suggestion's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// The suggestion, by the event that offered it.
    pub suggestion: Number,
    /// The event that records the deletion.
    pub tombstone: Number,
}

impl Journal {
    /// Removes all text of the suggestions that `which` takes, with the texts of their checks. `request` is the request as
    /// the user made it. No text of these suggestions is recorded from then on.
    ///
    /// # Errors
    /// As [`Journal::forget_numbers`].
    pub fn forget(
        &mut self,
        now: Stamp,
        request: &str,
        which: impl Fn(&SuggestionHistory) -> bool,
    ) -> Result<Forgetting, JournalError> {
        let mut chosen: BTreeSet<Number> = BTreeSet::new();
        self.suggestions(|suggestion| {
            if which(&suggestion) {
                chosen.insert(suggestion.number);
            }
        })?;
        self.forget_numbers(now, request, &chosen)
    }

    /// Removes all text of the suggestions with these numbers, as [`Journal::forget`] does.
    ///
    /// # Errors
    /// When the file cannot be written; when another process reads it just now ([`JournalError::StillRead`]: the text
    /// is out of the tables then, and [`Journal::scrub`] finishes the work).
    pub fn forget_numbers(
        &mut self,
        now: Stamp,
        request: &str,
        chosen: &BTreeSet<Number>,
    ) -> Result<Forgetting, JournalError> {
        let path = self.path.clone();
        let failed = |source| JournalError::of("forget in", &path, source);
        let done = self.write(|transaction| remove(transaction, now, request, chosen)).map_err(failed)?;
        self.scrub()?;
        Ok(done)
    }

    /// Builds the file anew without the deleted rows, and empties the write-ahead log.
    ///
    /// # Errors
    /// When the file cannot be written, or another process goes on reading the old pages
    /// ([`JournalError::StillRead`]).
    pub fn scrub(&mut self) -> Result<(), JournalError> {
        let failed = |source| JournalError::of("remove the old pages of", &self.path, source);
        match self.connection.execute_batch("VACUUM") {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                return Err(JournalError::StillRead { path: self.path.clone() });
            }
            other => other.map_err(failed)?,
        }
        // SQLite would wait for the readers with the writers locked out, so the waiting is done here.
        self.connection.busy_timeout(Duration::ZERO).map_err(failed)?;
        let emptied = self.empty_log();
        self.connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        match emptied.map_err(failed)? {
            true => Ok(()),
            false => Err(JournalError::StillRead { path: self.path.clone() }),
        }
    }

    /// Empties the write-ahead log; returns false where other processes read old pages of it all the time.
    fn empty_log(&self) -> Result<bool, rusqlite::Error> {
        for attempt in 0..TRIES {
            if attempt > 0 {
                thread::sleep(PAUSE);
            }
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            if self.connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the suggestions that were forgotten by events after number `after`, in the order of the tombstones.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn forgotten(&self, after: Number) -> Result<Vec<Deletion>, JournalError> {
        let read = || {
            let mut statement = self.connection.prepare(
                "SELECT DISTINCT coalesce(suggestion, number), tombstone FROM forgotten JOIN event ON number = forgotten.event \
                 WHERE tombstone > ?1 ORDER BY 2, 1",
            )?;
            let rows = statement
                .query_map([after], |row| Ok(Deletion { suggestion: row.get(0)?, tombstone: row.get(1)? }))?;
            rows.collect::<Result<_, _>>()
        };
        read().map_err(|source| JournalError::of("read", &self.path, source))
    }
}

fn remove(
    transaction: &Connection,
    now: Stamp,
    request: &str,
    chosen: &BTreeSet<Number>,
) -> Result<Forgetting, rusqlite::Error> {
    let mut numbers: Vec<Number> = Vec::new();
    {
        // The offer itself too where it has no text: nothing of the suggestion may come later.
        let mut of_suggestion = transaction.prepare(
            "SELECT number FROM event WHERE (number = ?1 OR (suggestion = ?1 AND text IS NOT NULL)) \
             AND number NOT IN (SELECT event FROM forgotten)",
        )?;
        for suggestion in chosen {
            for number in of_suggestion.query_map([suggestion], |row| row.get(0))? {
                numbers.push(number?);
            }
        }
    }
    numbers.sort_unstable();
    let mut texts = 0;
    let mut delete = transaction.prepare("DELETE FROM text WHERE event = ?")?;
    for number in &numbers {
        texts += delete.execute([number])?;
    }
    let offers = numbers.iter().filter(|number| chosen.contains(number)).count();
    let tombstone = Fact::Forgotten(Tombstone {
        request: request.to_owned(),
        suggestions: offers as u64,
        events: hex(&numbers_digest(&numbers)),
    });
    let fact = serde_json::to_string(&tombstone)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let tombstone = add(transaction, now, None, &fact, None)?;
    let mut insert = transaction.prepare("INSERT INTO forgotten (event, tombstone) VALUES (?, ?)")?;
    for number in &numbers {
        insert.execute(params![number, tombstone])?;
    }
    Ok(Forgetting { tombstone, suggestions: offers, texts })
}
