//! Damaged journals: they are set aside under another name, and a new journal begins.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::entry::Stamp;
use crate::error::{JournalError, damage};
use crate::journal::{Journal, Turn, file_error, with_suffix};

/// Most damaged journals that are kept; the oldest goes first.
const MOST: usize = 5;
/// What stands between the name of the journal and the time at which it was set aside.
const DAMAGED: &str = ".damaged-";
/// The same of earlier versions.
const ASIDE: &str = ".aside-";
/// The files that SQLite keeps beside a database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

impl Journal {
    /// Opens the journal in `path`; a damaged one is set aside first, and a new one begun. Returns what the user is to be
    /// told of that ([`JournalError::SetAside`]).
    ///
    /// # Errors
    /// As [`Journal::open`], for everything but a damaged file.
    pub fn open_or_begin(path: &Path, now: Stamp) -> Result<(Journal, Option<JournalError>), JournalError> {
        let told = match Journal::open(path) {
            Ok(journal) => return Ok((journal, None)),
            Err(error) if error.is_damage() => error.set_aside(now),
            Err(error) => return Err(error),
        };
        Ok((Journal::open(path)?, matches!(told, JournalError::SetAside { .. }).then_some(told)))
    }

    /// Opens the journal in `path` if there is one, and reads it once: a damaged one is set aside, which is an error.
    ///
    /// # Errors
    /// As [`Journal::open_existing`], and [`JournalError::SetAside`].
    pub fn open_sound(path: &Path, now: Stamp) -> Result<Option<Journal>, JournalError> {
        Journal::open_checked(path).map_err(|error| error.set_aside(now))
    }

    /// Opens the journal in `path` to forget everything: one that cannot be read is removed, whatever it is. Returns the
    /// name of a removed one.
    ///
    /// # Errors
    /// When another process holds the file, or it cannot be removed.
    pub fn open_or_remove(path: &Path) -> Result<(Option<Journal>, Option<PathBuf>), JournalError> {
        match Journal::open_checked(path) {
            Err(error) if !error.is_busy() => Ok((None, Journal::remove(path)?)),
            opened => Ok((opened?, None)),
        }
    }

    fn open_checked(path: &Path) -> Result<Option<Journal>, JournalError> {
        let journal = Journal::open_existing(path)?;
        journal.as_ref().map_or(Ok(()), Journal::check_pages)?;
        Ok(journal)
    }

    /// Sets a damaged journal aside, and returns its new name. Nothing happens where the file is sound: of several
    /// processes that found the damage, one moves the file.
    ///
    /// # Errors
    /// When the file cannot be read or renamed.
    pub fn set_aside(path: &Path, now: Stamp) -> Result<Option<PathBuf>, JournalError> {
        let _turn = Turn::take(path);
        if !is_damaged(path)? {
            return Ok(None);
        }
        let failed = |source| file_error("set aside", path, source);
        let aside = free_name(path, now).map_err(failed)?;
        // The companions first: they would be taken for those of the new journal.
        for suffix in COMPANIONS {
            match fs::rename(with_suffix(path, suffix), with_suffix(&aside, suffix)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        fs::rename(path, &aside).map_err(failed)?;
        let copies = Journal::damaged_copies(path);
        for oldest in copies.iter().take(copies.len().saturating_sub(MOST)) {
            remove_database(oldest)?;
        }
        Ok(Some(aside))
    }

    /// Returns the damaged journals that were set aside, oldest first.
    pub fn damaged_copies(path: &Path) -> Vec<PathBuf> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_copy = |file: &str| {
            let rest = file.strip_prefix(&name).unwrap_or_default();
            let is_set_aside = [DAMAGED, ASIDE].iter().any(|mark| rest.starts_with(mark));
            is_set_aside && !COMPANIONS.iter().any(|suffix| rest.ends_with(suffix))
        };
        let files = fs::read_dir(path.parent().unwrap_or(Path::new("."))).into_iter().flatten().flatten();
        let copies = files.filter(|file| is_copy(&file.file_name().to_string_lossy()));
        let mut found: Vec<PathBuf> = copies.map(|file| file.path()).collect();
        found.sort(); // `.aside-` stands before `.damaged-`, and is older
        found
    }

    /// Removes the damaged journals that were set aside; returns them.
    ///
    /// # Errors
    /// When a file is there and cannot be removed.
    pub fn remove_damaged_copies(path: &Path) -> Result<Vec<PathBuf>, JournalError> {
        let _turn = Turn::take(path);
        let copies = Journal::damaged_copies(path);
        copies.iter().try_for_each(|copy| remove_database(copy))?;
        Ok(copies)
    }

    /// Removes the journal itself, whatever the file holds; returns its name if it was there.
    ///
    /// # Errors
    /// When a file is there and cannot be removed.
    pub fn remove(path: &Path) -> Result<Option<PathBuf>, JournalError> {
        let _turn = Turn::take(path);
        let is_there = fs::symlink_metadata(path).is_ok();
        remove_database(path)?;
        Ok(is_there.then(|| path.to_path_buf()))
    }

    /// Returns whether the file can be read as a whole.
    ///
    /// # Errors
    /// When the file is damaged, or another process holds it.
    pub fn check_pages(&self) -> Result<(), JournalError> {
        let failed = |source| JournalError::of("check", &self.path, source);
        let sql = "PRAGMA quick_check(1)";
        let found: String = self.connection.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
        if found != "ok" {
            return Err(failed(damage(found)));
        }
        self.events(0, |_| true)
    }
}

impl JournalError {
    /// Sets a damaged journal aside, so that a new one begins, and says so; other errors stay as they are.
    #[must_use]
    pub fn set_aside(self, now: Stamp) -> JournalError {
        let JournalError::Corrupt { path, source } = self else { return self };
        match Journal::set_aside(&path, now) {
            Ok(Some(aside)) => JournalError::SetAside { path, aside, source: Box::new(source) },
            Ok(None) | Err(_) => JournalError::Corrupt { path, source },
        }
    }
}

fn is_damaged(path: &Path) -> Result<bool, JournalError> {
    if !path.exists() {
        return Ok(false);
    }
    let checked = Journal::connect(path, OpenFlags::empty()).and_then(|journal| journal.check_pages());
    match checked {
        Ok(()) => Ok(false),
        Err(error) if error.is_damage() => Ok(true),
        Err(error) => Err(error),
    }
}

/// Returns a name with the time in UTC that no file has.
fn free_name(path: &Path, now: Stamp) -> io::Result<PathBuf> {
    let seconds = i64::try_from(now.0 / 1_000).unwrap_or(i64::MAX);
    let utc = Connection::open_in_memory().and_then(|sqlite| {
        let sql = "SELECT coalesce(strftime('%Y%m%dT%H%M%SZ', ?1, 'unixepoch'), ?1)";
        sqlite.query_row(sql, [seconds], |row| row.get::<_, String>(0))
    });
    let name = with_suffix(path, &format!("{DAMAGED}{}", utc.map_err(io::Error::other)?));
    let names = (1_u32..).map(|count| match count {
        1 => name.clone(),
        count => with_suffix(&name, &format!(".{count}")),
    });
    let mut free = names.filter(|name| fs::symlink_metadata(name).is_err());
    free.next().ok_or_else(|| io::Error::other("every name is taken"))
}

/// Removes a database with the files that SQLite keeps beside it.
fn remove_database(path: &Path) -> Result<(), JournalError> {
    for file in COMPANIONS.iter().chain(&["-journal", ""]).map(|suffix| with_suffix(path, suffix)) {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file_error("remove", &file, error));
            }
            _ => {}
        }
    }
    Ok(())
}
