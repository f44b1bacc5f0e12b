//! The corpus of malformed and hostile skills, and random ones: each is answered, none is believed. The modules below
//! attack the built program.

mod adapters;
#[cfg(unix)]
mod ci;
#[cfg(unix)]
mod git;
mod policy;
mod reviewed;
mod state;
#[cfg(unix)]
mod tokens;

use housestyle_skills::lint::{Finding, Severity, Tolerance, lint, refuses};
use housestyle_skills::{Document, Skill};
use proptest::prelude::*;
use serde_json::Value;

const CASES: &str = include_str!("hostile/skills/cases.jsonl");
const FRONT: &str = "name: case\ndescription: Says how.\n";

/// Returns a case's text: a string, or a list of strings with how often each stands there.
fn text(value: &Value) -> String {
    match value {
        Value::Array(parts) => parts
            .iter()
            .map(|part| {
                let times = usize::try_from(part[1].as_u64().expect("a number")).expect("a small one");
                part[0].as_str().expect("a text").repeat(times)
            })
            .collect(),
        value => value.as_str().expect("a text").to_owned(),
    }
}

fn files(content: &[u8]) -> Vec<(String, Vec<u8>)> {
    vec![("SKILL.md".to_owned(), content.to_vec())]
}

/// Compares the verdict with the expected verdict; returns nothing where they agree.
fn compare(content: &[u8], expect: &str) -> Option<String> {
    let files = files(content);
    let findings = lint("case", &files);
    let refused = refuses(&findings, Tolerance::Warnings);
    // What cannot be read at all is always refused by the lint, too.
    if Skill::read("case", &files).is_err() && !refused {
        return Some("it cannot be read, and the lint lets it pass".to_owned());
    }
    let has = |code: &str, severity: Severity| {
        findings.iter().any(|finding: &Finding| finding.code == code && finding.severity == severity)
    };
    let right = match expect.strip_prefix('!') {
        Some(code) => has(code, Severity::Refused),
        None if expect == "fine" => findings.is_empty(),
        None => has(expect, Severity::Warning) && !refused,
    };
    (!right).then(|| format!("expected {expect}, found {findings:#?}"))
}

#[test]
fn every_case_is_answered_as_it_should_be() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let file = match (case.get("file"), case.get("front"), case.get("body")) {
            (Some(file), ..) => text(file),
            (_, Some(front), _) => format!("---\n{}---\n\nText.\n", text(front)),
            (.., body) => format!("---\n{FRONT}---\n\n{}\n", text(body.expect("a text"))),
        };
        let expect = case["expect"].as_str().expect("an expectation");
        wrong.extend(compare(file.as_bytes(), expect).map(|why| format!("{}: {why}", case["name"])));
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150, "{count} cases");
}

#[test]
fn bytes_are_text_or_are_refused() {
    let cases: [(&str, &[u8], &str); 13] = [
        ("invalid-utf8", include_bytes!("hostile/skills/invalid-utf8.skill"), "!encoding"),
        ("utf16", include_bytes!("hostile/skills/utf16.skill"), "!encoding"),
        ("overlong", include_bytes!("hostile/skills/overlong.skill"), "!encoding"),
        ("surrogate", include_bytes!("hostile/skills/surrogate.skill"), "!encoding"),
        ("cut", include_bytes!("hostile/skills/cut-in-a-character.skill"), "!encoding"),
        ("nul", include_bytes!("hostile/skills/nul-bytes.skill"), "!hidden"),
        ("latin1", include_bytes!("hostile/skills/latin1.skill"), "!encoding"),
        ("gzip", include_bytes!("hostile/skills/gzip.skill"), "!encoding"),
        ("crlf", include_bytes!("hostile/skills/crlf.skill"), "fine"),
        ("bom-crlf", include_bytes!("hostile/skills/bom-crlf.skill"), "fine"),
        ("lone-cr", include_bytes!("hostile/skills/lone-cr.skill"), "!frontmatter"),
        ("mixed", include_bytes!("hostile/skills/mixed-line-ends.skill"), "fine"),
        ("no-end", include_bytes!("hostile/skills/no-line-end-at-all.skill"), "fine"),
    ];
    for (name, content, expect) in cases {
        assert_eq!(compare(content, expect), None, "{name}");
    }
}

/// Pieces of which files are put together at random.
const PIECES: &[&str] = &[
    "---\n",
    "name: case\n",
    "description: ",
    "text\n",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "  ",
    "\t",
    "- ",
    ": ",
    "\\",
    "\\u00",
    "\u{feff}",
    "\r\n",
    "\n",
    "metadata:\n",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "#",
    "```",
    "<!--",
    "-->",
    "`",
    "\u{200b}",
    "é",
    "😀",
    "https://",
    "ignore ",
    "previous ",
    "instructions",
    "~~~",
    "...\n",
    "allowed-tools:\n",
];

/// Reads, lints and, where that can be, writes and reads again.
fn survive(content: &[u8]) {
    let files = files(content);
    let findings = lint("case", &files);
    if Skill::read("case", &files).is_err() {
        assert!(refuses(&findings, Tolerance::Warnings), "unreadable, and not refused: {findings:?}");
    }
    let Ok(text) = std::str::from_utf8(content) else { return };
    let Ok(parsed) = Document::parse(text) else { return };
    let document = Document { name: "case".to_owned(), metadata: Default::default(), ..parsed.document };
    let Ok(written) = document.emit() else { return };
    let again = Document::parse(&written).expect("what was written is read");
    assert_eq!(again.warnings, [], "{written}");
    assert_eq!(again.document.emit().ok(), Some(written));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        survive(&bytes);
    }

    #[test]
    fn any_pieces_are_answered(picks in proptest::collection::vec(0..PIECES.len(), 0..80)) {
        let text: String = picks.into_iter().map(|at| PIECES[at]).collect();
        survive(text.as_bytes());
        survive(format!("---\ndescription: d\n{text}").as_bytes());
    }

    #[test]
    fn a_changed_skill_is_answered(at in 0..200_usize, length in 0..8_usize, new in "\\PC{0,6}") {
        let valid = "---\nname: \"case\"\ndescription: >-\n  Says how,\n  and when.\nmetadata:\n  a.b: 'c'\n---\n\n# T\n\nText.\n";
        let mut bytes = valid.as_bytes().to_vec();
        let at = at.min(bytes.len());
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, new.bytes());
        survive(&bytes);
    }

    #[test]
    fn what_is_written_is_read_back(description in "\\PC{1,80}", value in "\\PC{0,40}", body in "[ -~\n]{0,200}") {
        let document = Document {
            name: "case".to_owned(),
            description,
            metadata: [("housestyle.note".to_owned(), value)].into(),
            body,
            ..Document::default()
        };
        if let Ok(text) = document.emit() {
            let parsed = Document::parse(&text).expect("read");
            prop_assert_eq!(&parsed.warnings, &[]);
            prop_assert_eq!(parsed.document.emit().ok(), Some(text));
        }
    }
}
