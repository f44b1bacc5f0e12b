//! Checks of the pages and scripts: their links and files exist, and the map names every crate.

use super::{Text, root, texts};

/// Endings by which a path in backticks is known to be meant as a file of ours.
const ENDINGS: &[&str] = &[".rs", ".md", ".toml", ".lua", ".sh", ".py", ".txt", ".jsonl", "/run"];

/// Returns whether a file is a page about the repository, and not data.
fn is_page(path: &str) -> bool {
    path.ends_with(".md") && !path.starts_with("tests/evals/cases/")
}

/// Returns the targets of a page's relative links, without their anchors.
fn links(page: &str) -> Vec<&str> {
    let targets = page.match_indices("](").filter_map(|(at, _)| page[at + 2..].split([')', ' ']).next());
    let paths = targets.map(|target| target.split('#').next().unwrap_or_default());
    paths.filter(|path| !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:")).collect()
}

/// Returns the paths of files that a page names in backticks, without names that have a variable part.
fn names(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2).filter(|name| is_name(name)));
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let known = text.ends_with('/') || ENDINGS.iter().any(|ending| text.ends_with(ending));
    plain && known && text.contains('/') && !text.starts_with('/') && !text.starts_with("target/")
}

/// Returns the dead links and absent files of a page. A link is relative to its page; a name may also be relative to
/// the root or to `server`.
fn dead(page: &Text, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let here = |path: &str| tidy(&format!("{folder}/{path}"));
    let mut found = Vec::new();
    for link in links(&page.text) {
        if !here(link).is_some_and(|path| exists(&path)) {
            found.push(format!("{}: the link to {link} leads nowhere", page.path));
        }
    }
    for name in names(&page.text) {
        let meant = [here(name), tidy(name), tidy(&format!("server/{name}"))];
        if !meant.iter().flatten().any(|path| exists(path)) {
            found.push(format!("{}: there is no {name}", page.path));
        }
    }
    found
}

/// Returns whether a file is a script of a shell or of Python.
fn is_script(file: &Text) -> bool {
    let first = file.text.lines().next().unwrap_or_default();
    let by_name = file.path.ends_with(".sh") || file.path.ends_with(".py");
    by_name || first.starts_with("#!") && (first.ends_with("sh") || first.ends_with("python3"))
}

/// Returns the paths that a script names from the repository's root on: paths that start with one of `folders`, and
/// have no variable part.
fn script_paths<'a>(script: &'a str, folders: &[&str]) -> Vec<&'a str> {
    let in_path = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let mut found = Vec::new();
    for line in script.lines() {
        let mut at = 0;
        for word in line.split(|c| !in_path(c)) {
            let (before, after) = (&line[..at], &line[at + word.len()..]);
            at += word.len() + after.chars().next().map_or(0, char::len_utf8);
            // `$root/tests/run` and `"$root"/tests/run` start with the root; other variables lead elsewhere.
            let from_root = match word {
                _ if before.ends_with('$') => word.strip_prefix("root/"),
                _ if before.ends_with("$root\"") || before.ends_with("${root}") => word.strip_prefix('/'),
                _ => None,
            };
            let name = from_root.unwrap_or(word);
            let variable = from_root.is_none() && before.ends_with(['$', '}', '*', '~', '>', ']']);
            let open = after.starts_with(['$', '{', '*', '[', '<']);
            let name = name.trim_end_matches(['.', '/']);
            let inside = name.split_once('/').is_some_and(|(folder, _)| folders.contains(&folder));
            if inside && !variable && !open {
                found.push(name);
            }
        }
    }
    found
}

/// Returns a path without `.` and `..`, or nothing when it leaves the repository.
pub(super) fn tidy(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the crates that a map passes over: each is to have a heading with its folder in backticks.
fn unmapped<'a>(map: &str, folders: &[&'a str]) -> Vec<&'a str> {
    let headings: Vec<&str> = map.lines().filter(|line| line.starts_with('#')).collect();
    let mapped = |folder: &str| headings.iter().any(|heading| heading.contains(&format!("`{folder}`")));
    folders.iter().copied().filter(|folder| !mapped(folder)).collect()
}

#[test]
fn what_the_pages_point_at_exists() {
    let pages: Vec<Text> = texts().into_iter().filter(|file| is_page(&file.path)).collect();
    assert!(pages.len() > 5, "{} pages", pages.len());
    let exists = |path: &str| root().join(path).exists();
    let complaints: Vec<String> = pages.iter().flat_map(|page| dead(page, exists)).collect();
    super::none(&complaints);
}

#[test]
fn what_the_scripts_point_at_exists() {
    let scripts: Vec<Text> = texts().into_iter().filter(is_script).collect();
    let has = |path: &str| scripts.iter().any(|script| script.path == path);
    assert!(has("tests/run") && has(".ci/run") && has("tests/nvim/run.sh"));
    assert!(has("tests/bench/run") && has("tests/bench/check.py"));
    let entries = std::fs::read_dir(root()).expect("the root").flatten();
    let names = entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
    let names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    let folders: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !super::MADE.contains(name)).collect();
    let mut complaints = Vec::new();
    for script in &scripts {
        for path in script_paths(&script.text, &folders) {
            if !root().join(path).exists() {
                complaints.push(format!("{}: there is no {path}", script.path));
            }
        }
    }
    super::none(&complaints);
}

