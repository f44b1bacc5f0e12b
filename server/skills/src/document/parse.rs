//! Reads a SKILL.md leniently: the YAML of real files, not all of YAML.
//!
//! Scalars in all their forms, one level of keys below `metadata`, lists as text. Anchors, aliases and tags are text:
//! nothing grows by being read. Each line is read a bounded number of times.

use std::collections::BTreeSet;

use super::lines::Line;
use super::scalar::{Block, quoted, uncommented};
use super::{Document, Parsed, Warning};
use crate::error::SkillError;

/// Bytes of frontmatter at most.
const MOST_FRONTMATTER: usize = 64 * 1024;

/// A value of the frontmatter.
enum Value {
    Scalar(String),
    List(Vec<String>),
    Map(Vec<(usize, String, String)>),
}

impl Document {
    /// Reads a SKILL.md. Deviations from the standard are read where possible, and become warnings.
    ///
    /// # Errors
    /// When there is no frontmatter, it has no end, it has no description, or it holds a key twice.
    pub fn parse(text: &str) -> Result<Parsed, SkillError> {
        let mut warnings = Vec::new();
        let (front, body, body_line) = split(text, &mut warnings)?;
        let mut reader = Reader { lines: front, at: 0, warnings, doubled: None };
        let mut document = Document { body, ..Document::default() };
        reader.read(&mut document);
        if let Some((line, key)) = reader.doubled {
            return Err(SkillError::DoubledKey { line, key });
        }
        if document.description.trim().is_empty() {
            return Err(SkillError::NoDescription);
        }
        document.description = document.description.trim().to_owned();
        Ok(Parsed { document, warnings: reader.warnings, body_line })
    }
}

/// Parts a file into the lines of its frontmatter and its body.
fn split<'a>(
    text: &'a str,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Line<'a>>, String, usize), SkillError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = text;
    let mut number = 0;
    let mut lines = Vec::new();
    let mut opened = false;
    loop {
        let (line, more) = rest.split_once('\n').map_or((rest, None), |(line, more)| (line, Some(more)));
        number += 1;
        let fence = line.trim_end();
        if !opened {
            match fence {
                "---" => {
                    opened = true;
                    if number > 1 {
                        warnings
                            .push(Warning { line: 1, message: "blank lines before the frontmatter".into() });
                    }
                }
                "" if number <= 16 => {}
                _ => return Err(SkillError::NoFrontmatter),
            }
        } else if fence == "---" || fence == "..." {
            return Ok((lines, more.unwrap_or_default().replace("\r\n", "\n"), number + 1));
        } else {
            lines.push(Line::new(number, line));
        }
        match more {
            Some(more) if text.len() - more.len() <= MOST_FRONTMATTER => rest = more,
            _ if !opened => return Err(SkillError::NoFrontmatter),
            _ => return Err(SkillError::Unclosed { most: MOST_FRONTMATTER }),
        }
    }
}

