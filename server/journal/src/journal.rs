//! The journal: one SQLite database for a workspace, which only grows.
//!
//! An event is one transaction, so a process that is killed leaves whole events. Writers take turns by SQLite's lock,
//! held for one event; the writer with the lock reads the last digest and continues the chain from there.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};

use crate::chain::{self, Hash, Link, START, hex};
use crate::entry::Stamp;
use crate::error::{JournalError, damage};
use crate::event::{Event, Fact, Number, Text};
use crate::private;

/// Marks the file as ours: "HsJn".
const APPLICATION: i64 = 0x4873_4a6e;
/// Version of the tables.
const VERSION: i64 = 1;
/// How long a writer waits for its turn: longer than it takes to build a large file anew, which forgetting does.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

const TABLES: &str = "
    CREATE TABLE event (
        number INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,      -- milliseconds since 1970
        suggestion INTEGER,         -- the event that offered it
        fact TEXT NOT NULL,         -- JSON
        text BLOB,                  -- digest of the text, if there ever was one
        digest BLOB NOT NULL        -- of this row and the digest before it
    );
    CREATE INDEX event_by_suggestion ON event (suggestion);
    CREATE TABLE text (
        event INTEGER PRIMARY KEY,
        salt BLOB NOT NULL,
        content TEXT NOT NULL       -- JSON
    );
    CREATE TABLE forgotten (
        event INTEGER PRIMARY KEY,  -- whose text was removed
        tombstone INTEGER NOT NULL  -- the event that says so
    );";

/// The query of events, to which a condition and an order are added; [`event`] reads its rows.
pub(crate) const EVENTS: &str = "SELECT number, time, suggestion, fact, digest, content \
                                 FROM event LEFT JOIN text ON text.event = number";

/// A journal that is open.
#[derive(Debug)]
pub struct Journal {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    file: FileId,
}

impl Journal {
    /// Opens the journal in `path`, or makes a new journal there.
    ///
    /// # Errors
    /// When the file is damaged, not ours, of a newer version, or cannot be read or written. Then the file stays as
    /// it was.
    pub fn open(path: &Path) -> Result<Journal, JournalError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        private::make_folder(folder).map_err(|source| file_error("make the folder", folder, source))?;
        let _turn = Turn::take(path);
        // SQLite gives its other files the same rights.
        private::make(path).map_err(|source| file_error("open", path, source))?;
        Journal::connect(path, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens the journal in `path` if there is one.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_existing(path: &Path) -> Result<Option<Journal>, JournalError> {
        if !path.exists() {
            return Ok(None);
        }
        let _turn = Turn::take(path);
        private::tighten(path).map_err(|source| file_error("open", path, source))?;
        Journal::connect(path, OpenFlags::empty()).map(Some)
    }

    /// Returns the journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the open file still has its name: another process may have removed it or set it aside.
    pub fn is_in_place(&self) -> bool {
        self.file == FileId::of(&self.path)
    }

    pub(crate) fn connect(path: &Path, flags: OpenFlags) -> Result<Journal, JournalError> {
        let failed = |source| JournalError::of("open", path, source);
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        let number = |name: &str| {
            connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed)
        };
        let (application, version) = (number("application_id")?, number("user_version")?);
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
            .map_err(failed)?;
        let ours: i64 = connection
            .query_row(
                "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('event', 'text', 'forgotten')",
                [],
                |row| row.get(0),
            )
            .map_err(failed)?;
        let path = path.to_path_buf();
        match (application, version, tables) {
            (0, 0, 0) => {}
            (APPLICATION, VERSION, 1..) if ours < 3 => {
                return Err(failed(damage("a table is missing".to_owned())));
            }
            (APPLICATION, VERSION, _) => {}
            (APPLICATION, found, _) => return Err(JournalError::Newer { path, found, known: VERSION }),
            _ => return Err(JournalError::Foreign { path }),
        }
        let journal = Journal { file: FileId::of(&path), connection, path };
        journal.prepare(tables == 0).map_err(|source| JournalError::of("prepare", &journal.path, source))?;
        Ok(journal)
    }

