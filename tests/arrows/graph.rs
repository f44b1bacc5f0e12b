//! Which crate may depend on which, read from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// A package that belongs into some crates.
struct Home {
    what: &'static str,
    packages: &'static [&'static str],
    /// The crates that may declare it.
    crates: &'static [&'static str],
    /// Whether any crate may have it for its tests.
    tests_may: bool,
}

const fn home(
    what: &'static str,
    packages: &'static [&'static str],
    crates: &'static [&'static str],
) -> Home {
    Home { what, packages, crates, tests_may: false }
}

const HOMES: &[Home] = &[
    home("LSP and JSON-RPC", LSP, &["housestyle-lsp"]),
    home("candle", &["candle-*"], &["housestyle-engine", "housestyle-train", "housestyle-adaptation"]),
    Home { tests_may: true, ..home("git", GIT, &["housestyle-review"]) },
    home("SQLite", &["rusqlite", "libsqlite3-sys", "sqlx", "sqlx-*"], &["housestyle-journal"]),
    home("HTTP", HTTP, &["housestyle-net"]),
    home("the network", &["housestyle-net"], &["housestyle", "housestyle-adaptation"]),
    home("the command line", &["clap", "clap_*"], &["housestyle"]),
];

const GIT: &[&str] = &["git2", "libgit2-sys", "gix", "gix-*"];

const HTTP: &[&str] = &["ureq", "ureq-*", "reqwest", "hyper", "hyper-*", "curl", "isahc", "attohttpc"];

const LSP: &[&str] =
    &["tower-lsp", "tower-lsp-*", "lsp-*", "ls-types", "jsonrpc*", "jsonrpsee*", "async-lsp"];

/// The crates that a crate may not depend on: by normal and build dependencies at any distance, by its tests at once.
const FORBIDDEN: &[(&[&str], &[&str])] = &[
    (&["housestyle-lsp"], &["housestyle-engine", "housestyle-train", "housestyle-learn", "candle-*", "git2"]),
    (ALONE, &["housestyle", "housestyle-*"]),
    (&["housestyle-complete"], &["housestyle-engine", "housestyle-lsp", "housestyle-journal"]),
    (PURE, &["candle-*", "git2"]),
    (PURE, LSP),
    (SILENT, &["tracing", "tracing-*"]),
    (&["housestyle-lsp"], ABOVE),
    (BELOW, ABOVE),
];

/// The crates that know workspaces, the network and learned parts, and the program.
const ABOVE: &[&str] = &["housestyle-workspace", "housestyle-net", "housestyle-adaptation", "housestyle"];

/// The crates that those are made of, next to `lsp`.
const BELOW: &[&str] = &[
    "housestyle-text",
    "housestyle-complete",
    "housestyle-engine",
    "housestyle-journal",
    "housestyle-skills",
    "housestyle-learn",
    "housestyle-review",
    "housestyle-train",
    "housestyle-testkit",
];

/// Crates that log nothing.
const SILENT: &[&str] = &["housestyle-text", "housestyle-complete", "housestyle-skills", "housestyle-learn"];

/// Which of our crates these may declare. Their tests may have the fixtures besides.
const MAY_USE: &[(&str, &[&str])] = &[
    (
        "housestyle-workspace",
        &[
            "housestyle-text",
            "housestyle-skills",
            "housestyle-complete",
            "housestyle-journal",
            "housestyle-learn",
            "housestyle-train",
            "housestyle-review",
            "housestyle-engine",
        ],
    ),
    ("housestyle-net", &["housestyle-workspace"]),
    (
        "housestyle-adaptation",
        &[
            "housestyle-workspace",
            "housestyle-engine",
            "housestyle-train",
            "housestyle-learn",
            "housestyle-complete",
            "housestyle-review",
            "housestyle-skills",
            "housestyle-text",
            "housestyle-net",
        ],
    ),
];

/// Crates that can be used without any other of ours.
const ALONE: &[&str] = &["housestyle-text", "housestyle-engine", "housestyle-journal"];

/// Crates whose tests are to build in seconds.
const PURE: &[&str] = &[
    "housestyle-text",
    "housestyle-complete",
    "housestyle-journal",
    "housestyle-skills",
    "housestyle-learn",
];

