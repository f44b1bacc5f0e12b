//! What the server remembers: the log of requests, and the journal of the workspace that a document lies in.
//!
//! Runs on the server's thread for records. A failure here is a warning, given once; completions go on.

mod capture;
pub(crate) mod head;
mod model_digest;
mod rescan;
mod skills;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use housestyle_complete::settings::JournalMode;
use housestyle_journal::{
    CheckTime, Fact, Journal, JournalError, Line, LoggedOutcome, NotHere, Number, Offered, Request,
    RequestLog, RetentionCheck, Stamp, Taken, Text, retention,
};
use housestyle_lsp::{
    self as lsp, NotHereRecord, OfferRecord, OutcomeRecord, Record, RequestRecord, RetentionRecord,
    TypingRecord,
};
use housestyle_workspace::document::Excluded;
use housestyle_workspace::skills::exceptions::{self, Mark};
use housestyle_workspace::skills::store::Use;
use housestyle_workspace::{Home, SettingsWatch, Workspace, clone, notice};

use super::document;
pub(crate) use model_digest::ModelDigest;

/// Most journals that are open at a time: each takes files and memory.
const MOST_JOURNALS: usize = 16;
/// Most suggestions that are remembered for outcomes still to come.
const MOST_OPEN: usize = 1024;

/// Writes the server's events to the log of requests and to the journals.
pub(crate) struct Recorder {
    home: Home,
    log: RequestLog,
    model: ModelDigest,
    settings: Arc<SettingsWatch>,
    journals: HashMap<PathBuf, Option<Journal>>,
    open: HashMap<String, OpenSuggestion>,
    order: VecDeque<String>,
    /// Workspaces whose journal does not have the model's digest yet, and the model's name there.
    unnamed: HashMap<PathBuf, String>,
    /// Workspaces whose journal is scanned for secrets by the rules of this version.
    scanned: BTreeSet<PathBuf>,
    warned: BTreeSet<String>,
}

/// A suggestion that is in a journal.
#[derive(Debug, Clone)]
struct OpenSuggestion {
    workspace: PathBuf,
    number: Number,
    /// The skills of the suggestion with their digests, until the later check validates them.
    skills: BTreeMap<String, String>,
}

impl Recorder {
    /// Returns a recorder that writes below the user's folders.
    pub(crate) fn new(home: Home, model: ModelDigest, settings: Arc<SettingsWatch>) -> Recorder {
        Recorder {
            log: RequestLog::at(home.requests_log()),
            home,
            model,
            settings,
            journals: HashMap::new(),
            open: HashMap::new(),
            order: VecDeque::new(),
            unnamed: HashMap::new(),
            scanned: BTreeSet::new(),
            warned: BTreeSet::new(),
        }
    }

    /// Records an event.
    pub(crate) fn handle(&mut self, record: Record) {
        let now = Stamp::of(SystemTime::now());
        match record {
            Record::Request(record) => self.log(&Line::Request(request(*record, now))),
            Record::Offer(record) => self.offer(*record, now),
            Record::Outcome(record) => {
                self.log(&Line::Outcome(logged(&record, now)));
                self.outcome(*record, now);
            }
            Record::Retention(record) => self.retention(*record, now),
            Record::NotHere(record) => self.not_here(*record, now),
            Record::Typing(record) => self.typing(&record),
            Record::Lost(events) => {
                for workspace in self.journals.keys().cloned().collect::<Vec<_>>() {
                    self.append(&workspace, now, None, &Fact::Lost { events }, None);
                }
            }
        }
        self.append_digests(now);
    }

    fn log(&mut self, line: &Line) {
        if let Err(error) = self.log.append(line) {
            self.warn_once(format!("`housestyle why` will not know all: {error}"));
        }
    }

    fn offer(&mut self, record: OfferRecord, now: Stamp) {
        let document = document(record.file);
        let journal = record.journal.max(self.settings.journal(&document.root));
        // The settings may have changed since the server made the record, and an untrusted workspace asks git nothing.
        if journal == JournalMode::Off {
            return;
        }
        match document.excluded() {
            None => {}
            Some(Excluded::ByRule) => return,
            Some(Excluded::Unknown(error)) => {
                let root = document.root.display();
                let why = format!("what git ignores in {root} cannot be read: {error}");
                return self.warn_once(format!("nothing is noted of {}: {why}", document.path));
            }
        }
        let mut withheld = (journal != JournalMode::On).then(|| "outcomes".to_owned());
        let mut text = Text { path: document.path.clone(), ..Text::default() };
        if withheld.is_none() {
            match capture::clean(&record.before, &record.text, "") {
                Ok(_) => text.text = record.text,
                Err(rule) => withheld = Some(rule.to_owned()),
            }
        }
        let digest = self.model.get(record.model.as_deref());
        if let (Some(model), None) = (&record.model, &digest) {
            self.unnamed.insert(document.root.clone(), model.clone());
        }
        let offered = Fact::Offered(Offered {
            id: record.suggestion.clone(),
            language: record.language,
            line: record.line,
            column: record.column,
            trigger: record.trigger.to_owned(),
            length: record.length,
            lines: record.lines,
            format: record.format.map(str::to_owned),
            model: record.model,
            model_digest: digest,
            adapter: record.adapter,
            skills: skills::names(&record.skills),
            withheld,
        });
        if let Some(number) = self.append(&document.root, now, None, &offered, Some(&text)) {
            let skills = skills::digests(&record.skills);
            self.count(&document.root, &skills, now, |used| Use { uses: 1, ..used });
            let open = OpenSuggestion { workspace: document.root, number, skills };
            if self.open.insert(record.suggestion.clone(), open).is_none() {
                self.order.push_back(record.suggestion);
            }
            while self.order.len() > MOST_OPEN {
                self.order.pop_front().into_iter().for_each(|oldest| drop(self.open.remove(&oldest)));
            }
        }
    }

