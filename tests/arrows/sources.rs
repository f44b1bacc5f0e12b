//! Words and code that source files may not hold.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::paths;
use super::tokens::{Token, product, tokens};
use super::{Text, is_test, texts};

/// The one crate that prints.
const PROGRAM: &str = "server/cli/src/";

/// The crate that uses the network, as its users name it, and the crate that may name it in one module.
const NETWORK: (&str, &str) = ("housestyle_net", "server/adaptation/src/");

/// Sources that open sockets themselves or start programs, each with the reason.
const OUTSIDE: &[(&str, &str)] = &[
    ("server/review/src/propose/message.rs", "a commit is checked by the hooks of the user's repository"),
    ("server/review/src/propose/sign.rs", "a commit is signed by the program that git's configuration names"),
    ("server/cli/src/commands/try_it/skill.rs", "`try` shows a commit as the user's git does"),
    ("server/review/src/ask.rs", "git itself says who the user is and what it ignores, within bounds"),
    ("server/review/src/clone.rs", "the user's git clones every kind of repository that it knows"),
    ("server/cli/src/editors.rs", "`doctor` asks each editor for its version"),
    ("server/net/src/forge/token.rs", "the programs of the forges and git's helpers know the user's token"),
    ("server/net/src/models/wheels.rs", "pip fetches a model that the hub does not give"),
    ("server/cli/src/places.rs", "git lists the files that it does not ignore"),
    ("server/workspace/src/skills/approval.rs", "git verifies a signature with the user's keys"),
    ("server/net/src/git.rs", "the user's git pushes and fetches with the user's credentials"),
];

/// Most lines of a crate, with its tests.
const MOST_LINES: usize = 13_000;

/// Crates that have more, each with the reason.
const LARGE: &[(&str, &str)] = &[];

/// Crates that read no file, clock, network or environment.
const PURE: &[&str] =
    &["server/text/src/", "server/complete/src/", "server/skills/src/", "server/learn/src/"];

/// The paths and types that would get around that.
const IMPURE_PATHS: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "env"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "io"],
    &["tracing"],
];
const IMPURE_TYPES: &[&str] = &["Instant", "SystemTime"];

/// Names of people in examples.
const PEOPLE: &[&str] = &["ann", "me", "you", "user"];

/// Returns what makes a source of a pure crate impure.
fn impurities(source: &str) -> Vec<String> {
    let product = product(source);
    let paths = paths(&product, &[]);
    let paths = paths.iter().filter_map(|path| {
        let impure = IMPURE_PATHS.iter().find(|impure| path.segments.starts_with(impure))?;
        Some((path.line, impure.join("::")))
    });
    let types = product.iter().filter(|token| IMPURE_TYPES.contains(&token.text));
    let found = paths.chain(types.map(|token| (token.line, token.text.to_owned())));
    found.map(|(n, name)| format!("{n}: `{name}` in a crate that takes the outside as arguments")).collect()
}

/// Returns the lines where a source opens sockets itself or starts programs.
fn outside(source: &str) -> Vec<usize> {
    let product = product(source);
    let sockets = |path: &[&str]| matches!(path, ["std" | "tokio", "net", ..]);
    let starts = |path: &[&str]| path.windows(2).any(|pair| pair == ["Command", "new"]);
    let renamed = |path: &super::paths::NamedPath| {
        let name = path.import.and_then(|import| import.name);
        path.segments.ends_with(&["process", "Command"]) && name.is_some_and(|name| name != "Command")
    };
    let paths = paths(&product, &[]);
    let found = paths.iter().filter(|p| sockets(&p.segments) || starts(&p.segments) || renamed(p));
    found.map(|path| path.line).collect()
}

/// Returns the lines where a source uses the network or starts programs and is not listed, and the listed sources
/// that do neither.
fn unlisted(files: &[(&str, &str)], listed: &[(&str, &str)]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, text) in files {
        let lines = outside(text);
        if !lines.is_empty() {
            seen.insert(*path);
        }
        if !listed.iter().any(|(listed, _)| listed == path) {
            let complain =
                |line| format!("{path}:{line}: a socket or a program in a file that is not in `OUTSIDE`");
            complaints.extend(lines.into_iter().map(complain));
        }
    }
    let idle = listed.iter().filter(|(listed, _)| !seen.contains(listed));
    complaints.extend(
        idle.map(|(path, _)| format!("{path}: in `OUTSIDE`, but neither socket nor program is there")),
    );
    complaints
}

