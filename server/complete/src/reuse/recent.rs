//! The last few suggestions of every document.

use std::collections::VecDeque;

use housestyle_text::Language;
use housestyle_text::syntax::Scope;

use super::{Anchor, Follow, follow};
use crate::cursor_context::CursorContext;
use crate::filters::{self, Context};
use crate::job::{Job, Suggestion};
use crate::mode;
use crate::policy;
use crate::stop::Ended;

/// The most suggestions of a document: enough for typing, deleting and typing again.
const PER_DOCUMENT: usize = 4;
/// The most documents; the one that was used longest ago goes first.
const DOCUMENTS: usize = 16;

/// The rest of an earlier suggestion, after some of it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Served<T> {
    /// The rest, at the cursor.
    pub suggestion: Suggestion,
    /// The caller's tag.
    pub tag: T,
    /// The part that has been typed.
    pub typed: String,
}

/// The last few suggestions of every document. `T` is the caller's tag of a suggestion, such as its identifier.
#[derive(Debug, Clone)]
pub struct Recent<T> {
    /// The document used last comes last, and so does its newest suggestion.
    documents: VecDeque<(String, VecDeque<Entry<T>>)>,
}

#[derive(Debug, Clone)]
struct Entry<T> {
    anchor: Anchor,
    text: String,
    tag: T,
    /// Language and scope where its first key was typed, or will be. Later keys reuse them: to find them takes a parse,
    /// which is most of the time of a key that asks no model.
    within: Option<(Language, Scope)>,
}

impl<T> Default for Recent<T> {
    fn default() -> Recent<T> {
        Recent { documents: VecDeque::new() }
    }
}

impl<T: Clone> Recent<T> {
    /// Returns a store with nothing in it.
    pub fn new() -> Recent<T> {
        Recent::default()
    }

    /// Stores a suggestion that was made at an anchor. A suggestion that replaces text is not stored: it belongs to the
    /// popup item that was selected at that moment. `next` is [`crate::Trace::next`].
    pub fn store(
        &mut self,
        document: &str,
        anchor: Anchor,
        suggestion: &Suggestion,
        next: Option<(Language, Scope)>,
        tag: T,
    ) {
        if suggestion.replace != (anchor.cursor()..anchor.cursor()) {
            return;
        }
        let mut entries = self.take(document).unwrap_or_default();
        entries.retain(|old| old.anchor != anchor);
        entries.push_back(Entry { anchor, text: suggestion.text.clone(), tag, within: next });
        if entries.len() > PER_DOCUMENT {
            entries.pop_front();
        }
        self.documents.push_back((document.to_owned(), entries));
        if self.documents.len() > DOCUMENTS {
            self.documents.pop_front();
        }
    }

    /// Removes the suggestions of a document: it was closed, or its settings, model or adapter have changed.
    pub fn forget(&mut self, document: &str) {
        self.take(document);
    }

    /// Removes all suggestions.
    pub fn clear(&mut self) {
        self.documents.clear();
    }

    /// Returns the rest of the newest suggestion that agrees with the text at the cursor, if the rest is worth showing and
    /// the settings still allow it.
    pub fn serve(&mut self, document: &str, job: &Job<'_>) -> Option<Served<T>> {
        if job.selected.is_some() {
            return None;
        }
        let mut entries = self.take(document)?;
        let served = entries.iter_mut().rev().find_map(|entry| serve(entry, job));
        self.documents.push_back((document.to_owned(), entries));
        served
    }

    fn take(&mut self, document: &str) -> Option<VecDeque<Entry<T>>> {
        let at = self.documents.iter().position(|(name, _)| name == document)?;
        self.documents.remove(at).map(|(_, entries)| entries)
    }
}

