//! The journal as training data: accepted suggestions that survived, as cases.

use std::time::SystemTime;

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_journal::{AcceptedEdit, Journal, JournalError, Number, Stamp};
use housestyle_text::secrets;

use crate::workspace::Workspace;

/// An accepted suggestion as a case to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalCase {
    /// The hole, and its text at the later check.
    pub case: Case,
    /// The weight in training: the share of the accepted text that survived, above 0.
    pub weight: f32,
    /// The suggestion, by the event that offered it: what a manifest cites, and what can be forgotten.
    pub entry: Number,
}

/// Returns the cases of a workspace's journal; none where there is no journal.
///
/// # Errors
/// When the journal is there and cannot be read.
pub fn of_workspace(workspace: &Workspace, settings: &Settings) -> Result<Vec<JournalCase>, JournalError> {
    let journal = Journal::open_sound(&workspace.journal(), Stamp::of(SystemTime::now()))?;
    journal.map_or_else(|| Ok(Vec::new()), |journal| cases(&journal, settings))
}

/// Returns what the accepted suggestions of a journal teach, oldest first. Those that have not stood yet, that were
/// taken back or typed by hand teach nothing, nor does what would not enter the journal today: files that the settings
/// disable, and secrets by the rules of this version.
///
/// # Errors
/// When the journal cannot be read.
pub fn cases(journal: &Journal, settings: &Settings) -> Result<Vec<JournalCase>, JournalError> {
    let mut found: Vec<JournalCase> = Vec::new();
    for edit in journal.accepted_edits()? {
        let excluded = secrets::is_secret_path(&edit.path) || settings.disabled_by(&edit.path).is_some();
        if edit.weight <= 0.0 || excluded {
            continue;
        }
        let Some(latest) = case_of(edit) else { continue };
        // The same text was accepted again after a revert: the last check counts.
        found.retain(|known| !same(&known.case, &latest.case));
        found.push(latest);
    }
    Ok(found)
}

fn same(a: &Case, b: &Case) -> bool {
    (&a.path, &a.prefix, &a.middle, &a.suffix) == (&b.path, &b.prefix, &b.middle, &b.suffix)
}

/// Returns the case of an edit; `None` where the edit contains a secret.
fn case_of(edit: AcceptedEdit) -> Option<JournalCase> {
    let (prefix, suffix) = secrets::cut_around(&edit.before, &edit.text, &edit.after).ok()?;
    let case = Case {
        path: edit.path,
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        middle: edit.text.clone(),
        time: edit.time.0 as f64 / 1e3,
        ..Case::default()
    };
    Some(JournalCase { case, weight: edit.weight as f32, entry: edit.id })
}

#[cfg(test)]
mod tests {
    use housestyle_journal::{CheckTime, Fact, Offered, RetentionCheck, Stamp, Taken, Text, retention};

    use super::*;

    /// Records an accepted suggestion, with the text in its place at a later check.
    fn accept(journal: &mut Journal, path: &str, text: &str, check: Option<(CheckTime, &str)>) -> Number {
        let offered = Fact::Offered(Offered { language: "rust".to_owned(), ..Offered::default() });
        let named = Text { path: path.to_owned(), text: text.to_owned(), ..Text::default() };
        let entry = journal.append(Stamp(1_000), None, &offered, Some(&named)).expect("written");
        let taken = Fact::Accepted(Taken { accepted: text.len(), length: text.len(), ..Taken::default() });
        let around = Text {
            before: "let x = ".to_owned(),
            text: text.to_owned(),
            after: "\n".to_owned(),
            ..Text::default()
        };
        journal.append(Stamp(2_000), Some(entry), &taken, Some(&around)).expect("written");
        if let Some((when, later)) = check {
            let account = retention(text, later);
            let (accepted, retained, current) = (account.accepted, account.retained, account.current);
            let fact =
                Fact::RetentionChecked(RetentionCheck { when, commit: None, accepted, retained, current });
            let text = Text { text: later.to_owned(), ..Text::default() };
            journal.append(Stamp(3_000), Some(entry), &fact, Some(&text)).expect("written");
        }
        entry
    }

    #[test]
    fn a_case_weighs_the_share_that_was_retained() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::open(&folder.path().join("journal.db")).expect("a journal");
        let key = format!("login(\"{}{}\");", "ghp_", "0123456789abcdefghijABCDEFGHIJ012345");
        accept(&mut journal, "a.rs", "fresh();", None);
        accept(&mut journal, "a.rs", "closed();", Some((CheckTime::Closed, "closed();")));
        accept(&mut journal, "a.rs", "reverted();", Some((CheckTime::AfterDelay, "")));
        accept(&mut journal, "a.rs", &key, Some((CheckTime::AfterDelay, &key)));
        accept(&mut journal, ".env", "five();", Some((CheckTime::AfterDelay, "five();")));
        accept(&mut journal, "off/a.rs", "five();", Some((CheckTime::AfterDelay, "five();")));
        accept(&mut journal, "a.rs", "twice();", Some((CheckTime::AfterDelay, "twice();")));
        let retained = accept(&mut journal, "a.rs", "twice();", Some((CheckTime::Commit, "twice();")));
        let mended = accept(&mut journal, "b.rs", "one(two);", Some((CheckTime::Closed, "one(three);")));
        let settings = Settings { disabled: vec!["off/**".to_owned()], ..Settings::default() };
        let read = cases(&journal, &settings).expect("readable");
        let summary: Vec<_> = read.iter().map(|t| (t.entry, t.case.middle.as_str(), t.weight)).collect();
        assert_eq!(summary, [(retained, "twice();", 1.0), (mended, "one(three);", 0.8)]);
        assert_eq!((read[0].case.prefix.as_str(), read[0].case.time), ("let x = ", 3.0));
    }
}
