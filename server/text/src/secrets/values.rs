//! Whether a value looks like a secret, by its characters alone.
//!
//! A value is ordinary where it refers to something (`${TOKEN}`, `config.password`, a path), stands for something
//! (`changeme`, `<your token>`), or reads like words. Random characters show by digits inside of words.

use std::sync::LazyLock;

use regex::Regex;

/// How much a value looks like a secret, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Words, a reference, a placeholder.
    Ordinary,
    /// A number.
    Number,
    /// A word with digits or marks, as people make up passwords.
    Mixed,
    /// Random characters.
    Random,
}

/// Fewest and most bytes of a secret.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=4096;
/// Fewest characters that can look random.
const FEWEST_RANDOM: usize = 8;
/// Least entropy of random characters, in bits a byte.
const LEAST_ENTROPY: f64 = 2.5;
/// Fewest characters without a digit that can be no words, and fewest capitals behind small letters in random ones, and
/// in those that somebody made up.
const FEWEST_LETTERS: usize = 10;
const RANDOM_HUMPS: usize = 3;
const MIXED_HUMPS: usize = 2;
/// Fewest digits with letters up to `f` that are no word.
const FEWEST_HEXADECIMAL: usize = 16;
/// Marks that stand inside of passwords and seldom inside of words.
const MARKS: &[u8] = b"!@#$%^*~";

