//! The interface to the surrounding program: a model, settings, and a sink for records.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use housestyle_complete::generator::Generator;
use housestyle_complete::memory::Note;
use housestyle_complete::settings::{FileSettings, JournalMode, Settings};
use housestyle_complete::skills::{SkillUse, Skills};
use housestyle_text::Snapshot;
use housestyle_text::chunks::{Chunk, Query};

/// How far loading the model has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadProgress {
    /// The step under way, for people: `reading the model`.
    pub message: String,
    /// How much of it is done, 0 to 100, where that is known.
    pub percent: Option<u8>,
}

/// Makes the generator; runs on the worker thread, at most once. The error is for people and says
/// what to do.
pub type Loader = Box<dyn FnOnce(&mut dyn FnMut(LoadProgress)) -> Result<Box<dyn Generator>, String> + Send>;

/// Takes records, in order, on a thread of its own. A panic costs one record.
pub type EventSink = Box<dyn FnMut(Record) + Send>;

/// Returns where the repository of a document (a URI) stands.
pub type HeadLookup = Box<dyn Fn(&str) -> Option<Head> + Send>;

/// A file in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFile {
    /// The root of the workspace.
    pub root: PathBuf,
    /// The file's path in the workspace, `/` between its parts.
    pub path: String,
}

/// Returns where a document (a URI) belongs, by the folders (URIs) that the editor has open; `None` for a document in no
/// workspace, which gets nothing of any team and leaves nothing. Called when a document is opened, and for each open one
/// when folders come or go. It must not panic.
pub type WorkspaceLookup = Box<dyn Fn(&str, &[String]) -> Option<WorkspaceFile> + Send + Sync>;

/// Returns the notes that hold now in the workspace with a root. Called at each request, so it must be quick. It must
/// not panic.
pub type NotesLookup = Box<dyn Fn(&Path) -> Arc<Vec<Note>> + Send + Sync>;

/// What a lookup of related chunks is about: a place in a document of a trusted workspace.
pub struct RelatedRequest<'a> {
    /// The root of the workspace.
    pub root: &'a Path,
    /// The document's settings: no chunk is of a file that they forbid.
    pub settings: &'a Settings,
    /// The open documents of the workspace whose text others may see, by their paths in it.
    pub documents: &'a [(String, Snapshot)],
    /// Makes the query, which takes a moment.
    pub query: &'a dyn Fn() -> Query,
}

/// Returns the chunks that are most related to a query, the best one last; `None` until that is known. Called on the way of a
/// request, so it must be quick, and make the query only where it can be answered.
pub type RelatedLookup = Box<dyn Fn(&RelatedRequest<'_>) -> Option<Vec<Chunk>> + Send + Sync>;

/// Returns the skills that may be served in the workspace with a root. Called on a thread of its own after each pause in
/// typing: it may read a repository, but where nothing changed it must return the same value as before, and soon. It must
/// not panic.
pub type SkillsLookup = Box<dyn Fn(&Path) -> Arc<Skills> + Send + Sync>;

/// Returns whether git ignores a file, so that its text stays out of everything. Called on the way of a message, so it must
/// not wait: `None` says that git is being asked, and counts as ignored until a later request calls again. Called for files
/// of a trusted workspace alone. It must not panic.
pub type IgnoreCheck = Box<dyn Fn(&WorkspaceFile) -> Option<bool> + Send + Sync>;

/// Returns the settings from files for the workspace with a root; without a root, for a document in no workspace. The
/// editor's settings can only make them stricter still. Called at each request, and before its suggestion is shown, so it
/// must be quick; while nothing changes, it must return the very same value. It must not panic.
pub type SettingsLookup = Box<dyn Fn(Option<&Path>) -> Arc<FileSettings> + Send + Sync>;

/// Everything the server needs from outside. One server may serve several workspaces, so it looks up notes, skills and
/// settings for the workspace of a document; [`Generator::refresh`] gets its root, too.
pub struct Host {
    /// Name sent to editors.
    pub name: String,
    /// Version sent to editors.
    pub version: String,
    /// Makes the generator when it is first needed, or right after `initialized`.
    pub load: Loader,
    /// Takes every record.
    pub event_sink: EventSink,
    /// Returns where the repository of a document stands; nothing where there is none. Called from time to time while an
    /// accepted suggestion may still be committed, never on the way of a message.
    pub head: HeadLookup,
    /// Returns which workspace a document belongs to.
    pub workspace: WorkspaceLookup,
    /// Returns the notes of people.
    pub notes: NotesLookup,
    /// Returns the skills that may be served.
    pub skills: SkillsLookup,
    /// Returns which documents git ignores.
    pub ignored: IgnoreCheck,
    /// Returns related chunks, for a model that reads context.
    pub related: RelatedLookup,
    /// Returns the settings from files.
    pub settings: SettingsLookup,
}

/// Where a repository stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The commit, as its repository names it.
    pub commit: String,
    /// Whether it came there by a commit, rather than by going to another branch or fetching others' work.
    pub committed: bool,
}