    /// Counts something for skills.
    fn count(
        &mut self,
        workspace: &Path,
        skills: &BTreeMap<String, String>,
        now: Stamp,
        what: impl Fn(Use) -> Use,
    ) {
        let state = self.workspace(workspace).state().to_path_buf();
        if let Err(error) = skills::count(&state, skills, now.0 / 1000, what) {
            self.warn_once(format!("what skills did is not counted: {error}"));
        }
    }

    fn outcome(&mut self, record: OutcomeRecord, now: Stamp) {
        let Some(OpenSuggestion { workspace, number, .. }) = self.open.get(&record.suggestion).cloned()
        else {
            return;
        };
        let taken = Taken {
            source: record.source.code().to_owned(),
            accepted: record.accepted,
            typed: record.typed,
            length: record.length,
        };
        let fact = match record.step {
            lsp::OutcomeStep::Shown => Fact::Shown(taken),
            lsp::OutcomeStep::Accepted => Fact::Accepted(taken),
            lsp::OutcomeStep::PartlyAccepted => Fact::PartlyAccepted(taken),
            lsp::OutcomeStep::TypedThrough => Fact::TypedThrough(taken),
            lsp::OutcomeStep::TypedOver => Fact::TypedOver(taken),
            lsp::OutcomeStep::Dismissed => Fact::Dismissed(taken),
            lsp::OutcomeStep::Superseded => Fact::Superseded(taken),
        };
        let around = record.surroundings.and_then(|around| {
            let (before, after) = capture::clean(&around.before, &around.text, &around.after).ok()?;
            let (before, after) = capture::bounded(before, after);
            Some(Text {
                before: before.to_owned(),
                text: around.text.clone(),
                after: after.to_owned(),
                ..Text::default()
            })
        });
        self.append(&workspace, now, Some(number), &fact, around.as_ref());
    }

    fn retention(&mut self, record: RetentionRecord, now: Stamp) {
        let Some(OpenSuggestion { workspace, number, skills }) = self.open.get(&record.suggestion).cloned()
        else {
            return;
        };
        let account = retention(&record.accepted, &record.current);
        if skills::validates(&account) && !skills.is_empty() {
            self.count(&workspace, &skills, now, |used| Use { validated: 1, ..used });
            self.open.entry(record.suggestion.clone()).and_modify(|open| open.skills.clear());
        }
        let (when, commit) = match record.cause {
            lsp::CheckCause::AfterDelay => (CheckTime::AfterDelay, None),
            lsp::CheckCause::AtClose => (CheckTime::Closed, None),
            lsp::CheckCause::AtCommit(commit) => (CheckTime::Commit, Some(commit)),
        };
        let fact = Fact::RetentionChecked(RetentionCheck {
            when,
            commit,
            accepted: account.accepted,
            retained: account.retained,
            current: account.current,
        });
        let records_text = record.journal == JournalMode::On
            && record.current.len() <= capture::MOST_CURRENT
            && capture::clean(&record.before, &record.current, "").is_ok();
        let text = records_text.then(|| Text { text: record.current, ..Text::default() });
        self.append(&workspace, now, Some(number), &fact, text.as_ref());
    }

    /// Remembers that a skill does not hold for a line, and notes it as a counter-example.
    fn not_here(&mut self, record: NotHereRecord, now: Stamp) {
        let document = document(record.file);
        let state = self.workspace(&document.root).state().to_path_buf();
        let mark = Mark { key: record.key, file: document.path.clone(), time: now.0 };
        if let Err(error) = exceptions::add(&state, mark) {
            self.warn_once(format!(
                "that skill {} does not hold there is forgotten at the end: {error}",
                record.skill
            ));
        }
        let skills = BTreeMap::from([(record.skill.clone(), record.digest.clone())]);
        self.count(&document.root, &skills, now, |used| Use { objections: 1, ..used });
        let journal = record.journal.max(self.settings.journal(&document.root));
        if journal == JournalMode::Off || document.excluded().is_some() {
            return;
        }
        let (skill, language, line) = (record.skill, record.language, record.line);
        self.append(&document.root, now, None, &Fact::NotHere(NotHere { skill, language, line }), None);
    }

