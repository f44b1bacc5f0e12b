//! Everything that a handler can reach: the session, and the ways to the threads.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use housestyle_complete::memory::visible_around;
use housestyle_text::Position;
use housestyle_text::chunks::Query;
use serde_json::json;
use tower_lsp::Client;

use crate::documents;
use crate::file_settings::FileSettingsWatch;
use crate::hints::Hinter;
use crate::host::{IgnoreCheck, NotesLookup, RelatedLookup, RelatedRequest, WorkspaceLookup};
use crate::idle::PrefillJob;
use crate::progress::Progress;
use crate::recorder::Recorder;
use crate::retention_tracker::RetentionTracker;
use crate::session::Session;
use crate::status::Status;
use crate::transport::Outbox;
use crate::worker::Worker;

/// Everything that a handler can reach.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) client: Client,
    pub(crate) outbox: Outbox,
    pub(crate) status: Arc<Status>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) worker: Arc<Worker>,
    pub(crate) recorder: Recorder,
    pub(crate) retention_tracker: RetentionTracker,
    pub(crate) hinter: Hinter,
    pub(crate) workspace: WorkspaceLookup,
    pub(crate) notes: NotesLookup,
    /// Returns related chunks.
    pub(crate) related: RelatedLookup,
    pub(crate) ignored: IgnoreCheck,
    pub(crate) file_settings: Arc<FileSettingsWatch>,
    pub(crate) state: Arc<Mutex<Session>>,
}

impl Server {
    /// Locks the session. Never hold it over a wait.
    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds out anew where the open folders and documents belong, as folders came or went. Never call it with the
    /// session locked: folders are looked at.
    pub(crate) fn update_files(&self) {
        let session = self.session();
        let folders = session.folders.clone();
        let open: Vec<String> = session.documents.keys().cloned().collect();
        drop(session);
        let root = |folder: &String| {
            let inside = format!("{}/file", folder.trim_end_matches('/'));
            Some((self.workspace)(&inside, &folders)?.root)
        };
        let roots = folders.iter().filter_map(root).collect();
        let files = open.iter().map(|uri| (uri.clone(), (self.workspace)(uri, &folders))).collect();
        let mut session = self.session();
        session.folder_roots = roots;
        let moved = session.set_files(files);
        drop(session);
        self.file_settings.update_all();
        if moved {
            open.iter().for_each(|uri| self.update_notes(uri));
            self.hinter.check_now(open);
        }
    }

    /// Follows a change of the editor's settings, and sends the warnings about them.
    pub(crate) fn settings_changed(&self, warnings: &[String]) {
        self.file_settings.settings_changed();
        for warning in warnings {
            self.outbox.notify("window/logMessage", &json!({ "type": 2, "message": warning }));
        }
    }

    /// Loads the model unless completions are off or paused.
    pub(crate) fn load_if_on(&self) {
        self.file_settings.load_if_on();
    }

    /// Looks up the notes for a document, and, until that is known, whether its changes may enter the edit history. Never
    /// call it with the session locked: files are read.
    pub(crate) fn update_notes(&self, uri: &str) {
        let session = self.session();
        let Some(document) = session.documents.get(uri) else { return };
        let file = document.file.clone();
        let decide = !document.context.knows_whether_to_track_edits();
        let decide = decide && session.uses_edit_history(uri);
        let allowed = session.may_track_edits(uri);
        drop(session);
        let notes = file.as_ref().map(|file| (self.notes)(&file.root)).unwrap_or_default();
        let track = match &file {
            _ if !decide => None,
            Some(file) if allowed => (self.ignored)(file).map(|ignored| !ignored),
            _ => Some(false),
        };
        let mut session = self.session();
        if let (Some(document), Some(allowed)) = (session.documents.get_mut(uri), track) {
            document.context.track_edits(allowed);
        }
        session.set_notes(uri, notes);
    }

    /// Selects related chunks where the user came to a place in a document, for a model that reads context. Never call it with
    /// the session locked: the index may be busy for a moment.
    pub(crate) fn update_chunks(&self, uri: &str, position: Option<Position>) {
        let session = self.session();
        let Some(document) = session.documents.get(uri) else { return };
        let at = position.map(|position| document.snapshot.offset_at(position, session.encoding));
        let cursor = at.or(document.cursor).unwrap_or_default();
        let line = document.snapshot.line_of(cursor);
        let root = document.root().map(Path::to_path_buf).filter(|_| session.uses_chunks(uri));
        if document.context.has_chunks_near(line) {
            return;
        }
        let (snapshot, settings) = (document.snapshot.clone(), Arc::clone(&document.settings));
        let documents = root.as_deref().map(|root| session.open_files(root)).unwrap_or_default();
        drop(session);
        let chunks = match root {
            Some(root) => {
                let query = || Query::new(&snapshot, cursor, visible_around(&snapshot, cursor));
                let request =
                    RelatedRequest { root: &root, settings: &settings, documents: &documents, query: &query };
                let Some(mut chunks) = (self.related)(&request) else { return };
                // The index follows the settings some seconds later.
                chunks.retain(|chunk| settings.disabled_by(&chunk.path).is_none());
                Some((line, chunks))
            }
            None => None,
        };
        if let Some(document) = self.session().documents.get_mut(uri) {
            document.context.set_chunks(chunks);
        }
    }

    /// Schedules a prefill where the user is in a document, after `quiet`; none where completions are off or paused. A
    /// prefill for another line ends.
    pub(crate) fn schedule_prefill(&self, session: &mut Session, uri: &str, quiet: Duration) {
        documents::mark_used(&mut session.documents, uri);
        let cursor = session.documents.get(uri).and_then(|document| document.cursor);
        let memory = session.prompt_memory(uri, cursor.unwrap_or_default());
        let on = !session.paused && !session.is_off(uri);
        let document = session.documents.get(uri).filter(|document| on && document.too_large.is_none());
        let job = document.map(|document| PrefillJob {
            uri: uri.to_owned(),
            workspace: session.root_of(uri),
            snapshot: document.snapshot.clone(),
            cursor: document.cursor,
            draft_sources: documents::recently_used(&session.documents, uri),
            memory,
            settings: Arc::clone(&document.settings),
        });
        self.worker.schedule_prefill(job, quiet);
    }
}