/// An event of a session, for the event sink.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A request was answered.
    Request(Box<RequestRecord>),
    /// The editor got a suggestion that is neither an earlier one nor the rest of one.
    Offer(Box<OfferRecord>),
    /// A suggestion came a step nearer to its outcome.
    Outcome(Box<OutcomeRecord>),
    /// An accepted suggestion was checked: how much of it survives.
    Retention(Box<RetentionRecord>),
    /// Somebody said that a skill does not hold for a line.
    NotHere(Box<NotHereRecord>),
    /// Somebody types; recorded once a second at most.
    Typing(Box<TypingRecord>),
    /// This many records were lost, because the sink was too slow.
    Lost(u64),
}

/// Where somebody types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypingRecord {
    /// The root of the document's workspace.
    pub root: PathBuf,
}

/// A line for which, as somebody said, a skill does not hold. Holds no text of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHereRecord {
    /// The document.
    pub file: WorkspaceFile,
    /// Identifier of the document's language.
    pub language: String,
    /// The skill.
    pub skill: String,
    /// The digest of the skill's content.
    pub digest: String,
    /// Identifies the line as an exception to the skill; holds no text.
    pub key: String,
    /// The line's number, from 1.
    pub line: u32,
    /// What the journal may hold of it.
    pub journal: JournalMode,
}

/// A suggestion as the editor got it. Holds text of the user, unless the settings say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferRecord {
    /// Its identifier.
    pub suggestion: String,
    /// The document.
    pub file: WorkspaceFile,
    /// Identifier of the document's language.
    pub language: String,
    /// Line of the cursor, from 1.
    pub line: u32,
    /// Column of the cursor in characters, from 1.
    pub column: u32,
    /// `invoked` or `automatic`.
    pub trigger: &'static str,
    /// The text that it inserts; empty where the journal may hold no text.
    pub text: String,
    /// The text before the suggestion, which shows a secret that the suggestion completes; at most as long as
    /// [`Surroundings::before`].
    pub before: String,
    /// Its length in UTF-16 units.
    pub length: usize,
    /// Its lines.
    pub lines: usize,
    /// Name and version of the prompt format.
    pub format: Option<&'static str>,
    /// Name of the model that wrote it.
    pub model: Option<String>,
    /// Identity of the adapter that was active.
    pub adapter: Option<String>,
    /// Which skills took part, and what they did.
    pub skills: Vec<SkillUse>,
    /// What the journal may hold of it.
    pub journal: JournalMode,
}

/// The text around a suggestion when the editor got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// Up to 16 KiB before it.
    pub before: String,
    /// The part of it that was accepted.
    pub text: String,
    /// Up to 12 KiB after the range that it replaces.
    pub after: String,
}

/// How much of an accepted suggestion survives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRecord {
    /// The suggestion's identifier.
    pub suggestion: String,
    /// The document, as the editor names it.
    pub uri: String,
    /// What led to the check.
    pub cause: CheckCause,
    /// The accepted text.
    pub accepted: String,
    /// The text in its place now.
    pub current: String,
    /// The text before that, as in [`OfferRecord::before`].
    pub before: String,
    /// Whether the journal may hold the texts, or only count them.
    pub journal: JournalMode,
}

