//! What source files may not hold.

/// Crates that get files, clock, network and environment as arguments.
const PURE: &[&str] =
    &["server/text/src/", "server/complete/src/", "server/skills/src/", "server/learn/src/"];

/// What would get around that.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "std::io",
    "std::{",
    "Instant",
    "SystemTime",
];

/// Names of people in examples.
const PEOPLE: &[&str] = &["ann", "me", "you", "user"];

/// Returns the part of a source that is compiled into the program, without comments.
fn product(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = source.find("#[cfg(test)]\nmod tests {").unwrap_or(source.len());
    let code = |line| str::split(line, "//").next().unwrap_or_default();
    source[..end].lines().enumerate().map(move |(n, line)| (n + 1, code(line)))
}

/// Returns what makes a source of a pure crate impure.
fn impurities(source: &str) -> Vec<String> {
    let found = product(source)
        .flat_map(|(n, line)| IMPURE.iter().filter(|word| line.contains(**word)).map(move |word| (n, word)));
    found.map(|(n, word)| format!("{n}: `{word}` in a crate that takes the outside as arguments")).collect()
}

/// Returns whether a file is compiled for tests only.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Returns places of one machine that a text names: the checkout, or somebody's home.
fn machine_paths(text: &str, checkout: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let mut complain = |at: usize| {
            let place: String = line[at..].chars().take(40).collect();
            found.push(format!("{}: `{place}` is a place of one machine", n + 1));
        };
        for (at, _) in line.match_indices(checkout) {
            let before = line[..at].chars().next_back();
            if before.is_none_or(|c| c.is_whitespace() || "\"'`=(".contains(c)) {
                complain(at);
            }
        }
        for home in ["/home/", "/Users/", "/root/", "\\Users\\"] {
            for (at, _) in line.match_indices(home) {
                let before = line[..at].chars().next_back();
                let within = before.is_some_and(|c| c.is_alphanumeric() || "_-.})]>*".contains(c));
                let owner: String = line[at + home.len()..]
                    .trim_start_matches('\\')
                    .chars()
                    .take_while(|c| c.is_alphanumeric())
                    .collect();
                if !within && !PEOPLE.contains(&owner.as_str()) {
                    complain(at);
                }
            }
        }
    }
    found
}

/// Returns the complaints of `check` about the files that `which` takes.
fn scan(which: impl Fn(&str) -> bool, check: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let files: Vec<_> = super::texts().into_iter().filter(|file| which(&file.path)).collect();
    assert!(!files.is_empty(), "nothing to scan");
    let complain =
        |file: &super::Text| check(&file.text).into_iter().map(|c| format!("{}:{c}", file.path)).collect();
    files.iter().flat_map(|file| -> Vec<String> { complain(file) }).collect()
}

#[test]
fn pure_crates_take_the_outside_as_arguments() {
    let pure = |path: &str| PURE.iter().any(|folder| path.starts_with(folder)) && !is_test(path);
    super::none(&scan(|path| pure(path) && path.ends_with(".rs"), impurities));
}

#[test]
fn every_source_says_first_what_it_is() {
    let header = |text: &str| match text.starts_with("//! ") {
        true => vec![],
        false => vec!["1: the first line does not say what the file is (`//! ...`)".to_owned()],
    };
    super::none(&scan(|path| path.ends_with(".rs"), header));
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let checkout = super::root().to_string_lossy().into_owned();
    assert!(checkout.len() > 3, "a checkout at `{checkout}` cannot be told from other text");
    // This file holds such places on purpose.
    super::none(&scan(|path| path != "tests/arrows/sources.rs", |text| machine_paths(text, &checkout)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impure_code_is_found_and_comments_and_tests_are_not() {
        let check =
            |source: &str, expected: usize| assert_eq!(impurities(source).len(), expected, "{source}");
        check("use std::fs;", 1);
        check("use std::{cmp, fs};", 1);
        check("let now = std::time::Instant::now();", 1);
        check("let home = std::env::var(\"HOME\");", 1);
        check("use std::time::Duration; // never std::time::Instant", 0);
        check("/// Not like `std::fs`.\nfn f() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}", 0);
        assert!(is_test("server/text/src/syntax/tests.rs") && !is_test("server/text/src/syntax.rs"));
    }

    #[test]
    fn places_of_one_machine_are_found_and_examples_are_not() {
        let check = |text: &str, expected: usize| {
            assert_eq!(machine_paths(text, "/srv/checkout").len(), expected, "{text}");
        };
        check("see /srv/checkout/README.md", 1);
        check("file:///srv/checkout/a.rs is an example", 0);
        check("cd /home/carol/housestyle", 1);
        check("open /Users/carol/a", 1);
        check("open C:\\Users\\carol\\a or \"C:\\\\Users\\\\carol\"", 2);
        check("cat /root/.cache/x", 1);
        check("$dir/root/usr and {folder}/home/models", 0);
        check("/home/ann/.config and C:\\Users\\me", 0);
    }
}
