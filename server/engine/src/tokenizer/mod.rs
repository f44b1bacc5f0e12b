//! Text to token ids and back, from the vocabulary in the model's own file.
//!
//! Special tokens are never made from text: `<|endoftext|>` in a document is thirteen characters.

mod bpe;
mod slots;
mod split;
mod spm;
mod vocabulary;

use std::collections::HashMap;

use crate::error::EngineError;
use crate::gguf::{Gguf, Value};
use crate::special::Special;
use bpe::{Alphabet, Merges};
use split::Split;
use vocabulary::Vocabulary;

/// The tokenizer of a model file: byte-level BPE (`gpt2`) or SentencePiece (`llama`).
#[derive(Debug)]
pub struct Tokenizer {
    /// Special tokens have no bytes.
    vocabulary: Vocabulary,
    kind: Kind,
    special: HashMap<Special, u32>,
    control: Vec<bool>,
    begin: Option<u32>,
}

#[derive(Debug)]
enum Kind {
    Bpe {
        split: Split,
        merges: Merges,
        /// Whether a word that is a token is taken whole, whatever the merges say.
        whole_words: bool,
    },
    Spm {
        /// (vocab)
        scores: Vec<f32>,
        /// The token of each single byte.
        bytes: Box<[Option<u32>; 256]>,
        /// Whether a text begins with a space that is not there.
        space_first: bool,
    },
}

const NORMAL: i64 = 1;
const CONTROL: i64 = 3;
const BYTE: i64 = 6;

