//! The windows that hold in the documents used last, so that going back to one of them makes the model read little.

use std::collections::VecDeque;

use housestyle_complete::HeldWindows;

/// The most documents.
const MAX_DOCUMENTS: usize = 8;

/// Windows by document; the document used last stands last.
#[derive(Debug, Default)]
pub(crate) struct HeldByDocument(VecDeque<(String, HeldWindows)>);

impl HeldByDocument {
    /// Takes out the windows of a document.
    pub(crate) fn take(&mut self, uri: &str) -> HeldWindows {
        let at = self.0.iter().position(|(document, _)| document == uri);
        at.and_then(|at| self.0.remove(at)).map(|(_, windows)| windows).unwrap_or_default()
    }

    /// Puts in the windows of a document.
    pub(crate) fn put(&mut self, uri: &str, windows: HeldWindows) {
        self.0.retain(|(document, _)| document != uri);
        self.0.push_back((uri.to_owned(), windows));
        if self.0.len() > MAX_DOCUMENTS {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_complete::WindowSize;
    use housestyle_complete::held::HeldWindow;
    use housestyle_complete::window::Budget;
    use housestyle_text::{Language, Offset, Snapshot};

    #[test]
    fn the_documents_used_last_stay() {
        let snapshot = Snapshot::new("a\n", 1, Language::PLAIN);
        let budget = Budget { prefix_tokens: 64, suffix_tokens: 16 };
        let (window, _) = HeldWindow::cut(&snapshot, Offset(2)..Offset(2), "", budget, &|text| text.len());
        let mut windows = HeldWindows::default();
        windows.keep(WindowSize::Whole, window);
        let mut held = HeldByDocument::default();
        for n in 0..MAX_DOCUMENTS {
            held.put(&n.to_string(), windows.clone());
        }
        let first = held.take("0");
        held.put("0", first);
        held.put("new", windows.clone());
        let here = ["0", "1", "2", "new"].map(|uri| held.take(uri) == windows);
        assert_eq!(here, [true, false, true, true]);
        assert_eq!(held.take("0"), HeldWindows::default());
    }
}
