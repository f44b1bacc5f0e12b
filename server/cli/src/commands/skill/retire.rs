//! The retired form of an approved skill: its metadata says that it is retired, and everything else stays.

use housestyle_skills::{SKILL_FILE, Skill};
use housestyle_workspace::clock::now;
use housestyle_workspace::skills::entry::{Entry, State};
use housestyle_workspace::skills::list::RETIRED;

use crate::failure::Failure;
use crate::output::moment;

/// The files of a skill: paths relative to its folder, and contents.
type Files = Vec<(String, Vec<u8>)>;

/// Returns the files of a skill with the date of today as the one of its retirement, and why it is proposed.
///
/// # Errors
/// When it is not in use, or its frontmatter is written in a way that a line cannot be added to.
pub(super) fn retired(entry: &Entry) -> Result<(Files, String), Failure> {
    if !matches!(entry.state, State::Approved | State::Shadow) {
        let why = format!("{} is {}: only what is approved can be retired", entry.name, entry.state.word());
        return Err(Failure::Usage(why));
    }
    let date: String = moment(now()).chars().take_while(|c| !c.is_whitespace()).collect();
    let mut files = entry.files.clone();
    for (_, content) in files.iter_mut().filter(|(path, _)| path == SKILL_FILE) {
        *content = dated(&String::from_utf8_lossy(content), &date).into_bytes();
    }
    // Frontmatter can be written in many ways: what counts is what is read from it afterwards.
    let reason = Skill::read(&entry.name, &files).ok().and_then(|skill| skill.metadata.get(RETIRED).cloned());
    if reason.is_none_or(|reason| reason != date) {
        let why =
            format!("write `{RETIRED}: \"{date}\"` below `metadata` in {SKILL_FILE} yourself, and commit it");
        return Err(Failure::CheckSaidNo(format!(
            "the frontmatter of {} has an unusual form: {why}",
            entry.name
        )));
    }
    let why = entry.retirement(now()).unwrap_or_else(|| "a person asked for it".to_owned());
    Ok((files, why))
}

/// Adds the date to the frontmatter of a text.
fn dated(text: &str, date: &str) -> String {
    let line = format!("  {RETIRED}: \"{date}\"\n");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is = |at: &usize, word: &str| lines[*at].trim_end() == word;
    let Some(end) = (1..lines.len()).find(|at| is(at, "---")) else { return text.to_owned() };
    let (at, new) = match (1..end).find(|at| is(at, "metadata:")) {
        Some(metadata) => (metadata + 1, line),
        None => (end, format!("metadata:\n{line}")),
    };
    [&lines[..at].concat(), new.as_str(), &lines[at..].concat()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_added_and_all_else_stays() {
        let date = "2026-11-23";
        assert_eq!(
            dated("---\nname: a\n---\n\n---\nBody.\n", date),
            "---\nname: a\nmetadata:\n  housestyle.retired: \"2026-11-23\"\n---\n\n---\nBody.\n"
        );
        assert_eq!(
            dated("---\nmetadata:\n  b: c\nname: a\n---\n", date),
            "---\nmetadata:\n  housestyle.retired: \"2026-11-23\"\n  b: c\nname: a\n---\n"
        );
        assert_eq!(dated("no frontmatter\n", date), "no frontmatter\n");
        assert_eq!(dated("", date), "");
    }
}
