//! Every source is compiled: cargo says nothing of a file that no target and no module declares.

use std::collections::{BTreeMap, BTreeSet};

use super::pages::tidy;
use super::paths::InlineModules;
use super::texts;
use super::tokens::tokens;

/// Files that are targets of a package by their names.
const TARGETS: &[&str] = &["src/lib.rs", "src/main.rs", "build.rs"];

/// Folders whose files are targets of a package, each with the key that ends this.
const TARGET_FOLDERS: &[(&str, &str)] = &[
    ("src/bin", "autobins"),
    ("tests", "autotests"),
    ("benches", "autobenches"),
    ("examples", "autoexamples"),
];

/// Returns the sources of a package's targets. `folder` is the package's, with a slash at its end. A target in another
/// place than cargo's must name its path.
fn targets(folder: &str, manifest: &str, files: &BTreeMap<&str, &str>) -> Vec<String> {
    if !manifest.lines().any(|line| line == "[package]") {
        return Vec::new();
    }
    let named = manifest.lines().filter_map(|line| line.strip_prefix("path = "));
    let mut found: Vec<String> =
        named.map(|path| format!("{folder}{}", path.trim_matches(|c| c == '"' || c == ' '))).collect();
    let is_off = |key: &str| manifest.lines().any(|line| line.starts_with(key) && line.ends_with("false"));
    let is_in = |below: &str, targets: &str| {
        let name = below.strip_prefix(targets).and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| !name.trim_end_matches("/main.rs").contains('/'))
    };
    let is_target = |below: &str| {
        let mut folders = TARGET_FOLDERS.iter().filter(|(_, key)| !is_off(key));
        TARGETS.contains(&below) || folders.any(|(targets, _)| is_in(below, targets))
    };
    let below = files.keys().filter_map(|path| Some((path, path.strip_prefix(folder)?)));
    found.extend(below.filter(|(_, below)| is_target(below)).map(|(path, _)| (*path).to_owned()));
    found
}

/// Returns the files that the `mod NAME;` of a source may mean, each with the folder of its own modules. Those of the
/// source are in `folder`.
fn declarations(path: &str, folder: &str, source: &str) -> Vec<(String, String)> {
    let tokens = tokens(source);
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let mut inline = InlineModules::new(&[]);
    let mut path_attribute = None;
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        match [0, 1, 2, 3, 4].map(|n| word(at + n)) {
            ["#", "[", "path", "=", file] => path_attribute = Some(file.trim_matches('"')),
            ["mod", name, ";", ..] => {
                let parts = [folder].into_iter().chain(inline.module.iter().copied());
                let inside = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
                if let Some(file) = path_attribute {
                    // Such a path starts at the source itself, unless inline modules are around it.
                    let base = if inline.module.is_empty() { folder_of(path) } else { inside.as_str() };
                    let file = tidy(&format!("{base}/{file}")).unwrap_or_default();
                    let modules = folder_of(&file).to_owned();
                    found.push((file, modules));
                } else {
                    let modules = format!("{inside}/{name}");
                    found.push((format!("{modules}.rs"), modules.clone()));
                    found.push((format!("{modules}/mod.rs"), modules));
                }
            }
            [";" | "{" | "}", ..] => path_attribute = None,
            _ => {}
        }
        inline.step(&tokens, at);
    }
    found
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the sources that no target and no module declares. `files` has the manifests, too.
fn undeclared<'a>(files: &BTreeMap<&'a str, &'a str>) -> Vec<&'a str> {
    let packages = files.iter().filter_map(|(path, text)| Some((path.strip_suffix("Cargo.toml")?, *text)));
    let roots = packages.flat_map(|(folder, manifest)| targets(folder, manifest, files));
    let mut open: Vec<(String, String)> = roots
        .map(|root| {
            let folder = folder_of(&root).to_owned();
            (root, folder)
        })
        .collect();
    let mut seen = BTreeSet::new();
    while let Some((path, folder)) = open.pop() {
        if let Some(source) = files.get(path.as_str())
            && seen.insert((path.clone(), folder.clone()))
        {
            open.extend(declarations(&path, &folder, source));
        }
    }
    let declared: BTreeSet<&str> = seen.iter().map(|(path, _)| path.as_str()).collect();
    files.keys().copied().filter(|path| path.ends_with(".rs") && !declared.contains(path)).collect()
}