    fn prepare(&self, fresh: bool) -> Result<(), rusqlite::Error> {
        let connection = &self.connection;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A process that is killed loses nothing with this; a machine that loses power may lose the last events.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // What is deleted is overwritten, and text never goes to a temporary file.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        if fresh {
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; {TABLES} COMMIT;"
            ))?;
        }
        Ok(())
    }

    /// Adds an event, and returns its number. A suggestion that was forgotten gets no text.
    ///
    /// # Errors
    /// When the file cannot be written, or another writer holds it for long.
    pub fn append(
        &mut self,
        time: Stamp,
        suggestion: Option<Number>,
        fact: &Fact,
        text: Option<&Text>,
    ) -> Result<Number, JournalError> {
        let fact = serde_json::to_string(fact)?;
        let text = text.map(serde_json::to_string).transpose()?;
        let written = self.write(|transaction| {
            let deleted = |number: Number| is_forgotten(transaction, number);
            let text =
                if suggestion.map(deleted).transpose()?.unwrap_or(false) { None } else { text.as_deref() };
            add(transaction, time, suggestion, &fact, text)
        });
        written.map_err(|source| JournalError::of("write to", &self.path, source))
    }

    /// Runs `change` in one transaction, as the only writer.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = change(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Calls `each` with every event after number `after`, in order, until it returns false.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn events(&self, after: Number, mut each: impl FnMut(Event) -> bool) -> Result<(), JournalError> {
        let mut read = || {
            let mut statement =
                self.connection.prepare(&format!("{EVENTS} WHERE number > ?1 ORDER BY number"))?;
            let mut rows = statement.query([after])?;
            while let Some(row) = rows.next()? {
                if !each(event(row)?) {
                    break;
                }
            }
            Ok(())
        };
        read().map_err(|source| JournalError::of("read", &self.path, source))
    }

    /// Returns the digest of the last event and its number; `None` when there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn head(&self) -> Result<Option<(Number, String)>, JournalError> {
        let head = head(&self.connection).map_err(|source| JournalError::of("read", &self.path, source))?;
        Ok(head.map(|(number, digest)| (number, hex(&digest))))
    }
}

/// Returns the event of a row of [`EVENTS`].
pub(crate) fn event(row: &Row<'_>) -> Result<Event, rusqlite::Error> {
    let fact: String = row.get(3)?;
    let content: Option<String> = row.get(5)?;
    Ok(Event {
        number: row.get(0)?,
        time: Stamp(u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default()),
        suggestion: row.get(2)?,
        fact: serde_json::from_str(&fact).unwrap_or(Fact::Unknown),
        text: content.and_then(|content| serde_json::from_str(&content).ok()),
        digest: hex(&row.get(4)?),
    })
}

/// Adds an event within a transaction.
pub(crate) fn add(
    transaction: &Connection,
    time: Stamp,
    suggestion: Option<Number>,
    fact: &str,
    text: Option<&str>,
) -> Result<Number, rusqlite::Error> {
    let (last, previous) = head(transaction)?.unwrap_or((0, START));
    let number = last + 1;
    // As it is read again: a time beyond what the column holds is the last that it holds.
    let time = i64::try_from(time.0).unwrap_or(i64::MAX);
    let salted = match text {
        Some(content) => {
            let salt: Vec<u8> = transaction.query_row("SELECT randomblob(16)", [], |row| row.get(0))?;
            Some((chain::text_digest(&salt, content), salt, content))
        }
        None => None,
    };
    let text = salted.as_ref().map(|(digest, ..)| *digest);
    let link = Link { number, time: Stamp(time as u64), suggestion, fact, text };
    transaction
        .prepare(
            "INSERT INTO event (number, time, suggestion, fact, text, digest) VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![number, time, suggestion, fact, text, link.digest(&previous)])?;
    if let Some((_, salt, content)) = salted {
        transaction
            .prepare("INSERT INTO text (event, salt, content) VALUES (?, ?, ?)")?
            .execute(params![number, salt, content])?;
    }
    Ok(number)
}

fn head(connection: &Connection) -> Result<Option<(Number, Hash)>, rusqlite::Error> {
    connection
        .prepare("SELECT number, digest FROM event ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn is_forgotten(connection: &Connection, event: Number) -> Result<bool, rusqlite::Error> {
    connection.prepare("SELECT 1 FROM forgotten WHERE event = ?")?.exists([event])
}

/// Which file has a name, where the system tells. Other systems rename no file that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileId(Option<(u64, u64)>);

impl FileId {
    fn of(path: &Path) -> FileId {
        #[cfg(unix)]
        return FileId(std::fs::metadata(path).ok().map(|about| {
            use std::os::unix::fs::MetadataExt;
            (about.dev(), about.ino())
        }));
        #[cfg(not(unix))]
        {
            let _ = path;
            FileId(None)
        }
    }
}

/// The turn of one process to open or move the file; given back when dropped.
pub(crate) struct Turn(#[expect(dead_code, reason = "held for its lock")] Option<File>);

impl Turn {
    pub(crate) fn take(path: &Path) -> Turn {
        // A file system without locks still has SQLite's own care for the writing.
        let mut options = File::options();
        let file = private::open(&with_suffix(path, ".lock"), options.create(true).append(true)).ok();
        Turn(file.filter(|file| file.lock().is_ok()))
    }
}

pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(crate) fn file_error(operation: &'static str, path: &Path, source: std::io::Error) -> JournalError {
    JournalError::File { operation, path: path.to_path_buf(), source }
}
