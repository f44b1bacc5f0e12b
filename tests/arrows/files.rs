//! Who makes files and folders: below the user's state, one maker alone.

use super::paths::paths;
use super::sources::product_files;
use super::texts;
use super::tokens::product;

/// Sources that make files or folders, each with the reason. All others ask `workspace/src/private.rs`.
const MAKERS: &[(&str, &str)] = &[
    ("server/workspace/src/private.rs", "it is the maker of state"),
    ("server/journal/src/private.rs", "the journal depends on no other crate of ours"),
    ("server/engine/src/atomic.rs", "it makes private files, also for crates below `workspace`"),
    ("server/engine/src/packed_cache/write.rs", "it makes a private folder; `engine` is below `workspace`"),
    ("server/workspace/src/clone/identity.rs", "a git folder is as readable as its owner wants"),
    ("server/workspace/src/tree_file.rs", "it reads files of a work tree"),
    ("server/review/src/propose/message.rs", "the hooks of a repository read the file"),
    ("server/review/src/propose/sign.rs", "the program that signs reads the file"),
    ("server/net/src/models/partial_file.rs", "a model holds nothing of the user's"),
    ("server/net/src/models/pull.rs", "a model holds nothing of the user's"),
    ("server/net/src/models/wheels.rs", "a model holds nothing of the user's"),
    ("server/cli/src/commands/adapter/convert.rs", "the user names the file"),
    ("server/cli/src/commands/cases.rs", "the user names the file"),
    ("server/cli/src/commands/journal.rs", "the user names the file"),
    ("server/cli/src/commands/skill/review.rs", "the user names the file"),
    ("server/cli/src/commands/starter.rs", "the user names the file"),
];

/// The ends of paths that make files and folders.
const MAKING: &[&[&str]] = &[
    &["fs", "create_dir"],
    &["fs", "create_dir_all"],
    &["fs", "write"],
    &["DirBuilder", "new"],
    &["File", "create"],
    &["File", "create_new"],
    &["OpenOptions", "new"],
];

/// Returns the lines where a source makes files or folders.
fn making(source: &str) -> Vec<usize> {
    let product = product(source);
    let found = paths(&product, &[]).into_iter();
    found.filter(|path| MAKING.iter().any(|end| path.segments.ends_with(end))).map(|path| path.line).collect()
}

/// Returns the places where sources make files and are not listed, and the listed sources that make none.
fn complaints(files: &[(&str, &str)], listed: &[(&str, &str)]) -> Vec<String> {
    let is_listed = |path: &str| listed.iter().any(|(listed, _)| *listed == path);
    let unlisted = files.iter().filter(|(path, _)| !is_listed(path)).flat_map(|(path, text)| {
        let complain = move |line| format!("{path}:{line}: a file or folder is made: see `MAKERS`");
        making(text).into_iter().map(complain)
    });
    let makes = |name: &str| files.iter().any(|(path, text)| *path == name && !making(text).is_empty());
    let idle = listed.iter().filter(|(path, _)| !makes(path));
    unlisted.chain(idle.map(|(path, _)| format!("{path}: in `MAKERS`, but makes nothing"))).collect()
}

#[test]
fn state_has_one_maker() {
    super::none(&complaints(&product_files(&texts()), MAKERS));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_are_found_unless_listed() {
        let check = |source: &str, expected: &[usize]| assert_eq!(making(source), expected, "{source}");
        check("fn f() {\n    std::fs::create_dir_all(x);\n    File::create(y); }", &[2, 3]);
        check("fn f() { private::open(x, File::options().create(true)); } // fs::write()", &[]);
        check("#[cfg(test)]\nmod tests { fn f() { fs::write(x, y); } }", &[]);
        let files = [("a.rs", "fn f() { fs::write(x, y); }"), ("b.rs", "")];
        assert_eq!(complaints(&files, &[("a.rs", "it may")]), [""; 0]);
        assert_eq!(complaints(&files, &[]).len(), 1);
        assert_eq!(complaints(&files, &[("a.rs", ""), ("b.rs", "")]).len(), 1);
    }
}
