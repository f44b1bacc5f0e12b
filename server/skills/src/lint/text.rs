//! Checks of a file's text: hidden characters and markup, encoded runs, secrets, links.

use std::sync::LazyLock;

use housestyle_text::secrets;
use regex::Regex;

use super::code::{fenced, without_code};
use super::{Found, orders, spelled};
use crate::hidden;

/// Bytes of a file that are checked. A longer text does not belong in a prompt.
const MOST_SCANNED: usize = 1 << 20;
/// Characters of a run from which on it is an encoding of something.
const ENCODED_RUN: usize = 120;
/// Blank lines that put the text behind them out of sight.
const MANY_BLANKS: usize = 60;
/// Characters of white space that put the text behind them out of sight.
const WIDE: usize = 200;

/// Comments that are meant for tools, and change nothing that a reader sees.
const TOOL_COMMENTS: &[&str] = &[
    "markdownlint-",
    "prettier-ignore",
    "toc",
    "omit in toc",
    "omit from toc",
    "vale ",
    "cspell",
    "textlint-",
    "eslint-",
    "spdx-",
    "reuse-ignore",
    "lint ",
];
/// Hosts that take whatever is sent to them.
const CATCHERS: &[&str] = &[
    "webhook.site",
    "requestbin",
    "pipedream.net",
    "ngrok",
    "burpcollaborator",
    "oast.",
    "interact.sh",
    "beeceptor.com",
    "hookbin.com",
    "transfer.sh",
    "pastebin.com",
    "discord.com/api/webhooks",
    "discordapp.com/api/webhooks",
    "api.telegram.org/bot",
    "hooks.slack.com",
    "canarytokens",
    "dnslog",
];

/// Compiles a pattern of this file, once.
macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());
    };
}

