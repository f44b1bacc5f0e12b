//! Secrets in text: tokens, keys and passwords that the program must not store, learn or commit.
//!
//! A rule is a regular expression for one shape of secret. The scanner tries a rule only where one of the rule's
//! words stands, so that ordinary text costs a search for words. A match of a general shape must also look random, by
//! its entropy per character. A wrong finding costs an example, a missed secret costs the secret: in doubt a match is
//! a secret.

mod paths;
mod rules;

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;

pub use paths::is_secret_path;
use rules::RULES;

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
            let value = captures.get(1).unwrap_or(whole);
            if rule.entropy.is_none_or(|least| looks_random(value.as_str(), least)) {
                found.push(Secret { rule: rule.id, range: whole.range() });
            }
        }
    }
    found.sort_by_key(|finding| (finding.range.start, finding.range.end));
    found
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

/// Words of values that stand for a secret, and are none.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your",
    "xxxx",
    "dummy",
    "sample",
    "****",
    "${",
    "{{",
    "$(",
    "process.env",
    "os.environ",
    "redacted",
    "....",
];

fn looks_random(value: &str, least: f64) -> bool {
    let folded = value.to_ascii_lowercase();
    let stands_for = PLACEHOLDERS.iter().any(|word| folded.contains(word)) || value.starts_with('<');
    // Words alone are names, as in `token = "next_token"`; secrets have digits or marks in them.
    let mixed = value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && value.bytes().any(|byte| !byte.is_ascii_alphabetic() && !b"_-. ".contains(&byte));
    !stands_for && mixed && entropy(value) >= least
}

/// Returns Shannon's entropy in bits a byte.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    let part = |count: &u32| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(part).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::rules::RULES;
    use super::*;

    /// Fills `{a36}` with 36 letters and digits, `{h8}` with hexadecimal, `{A4}` with capitals and digits 2 to 7,
    /// `{d4}` with digits, `{l4}` with letters. So no secret stands in this file.
    fn fill(template: &str) -> String {
        let mut state = 12_345_u32;
        let mut filled = String::new();
        let mut rest = template;
        while let Some((text, more)) = rest.split_once('{') {
            filled.push_str(text);
            let (inside, more) = more.split_once('}').expect("a closing brace");
            let (class, count) = inside.split_at(1);
            let characters: &[u8] = match class {
                "a" => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
                "h" => b"0123456789abcdef",
                "A" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                "d" => b"0123456789",
                _ => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            };
            for _ in 0..count.parse::<usize>().expect("a count") {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                filled.push(char::from(characters[(state >> 16) as usize % characters.len()]));
            }
            rest = more;
        }
        filled + rest
    }

    fn rules_in(text: &str) -> Vec<&'static str> {
        find(text).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn every_rule_compiles_and_finds_its_example_and_nothing_shorter() {
        let mut seen = BTreeSet::new();
        for rule in RULES {
            assert!(Regex::new(rule.pattern).is_ok(), "{}", rule.id);
            assert!(seen.insert(rule.id), "{} is there twice", rule.id);
            assert!(rule.words.iter().all(|word| *word == word.to_ascii_lowercase()), "{}", rule.id);
            let secret = fill(rule.example);
            let found = rules_in(&format!("let x = f({secret});\n"));
            assert!(found.contains(&rule.id), "{}: {found:?} in {secret:?}", rule.id);
            let cut = fill(&rule.example[..rule.example.find('{').expect("a part to fill")]);
            assert!(!rules_in(&cut).contains(&rule.id), "{} finds {cut:?}", rule.id);
        }
    }

    #[test]
    fn ordinary_text_has_none() {
        for text in [
            "let token = tokens.next().unwrap_or_default();\nlet key = map.key();\n",
            "const API_KEY: &str = env!(\"API_KEY\");\npassword = os.environ[\"DB_PASSWORD\"]\n",
            "  password: ${DB_PASSWORD}\n  apiKey: \"<your api key>\"\n  secret: 'changeme-1234567890'\n",
            "{\"key\": \"settings.title\", \"token\": \"next_page_token\"}\n",
            "git clone https://github.com/housestyle/housestyle\nmailto:ann@example.org\n",
            "checksum = \"9807af0e638c12e753aa1b4e601791bf2a8f71274023c8bbeec12fc149950857\"\n",
            "Set a password of at least 12 characters, and keep the private key private.\n",
            "if let Some(token) = self.token { request.header(\"authorization\", token) }\n",
            "http://localhost:8080/path@2x.png\nhttps://user:password@example.org/\n",
            "",
            "é😀\u{202e}",
        ] {
            assert_eq!(rules_in(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn this_crate_has_none() {
        for source in [include_str!("rules.rs"), include_str!("paths.rs"), include_str!("../snapshot.rs")] {
            assert_eq!(find(source), []);
        }
    }

    #[test]
    fn a_key_counts_to_its_end_also_where_one_end_is_out_of_sight() {
        let body = fill("{a64}\n{a64}\n{a64}\n");
        let (begin, end) =
            (fill("-----BEGIN RSA PRIVATE KEY-----{a0}\n"), fill("-----END RSA PRIVATE KEY-----{a0}\n"));
        for text in [format!("{begin}{body}{end}"), format!("{begin}{body}"), format!("{body}{end}")] {
            let found = find(&format!("a = 1\n{text}"));
            let secret = body[..20].to_owned();
            let at = format!("a = 1\n{text}").find(&secret).expect("there");
            assert!(
                found.iter().any(|finding| finding.range.start <= at && finding.range.end >= at + 100),
                "{text}"
            );
        }
    }

    /// Checks the cut surroundings, as `before|after`, or the rule that found a secret in the text.
    #[track_caller]
    fn check_cut(before: &str, text: &str, after: &str, expected: &str) {
        let (before, text, after) = (fill(before), fill(text), fill(after));
        let found = cut_around(&before, &text, &after);
        let found = found.map_or_else(str::to_owned, |(before, after)| format!("{before}|{after}"));
        assert_eq!(found, expected);
    }

    #[test]
    fn surroundings_are_cut_at_secrets() {
        check_cut("a\nb", "text", "c\nd", "a\nb|c\nd");
        check_cut("a\nx = ghp_{a36};\nb\nc", "text", "d\n", "b\nc|d\n");
        check_cut("a", "text", "b\nc\nx = ghp_{a36};\nd", "a|b\nc\n");
        check_cut("x = ghp_{a36}; y = ", "text", "z = ghp_{a36}", "|");
        check_cut("a", "ghp_{a36}", "b", "github-token");
        // Half typed, half suggested.
        check_cut("x = ghp_{a20}", "{a16};", "\n", "github-token");
    }

    #[test]
    fn entropy_is_shannons() {
        assert_eq!([entropy("aaaa"), entropy("abab"), entropy("abcd"), entropy("")], [0.0, 1.0, 2.0, 0.0]);
    }
}