impl Tokenizer {
    /// Reads the vocabulary.
    ///
    /// # Errors
    /// When the tokenizer is of an unsupported kind, or its lists do not fit together.
    pub fn read(gguf: &Gguf<'_>) -> Result<Tokenizer, EngineError> {
        let kind = match gguf.string("tokenizer.ggml.model")? {
            "gpt2" => {
                let split = read_split(gguf)?;
                Kind::Bpe { split, merges: Merges::with_capacity(0), whole_words: split == Split::Llama3 }
            }
            "llama" => Kind::Spm {
                scores: match gguf.get("tokenizer.ggml.scores") {
                    Some(Value::Numbers(v)) => v.iter().map(|x| *x as f32).collect(),
                    _ => return Err(EngineError::gguf("tokenizer.ggml.scores", "no list of numbers")),
                },
                bytes: Box::new([None; 256]),
                space_first: gguf.get("tokenizer.ggml.add_space_prefix") != Some(&Value::Bool(false)),
            },
            other => {
                return Err(EngineError::unsupported(
                    "tokenizer.ggml.model",
                    format!("{:?}; supported are gpt2 and llama", other.chars().take(40).collect::<String>()),
                ));
            }
        };
        let tokens = gguf.strings("tokenizer.ggml.tokens")?;
        if tokens.is_empty() || tokens.len() > 1 << 24 {
            return Err(EngineError::gguf("tokenizer.ggml.tokens", format!("{} tokens", tokens.len())));
        }
        let types = match gguf.get("tokenizer.ggml.token_type") {
            None => None,
            Some(Value::Integers(v)) if v.len() == tokens.len() => Some(v),
            Some(_) => {
                return Err(EngineError::gguf(
                    "tokenizer.ggml.token_type",
                    format!("no list of {} integers, one for each token", tokens.len()),
                ));
            }
        };

        let alphabet = Alphabet::new();
        let mut t = Tokenizer {
            vocabulary: Vocabulary::with_capacity(tokens.len()),
            kind,
            special: HashMap::new(),
            control: vec![false; tokens.len()],
            begin: None,
        };
        let mut bytes = Vec::new();
        for (id, text) in tokens.iter().enumerate() {
            let kind = types.map_or(NORMAL, |types| types[id]);
            bytes.clear();
            match (&mut t.kind, kind) {
                (Kind::Bpe { .. }, NORMAL | BYTE) => {
                    let spelled = alphabet.decode(text, &mut bytes).is_some();
                    if !spelled {
                        bytes.clear();
                        bytes.extend_from_slice(text.as_bytes());
                    }
                }
                (Kind::Spm { .. }, NORMAL) => bytes.extend(text.replace(spm::SPACE, " ").into_bytes()),
                (Kind::Spm { bytes: of_byte, .. }, BYTE) => {
                    if let Some(b) = spm::byte_of(text) {
                        of_byte[usize::from(b)].get_or_insert(id as u32);
                        bytes.push(b);
                    }
                }
                _ => {}
            }
            t.vocabulary.push(&bytes);
            if bytes.is_empty() {
                // Control, user-defined and unused tokens are never text: they end a generation.
                t.control[id] = true;
                if let (CONTROL, Some(role)) = (kind, role_of(text)) {
                    t.special.entry(role).or_insert(id as u32);
                }
            } else if kind == NORMAL || matches!(t.kind, Kind::Bpe { .. }) {
                // SentencePiece has bytes twice: as a character's token, and as a last resort.
                t.vocabulary.name_last();
            }
        }
        let (order, merges) = std::thread::scope(|scope| {
            let order = scope.spawn(|| t.vocabulary.in_order());
            let merges = match t.kind {
                Kind::Bpe { .. } => read_merges(gguf, &t.vocabulary, &alphabet).map(Some),
                Kind::Spm { .. } => Ok(None),
            };
            (order.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), merges)
        });
        t.vocabulary.set_order(order);
        if let (Kind::Bpe { merges, .. }, Some(read)) = (&mut t.kind, merges?) {
            *merges = read;
        }
        t.read_roles(gguf, tokens.len())?;
        Ok(t)
    }

    fn read_roles(&mut self, gguf: &Gguf<'_>, vocab: usize) -> Result<(), EngineError> {
        let id = |key: &str| -> Result<Option<u32>, EngineError> {
            match gguf.get(key) {
                None => Ok(None),
                Some(_) => match gguf.size(key)? {
                    n if n < vocab => Ok(Some(n as u32)),
                    n => Err(EngineError::gguf(key, format!("{n} is outside of the vocabulary of {vocab}"))),
                },
            }
        };
        for (key, role) in [
            ("tokenizer.ggml.fim_pre_token_id", Special::FimPrefix),
            ("tokenizer.ggml.fim_suf_token_id", Special::FimSuffix),
            ("tokenizer.ggml.fim_mid_token_id", Special::FimMiddle),
            ("tokenizer.ggml.fim_rep_token_id", Special::RepoName),
            ("tokenizer.ggml.fim_sep_token_id", Special::FileSep),
        ] {
            if let Some(id) = id(key)? {
                self.special.insert(role, id);
            }
        }
        if let Some(eos) = id("tokenizer.ggml.eos_token_id")? {
            self.control[eos as usize] = true;
            self.special.entry(Special::EndOfText).or_insert(eos);
        }
        let begins = match gguf.get("tokenizer.ggml.add_bos_token") {
            Some(value) => *value == Value::Bool(true),
            None => matches!(self.kind, Kind::Spm { .. }),
        };
        if begins {
            self.begin = id("tokenizer.ggml.bos_token_id")?;
        }
        Ok(())
    }

    /// Returns the number of tokens.
    pub fn vocab(&self) -> usize {
        self.vocabulary.len()
    }

    /// Returns the token of a role, if the model has it.
    pub fn special(&self, role: Special) -> Option<u32> {
        self.special.get(&role).copied()
    }

    /// Returns the token every sequence begins with, for the models that want one.
    pub fn begin(&self) -> Option<u32> {
        self.begin
    }

    /// Returns whether this token is no text: it ends a generation.
    pub fn is_control(&self, id: u32) -> bool {
        self.control.get(id as usize).copied().unwrap_or(true)
    }

    /// Returns the bytes of a token: empty for special tokens and ids outside of the vocabulary.
    pub fn bytes(&self, id: u32) -> &[u8] {
        self.vocabulary.bytes(id)
    }

    /// Returns the ordinary token with exactly these bytes.
    pub(crate) fn id_of(&self, bytes: &[u8]) -> Option<u32> {
        self.vocabulary.id_of(bytes)
    }

    /// Returns the ordinary tokens that begin with `prefix`.
    pub(crate) fn starting_with(&self, prefix: &[u8]) -> &[u32] {
        self.vocabulary.starting_with(prefix)
    }

    /// Appends the tokens of `text` to `out`.
    pub fn encode(&self, text: &str, out: &mut Vec<u32>) {
        match &self.kind {
            Kind::Bpe { split, merges, whole_words } => {
                split.words(text, &mut |word| match self.id_of(word.as_bytes()).filter(|_| *whole_words) {
                    Some(id) => out.push(id),
                    None => bpe::encode(word.as_bytes(), &self.vocabulary, merges, out),
                })
            }
            Kind::Spm { scores, bytes, space_first } => {
                let first = *space_first && !text.is_empty() && out.iter().all(|id| self.is_control(*id));
                let spaced = if first { format!(" {text}") } else { text.to_owned() };
                spm::encode(&spaced, &self.vocabulary, scores, bytes, out);
            }
        }
    }

    /// Returns the text of tokens; special ones and broken characters are left out or replaced.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| self.bytes(*id)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn read_merges(gguf: &Gguf<'_>, vocabulary: &Vocabulary, alphabet: &Alphabet) -> Result<Merges, EngineError> {
    let list = gguf.strings("tokenizer.ggml.merges")?;
    let mut merges = Merges::with_capacity(list.len());
    let mut bytes = Vec::new();
    for (rank, merge) in list.iter().enumerate() {
        let Some((a, b)) = merge.split_once(' ') else { continue };
        bytes.clear();
        let Some(()) = alphabet.decode(a, &mut bytes) else { continue };
        let middle = bytes.len();
        let Some(()) = alphabet.decode(b, &mut bytes) else { continue };
        let [left, right, whole] =
            [&bytes[..middle], &bytes[middle..], &bytes[..]].map(|bytes| vocabulary.id_of(bytes));
        // A merge whose parts or whole are no tokens can never apply.
        if let (Some(left), Some(right), Some(whole)) = (left, right, whole) {
            merges.add(left, right, whole, rank as u32);
        }
    }
    Ok(merges)
}

fn read_split(gguf: &Gguf<'_>) -> Result<Split, EngineError> {
    if gguf.get("tokenizer.ggml.pre").is_none() {
        return Ok(Split::Gpt2);
    }
    let name = gguf.string("tokenizer.ggml.pre")?;
    Split::from_name(name).ok_or_else(|| {
        EngineError::unsupported(
            "tokenizer.ggml.pre",
            format!("{:?}; supported are {}", name.chars().take(40).collect::<String>(), Split::NAMES),
        )
    })
}

fn role_of(text: &str) -> Option<Special> {
    Some(match text {
        "<|fim_prefix|>" | "<fim_prefix>" | "<fim-prefix>" => Special::FimPrefix,
        "<|fim_suffix|>" | "<fim_suffix>" | "<fim-suffix>" => Special::FimSuffix,
        "<|fim_middle|>" | "<fim_middle>" | "<fim-middle>" => Special::FimMiddle,
        "<|repo_name|>" | "<repo_name>" | "<reponame>" => Special::RepoName,
        "<|file_sep|>" | "<file_sep>" => Special::FileSep,
        "<|endoftext|>" => Special::EndOfText,
        _ => return None,
    })
}