pattern!(
    SCRIPT,
    r#"(?i)<\s*(script|iframe|object|embed|form|meta|link|base)\b|\bon(error|load|click|mouseover)\s*=|\b(javascript|vbscript)\s*:"#
);
pattern!(
    UNSEEN,
    r#"(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(\.0+)?\b|<[a-z]+[^>]*\s(hidden|aria-hidden)\b|color\s*:\s*(white|transparent|#fff)"#
);
pattern!(TAG, r"<\s*/?[a-zA-Z][a-zA-Z0-9-]*(\s[^<>]*)?/?>");
// `[//]: # (text)` shows nothing; `[x]: #anchor` is the target of a link.
pattern!(LINK_COMMENT, r#"^\s{0,3}\[[^\]]*\]:\s*(#(\S*\s+["'(]|\s*$)|<>)"#);
pattern!(URL, r"(?i)\b(https?|ftp|file|wss?)://[^\s)>\]`]*");
pattern!(DATA, r"(?i)\bdata:[a-z]+/[a-z0-9.+-]+[;,]|\bdata:;base64,");
// A place in the address that somebody is to fill in. The badge of a build has none.
pattern!(IMAGE, r"!\[[^\]]*\]\(\s*<?(https?:)?//[^)]*([{}$<]|%7[bB]|%24|=[)&]|=[A-Z_]{3,})[^)]*\)?");
// From 40 characters on it may be one.
pattern!(RUN, r"[A-Za-z0-9+/_=-]{40,}");
pattern!(
    ESCAPES,
    r"(\\x[0-9a-fA-F]{2}){12,}|(%[0-9a-fA-F]{2}){12,}|(\\u[0-9a-fA-F]{4}){8,}|(&#x?[0-9a-fA-F]+;){6,}"
);
pattern!(MARKS, r"[\u{300}-\u{36f}]{7,}");

/// Checks one file.
pub(super) fn check(path: &str, text: &str, found: &mut Found) {
    let end = (0..=MOST_SCANNED.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    if end < text.len() {
        found.warn(
            "size",
            path,
            0,
            format!("has {} bytes; what is beyond {MOST_SCANNED} was not looked at", text.len()),
        );
    }
    let text = &text[..end];
    if secrets::is_secret_path(path) {
        found.refuse("secret", path, 0, "files of that name hold secrets");
    }
    let lines = Lines::of(text);
    for secret in secrets::find(text) {
        let line = lines.number(secret.range.start);
        found.refuse(
            "secret",
            path,
            line,
            format!("holds a secret ({}): take it out, and change it", secret.rule),
        );
    }
    characters(path, text, &lines, found);
    if path.ends_with(".json") {
        strings(path, text, found);
    }
    if is_prose(path) {
        let mut fence = None;
        for (at, line) in text.lines().enumerate() {
            fence = fenced(fence, line);
            markup(path, at + 1, line, fence.is_some(), found);
            encoded(path, at + 1, line, found);
        }
        comments(path, text, &lines, found);
        blanks(path, text, found);
        orders::check(path, text, found);
        spelled::check(path, text, &lines, found);
    }
}

/// Returns whether a file is read by people and models as text.
fn is_prose(path: &str) -> bool {
    let name = path.to_ascii_lowercase();
    [".md", ".markdown", ".mdx", ".txt", ".rst", ".json", ".yml", ".yaml"]
        .iter()
        .any(|end| name.ends_with(end))
        || !name.rsplit('/').next().unwrap_or_default().contains('.')
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        Lines(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// Returns the line, from 1, in which a byte is.
    pub(super) fn number(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}

/// Checks for characters that are invisible, or that control a terminal.
fn characters(path: &str, text: &str, lines: &Lines, found: &mut Found) {
    for (at, c, kind) in hidden::find(text) {
        let message = format!("U+{:04X} is a {kind}: nobody sees it, and a model reads it", u32::from(c));
        match c {
            '\u{feff}' if at == 0 => {} // an editor's byte order mark
            c if hidden::may_be_emoji(c) => {
                let text = format!("U+{:04X} is a {kind}: a newer emoji, or nothing", u32::from(c));
                found.warn("hidden", path, lines.number(at), text);
            }
            _ => found.refuse("hidden", path, lines.number(at), message),
        }
    }
    let mut word = (false, false);
    for (at, c) in text.char_indices() {
        let kind = match c {
            '\n' | '\t' => None,
            '\r' => (!text[at + 1..].starts_with('\n')).then_some("lone carriage return"),
            c => c.is_control().then_some("control character"),
        };
        if let Some(kind) = kind {
            let text = format!("U+{:04X} is a {kind}: nobody sees it, and a model reads it", u32::from(c));
            found.refuse("hidden", path, lines.number(at), text);
        }
        // `раypal` with Cyrillic letters reads as another word than it is.
        word = match c {
            c if c.is_ascii_alphabetic() => (true, word.1),
            '\u{400}'..='\u{52f}' => (word.0, true),
            c if c.is_alphanumeric() => word,
            _ => (false, false),
        };
        if word == (true, true) {
            found.refuse("hidden", path, lines.number(at), "a word mixes Latin and Cyrillic letters");
            word = (false, false);
        }
    }
    for marks in MARKS.iter().flat_map(|marks| marks.find_iter(text)) {
        found.refuse("hidden", path, lines.number(marks.start()), "combining marks are piled up");
    }
}

/// Checks for hidden characters in the values of JSON strings.
fn strings(path: &str, text: &str, found: &mut Found) {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::String(text) => {
                if let Some(c) = unseen(text, "\n\t\r") {
                    let text = format!("a string holds U+{:04X}, which nobody sees", u32::from(c));
                    found.refuse("hidden", path, 0, text);
                }
            }
            serde_json::Value::Array(items) => open.extend(items),
            serde_json::Value::Object(entries) => open.extend(entries.values()),
            _ => {}
        }
    }
}

/// Returns a character of a value that nobody sees, or a control that is not allowed there.
pub(super) fn unseen(value: &str, allowed: &str) -> Option<char> {
    let hidden = hidden::find(value).map(|(_, c, _)| c).find(|c| !hidden::may_be_emoji(*c));
    hidden.or_else(|| value.chars().find(|c| c.is_control() && !allowed.contains(*c)))
}

/// Looks for markup that hides text or runs something, and for links.
fn markup(path: &str, number: usize, line: &str, fenced: bool, found: &mut Found) {
    let has = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|regex| regex.is_match(line));
    if !fenced {
        let bare = without_code(line);
        let in_bare =
            |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|regex| regex.is_match(&bare));
        if in_bare(&SCRIPT) {
            found.refuse("markup", path, number, "HTML that runs or loads something");
        } else if in_bare(&UNSEEN) {
            found.refuse("markup", path, number, "HTML that hides text from who reads the page");
        } else if in_bare(&TAG) {
            found.warn("markup", path, number, "HTML: write Markdown");
        }
        if in_bare(&LINK_COMMENT) {
            found.refuse(
                "comment",
                path,
                number,
                "a link that is none: it hides text from who reads the page",
            );
        }
    }
    if has(&IMAGE) {
        found.refuse("link", path, number, "an image's address carries data out when it is shown");
    }
    for url in URL.iter().flat_map(|regex| regex.find_iter(line)) {
        let url = url.as_str().to_lowercase();
        let host = url.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        let number_alone = !host.is_empty()
            && host.trim_start_matches('[').bytes().all(|b| b.is_ascii_digit() || b".:".contains(&b));
        if CATCHERS.iter().any(|catcher| url.contains(catcher)) {
            found.refuse("link", path, number, "a link to a host that takes whatever is sent to it");
        } else if host.contains('@') || host.contains("xn--") || (number_alone && !host.starts_with("127.")) {
            found.refuse("link", path, number, "a link that does not say where it leads");
        } else {
            found.warn("link", path, number, "a link: what it leads to can change without a review");
        }
    }
    if let Some(data) = DATA.as_ref().and_then(|regex| regex.find(line)) {
        match line[data.start()..].to_lowercase().contains("base64") {
            true => found.refuse("encoded", path, number, "a data address with encoded content"),
            false => found.warn("encoded", path, number, "a data address"),
        }
    }
}

