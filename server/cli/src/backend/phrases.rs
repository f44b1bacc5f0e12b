//! The team's phrases beside the model: what is known of them is mixed in, and long matches are drafted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use housestyle_engine::{Drafter, Guess, Prior, Special, Tokenizer};
use housestyle_learn::phrases::{FileError, Hole, Kind, Outcome, Phrases, Prediction, Scopes};

/// Tokens before the cursor that are looked at: more than any match has.
const CONTEXT: usize = 32;
/// Tokens that a match must have to be drafted from.
const DRAFTED: usize = 4;
/// Most tokens of the texts beside the prompt that take part.
const BESIDE: usize = 1 << 16;

/// Why the phrases of a workspace cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PhrasesError {
    /// There are none, for this model.
    #[error("nothing was learned in this workspace with this model yet: run `housestyle learn`")]
    Nothing,
    /// The file cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no phrase cache.
    #[error("{path}: {source}", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        source: FileError,
    },
}

/// Returns an identity of a vocabulary: phrases are of its tokens, and of no other's.
pub(crate) fn vocabulary(tokenizer: &Tokenizer) -> u64 {
    // FNV-1a, of lengths and bytes.
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    (0..tokenizer.vocab() as u32).fold(0xcbf2_9ce4_8422_2325, |sum, id| {
        let bytes = tokenizer.bytes(id);
        bytes.iter().copied().fold(hash(sum, bytes.len() as u8), hash)
    })
}

/// Returns the file for phrases in the folder of a workspace's state.
pub(crate) fn file(folder: &Path, vocabulary: u64) -> PathBuf {
    folder.join(format!("phrases-{vocabulary:016x}.bin"))
}

/// Returns whether a file of that folder is a phrase cache: a whole one, or one that is being written. `None` for
/// anything else.
pub(crate) fn is_cache(path: &Path) -> Option<bool> {
    let name = path.file_name()?.to_str()?;
    name.starts_with("phrases-").then(|| name.ends_with(".bin"))
}

/// Reads the phrases of a workspace.
///
/// # Errors
/// When there are none, or the file is not what it should be.
pub(crate) fn read(folder: &Path, vocabulary: u64) -> Result<Phrases, PhrasesError> {
    read_file(&file(folder, vocabulary), vocabulary)
}

