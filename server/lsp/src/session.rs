//! Everything the server knows between two messages.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use housestyle_complete::Memory;
use housestyle_complete::memory::{EditHistory, Note};
use housestyle_complete::reuse::Recent;
use housestyle_complete::settings::{FileSettings, JournalMode, Settings};
use housestyle_complete::skills::{Exceptions, Skills};
use housestyle_text::{Encoding, Offset, Snapshot, secrets};
use serde_json::Value;

use crate::documents::{Document, Documents};
use crate::host::{Record, RequestRecord, TypingRecord, WorkspaceFile};
use crate::in_flight::CancelReason;
use crate::preferences::Preferences;
use crate::provenance::Provenance;
use crate::retained_ranges::RetainedRanges;
use crate::suggestions::Suggestions;

/// Answers that `housestyle.why` returns.
const ANSWERS: usize = 20;
/// Closed documents whose accepted suggestions wait for the next commit.
const CLOSED: usize = 64;
/// How often a record says that somebody types.
const TYPING: Duration = Duration::from_secs(1);

/// The client's capabilities, from `initialize`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// It has inline completion, so plain completion need not stand in for it.
    pub(crate) inline_completion: bool,
    /// It answers `workspace/configuration`.
    pub(crate) configuration: bool,
    /// It lets us register for changes of the configuration.
    pub(crate) register_configuration: bool,
    /// It draws progress that we begin.
    pub(crate) progress: bool,
    /// It takes edits for a certain version of a document.
    pub(crate) document_changes: bool,
    /// It asks for hints itself, and can be asked to ask again: none are sent unasked.
    pub(crate) asks_for_hints: bool,
}

/// The state of one session; behind one lock that is never held over a wait.
#[derive(Debug)]
pub(crate) struct Session {
    /// Unit of the columns in positions.
    pub(crate) encoding: Encoding,
    /// The client's capabilities.
    pub(crate) client: Client,
    /// URIs of the workspace's folders.
    pub(crate) folders: Vec<String>,
    /// The open documents.
    pub(crate) documents: Documents,
    /// The last suggestions, by identifier.
    pub(crate) suggestions: Suggestions,
    /// The last suggestions, by place: the rest of one that is typed need not be computed again.
    pub(crate) recent: Recent<Provenance>,
    /// Closed documents, as they were then, with the ranges of accepted suggestions that may still be committed.
    pub(crate) closed: VecDeque<(String, Snapshot, RetainedRanges)>,
    /// The user's last edits, by the root of their workspace: one workspace's text is not for another's prompts.
    pub(crate) edit_histories: HashMap<PathBuf, EditHistory>,
    /// The document for which edits were selected last.
    pub(crate) edits_selected_for: Option<String>,
    /// The lines of which somebody said in this session that a skill does not hold for them, by the root of the workspace.
    exceptions: HashMap<PathBuf, Exceptions>,
    /// Whether the model reads prompts with context; its thread says so.
    pub(crate) reads_context: Arc<AtomicBool>,
    /// Whether the user paused completions.
    pub(crate) paused: bool,
    /// The roots of the workspaces of the open folders, in their order.
    pub(crate) folder_roots: Vec<PathBuf>,
    /// The settings from files of the opened folders, or those without a folder.
    folder_files: Vec<Arc<FileSettings>>,
    preferences: Preferences,
    answers: VecDeque<RequestRecord>,
    /// When it was last recorded that somebody types.
    typing_recorded: Option<Instant>,
}

impl Session {
    /// Returns the session of a client that said nothing yet.
    pub(crate) fn new() -> Session {
        Session {
            encoding: Encoding::default(),
            client: Client::default(),
            folders: Vec::new(),
            documents: Documents::default(),
            suggestions: Suggestions::default(),
            recent: Recent::new(),
            closed: VecDeque::new(),
            edit_histories: HashMap::new(),
            edits_selected_for: None,
            exceptions: HashMap::new(),
            reads_context: Arc::default(),
            paused: false,
            folder_roots: Vec::new(),
            folder_files: Vec::new(),
            preferences: Preferences::default(),
            answers: VecDeque::new(),
            typing_recorded: None,
        }
    }

