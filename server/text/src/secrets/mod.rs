//! Secrets in text: tokens, keys and passwords that the program must not store, learn or commit.
//!
//! A rule of the table is a regular expression for one shape of secret. The scanner tries a rule only where one of the
//! rule's words stands, so that ordinary text costs a search for words. Beside the table one general rule finds what is
//! assigned to the name of a secret, whatever the language. A wrong finding costs an example, a missed secret costs the
//! secret: in doubt a match is a secret.

mod assignment;
mod names;
mod paths;
mod rules;
#[cfg(test)]
mod tests;
mod values;

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;

pub use paths::is_secret_path;
use rules::{Check, RULES};
use values::{Look, entropy, is_open, look};

/// Version of the rules, to be raised by whoever adds or widens one: text that was stored before is then scanned anew.
pub const VERSION: u32 = 2;

/// Bytes before and after a part of a text that are searched for the name of a secret.
const NEAR_BYTES: usize = 1024;

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The rule that found it, in kebab-case.
    pub rule: &'static str,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// Returns the secrets in a text, in the order of their starts.
pub fn find(text: &str) -> Vec<Secret> {
    static COMPILED: LazyLock<Vec<OnceLock<Option<Regex>>>> =
        LazyLock::new(|| RULES.iter().map(|_| OnceLock::new()).collect());
    let folded = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (rule, compiled) in RULES.iter().zip(COMPILED.iter()) {
        if !rule.words.iter().any(|word| folded.contains(word)) {
            continue;
        }
        let Some(regex) = compiled.get_or_init(|| Regex::new(rule.pattern).ok()) else { continue };
        for captures in regex.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            let value = captures.iter().skip(1).flatten().next().unwrap_or(whole);
            if holds(rule.check, value.as_str()) {
                found.push(Secret { rule: rule.id, range: whole.range() });
            }
        }
    }
    assignment::find(text, &folded, &mut found);
    found.sort_by_key(|finding| (finding.range.start, finding.range.end));
    found
}

/// Returns whether a part of a text holds a secret, or a piece of one; the secret's name may stand near that part.
pub fn is_in(text: &str, part: Range<usize>) -> bool {
    let from = text.floor_char_boundary(part.start.saturating_sub(NEAR_BYTES));
    let to = text.floor_char_boundary(part.end.saturating_add(NEAR_BYTES));
    let [before, part, after] =
        [from..part.start, part.clone(), part.end..to].map(|range| text.get(range).unwrap_or_default());
    cut_around(before, part, after).is_err()
}

/// Cuts the surroundings of `text` so that they hold no secret: `before` then begins with the line after its last
/// secret, and `after` ends with the line before its first secret.
///
/// # Errors
/// With the rule, where a secret lies in `text` itself, even in part.
pub fn cut_around<'a>(
    before: &'a str,
    text: &str,
    after: &'a str,
) -> Result<(&'a str, &'a str), &'static str> {
    if let Some(finding) = find(text).first() {
        return Err(finding.rule);
    }
    let whole = format!("{before}{text}{after}");
    let (start, end) = (before.len(), before.len() + text.len());
    let (mut from, mut to) = (0, whole.len());
    for Secret { rule, range } in find(&whole) {
        if range.end <= start {
            from = from.max(range.end);
        } else if range.start >= end {
            to = to.min(range.start);
        } else {
            return Err(rule);
        }
    }
    // The rest of a secret's line often says what it is for, or is more of it.
    let from = if from == 0 { 0 } else { before[from..].find('\n').map_or(start, |at| from + at + 1) };
    let after_to = to - end;
    let after_to =
        if after_to == after.len() { after_to } else { after[..after_to].rfind('\n').map_or(0, |at| at + 1) };
    Ok((&before[from..], &after[..after_to]))
}

fn holds(check: Check, value: &str) -> bool {
    match check {
        Check::Shape => true,
        Check::Entropy(least) => look(value) >= Look::Mixed && entropy(value) >= least,
        Check::Password => !is_open(value),
    }
}
