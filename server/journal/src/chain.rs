//! The chain of digests: each event's covers its own content and the digest of the event before it.
//!
//! The user's text enters by a salted digest of its own; the salt is stored with the text. So the chain still verifies
//! after the text is deleted, and the digest reveals nothing: without the salt nobody can guess even a short text.

use sha2::{Digest, Sha256};

use crate::entry::Stamp;
use crate::event::Number;

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// The digest before the first event.
pub(crate) const START: Hash = [0; 32];

/// Domains of the digests, so that no digest of anything else can be taken for one of ours.
const EVENT: &[u8] = b"housestyle journal event 1";
const TEXT: &[u8] = b"housestyle journal text 1";
const EVENTS: &[u8] = b"housestyle journal forgotten 1";

/// An event as the chain sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link<'a> {
    pub(crate) number: Number,
    pub(crate) time: Stamp,
    pub(crate) suggestion: Option<Number>,
    /// The fact's stored bytes.
    pub(crate) fact: &'a str,
    /// Digest of the text, if there ever was one.
    pub(crate) text: Option<Hash>,
}

impl Link<'_> {
    /// Returns the digest of the event after `previous`.
    pub(crate) fn digest(&self, previous: &Hash) -> Hash {
        let mut hasher = Hasher::new(EVENT);
        hasher.bytes(previous);
        hasher.number(self.number);
        hasher.bytes(&self.time.0.to_le_bytes());
        hasher.number(self.suggestion.unwrap_or(0)); // events are counted from 1
        hasher.bytes(self.fact.as_bytes());
        hasher.bytes(self.text.as_ref().map_or(&[][..], |hash| &hash[..]));
        hasher.end()
    }
}

/// Returns the digest of a text with its salt.
pub(crate) fn text_digest(salt: &[u8], content: &str) -> Hash {
    let mut hasher = Hasher::new(TEXT);
    hasher.bytes(salt);
    hasher.bytes(content.as_bytes());
    hasher.end()
}

/// Returns the digest over the numbers of events, in their order.
pub(crate) fn numbers_digest(numbers: &[Number]) -> Hash {
    let mut hasher = Hasher::new(EVENTS);
    numbers.iter().for_each(|number| hasher.number(*number));
    hasher.end()
}

/// Returns a digest in lower-case hexadecimal.
pub(crate) fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Hasher(Sha256);

impl Hasher {
    fn new(domain: &[u8]) -> Hasher {
        let mut hasher = Hasher(Sha256::new());
        hasher.bytes(domain);
        hasher
    }

    /// With its length before it, so that no two sequences of fields are the same bytes.
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn number(&mut self, number: Number) {
        self.0.update(number.to_le_bytes());
    }

    fn end(self) -> Hash {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_event_counts() {
        let link = Link { number: 2, time: Stamp(3), suggestion: Some(1), fact: "{}", text: Some([7; 32]) };
        let base = link.digest(&START);
        assert_eq!(base, link.digest(&START));
        let others = [
            link.digest(&[1; 32]),
            Link { number: 3, ..link }.digest(&START),
            Link { time: Stamp(4), ..link }.digest(&START),
            Link { suggestion: None, ..link }.digest(&START),
            Link { fact: "{ }", ..link }.digest(&START),
            Link { text: None, ..link }.digest(&START),
        ];
        assert!(others.iter().all(|other| *other != base), "{others:?}");
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        assert_ne!(text_digest(b"ab", "c"), text_digest(b"a", "bc"));
        assert_ne!(numbers_digest(&[1, 2]), numbers_digest(&[12]));
        assert_eq!(hex(&[0xab; 32]).len(), 64);
    }
}
