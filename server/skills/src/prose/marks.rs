//! The parts of a line that are no text: code spans, targets of links, addresses, tags.

use std::ops::Range;

/// Returns the ranges of a line that hold no words, in any order.
pub(super) fn masked(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    code_spans(line, &mut found);
    between(line, "](", ')', &mut found);
    between(line, "{@", '}', &mut found);
    between(line, "<", '>', &mut found);
    tags(line, &mut found);
    found
}

/// Code spans begin and end with as many backquotes.
fn code_spans(line: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(open) = line[at..].find('`').map(|open| at + open) {
        let length = line[open..].len() - line[open..].trim_start_matches('`').len();
        let (mark, mut from) = (&line[open..open + length], open + length);
        let close = loop {
            let Some(close) = line[from..].find(mark).map(|close| from + close) else { break None };
            let run = line[close..].len() - line[close..].trim_start_matches('`').len();
            if run == length {
                break Some(close + length);
            }
            from = close + run;
        };
        // One that is not closed here goes on in the next line.
        let end = close.unwrap_or(line.len());
        found.push(open..end);
        at = end;
    }
}

fn between(line: &str, open: &str, close: char, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(start) = line[at..].find(open).map(|start| at + start) {
        let from = start + open.len();
        // `a < b` is no tag.
        let is_tag = open != "<" || line[from..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match line[from..].find(close).filter(|_| is_tag) {
            Some(length) => {
                at = from + length + close.len_utf8();
                found.push(start..at);
            }
            None => at = from,
        }
    }
}

/// `@param {type} name`, `:param type name:`, `\param name`: neither the tag nor the name is a word.
fn tags(line: &str, found: &mut Vec<Range<usize>>) {
    let Some(tag) = line.split_whitespace().next().filter(|tag| tag.starts_with(['@', '\\', ':'])) else {
        return;
    };
    let end = if tag.starts_with(':') {
        line[1..].find(':').map_or(tag.len(), |end| end + 2)
    } else {
        let rest = line[tag.len()..].trim_start();
        let braced = if rest.starts_with('{') { rest.find('}').map_or(0, |end| end + 1) } else { 0 };
        let name = rest[braced..].trim_start();
        let named = ["@param", "@arg", "@prop", "@typ", "@throw", "@see", "@template", "\\param", "@tparam"];
        let takes_name = named.iter().any(|known| tag.starts_with(known));
        let length = if takes_name { name.find(char::is_whitespace).unwrap_or(name.len()) } else { 0 };
        line.len() - name.len() + length
    };
    found.push(0..end);
}
