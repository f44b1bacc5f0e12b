//! The log of requests: JSON Lines, appended at the event, bounded, safe with several writers.
//!
//! One line is one `write` on a file opened for appending, so that two servers never mix their lines. A log that has
//! grown to its bound is renamed to `NAME.1`, so the two files hold at most twice the bound. Readers skip lines that
//! they do not understand: a line cut short by a crash, or written by a newer version, harms nothing.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::entry::{Line, LoggedOutcome, Request};
use crate::error::JournalError;
use crate::private;

/// Bytes a log grows to before it is rotated: some 3,000 requests.
const BOUND: u64 = 1 << 20;

/// A request with the outcomes of its suggestion.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedRequest {
    /// The request.
    pub request: Request,
    /// The outcomes of its suggestion, oldest first.
    pub outcomes: Vec<LoggedOutcome>,
}

/// The log of requests in one file.
#[derive(Debug, Clone)]
pub struct RequestLog {
    path: PathBuf,
    bound: u64,
}

impl RequestLog {
    /// Returns the log in `path`; nothing is touched before the first append.
    pub fn at(path: impl Into<PathBuf>) -> RequestLog {
        RequestLog { path: path.into(), bound: BOUND }
    }

    /// Returns the same log with another bound in bytes.
    pub fn with_bound(self, bound: u64) -> RequestLog {
        RequestLog { bound, ..self }
    }

    /// Returns the file that is appended to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one line.
    ///
    /// # Errors
    /// When the folder or file cannot be made or written.
    pub fn append(&self, line: &Line) -> Result<(), JournalError> {
        let mut bytes = serde_json::to_vec(line).map_err(JournalError::LogJson)?;
        bytes.push(b'\n');
        let mut file = self.open()?;
        let grown =
            file.metadata().is_ok_and(|about| about.len().saturating_add(bytes.len() as u64) > self.bound);
        if grown && self.rotate()? {
            file = self.open()?;
        }
        if ends_within_a_line(&mut file) {
            bytes.insert(0, b'\n'); // someone crashed while writing: keep our line apart from theirs
        }
        file.write_all(&bytes).map_err(|source| self.failed("append to", source))
    }

    /// Returns the last `count` requests that `keep` takes, newest last, each with its outcomes.
    ///
    /// # Errors
    /// When a log that exists cannot be read. A log that does not exist is empty.
    pub fn last(
        &self,
        count: usize,
        keep: impl Fn(&Request) -> bool,
    ) -> Result<Vec<LoggedRequest>, JournalError> {
        let mut requests = Vec::new();
        let mut outcomes: HashMap<String, Vec<LoggedOutcome>> = HashMap::new();
        for path in [self.older(), self.path.clone()] {
            for line in self.tail(&path)?.split(|byte| *byte == b'\n') {
                match serde_json::from_slice(line) {
                    Ok(Line::Request(request)) if keep(&request) => requests.push(request),
                    Ok(Line::Outcome(outcome)) => {
                        outcomes.entry(outcome.suggestion.clone()).or_default().push(outcome);
                    }
                    Ok(Line::Request(_)) | Err(_) => {}
                }
            }
        }
        let skip = requests.len().saturating_sub(count);
        let logged = requests.drain(..).skip(skip).map(|request| {
            let outcomes = request.suggestion.as_ref().and_then(|id| outcomes.get(id).cloned());
            LoggedRequest { request, outcomes: outcomes.unwrap_or_default() }
        });
        Ok(logged.collect())
    }

    /// Reads a file, or its end where it is far larger than we ever write.
    fn tail(&self, path: &Path) -> Result<Vec<u8>, JournalError> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.failed("open", source)),
        };
        let most = self.bound.saturating_mul(4);
        let length = file.metadata().map_or(0, |about| about.len());
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(length.saturating_sub(most)))
            .and_then(|_| file.take(most).read_to_end(&mut bytes))
            .map_err(|source| self.failed("read", source))?;
        Ok(bytes)
    }

    fn open(&self) -> Result<File, JournalError> {
        let mut options = File::options();
        options.append(true).read(true).create(true);
        match private::open(&self.path, &mut options) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = self.path.parent().unwrap_or(Path::new("."));
                private::make_folder(folder).map_err(|source| self.failed("make the folder of", source))?;
                private::open(&self.path, &mut options)
            }
            other => other,
        }
        .map_err(|source| self.failed("open", source))
    }

    /// Rotates a full log; returns whether it did. One of several writers rotates, under a lock, after a second look
    /// at the size: otherwise a second writer would rename the first writer's new log over the old lines.
    fn rotate(&self) -> Result<bool, JournalError> {
        let lock =
            private::open(&self.path.with_extension("lock"), File::options().append(true).create(true))
                .map_err(|source| self.failed("lock", source))?;
        if lock.try_lock().is_err() {
            return Ok(false); // another writer is at it; this line may still go to the old file
        }
        let full = fs::metadata(&self.path).is_ok_and(|about| about.len() >= self.bound / 2);
        if full {
            fs::rename(&self.path, self.older()).map_err(|source| self.failed("move aside", source))?;
        }
        Ok(full)
    }

    fn older(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".1");
        PathBuf::from(name)
    }

    fn failed(&self, operation: &'static str, source: io::Error) -> JournalError {
        JournalError::File { operation, path: self.path.clone(), source }
    }
}

