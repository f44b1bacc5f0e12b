//! The tokens of the draft sources: each text is tokenised once, as long as it stays a source.

use housestyle_complete::generator::Cancel;

/// The texts that drafts are copied from, with their tokens.
#[derive(Debug, Default)]
pub(super) struct DraftSources(Vec<(String, Vec<u32>)>);

impl DraftSources {
    /// Sets the sources, and tokenises only new texts. Reads `cancel` before each text, and keeps the texts before a
    /// cancellation. Returns whether all texts are set.
    pub(super) fn set(
        &mut self,
        texts: &[&str],
        cancel: &Cancel,
        mut encode: impl FnMut(&str) -> Vec<u32>,
    ) -> bool {
        let mut previous = std::mem::take(&mut self.0);
        for text in texts {
            if cancel.is_cancelled() {
                return false;
            }
            let known = previous.iter().position(|(known, _)| known == text);
            let entry = known.map(|at| previous.swap_remove(at));
            self.0.push(entry.unwrap_or_else(|| ((*text).to_owned(), encode(text))));
        }
        !cancel.is_cancelled()
    }

    /// Returns the tokens, text by text.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &[u32]> {
        self.0.iter().map(|(_, tokens)| tokens.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_tokenised_once() {
        let (mut sources, cancel, mut encoded) = (DraftSources::default(), Cancel::new(), Vec::new());
        let mut set = |texts: &[&str], expected: &[&str]| {
            encoded.clear();
            let all = sources.set(texts, &cancel, |text| {
                encoded.push(text.to_owned());
                text.bytes().map(u32::from).collect()
            });
            assert!(all);
            assert_eq!(encoded, expected, "{texts:?}");
            let tokens: Vec<Vec<u8>> =
                sources.tokens().map(|ids| ids.iter().map(|id| *id as u8).collect()).collect();
            assert_eq!(tokens, texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>());
        };
        set(&["a", "bc"], &["a", "bc"]);
        set(&["a", "bc"], &[]);
        set(&["d", "bc", "a"], &["d"]);
        set(&[], &[]);
        set(&["a"], &["a"]);
    }

    #[test]
    fn tokenising_gives_way_and_retains_what_is_done() {
        let (mut sources, cancel) = (DraftSources::default(), Cancel::new());
        let stopped = sources.set(&["a", "b", "c"], &cancel, |text| {
            if text == "b" {
                cancel.cancel();
            }
            Vec::new()
        });
        assert!(!stopped);
        let mut encoded = 0;
        assert!(sources.set(&["a", "b", "c"], &Cancel::new(), |_| {
            encoded += 1;
            Vec::new()
        }));
        assert_eq!(encoded, 1);
    }
}