/// Returns where a source prints.
fn printing(source: &str) -> Vec<String> {
    let product = product(source);
    let prints = |pair: &&[Token]| {
        ["print", "println", "eprint", "eprintln"].contains(&pair[0].text) && pair[1].text == "!"
    };
    let found = product.windows(2).filter(prints);
    found.map(|pair| format!("{}: `{}!` below the program", pair[0].line, pair[0].text)).collect()
}

/// Returns the modules that name the crate of the network and may not; paths start at the repository's root.
fn network_users(files: &[(&str, &str)]) -> Vec<String> {
    let (network, one_module) = NETWORK;
    let names = |text: &str| tokens(text).iter().any(|token| token.text == network);
    let users = files.iter().filter(|(path, text)| !path.starts_with(PROGRAM) && names(text));
    let mut complaints = Vec::new();
    let mut modules = BTreeSet::new();
    for (path, _) in users {
        match path.strip_prefix(one_module) {
            Some(below) => drop(modules.insert(below.split(['/', '.']).next().unwrap_or_default())),
            None => complaints
                .push(format!("{path}: `{network}` is named by the program and by one module alone")),
        }
    }
    if modules.len() > 1 {
        complaints.push(format!("{one_module}: `{network}` is named in more than one module: {modules:?}"));
    }
    complaints
}

/// Returns the crates with too many lines, and those listed for it that have fewer. A crate is the nearest folder with
/// a manifest.
fn too_large(manifests: &[&str], files: &[(&str, usize)], listed: &[(&str, &str)]) -> Vec<String> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, count) in files {
        let above = |folder: &&&str| path.strip_prefix(**folder).is_some_and(|rest| rest.starts_with('/'));
        if let Some(folder) = manifests.iter().filter(above).max_by_key(|folder| folder.len()) {
            *lines.entry(folder).or_default() += count;
        }
    }
    let mut complaints = Vec::new();
    for (folder, count) in &lines {
        let is_listed = listed.iter().any(|(listed, _)| listed == folder);
        if (*count > MOST_LINES) != is_listed {
            let what = if is_listed { "is in `LARGE`, but is not" } else { "is too large" };
            complaints.push(format!("{folder}: {count} lines, bound {MOST_LINES}: {what}"));
        }
    }
    complaints
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
    let files: Vec<_> = texts().into_iter().filter(|file| which(&file.path)).collect();
    assert!(!files.is_empty(), "nothing to scan");
    let complain =
        |file: &Text| check(&file.text).into_iter().map(|c| format!("{}:{c}", file.path)).collect();
    files.iter().flat_map(|file| -> Vec<String> { complain(file) }).collect()
}

#[test]
fn pure_crates_take_the_outside_as_arguments() {
    let pure = |path: &str| PURE.iter().any(|folder| path.starts_with(folder)) && !is_test(path);
    super::none(&scan(|path| pure(path) && path.ends_with(".rs"), impurities));
}

/// Returns the sources of the crates that are compiled into the program, with their texts.
pub(super) fn product_files(files: &[Text]) -> Vec<(&str, &str)> {
    let is_product = |path: &str| path.starts_with("server/") && path.contains("/src/") && !is_test(path);
    let sources = files.iter().filter(|file| file.path.ends_with(".rs") && is_product(&file.path));
    let found: Vec<_> = sources.map(|file| (file.path.as_str(), file.text.as_str())).collect();
    assert!(found.len() > 100, "{} sources", found.len());
    found
}

#[test]
fn sockets_and_programs_stand_in_listed_files() {
    super::none(&unlisted(&product_files(&texts()), OUTSIDE));
}

#[test]
fn only_the_program_prints() {
    let below =
        |path: &str| path.starts_with("server/") && path.contains("/src/") && !path.starts_with(PROGRAM);
    super::none(&scan(|path| path.ends_with(".rs") && below(path) && !is_test(path), printing));
}