#[test]
fn the_map_names_every_crate() {
    let files = texts();
    let crates: Vec<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_suffix("/Cargo.toml"))
        .filter_map(|folder| folder.strip_prefix("server/").or((folder == "tests").then_some(folder)))
        .filter(|folder| !folder.contains('/'))
        .collect();
    assert!(crates.len() >= 7, "{crates:?}");
    let map = files.iter().find(|file| file.path == "server/ARCHITECTURE.md").expect("the map");
    assert_eq!(unmapped(&map.text, &crates), Vec::<&str>::new(), "server/ARCHITECTURE.md passes over crates");
}

/// Returns the tests that a table below a heading names in backticks in its last column.
fn named_tests<'a>(page: &'a str, heading: &str) -> Vec<&'a str> {
    let section = page.split_once(heading).map_or("", |(_, after)| after);
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    let last = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    last.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

/// The page that compares Housestyle with other tools, each feature with its test.
const PEERS: &str = "server/PEERS.md";
/// The page of threats, each with its test.
const SECURITY: &str = "server/SECURITY.md";

#[test]
fn what_is_said_of_the_peers_is_tested() {
    check_named_tests(PEERS, "\n## Features\n", 20);
}

#[test]
fn what_is_said_of_threats_is_tested() {
    check_named_tests(SECURITY, "\n## Who approves\n", 8);
    check_named_tests(SECURITY, "\n## Whose settings hold\n", 8);
    check_named_tests(SECURITY, "\n## What an adapter's papers are worth\n", 8);
    check_named_tests(SECURITY, "\n## Hostile repositories and broken messages\n", 15);
    check_named_tests(SECURITY, "\n## Tokens and jobs\n", 6);
    check_named_tests(SECURITY, "\n## Which team's rules hold\n", 6);
    check_named_tests(SECURITY, "\n## State on this machine\n", 8);
}

/// Checks that the tests exist which a page names below a heading, at least so many.
#[track_caller]
fn check_named_tests(path: &str, heading: &str, least: usize) {
    let files = texts();
    let page = files.iter().find(|file| file.path == path).expect("the page");
    let named = named_tests(&page.text, heading);
    assert!(named.len() > least, "{named:?}");
    let is_code = |file: &&Text| !is_page(&file.path);
    let is_test = |name: &str| {
        // A property test has parameters.
        let (function, title) = (format!("fn {name}("), format!("'{name}'"));
        files.iter().filter(is_code).any(|file| file.text.contains(&function) || file.text.contains(&title))
    };
    let missing: Vec<String> = named
        .iter()
        .filter(|name| !is_test(name))
        .map(|name| format!("{path}: there is no test {name}"))
        .collect();
    super::none(&missing);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let page = Text { path: "server/PAGE.md".to_owned(), text: text.to_owned() };
        let there = ["server/lsp/src/lib.rs", "README.md", "tests/run", "server/STYLE.md"];
        let found = dead(&page, |path| there.contains(&path));
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.ends_with(expected), "{found}");
        }
    }

    #[test]
    fn dead_links_are_found() {
        check("[a](STYLE.md), [b](../README.md#top), [c](https://example.org/x), [d](#here)", &[]);
        check("[a](MISSING.md)", &["the link to MISSING.md leads nowhere"]);
        check("[a](../../elsewhere.md)", &["the link to ../../elsewhere.md leads nowhere"]);
    }

    #[test]
    fn names_of_absent_files_are_found() {
        check("`lsp/src/lib.rs`, `server/lsp/src/lib.rs` and `tests/run`", &[]);
        check("`lsp/src/gone.rs`", &["there is no lsp/src/gone.rs"]);
        check("`textDocument/didOpen`, `<crate>/src/lib.rs`, `target/x.md`, `lib.rs`", &[]);
        check("```\n`lsp/src/gone.rs`\n```\n`gone/x.md`", &["there is no gone/x.md"]);
    }

    #[test]
    fn paths_in_scripts_are_found() {
        let check = |script: &str, expected: &[&str]| {
            assert_eq!(script_paths(script, &["tests", "server"]), expected, "{script}");
        };
        check("# see tests/nvim/README.md.\ntests/run fast", &["tests/nvim/README.md", "tests/run"]);
        check("cd \"$root/server/cli\" && cp x=tests/a.sh ./b", &["server/cli", "tests/a.sh"]);
        check("\"$root\"/tests/run $here/tests/run \"$dir\"/server/node", &["tests/run"]);
        check("tests/$name tests/*.sh target/tests/x /usr/tests/x ${x}/tests/y tests/", &[]);
        check("(tests/a/b says what it needs)", &["tests/a/b"]);
        check("page = os.path.join(root, \"tests/bench/README.md\")", &["tests/bench/README.md"]);
    }

    #[test]
    fn crates_without_a_heading_are_found() {
        let map = "# Map\n## `text`\nSee `lsp`.";
        assert_eq!(unmapped(map, &["text", "lsp"]), ["lsp"]);
    }
}