    /// Takes the settings from files of the opened folders, or those without a folder.
    pub(crate) fn set_folder_files(&mut self, files: Vec<Arc<FileSettings>>) {
        self.folder_files = files;
    }

    /// Adds a document, whose workspace has these settings from files; returns the document that was open by that name.
    pub(crate) fn open(
        &mut self,
        uri: &str,
        mut document: Document,
        files: Arc<FileSettings>,
    ) -> Option<Document> {
        document.settings = Arc::new(self.preferences.settings(&files.source));
        document.files = files;
        self.documents.insert(uri.to_owned(), document)
    }

    /// Takes the settings from files for a document; returns whether they have changed.
    pub(crate) fn set_file_settings(&mut self, uri: &str, files: &Arc<FileSettings>) -> bool {
        let Some(document) = self.documents.get_mut(uri) else { return false };
        if Arc::ptr_eq(&document.files, files) {
            return false;
        }
        document.files = Arc::clone(files);
        self.settings_changed();
        true
    }

    /// Takes `initializationOptions`; returns what of them was not understood.
    pub(crate) fn set_initial(&mut self, options: &Value) -> Vec<String> {
        let warnings = self.preferences.set_initial(options);
        self.settings_changed();
        warnings
    }

    /// Takes the editor's configuration; returns what of it was not understood.
    pub(crate) fn set_configuration(&mut self, configuration: &Value) -> Vec<String> {
        let warnings = self.preferences.set_configuration(configuration);
        self.settings_changed();
        warnings
    }

    /// Gives each document the settings that hold now, and drops what came of others.
    fn settings_changed(&mut self) {
        let mut journal_changed = false;
        for (uri, document) in &mut self.documents {
            let settings = self.preferences.settings(&document.files.source);
            if *document.settings == settings {
                continue;
            }
            let before = std::mem::replace(&mut document.settings, Arc::new(settings));
            // The new settings would make other suggestions.
            self.recent.forget(uri);
            document.root().map(|root| self.edit_histories.remove(root));
            document.context.settings_changed();
            if let Some(run) = document.run.take().filter(|run| !run.in_flight.is_awaited()) {
                run.in_flight.cancel(CancelReason::SettingsChanged);
            }
            if journal_of(&before) != journal_of(&document.settings) {
                // A suggestion shown under the old setting is not recorded under the new one.
                (document.shown, document.retained) = (None, RetainedRanges::default());
                journal_changed = true;
            }
        }
        if journal_changed {
            self.suggestions = Suggestions::default();
            self.closed.clear();
        }
    }

    /// Moves the open documents to where they belong since folders came or went; returns whether any belongs elsewhere
    /// than before.
    pub(crate) fn set_files(&mut self, files: Vec<(String, Option<WorkspaceFile>)>) -> bool {
        let mut moved = false;
        for (uri, file) in files {
            let Some(document) = self.documents.get_mut(&uri).filter(|document| document.file != file) else {
                continue;
            };
            document.set_file(&uri, file);
            moved = true;
        }
        if moved {
            self.forget_outcomes();
            self.forget_context();
        }
        moved
    }

    /// Forgets what was shown and accepted: a suggestion shown in another workspace is not recorded in this one.
    fn forget_outcomes(&mut self) {
        self.suggestions = Suggestions::default();
        self.closed.clear();
        for document in self.documents.values_mut() {
            (document.shown, document.retained) = (None, RetainedRanges::default());
        }
    }

    /// Forgets what would be other suggestions now, and what they were made from.
    fn forget_context(&mut self) {
        self.recent.clear();
        self.edit_histories.clear();
        for document in self.documents.values_mut() {
            document.context.settings_changed();
            if let Some(run) = document.run.take().filter(|run| !run.in_flight.is_awaited()) {
                run.in_flight.cancel(CancelReason::SettingsChanged);
            }
        }
    }

    /// Returns the settings that hold for a document; the defaults for one that is not open.
    pub(crate) fn settings(&self, uri: &str) -> Arc<Settings> {
        self.documents.get(uri).map(|document| Arc::clone(&document.settings)).unwrap_or_default()
    }

    /// Returns whether the settings of a document leave room for any completion at all.
    pub(crate) fn is_off(&self, uri: &str) -> bool {
        self.documents.get(uri).is_some_and(|document| document.settings.is_off())
    }

