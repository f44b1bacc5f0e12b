//! A partially downloaded model file: the bytes so far, and a note of their source.
//!
//! The note is written after the bytes are on the disk, so that a process killed at any moment
//! leaves bytes which the note covers, and perhaps some more, which are cut off on resuming.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use housestyle_workspace::models::ModelError;
use housestyle_workspace::models::catalogue::Entry;
use housestyle_workspace::models::store::{Store, write_json};
use serde::{Deserialize, Serialize};

use super::error::SourceError;
use super::unavailable::Unavailable;

/// The source of the bytes so far, and their complete pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Note {
    /// Where they come from, down to the digest or version: only the same source may go on.
    source: String,
    /// Lengths of the pieces that are complete, where the source has pieces.
    pieces: Vec<u64>,
}

/// A partially downloaded model file.
#[derive(Debug)]
pub(super) struct PartialFile {
    path: PathBuf,
    note_path: PathBuf,
    note: Note,
    file: File,
    length: u64,
    size: u64,
}

impl PartialFile {
    /// Returns the source of the bytes so far, if there are any.
    pub(super) fn begun(store: &Store, entry: &Entry) -> Option<String> {
        let note = fs::read(store.sibling(entry, ".part.json")).ok()?;
        fs::metadata(store.sibling(entry, ".part")).ok().filter(|about| about.len() > 0)?;
        serde_json::from_slice(&note).ok().map(|note: Note| note.source)
    }

    /// Opens the bytes of `source` so far, or begins anew where they are from another source.
    pub(super) fn open(
        store: &Store,
        entry: &Entry,
        source: &str,
        size: u64,
    ) -> Result<PartialFile, ModelError> {
        let path = store.sibling(entry, ".part");
        let note_path = store.sibling(entry, ".part.json");
        let note: Option<Note> =
            fs::read(&note_path).ok().and_then(|note| serde_json::from_slice(&note).ok());
        let file = OpenOptions::new().create(true).truncate(false).write(true).read(true).open(&path);
        let file = file.map_err(|error| ModelError::file("open", &path, size, error))?;
        let length = file.metadata().map_err(|error| ModelError::file("look at", &path, size, error))?.len();
        let mut partial = PartialFile { path, note_path, note: Note::default(), file, length, size };
        match note {
            Some(note) if note.source == source && length <= size => partial.note = note,
            _ => {
                partial.cut(0)?;
                partial.note.source = source.to_owned();
                partial.write_note()?;
            }
        }
        Ok(partial)
    }

    /// Returns how many bytes are there.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Returns how many pieces are complete, after cutting off what follows them.
    pub(super) fn complete_pieces(&mut self) -> Result<usize, ModelError> {
        let whole: u64 = self.note.pieces.iter().sum();
        if whole > self.length {
            self.note.pieces.clear();
            self.cut(0)?;
        } else {
            self.cut(whole)?;
        }
        Ok(self.note.pieces.len())
    }

    /// Appends all of `reader`; calls `progress` with the whole length after each block.
    ///
    /// # Errors
    /// [`SourceError::Unavailable`] where the reader fails, as another source may help; [`SourceError::Fatal`] where
    /// the disk fails.
    pub(super) fn append(
        &mut self,
        reader: &mut dyn Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), SourceError> {
        let mut buffer = vec![0; 1 << 18];
        self.file
            .seek(SeekFrom::Start(self.length))
            .map_err(|error| ModelError::file("seek in", &self.path, self.size, error))?;
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Unavailable::Read(error).into()),
            };
            if self.length + count as u64 > self.size {
                return Err(Unavailable::TooLong { promised: self.size }.into());
            }
            let left = self.size - self.length;
            self.file
                .write_all(&buffer[..count])
                .map_err(|error| ModelError::file("write", &self.path, left, error))?;
            self.length += count as u64;
            progress(self.length);
        }
    }

    /// Notes that all bytes since the last complete piece are one more.
    pub(super) fn piece_done(&mut self) -> Result<(), ModelError> {
        self.sync()?;
        let before: u64 = self.note.pieces.iter().sum();
        self.note.pieces.push(self.length - before);
        self.write_note()
    }

    /// Cuts the file to `length` bytes.
    pub(super) fn cut(&mut self, length: u64) -> Result<(), ModelError> {
        self.file
            .set_len(length)
            .map_err(|error| ModelError::file("shorten", &self.path, self.size, error))?;
        self.length = length;
        Ok(())
    }

    /// Brings all bytes to the disk.
    pub(super) fn sync(&self) -> Result<(), ModelError> {
        self.file.sync_all().map_err(|error| ModelError::file("write", &self.path, self.size, error))
    }

    /// Returns the file's path.
    pub(super) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Removes the bytes and the note.
    pub(super) fn discard(self) {
        drop(self.file); // Windows removes no open file
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.note_path);
    }

    /// Renames the bytes into place.
    pub(super) fn finish(self, target: &std::path::Path) -> Result<(), ModelError> {
        drop(self.file);
        fs::rename(&self.path, target).map_err(|error| ModelError::file("rename", &self.path, 0, error))?;
        let _ = fs::remove_file(&self.note_path);
        Ok(())
    }

    fn write_note(&self) -> Result<(), ModelError> {
        write_json(&self.note_path, &self.note)
    }
}