/// Looks for runs that may be an encoding of something.
fn encoded(path: &str, number: usize, line: &str, found: &mut Found) {
    for run in RUN.iter().flat_map(|regex| regex.find_iter(line)) {
        let run = run.as_str();
        let has = |test: fn(&u8) -> bool| run.bytes().any(|byte| test(&byte));
        let hexadecimal = run.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        let words = run.split(['/', '_', '-']).all(|word| word.len() <= 20);
        if !hexadecimal && (!mixed || words) {
            continue;
        }
        let most = if hexadecimal { 2 * ENCODED_RUN } else { ENCODED_RUN };
        let text = format!("a run of {} characters that may be an encoding of something", run.len());
        match run.len() >= most {
            true => found.refuse("encoded", path, number, text),
            // A digest of 64 digits names something, and hides nothing.
            false if hexadecimal && run.len() <= 64 => {}
            false => found.warn("encoded", path, number, text),
        }
    }
    if ESCAPES.as_ref().is_some_and(|regex| regex.is_match(line)) {
        found.refuse("encoded", path, number, "a run of escapes: write what it stands for");
    }
    let blank = line.trim_start_matches('\u{feff}');
    let mut white = blank.trim_end().split(|c: char| !c.is_whitespace());
    if white.any(|white| white.chars().count() >= WIDE) {
        found.refuse("hidden", path, number, "text that stands out of sight, behind white space");
    }
}

/// Looks for comments, which a reader of the page does not see; also over several lines.
fn comments(path: &str, text: &str, lines: &Lines, found: &mut Found) {
    let mut fence = None;
    let mut at = 0;
    let mut begun: Option<(usize, String)> = None;
    for line in text.split_inclusive('\n') {
        let open = fence.is_some();
        fence = fenced(fence, line);
        if let Some((start, mut comment)) = begun.take() {
            comment.push_str(line);
            match comment.find("-->") {
                Some(end) => comment_found(path, lines.number(start), &comment[..end], found),
                None if comment.len() < 64 * 1024 => begun = Some((start, comment)),
                None => comment_found(path, lines.number(start), &comment, found),
            }
        } else if !open {
            let bare = without_code(line);
            if let Some(opens) = bare.find("<!--") {
                let rest = &bare[opens + 4..];
                match rest.find("-->") {
                    Some(end) => comment_found(path, lines.number(at), &rest[..end], found),
                    None => begun = Some((at, rest.to_owned())),
                }
            }
        }
        at += line.len();
    }
    if let Some((start, comment)) = begun {
        comment_found(path, lines.number(start), &comment, found);
    }
}

fn comment_found(path: &str, number: usize, comment: &str, found: &mut Found) {
    let text = comment.trim().to_lowercase();
    let tool =
        text.len() <= 80 && !text.contains('\n') && TOOL_COMMENTS.iter().any(|begin| text.starts_with(begin));
    match tool {
        true => found.warn("comment", path, number, "a comment for a tool"),
        false => found.refuse(
            "comment",
            path,
            number,
            "an HTML comment: readers of the page do not see it, models do",
        ),
    }
}

/// Looks for text behind many blank lines.
fn blanks(path: &str, text: &str, found: &mut Found) {
    let mut blank = 0;
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            blank += 1;
            continue;
        }
        if blank >= MANY_BLANKS {
            found.refuse(
                "hidden",
                path,
                at + 1,
                format!("text that stands out of sight, behind {blank} blank lines"),
            );
        }
        blank = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        let all = [&SCRIPT, &UNSEEN, &TAG, &LINK_COMMENT, &URL, &DATA, &IMAGE, &RUN, &ESCAPES, &MARKS];
        assert!(all.iter().all(|pattern| pattern.is_some()));
    }
}
