//! The edit history of a session: changes near each other are one edit, which ends when the user goes on elsewhere. So
//! the rendered edits do not change while somebody types in one place.

use std::collections::VecDeque;

use housestyle_text::{Offset, Snapshot, edit_between};

use super::recent_edit::{RecentEdit, unseen};

/// The most edits of a history.
const MAX_EDITS: usize = 16;
/// A change within so many lines of an edit belongs to it.
const NEAR: usize = 3;

/// The last edits of a session, oldest first.
#[derive(Debug, Clone, Default)]
pub struct EditHistory {
    done: VecDeque<(String, RecentEdit)>,
    open: Option<Open>,
}

/// The edit under way.
#[derive(Debug, Clone)]
struct Open {
    document: String,
    before: Snapshot,
    after: Snapshot,
}

impl EditHistory {
    /// Follows a change of a document.
    pub fn changed(&mut self, document: &str, before: &Snapshot, after: &Snapshot) {
        let belongs = self.open.as_ref().is_some_and(|open| open.document == document && open.is_near(after));
        match &mut self.open {
            Some(open) if belongs => open.after = after.clone(),
            _ => {
                self.end();
                let (before, after) = (before.clone(), after.clone());
                self.open = Some(Open { document: document.to_owned(), before, after });
            }
        }
    }

    /// Ends the edit under way in any other document, as the user is in this one now.
    pub fn came_to(&mut self, document: &str) {
        if self.open.as_ref().is_some_and(|open| open.document != document) {
            self.end();
        }
    }

    /// Ends the edit under way.
    pub fn end(&mut self) {
        let Some(open) = self.open.take() else { return };
        let Some(edit) = RecentEdit::between(&open.before, &open.after) else { return };
        // Lines that are changed twice are one edit; lines that are changed back are none.
        let again = self
            .done
            .iter()
            .rposition(|(document, old)| *document == open.document && old.then(&edit).is_some());
        let old = again.and_then(|at| self.done.remove(at));
        let edit = old.and_then(|(_, old)| old.then(&edit)).unwrap_or(edit);
        if edit.changes_something() {
            self.done.push_back((open.document, edit));
        }
        if self.done.len() > MAX_EDITS {
            self.done.pop_front();
        }
    }

    /// Removes all edits.
    pub fn clear(&mut self) {
        *self = EditHistory::default();
    }

    /// Returns the ended edits that are not visible around a cursor, oldest first. The edit under way is left out.
    pub fn elsewhere(&self, snapshot: &Snapshot, cursor: Offset) -> Vec<RecentEdit> {
        unseen(self.done.iter().map(|(_, edit)| edit.clone()).collect(), snapshot, cursor)
    }
}

impl Open {
    /// Returns whether the next version of the document differs from the last one near the edit so far.
    fn is_near(&self, next: &Snapshot) -> bool {
        let so_far = edit_between(&self.before, &self.after);
        let change = edit_between(&self.after, next);
        let line = |at: usize| self.after.line_of(Offset(at));
        let (first, last) = (line(so_far.range.start.0), line(so_far.range.start.0 + so_far.text.len()));
        line(change.range.end.0) + NEAR >= first && line(change.range.start.0) <= last + NEAR
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_text::Language;

    struct Session {
        history: EditHistory,
        text: String,
    }

    impl Session {
        fn new() -> Session {
            let text = (0..100).map(|n| format!("line {n}\n")).collect();
            Session { history: EditHistory::default(), text }
        }

        fn snapshot(&self) -> Snapshot {
            Snapshot::new(&self.text, 1, Language::PLAIN).with_path("a.txt")
        }

        /// Replaces a text that stands there once, as one change.
        fn replace(&mut self, old: &str, new: &str) {
            let before = self.snapshot();
            assert!(self.text.contains(old), "{old:?}");
            self.text = self.text.replacen(old, new, 1);
            self.history.changed("a", &before, &self.snapshot());
        }

        fn done(&self) -> Vec<String> {
            let shown = |edit: &RecentEdit| format!("{} > {}", edit.removed.join("|"), edit.added.join("|"));
            self.history.done.iter().map(|(_, edit)| shown(edit)).collect()
        }
    }

    #[test]
    fn an_edit_is_over_when_the_user_goes_on_elsewhere() {
        let mut session = Session::new();
        for typed in ["line 10x", "line 10xy", "line 10xyz"] {
            let old = typed[..typed.len() - 1].to_owned() + "\n";
            session.replace(&old, &format!("{typed}\n"));
        }
        session.replace("line 12\n", "line twelve\n");
        assert_eq!(session.done(), [""; 0], "it is under way");
        session.replace("line 50\n", "line fifty\n");
        assert_eq!(session.done(), ["line 10|line 11|line 12 > line 10xyz|line 11|line twelve"]);
        session.history.came_to("a");
        assert_eq!(session.done().len(), 1);
        session.history.came_to("b");
        assert_eq!(session.done().len(), 2);
    }

    #[test]
    fn lines_changed_back_are_no_edit_and_lines_changed_twice_are_one() {
        let mut session = Session::new();
        session.replace("line 10\n", "LINE\n");
        session.replace("line 50\n", "line fifty\n");
        session.replace("LINE\n", "Line ten\n");
        session.history.end();
        assert_eq!(session.done(), ["line 50 > line fifty", "line 10 > Line ten"]);
        session.replace("line fifty\n", "line 50\n");
        session.history.end();
        assert_eq!(session.done(), ["line 10 > Line ten"]);
    }

    #[test]
    fn visible_edits_are_left_out_and_the_history_is_short() {
        let mut session = Session::new();
        for n in 0..40 {
            session.replace(&format!("line {n}\n"), &format!("LINE {n}\n"));
            session.history.end();
        }
        assert_eq!(session.done().len(), MAX_EDITS);
        assert_eq!(session.history.elsewhere(&session.snapshot(), Offset(0)), []);
        let other = Snapshot::new("other", 1, Language::PLAIN);
        assert_eq!(session.history.elsewhere(&other, Offset(0)).len(), MAX_EDITS);
    }
}
