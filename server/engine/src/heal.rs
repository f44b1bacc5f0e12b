//! Token healing: the last token of a prompt is taken back, and the first new tokens must spell it.
//!
//! A prompt seldom ends where a token would have: after four spaces of indentation the likeliest next
//! token brings a space of its own, and the text would get five. So the model is asked again for the
//! last token, and only tokens whose bytes agree with what stands there may come, until all of it is
//! spelled. See <https://github.com/guidance-ai/guidance> for the origin of the idea.

use crate::tokenizer::Tokenizer;

/// Bytes that the next tokens must spell before they may say something new.
#[derive(Debug, Default)]
pub(crate) struct Constraint {
    bytes: Vec<u8>,
}

impl Constraint {
    pub(crate) fn new(bytes: Vec<u8>) -> Constraint {
        Constraint { bytes }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the tokens that agree with the text left to spell: tokens that begin with this text, and, where the
    /// text is white space, all of it but the last character, as vocabularies put one space in front of the next
    /// word.
    ///
    /// Shorter beginnings of the text are not allowed: they are likely only because another text would follow, and
    /// lead to a text that nobody writes.
    pub(crate) fn allowed(&self, tokenizer: &Tokenizer) -> Vec<u32> {
        let mut ids = tokenizer.starting_with(&self.bytes).to_vec();
        if let Some((last, rest)) = self.bytes.split_last()
            && [last].into_iter().chain(rest).all(|b| matches!(b, b' ' | b'\t'))
        {
            ids.extend(tokenizer.id_of(rest));
        }
        ids
    }

    /// Takes a token's bytes and returns those of them that are new text.
    pub(crate) fn take<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let n = bytes.len().min(self.bytes.len());
        self.bytes.drain(..n);
        &bytes[n..]
    }
}
