//! The journal as something to learn from: what was taken of us and kept, as cases.

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_journal::{AcceptedEdit, Journal, JournalError, Number};
use housestyle_text::secrets;

use super::capture;

/// What one accepted suggestion teaches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Taught {
    /// The hole, and what stands in it now.
    pub(crate) case: Case,
    /// How much it counts: the share of what was taken that was kept, above 0.
    pub(crate) weight: f32,
    /// The suggestion, by the event that offered it: what a manifest cites, and what can be forgotten.
    pub(crate) entry: Number,
}

/// Returns what the accepted suggestions of a journal teach, oldest first. Those that have not stood yet, that were
/// taken back or typed by hand teach nothing, nor does what would not enter the journal today: files that the settings
/// disable, and secrets by the rules of this version.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) fn cases(journal: &Journal, settings: &Settings) -> Result<Vec<Taught>, JournalError> {
    let mut found: Vec<Taught> = Vec::new();
    for edit in journal.accepted_edits()? {
        let excluded = secrets::is_secret_path(&edit.path) || settings.disabled_by(&edit.path).is_some();
        if edit.weight <= 0.0 || excluded {
            continue;
        }
        let Some(taught) = taught(edit) else { continue };
        // The same taken again, after it was taken back: the last look counts.
        found.retain(|known| !same(&known.case, &taught.case));
        found.push(taught);
    }
    Ok(found)
}

fn same(a: &Case, b: &Case) -> bool {
    (&a.path, &a.prefix, &a.middle, &a.suffix) == (&b.path, &b.prefix, &b.middle, &b.suffix)
}

/// Returns what an edit teaches; nothing where a secret stands in it.
fn taught(edit: AcceptedEdit) -> Option<Taught> {
    let (prefix, suffix) = capture::clean(&edit.before, &edit.text, &edit.after).ok()?;
    let case = Case {
        path: edit.path,
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        middle: edit.text.clone(),
        time: edit.time.0 as f64 / 1e3,
        name: None,
        accept: Vec::new(),
    };
    Some(Taught { case, weight: edit.weight as f32, entry: edit.id })
}

#[cfg(test)]
mod tests {
    use housestyle_journal::{CheckTime, Fact, Offered, RetentionCheck, Stamp, Taken, Text, retention};

    use super::*;

    /// Notes a suggestion that was taken, with what stood there at a later look.
    fn accept(journal: &mut Journal, path: &str, text: &str, later: Option<(CheckTime, &str)>) -> Number {
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
        if let Some((when, later)) = later {
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
    fn what_was_kept_teaches_by_its_share() {
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
        let kept = accept(&mut journal, "a.rs", "twice();", Some((CheckTime::Commit, "twice();")));
        let mended = accept(&mut journal, "b.rs", "one(two);", Some((CheckTime::Closed, "one(three);")));
        let settings = Settings { disabled: vec!["off/**".to_owned()], ..Settings::default() };
        let taught = cases(&journal, &settings).expect("readable");
        let told: Vec<_> = taught.iter().map(|t| (t.entry, t.case.middle.as_str(), t.weight)).collect();
        assert_eq!(told, [(kept, "twice();", 1.0), (mended, "one(three);", 0.8)]);
        assert_eq!((taught[0].case.prefix.as_str(), taught[0].case.time), ("let x = ", 3.0));
    }
}
