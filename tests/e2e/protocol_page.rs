//! `server/PROTOCOL.md` tells of every message and command of ours, and of no other.

use std::collections::BTreeSet;
use std::path::Path;

/// Returns the names in quotes of ours in the sources of the language server, tests left out.
fn names_in_source(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            names_in_source(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source");
        let product = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for literal in product.split('"').skip(1).step_by(2) {
            let ours = literal.starts_with("housestyle/") || literal.starts_with("housestyle.");
            let copilots = literal == "didChangeStatus"
                || ["didShowCompletion", "didPartiallyAcceptCompletion", "didFocus", "inlineCompletion"]
                    .iter()
                    .any(|name| literal.strip_prefix("textDocument/") == Some(name));
            if ours || copilots {
                found.insert(literal.to_owned());
            }
        }
    }
}

#[test]
fn the_page_and_the_source_name_the_same() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server");
    let mut in_source = BTreeSet::new();
    names_in_source(&server.join("lsp/src"), &mut in_source);
    let page = std::fs::read_to_string(server.join("PROTOCOL.md")).expect("PROTOCOL.md");
    let on_page: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(on_page, in_source);
}

#[test]
fn its_examples_are_json() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/PROTOCOL.md");
    let page = std::fs::read_to_string(page).expect("PROTOCOL.md");
    let examples: Vec<&str> =
        page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 8, "{}", examples.len());
    for example in examples {
        assert!(serde_json::from_str::<serde_json::Value>(example).is_ok(), "{example}");
    }
}