#[test]
fn the_network_has_few_users() {
    let files = texts();
    let users = files.iter().filter(|file| file.path.starts_with("server/") && file.path.ends_with(".rs"));
    let own = |file: &&Text| !file.path.starts_with("server/net/");
    let users: Vec<_> = users.filter(own).map(|file| (file.path.as_str(), file.text.as_str())).collect();
    super::none(&network_users(&users));
}

#[test]
fn no_crate_is_too_large() {
    let files = texts();
    let manifests: Vec<&str> =
        files.iter().filter_map(|file| file.path.strip_suffix("/Cargo.toml")).collect();
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    let sources: Vec<_> = sources.map(|file| (file.path.as_str(), file.text.lines().count())).collect();
    super::none(&too_large(&manifests, &sources, LARGE));
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
        check("use std::{\n    cmp,\n    mem,\n};", 0);
        check("let now = std::time::Instant::now();", 1);
        check("let home = std::env::var(\"HOME\");", 1);
        check("use tracing::info;\ntracing::warn!(n);", 2);
        check("let crates = [\"tracing::info!\"];", 0);
        check("use std::time::Duration; // never std::time::Instant", 0);
        check("/// Not like `std::fs`.\nfn f() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}", 0);
        assert!(is_test("server/text/src/syntax/tests.rs") && !is_test("server/text/src/syntax.rs"));
    }

    #[test]
    fn sockets_and_programs_are_found_unless_listed() {
        let check = |source: &str, expected: &[usize]| assert_eq!(outside(source), expected, "{source}");
        check("use std::net::TcpStream;", &[1]);
        check(
            "use std::{fs,\n    net::{self, TcpListener}};\nfn f() -> tokio::net::TcpStream {}",
            &[1, 1, 3],
        );
        check("fn f() {\n    Command::new(\"git\");\n    std::process::Command::new(\"sh\"); }", &[2, 3]);
        check("use std::process::Command as Program;", &[1]);
        check("use std::process::{Command, Stdio}; // std::net\nlet x = \"Command::new\";", &[]);
        check("#[cfg(test)]\nmod tests { use std::net::TcpStream; }", &[]);

        let files = [("a.rs", "use std::net;"), ("b.rs", "")];
        assert_eq!(unlisted(&files, &[("a.rs", "it is the network's")]), [""; 0]);
        assert_eq!(unlisted(&files, &[]).len(), 1);
        assert_eq!(unlisted(&files, &[("a.rs", ""), ("b.rs", ""), ("c.rs", "")]).len(), 2);
    }

    #[test]
    fn printing_is_found() {
        let check = |source: &str, expected: usize| assert_eq!(printing(source).len(), expected, "{source}");
        check("fn f() { println!(\"a\"); std::eprint!(\"b\") }", 2);
        check("fn f() { writeln!(out, \"println!\")?; print(1); } // eprintln!()", 0);
        check("#[cfg(test)]\nfn f() { println!() }", 0);
    }

    #[test]
    fn the_network_is_named_by_the_program_and_in_one_module() {
        let check = |files: &[(&str, &str)], expected: usize| {
            assert_eq!(network_users(files).len(), expected, "{:?}", network_users(files));
        };
        let named = "use housestyle_net::Http;";
        check(&[("server/cli/src/main.rs", named), ("server/lsp/src/lib.rs", "// housestyle_net")], 0);
        check(&[("server/lsp/src/lib.rs", named)], 1);
        let one = ("server/adaptation/src/remote/mod.rs", named);
        check(&[one, ("server/adaptation/src/remote/stream.rs", named)], 0);
        check(&[one, ("server/adaptation/src/replay.rs", named)], 1);
    }

    #[test]
    fn a_crate_is_too_large_with_its_tests_and_without_crates_inside() {
        let check = |lines: usize, listed: &[(&str, &str)], expected: usize| {
            let files = [("a/src/lib.rs", 12_000), ("a/tests/x.rs", lines), ("a/fuzz/y.rs", 9_000)];
            assert_eq!(too_large(&["a", "a/fuzz"], &files, listed).len(), expected);
        };
        check(1_000, &[], 0);
        check(1_001, &[], 1);
        check(1_001, &[("a", "it is one")], 0);
        check(1_000, &[("a", "it is one")], 1);
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