/// The crate of test fixtures, and the only one that may have it for a normal dependency.
const FIXTURES: (&str, &str) = ("housestyle-testkit", "housestyle-tests");

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Normal and build dependencies: what a build of the program needs.
    Build,
    Dev,
}

/// Packages by name, with what each depends on.
#[derive(Debug, Default)]
struct Graph {
    members: BTreeSet<String>,
    edges: BTreeMap<String, BTreeSet<(Kind, String)>>,
}

impl Graph {
    /// Reads the output of `cargo metadata`: all that the members declare, for any platform, and what
    /// the other packages were resolved to.
    fn read(metadata: &Value) -> Graph {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = |value: &Value| if value == "dev" { Kind::Dev } else { Kind::Build };
        let packages = list(&metadata["packages"]);
        let names: BTreeMap<String, String> =
            packages.iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
        let mut graph = Graph::default();
        for id in list(&metadata["workspace_members"]) {
            graph.members.extend(names.get(&text(&id)).cloned());
        }
        for package in packages.iter().filter(|package| graph.members.contains(&text(&package["name"]))) {
            let edges = graph.edges.entry(text(&package["name"])).or_default();
            edges.extend(list(&package["dependencies"]).iter().map(|d| (kind(&d["kind"]), text(&d["name"]))));
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let Some(name) = names.get(&text(&node["id"])).filter(|name| !graph.members.contains(*name))
            else {
                continue;
            };
            let edges = graph.edges.entry(name.clone()).or_default();
            for dependency in list(&node["deps"]) {
                let Some(to) = names.get(&text(&dependency["pkg"])) else { continue };
                edges.extend(list(&dependency["dep_kinds"]).iter().map(|k| (kind(&k["kind"]), to.clone())));
            }
        }
        graph
    }

    fn direct(&self, from: &str) -> impl Iterator<Item = &(Kind, String)> {
        self.edges.get(from).into_iter().flatten()
    }

    /// Returns every package that a build of `from` needs, each with one that asks for it.
    fn dependencies_of(&self, from: &str) -> BTreeMap<&str, &str> {
        let mut found = BTreeMap::new();
        let mut open: Vec<&str> =
            self.edges.get_key_value(from).map(|(name, _)| name.as_str()).into_iter().collect();
        while let Some(package) = open.pop() {
            for (_, to) in self.direct(package).filter(|(kind, _)| *kind == Kind::Build) {
                if found.insert(to.as_str(), package).is_none() {
                    open.push(to);
                }
            }
        }
        found
    }

    /// Returns the forbidden arrows.
    fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for member in &self.members {
            for home in HOMES.iter().filter(|home| !home.crates.contains(&member.as_str())) {
                let counts = |kind: Kind| kind == Kind::Build || !home.tests_may;
                for (_, to) in
                    self.direct(member).filter(|(kind, to)| counts(*kind) && is_any(to, home.packages))
                {
                    let (what, crates) = (home.what, home.crates.join(", "));
                    complaints.push(format!("{member} -> {to}: {what} belongs into {crates}"));
                }
            }
            for (_, may_use) in MAY_USE.iter().filter(|(from, _)| from == member) {
                let other = |kind: Kind, to: &str| {
                    let fixtures = kind == Kind::Dev && to == FIXTURES.0;
                    is_any(to, &["housestyle", "housestyle-*"]) && !may_use.contains(&to) && !fixtures
                };
                let others = self.direct(member).filter(|(kind, to)| other(*kind, to));
                complaints.extend(
                    others.map(|(_, to)| format!("{member} -> {to}: it may use {}", may_use.join(", "))),
                );
            }
            let dependencies = self.dependencies_of(member);
            for (_, never) in FORBIDDEN.iter().filter(|(from, _)| from.contains(&member.as_str())) {
                for (to, by) in dependencies.iter().filter(|(to, _)| is_any(to, never)) {
                    complaints.push(format!("{member} -> {to}: forbidden, it comes by way of {by}"));
                }
                let tests = self.direct(member).filter(|(kind, to)| *kind == Kind::Dev && is_any(to, never));
                let fixtures = |to: &&(Kind, String)| to.1 != FIXTURES.0;
                complaints.extend(
                    tests
                        .filter(fixtures)
                        .map(|(_, to)| format!("{member} -> {to}: forbidden for its tests too")),
                );
            }
            if member != FIXTURES.1 && dependencies.contains_key(FIXTURES.0) {
                complaints.push(format!("{member} -> {}: fixtures are for tests", FIXTURES.0));
            }
        }
        complaints
    }
}