    /// Lets whoever trains for the workspace know that somebody types there. The first time the workspace's journal is
    /// scanned for secrets, also where the settings have switched it off since it was written.
    fn typing(&mut self, record: &TypingRecord) {
        if let Err(error) = self.workspace(&record.root).record_typing() {
            self.warn_once(format!("training does not pause while you type: {error}"));
        }
        if self.scanned.insert(record.root.clone()) {
            rescan::start(self.workspace(&record.root));
        }
    }

    /// Appends the model's digest, once computed, to the journals that do not have it yet.
    fn append_digests(&mut self, now: Stamp) {
        if self.unnamed.is_empty() {
            return;
        }
        for (workspace, name) in std::mem::take(&mut self.unnamed) {
            match self.model.get(Some(&name)) {
                Some(digest) => {
                    self.append(&workspace, now, None, &Fact::Model { name, digest }, None);
                }
                None => {
                    self.unnamed.insert(workspace, name);
                }
            }
        }
    }

    /// Adds an event to the journal of a workspace. Where the journal turns out to be damaged, a new one begins with the
    /// event.
    fn append(
        &mut self,
        workspace: &Path,
        now: Stamp,
        suggestion: Option<Number>,
        fact: &Fact,
        text: Option<&Text>,
    ) -> Option<Number> {
        // The settings may have changed since the server made the record.
        let text = match self.settings.journal(workspace) {
            JournalMode::Off => return None,
            JournalMode::Outcomes => None,
            JournalMode::On => text,
        };
        let error = match self.journal(workspace, now)?.append(now, suggestion, fact, text) {
            Ok(number) => return Some(number),
            Err(error) => error,
        };
        if error.is_damage() {
            self.close(workspace); // some systems rename no file that is open
        }
        let error = error.set_aside(now);
        self.warn_once(error.to_string());
        if !matches!(error, JournalError::SetAside { .. }) {
            return None;
        }
        // What happened to a suggestion of the damaged journal has no place in the new one.
        suggestion
            .is_none()
            .then(|| self.journal(workspace, now)?.append(now, None, fact, text).ok())
            .flatten()
    }

    /// Closes the journal of a workspace, with the suggestions that are in it.
    fn close(&mut self, workspace: &Path) {
        self.journals.remove(workspace);
        self.open.retain(|_, open| open.workspace != workspace);
    }

    fn journal(&mut self, workspace: &Path, now: Stamp) -> Option<&mut Journal> {
        // Another process may have removed the file, or set it aside.
        if let Some(Some(journal)) = self.journals.get(workspace)
            && !journal.is_in_place()
        {
            self.close(workspace);
        }
        if !self.journals.contains_key(workspace) {
            if self.journals.len() >= MOST_JOURNALS {
                self.journals.clear(); // whichever is needed again is opened again
            }
            let of = self.workspace(workspace);
            let opened = match of.open_journal(now) {
                Ok((journal, told)) => {
                    told.into_iter().for_each(|told| self.warn_once(told.to_string()));
                    Some(journal)
                }
                Err(error) => {
                    self.warn_once(format!("nothing is noted in this workspace: {error}"));
                    // Busy or out of space may pass; the file of a newer version or of another program will not.
                    if !matches!(error, JournalError::Newer { .. } | JournalError::Foreign { .. }) {
                        return None;
                    }
                    None
                }
            };
            self.journals.insert(workspace.to_path_buf(), opened);
        }
        self.journals.get_mut(workspace).and_then(Option::as_mut)
    }

    /// Returns the workspace with a root.
    fn workspace(&self, root: &Path) -> Workspace {
        let workspace = Workspace::new(root.to_path_buf(), self.home.clone());
        clone::tell();
        workspace
    }

    /// Warns once.
    fn warn_once(&mut self, text: String) {
        if self.warned.len() < MOST_OPEN && self.warned.insert(text.clone()) {
            notice::warn(&text);
        }
    }
}

fn request(record: RequestRecord, time: Stamp) -> Request {
    let ms = |span: std::time::Duration| (span.as_secs_f64() * 1e4).round() / 10.0;
    Request {
        time,
        path: record.path.unwrap_or(record.uri),
        language: record.language,
        line: record.line,
        column: record.column,
        trigger: record.trigger.to_owned(),
        code: record.code,
        sentence: record.sentence,
        suggestion: record.suggestion,
        lines: record.lines,
        reused: record.reused,
        window: record.window.map(str::to_owned),
        total_ms: ms(record.total),
        prefill_ms: ms(record.prefill),
        decode_ms: ms(record.decode),
        prompt_tokens: record.prompt_tokens,
        reused_tokens: record.reused_tokens,
        generated_tokens: record.generated_tokens,
        model: record.model,
        skills: record.skills.iter().map(ToString::to_string).collect(),
    }
}

fn logged(record: &OutcomeRecord, time: Stamp) -> LoggedOutcome {
    LoggedOutcome {
        time,
        suggestion: record.suggestion.clone(),
        outcome: record.step.code().to_owned(),
        source: record.source.code().to_owned(),
        accepted: record.accepted,
        length: record.length,
    }
}
