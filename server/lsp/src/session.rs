//! Everything the server knows between two messages.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::memory::EditHistory;
use housestyle_complete::reuse::Recent;
use housestyle_complete::settings::{Journal, Mode, Settings, SettingsSource};
use housestyle_complete::skills::Exceptions;
use housestyle_text::{Encoding, Snapshot};
use serde_json::Value;

use crate::convert;
use crate::documents::Documents;
use crate::host::{Record, RequestRecord, TypingRecord};
use crate::later::Places;
use crate::preferences::Preferences;
use crate::request::Made;
use crate::suggestions::Suggestions;

/// Answers that `housestyle.why` can tell of.
const ANSWERS: usize = 20;
/// Closed documents that are remembered until the next commit.
const CLOSED: usize = 64;
/// How often it is told that somebody types.
const TYPING: Duration = Duration::from_secs(1);

/// What the client said that it can do.
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
    /// It asks for hints itself, and can be told to ask again: none are sent unasked.
    pub(crate) asks_for_hints: bool,
}

/// The state of one session; behind one lock that is never held over a wait.
#[derive(Debug)]
pub(crate) struct Session {
    /// Unit of the columns in positions.
    pub(crate) encoding: Encoding,
    /// What the client can do.
    pub(crate) client: Client,
    /// URIs of the workspace's folders.
    pub(crate) folders: Vec<String>,
    /// The open documents.
    pub(crate) documents: Documents,
    /// The last suggestions, by identifier.
    pub(crate) suggestions: Suggestions,
    /// The last suggestions, by place: what is typed of them need not be computed again.
    pub(crate) recent: Recent<Made>,
    /// Documents that were closed, as they were then, with what was taken in them and may still be committed.
    pub(crate) closed: VecDeque<(String, Snapshot, Places)>,
    /// The user's last edits.
    pub(crate) trail: EditHistory,
    /// The document for which edits to remember were chosen last.
    pub(crate) chosen_for: Option<String>,
    /// The lines of which somebody said in this session that a skill does not hold for them.
    pub(crate) exceptions: Exceptions,
    /// Whether the user paused completions.
    pub(crate) paused: bool,
    /// The settings as they hold.
    pub(crate) settings: Arc<Settings>,
    preferences: Preferences,
    answers: VecDeque<RequestRecord>,
    /// When it was last told that somebody types.
    typed: Option<Instant>,
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
            trail: EditHistory::default(),
            chosen_for: None,
            exceptions: Exceptions::default(),
            paused: false,
            settings: Arc::new(preferences.settings()),
            preferences,
            answers: VecDeque::new(),
            typed: None,
        }
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
            // What was shown under the old word is not noted under the new one.
            self.suggestions = Suggestions::default();
            self.closed.clear();
            for document in self.documents.values_mut() {
                (document.shown, document.places) = (None, Places::default());
            }
        }
        // What was made under the old settings is not what the new ones would make.
        self.recent.clear();
        self.trail.clear();
        for document in self.documents.values_mut() {
            document.remembered.settings_changed();
            if let Some(run) = document.run.take().filter(|run| !run.flight.is_awaited()) {
                run.flight.cancel.cancel();
            }
        }
    }

    /// Returns whether the settings leave room for any completion at all.
    pub(crate) fn is_off(&self) -> bool {
        let off = |settings: &Settings| !settings.enabled || settings.mode == Mode::Off;
        off(&self.settings) && self.settings.languages.keys().all(|id| off(&self.settings.for_language(id)))
    }

    /// Returns whether prompts for a document remember the user's last edits elsewhere.
    pub(crate) fn remembers_edits(&self, snapshot: &Snapshot) -> bool {
        let settings = &self.settings;
        // Most have nothing to look up.
        let special = !settings.languages.is_empty();
        let tokens = |settings: &Settings| settings.memory_edit_tokens;
        let here =
            if special { tokens(&settings.for_language(snapshot.language().id())) } else { tokens(settings) };
        here > 0
    }

    /// Remembers what was taken in a document that is closed.
    pub(crate) fn close(&mut self, uri: &str, snapshot: Snapshot, places: Places) {
        if !places.is_empty() {
            self.closed.push_back((uri.to_owned(), snapshot, places));
        }
        if self.closed.len() > CLOSED {
            self.closed.pop_front();
        }
    }

    /// Returns what was taken in a document that is opened again, where it is as it was.
    pub(crate) fn reopen(&mut self, uri: &str, text: &str) -> Places {
        let at = self.closed.iter().position(|(closed, ..)| closed == uri);
        let found = at.and_then(|at| self.closed.remove(at));
        found
            .filter(|(_, snapshot, _)| snapshot.to_text() == text)
            .map(|(.., places)| places)
            .unwrap_or_default()
    }

    /// Returns what may be kept of suggestions.
    pub(crate) fn journal(&self) -> Journal {
        if self.settings.trusted { self.settings.journal } else { Journal::Off }
    }

    /// Hears that somebody types in a document; what is to be told of that, once a second at most.
    pub(crate) fn typing(&mut self, uri: &str, now: Instant) -> Option<Record> {
        if self.typed.is_some_and(|told| now.saturating_duration_since(told) < TYPING) {
            return None;
        }
        self.typed = Some(now);
        let folder = convert::folder_of(uri, &self.folders);
        Some(Record::Typing(Box::new(TypingRecord { uri: uri.to_owned(), folder })))
    }

    /// Remembers an answer.
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
    use super::*;

    #[test]
    fn typing_is_told_once_a_second() {
        let (mut session, begun) = (Session::new(SettingsSource::default()), Instant::now());
        session.folders.push("file:///work".to_owned());
        let mut told = |milliseconds| {
            let record = session.typing("file:///work/a.rs", begun + Duration::from_millis(milliseconds));
            record.map(|record| match record {
                Record::Typing(typing) => typing.folder,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(told(0), Some(Some("file:///work".to_owned())));
        assert_eq!([300, 999].map(&mut told), [None, None]);
        assert!(told(1000).is_some() && told(1500).is_none());
    }
}
