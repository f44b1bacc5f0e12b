//! Where a page holds code: fences and spans.

/// Returns the fence that is open behind a line, if there is one: its mark and its length.
pub(super) fn fenced(open: Option<(char, usize)>, line: &str) -> Option<(char, usize)> {
    let text = line.trim_start();
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'));
    let length = mark.map_or(0, |mark| text.chars().take_while(|c| *c == mark).count());
    match (open, mark) {
        (None, Some(mark)) if length >= 3 => Some((mark, length)),
        (Some((mark, least)), Some(other))
            if mark == other && length >= least && text.trim_end().chars().all(|c| c == mark) =>
        {
            None
        }
        (open, _) => open,
    }
}

/// Returns a line without its code spans, which are shown as they are.
pub(super) fn without_code(line: &str) -> String {
    let mut parts = line.split('`');
    let mut bare = parts.next().unwrap_or_default().to_owned();
    let rest: Vec<&str> = parts.collect();
    for (at, part) in rest.iter().enumerate() {
        // The last odd part was not closed, so it is no code.
        if at % 2 == 1 || at + 1 == rest.len() {
            bare.push_str(part);
        } else {
            bare.push(' ');
        }
    }
    bare
}

/// Returns the prose of a page, line by line: lines of fences are empty, and spans of code are left out.
pub(super) fn prose(text: &str) -> String {
    let mut fence = None;
    let mut prose = String::with_capacity(text.len());
    for line in text.lines() {
        let open = fence.is_some();
        fence = fenced(fence, line);
        if !open && fence.is_none() {
            prose.push_str(&without_code(line));
        }
        prose.push('\n');
    }
    prose
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_backticks_is_ignored() {
        for (line, expected) in [("a `b` c", "a   c"), ("a `b c", "a b c"), ("`a` b `c", "  b c"), ("", "")] {
            assert_eq!(without_code(line), expected, "{line}");
        }
    }

    #[test]
    fn fences_close_with_their_own_mark() {
        let open = |lines: &[&str]| lines.iter().fold(None, |fence, line| fenced(fence, line)).is_some();
        assert!(open(&["```rust", "~~~"]) && open(&["````", "```"]) && open(&["```", "``` x"]));
        assert!(!open(&["```", "```"]) && !open(&["~~~", "x", "~~~~ "]) && !open(&["``"]));
    }

    #[test]
    fn prose_keeps_its_lines() {
        assert_eq!(prose("a\n```tsx\n<User>\n```\nb `c` d\n"), "a\n\n\n\nb   d\n");
    }
}
