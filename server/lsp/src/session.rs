//! Everything the server knows between two messages.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::Memory;
use housestyle_complete::memory::{EditHistory, Note};
use housestyle_complete::reuse::Recent;
use housestyle_complete::settings::{JournalMode, Mode, Settings, SettingsSource};
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
    /// Whether the user paused completions.
    pub(crate) paused: bool,
    /// The settings as they hold.
    pub(crate) settings: Arc<Settings>,
    preferences: Preferences,
    answers: VecDeque<RequestRecord>,
    /// When it was last recorded that somebody types.
    typing_recorded: Option<Instant>,
}

impl Session {
    /// Returns the session of a client that said nothing yet.
    pub(crate) fn new(files: SettingsSource) -> Session {
        let preferences = Preferences::new(files);
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
            paused: false,
            settings: Arc::new(preferences.settings()),
            preferences,
            answers: VecDeque::new(),
            typing_recorded: None,
        }
    }

    /// Takes the settings from files for the workspace that the editor has open; returns whether the settings have
    /// changed.
    pub(crate) fn set_file_settings(&mut self, files: SettingsSource) -> bool {
        let before = Arc::clone(&self.settings);
        self.preferences.set_file_settings(files);
        self.settings_changed();
        !Arc::ptr_eq(&before, &self.settings)
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

    fn settings_changed(&mut self) {
        let settings = self.preferences.settings();
        if *self.settings == settings {
            return;
        }
        let journal = self.journal();
        self.settings = Arc::new(settings);
        if self.journal() != journal {
            self.forget_outcomes();
        }
        self.forget_context();
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

    /// Forgets what was shown and accepted: a suggestion shown under an old setting, or in another workspace, is not
    /// recorded under the new one.
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

    /// Returns whether the settings leave room for any completion at all.
    pub(crate) fn is_off(&self) -> bool {
        let off = |settings: &Settings| !settings.enabled || settings.mode == Mode::Off;
        off(&self.settings) && self.settings.languages.keys().all(|id| off(&self.settings.for_language(id)))
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
    pub(crate) fn uses_edit_history(&self, snapshot: &Snapshot) -> bool {
        let settings = &self.settings;
        // Most have nothing to look up.
        let special = !settings.languages.is_empty();
        let tokens = |settings: &Settings| settings.memory_edit_tokens;
        let here =
            if special { tokens(&settings.for_language(snapshot.language().id())) } else { tokens(settings) };
        here > 0
    }

    /// Returns whether the changes of a document may enter the edit history, as far as settings and its path tell.
    pub(crate) fn may_track_edits(&self, snapshot: &Snapshot) -> bool {
        let secret = |path| secrets::is_secret_path(path) || self.settings.disabled_by(path).is_some();
        self.settings.trusted && !snapshot.path().is_some_and(secret)
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
        let on = self.uses_edit_history(&document.snapshot);
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
        document.context.select_skills(&document.snapshot, cursor, &self.settings);
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

    /// Returns what the journal may hold of suggestions.
    pub(crate) fn journal(&self) -> JournalMode {
        if self.settings.trusted { self.settings.journal } else { JournalMode::Off }
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

#[cfg(test)]
mod tests {
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

    #[test]
    fn settings_from_files_can_be_replaced() {
        let mut session = Session::new(SettingsSource::default());
        let files = |lines: usize| SettingsSource::from_json(&json!({ "maxLines": lines })).0;
        assert!(session.set_file_settings(files(3)) && !session.set_file_settings(files(3)));
        assert_eq!(session.settings.max_lines, 3);
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
        let mut session = Session::new(SettingsSource::default());
        session.set_initial(&json!({ "memory": { "editTokens": edit_tokens } }));
        for name in ["a", "b", "outside"] {
            let text: String = (0..400).map(|n| format!("let {name}{n} = {n};\n")).collect();
            let path = format!("{name}.rs");
            let mut document = Document::open(&text, 1, "rust", Some(path.clone()));
            document.file = file("/work", &path).filter(|_| name != "outside");
            session.documents.insert(name.to_owned(), document);
        }
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
    fn without_a_budget_no_edits_are_selected() {
        let mut session = session(0);
        edit(&mut session, "a", 10, "x");
        assert_eq!(edit(&mut session, "b", 10, "y"), [""; 0]);
    }
}
