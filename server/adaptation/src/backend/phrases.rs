//! The team's phrases beside the model: their predictions are mixed into the model's, and long matches are drafted.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use housestyle_engine::{Drafter, Guess, Prior, Special, Tokenizer};
use housestyle_learn::phrases::{HeldOutToken, Hole, Kind, Phrases, Prediction, Scopes};
use housestyle_workspace::notice;
use housestyle_workspace::rescan::{self, RescanError};

/// Tokens before the cursor that are looked at: more than any match has.
const CONTEXT: usize = 32;
/// Tokens that a match must have to be drafted from.
const DRAFTED: usize = 4;
/// Most tokens of the draft sources.
const MOST_SOURCE_TOKENS: usize = 1 << 16;

/// Returns an identity of a vocabulary: phrases are of its tokens, and of no other's.
pub(crate) fn vocabulary(tokenizer: &Tokenizer) -> u64 {
    // FNV-1a, of lengths and bytes.
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    (0..tokenizer.vocab() as u32).fold(0xcbf2_9ce4_8422_2325, |sum, id| {
        let bytes = tokenizer.bytes(id);
        bytes.iter().copied().fold(hash(sum, bytes.len() as u8), hash)
    })
}

/// Scans a phrase cache for secrets before it takes part, unless that was done, and says which file lost texts.
pub(super) fn scan(file: &Path, tokenizer: &Tokenizer) -> Result<(), RescanError> {
    let removed = rescan::phrases(file, |tokens| tokenizer.decode(tokens))?;
    if removed > 0 {
        notice::warn(format_args!(
            "{removed} texts in the phrase cache hold secrets by the rules of this version, and were taken out of {}",
            file.display()
        ));
    }
    Ok(())
}

/// The phrases in use, shared by the prior and the drafter.
#[derive(Debug, Clone)]
pub(super) struct PhraseModel(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// The learned phrases; `None` while they take no part.
    learned: Option<Arc<Phrases>>,
    /// Phrases of the draft sources.
    draft_sources: Phrases,
    scopes: Scopes,
    draft_scopes: Scopes,
    path: String,
    /// The tokens that a prompt is made of: before the text, before what follows it, before the line.
    marks: [Option<u32>; 3],
    /// Tokens before the cursor, and after it.
    hole: (Vec<u32>, Vec<u32>),
    prediction: Prediction,
}

impl PhraseModel {
    pub(super) fn new(tokenizer: &Tokenizer, vocabulary: u64) -> PhraseModel {
        let marks = [Special::FimPrefix, Special::FimSuffix, Special::FimMiddle];
        PhraseModel(Arc::new(Mutex::new(State {
            learned: None,
            draft_sources: Phrases::new(vocabulary),
            scopes: Scopes::default(),
            draft_scopes: Scopes::default(),
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
    pub(super) fn is_active(&self) -> bool {
        self.state().learned.is_some()
    }

    /// Sets the file of the next prompts.
    pub(super) fn set_path(&self, path: &str) {
        let mut state = self.state();
        if state.path != path {
            path.clone_into(&mut state.path);
            state.scopes = state.learned.as_ref().map(|phrases| phrases.scopes(path)).unwrap_or_default();
        }
    }

    /// Returns the probabilities of a token after a context, by the phrases and by the model; `None` where the phrases know
    /// nothing. `end` is the probability that the text ends there, which is the model's to say.
    pub(super) fn held_out_token(
        &self,
        context: &[u32],
        token: u32,
        model: f64,
        end: f64,
    ) -> Option<HeldOutToken> {
        let mut state = self.state();
        state.predict(context);
        let kind = state.prediction.kind?;
        Some(HeldOutToken { kind, model, cache: (1.0 - end).max(0.0) * state.prediction.alone(token) })
    }

    /// Sets the draft sources: as many of the last texts as there is room for.
    pub(super) fn set_draft_sources<'a>(&self, texts: impl Iterator<Item = &'a [u32]>) {
        let mut state = self.state();
        let texts: Vec<&[u32]> = texts.collect();
        let mut room = MOST_SOURCE_TOKENS;
        let fitting = texts.iter().rev().take_while(|text| {
            let fits = text.len() <= room;
            room -= text.len().min(room);
            fits
        });
        let fitting = fitting.count();
        let mut draft_sources = Phrases::new(state.draft_sources.vocabulary());
        // There is room for all of them: what is refused is none.
        drop(draft_sources.extend(texts[texts.len() - fitting..].iter().map(|text| ("", Kind::Edit, *text))));
        state.draft_scopes = draft_sources.scopes("");
        state.draft_sources = draft_sources;
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
        let State { prediction, hole, scopes, draft_scopes, draft_sources, .. } = self;
        let caches = [(&*learned, &*scopes), (&*draft_sources, &*draft_scopes)];
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

impl Prior for PhraseModel {
    fn predict(&mut self, context: &[u32], out: &mut Vec<(u32, f32)>) {
        let mut state = self.state();
        state.predict(context);
        out.extend_from_slice(&state.prediction.tokens);
    }
}

impl Drafter for PhraseModel {
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
