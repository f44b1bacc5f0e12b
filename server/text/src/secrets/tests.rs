//! The scanner through its boundary: every rule finds its example, and the corpus is told apart.

use std::collections::BTreeSet;

use super::*;

/// Fills `{a36}` with 36 letters and digits, `{h8}` with hexadecimal, `{A4}` with capitals and digits 2 to 7,
/// `{d4}` with digits, `{l4}` with letters, `{s40}` with base64, `{m9}` with letters, digits and marks. So no secret
/// stands in this file.
fn fill(template: &str) -> String {
    fill_between(template, ['{', '}'], 12_345)
}

fn fill_between(template: &str, [open, close]: [char; 2], seed: u32) -> String {
    let mut state = seed;
    let mut filled = String::new();
    let mut rest = template;
    while let Some((text, more)) = rest.split_once(open) {
        filled.push_str(text);
        let (inside, more) = more.split_once(close).expect("a closing mark");
        let (class, count) = inside.split_at(1);
        let characters: &[u8] = match class {
            "a" => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            "h" => b"0123456789abcdef",
            "A" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            "d" => b"0123456789",
            "s" => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/",
            "m" => b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!@#%^*-_",
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
    for source in [include_str!("rules.rs"), include_str!("names.rs"), include_str!("../snapshot.rs")] {
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
fn a_part_of_a_text_is_judged_with_the_text_near_it() {
    let key = "-----BEGIN RSA PRIVATE KEY-----{a0}\n{a64}\n{a64}\n-----END RSA PRIVATE KEY-----{a0}\n";
    for secret in [key, "- name: DB_PASSWORD\n  value: {a16}\n"] {
        let text = fill(&format!("é\n{secret}north\n"));
        let line = |number: usize| {
            let start = text.split_inclusive('\n').take(number).map(str::len).sum();
            start..text[start..].find('\n').map_or(text.len(), |length| start + length)
        };
        assert_eq!(find(&text[line(2)]), [], "it is no secret by itself");
        assert!(is_in(&text, line(2)), "{text}");
        assert!(!is_in(&text, line(0)) && !is_in(&text, text.len() - 6..text.len()), "{text}");
    }
}

/// Fewest secrets of the corpus that are found, and most of its innocent lines, in hundredths.
const LEAST_RECALL: usize = 95;
const MOST_FALSE: usize = 1;

#[test]
fn the_corpus_of_secrets_is_found_and_innocent_lines_are_not() {
    // In the file `·` joins parts, so that no scanner of a forge takes them for a secret.
    let made = |(n, line): (usize, &str)| {
        let line = line.replace('·', "").replace("\\n", "\n").replace("\\\\", "\\");
        fill_between(&line, ['«', '»'], n as u32)
    };
    let secrets: Vec<String> = include_str!("corpus/secrets.txt").lines().enumerate().map(made).collect();
    let missed: Vec<&String> = secrets.iter().filter(|text| find(text).is_empty()).collect();
    assert!(
        secrets.len() >= 120 && missed.len() * 100 <= secrets.len() * (100 - LEAST_RECALL),
        "{missed:#?}"
    );
    let innocent: Vec<&str> = include_str!("corpus/innocent.txt").lines().collect();
    let wrong: Vec<&&str> = innocent.iter().filter(|line| !find(line).is_empty()).collect();
    assert!(innocent.len() >= 400 && wrong.len() * 100 <= innocent.len() * MOST_FALSE, "{wrong:#?}");
}