    /// Returns why there is no completion in any open document, nor, while none is open, in any opened folder.
    pub(crate) fn off(&self) -> Option<String> {
        let documents = self.documents.values();
        let mut places: Vec<(bool, &FileSettings)> =
            documents.map(|document| (document.settings.is_off(), &*document.files)).collect();
        if places.is_empty() {
            let folders = self.folder_files.iter();
            let of_folder = |files: &FileSettings| self.preferences.settings(&files.source).is_off();
            places.extend(folders.map(|files| (of_folder(files), &**files)));
        }
        if places.is_empty() || places.iter().any(|(off, _)| !off) {
            return None;
        }
        let problem = places.into_iter().find_map(|(_, files)| files.problem.clone());
        Some(problem.unwrap_or_else(|| "switched off in the settings".to_owned()))
    }

    /// Returns the root of the workspace that an open document belongs to.
    pub(crate) fn root_of(&self, uri: &str) -> Option<PathBuf> {
        self.documents.get(uri)?.root().map(Path::to_owned)
    }

    /// Returns the exceptions to skills that hold for an open document.
    pub(crate) fn exceptions(&self, uri: &str) -> Exceptions {
        let root = self.documents.get(uri).and_then(Document::root);
        root.and_then(|root| self.exceptions.get(root)).cloned().unwrap_or_default()
    }

    /// Adds a line of a workspace for which a skill does not hold.
    pub(crate) fn except(&mut self, root: &Path, skill: &str, line: &str) {
        self.exceptions.entry(root.to_owned()).or_default().add(skill, line);
    }

    /// Returns whether prompts for a document hold the user's last edits elsewhere.
    pub(crate) fn uses_edit_history(&self, uri: &str) -> bool {
        let Some(Document { snapshot, settings, .. }) = self.documents.get(uri) else { return false };
        // Most have nothing to look up.
        let special = !settings.languages.is_empty();
        let reads_context = self.reads_context.load(Ordering::Relaxed);
        let wanted = |settings: &Settings| match reads_context {
            true => settings.context_edits && settings.context_tokens > 0,
            false => settings.memory_edit_tokens > 0,
        };
        if special { wanted(&settings.for_language(snapshot.language().id())) } else { wanted(settings) }
    }

    /// Returns whether prompts for a document hold related chunks of other files.
    pub(crate) fn uses_chunks(&self, uri: &str) -> bool {
        let Some(Document { snapshot, settings, .. }) = self.documents.get(uri) else { return false };
        if !settings.trusted || !self.reads_context.load(Ordering::Relaxed) {
            return false;
        }
        let settings = settings.for_language(snapshot.language().id());
        settings.enabled && settings.context_chunks && settings.context_tokens > 0
    }

    /// Returns the open documents of a workspace whose text others may see, as far as settings and paths tell, by their
    /// paths in it.
    pub(crate) fn open_files(&self, root: &Path) -> Vec<(String, Snapshot)> {
        let of_root = self.documents.iter().filter(|(uri, document)| {
            document.root() == Some(root) && document.too_large.is_none() && self.may_track_edits(uri)
        });
        let with_path = of_root.filter_map(|(_, document)| {
            Some((document.snapshot.path()?.to_owned(), document.snapshot.clone()))
        });
        with_path.collect()
    }

    /// Returns whether the changes of a document may enter the edit history, as far as settings and its path tell.
    pub(crate) fn may_track_edits(&self, uri: &str) -> bool {
        let Some(Document { snapshot, settings, .. }) = self.documents.get(uri) else { return false };
        let secret = |path| secrets::is_secret_path(path) || settings.disabled_by(path).is_some();
        settings.trusted && !snapshot.path().is_some_and(secret)
    }