#[test]
fn every_source_is_declared() {
    let texts = texts();
    let read = texts.iter().filter(|file| file.path.ends_with(".rs") || file.path.ends_with("Cargo.toml"));
    let files = read.map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let complain =
        |path| format!("{path}: neither a target nor a `mod` declares the file, so nothing compiles it");
    super::none(&undeclared(&files).into_iter().map(complain).collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&[(&str, &str)]], expected: &[&str]) {
        let files = files.concat().into_iter().collect();
        assert_eq!(undeclared(&files), expected, "{files:#?}");
    }

    const PACKAGE: (&str, &str) = ("a/Cargo.toml", "[package]\nname = \"a\"\n");

    #[test]
    fn a_file_that_no_module_declares_is_found() {
        let root = ("a/src/lib.rs", "mod x;\npub(crate) mod y; // mod z;\nconst Z: &str = \"mod z;\";");
        let (x, y) = (("a/src/x.rs", "mod deep;"), ("a/src/y/mod.rs", "#[cfg(test)]\nmod tests;"));
        let below = [("a/src/x/deep.rs", ""), ("a/src/y/tests.rs", "")];
        check(&[&[PACKAGE, root, x, y], &below], &[]);
        let lost =
            [("a/src/deep.rs", ""), ("a/src/y/deep.rs", ""), ("a/src/z.rs", "mod w;"), ("a/src/w.rs", "")];
        check(
            &[&[PACKAGE, root, x, y], &below, &lost],
            &["a/src/deep.rs", "a/src/w.rs", "a/src/y/deep.rs", "a/src/z.rs"],
        );
        check(&[&[("Cargo.toml", "[workspace]"), ("src/lib.rs", "")]], &["src/lib.rs"]);
    }

    #[test]
    fn inline_modules_and_path_attributes_are_followed() {
        let root = (
            "a/src/lib.rs",
            "mod x;\n#[path = \"../../b/far.rs\"]\nmod near;\nmod inline { mod y; #[path = \"v.rs\"] mod w; }\nmod u;",
        );
        let x = ("a/src/x.rs", "#[cfg(test)] #[path = \"x_tests.rs\"] mod tests;");
        let files = [
            PACKAGE,
            root,
            x,
            ("a/src/x_tests.rs", ""),
            ("b/far.rs", "mod beside;"),
            ("b/beside.rs", ""),
            ("a/src/inline/y.rs", ""),
            ("a/src/inline/v.rs", ""),
            ("a/src/u.rs", ""),
        ];
        check(&[&files], &[]);
        let lost = [("a/src/near.rs", ""), ("a/src/x/x_tests.rs", "")];
        check(&[&files, &lost], &["a/src/near.rs", "a/src/x/x_tests.rs"]);
    }

    #[test]
    fn targets_declare_their_files() {
        let files = [
            ("a/src/main.rs", ""),
            ("a/build.rs", ""),
            ("a/src/bin/tool.rs", ""),
            ("a/benches/speed/main.rs", "mod sizes;"),
            ("a/benches/speed/sizes.rs", ""),
            ("a/examples/show.rs", ""),
            ("a/tests/one.rs", "mod world;"),
            ("a/tests/world/mod.rs", ""),
        ];
        check(&[&[PACKAGE], &files], &[]);
        let runner = ("a/tests/runner.rs", "mod two;");
        let manifest = (
            "a/Cargo.toml",
            "[package]\nautotests = false\n[[test]]\nname = \"runner\"\npath = \"tests/runner.rs\"",
        );
        check(
            &[&[manifest, runner, ("a/tests/two.rs", "")], &files],
            &["a/tests/one.rs", "a/tests/world/mod.rs"],
        );
        let fuzz = ("a/fuzz/Cargo.toml", "[package]\n[[bin]]\npath = \"targets/x.rs\"");
        check(&[&[PACKAGE, fuzz, ("a/fuzz/targets/x.rs", ""), ("a/fuzz/y.rs", "")]], &["a/fuzz/y.rs"]);
    }
}
