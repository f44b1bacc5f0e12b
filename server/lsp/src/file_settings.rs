//! Follows the settings from files for each open document: a changed file holds for the next suggestion, and within two
//! seconds for everything else.
//!
//! A request looks the settings up itself. A thread of its own looks them up for the status, the hints and the model; it
//! sleeps while no document is open.

use std::collections::BTreeSet;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use housestyle_complete::settings::FileSettings;
use serde_json::json;

use crate::convert;
use crate::hints::Hinter;
use crate::host::{SettingsLookup, WorkspaceFile};
use crate::session::Session;
use crate::status::Status;
use crate::survive::survive;
use crate::transport::Outbox;
use crate::worker::Worker;

/// How often the thread looks the settings up.
const INTERVAL: Duration = Duration::from_millis(500);

/// Looks the settings from files up, and lets the rest of the server follow.
pub(crate) struct FileSettingsWatch {
    lookup: SettingsLookup,
    state: Arc<Mutex<Session>>,
    status: Arc<Status>,
    worker: Arc<Worker>,
    hinter: Hinter,
    outbox: Outbox,
    wake: Sender<()>,
    /// The texts that the user was told.
    told: Mutex<BTreeSet<String>>,
}

impl FileSettingsWatch {
    /// Starts the thread.
    pub(crate) fn start(
        lookup: SettingsLookup,
        state: Arc<Mutex<Session>>,
        status: Arc<Status>,
        worker: Arc<Worker>,
        hinter: Hinter,
        outbox: Outbox,
    ) -> Arc<FileSettingsWatch> {
        let (wake, woken) = mpsc::channel();
        let told = Mutex::default();
        let watch = Arc::new(FileSettingsWatch { lookup, state, status, worker, hinter, outbox, wake, told });
        let weak = Arc::downgrade(&watch);
        // Without a thread the settings follow at the next request.
        drop(std::thread::Builder::new().name("settings".to_owned()).spawn(move || follow(&weak, &woken)));
        watch
    }

    /// Returns the settings from files for a document, which need not be open; a document that is no file has those of the
    /// first folder. Never call it with the session locked: files are looked at.
    pub(crate) fn of(&self, uri: &str, file: Option<&WorkspaceFile>) -> Arc<FileSettings> {
        let root = match file {
            Some(file) => Some(file.root.clone()),
            None if convert::file_path(uri).is_none() => self.session().folder_roots.first().cloned(),
            None => None,
        };
        (self.lookup)(root.as_deref())
    }

    /// Looks the settings of an open document up, and follows a change.
    pub(crate) fn update(&self, uri: &str) {
        let files = self.of_open(uri);
        let changed = self.session().set_file_settings(uri, &files);
        if changed {
            self.tell(&files);
            self.settings_changed();
            self.load_if_on();
        }
    }

    fn of_open(&self, uri: &str) -> Arc<FileSettings> {
        let file = self.session().documents.get(uri).and_then(|document| document.file.clone());
        self.of(uri, file.as_ref())
    }

    /// Looks the settings of the open folders and documents up, as the folders are others.
    pub(crate) fn update_all(&self) {
        let roots = self.session().folder_roots.clone();
        let mut files: Vec<_> = roots.iter().map(|root| (self.lookup)(Some(root))).collect();
        if files.is_empty() {
            files.push((self.lookup)(None));
        }
        self.session().set_folder_files(files.clone());
        files.iter().for_each(|files| self.tell(files));
        let open: Vec<String> = self.session().documents.keys().cloned().collect();
        open.iter().for_each(|uri| self.update(uri));
    }

    /// Takes note of a document that was opened with these settings.
    pub(crate) fn opened(&self, files: &FileSettings) {
        self.tell(files);
        self.update_status();
        self.wake.send(()).ok();
    }

    /// Lets the status and the hints follow a change of the settings.
    pub(crate) fn settings_changed(&self) {
        self.update_status();
        self.hinter.check_now(self.session().documents.keys().cloned().collect());
    }

    fn update_status(&self) {
        let session = self.session();
        self.status.off(session.off());
    }

    /// Loads the model unless completions are off or paused: off means no work at all.
    pub(crate) fn load_if_on(&self) {
        let session = self.session();
        let on = session.off().is_none() && !session.paused;
        drop(session);
        if on {
            self.worker.want_model();
        }
    }

    /// Tells the user what is wrong with files, each text once in a session.
    fn tell(&self, files: &FileSettings) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match &files.problem {
            Some(problem) if told.insert(problem.clone()) => {
                let message = format!("Housestyle: {problem}");
                self.outbox.notify("window/showMessage", &json!({ "type": 1, "message": message }));
            }
            _ => {}
        }
        for warning in &files.warnings {
            if told.insert(warning.clone()) {
                self.outbox.notify("window/logMessage", &json!({ "type": 2, "message": warning }));
            }
        }
    }

    /// Looks once for each group of documents that had the same settings: they share a workspace.
    fn poll(&self) {
        let session = self.session();
        let mut groups: Vec<(Arc<FileSettings>, Vec<String>)> = Vec::new();
        for (uri, document) in &session.documents {
            match groups.iter_mut().find(|(files, _)| Arc::ptr_eq(files, &document.files)) {
                Some((_, uris)) => uris.push(uri.clone()),
                None => groups.push((Arc::clone(&document.files), vec![uri.clone()])),
            }
        }
        drop(session);
        for (files, uris) in groups {
            if uris.first().is_some_and(|uri| !Arc::ptr_eq(&self.of_open(uri), &files)) {
                uris.iter().for_each(|uri| self.update(uri));
            }
        }
        // Documents may have been closed.
        self.update_status();
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn follow(watch: &Weak<FileSettingsWatch>, woken: &Receiver<()>) {
    let mut is_idle = true;
    loop {
        let woken =
            if is_idle { woken.recv().map_err(RecvTimeoutError::from) } else { woken.recv_timeout(INTERVAL) };
        let Some(watch) = watch.upgrade() else { return };
        match woken {
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => drop(survive(|| watch.poll())),
        }
        is_idle = watch.session().documents.is_empty();
    }
}
