//! The texts to learn from: the files of a repository and what was lately written into them, or cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git2::{DiffOptions, ObjectType, Oid, Patch, Repository, Tree, TreeWalkMode, TreeWalkResult};
use housestyle_complete::Settings;
use housestyle_complete::eval::parse_cases;
use housestyle_learn::phrases::Kind;

use crate::failure::Failure;
use crate::workspace;

/// Commits whose additions count as recent, where no revision is given.
const RECENT: usize = 50;
/// Larger files are not written by hand.
const LARGEST: usize = 512 << 10;
/// Nor are files with longer lines.
const LONGEST_LINE: usize = 2000;

/// A text to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// The texts, and how many files were passed over.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) texts: Vec<Text>,
    pub(super) passed_over: usize,
}

impl Texts {
    fn add(&mut self, path: &str, kind: Kind, text: &str, settings: &Settings) {
        if text.len() > LARGEST
            || text.contains('\0')
            || text.lines().any(|line| line.len() > LONGEST_LINE)
            || settings.disabled_by(path).is_some()
        {
            self.passed_over += usize::from(kind == Kind::File);
        } else if !text.trim().is_empty() {
            self.texts.push(Text { path: path.to_owned(), kind, text: text.replace("\r\n", "\n") });
        }
    }
}

/// Reads cases: of each path the latest text is the file, and each middle an edit in it.
///
/// # Errors
/// When the file cannot be read or holds no cases.
pub(super) fn of_cases(file: &Path, settings: &Settings) -> Result<Texts, Failure> {
    let wrong = |why: String| Failure::Usage(format!("--from {}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let cases = parse_cases(&text).map_err(|error| wrong(error.to_string()))?;
    if cases.is_empty() {
        return Err(wrong("there is no case in it".to_owned()));
    }
    let mut out = Texts::default();
    let mut latest = BTreeMap::new();
    for case in &cases {
        let line = case.prefix.rfind('\n').map_or(0, |at| at + 1);
        out.add(&case.path, Kind::Edit, &format!("{}{}\n", &case.prefix[line..], case.middle), settings);
        let known = latest.entry(case.path.as_str()).or_insert(case);
        // Of equally late ones the last line counts.
        if case.time >= known.time {
            *known = case;
        }
    }
    for (path, case) in latest {
        out.add(path, Kind::File, &format!("{}{}{}", case.prefix, case.middle, case.suffix), settings);
    }
    Ok(out)
}

/// Reads the files of HEAD that lie in the workspace, and what was written into them after `since`.
///
/// # Errors
/// When the workspace has no repository, no commit, or no such revision.
pub(super) fn of_git(folder: &Path, since: Option<&str>, settings: &Settings) -> Result<Texts, Failure> {
    let failed = |what: &str, error: git2::Error| {
        Failure::Environment(format!("{}: {what}: {}", folder.display(), error.message()))
    };
    let repository = Repository::discover(folder)
        .map_err(|error| failed("no git repository to learn from; use `--from FILE.jsonl`", error))?;
    let head = repository.head().and_then(|head| head.peel_to_commit());
    let head = head.map_err(|error| failed("no commit to learn from", error))?;
    let tree = head.tree().map_err(|error| failed("the tree of HEAD cannot be read", error))?;
    let before = match since {
        Some(revision) => repository
            .revparse_single(revision)
            .and_then(|object| object.peel_to_tree())
            .map_err(|error| Failure::Usage(format!("--since {revision}: {}", error.message())))?,
        None => {
            let mut commit = head;
            for _ in 0..RECENT {
                // A shallow clone ends before its history does.
                let Ok(parent) = commit.parent(0) else { break };
                commit = parent;
            }
            commit.tree().map_err(|error| failed("the tree of an earlier commit cannot be read", error))?
        }
    };
    // Paths are told as `complete` tells them, relative to the workspace.
    let inside = repository.workdir().and_then(|root| {
        let [root, folder] = [root, folder].map(|path| path.canonicalize().ok());
        Some(workspace::relative(&root?, &folder?)).filter(|path| !path.is_empty()).map(|path| path + "/")
    });
    let inside = inside.unwrap_or_default();
    let mut out = Texts::default();
    edits(&repository, &before, &tree, &inside, settings, &mut out)
        .map_err(|error| failed("its last changes cannot be read", error))?;
    let mut blobs: Vec<(String, Oid)> = Vec::new();
    let walked = tree.walk(TreeWalkMode::PreOrder, |parent, entry| {
        // A path that is not UTF-8 is none that an editor could name.
        if let (Some(ObjectType::Blob), Ok(name)) = (entry.kind(), entry.name())
            && let Some(path) = format!("{parent}{name}").strip_prefix(&inside)
        {
            blobs.push((path.to_owned(), entry.id()));
        }
        TreeWalkResult::Ok
    });
    walked.map_err(|error| failed("the tree of HEAD cannot be read", error))?;
    for (path, id) in blobs {
        let blob = repository.find_blob(id).map_err(|error| failed(&path, error))?;
        match std::str::from_utf8(blob.content()) {
            Ok(text) => out.add(&path, Kind::File, text, settings),
            Err(_) => out.passed_over += 1,
        }
    }
    Ok(out)
}

/// Adds what was written between two trees, each run of new lines with the line before it.
fn edits(
    repository: &Repository,
    before: &Tree<'_>,
    after: &Tree<'_>,
    inside: &str,
    settings: &Settings,
    out: &mut Texts,
) -> Result<(), git2::Error> {
    let mut options = DiffOptions::new();
    options.context_lines(1).max_size(LARGEST as i64);
    let diff = repository.diff_tree_to_tree(Some(before), Some(after), Some(&mut options))?;
    for n in 0..diff.deltas().len() {
        let Some(patch) = Patch::from_diff(&diff, n)? else { continue };
        let path = patch.delta().new_file().path().and_then(Path::to_str).map(|path| path.replace('\\', "/"));
        let Some(path) = path.as_deref().and_then(|path| path.strip_prefix(inside)) else { continue };
        // A file that is new as a whole is learned as a file.
        if patch.delta().old_file().id().is_zero() {
            continue;
        }
        for hunk in 0..patch.num_hunks() {
            let (mut line_before, mut run) = (String::new(), String::new());
            let lines = patch.num_lines_in_hunk(hunk)?;
            for line in 0..=lines {
                let line = (line < lines).then(|| patch.line_in_hunk(hunk, line)).transpose()?;
                let text = line
                    .as_ref()
                    .and_then(|line| std::str::from_utf8(line.content()).ok())
                    .unwrap_or_default();
                match line.as_ref().map(|line| line.origin()) {
                    Some('+') => run.push_str(text),
                    Some('-') => {}
                    _ => {
                        if !run.is_empty() {
                            out.add(path, Kind::Edit, &format!("{line_before}{run}"), settings);
                        }
                        run.clear();
                        text.clone_into(&mut line_before);
                    }
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &Texts, expected: &[(&str, Kind, &str)]) {
        let got: Vec<(&str, Kind, &str)> =
            texts.texts.iter().map(|t| (t.path.as_str(), t.kind, t.text.as_str())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn of_cases_the_latest_text_of_a_path_is_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("cases.jsonl");
        let lines = [
            r#"{"path": "a.rs", "prefix": "x\nlet a = ", "suffix": ";\n", "middle": "1", "time": 2}"#,
            r#"{"path": "a.rs", "prefix": "old = ", "suffix": "", "middle": "0", "time": 1}"#,
            r#"{"path": ".env", "prefix": "KEY=", "suffix": "", "middle": "secret", "time": 1}"#,
        ];
        std::fs::write(&file, lines.join("\n")).expect("written");
        let texts = of_cases(&file, &Settings::default()).expect("cases");
        check(
            &texts,
            &[
                ("a.rs", Kind::Edit, "let a = 1\n"),
                ("a.rs", Kind::Edit, "old = 0\n"),
                ("a.rs", Kind::File, "x\nlet a = 1;\n"),
            ],
        );
        assert_eq!(texts.passed_over, 1);
        std::fs::write(&file, "{}").expect("written");
        assert!(of_cases(&file, &Settings::default()).is_err());
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
        assert!(matches!(of_git(folder.path(), None, &settings), Err(Failure::Environment(_))));
        let repository = Repository::init(folder.path()).expect("a repository");
        assert!(matches!(of_git(folder.path(), None, &settings), Err(Failure::Environment(_))));
        write("src/a.rs", b"one\ntwo\nthree\n");
        write("b.bin", b"\xff\xfe\0");
        write("conf/.env", b"KEY=secret\n");
        write("min.js", "x".repeat(3000).as_bytes());
        commit(&repository, "first");
        write("src/a.rs", b"one\ntwo\nnew\nthree\n");
        commit(&repository, "second");
        write("src/a.rs", b"not committed");
        let texts = of_git(folder.path(), None, &settings).expect("texts");
        check(
            &texts,
            &[("src/a.rs", Kind::Edit, "two\nnew\n"), ("src/a.rs", Kind::File, "one\ntwo\nnew\nthree\n")],
        );
        assert_eq!(texts.passed_over, 3);
        let texts = of_git(&folder.path().join("src"), Some("HEAD"), &settings).expect("texts");
        check(&texts, &[("a.rs", Kind::File, "one\ntwo\nnew\nthree\n")]);
        assert!(matches!(of_git(folder.path(), Some("nowhere"), &settings), Err(Failure::Usage(_))));
    }
}
