//! No import cycles inside a crate.
//!
//! A module is a file or folder directly below `src`. It imports another by `use`, by a path in its code, and through
//! the names that the crate's root re-exports. Code for tests is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{NamedPath, paths};
use super::tokens::{product, test_modules};
use super::{Text, is_test, texts};

/// Modules of a crate (its folder below `server`) that may import each other, with the reason.
type Exception<'a> = (&'a str, &'a [&'a str], &'a str);

/// Cycles that stay.
const EXCEPTIONS: &[Exception] = &[];

/// The name of a crate's root among its modules.
const ROOT: &str = "(root)";

/// Imports between the modules of a crate, each with a place in the sources that shows it.
type Imports<'a> = BTreeMap<&'a str, BTreeMap<&'a str, String>>;

/// A file of a crate, without what is for tests.
struct Source<'a> {
    path: &'a str,
    /// The modules down to that of the file. The root has none.
    module: Vec<&'a str>,
    paths: Vec<NamedPath<'a>>,
    /// Public items at any depth, in case a glob brings them in.
    items: Vec<&'a str>,
}

/// Returns the module that a file holds, by its path below `src`.
fn module_of(path: &str) -> Vec<&str> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut module: Vec<&str> = path.split('/').collect();
    let named_by_folder = module.last() == Some(&"mod");
    let root = matches!(module[..], ["lib" | "main"]);
    if named_by_folder || root {
        module.pop();
    }
    module
}

/// Reads the files of a crate; their paths start below `src`.
fn read<'a>(files: &[(&'a str, &'a str)]) -> Vec<Source<'a>> {
    let mut for_tests = BTreeSet::new();
    for (path, text) in files {
        for name in test_modules(text) {
            for_tests.insert(module_of(path).into_iter().chain([name]).collect::<Vec<_>>());
        }
    }
    let mut sources = Vec::new();
    for (path, text) in files {
        let module = module_of(path);
        let is_for_tests = (1..=module.len()).any(|n| for_tests.contains(&module[..n]));
        if is_for_tests || is_test(&format!("src/{path}")) {
            continue;
        }
        let product = product(text);
        let item = |words: &[super::tokens::Token<'a>]| match words {
            [keyword, name]
                if ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "mod"]
                    .contains(&keyword.text) =>
            {
                Some(name.text)
            }
            _ => None,
        };
        let items = product.windows(2).filter_map(item).collect();
        sources.push(Source { path, paths: paths(&product, &module), module, items });
    }
    sources
}

/// The crate's root: what a name directly below it stands for.
struct Root<'s, 'a> {
    sources: &'s [Source<'a>],
    modules: BTreeSet<&'a str>,
    imports: Vec<&'s NamedPath<'a>>,
}

impl<'s, 'a> Root<'s, 'a> {
    fn new(sources: &'s [Source<'a>]) -> Self {
        let modules = sources.iter().filter_map(|source| source.module.first().copied()).collect();
        let roots = sources.iter().filter(|source| source.module.is_empty()).flat_map(|source| &source.paths);
        let imports = roots.filter(|path| path.import.is_some_and(|import| import.at_top)).collect();
        Root { sources, modules, imports }
    }

    /// Returns the modules that a path below the root leads to; `segments` are those after `crate`.
    fn targets(&self, segments: &[&'a str], glob: bool, hops: usize) -> BTreeSet<&'a str> {
        let Some(first) = segments.first() else {
            // `use crate::*`: whatever the root brings in.
            return if glob { self.modules.clone() } else { BTreeSet::new() };
        };
        if self.modules.contains(first) {
            return [*first].into();
        }
        // A re-export may name another one; one that names itself comes from elsewhere.
        let by_name =
            self.imports.iter().find(|path| path.import.is_some_and(|import| import.name == Some(first)));
        if let Some(path) = by_name {
            let leads_on = hops > 0 && below_root(path).first() != Some(first);
            return if leads_on { self.targets(below_root(path), false, hops - 1) } else { BTreeSet::new() };
        }
        let globs =
            self.imports.iter().filter(|path| path.import.is_some_and(|import| import.name.is_none()));
        let globbed = globs.filter_map(|path| below_root(path).first().copied());
        let holders: BTreeSet<_> = globbed.filter(|module| self.declares(module, first)).collect();
        if holders.is_empty() { [ROOT].into() } else { holders }
    }

    fn declares(&self, module: &str, name: &str) -> bool {
        let files = self.sources.iter().filter(|source| source.module.first() == Some(&module));
        let brings_in =
            |path: &NamedPath| path.import.is_some_and(|import| import.public && import.name == Some(name));
        files.into_iter().any(|source| source.items.contains(&name) || source.paths.iter().any(brings_in))
    }
}

/// Returns the segments of a path of the root, where `crate` may be left out.
fn below_root<'p, 'a>(path: &'p NamedPath<'a>) -> &'p [&'a str] {
    match path.segments.split_first() {
        Some((&"crate", rest)) => rest,
        _ => &path.segments,
    }
}