fn ends_within_a_line(file: &mut File) -> bool {
    let mut last = [b'\n'];
    let read = file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)); // fails on an empty file
    read.is_ok() && last != [b'\n']
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::entry::Stamp;

    fn request(line: u32) -> Request {
        let suggestion = Some(format!("s{line}"));
        Request {
            time: Stamp(1),
            path: "src/a.rs".into(),
            line,
            code: "suggestion".into(),
            suggestion,
            ..Request::default()
        }
    }

    fn log(bound: u64) -> (tempfile::TempDir, RequestLog) {
        let folder = tempfile::tempdir().expect("a folder");
        let log = RequestLog::at(folder.path().join("deep/requests.jsonl")).with_bound(bound);
        (folder, log)
    }

    fn lines(log: &RequestLog, count: usize) -> Vec<u32> {
        log.last(count, |_| true).expect("readable").iter().map(|logged| logged.request.line).collect()
    }

    #[test]
    fn the_newest_requests_come_last_with_their_outcomes() {
        let (_folder, log) = log(BOUND);
        assert_eq!(lines(&log, 9), [0; 0]);
        for line in 1..=5 {
            log.append(&Line::Request(request(line))).expect("appended");
        }
        let outcome =
            LoggedOutcome { suggestion: "s4".into(), outcome: "accepted".into(), ..LoggedOutcome::default() };
        log.append(&Line::Outcome(outcome.clone())).expect("appended");
        assert_eq!(lines(&log, 3), [3, 4, 5]);
        let logged = log.last(2, |request| request.line != 5).expect("readable");
        assert_eq!((logged[1].request.line, &logged[1].outcomes[..]), (4, &[outcome][..]));
    }

    #[test]
    fn torn_and_foreign_lines_harm_nothing() {
        let (_folder, log) = log(BOUND);
        log.append(&Line::Request(request(1))).expect("appended");
        let mut file = File::options().append(true).open(log.path()).expect("open");
        file.write_all(
            b"\xff\xfe\n{\"kind\":\"from-the-future\"}\n[]\n{\"kind\":\"request\",\"line\":7,\"co",
        )
        .expect("torn");
        log.append(&Line::Request(request(2))).expect("appended");
        assert_eq!(lines(&log, 9), [1, 2]);
    }

    #[test]
    fn fields_that_a_line_lacks_have_defaults() {
        let (_folder, log) = log(BOUND);
        log.append(&Line::Request(request(1))).expect("appended");
        fs::write(log.path(), "{\"kind\":\"request\",\"line\":9,\"shiny\":true}\n").expect("written");
        assert_eq!(
            log.last(1, |_| true).expect("readable")[0].request,
            Request { line: 9, ..Request::default() }
        );
    }

    #[test]
    fn the_size_stays_bounded_and_the_newest_lines_stay() {
        let (_folder, log) = log(4_000);
        for line in 0..200 {
            log.append(&Line::Request(request(line))).expect("appended");
        }
        let size = |path: &Path| fs::metadata(path).expect("a file").len();
        assert!(size(log.path()) <= 4_000 && size(&log.older()) <= 4_000);
        let kept = lines(&log, 1_000);
        assert!(kept.len() >= 8, "{kept:?}");
        assert_eq!(kept, (200 - u32::try_from(kept.len()).expect("small")..200).collect::<Vec<_>>());
    }

    #[test]
    fn writers_at_the_same_time_lose_no_line() {
        let (_folder, log) = log(BOUND);
        thread::scope(|scope| {
            for writer in 0..4 {
                let log = log.clone();
                scope.spawn(move || {
                    for line in 0..250 {
                        log.append(&Line::Request(request(writer * 1_000 + line))).expect("appended");
                    }
                });
            }
        });
        let mut seen = lines(&log, 10_000);
        seen.sort_unstable();
        let all: Vec<u32> =
            (0..4).flat_map(|writer| (0..250).map(move |line| writer * 1_000 + line)).collect();
        assert_eq!(seen, all);
    }
}
