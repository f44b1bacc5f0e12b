//! Renders memory as text before the window: comment lines in the document's language.
//!
//! Every model has read notes in comments, and comments cannot break the code behind them. Notes come first, the oldest
//! first, then skills, then edits, the oldest first. So the text that stands there already keeps its place when something
//! is added.

use housestyle_text::{Language, Snapshot};

use super::{Memory, Note, RecentEdit};
use crate::generator::{Prompt, PromptPart};
use crate::settings::Settings;
use crate::skills::{SkillAction, SkillUse};

/// Returns a document's memory as whole lines; the empty text where there is none. Each kind of memory takes as many
/// tokens as `settings` allow (edits `edit_tokens`), and all together at most `room`. `count` counts tokens.
pub(crate) fn render(
    memory: &Memory,
    snapshot: &Snapshot,
    settings: &Settings,
    edit_tokens: usize,
    room: usize,
    count: &dyn Fn(&str) -> usize,
) -> String {
    let language = snapshot.language();
    let budget = settings.memory_note_tokens.min(room);
    let (mut text, used) = notes(&memory.notes, snapshot.path(), language, budget, count);
    let room = room - used;
    let (skills, used) = skills(memory, language, settings.skill_tokens.min(room), count);
    text.push_str(&skills);
    let budget = edit_tokens.min(room - used);
    text.push_str(&edits(&memory.edits, language, budget, count));
    if !text.is_empty() {
        // Else the last line would be read as a comment on the first one of the window.
        text.push('\n');
    }
    text
}

/// Returns the notes that are about the document and fit, and the tokens they take. Where not all fit, those with a
/// narrow scope come first, then the newer ones.
fn notes(
    notes: &[Note],
    path: Option<&str>,
    language: Language,
    budget: usize,
    count: &dyn Fn(&str) -> usize,
) -> (String, usize) {
    let mut about: Vec<(usize, &Note)> =
        notes.iter().enumerate().filter(|(_, note)| note.is_about(path, language)).collect();
    about.sort_by_key(|(index, note)| std::cmp::Reverse((note.narrowness(), note.created, *index)));
    let (mut chosen, mut used) = (Vec::new(), 0);
    for (index, note) in about {
        let line = comment(language, &note.text);
        let tokens = count(&line);
        if used + tokens <= budget {
            used += tokens;
            chosen.push((note.created, index, line));
        }
    }
    chosen.sort();
    (chosen.into_iter().map(|(.., line)| line).collect(), used)
}

/// Returns the selected skills that fit, and the tokens they take: each whole, or not at all.
fn skills(
    memory: &Memory,
    language: Language,
    budget: usize,
    count: &dyn Fn(&str) -> usize,
) -> (String, usize) {
    let (mut text, mut used) = (String::new(), 0);
    for skill in memory.selected_skills.iter().filter_map(|index| memory.skills.list().get(*index)) {
        let block = block_of(&skill.advice, language);
        let tokens = count(&block);
        if used + tokens <= budget {
            used += tokens;
            text.push_str(&block);
        }
    }
    (text, used)
}

/// Returns the lines of a skill as comments.
fn block_of(advice: &[String], language: Language) -> String {
    advice.iter().map(|line| comment(language, line)).collect()
}

/// Returns the skills of the memory that a prompt holds.
pub(crate) fn injected_skills(prompt: &Prompt, memory: &Memory, language: Language) -> Vec<SkillUse> {
    let selected = memory.selected_skills.iter().filter_map(|index| memory.skills.list().get(*index));
    let injected = selected.filter(|skill| {
        let block = block_of(&skill.advice, language);
        let holds = |part: &PromptPart| matches!(part, PromptPart::Text(text) if text.contains(&block));
        !block.is_empty() && prompt.parts.iter().any(holds)
    });
    injected.map(|skill| skill.use_as(SkillAction::Injected, false)).collect()
}

/// Returns the newest edits that fit, oldest first.
fn edits(edits: &[RecentEdit], language: Language, budget: usize, count: &dyn Fn(&str) -> usize) -> String {
    let mut blocks = Vec::new();
    let mut used = 0;
    for edit in edits.iter().rev() {
        let block = block(edit, language);
        used += count(&block);
        if used > budget {
            break;
        }
        blocks.push(block);
    }
    blocks.into_iter().rev().collect()
}

/// Returns an edit as a short diff under its file's name.
fn block(edit: &RecentEdit, language: Language) -> String {
    let mut text = String::new();
    if !edit.path.is_empty() {
        text.push_str(&comment(language, &edit.path));
    }
    for (sign, lines) in [('-', &edit.removed), ('+', &edit.added)] {
        for line in lines {
            text.push_str(&comment(language, &format!("{sign} {line}")));
        }
    }
    text
}