/// Returns which module of a crate imports which.
fn imports<'a>(sources: &[Source<'a>]) -> Imports<'a> {
    let root = Root::new(sources);
    let mut found = Imports::new();
    for source in sources {
        let from = source.module.first().copied().unwrap_or(ROOT);
        for path in &source.paths {
            // What the root re-exports is a way through it, and no use of its own.
            if from == ROOT && path.import.is_some_and(|import| import.public) {
                continue;
            }
            let first = path.segments.first();
            let in_root = || from == ROOT && first.is_some_and(|first| root.modules.contains(first));
            if first != Some(&"crate") && !in_root() {
                continue;
            }
            let glob = path.import.is_some_and(|import| import.name.is_none());
            for to in root.targets(below_root(path), glob, 8) {
                if to != from {
                    let place = format!("{}:{}", source.path, path.line);
                    found.entry(from).or_default().entry(to).or_insert(place);
                }
            }
        }
    }
    found
}

/// Returns the sets of modules that reach each other.
fn components<'a>(imports: &Imports<'a>) -> Vec<BTreeSet<&'a str>> {
    let reached = |from: &'a str| {
        let mut found = BTreeSet::new();
        let mut open = vec![from];
        while let Some(module) = open.pop() {
            let next = imports.get(module).into_iter().flat_map(|to| to.keys().copied());
            open.extend(next.filter(|to| found.insert(*to)));
        }
        found
    };
    let reach: BTreeMap<&str, BTreeSet<&str>> = imports.keys().map(|from| (*from, reached(from))).collect();
    let mut found = BTreeSet::new();
    for (from, to) in reach.iter().filter(|(from, to)| to.contains(*from)) {
        found.insert(
            to.iter().copied().filter(|to| reach.get(to).is_some_and(|back| back.contains(from))).collect(),
        );
    }
    found.into_iter().collect()
}

/// Returns the cycles of a crate that are no exceptions, and the exceptions that are no cycles.
fn complaints(name: &str, files: &[(&str, &str)], exceptions: &[Exception]) -> Vec<String> {
    let sources = read(files);
    let imports = imports(&sources);
    let components = components(&imports);
    let here = |exception: &&Exception| exception.0 == name;
    let mut complaints = Vec::new();
    for component in &components {
        let mut allowed = exceptions.iter().filter(here);
        if allowed.any(|(_, modules, _)| component.iter().all(|module| modules.contains(module))) {
            continue;
        }
        let modules: Vec<&str> = component.iter().copied().collect();
        let edges =
            modules.iter().flat_map(|from| imports.get(from).into_iter().flatten().map(move |to| (from, to)));
        let edges = edges.filter(|(_, (to, _))| component.contains(*to));
        let edges: Vec<String> =
            edges.map(|(from, (to, place))| format!("  {from} -> {to} ({place})")).collect();
        complaints.push(format!("{name}: {} import each other:\n{}", modules.join(", "), edges.join("\n")));
    }
    for (_, modules, _) in exceptions.iter().filter(here) {
        if !components.iter().any(|component| modules.iter().all(|module| component.contains(module))) {
            complaints.push(format!("{name}: {} are an exception, but no cycle", modules.join(", ")));
        }
    }
    complaints
}

