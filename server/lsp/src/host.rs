//! What the program around the server provides: a model, settings, and ears.

use std::sync::Arc;
use std::time::Duration;

use housestyle_complete::generator::Generator;
use housestyle_complete::memory::Note;
use housestyle_complete::settings::{Journal, SettingsSource};
use housestyle_complete::skills::{SkillUse, Skills};

/// How far loading the model has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadProgress {
    /// What is being done, for people: `reading the model`.
    pub message: String,
    /// How much of it is done, 0 to 100, where that is known.
    pub percent: Option<u8>,
}

/// Makes the generator; runs on the worker thread, at most once. The error is for people and says
/// what to do.
pub type Loader = Box<dyn FnOnce(&mut dyn FnMut(LoadProgress)) -> Result<Box<dyn Generator>, String> + Send>;

/// Tells where the repository of a document (a URI) stands.
pub type Heads = Box<dyn Fn(&str) -> Option<Head> + Send>;

/// Returns the notes that hold now where a document (a URI) lies; with it comes the editor's folder that holds it. Asked
/// at each request, so it must be quick. It must not panic.
pub type Notes = Box<dyn Fn(&str, Option<&str>) -> Arc<Vec<Note>> + Send + Sync>;

/// Returns the skills that may be served where a document lies, told like that of [`Notes`]. Asked on a thread of its own
/// after each pause in typing: it may read a repository, but where nothing changed it must return what it returned
/// before, and soon. It must not panic.
pub type SkillsOf = Box<dyn Fn(&str, Option<&str>) -> Arc<Skills> + Send + Sync>;

/// Returns whether a document, told like that of [`Notes`], is kept out of everything, as git is told to ignore it.
/// Asked once for a document. It must not panic.
pub type Ignored = Box<dyn Fn(&str, Option<&str>) -> bool + Send + Sync>;

/// Everything the server needs from outside.
pub struct Host {
    /// Name told to editors.
    pub name: String,
    /// Version told to editors.
    pub version: String,
    /// Makes the generator when it is first needed, or right after `initialized`.
    pub load: Loader,
    /// Hears of everything that is to be remembered, in order, on a thread of its own. It must not panic.
    pub ear: Box<dyn FnMut(Record) + Send>,
    /// Returns where the repository of a document stands; nothing where there is none. Called from time to time while
    /// something that was taken from us may still be committed, never on the way of a message.
    pub head: Heads,
    /// Tells the notes of people.
    pub notes: Notes,
    /// Tells the skills that may be served.
    pub skills: SkillsOf,
    /// Tells which documents are left alone.
    pub ignored: Ignored,
    /// Settings from files (the team's, made stricter by the user's). What the editor says can
    /// only make them stricter still.
    pub settings: SettingsSource,
}

/// Where a repository stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The commit, as its repository names it.
    pub commit: String,
    /// Whether it came there by a commit, rather than by going to another branch or fetching others' work.
    pub committed: bool,
}

/// Something to remember.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A request was answered.
    Request(Box<RequestRecord>),
    /// A suggestion was given that is none of those given before, nor the rest of one.
    Offer(Box<OfferRecord>),
    /// Something became of a suggestion.
    Fate(Box<FateRecord>),
    /// What stands in the place of a suggestion that was taken was looked at later.
    Later(Box<LaterRecord>),
    /// Somebody said that a skill does not hold for a line.
    NotHere(Box<NotHereRecord>),
    /// Somebody types; told once a second at most.
    Typing(Box<TypingRecord>),
    /// As many records could not be handed over, because the ear was too slow.
    Lost(u64),
}

/// Where somebody types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypingRecord {
    /// The document, as the editor names it.
    pub uri: String,
    /// The folder of the editor's workspace that holds it, as the editor names it.
    pub folder: Option<String>,
}

/// A line for which a skill does not hold, as somebody said. Holds no text of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHereRecord {
    /// The document, as the editor names it.
    pub uri: String,
    /// The folder of the editor's workspace that holds it, as the editor names it.
    pub folder: Option<String>,
    /// Identifier of the document's language.
    pub language: String,
    /// The skill.
    pub skill: String,
    /// The digest of the skill's content.
    pub digest: String,
    /// By what the line is known as an exception to the skill; it holds no text.
    pub key: String,
    /// The line's number, from 1.
    pub line: u32,
    /// What may be kept of it.
    pub journal: Journal,
}

/// A suggestion as it was given. Holds text of the user, unless the settings say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferRecord {
    /// Its identifier.
    pub suggestion: String,
    /// The document, as the editor names it.
    pub uri: String,
    /// The folder of the editor's workspace that holds it, as the editor names it.
    pub folder: Option<String>,
    /// Identifier of the document's language.
    pub language: String,
    /// Line of the cursor, from 1.
    pub line: u32,
    /// Column of the cursor in characters, from 1.
    pub column: u32,
    /// `invoked` or `automatic`.
    pub trigger: &'static str,
    /// What it inserts; empty where no text may be kept.
    pub text: String,
    /// What stands before it, to see what it is part of; as little as [`Around::before`].
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
    /// What may be kept of it.
    pub journal: Journal,
}

/// What stood around a suggestion when it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// Up to 16 KiB before it.
    pub before: String,
    /// The part of it that was taken.
    pub text: String,
    /// Up to 12 KiB after what it replaces.
    pub after: String,
}

/// What stands in the place of a suggestion that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterRecord {
    /// The suggestion's identifier.
    pub suggestion: String,
    /// The document, as the editor names it.
    pub uri: String,
    /// When it was looked at.
    pub when: LaterWhen,
    /// What was taken.
    pub accepted: String,
    /// What stands there now.
    pub later: String,
    /// Whether the texts may be kept, or only counted.
    pub journal: Journal,
}

/// When the place of a suggestion was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaterWhen {
    /// After a while.
    While,
    /// When the document was closed, or the session ended, before that.
    Closed,
    /// At this commit.
    Commit(String),
}

/// What happened to one completion request. Holds no text of the user.
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
    /// How much of the surroundings the model was given, `whole` or `near`, if it was asked.
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

/// What became of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FateRecord {
    /// The suggestion's identifier; of the rest of a suggestion, that of the whole.
    pub suggestion: String,
    /// The document, as the editor names it.
    pub uri: String,
    /// What happened.
    pub fate: Fate,
    /// How the server knows.
    pub source: FateSource,
    /// Length of the accepted part in UTF-16 units, counted from the suggestion's start.
    pub accepted: usize,
    /// Of this, how much was typed by hand.
    pub typed: usize,
    /// Length of the whole suggestion in UTF-16 units.
    pub length: usize,
    /// What stood around it; told once, when something of it is taken, and only where text may be kept.
    pub around: Option<Box<Around>>,
}

/// What can become of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// The editor says that it was on the screen.
    Shown,
    /// All of it was taken in one step.
    Accepted,
    /// Some of it was taken in one step.
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

impl Fate {
    /// Returns the fate in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            Fate::Shown => "shown",
            Fate::Accepted => "accepted",
            Fate::PartlyAccepted => "partly-accepted",
            Fate::TypedThrough => "typed-through",
            Fate::TypedOver => "typed-over",
            Fate::Dismissed => "dismissed",
            Fate::Superseded => "superseded",
        }
    }
}

/// How the server learned of a fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FateSource {
    /// The item's command ran, or a notification said so.
    Editor,
    /// A change of the document showed it.
    Change,
}

impl FateSource {
    /// Returns the source in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            FateSource::Editor => "editor",
            FateSource::Change => "change",
        }
    }
}
