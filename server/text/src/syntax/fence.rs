//! Fenced code blocks and front matter of Markdown.

use crate::{Language, Offset, Snapshot};

use super::window_before;

/// Returns the language of the Markdown code block in which `offset` lies, or `None` outside of all.
///
/// [`Language::UNKNOWN`] if the fence names none that is known. The line of the opening fence is outside, that of
/// the closing fence inside. Front matter between `---` or `+++` counts as a block of YAML or TOML. Of a document
/// longer than [`SCANNED_BYTES`](super::SCANNED_BYTES) only so much before the cursor is looked at.
pub fn fence_language_at(snapshot: &Snapshot, offset: Offset) -> Option<Language> {
    if snapshot.language().id() != "markdown" {
        return None;
    }
    let line_start = snapshot.line_start(snapshot.line_of(offset));
    let text = window_before(snapshot, line_start);
    let at_start = text.len() == line_start.0;
    let mut open: Option<Fence> = None;
    for (number, line) in lines(&text).enumerate() {
        open = match open {
            Some(fence) if fence.is_closed_by(line) => None,
            Some(fence) => Some(fence),
            None if number == 0 && at_start => front_matter(line).or_else(|| opening(line)),
            None => opening(line),
        };
    }
    open.map(|fence| fence.language)
}

struct Fence {
    mark: char,
    length: usize,
    language: Language,
}

impl Fence {
    fn is_closed_by(&self, line: &str) -> bool {
        let line = within(line);
        let length = line.len() - line.trim_start_matches(self.mark).len();
        length >= self.length && line[length..].trim().is_empty()
    }
}

/// Returns a line without what a list or a quotation that holds it puts before it.
fn within(line: &str) -> &str {
    line.trim_start_matches(['>', ' ', '\t'])
}

fn opening(line: &str) -> Option<Fence> {
    let line = within(line);
    // A fence may also be the first thing in a list item.
    let line = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).map_or(line, str::trim_start);
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let length = line.len() - info.len();
    let inline = mark == '`' && info.contains('`');
    (length >= 3 && !inline).then(|| Fence { mark, length, language: named_by(info) })
}

fn front_matter(line: &str) -> Option<Fence> {
    let (mark, id) = match line.trim_start_matches('\u{feff}').trim_end() {
        "---" => ('-', "yaml"),
        "+++" => ('+', "toml"),
        _ => return None,
    };
    Some(Fence { mark, length: 3, language: Language::from_id(id) })
}

/// Returns the language that an info string names, as in `rust,ignore`, `{python}` or `{.sh #id}`.
fn named_by(info: &str) -> Language {
    let word = info
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '#')))
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    let by_id = Language::from_id(word);
    if by_id.is_known() { by_id } else { Language::from_path(&format!("x.{word}")) }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    // A `\r\n` gives an empty line more, which opens and closes nothing.
    text.split(['\n', '\r'])
}
