//! The settings while a server runs: a changed file holds at the next look, a moved default branch within two seconds.
//!
//! Each look asks the system whether the files on disk have changed. Looking for the default branch takes longer, so a thread
//! of its own does that, for the workspaces that were in use lately.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use housestyle_complete::Settings;
use housestyle_complete::settings::{FileSettings, JournalMode};

use super::files::PolicyFiles;
use crate::home::Home;

/// How often the default branches are looked at. The server looks at the outcome twice a second.
const INTERVAL: Duration = Duration::from_secs(1);
/// For how long a workspace is followed that nobody asks about.
const UNUSED: Duration = Duration::from_secs(60);

/// The settings of every workspace that documents lie in.
#[derive(Debug)]
pub struct SettingsWatch {
    home: Home,
    known: Mutex<HashMap<Option<PathBuf>, Known>>,
}

#[derive(Debug)]
struct Known {
    files: PolicyFiles,
    settings: Arc<FileSettings>,
    asked: Instant,
}

impl Known {
    fn of(files: PolicyFiles) -> Known {
        let settings = Arc::new(files.configuration().served());
        Known { files, settings, asked: Instant::now() }
    }

    /// Takes settings; where they are as before, they stay the very same.
    fn take(&mut self, settings: FileSettings) {
        if *self.settings != settings {
            self.settings = Arc::new(settings);
        }
    }
}

impl SettingsWatch {
    /// Starts the thread, which ends with the value.
    pub fn start(home: Home) -> Arc<SettingsWatch> {
        let watch = Arc::new(SettingsWatch { home, known: Mutex::default() });
        let weak = Arc::downgrade(&watch);
        // Without a thread a moved branch counts from the next start on; completions are worth more.
        drop(thread::Builder::new().name("settings".to_owned()).spawn(move || follow(&weak)));
        watch
    }

    /// Returns the settings that hold in a workspace; without one, those of the user's own file alone. As long as nothing
    /// changes, the very same value is returned.
    pub fn settings(&self, root: Option<&Path>) -> Arc<FileSettings> {
        let key = root.map(Path::to_path_buf);
        if let Some(known) = self.lock().get_mut(&key) {
            known.asked = Instant::now();
            if known.files.follow_disk() {
                known.take(known.files.configuration().served());
            }
            return Arc::clone(&known.settings);
        }
        // Without the lock: the documents of other workspaces do not wait for the first look at this one.
        let known = Known::of(PolicyFiles::read(root, &self.home, None));
        Arc::clone(&self.lock().entry(key).or_insert(known).settings)
    }

    /// Returns what the files let the journal of a workspace hold.
    pub fn journal(&self, root: &Path) -> JournalMode {
        let settings = Settings::of(&self.settings(Some(root)).source);
        if settings.trusted { settings.journal } else { JournalMode::Off }
    }

    /// Looks for everything anew, but for what is known and unchanged.
    fn refresh(&self) {
        let now = Instant::now();
        let mut guard = self.lock();
        guard.retain(|_, known| now.saturating_duration_since(known.asked) < UNUSED);
        let all: Vec<_> = guard.iter().map(|(root, known)| (root.clone(), known.files.clone())).collect();
        drop(guard);
        for (root, files) in all {
            let files = PolicyFiles::read(root.as_deref(), &self.home, Some(&files));
            let settings = files.configuration().served();
            if let Some(known) = self.lock().get_mut(&root) {
                // A file that has changed since is read again at the next look.
                known.files = files;
                known.take(settings);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<PathBuf>, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn follow(watch: &Weak<SettingsWatch>) {
    loop {
        thread::sleep(INTERVAL);
        let Some(watch) = watch.upgrade() else { return };
        // A panic costs one look.
        drop(catch_unwind(AssertUnwindSafe(|| watch.refresh())));
    }
}