/// Reads frontmatter line by line.
struct Reader<'a> {
    lines: Vec<Line<'a>>,
    at: usize,
    warnings: Vec<Warning>,
    /// The first key that stands there again, and its line.
    doubled: Option<(usize, String)>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, document: &mut Document) {
        let mut seen = BTreeSet::new();
        while let Some(line) = self.next_line() {
            let Some((key, rest)) = key_of(line.text) else {
                self.warn(line, "is no `key: value` and was left out");
                continue;
            };
            if line.indent > 0 {
                self.warn(line, "is indented below nothing");
            }
            let value = self.value(line, rest);
            if !seen.insert(key.clone()) {
                self.doubled.get_or_insert((line.number, key));
                continue;
            }
            self.set(document, line, &key, value);
        }
    }

    fn set(&mut self, document: &mut Document, line: Line<'a>, key: &str, value: Value) {
        let text = match (key, value) {
            ("metadata", Value::Map(entries)) => {
                for (number, key, value) in entries {
                    if document.metadata.insert(key.clone(), value).is_some() {
                        // An entry in flow style has no line of its own.
                        let number = number.max(line.number);
                        self.doubled.get_or_insert((number, format!("metadata.{key}")));
                    }
                }
                return;
            }
            ("metadata", Value::Scalar(text)) if text.is_empty() => return,
            ("metadata", _) => return self.warn(line, "`metadata` is no map and was left out"),
            (_, Value::Scalar(text)) => text,
            ("allowed-tools", Value::List(items)) => {
                self.warn(line, "`allowed-tools` is a list: the standard has text parted by spaces");
                items.join(" ")
            }
            (_, Value::List(items)) => {
                self.warn(line, &format!("`{key}` is a list and was read as text"));
                items.join(", ")
            }
            (_, Value::Map(_)) => return self.warn(line, &format!("`{key}` is a map and was left out")),
        };
        match key {
            "name" => document.name = text.trim().to_owned(),
            "description" => document.description = text,
            "license" => document.license = Some(text),
            "compatibility" => document.compatibility = Some(text),
            "allowed-tools" => document.allowed_tools = Some(text),
            _ => self.warn(line, &format!("`{key}` is no key of the standard: put it below `metadata`")),
        }
    }

    /// Returns the next line with content.
    fn next_line(&mut self) -> Option<Line<'a>> {
        while let Some(line) = self.lines.get(self.at).copied() {
            self.at += 1;
            if !line.says_nothing() {
                if line.tabbed {
                    self.warn(line, "is indented with tabs, which YAML does not allow");
                }
                return Some(line);
            }
        }
        None
    }

    /// Takes the lines that are indented deeper than a key, with the blank ones between them.
    fn deeper(&mut self, than: usize) -> &[Line<'a>] {
        let from = self.at;
        let rest = &self.lines[from..];
        let count = rest.iter().take_while(|line| line.is_blank() || line.indent > than).count();
        self.at += count;
        &self.lines[from..from + count]
    }

    /// Reads the value of a key: the text behind it, and the lines below it.
    fn value(&mut self, line: Line<'a>, rest: &str) -> Value {
        if let Some(block) = Block::of(rest) {
            let lines = self.deeper(line.indent);
            return Value::Scalar(block.join(lines, line.indent));
        }
        if rest.starts_with(['"', '\'']) {
            return Value::Scalar(self.quoted_value(line, rest));
        }
        let plain = uncommented(rest);
        if let Some(items) = flow(plain) {
            self.warn(line, "is in flow style, which the standard's validator refuses");
            self.deeper(line.indent);
            return items;
        }
        if plain.is_empty() {
            return self.below(line);
        }
        if plain.contains(": ") || plain.ends_with(':') {
            self.warn(line, "has a colon in a plain value: put it in quotes");
        }
        if plain.starts_with(['&', '*', '!', '%', '@', '`']) {
            self.warn(line, "begins with a mark of YAML, and was read as text");
        }
        let more = self.deeper(line.indent).to_vec();
        let more =
            more.iter().map(|line| if line.text.starts_with('#') { "" } else { uncommented(line.text) });
        Value::Scalar(fold(std::iter::once(plain).chain(more)))
    }

    /// Reads a value in quotes, which may go on over the lines below.
    fn quoted_value(&mut self, line: Line<'a>, rest: &str) -> String {
        if let Some((value, behind)) = quoted(rest) {
            if !uncommented(behind.trim()).is_empty() {
                self.warn(line, "has text behind the closing quote, which was left out");
            }
            return value;
        }
        let more = self.deeper(line.indent).to_vec();
        let whole = fold(std::iter::once(rest).chain(more.iter().map(|line| line.text)));
        match quoted(&whole) {
            Some((value, _)) => value,
            None => {
                self.warn(line, "opens a quote that is not closed");
                whole[1..].to_owned()
            }
        }
    }

    /// Reads the value below a key alone on its line: a list, a map, or text.
    fn below(&mut self, key: Line<'a>) -> Value {
        let mut count = 0;
        let mut said = None;
        for line in &self.lines[self.at..] {
            // A list may stand as far left as its key.
            let item = line.indent == key.indent && (line.text.starts_with("- ") || line.text == "-");
            if !(line.says_nothing() || line.indent > key.indent || item) {
                break;
            }
            said = said.or((!line.says_nothing()).then_some(*line));
            count += 1;
        }
        let lines = self.lines[self.at..self.at + count].to_vec();
        let Some(first) = said else { return Value::Scalar(String::new()) };
        if first.text.starts_with("- ") || first.text == "-" {
            self.at += count;
            let items = lines.iter().filter(|line| !line.says_nothing());
            return Value::List(items.map(|line| plain(line.text.trim_start_matches("- "))).collect());
        }
        if key_of(first.text).is_none() || key.text.starts_with("description") {
            self.at += count;
            return Value::Scalar(fold(lines.iter().map(|line| line.text)));
        }
        let end = self.at + count;
        let mut entries = Vec::new();
        while self.at < end {
            let Some(line) = self.next_line() else { break };
            match key_of(line.text) {
                _ if self.at > end => {
                    self.at -= 1; // it belongs to what follows
                    break;
                }
                Some((key, rest)) if line.indent <= first.indent => match self.value(line, rest) {
                    Value::Scalar(text) => entries.push((line.number, key, text)),
                    Value::List(items) => entries.push((line.number, key, items.join(", "))),
                    Value::Map(_) => self.warn(line, "is a map below a map and was left out"),
                },
                _ => self.warn(line, "is not understood and was left out"),
            }
        }
        Value::Map(entries)
    }

    fn warn(&mut self, line: Line<'a>, what: &str) {
        // A hostile file is not to cost more than it holds.
        if self.warnings.len() < 100 {
            self.warnings
                .push(Warning { line: line.number, message: format!("line {} {what}", line.number) });
        }
    }
}

