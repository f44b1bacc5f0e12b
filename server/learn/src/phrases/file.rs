//! A phrase cache as bytes: read with distrust, because a file can be anything.

use super::corpus::{Document, Kind, MOST_TOKENS, Phrases};
use super::order::BORDER;
use super::weights::Weights;
use crate::error::LearnError;

/// The first bytes of a file.
const MAGIC: &[u8; 8] = b"HSPHRASE";
/// Version of the form; another one is made anew by `learn`.
const VERSION: u32 = 1;

impl Phrases {
    /// Returns the cache as bytes, which [`Phrases::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes() + 256);
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend(self.vocabulary.to_le_bytes());
        let number = |out: &mut Vec<u8>, n: usize| out.extend((n as u32).to_le_bytes());
        number(&mut out, self.weights.shares.len());
        let weights = self.weights.shares.iter().chain(&self.weights.scopes);
        weights.chain([&self.weights.escape]).for_each(|w| out.extend(w.to_le_bytes()));
        number(&mut out, self.documents.len());
        for d in &self.documents {
            match d.kind {
                Kind::File => out.push(0),
                Kind::Edit => out.push(1),
                Kind::Taken(entry) => {
                    out.push(2);
                    out.extend(entry.to_le_bytes());
                }
            }
            number(&mut out, d.length);
            number(&mut out, d.path.len());
            out.extend(d.path.as_bytes());
        }
        (0..self.documents.len()).flat_map(|n| self.of(n)).for_each(|t| out.extend(t.to_le_bytes()));
        number(&mut out, self.positions.len());
        self.positions.iter().for_each(|p| out.extend(p.to_le_bytes()));
        let sum = checksum(&out);
        out.extend(sum.to_le_bytes());
        out
    }

    /// Reads the bytes of [`Phrases::to_bytes`].
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Phrases, LearnError> {
        let wrong = |field, value: String| LearnError::Field { field, value };
        let body = bytes.strip_prefix(MAGIC).ok_or(LearnError::NoPhrases(bytes.len()))?;
        let mut all = Reader(body);
        let version = all.number("version")?;
        if version != VERSION {
            return Err(LearnError::Version { found: version, known: VERSION });
        }
        let (content, sum) =
            bytes.split_last_chunk::<8>().ok_or_else(|| wrong("checksum", "missing".to_owned()))?;
        let (found, content_sum) = (u64::from_le_bytes(*sum), checksum(content));
        if found != content_sum {
            return Err(LearnError::Checksum { found, content: content_sum });
        }
        // The bytes are as they were written, but the writer is unknown: every length and position is checked, too.
        let mut r = Reader(content.get(MAGIC.len() + 4..).unwrap_or_default());
        let mut phrases = Phrases::new(u64::from_le_bytes(r.array("vocabulary")?));
        let shares = r.number("weights")? as usize;
        let expected = phrases.weights.shares.len();
        if shares != expected {
            return Err(wrong("weights", format!("{shares} of them, expected {expected}")));
        }
        let mut weights = Vec::with_capacity(expected + 5);
        for _ in 0..expected + 5 {
            let weight = f32::from_le_bytes(r.array("weights")?);
            if !(0.0..=1000.0).contains(&weight) {
                return Err(wrong("weights", format!("{weight}, expected a number from 0 to 1000")));
            }
            weights.push(weight);
        }
        let escape = weights[expected + 4];
        let scopes = std::array::from_fn(|n| weights[expected + n]);
        if scopes.iter().any(|scope| *scope <= 0.0) {
            return Err(wrong("weights", format!("scopes {scopes:?}, expected more than 0")));
        }
        weights.truncate(expected);
        phrases.weights = Weights { shares: weights, scopes, escape };
        let documents = r.number("documents")?;
        let mut tokens = 0usize;
        for _ in 0..documents {
            let kind = match r.array::<1>("kind")?[0] {
                0 => Kind::File,
                1 => Kind::Edit,
                2 => Kind::Taken(i64::from_le_bytes(r.array("entry")?)),
                other => return Err(wrong("kind", format!("{other}, expected 0 to 2"))),
            };
            let length = r.number("length")? as usize;
            let name = r.number("path")? as usize;
            let path =
                std::str::from_utf8(r.take("path", name)?).map_err(|e| wrong("path", e.to_string()))?;
            phrases.documents.push(Document { path: path.to_owned(), kind, length });
            tokens = tokens.saturating_add(length).saturating_add(1);
            if tokens > 2 * MOST_TOKENS {
                return Err(wrong("length", format!("more than {MOST_TOKENS} tokens")));
            }
        }
        for n in 0..phrases.documents.len() {
            phrases.starts.push(phrases.tokens.len() as u32);
            let bytes = r.take("tokens", 4 * phrases.documents[n].length)?;
            phrases.tokens.extend(numbers(bytes));
            phrases.tokens.push(BORDER);
        }
        let count = r.number("places")? as usize;
        let bytes = r.take("places", count.saturating_mul(4))?;
        phrases.positions.extend(numbers(bytes));
        // Whatever the order is: each position has a text before it, and a token behind.
        if let Some(position) =
            phrases.positions.iter().find(|p| **p < 3 || **p as usize >= phrases.tokens.len())
        {
            return Err(wrong("places", format!("{position} is outside of {} tokens", phrases.tokens.len())));
        }
        if !r.0.is_empty() {
            return Err(wrong("end", format!("{} bytes too many", r.0.len())));
        }
        Ok(phrases)
    }
}

/// The bytes that are not read yet.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, field: &'static str, n: usize) -> Result<&'a [u8], LearnError> {
        let (now, later) = self.0.split_at_checked(n).ok_or_else(|| LearnError::Field {
            field,
            value: format!("{n} bytes, of which {} are there", self.0.len()),
        })?;
        self.0 = later;
        Ok(now)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], LearnError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(field, N)?);
        Ok(out)
    }

    fn number(&mut self, field: &'static str) -> Result<u32, LearnError> {
        Ok(u32::from_le_bytes(self.array(field)?))
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four))
}

/// FNV-1a over words of eight bytes: finds decay, and is no protection against intent.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks();
    let rest = rest.iter().map(|byte| u64::from(*byte));
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    words.chain(rest).fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0100_0000_01b3))
}