/// The cause of a check of an accepted suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckCause {
    /// The delay of the settings has passed.
    AfterDelay,
    /// The document was closed, or the session ended, before that.
    AtClose,
    /// The repository has this new commit.
    AtCommit(String),
}

/// How one completion request ended. Holds no text of the user.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRecord {
    /// The document, as the editor names it.
    pub uri: String,
    /// Its path relative to the workspace, where it has one; `/` separates.
    pub path: Option<String>,
    /// Identifier of the document's language.
    pub language: String,
    /// The editor's version number of the document.
    pub version: i32,
    /// Line of the cursor, from 1.
    pub line: u32,
    /// Column of the cursor in characters, from 1.
    pub column: u32,
    /// `invoked` or `automatic`.
    pub trigger: &'static str,
    /// `suggestion`, or the kebab-case code of the reason why there was none.
    pub code: String,
    /// The same for people, one sentence.
    pub sentence: String,
    /// The suggestion's identifier, when there was one.
    pub suggestion: Option<String>,
    /// Lines of the suggestion; 0 when there was none.
    pub lines: usize,
    /// Whether it came from an earlier generation, without a new call of the model.
    pub reused: bool,
    /// The size of the window that the model read, `whole` or `near`, if it was asked.
    pub window: Option<&'static str>,
    /// From the arrival of the request to its answer.
    pub total: Duration,
    /// Time to evaluate the prompt.
    pub prefill: Duration,
    /// Time to generate.
    pub decode: Duration,
    /// Tokens in the prompt.
    pub prompt_tokens: usize,
    /// Of these, how many came from the cache.
    pub reused_tokens: usize,
    /// Tokens generated.
    pub generated_tokens: usize,
    /// The model's name, once one is loaded.
    pub model: Option<String>,
    /// Which skills took part, and what they did.
    pub skills: Vec<SkillUse>,
}

/// A step towards the outcome of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRecord {
    /// The suggestion's identifier; of the rest of a suggestion, that of the whole.
    pub suggestion: String,
    /// The document, as the editor names it.
    pub uri: String,
    /// What happened.
    pub step: OutcomeStep,
    /// How the server knows.
    pub source: OutcomeSource,
    /// Length of the accepted part in UTF-16 units, counted from the suggestion's start.
    pub accepted: usize,
    /// The part of this that was typed by hand.
    pub typed: usize,
    /// Length of the whole suggestion in UTF-16 units.
    pub length: usize,
    /// The text around it; recorded once, when something of it is accepted, and only where the journal may hold text.
    pub surroundings: Option<Box<Surroundings>>,
}

/// What can happen to a suggestion; the steps together decide its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeStep {
    /// The editor says that it was on the screen.
    Shown,
    /// The user accepted all of it in one step.
    Accepted,
    /// The user accepted a part of it in one step.
    PartlyAccepted,
    /// The user typed its next characters by hand.
    TypedThrough,
    /// The user typed something else in its place.
    TypedOver,
    /// The user went elsewhere.
    Dismissed,
    /// Another answer took its place.
    Superseded,
}

impl OutcomeStep {
    /// Returns the step in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            OutcomeStep::Shown => "shown",
            OutcomeStep::Accepted => "accepted",
            OutcomeStep::PartlyAccepted => "partly-accepted",
            OutcomeStep::TypedThrough => "typed-through",
            OutcomeStep::TypedOver => "typed-over",
            OutcomeStep::Dismissed => "dismissed",
            OutcomeStep::Superseded => "superseded",
        }
    }
}

/// How the server learned of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeSource {
    /// The item's command ran, or a notification said so.
    Editor,
    /// A change of the document showed it.
    Change,
}

impl OutcomeSource {
    /// Returns the source in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            OutcomeSource::Editor => "editor",
            OutcomeSource::Change => "change",
        }
    }
}