fn serve<T: Clone>(entry: &mut Entry<T>, job: &Job<'_>) -> Option<Served<T>> {
    let typed = entry.anchor.typed(job.snapshot, job.cursor)?;
    let Follow::Remaining(rest) = follow(&entry.text, true, &typed) else { return None };
    let settings = job.settings.for_language(job.snapshot.language().id());
    let cursor = CursorContext::within(job, entry.within);
    entry.within = Some((cursor.language, cursor.scope));
    policy::allow(&cursor, job.snapshot.path(), job.trigger, &settings).ok()?;
    let plan = mode::plan(&cursor, &settings);
    let context = Context { cursor: &cursor, plan: &plan, trigger: job.trigger, ended: Ended::Model };
    let text = filters::run(filters::AGAIN, &context, rest).0.ok()?;
    let suggestion = Suggestion { text, replace: cursor.replace };
    Some(Served { suggestion, tag: entry.tag.clone(), typed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::tests::cursor::document;

    /// Makes suggestions (document and text), and checks the suggestion for a last document.
    #[track_caller]
    fn check(made: &[(&str, &str)], now: &str, expect: Option<&str>) {
        let mut recent = Recent::new();
        for (index, (fixture, text)) in made.iter().enumerate() {
            let (snapshot, cursor) = document("a.rs", fixture);
            let suggestion = Suggestion { text: (*text).to_owned(), replace: cursor..cursor };
            recent.store("a", Anchor::new(&snapshot, cursor), &suggestion, None, index);
        }
        let (snapshot, cursor) = document("a.rs", now);
        let settings = Settings::default();
        let job = Job::at(&snapshot, cursor, &settings);
        let served = recent.serve("a", &job);
        assert_eq!(served.as_ref().map(|served| served.suggestion.text.as_str()), expect, "for {now:?}");
        if let Some(served) = served {
            assert_eq!(served.suggestion.replace, cursor..cursor);
        }
        assert_eq!(recent.serve("b", &job), None);
    }

    #[test]
    fn typed_through_and_back() {
        let made = [("let x = ‸", "compute(1);")];
        check(&made, "let x = ‸", Some("compute(1);"));
        check(&made, "let x = comp‸", Some("ute(1);"));
        check(&made, "let x = co‸", Some("mpute(1);"));
        check(&made, "let x = compute(1);‸", None);
        check(&made, "let x = cow‸", None);
        check(&made, "let x =‸", None);
    }

    #[test]
    fn the_newest_that_agrees() {
        let made = [("let x = ‸", "compute(1);"), ("let x = c‸", "omplex;"), ("let x = com‸", "bine();")];
        check(&made, "let x = comb‸", Some("ine();"));
        check(&made, "let x = comp‸", Some("lex;"));
        check(&made, "let x = compu‸", Some("te(1);"));
    }

    #[test]
    fn a_bracket_closed_by_the_editor_is_not_suggested_again() {
        check(&[("let x = ‸", "compute(1)")], "let x = compute(‸)", Some("1"));
    }

    #[test]
    fn only_a_few_are_stored() {
        let mut recent = Recent::new();
        let (snapshot, cursor) = document("a.rs", "‸");
        let suggestion = Suggestion { text: "x = 1".to_owned(), replace: cursor..cursor };
        for n in 0..DOCUMENTS + 3 {
            recent.store(&format!("{n}"), Anchor::new(&snapshot, cursor), &suggestion, None, ());
        }
        assert_eq!(recent.documents.len(), DOCUMENTS);
        recent.forget("5");
        assert_eq!(recent.documents.len(), DOCUMENTS - 1);
        for n in 0..PER_DOCUMENT + 3 {
            let (snapshot, cursor) = document("a.rs", &format!("{n}‸"));
            let suggestion = Suggestion { text: "x".to_owned(), replace: cursor..cursor };
            recent.store("9", Anchor::new(&snapshot, cursor), &suggestion, None, ());
        }
        assert_eq!(recent.take("9").map(|entries| entries.len()), Some(PER_DOCUMENT));
    }
}
