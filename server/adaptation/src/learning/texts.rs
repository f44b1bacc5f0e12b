//! The texts to learn from: the files of a repository and what was lately written into them, or cases.

use std::collections::BTreeMap;

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_learn::phrases::Kind;
use housestyle_review::History;
use housestyle_text::secrets;
use housestyle_workspace::history::{case_holds_secret, holds_secret};

use crate::error::Error;

/// Commits whose additions count as recent, where no revision is given.
const RECENT: usize = 50;
/// Larger files are not written by hand.
const LARGEST: usize = 512 << 10;
/// Nor are files with longer lines.
const LONGEST_LINE: usize = 2000;

/// A text to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The file.
    pub path: String,
    /// Whether the text is a file or an edit.
    pub kind: Kind,
    /// The text itself.
    pub text: String,
}

/// The texts, and the number of skipped files.
#[derive(Debug, Default)]
pub struct Texts {
    /// The texts.
    pub texts: Vec<Text>,
    /// Files that were not added: not text, generated, or excluded by the settings.
    pub skipped: usize,
    /// Whether the texts extend the phrase cache; otherwise they replace it.
    pub adds: bool,
}

impl Texts {
    /// Adds a text, unless it is generated, the settings exclude it, or it contains a secret.
    pub fn add(&mut self, path: &str, kind: Kind, text: &str, settings: &Settings) {
        if text.len() > LARGEST
            || text.contains('\0')
            || text.lines().any(|line| line.len() > LONGEST_LINE)
            || settings.disabled_by(path).is_some()
            || holds_secret(text)
        {
            self.skipped += usize::from(kind == Kind::File);
        } else if !text.trim().is_empty() {
            self.texts.push(Text { path: path.to_owned(), kind, text: text.replace("\r\n", "\n") });
        }
    }
}

/// Returns the texts of cases: of each path the latest text is the file, and each middle an edit in it. A case with a
/// secret gives neither.
pub(crate) fn of_cases(cases: &[Case], settings: &Settings) -> Texts {
    let mut out = Texts::default();
    let mut latest = BTreeMap::new();
    for case in cases {
        // What stands around the edit may name the secret that is in it.
        if !case_holds_secret(case) {
            out.add(&case.path, Kind::Edit, &written(case), settings);
        }
        let latest_case = latest.entry(case.path.as_str()).or_insert(case);
        // Of equally late ones the last line counts.
        if case.time >= latest_case.time {
            *latest_case = case;
        }
    }
    for (path, case) in latest {
        out.add(path, Kind::File, &format!("{}{}{}", case.prefix, case.middle, case.suffix), settings);
    }
    out
}

/// Returns the middle of a case, with the beginning of its first line.
pub(crate) fn written(case: &Case) -> String {
    let line = case.prefix.rfind('\n').map_or(0, |at| at + 1);
    format!("{}{}\n", &case.prefix[line..], case.middle)
}

/// Reads the files of HEAD below the folder `inside` of the repository, and the texts that the latest commits wrote
/// into them: the commits after `since`, or the last commits where `since` is missing.
///
/// # Errors
/// When a commit cannot be read.
pub(crate) fn of_git(
    history: &History,
    since: Option<&str>,
    inside: &str,
    settings: &Settings,
) -> Result<Texts, Error> {
    let mut out = Texts::default();
    let first = if since.is_some() { 0 } else { history.len().saturating_sub(RECENT) };
    for index in first..history.len() {
        let commit = history.read(index)?.commit;
        // A file that is new as a whole is learned as a file.
        for change in commit.files.iter().filter(|change| !change.old.is_empty()) {
            let Some(path) = change.path.strip_prefix(inside) else { continue };
            for hunk in change.hunks.iter().filter(|hunk| !hunk.new.is_empty()) {
                let before =
                    change.new[..hunk.new.start].split_inclusive('\n').next_back().unwrap_or_default();
                let part = hunk.new.start - before.len()..hunk.new.end;
                if !secrets::is_in(&change.new, part.clone()) {
                    out.add(path, Kind::Edit, change.new.get(part).unwrap_or_default(), settings);
                }
            }
        }
    }
    let counts = history.files(|file| {
        if let Some(path) = file.path.strip_prefix(inside) {
            out.add(path, Kind::File, &file.text, settings);
        }
    });
    out.skipped += counts?.iter().map(|(_, count)| count).sum::<usize>();
    Ok(out)
}

