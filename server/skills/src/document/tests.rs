//! Documents in the wild; and written documents read back.

use super::*;
use crate::error::SkillError;

/// Reads a document; `expected` is its description, `|`, and the number of warnings.
#[track_caller]
fn check(text: &str, expected: &str) {
    let found = match Document::parse(text) {
        Ok(parsed) => format!("{}|{}", parsed.document.description, parsed.warnings.len()),
        Err(error) => format!("{error:?}"),
    };
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn scalars_in_all_their_forms() {
    let with = |value: &str| format!("---\nname: a\ndescription: {value}\nlicense: MIT\n---\n");
    for (value, expected) in [
        ("Plain text.", "Plain text.|0"),
        ("Plain text # with a comment", "Plain text|0"),
        ("C# is no comment", "C# is no comment|0"),
        ("Use when: always", "Use when: always|1"),
        ("Plain\n  over lines,\n\n  and a paragraph", "Plain over lines,\nand a paragraph|0"),
        ("'single ''quoted'' # text'", "single 'quoted' # text|0"),
        ("\"double \\\"quoted\\\" \\u00e9\\n\\x41\\\\ text\" # comment", "double \"quoted\" é\nA\\ text|0"),
        ("\"over\n  lines\"", "over lines|0"),
        ("\"not closed", "not closed|1"),
        ("\"closed\" twice\"", "closed|1"),
        (">\n  folded\n  text\n\n  again", "folded text\nagain|0"),
        (">-\n  folded\n    kept\n  text", "folded\n  kept\ntext|0"),
        ("|\n  literal\n  text", "literal\ntext|0"),
        ("|2-\n    literal\n  text", "literal\ntext|0"),
        ("&anchor text", "&anchor text|1"),
        ("!!python/object:os.system x", "!!python/object:os.system x|1"),
        ("\n  on the next line: here", "on the next line: here|0"),
        ("\"\\ud800\\U00110000\\q\\", "\u{fffd}|1"),
        ("", "NoDescription"),
        ("\"  \"", "NoDescription"),
        ("# only a comment", "NoDescription"),
    ] {
        if value.ends_with('\\') {
            assert!(Document::parse(&with(value)).is_ok(), "{value}");
        } else {
            check(&with(value), expected);
        }
    }
}

#[test]
fn files_in_the_wild() {
    check("\u{feff}---\r\nname: a\r\ndescription: CRLF\r\n---\r\nBody\r\n", "CRLF|0");
    check("\n\n---\ndescription: after blank lines\n---\n", "after blank lines|1");
    check("---\ndescription: one\ndescription: two\n---\n", "DoubledKey { line: 3, key: \"description\" }");
    check("---\n\"description\": quoted key\n---", "quoted key|0");
    check("---\ndescription: d\nversion: 1\ntags: [a, 'b']\n---\n", "d|4");
    check("---\ndescription: d\nallowed-tools:\n  - Read\n  - \"Bash(git:*)\"\n---\n", "d|1");
    check("---\nno colon here\n- item\ndescription: d\n...\n", "d|2");
    check("---\ndescription: d\n\tlicense: tabbed\n---\n", "d license: tabbed|0");
    check("description: d\n", "NoFrontmatter");
    check("", "NoFrontmatter");
    check("---", "Unclosed { most: 65536 }");
    check("---\ndescription: d\n", "Unclosed { most: 65536 }");
    check(&format!("---\ndescription: d\n{}---\n", "# x\n".repeat(20_000)), "Unclosed { most: 65536 }");
    check(&format!("---\ndescription: d\n---\n{}", "x\n".repeat(5_000_000)), "d|0");
}

#[test]
fn metadata_is_a_flat_map() {
    let text = "---\nname: a\ndescription: d\nmetadata:\n  # comment\n  housestyle.version: \"3\"\n  \
                list:\n    - a\n    - b\n  deep:\n    er: x\n  folded: >-\n    one\n    two\n\nlicense: MIT\n---\nBody.\n";
    let parsed = Document::parse(text).expect("a document");
    let metadata: Vec<(&str, &str)> =
        parsed.document.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(metadata, [("folded", "one two"), ("housestyle.version", "3"), ("list", "a, b")]);
    assert_eq!(parsed.document.license.as_deref(), Some("MIT"));
    assert_eq!(parsed.warnings.len(), 1, "{:?}", parsed.warnings);
    assert_eq!((parsed.document.body.as_str(), parsed.body_line), ("Body.\n", 18));
}

#[test]
fn what_is_written_is_read_back_without_a_warning() {
    let metadata = [("housestyle.scope", "src/**/*.rs, \"q\" \\"), ("housestyle.version", "1")];
    let document = Document {
        name: "prefer-context".to_owned(),
        description: "Use `x: y` --- not \"z\" <T>\u{200b}\u{202e}\n\twhen # needed \\n".to_owned(),
        license: Some(" ".to_owned()),
        compatibility: Some("Any".to_owned()),
        allowed_tools: None,
        metadata: metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        body: "\r\n# Title\r\n\r\n---\r\nText.\r\n\r\n".to_owned(),
    };
    let text = document.emit().expect("written");
    let parsed = Document::parse(&text).expect("read");
    assert_eq!(parsed.warnings, []);
    assert_eq!(parsed.document.description, "Use `x: y` -- not \"z\" ‹T› when # needed \\n");
    assert_eq!(parsed.document.metadata, document.metadata);
    assert_eq!((parsed.document.license, parsed.document.compatibility.as_deref()), (None, Some("Any")));
    assert_eq!(parsed.document.body.trim(), "# Title\n\n---\nText.");
    let front = text.split("\n---\n").next().expect("frontmatter");
    assert!(!front[3..].contains("---") && !text.contains('\r'), "{text}");
}

#[test]
fn what_cannot_be_written_is_refused() {
    let document = |name: &str, description: &str, key: &str| Document {
        name: name.to_owned(),
        description: description.to_owned(),
        metadata: BTreeMap::from([(key.to_owned(), String::new())]),
        ..Document::default()
    };
    assert!(document("a", "d", "k").emit().is_ok());
    for name in ["", "A", "a--b", "-a", "a-", "é", "a b", "a/b", "..", "nul", "com1", &"a".repeat(65)] {
        assert!(matches!(document(name, "d", "k").emit(), Err(SkillError::Name { .. })), "{name}");
    }
    assert!(matches!(document("a", "\u{200b} \n", "k").emit(), Err(SkillError::Undescribed { .. })));
    for key in ["", "a b", "a:", "---", "é", "1"] {
        assert!(matches!(document("a", "d", key).emit(), Err(SkillError::Key { .. })), "{key}");
    }
}

#[test]
fn names_are_made_of_texts() {
    for (text, expected) in [
        ("Use `anyhow::Context`!", Some("use-anyhow-context")),
        ("preferSignIn", Some("prefer-sign-in")),
        ("  --x--  ", Some("x")),
        ("HTTPServer", Some("httpserver")),
        ("éü", None),
        ("NUL", None),
    ] {
        assert_eq!(kebab(text).as_deref(), expected, "{text}");
    }
    let long = kebab(&"word ".repeat(40)).expect("a name");
    assert!(is_name(&long) && long.len() > 50 && long.ends_with("word"), "{long}");
    assert_eq!(kebab(&"x".repeat(99)).map(|name| name.len()), Some(MOST_NAME));
}

#[test]
fn descriptions_are_cut_at_a_word() {
    let line = one_line(&"word ".repeat(400), MOST_DESCRIPTION);
    assert!(line.chars().count() <= MOST_DESCRIPTION && line.ends_with("word…"), "{line}");
    assert_eq!(one_line(&"é".repeat(2000), MOST_DESCRIPTION).chars().count(), MOST_DESCRIPTION);
    assert_eq!(one_line("a------b", 20), "a--b");
}