/// Reads a file of phrases.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_file(path: &Path, vocabulary: u64) -> Result<Phrases, PhrasesError> {
    let path = path.to_path_buf();
    match fs::read(&path) {
        Ok(bytes) => match Phrases::from_bytes(&bytes) {
            Ok(phrases) if phrases.vocabulary() == vocabulary => Ok(phrases),
            Ok(_) => Err(PhrasesError::Nothing),
            Err(source) => Err(PhrasesError::Damaged { path, source }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(PhrasesError::Nothing),
        Err(source) => Err(PhrasesError::Unreadable { path, source }),
    }
}

/// The phrases in use, shared by what mixes and what drafts.
#[derive(Debug, Clone)]
pub(super) struct Team(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Learned, or none while they take no part.
    learned: Option<Arc<Phrases>>,
    /// Of the texts beside the prompt.
    beside: Phrases,
    scopes: Scopes,
    near: Scopes,
    path: String,
    /// The tokens that a prompt is made of: before the text, before what follows it, before the line.
    marks: [Option<u32>; 3],
    /// What stands before the cursor and after it.
    hole: (Vec<u32>, Vec<u32>),
    prediction: Prediction,
}

impl Team {
    pub(super) fn new(tokenizer: &Tokenizer, vocabulary: u64) -> Team {
        let marks = [Special::FimPrefix, Special::FimSuffix, Special::FimMiddle];
        Team(Arc::new(Mutex::new(State {
            learned: None,
            beside: Phrases::new(vocabulary),
            scopes: Scopes::default(),
            near: Scopes::default(),
            path: String::new(),
            marks: marks.map(|mark| tokenizer.special(mark)),
            hole: Default::default(),
            prediction: Prediction::default(),
        })))
    }

    /// Lets phrases take part, or none.
    pub(super) fn set(&self, learned: Option<Arc<Phrases>>) {
        let mut state = self.state();
        state.scopes = learned.as_ref().map(|phrases| phrases.scopes(&state.path)).unwrap_or_default();
        state.learned = learned;
    }

    /// Returns whether phrases take part.
    pub(super) fn takes_part(&self) -> bool {
        self.state().learned.is_some()
    }

    /// Says which file the next prompts are of.
    pub(super) fn set_path(&self, path: &str) {
        let mut state = self.state();
        if state.path != path {
            path.clone_into(&mut state.path);
            state.scopes = state.learned.as_ref().map(|phrases| phrases.scopes(path)).unwrap_or_default();
        }
    }

    /// Returns what the phrases say of a token after a context, beside what the model does; `None` where they know
    /// nothing. `end` is the probability that the text ends there, which is the model's to say.
    pub(super) fn outcome(&self, context: &[u32], token: u32, model: f64, end: f64) -> Option<Outcome> {
        let mut state = self.state();
        state.predict(context);
        let kind = state.prediction.kind?;
        Some(Outcome { kind, model, cache: (1.0 - end).max(0.0) * state.prediction.alone(token) })
    }

    /// Makes these the texts beside the prompt, as many of the last ones as there is room for.
    pub(super) fn set_beside<'a>(&self, texts: impl Iterator<Item = &'a [u32]>) {
        let mut state = self.state();
        let texts: Vec<&[u32]> = texts.collect();
        let mut room = BESIDE;
        let kept = texts.iter().rev().take_while(|text| {
            let fits = text.len() <= room;
            room -= text.len().min(room);
            fits
        });
        let kept = kept.count();
        let mut beside = Phrases::new(state.beside.vocabulary());
        // There is room for all of them: what is refused is none.
        drop(beside.extend(texts[texts.len() - kept..].iter().map(|text| ("", Kind::Edit, *text))));
        state.near = beside.scopes("");
        state.beside = beside;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What it holds is replaced as a whole, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Predicts what comes after a context; nothing where no phrases take part.
    fn predict(&mut self, context: &[u32]) {
        let Some(learned) = self.learned.clone() else { return self.prediction.of_all(&[], Hole::default()) };
        self.read(context);
        let State { prediction, hole, scopes, near, beside, .. } = self;
        let caches = [(&*learned, &*scopes), (&*beside, &*near)];
        prediction.of_all(&caches, Hole { before: &hole.0, after: &hole.1 });
    }

    /// Puts together what stands around the cursor: of a prompt with a hole, what stands before the hole, then the line.
    fn read(&mut self, tokens: &[u32]) {
        let last = |mark: Option<u32>, tokens: &[u32]| tokens.iter().rposition(|token| Some(*token) == mark);
        let [prefix, suffix, middle] = self.marks;
        let (mut before, mut after, mut line) = (&[][..], &[][..], tokens);
        if let Some(at) = last(middle, tokens) {
            (before, line) = (&tokens[..at], &tokens[at + 1..]);
            if let Some(at) = last(suffix, before) {
                (before, after) = (&before[..at], &before[at + 1..]);
            }
            before = &before[last(prefix, before).map_or(0, |at| at + 1)..];
        }
        let line = &line[line.len().saturating_sub(CONTEXT)..];
        let (context, following) = &mut self.hole;
        context.clear();
        context.extend_from_slice(&before[before.len().saturating_sub(CONTEXT - line.len())..]);
        context.extend_from_slice(line);
        following.clear();
        following.extend_from_slice(&after[..after.len().min(CONTEXT)]);
    }
}

impl Prior for Team {
    fn predict(&mut self, context: &[u32], out: &mut Vec<(u32, f32)>) {
        let mut state = self.state();
        state.predict(context);
        out.extend_from_slice(&state.prediction.tokens);
    }
}

impl Drafter for Team {
    fn draft(&mut self, context: &[u32], most: usize, out: &mut Vec<Guess>) {
        let mut state = self.state();
        let Some(learned) = state.learned.clone() else { return };
        state.read(context);
        let Some(found) = learned.longest(&state.scopes, &state.hole.0) else { return };
        if found.length >= DRAFTED {
            let rank = |n: usize| (found.length + n).ilog2() as usize;
            out.extend(
                learned.after(found).take(most).enumerate().map(|(n, token)| Guess { token, rank: rank(n) }),
            );
        }
    }
}
