//! Pieces of a document: headings, list items, paragraphs, without fences, front matter and indented code.

use std::ops::Range;

use housestyle_text::Language;

use super::{Piece, PieceKind, trimmed};

/// How far code must be indented outside of lists.
const CODE_INDENT: usize = 4;

/// Returns the pieces of a document.
pub(super) fn pieces(text: &str, language: Language) -> Vec<Piece> {
    let mut reader = Reader { text, found: Vec::new(), open: None, in_list: false };
    let markdown = language.id() == "markdown";
    let mut fence: Option<(char, usize)> = None;
    let (mut at, mut front, mut comment) = (0, None, false);
    for line in text.split_inclusive('\n') {
        let whole = at..at + line.len();
        at = whole.end;
        let bare = line.trim();
        let start = whole.start + (line.len() - line.trim_start().len());
        if whole.start == 0 && matches!(bare, "---" | "+++") {
            front = Some(bare.to_owned());
            continue;
        }
        if let Some(mark) = &front {
            if bare == mark {
                front = None;
            }
            continue;
        }
        if let Some((mark, length)) = fence {
            let run = bare.len() - bare.trim_start_matches(mark).len();
            if run >= length && bare.trim_start_matches(mark).is_empty() {
                fence = None;
            }
            continue;
        }
        if comment || (markdown && bare.starts_with("<!--")) {
            reader.close();
            comment = !bare.contains("-->");
            continue;
        }
        let fenced = bare.trim_start_matches(['-', '*', '+', '>', ' ']);
        if let Some(mark) = fenced.chars().next().filter(|c| matches!(c, '`' | '~')) {
            let run = fenced.len() - fenced.trim_start_matches(mark).len();
            if run >= 3 && !fenced[run..].contains('`') {
                reader.close();
                fence = Some((mark, run));
                continue;
            }
        }
        reader.line(whole, start, bare, markdown);
    }
    reader.close();
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    found: Vec<Piece>,
    open: Option<(PieceKind, Range<usize>, Vec<Range<usize>>)>,
    /// Whether a list is open: text that is indented below its items belongs to them.
    in_list: bool,
}

impl Reader<'_> {
    fn close(&mut self) {
        if let Some((kind, range, lines)) = self.open.take() {
            self.found.extend(Piece::new(kind, range, lines, self.text));
        }
    }

    fn line(&mut self, whole: Range<usize>, start: usize, bare: &str, markdown: bool) {
        let indent = start - whole.start;
        let content = trimmed(self.text, whole.clone());
        if bare.is_empty() {
            return self.close();
        }
        if bare.chars().all(|c| matches!(c, '=' | '-' | '~' | '^' | '*' | '_')) {
            // A line below text makes it a heading; else it parts what is above from what is below.
            let heading = bare.len() >= 3 || bare.chars().all(|c| c == '=');
            if let Some((kind @ PieceKind::Text, _, lines)) = &mut self.open
                && heading
                && lines.len() == 1
            {
                *kind = PieceKind::Heading;
            }
            return self.close();
        }
        let hashes = bare.len() - bare.trim_start_matches('#').len();
        if markdown && (1..=6).contains(&hashes) && bare[hashes..].starts_with(' ') && indent < CODE_INDENT {
            self.close();
            let title = bare[hashes..].trim_end_matches('#');
            let line = trimmed(self.text, start + hashes..start + hashes + title.len());
            self.found.extend(Piece::new(PieceKind::Heading, content, vec![line], self.text));
            self.in_list = false;
            return;
        }
        if let Some(mark) = item_mark(bare) {
            self.close();
            let line = trimmed(self.text, start + mark..content.end);
            self.open = Some((PieceKind::ListItem { mark: start }, content, vec![line]));
            self.in_list = true;
            return;
        }
        // Rows of tables are no sentences.
        if bare.starts_with('|') || (indent >= CODE_INDENT && self.open.is_none() && !self.in_list) {
            return self.close();
        }
        if indent == 0 && self.open.is_none() {
            self.in_list = false;
        }
        let line =
            trimmed(self.text, start + (bare.len() - bare.trim_start_matches(['>', ' ']).len())..content.end);
        match &mut self.open {
            Some((_, range, lines)) => {
                range.end = content.end;
                lines.push(line);
            }
            None => self.open = Some((PieceKind::Text, content, vec![line])),
        }
    }
}

/// Returns how many bytes the mark of a list item takes, with the space and the box behind it.
fn item_mark(bare: &str) -> Option<usize> {
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mark = match bare.chars().next()? {
        '-' | '*' | '+' => 1,
        c if c.is_ascii_digit() && digits <= 3 && bare[digits..].starts_with(['.', ')']) => digits + 1,
        _ => return None,
    };
    let rest = bare[mark..].strip_prefix([' ', '\t'])?;
    let boxed =
        ["[ ] ", "[x] ", "[X] "].iter().find(|known| rest.starts_with(**known)).map_or(0, |b| b.len());
    Some(mark + 1 + boxed)
}
