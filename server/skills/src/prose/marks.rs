//! The parts of a line that are no text: code spans, templates, targets and labels of links, addresses, tags.

use std::ops::Range;

/// Returns the ranges of a line that hold no words, in any order.
pub(super) fn masked(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    code_spans(line, &mut found);
    labels(line, &mut found);
    between(line, "](", ")", &mut found);
    between(line, "{@", "}", &mut found);
    between(line, "{{", "}}", &mut found);
    between(line, "{%", "%}", &mut found);
    between(line, "<%", "%>", &mut found);
    between(line, "${", "}", &mut found);
    between(line, "<", ">", &mut found);
    directives(line, &mut found);
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

/// Labels of references, which have to be equal on both sides: `[text][label]`, `[label][]`, `[label]`, `[label]: target`. A
/// bracket without a definition is one, too: no line knows the definitions.
fn labels(line: &str, found: &mut Vec<Range<usize>>) {
    let code = found.clone();
    let mut spans = code.iter().peekable();
    let (mut open, mut depth, mut text_end) = (0, 0_usize, None);
    for (at, bracket) in line.match_indices(['[', ']']) {
        while spans.next_if(|span| span.end <= at).is_some() {}
        if spans.peek().is_some_and(|span| span.start <= at) {
            continue;
        }
        if bracket == "[" {
            open = if depth == 0 { at } else { open };
            depth += 1;
            continue;
        }
        if depth == 0 {
            // This label, or text of a link, began on the line above.
            open = 0;
        }
        depth = depth.saturating_sub(1);
        if depth > 0 {
            continue;
        }
        let (after, end) = (&line[at + 1..], at + 1);
        let follows_text = text_end.take() == Some(open);
        if follows_text {
            // As with a target, the range begins where the text of the link ends.
            found.push(open - 1..end);
        } else if after.starts_with("[]") {
            found.push(open..end + 2);
        } else if after.starts_with('[') {
            text_end = Some(end);
        } else if after.starts_with(':') && line[..open].trim().is_empty() {
            let target = after[1..].trim_start();
            let length = target.find(char::is_whitespace).unwrap_or(target.len());
            let is_note = line[open..].starts_with("[^");
            found.push(open..if is_note { end } else { line.len() - target.len() + length });
        } else if !after.starts_with('(') {
            found.push(open..end);
        }
    }
    if depth > 0 && text_end == Some(open) {
        found.push(open - 1..line.len());
    }
}

/// Names that reStructuredText defines: `.. _name: target`, `.. |name| replace:: text`; and the uses of the latter.
fn directives(line: &str, found: &mut Vec<Range<usize>>) {
    if [".. _", ".. |", ".. ["].iter().any(|begin| line.starts_with(begin)) {
        found.push(0..line.len());
    }
    let mut bars = line.match_indices('|').map(|(at, _)| at).peekable();
    while let Some(open) = bars.next() {
        let Some(close) = bars.peek().copied() else { return };
        let name = &line[open + 1..close];
        if !name.is_empty() && name.trim() == name {
            found.push(open..close + 1);
            bars.next();
        }
    }
}

fn between(line: &str, open: &str, close: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(start) = line[at..].find(open).map(|start| at + start) {
        let from = start + open.len();
        // `a < b` is no tag.
        let is_tag = open != "<" || line[from..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match line[from..].find(close).filter(|_| is_tag) {
            Some(length) => {
                at = from + length + close.len();
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