/// Returns a line as a comment; unchanged where the language has no comments.
fn comment(language: Language, line: &str) -> String {
    match (language.line_comment(), language.block_comment()) {
        (Some(mark), _) => format!("{mark} {line}\n"),
        // What would end the comment is left out, so that the rest is not read as the document's.
        (None, Some((open, close))) => format!("{open} {} {close}\n", line.replace(close, "")),
        (None, None) => format!("{line}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::note::tests::note;
    use super::*;
    use std::sync::Arc;

    fn count(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[track_caller]
    fn check(
        notes: Vec<Note>,
        edits: Vec<RecentEdit>,
        path: &str,
        tokens: (usize, usize),
        room: usize,
        expect: &str,
    ) {
        let snapshot = Snapshot::new("x", 1, Language::from_path(path)).with_path(path);
        let memory = Memory { notes: Arc::new(notes), edits, ..Memory::default() };
        let settings =
            Settings { memory_note_tokens: tokens.0, memory_edit_tokens: tokens.1, ..Settings::default() };
        assert_eq!(render(&memory, &snapshot, &settings, settings.memory_edit_tokens, room, &count), expect);
    }

    fn edit(path: &str, removed: &[&str], added: &[&str]) -> RecentEdit {
        let side = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        RecentEdit { path: path.to_owned(), removed: side(removed), added: side(added) }
    }

    #[test]
    fn notes_are_comments_of_the_documents_language() {
        let say = || vec![note("Say sign-in.", None, None)];
        check(say(), vec![], "a.rs", (99, 99), 999, "// Say sign-in.\n\n");
        check(say(), vec![], "a.py", (99, 99), 999, "# Say sign-in.\n\n");
        check(say(), vec![], "a.md", (99, 99), 999, "<!-- Say sign-in. -->\n\n");
        check(say(), vec![], "a.txt", (99, 99), 999, "Say sign-in.\n\n");
        check(vec![note("a --> b", None, None)], vec![], "a.md", (99, 99), 999, "<!-- a  b -->\n\n");
        check(vec![note("for docs", Some("docs/**"), None)], vec![], "a.rs", (99, 99), 999, "");
    }

    #[test]
    fn narrow_and_new_notes_come_first_where_there_is_little_room() {
        let all = || {
            let old = note("old", None, None);
            let new = Note { created: 5, ..note("new", None, None) };
            vec![note("narrow", Some("*.rs"), None), new, old]
        };
        check(all(), vec![], "a.rs", (99, 0), 999, "// narrow\n// old\n// new\n\n");
        check(all(), vec![], "a.rs", (4, 0), 999, "// narrow\n// new\n\n");
        check(all(), vec![], "a.rs", (99, 0), 3, "// narrow\n\n");
        check(all(), vec![], "a.rs", (0, 0), 999, "");
        let long = note("a b c d e f", Some("*.rs"), None);
        check(vec![long, note("short", None, None)], vec![], "a.rs", (4, 0), 999, "// short\n\n");
    }

    #[test]
    fn edits_are_short_diffs_the_newest_last() {
        let all = || vec![edit("b.rs", &["old"], &["new"]), edit("", &[], &["    two", "three"])];
        let (first, second) = ("// b.rs\n// - old\n// + new\n", "// +     two\n// + three\n");
        check(vec![], all(), "a.rs", (99, 99), 999, &format!("{first}{second}\n"));
        check(vec![], all(), "a.rs", (99, 13), 999, &format!("{second}\n"));
        check(vec![], all(), "a.rs", (99, 0), 999, "");
        let notes = vec![note("n", None, None)];
        check(notes, all(), "a.rs", (99, 99), 9, &format!("// n\n{second}\n"));
    }

    #[test]
    fn skills_stand_between_notes_and_edits_each_whole_or_not_at_all() {
        use crate::skills::{Exceptions, Mode, ServedSkill, Skills};

        let skill = |name: &str, text: &str| ServedSkill::new(name, text, "", None, Mode::On);
        let list = vec![skill("one", "Say one two three."), skill("two", "Say four.")];
        let snapshot = Snapshot::new("x", 1, Language::from_path("a.rs")).with_path("a.rs");
        let mut memory = Memory {
            notes: Arc::new(vec![note("n", None, None)]),
            edits: vec![edit("", &[], &["e"])],
            skills: Arc::new(Skills::new(list, Exceptions::default())),
            ..Memory::default()
        };
        let rendered = |memory: &Memory, skill_tokens| {
            let settings = Settings { skill_tokens, ..Settings::default() };
            render(memory, &snapshot, &settings, 9, 999, &count)
        };
        assert_eq!(rendered(&memory, 99), "// n\n// + e\n\n", "a skill that is not selected is left out");
        memory.selected_skills = vec![0, 1];
        assert_eq!(rendered(&memory, 99), "// n\n// Say one two three.\n// Say four.\n// + e\n\n");
        assert_eq!(rendered(&memory, 4), "// n\n// Say four.\n// + e\n\n");
        assert_eq!(rendered(&memory, 0), "// n\n// + e\n\n");
    }
}
