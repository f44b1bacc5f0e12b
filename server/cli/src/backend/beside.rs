//! The tokens of the texts beside the prompt: each text is tokenised once, as long as it is still told.

use housestyle_complete::generator::Cancel;

/// Texts and their tokens.
#[derive(Debug, Default)]
pub(super) struct Beside(Vec<(String, Vec<u32>)>);

impl Beside {
    /// Makes these the texts; only those that were not there before are tokenised. Returns whether all are there:
    /// `cancel`, which is read before each text, leaves those before it.
    pub(super) fn set(
        &mut self,
        texts: &[&str],
        cancel: &Cancel,
        mut encode: impl FnMut(&str) -> Vec<u32>,
    ) -> bool {
        let mut before = std::mem::take(&mut self.0);
        for text in texts {
            if cancel.is_cancelled() {
                return false;
            }
            let kept = before.iter().position(|(kept, _)| kept == text);
            let entry = kept.map(|at| before.swap_remove(at));
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
        let (mut beside, cancel, mut encoded) = (Beside::default(), Cancel::new(), Vec::new());
        let mut set = |texts: &[&str], expected: &[&str]| {
            encoded.clear();
            let all = beside.set(texts, &cancel, |text| {
                encoded.push(text.to_owned());
                text.bytes().map(u32::from).collect()
            });
            assert!(all);
            assert_eq!(encoded, expected, "{texts:?}");
            let tokens: Vec<Vec<u8>> =
                beside.tokens().map(|ids| ids.iter().map(|id| *id as u8).collect()).collect();
            assert_eq!(tokens, texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>());
        };
        set(&["a", "bc"], &["a", "bc"]);
        set(&["a", "bc"], &[]);
        set(&["d", "bc", "a"], &["d"]);
        set(&[], &[]);
        set(&["a"], &["a"]);
    }

    #[test]
    fn it_gives_way_and_keeps_what_is_done() {
        let (mut beside, cancel) = (Beside::default(), Cancel::new());
        let stopped = beside.set(&["a", "b", "c"], &cancel, |text| {
            if text == "b" {
                cancel.cancel();
            }
            Vec::new()
        });
        assert!(!stopped);
        let mut encoded = 0;
        assert!(beside.set(&["a", "b", "c"], &Cancel::new(), |_| {
            encoded += 1;
            Vec::new()
        }));
        assert_eq!(encoded, 1);
    }
}