    /// Replaces the notes for a document. Suggestions that were made with other notes are given no more.
    pub(crate) fn set_notes(&mut self, uri: &str, notes: Arc<Vec<Note>>) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        if document.context.set_notes(notes) {
            self.discard_suggestions(uri);
        }
    }

    /// Replaces the skills for a document; returns whether they changed. Suggestions that were made with other skills
    /// are given no more.
    pub(crate) fn set_skills(&mut self, uri: &str, skills: Arc<Skills>) -> bool {
        let Some(document) = self.documents.get_mut(uri) else { return false };
        let changed = document.context.set_skills(skills);
        if changed {
            self.discard_suggestions(uri);
        }
        changed
    }

    /// Forgets the suggestions for a document, and ends a run for it that no request waits for.
    fn discard_suggestions(&mut self, uri: &str) {
        self.recent.forget(uri);
        let run = self.documents.get_mut(uri).and_then(|document| document.run.take());
        if let Some(run) = run.filter(|run| !run.in_flight.is_awaited()) {
            run.in_flight.cancel(CancelReason::ContextChanged);
        }
    }

    /// Returns notes, edits and skills for a prompt; selects edits and skills anew where the user came from elsewhere.
    pub(crate) fn prompt_memory(&mut self, uri: &str, cursor: Offset) -> Arc<Memory> {
        let Some(document) = self.documents.get(uri) else { return Arc::default() };
        let on = self.uses_edit_history(uri);
        let here = self.edits_selected_for.as_deref() == Some(uri);
        let line = document.snapshot.line_of(cursor);
        let stays = here && document.context.has_edits_near(line);
        let edits = match (on, stays) {
            (true, true) => None,
            (true, false) => {
                let history = document.root().and_then(|root| self.edit_histories.get_mut(root));
                let elsewhere = history.map(|history| {
                    history.came_to(uri);
                    history.elsewhere(&document.snapshot, cursor)
                });
                Some(elsewhere.unwrap_or_default())
            }
            (false, _) => Some(Vec::new()),
        };
        if on && !here {
            self.edits_selected_for = Some(uri.to_owned());
        }
        let Some(document) = self.documents.get_mut(uri) else { return Arc::default() };
        if let Some(edits) = edits {
            document.context.set_edits(line, edits);
        }
        document.context.select_skills(&document.snapshot, cursor, &document.settings);
        Arc::clone(&document.context.memory)
    }

    /// Keeps the ranges of accepted suggestions of a document that is closed.
    pub(crate) fn close(&mut self, uri: &str, snapshot: Snapshot, retained: RetainedRanges) {
        if !retained.is_empty() {
            self.closed.push_back((uri.to_owned(), snapshot, retained));
        }
        if self.closed.len() > CLOSED {
            self.closed.pop_front();
        }
    }

    /// Returns the ranges of a reopened document, if its text is unchanged.
    pub(crate) fn reopen(&mut self, uri: &str, text: &str) -> RetainedRanges {
        let at = self.closed.iter().position(|(closed, ..)| closed == uri);
        let found = at.and_then(|at| self.closed.remove(at));
        found
            .filter(|(_, snapshot, _)| snapshot.to_text() == text)
            .map(|(.., retained)| retained)
            .unwrap_or_default()
    }

    /// Returns what the journal may hold of suggestions for a document.
    pub(crate) fn journal(&self, uri: &str) -> JournalMode {
        self.documents.get(uri).map_or(JournalMode::Off, |document| journal_of(&document.settings))
    }

    /// Returns the record that somebody types in a document of a workspace, once a second at most.
    pub(crate) fn typing(&mut self, uri: &str, now: Instant) -> Option<Record> {
        let root = self.root_of(uri)?;
        if self.typing_recorded.is_some_and(|last| now.saturating_duration_since(last) < TYPING) {
            return None;
        }
        self.typing_recorded = Some(now);
        Some(Record::Typing(Box::new(TypingRecord { root })))
    }

    /// Adds an answer to the last ones.
    pub(crate) fn answered(&mut self, record: RequestRecord) {
        self.answers.push_front(record);
        self.answers.truncate(ANSWERS);
    }

    /// Returns the last answers, newest first.
    pub(crate) fn answers(&self) -> impl Iterator<Item = &RequestRecord> {
        self.answers.iter()
    }
}

fn journal_of(settings: &Settings) -> JournalMode {
    if settings.trusted { settings.journal } else { JournalMode::Off }
}

#[cfg(test)]
mod tests {
    use housestyle_complete::settings::SettingsSource;
    use housestyle_text::{Change, Position};
    use serde_json::json;

    use super::*;