/// Marks of a value that refers to something, at any place in it or as the whole.
const REFERENCES: &str = r"(?x)
    \$\{ | \{\{ | \$\( | <% | \#\{ | %\( | %[sdv]\b | :// | process\.env | os\.environ | getenv | \\[dwsbnt] | \(\?
    | \[\^?[A-Za-z0-9]-[A-Za-z0-9] | \.\*
    | \A[<\[({&|>]
    | \A[*][A-Za-z_]\w*\z                                # YAML's alias
    | \A![A-Za-z]                                        # YAML's tag
    | \A(?:\$|\$env:|:|@|\#|\.|--?)[A-Za-z_][\w-]*\z     # a variable, a parameter, a selector, a flag
    | \A[a-z0-9_:,]+(?:\|[a-z0-9_:,]+)+\z                # rules of a form
    | \A0[xX][0-9A-Fa-f_]{1,16}\z
    | \A(?:%\w+%|@+\w+@+|__\w+__|\{\w*\})\z
    | \A(?:~|\.{1,2})/ | \A/[a-z][a-z0-9_.-]*(?:/|\z) | \A[A-Za-z]:\\
    | \A[\w./-]+\.(?:pem|key|crt|cer|txt|json|ya?ml|toml|ini|cfg|conf|xml|[jt]sx?|py|rs|go|rb|java|kt|cs|php|sh|md|html?|css|png|svg|jks|p12|pfx|env|log|csv|sql|db|lock|gpg|asc)\z
    | \A[\w.+-]+@[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)+\z   # an address
    | \A(?:op|vault|ref|arn|ssm|awssm|gcpsm|keyvault|file|env|secretsmanager|kms|data|urn|sha\d+|md5|h1)[:-]
    | \AENC\[
";

/// Words that stand for a secret, in names of places as in tests.
const PLACEHOLDERS: &[&str] = &[
    "a",
    "abc",
    "abcd",
    "abcdef",
    "access",
    "add",
    "admin",
    "administrator",
    "an",
    "and",
    "any",
    "api",
    "asdf",
    "auth",
    "bad",
    "bar",
    "basic",
    "baz",
    "bearer",
    "blah",
    "bogus",
    "change",
    "changed",
    "changeit",
    "changeme",
    "ci",
    "client",
    "code",
    "correct",
    "credential",
    "credentials",
    "db",
    "default",
    "demo",
    "dev",
    "development",
    "dummy",
    "empty",
    "enter",
    "env",
    "example",
    "expired",
    "fake",
    "fixme",
    "fixture",
    "foo",
    "foobar",
    "for",
    "from",
    "goes",
    "good",
    "guest",
    "hash",
    "hello",
    "here",
    "hidden",
    "id",
    "in",
    "incorrect",
    "insert",
    "integration",
    "invalid",
    "ipsum",
    "is",
    "it",
    "key",
    "keys",
    "local",
    "localhost",
    "login",
    "lorem",
    "mariadb",
    "masked",
    "me",
    "minio",
    "mock",
    "mongo",
    "mongodb",
    "must",
    "my",
    "mysql",
    "name",
    "new",
    "nil",
    "no",
    "none",
    "not",
    "null",
    "oauth",
    "of",
    "old",
    "omitted",
    "one",
    "optional",
    "or",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "placeholder",
    "please",
    "postgres",
    "postgresql",
    "prefix",
    "private",
    "prod",
    "production",
    "public",
    "put",
    "pw",
    "pwd",
    "qux",
    "qwerty",
    "rabbitmq",
    "random",
    "real",
    "redacted",
    "redis",
    "refresh",
    "removed",
    "replace",
    "required",
    "root",
    "sample",
    "secret",
    "secrets",
    "set",
    "simple",
    "some",
    "staging",
    "str",
    "string",
    "stub",
    "super",
    "tbd",
    "temp",
    "test",
    "tester",
    "testing",
    "tests",
    "text",
    "the",
    "this",
    "tmp",
    "to",
    "todo",
    "token",
    "tokens",
    "top",
    "two",
    "undefined",
    "unit",
    "unset",
    "unused",
    "user",
    "username",
    "val",
    "valid",
    "value",
    "very",
    "whatever",
    "with",
    "world",
    "wrong",
    "x",
    "xx",
    "xxx",
    "xyz",
    "your",
    "yours",
];

/// Parts of a value that stand for a secret whatever is around them.
const PLACEHOLDER_PARTS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "redacted",
    "dummy",
    "xxxx",
    "****",
    "....",
];

/// Words with digits, which are no random characters.
const WORDS_WITH_DIGITS: &str = r"(?i)sha[_-]?\d{1,3}|base[_-]?\d\d|utf[_-]?\d{1,2}|oauth\d|x509|s3|ec2|k8s|i18n|l10n|a11y|md5|aes[_-]?\d{3}|[rhe]s\d{3}|u?int\d{1,3}|float\d\d|[iuf](?:8|16|32|64|128)|ed25519|ipv?[46]|v\d+|h[12]|2fa|mp[34]|web3|log4j|p256|x86|x64|win\d\d|es\d+|b2[bc]|p2p|neo4j|auth0|d3|pbkdf2|argon2\w*|bcrypt\d*|rfc\d+";

/// Returns how much a value looks like a secret.
pub(super) fn look(value: &str) -> Look {
    let is_foreign = |c: char| c.is_whitespace() || c.is_control() || c > '\u{24f}';
    if !LENGTHS.contains(&value.len()) || value.chars().any(is_foreign) || is_open(value) {
        return Look::Ordinary;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if !value.chars().any(char::is_alphabetic) {
        return if digits == value.len() { Look::Number } else { Look::Ordinary };
    }
    let marked = has_inner_mark(value);
    let random = is_scrambled(value) || (digits > 0 && marked) || is_gibberish(value, RANDOM_HUMPS);
    if random && value.len() >= FEWEST_RANDOM && entropy(value) >= LEAST_ENTROPY {
        Look::Random
    } else if digits > 0 || marked || is_gibberish(value, MIXED_HUMPS) {
        Look::Mixed
    } else {
        Look::Ordinary
    }
}

/// Returns whether a value refers to something or stands for something: then it gives nothing away.
pub(super) fn is_open(value: &str) -> bool {
    is_reference(value) || is_placeholder(value)
}

fn is_reference(value: &str) -> bool {
    static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(REFERENCES).ok());
    REFERENCE.as_ref().is_some_and(|pattern| pattern.is_match(value))
        || is_dotted_name(value)
        || is_constant(value)
}

/// Returns whether a value is a member of something in code, as `config.db2.password` is.
fn is_dotted_name(value: &str) -> bool {
    let is_name =
        |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !is_scrambled(part);
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
    value.contains('.') && value.chars().all(is_word) && value.split('.').all(is_name)
}

/// Returns whether a value is the name of a constant: `DB_PASSWORD_2`.
fn is_constant(value: &str) -> bool {
    value.contains('_')
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && value.split('_').all(|part| !is_scrambled(part))
}

fn is_placeholder(value: &str) -> bool {
    let folded = value.to_ascii_lowercase();
    if PLACEHOLDER_PARTS.iter().any(|part| folded.contains(part)) || is_sequence(folded.as_bytes()) {
        return true;
    }
    let mut words = words(value).peekable();
    words.peek().is_some() && words.all(|word| PLACEHOLDERS.binary_search(&word.as_str()).is_ok())
}

/// Returns the words of a value in lower case, also those of `camelCase`.
fn words(value: &str) -> impl Iterator<Item = String> {
    let runs = value.split(|c: char| !c.is_alphabetic()).filter(|run| !run.is_empty());
    runs.flat_map(|run| {
        let whole = run.to_lowercase();
        let capital = |(at, c): (usize, char)| c.is_uppercase().then_some(at);
        let humps: Vec<usize> = run.char_indices().filter_map(capital).filter(|at| *at > 0).collect();
        if humps.is_empty() || run.chars().all(char::is_uppercase) {
            return vec![whole];
        }
        let (starts, ends) = ([&[0], &humps[..]].concat(), [&humps[..], &[run.len()]].concat());
        starts.iter().zip(ends).map(|(start, end)| run[*start..end].to_lowercase()).collect()
    })
}

/// Returns whether characters follow one another as on a keyboard or in the alphabet, or are few: `12345678`, `aaaa`.
fn is_sequence(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    value.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.iter().filter(|seen| **seen).count();
    let steps =
        value.windows(2).filter(|pair| pair[1] == pair[0] || pair[1] == pair[0].wrapping_add(1)).count();
    distinct <= 3 || steps * 10 >= value.len() * 7
}

/// Returns whether digits and letters stand in one another, as they do in no word.
fn is_scrambled(value: &str) -> bool {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(WORDS_WITH_DIGITS).ok());
    if is_hexadecimal(value) || is_uuid(value) {
        return true;
    }
    let plain = WORDS.as_ref().map_or(value.into(), |words| words.replace_all(value, "x"));
    let mut inner = 0;
    for part in plain.split(|c: char| !c.is_alphanumeric()) {
        let runs = runs(part);
        for around in runs.windows(3) {
            let [before, run, after] = around else { continue };
            let odd = run.is_digit && (!after.begins_upper || before.length < 3 || after.length < 3);
            // One hump after a digit is a name's: `step1Token`.
            inner += if odd || !run.is_digit { 2 } else { 1 };
        }
    }
    inner >= 2
}

/// Characters of one sort in a row.
struct Run {
    is_digit: bool,
    begins_upper: bool,
    length: usize,
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars() {
        let is_digit = c.is_ascii_digit();
        match runs.last_mut() {
            Some(run) if run.is_digit == is_digit => run.length += 1,
            _ => runs.push(Run { is_digit, begins_upper: c.is_uppercase(), length: 1 }),
        }
    }
    runs
}

fn is_hexadecimal(value: &str) -> bool {
    value.len() >= FEWEST_HEXADECIMAL
        && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        && value.bytes().any(|byte| byte.is_ascii_digit())
}

/// Returns whether a value is a UUID.
pub(super) fn is_uuid(value: &str) -> bool {
    let parts = [8, 4, 4, 4, 12];
    let is_part = |(part, length): (&str, usize)| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    value.split('-').count() == parts.len() && value.split('-').zip(parts).all(is_part)
}

fn has_inner_mark(value: &str) -> bool {
    let around = |three: &[u8]| {
        three[0].is_ascii_alphanumeric() && MARKS.contains(&three[1]) && three[2].is_ascii_alphanumeric()
    };
    value.as_bytes().windows(3).any(around)
}

/// Returns whether letters make no words: at least so many capitals stand behind small letters, and around them no words.
fn is_gibberish(value: &str, fewest: usize) -> bool {
    let humps =
        value.as_bytes().windows(2).filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    if value.len() < FEWEST_LETTERS || humps.count() < fewest {
        return false;
    }
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_word = |word: &String| word.len() > 2 && word.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let in_words: usize = words(value).filter(is_word).map(|word| word.len()).sum();
    in_words * 2 <= letters
}

/// Returns Shannon's entropy in bits a byte.
pub(super) fn entropy(value: &str) -> f64 {
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
    use super::*;

    #[test]
    fn entropy_is_shannons() {
        assert_eq!([entropy("aaaa"), entropy("abab"), entropy("abcd"), entropy("")], [0.0, 1.0, 2.0, 0.0]);
    }

    #[test]
    fn the_words_are_in_order() {
        assert!(PLACEHOLDERS.is_sorted());
    }

    #[track_caller]
    fn check(expected: Look, values: &[&str]) {
        for value in values {
            assert_eq!(look(value), expected, "{value}");
        }
    }

    #[test]
    fn random_characters_differ_from_words() {
        check(
            Look::Random,
            &["pL4inYamlPw9Qz", "h7Gt5Fr3De1S", "Tr!9xQbe#2", "9f86d081884c7d65", "xMlPw0rd7q"],
        );
        check(Look::Random, &["4f8d2c1a-77aa-4b1e-9c55-0123456789ab", "qWeRzUiPlKjHgFdSaY"]);
        check(Look::Mixed, &["hunter2", "Sommer2024!", "step1Station", "blue-horse-42", "pa$word"]);
        check(Look::Number, &["84629173"]);
        check(Look::Ordinary, &["letter", "next_page", "short", "at least 8 of them", "密码至少8位数字"]);
    }

    #[test]
    fn references_and_placeholders_give_nothing_away() {
        for value in [
            "${DB_PASSWORD_2}",
            "$TOKEN1",
            "config.db2.password",
            "DB_PASSWORD_2",
            "/run/secrets/db1",
            "certs/key1.pem",
            "ann1@example.org",
            "<token-1>",
            "changeme-1234",
            "myTestPassword123",
            "12345678",
            "xxxxxxxx1",
            "op://vault/item1/password",
            "abcdefgh12345678",
            "^[a-z0-9]{8,}$",
        ] {
            check(Look::Ordinary, &[value]);
        }
    }
}