/// Joins lines as YAML folds them: a line end is a space, a blank line a line end.
fn fold<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    let mut blanks = 0;
    for line in lines {
        if line.is_empty() {
            blanks += 1;
            continue;
        }
        if !joined.is_empty() {
            match blanks {
                0 => joined.push(' '),
                _ => joined.extend(std::iter::repeat_n('\n', blanks)),
            }
        }
        blanks = 0;
        joined.push_str(line);
    }
    joined
}

/// Reads a key from the start of a line; returns it with the text behind its colon.
fn key_of(text: &str) -> Option<(String, &str)> {
    if let Some((key, behind)) = quoted(text) {
        return behind.trim_start().strip_prefix(':').map(|rest| (key, rest.trim()));
    }
    let at = text.find(": ").or_else(|| text.find(":\t")).or_else(|| text.strip_suffix(':').map(str::len))?;
    let key = text[..at].trim();
    let fits = !key.is_empty() && !key.starts_with(['-', '?', '[', '{', '#', '|', '>']) && !key.contains(' ');
    fits.then(|| (key.to_owned(), text[at + 1..].trim()))
}

/// Reads a short value: in quotes, or plain.
fn plain(text: &str) -> String {
    quoted(text).map_or_else(|| uncommented(text).to_owned(), |(value, _)| value)
}

/// Reads a list or map in flow style, of scalars alone.
fn flow(text: &str) -> Option<Value> {
    let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    let parts = |inside: &str| -> Vec<String> {
        inside.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    if let Some(list) = inside('[', ']') {
        return Some(Value::List(parts(list).iter().map(|part| plain(part)).collect()));
    }
    let entries = parts(inside('{', '}')?);
    let read = |entry: &String| key_of(entry).map(|(key, rest)| (0, key, plain(rest)));
    Some(Value::Map(entries.iter().filter_map(read).collect()))
}