/// Returns whether a name is one of `patterns`, which may end in `*`.
fn is_any(name: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    })
}

#[test]
fn no_crate_depends_on_what_it_must_not() {
    let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // One platform, as packages of others need not be here; what members declare is read for all.
    let about = cargo().arg("-vV").output().expect("cargo runs");
    let about = String::from_utf8_lossy(&about.stdout).into_owned();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    let output = cargo()
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .current_dir(super::root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let graph = Graph::read(&serde_json::from_slice(&output.stdout).expect("JSON"));
    for member in ["housestyle-text", "housestyle-lsp", "housestyle-engine", "housestyle"] {
        assert!(graph.members.contains(member) && graph.direct(member).count() > 0, "{member} was not read");
    }
    assert!(graph.dependencies_of("housestyle").contains_key("candle-core"), "the graph has no depth");
    super::none(&graph.complaints());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Reads `lsp: text, dev testkit`, a crate a line; names without `!` are ours, `cli` is the program.
    fn graph(text: &str) -> Graph {
        let name = |name: &str| match name.strip_prefix('!') {
            Some(other) => other.to_owned(),
            None if name == "cli" => "housestyle".to_owned(),
            None => format!("housestyle-{name}"),
        };
        let mut graph = Graph::default();
        for line in text.lines() {
            let (from, to) = line.trim().split_once(':').expect("a crate and a colon");
            if !from.starts_with('!') {
                graph.members.insert(name(from));
            }
            let edges = to.split(',').map(str::trim).filter(|to| !to.is_empty());
            let edges = edges.map(|to| match to.strip_prefix("dev ") {
                Some(to) => (Kind::Dev, name(to)),
                None => (Kind::Build, name(to)),
            });
            graph.edges.insert(name(from), edges.collect());
        }
        graph
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let complaints = graph(text).complaints();
        let arrows: Vec<&str> = complaints.iter().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(arrows, expected, "{complaints:#?}");
    }

    #[test]
    fn the_map_as_drawn_is_fine() {
        check(
            "text: !ropey\n complete: text, !serde\n engine: !candle-core, dev testkit, dev !candle-nn\n \
             lsp: text, complete, !tower-lsp-server, dev testkit\n testkit: text, complete\n \
             cli: text, complete, engine, lsp\n tests: testkit",
            &[],
        );
    }

    #[test]
    fn packages_stay_in_their_crates() {
        check("cli: !lsp-types", &["housestyle -> lsp-types"]);
        check("tests: !tower-lsp-server", &["housestyle-tests -> tower-lsp-server"]);
        check("testkit: dev !candle-nn", &["housestyle-testkit -> candle-nn"]);
        check("engine: !git2", &["housestyle-engine -> git2"]);
        check("cli: !rusqlite", &["housestyle -> rusqlite"]);
        check("train: !candle-core\n adaptation: !candle-core", &[]);
        check("workspace: !candle-core", &["housestyle-workspace -> candle-core"]);
    }

    #[test]
    fn tests_may_have_git_where_the_product_may_not() {
        check("cli: dev !git2\n workspace: dev !git2\n review: !git2", &[]);
        check("workspace: !git2", &["housestyle-workspace -> git2"]);
        check("learn: dev !git2", &["housestyle-learn -> git2"]); // they are to build in seconds
    }

    #[test]
    fn the_network_has_one_crate_and_two_users() {
        check("net: !ureq\n adaptation: net\n cli: net, adaptation", &[]);
        check("adaptation: dev !ureq", &["housestyle-adaptation -> ureq"]);
        check("net: workspace\n workspace: !ureq", &["housestyle-workspace -> ureq"]);
        check("tests: net", &["housestyle-tests -> housestyle-net"]);
        check("train: net", &["housestyle-train -> housestyle-net"; 2]);
    }

    #[test]
    fn the_command_line_is_the_programs() {
        check("cli: !clap\n engine: dev !criterion\n !criterion: !clap", &[]);
        check("adaptation: !clap", &["housestyle-adaptation -> clap"]);
    }

    #[test]
    fn the_crates_above_use_what_they_may() {
        check(
            "workspace: text, skills, complete, journal, learn, train, review, engine, dev testkit\n \
             net: workspace, !ureq, dev testkit\n \
             adaptation: workspace, engine, train, learn, complete, review, skills, text, net, dev testkit\n \
             cli: workspace, net, adaptation, lsp, journal\n lsp: complete, text",
            &[],
        );
        check("workspace: net", &["housestyle-workspace -> housestyle-net"; 2]);
        check("workspace: lsp", &["housestyle-workspace -> housestyle-lsp"]);
        check("workspace: adaptation", &["housestyle-workspace -> housestyle-adaptation"]);
        check("net: skills", &["housestyle-net -> housestyle-skills"]);
        check("net: dev text", &["housestyle-net -> housestyle-text"]);
        check(
            "adaptation: lsp, journal",
            &["housestyle-adaptation -> housestyle-journal", "housestyle-adaptation -> housestyle-lsp"],
        );
        check("adaptation: testkit", &["housestyle-adaptation -> housestyle-testkit"; 2]);
    }

    #[test]
    fn what_lies_below_reaches_none_of_the_crates_above() {
        check("lsp: workspace", &["housestyle-lsp -> housestyle-workspace"]);
        check("lsp: middle\n middle: adaptation", &["housestyle-lsp -> housestyle-adaptation"]);
        check("lsp: dev cli", &["housestyle-lsp -> housestyle"]);
        check("train: workspace", &["housestyle-train -> housestyle-workspace"]);
    }

    #[test]
    fn pure_crates_do_not_log() {
        check("lsp: !tracing\n engine: !tracing", &[]);
        check("learn: !tracing", &["housestyle-learn -> tracing"]);
        check("skills: text, !nice\n !nice: !tracing-core", &["housestyle-skills -> tracing-core"]);
    }

    #[test]
    fn forbidden_crates_are_found_at_any_distance() {
        check(
            "lsp: complete, middle\n complete: text\n middle: engine\n engine:",
            &["housestyle-lsp -> housestyle-engine"],
        );
        check("complete: engine\n engine:", &["housestyle-complete -> housestyle-engine"]);
        check("engine: complete\n complete:", &["housestyle-engine -> housestyle-complete"]);
        check("text: !nice\n !nice: !candle-core", &["housestyle-text -> candle-core"]);
        check("text: journal\n journal:", &["housestyle-text -> housestyle-journal"]);
    }

    #[test]
    fn tests_may_use_fixtures_and_nothing_else_of_it() {
        check("engine: dev testkit\n testkit: complete\n complete:", &[]);
        check("engine: dev complete\n complete:", &["housestyle-engine -> housestyle-complete"]);
        check("lsp: dev engine\n engine:", &["housestyle-lsp -> housestyle-engine"]);
        check("cli: testkit\n testkit:", &["housestyle -> housestyle-testkit"]);
    }

    #[test]
    fn metadata_is_read_with_the_kinds() {
        let package = |name: &str, dependencies: Value| json!({"id": format!("id {name}"), "name": name, "dependencies": dependencies});
        let metadata = json!({
            "packages": [
                package("housestyle-text", json!([{"name": "a", "kind": null}, {"name": "b", "kind": "dev"}])),
                package("a", json!([])),
                package("c", json!([])),
            ],
            "workspace_members": ["id housestyle-text"],
            "resolve": {"nodes": [
                {"id": "id a", "deps": [{"pkg": "id c", "dep_kinds": [{"kind": null}]}]},
                {"id": "id c", "deps": []},
            ]},
        });
        let graph = Graph::read(&metadata);
        assert_eq!(
            graph.dependencies_of("housestyle-text"),
            BTreeMap::from([("a", "housestyle-text"), ("c", "a")])
        );
        assert!(graph.direct("housestyle-text").any(|edge| *edge == (Kind::Dev, "b".to_owned())));
    }
}
