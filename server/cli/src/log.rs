//! The log for debugging: what the program did, when and in which order, and never any text of documents, notes, skills
//! or answers. Paths are in it from level `debug` on.
//!
//! `HOUSESTYLE_LOG=LEVEL` or `--log FILE` switches it on. The lines are those of `tracing_subscriber::fmt`: time, level, the
//! spans around the event, its module, its fields.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use housestyle_workspace::log_file::{self, Flush, Queue};
use housestyle_workspace::{Workspace, notice};
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::notices;

/// The variable of the environment that sets the level.
pub(crate) const VARIABLE: &str = "HOUSESTYLE_LOG";
/// The beginning of the targets of our crates.
const OURS: &str = "housestyle";

/// Where the log goes, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Log {
    /// The file; a full one is renamed to this name with `.1` at its end.
    pub(crate) file: PathBuf,
    /// The least urgent level that is written.
    pub(crate) level: LevelFilter,
}

impl Log {
    /// Returns the log that the flag `--log` and the environment ask for; `None` where they ask for none.
    ///
    /// # Errors
    /// When the environment names no level; says which there are.
    pub(crate) fn asked(
        flag: Option<&Path>,
        variable: Option<&str>,
        workspace: &Workspace,
    ) -> Result<Option<Log>, String> {
        let level = match variable.map(str::trim).filter(|text| !text.is_empty()) {
            None => flag.map(|_| LevelFilter::INFO),
            Some(text) => Some(text.parse().map_err(|_| {
                format!("{VARIABLE}={text}: use `error`, `warn`, `info`, `debug`, `trace` or `off`")
            })?),
        };
        let file = || flag.map_or_else(|| workspace.log(), Path::to_path_buf);
        let level = level.filter(|level| *level != LevelFilter::OFF);
        Ok(level.map(|level| Log { file: file(), level }))
    }
}

/// This process's log, while it is written.
static OPEN: Mutex<Option<Flush>> = Mutex::new(None);

/// Writes the last lines of the log when it is dropped.
pub(crate) struct End;

impl Drop for End {
    fn drop(&mut self) {
        end();
    }
}

/// Ends this process's log: its last lines are written.
fn end() {
    drop(OPEN.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// Shows notices on standard error from now on, and writes a log where one is asked for, until [`End`] is dropped. A log
/// that cannot be written is a warning: it must not take completions from anybody.
pub(crate) fn install(verbose: bool, log: Option<&Log>) -> End {
    let subscriber = tracing_subscriber::registry().with(notices::layer(verbose));
    let opened = log.map(|log| (log, log_file::open(&log.file)));
    // Not `with` an `Option`: a layer that is absent would have every span ask the filters each time.
    match opened {
        None => subscriber.init(),
        Some((log, Ok((queue, flush)))) => {
            subscriber.with(layer(queue, log.level)).init();
            *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(flush);
        }
        Some((log, Err(error))) => {
            subscriber.init();
            notice::warn(format_args!("there is no log: {}: {error}", log.file.display()));
        }
    }
    End
}

fn layer<S>(queue: Arc<Queue>, level: LevelFilter) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .log_internal_errors(false) // standard error is for people
        .with_timer(Clock)
        .with_writer(queue)
        .with_filter(filter_fn(move |about| is_written(about, level)))
}

/// Returns whether the log holds an event or a span. Notices are for people: they may quote files of the user's.
fn is_written(about: &Metadata<'_>, level: LevelFilter) -> bool {
    about.target().starts_with(OURS) && about.target() != notice::TARGET && level >= *about.level()
}

/// Removes the log of a workspace; returns the files that were there, and the last error where one stays. This process's
/// own log ends before, or its last lines would make the file anew.
pub(crate) fn remove(workspace: &Workspace) -> (Vec<PathBuf>, Option<io::Error>) {
    end();
    log_file::remove(&workspace.log())
}

/// Writes the time of an event.
struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        writer.write_str(&log_file::now())
    }
}

#[cfg(test)]
mod tests {
    use housestyle_workspace::Home;

    use super::*;

    fn workspace(root: &Path) -> Workspace {
        let home = Home { models: PathBuf::new(), state: root.join("state"), config: PathBuf::new() };
        Workspace::new(root.to_path_buf(), home)
    }

    #[test]
    fn the_flag_and_the_environment_decide() {
        let workspace = workspace(Path::new("work"));
        let asked = |flag: Option<&str>, variable| Log::asked(flag.map(Path::new), variable, &workspace);
        let own = |level| Ok(Some(Log { file: PathBuf::from("my.log"), level }));
        assert_eq!(asked(None, None), Ok(None));
        assert_eq!(asked(None, Some("")), Ok(None));
        assert_eq!(asked(Some("my.log"), None), own(LevelFilter::INFO));
        assert_eq!(asked(Some("my.log"), Some("trace")), own(LevelFilter::TRACE));
        assert_eq!(asked(Some("my.log"), Some("off")), Ok(None));
        let log = Log { file: workspace.log(), level: LevelFilter::DEBUG };
        assert_eq!(asked(None, Some("debug")), Ok(Some(log)));
        assert!(asked(None, Some("loud")).is_err_and(|error| error.contains("`trace`")));
    }
}
