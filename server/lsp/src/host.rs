//! What the program around the server provides: a model, settings, and ears.

use std::sync::Arc;
use std::time::Duration;

use housestyle_complete::generator::Generator;
use housestyle_complete::settings::Layer;

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

/// Everything the server needs from outside.
pub struct Host {
    /// Name told to editors.
    pub name: String,
    /// Version told to editors.
    pub version: String,
    /// Makes the generator when it is first needed, or right after `initialized`.
    pub load: Loader,
    /// Hears of every completion request once, when it is answered; on a thread of its own, in order.
    /// It must not panic.
    pub record: Arc<dyn Fn(RequestRecord) + Send + Sync>,
    /// Hears what became of suggestions, on the same thread.
    pub observe: Arc<dyn Fn(FateRecord) + Send + Sync>,
    /// Settings from files (the team's, made stricter by the user's). What the editor says can
    /// only make them stricter still.
    pub settings: Layer,
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
}

/// What became of a suggestion. Holds no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FateRecord {
    /// The suggestion's identifier.
    pub suggestion: String,
    /// The document, as the editor names it.
    pub uri: String,
    /// What happened.
    pub fate: Fate,
    /// How the server knows.
    pub source: FateSource,
    /// Length of the accepted part in UTF-16 units, counted from the suggestion's start.
    pub accepted: usize,
    /// Length of the whole suggestion in UTF-16 units.
    pub length: usize,
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
}

impl Fate {
    /// Returns the fate in kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            Fate::Shown => "shown",
            Fate::Accepted => "accepted",
            Fate::PartlyAccepted => "partly-accepted",
            Fate::TypedThrough => "typed-through",
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