#[cfg(test)]
mod tests {
    use git2::Repository;
    use housestyle_complete::eval::parse_cases;
    use housestyle_review::HistoryOptions;
    use serde_json::json;

    use super::*;

    fn check(texts: &Texts, expected: &[(&str, Kind, &str)]) {
        let got: Vec<(&str, Kind, &str)> =
            texts.texts.iter().map(|t| (t.path.as_str(), t.kind, t.text.as_str())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn of_cases_the_latest_text_of_a_path_is_its_file() {
        let lines = [
            r#"{"path": "a.rs", "prefix": "x\nlet a = ", "suffix": ";\n", "middle": "1", "time": 2}"#,
            r#"{"path": "a.rs", "prefix": "old = ", "suffix": "", "middle": "0", "time": 1}"#,
            r#"{"path": ".env", "prefix": "KEY=", "suffix": "", "middle": "secret", "time": 1}"#,
        ];
        let cases = parse_cases(&lines.join("\n")).expect("cases");
        let texts = of_cases(&cases, &Settings::default());
        check(
            &texts,
            &[
                ("a.rs", Kind::Edit, "let a = 1\n"),
                ("a.rs", Kind::Edit, "old = 0\n"),
                ("a.rs", Kind::File, "x\nlet a = 1;\n"),
            ],
        );
        assert_eq!(texts.skipped, 1);
    }

    #[test]
    fn of_cases_a_secret_is_seen_by_what_stands_around_it() {
        // Put together here, so that no secret stands in this file.
        let value = ["q7Rt", "2xWp", "9LmZ"].concat();
        let case = |name: &str| {
            let case = json!({
                "path": "a.yaml", "time": 1, "prefix": format!("- name: {name}\n  value: "), "middle": value, "suffix": "\n",
            });
            parse_cases(&case.to_string()).expect("a case")
        };
        let texts = |name: &str| of_cases(&case(name), &Settings::default()).texts;
        assert_eq!(texts("DB_PASSWORD"), []);
        assert_eq!(texts("REGION").len(), 2);
    }

    /// Commits the files of a folder as they are.
    fn commit(repository: &Repository, message: &str) {
        let mut index = repository.index().expect("an index");
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).expect("added");
        let tree = repository.find_tree(index.write_tree().expect("written")).expect("a tree");
        let ann = git2::Signature::now("Ann", "ann@example.org").expect("a name");
        let parent = repository.head().ok().map(|head| head.peel_to_commit().expect("a commit"));
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        repository.commit(Some("HEAD"), &ann, &ann, message, &tree, &parents).expect("a commit");
    }

    #[test]
    fn of_git_head_counts_and_what_was_added_since() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &[u8]| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("written");
        };
        let settings = Settings::default();
        let read = |since: Option<&str>, inside: &str| {
            let options = HistoryOptions { since: since.map(str::to_owned), ..HistoryOptions::default() };
            let history = History::open(folder.path(), options).expect("a history");
            of_git(&history, since, inside, &settings).expect("texts")
        };
        let repository = Repository::init(folder.path()).expect("a repository");
        write("src/a.rs", b"one\ntwo\nthree\n");
        write("b.bin", b"\xff\xfe\0");
        write("conf/.env", b"KEY=secret\n");
        write("key.txt", format!("one\nkey = \"AKIA{}\"\n", "Q3EXZ7PLKJ2MNB4T").as_bytes());
        write("min.js", "x".repeat(3000).as_bytes());
        let body = "q7Rt2xWp9LmZ".repeat(5);
        let key = |last: &str| format!("-----BEGIN RSA {}-----\n{body}\n{body}\n{last}\n", "PRIVATE KEY");
        write("notes.txt", key(&body).as_bytes());
        commit(&repository, "first");
        write("src/a.rs", b"one\ntwo\nnew\nthree\n");
        // What is changed of a key does not look like one.
        write("notes.txt", key(&body.to_uppercase()).as_bytes());
        commit(&repository, "second");
        write("src/a.rs", b"not committed");
        let texts = read(None, "");
        check(
            &texts,
            &[("src/a.rs", Kind::Edit, "two\nnew\n"), ("src/a.rs", Kind::File, "one\ntwo\nnew\nthree\n")],
        );
        assert_eq!(texts.skipped, 5);
        check(&read(Some("HEAD"), "src/"), &[("a.rs", Kind::File, "one\ntwo\nnew\nthree\n")]);
    }
}
