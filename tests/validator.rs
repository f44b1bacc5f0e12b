//! The standard's own validator takes every skill that we write, whatever it is about, and the skills of this repository.
//!
//! `HOUSESTYLE_AGENTSKILLS` names the program: `agentskills` of the package skills-ref 0.1.1.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use housestyle_skills::{Document, Skill, kebab, lint};

/// Titles and descriptions that a validator may stumble over.
const TEXTS: &[&str] = &[
    "Say sign-in",
    "Use `anyhow::Context`: it says --- always --- what was being done",
    "Prefer Vec<T> to &[T]; a > b, <b>bold</b>",
    "quotes \" and ' and \\ and \\n and \\\"",
    "# no comment, - no item, ? no key, & no anchor, * no alias, ! no tag, % no directive",
    "key: value: more",
    "[a, b] and {c: d}",
    "| literal",
    "> folded",
    "@ and ` begin what YAML reserves",
    "true",
    "null",
    "~",
    "3.14",
    "2026-11-23",
    "0x1F",
    "line\nend\r\nand\ttab\u{85}and\u{2028}more",
    "invisible \u{200b}\u{202e}\u{feff}\u{e0041} characters \u{7}\u{0}\u{1b}[31m",
    "für Übung: 你好, Привет, 😀, \u{1d54f}",
    "\u{fffe}\u{ffff} no characters",
    "---",
    "----------- a rule ----",
    "...",
    "%YAML 1.2",
    "<<: *merge",
    "ends with a colon:",
    " begins and ends with spaces ",
    "🙂",
];

/// Bodies that must not be taken for frontmatter.
const BODIES: &[&str] =
    &["Text.", "---\nname: other\n---\n", "```yaml\n---\na: [\n```\n", "", "\u{feff}# Title\r\n\r\ntext\r\n"];

/// Runs the validator on a folder; returns its message where it refuses the folder.
fn refusal(folder: &Path) -> Option<String> {
    let program = std::env::var_os("HOUSESTYLE_AGENTSKILLS").expect(
        "HOUSESTYLE_AGENTSKILLS is to name `agentskills` (python3 -m pip install skills-ref==0.1.1); tests/run sets it",
    );
    let output = Command::new(program).arg("validate").arg(folder).output().expect("the validator runs");
    let said = [output.stdout, output.stderr].concat();
    (!output.status.success()).then(|| format!("{}: {}", folder.display(), String::from_utf8_lossy(&said)))
}

/// Writes a skill to a folder of its name.
fn write(root: &Path, document: &Document) -> PathBuf {
    let folder = root.join(&document.name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("SKILL.md"), document.emit().expect("a skill")).expect("written");
    folder
}

#[test]
fn the_reference_validator_takes_what_is_written() {
    let root = tempfile::tempdir().expect("a folder");
    let long = "word ".repeat(2000);
    let mut refused = Vec::new();
    for (at, text) in TEXTS.iter().copied().chain([long.as_str()]).enumerate() {
        let name = kebab(&format!("{text} {at}")).expect("a name");
        let metadata = [("housestyle.scope", text), ("housestyle.version", "1")];
        let document = Document {
            name,
            description: format!("{text} (number {at})"),
            license: Some(text.to_owned()),
            compatibility: Some(text.to_owned()),
            allowed_tools: None,
            metadata: metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            body: BODIES[at % BODIES.len()].to_owned(),
        };
        let folder = write(root.path(), &document);
        refused.extend(refusal(&folder));
        // What others take, we take too, without a warning.
        let content = fs::read(folder.join("SKILL.md")).expect("there");
        let files = [("SKILL.md".to_owned(), content)];
        let skill = Skill::read(&document.name, &files).expect("a skill");
        assert!(skill.warnings.is_empty(), "{text:?}: {:?}", skill.warnings);
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    // That it says no at all: a name in capitals.
    let folder = root.path().join("Capitals");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("SKILL.md"), "---\nname: Capitals\ndescription: d\n---\n").expect("written");
    assert!(refusal(&folder).is_some_and(|said| said.contains("lowercase")));
}

#[test]
fn the_skills_of_this_repository_are_to_the_standard() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../skills");
    let Ok(entries) = fs::read_dir(&root) else { return }; // there are none
    for entry in entries.flatten().filter(|entry| entry.path().join("SKILL.md").is_file()) {
        assert_eq!(refusal(&entry.path()), None);
        let name = entry.file_name().into_string().expect("a name");
        let text = fs::read(entry.path().join("SKILL.md")).expect("text");
        let findings = lint::lint(&name, &[("SKILL.md".to_owned(), text)]);
        assert!(!lint::refuses(&findings, lint::Tolerance::Warnings), "{name}: {findings:#?}");
    }
}