#[test]
fn no_modules_of_a_crate_import_each_other() {
    let files = texts();
    let mut crates: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for Text { path, text } in files.iter().filter(|file| file.path.ends_with(".rs")) {
        let Some((name, below)) = path.strip_prefix("server/").and_then(|path| path.split_once("/src/"))
        else {
            continue;
        };
        crates.entry(name).or_default().push((below, text));
    }
    assert!(crates.len() >= 7, "{:?}", crates.keys());
    let found: Vec<String> =
        crates.iter().flat_map(|(name, files)| complaints(name, files, EXCEPTIONS)).collect();
    super::none(&found);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a crate against its cycles, each as its modules.
    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let found = complaints("x", files, &[]);
        let cycles: Vec<&str> = found.iter().filter_map(|text| text.split([':', '\n']).nth(1)).collect();
        let cycles: Vec<&str> =
            cycles.into_iter().map(|text| text.trim().trim_end_matches(" import each other")).collect();
        assert_eq!(cycles, expected, "{found:#?}");
    }

    #[test]
    fn a_cycle_is_found_at_any_length() {
        check(&[("a.rs", "use crate::b;"), ("b.rs", "use std::fs;")], &[]);
        check(&[("a.rs", "use crate::b;"), ("b.rs", "use crate::a::A;")], &["a, b"]);
        check(
            &[
                ("a.rs", "use crate::b;"),
                ("b/mod.rs", "mod deep;"),
                ("b/deep.rs", "use crate::c;"),
                ("c.rs", "use crate::{a};"),
            ],
            &["a, b, c"],
        );
        check(
            &[
                ("a.rs", "use crate::b;"),
                ("b.rs", "use super::a;"),
                ("c.rs", "use crate::d;"),
                ("d.rs", "use crate::{a, c::C};"),
            ],
            &["a, b", "c, d"],
        );
    }

    #[test]
    fn what_is_inside_a_module_is_no_cycle() {
        check(
            &[("a/mod.rs", "mod b; use b::B;"), ("a/b.rs", "use super::A; use crate::a::A2;"), ("b.rs", "")],
            &[],
        );
        check(&[("a.rs", "mod b;"), ("a/b.rs", "use super::A;")], &[]);
    }

    #[test]
    fn nested_and_long_uses_and_paths_in_code_count() {
        check(
            &[
                ("a.rs", "use crate::{\n    c,\n    b::{B, D as E},\n};"),
                ("b.rs", "fn f() { crate::a::g() }"),
                ("c.rs", ""),
            ],
            &["a, b"],
        );
        check(
            &[("a/mod.rs", ""), ("a/x.rs", "fn f() -> super::super::b::B {}"), ("b.rs", "use crate::a::*;")],
            &["a, b"],
        );
        check(&[("a.rs", "use crate::b;"), ("b.rs", "mod inner { use super::super::a::A; }")], &["a, b"]);
    }

    #[test]
    fn names_that_the_root_brings_in_are_followed() {
        check(
            &[
                ("lib.rs", "mod a; mod b; pub use a::A;"),
                ("a.rs", "use crate::b::B;"),
                ("b.rs", "use crate::A;"),
            ],
            &["a, b"],
        );
        check(
            &[
                ("lib.rs", "pub(crate) use self::a::A as Other;"),
                ("a.rs", "use crate::b;"),
                ("b.rs", "use crate::Other;"),
            ],
            &["a, b"],
        );
        check(
            &[
                ("lib.rs", "pub use crate::a::{A, C}; pub use A as Z;"),
                ("a.rs", "use crate::b;"),
                ("b.rs", "fn f(x: crate::Z) {}"),
            ],
            &["a, b"],
        );
        check(
            &[
                ("lib.rs", "pub use a::*; pub use c::*;"),
                ("a.rs", "use crate::b;"),
                ("b.rs", "use crate::C;"),
                ("c.rs", "pub struct C;"),
            ],
            &[],
        );
        check(
            &[
                ("lib.rs", "pub use a::*;"),
                ("a.rs", "pub struct A; use crate::b;"),
                ("b.rs", "use super::A;"),
            ],
            &["a, b"],
        );
        check(
            &[
                ("lib.rs", "pub use a::*;"),
                ("a/mod.rs", "mod x; pub use x::X as Y; use crate::b;"),
                ("a/x.rs", ""),
                ("b.rs", "use crate::Y;"),
            ],
            &["a, b"],
        );
        check(
            &[
                ("lib.rs", "pub use serde::A; pub use a::B;"),
                ("a.rs", "use crate::b;"),
                ("b.rs", "use crate::A;"),
            ],
            &["(root)"; 0],
        );
    }

    #[test]
    fn the_root_takes_part_with_what_it_declares_itself() {
        check(
            &[
                ("lib.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
                ("a.rs", "use crate::b::B;"),
                ("b.rs", ""),
            ],
            &[],
        );
        check(&[("main.rs", "mod a; fn main() { a::run() }"), ("a.rs", "use crate::b;"), ("b.rs", "")], &[]);
        check(
            &[("main.rs", "mod a; const X: u8 = 1; fn main() { a::run() }"), ("a.rs", "use crate::X;")],
            &["(root), a"],
        );
    }

    #[test]
    fn code_for_tests_is_left_out() {
        let b = ("b.rs", "use crate::a::A;");
        check(&[("a.rs", "#[cfg(test)]\nmod tests {\n use crate::b;\n}"), b], &[]);
        check(&[("a.rs", "#[cfg(test)]\nuse crate::b::{self, B};"), b], &[]);
        check(&[("a/mod.rs", "#[cfg(test)] mod tests;"), ("a/tests.rs", "use crate::b;"), b], &[]);
        check(
            &[
                ("lib.rs", "#[cfg(test)] mod double;"),
                ("double.rs", "use crate::b;"),
                ("b.rs", "use crate::double;"),
            ],
            &[],
        );
        check(&[("a.rs", ""), ("a/tests/one.rs", "use crate::b;"), ("a_tests.rs", "use crate::b;"), b], &[]);
        check(&[("a.rs", "// use crate::b;\nconst X: &str = \"crate::b::X\";"), b], &[]);
    }

    #[test]
    fn an_exception_holds_for_its_modules_and_only_while_it_is_needed() {
        let cycle = [("a.rs", "use crate::b;"), ("b.rs", "use crate::a;")];
        assert_eq!(complaints("x", &cycle, &[("x", &["a", "b"], "")]), [""; 0]);
        assert_eq!(complaints("x", &cycle, &[("y", &["a", "b"], "")]).len(), 1);
        assert_eq!(complaints("x", &cycle, &[("x", &["a", "c"], "")]).len(), 2);
    }
}