    #[test]
    fn typing_is_recorded_once_a_second() {
        let (mut session, begun) = (session(0), Instant::now());
        let mut root = |uri: &str, milliseconds| {
            let record = session.typing(uri, begun + Duration::from_millis(milliseconds));
            record.map(|record| match record {
                Record::Typing(typing) => typing.root,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(root("outside", 0), None);
        assert_eq!(root("a", 0), Some("/work".into()));
        assert_eq!([300, 999].map(|at| root("a", at)), [None, None]);
        assert!(root("b", 1000).is_some() && root("a", 1500).is_none());
    }

    fn files(settings: Value) -> Arc<FileSettings> {
        let source = SettingsSource::from_json(&settings).0;
        Arc::new(FileSettings { source, ..FileSettings::default() })
    }

    #[test]
    fn each_document_has_the_settings_of_its_workspace() {
        let mut session = Session::new();
        for (uri, lines) in [("a", 3), ("b", 5)] {
            let document = Document::open("", 1, "rust", None);
            session.open(uri, document, files(json!({ "maxLines": lines, "mode": "off" })));
        }
        assert_eq!(["a", "b"].map(|uri| session.settings(uri).max_lines), [3, 5]);
        assert_eq!(session.off().as_deref(), Some("switched off in the settings"));
        let before = session.settings("b");
        assert!(session.set_file_settings("a", &files(json!({ "maxLines": 4 }))));
        assert_eq!(["a", "b"].map(|uri| session.settings(uri).max_lines), [4, 5]);
        assert!(Arc::ptr_eq(&before, &session.settings("b")), "the other workspace is left alone");
        assert_eq!(session.off(), None);
        session.set_configuration(&json!({ "maxLines": 2 }));
        assert_eq!(["a", "b"].map(|uri| session.settings(uri).max_lines), [2, 2]);
    }

    #[test]
    fn a_journal_that_is_switched_off_forgets_what_was_shown() {
        let mut session = Session::new();
        session.open("a", Document::open("", 1, "rust", None), files(json!({})));
        session.closed.push_back((
            "c".to_owned(),
            Document::open("", 1, "rust", None).snapshot,
            RetainedRanges::default(),
        ));
        assert_eq!(session.journal("a"), JournalMode::On);
        session.set_file_settings("a", &files(json!({ "journal": "off" })));
        assert_eq!((session.journal("a"), session.closed.len()), (JournalMode::Off, 0));
        session.set_file_settings("a", &files(json!({ "trusted": false })));
        assert_eq!((session.journal("a"), session.journal("none")), (JournalMode::Off, JournalMode::Off));
    }

    fn file(root: &str, path: &str) -> Option<WorkspaceFile> {
        Some(WorkspaceFile { root: root.into(), path: path.to_owned() })
    }

    #[test]
    fn a_document_that_belongs_elsewhere_takes_nothing_along() {
        let mut session = session(256);
        edit(&mut session, "a", 10, "x");
        session.except(Path::new("/work"), "skill", "line");
        assert!(session.exceptions("a").holds("skill", "line"));
        let note = json!({ "id": "1", "text": "Ours.", "author": "Ann", "created": 1 });
        session.set_notes("a", Arc::new(vec![serde_json::from_value(note).expect("a note")]));
        let stays = |session: &mut Session| session.set_files(vec![("a".to_owned(), file("/work", "a.rs"))]);
        assert!(!stays(&mut session) && !session.documents["a"].context.memory.notes.is_empty());
        assert!(session.set_files(vec![("a".to_owned(), file("/work/a", "sub/a.rs"))]));
        assert_eq!(session.documents["a"].snapshot.path(), Some("sub/a.rs"));
        assert!(session.documents["a"].context.memory.notes.is_empty());
        assert!(!session.exceptions("a").holds("skill", "line"));
        assert_eq!(edits_at(&mut session, "b", 10), [""; 0]);
        assert!(session.set_files(vec![("a".to_owned(), None)]));
        assert_eq!((session.root_of("a"), session.root_of("b")), (None, Some("/work".into())));
    }

    #[test]
    fn the_edits_of_one_workspace_are_in_no_prompt_of_another() {
        let mut session = session(256);
        session.set_files(vec![("b".to_owned(), file("/other", "b.rs"))]);
        edit(&mut session, "a", 10, "x");
        assert_eq!(edit(&mut session, "b", 10, "y"), [""; 0]);
        assert_eq!(edits_at(&mut session, "outside", 10), [""; 0]);
        edit(&mut session, "b", 20, "z");
        assert_eq!(edits_at(&mut session, "b", 300), ["ylet b10 = 10;"]);
    }

    /// Returns a session with two documents in a workspace and one in none, of so many lines that not all of one is seen
    /// from a place.
    fn session(edit_tokens: u32) -> Session {
        let mut session = Session::new();
        for name in ["a", "b", "outside"] {
            let text: String = (0..400).map(|n| format!("let {name}{n} = {n};\n")).collect();
            let path = format!("{name}.rs");
            let mut document = Document::open(&text, 1, "rust", Some(path.clone()));
            document.file = file("/work", &path).filter(|_| name != "outside");
            session.documents.insert(name.to_owned(), document);
        }
        session.set_initial(&json!({ "memory": { "editTokens": edit_tokens } }));
        session
    }

    /// Types at a line's start; returns the lines that the edits for a prompt there added.
    fn edit(session: &mut Session, uri: &str, line: u32, text: &str) -> Vec<String> {
        let document = session.documents.get_mut(uri).expect("open");
        let before = document.snapshot.clone();
        let at = Position::new(line, 0);
        document.apply(Change { range: Some((at, at)), text: text.to_owned() }, Encoding::Utf8, 2);
        if let Some(root) = document.root() {
            let history = session.edit_histories.entry(root.to_owned()).or_default();
            history.changed(uri, &before, &document.snapshot);
        }
        edits_at(session, uri, line as usize)
    }

    fn edits_at(session: &mut Session, uri: &str, line: usize) -> Vec<String> {
        let cursor = session.documents[uri].snapshot.line_start(line);
        session.prompt_memory(uri, cursor).edits.iter().map(|edit| edit.added.join("|")).collect()
    }

    #[test]
    fn edits_are_selected_where_the_user_comes_to_and_stay_while_the_user_works_there() {
        let mut session = session(256);
        assert_eq!(edit(&mut session, "a", 10, "x"), [""; 0]);
        assert_eq!(edit(&mut session, "b", 10, "y"), ["xlet a10 = 10;"]);
        // A second edit of the same place, and one near it: the selection stays.
        assert_eq!(edit(&mut session, "b", 20, "z"), ["xlet a10 = 10;"]);
        // Far away in the same file, and back in the other one.
        assert_eq!(edits_at(&mut session, "b", 300), ["xlet a10 = 10;", "ylet b10 = 10;"]);
        let all = ["xlet a10 = 10;", "ylet b10 = 10;", "zlet b20 = 20;"];
        assert_eq!(edits_at(&mut session, "a", 300), all);
        // An edit that the window shows is not repeated.
        assert_eq!(edits_at(&mut session, "a", 12), all[1..]);
    }

    #[test]
    fn a_model_that_reads_context_gets_edits_without_a_budget_for_memory() {
        let mut session = session(0);
        session.reads_context.store(true, Ordering::Relaxed);
        edit(&mut session, "a", 10, "x");
        assert_eq!(edit(&mut session, "b", 10, "y"), ["xlet a10 = 10;"]);
        session.set_initial(&json!({ "context": { "edits": false } }));
        assert_eq!(edits_at(&mut session, "b", 300), [""; 0]);
    }

    #[test]
    fn chunks_are_for_trusted_workspaces_and_models_that_read_context() {
        let mut session = session(0);
        assert!(!session.uses_chunks("a"));
        session.reads_context.store(true, Ordering::Relaxed);
        assert!(session.uses_chunks("a"));
        for off in [
            json!({ "context": { "chunks": false } }),
            json!({ "context": { "tokens": 0 } }),
            json!({ "trusted": false }),
        ] {
            session.set_initial(&off);
            assert!(!session.uses_chunks("a"), "{off}");
        }
    }

    #[test]
    fn without_a_budget_no_edits_are_selected() {
        let mut session = session(0);
        edit(&mut session, "a", 10, "x");
        assert_eq!(edit(&mut session, "b", 10, "y"), [""; 0]);
    }
}
