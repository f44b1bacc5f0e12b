//! Which names are names of secrets: `db_password`, `apiKey`, `spring.mail.password`, but not `password_field`.

/// The kind of secret that a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// A password: people make it up, so that it may be short and almost a word.
    Password,
    /// A token or a key: a machine makes it.
    Token,
    /// A name that as often stands for something open, as `key` does.
    Vague,
}

/// Endings of a name's last word.
const PASSWORDS: &[&str] =
    &["password", "passwd", "passwort", "kennwort", "passphrase", "passcode", "pwd", "passw", "pswd"];
const TOKENS: &[&str] = &[
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "accountkey",
    "authkey",
    "masterkey",
    "encryptionkey",
    "signingkey",
    "credential",
    "credentials",
];

/// Words before `key` that make it a secret.
const KEYS: &[&str] = &[
    "access",
    "account",
    "admin",
    "aes",
    "api",
    "app",
    "application",
    "auth",
    "aws",
    "client",
    "consumer",
    "deploy",
    "encryption",
    "functions",
    "hmac",
    "jwt",
    "license",
    "master",
    "private",
    "secret",
    "service",
    "session",
    "shared",
    "signing",
    "storage",
    "stripe",
    "subscription",
    "webhook",
    "write",
];

/// Words before `pass` and `pw` that make it a password; alone `pass` is one too.
const LOGINS: &[&str] = &[
    "admin", "auth", "db", "email", "ftp", "ldap", "login", "mail", "my", "mysql", "pg", "postgres", "proxy",
    "redis", "root", "smtp", "ssh", "sudo", "user", "wifi",
];

/// Words after a secret's name that leave it one; `b` is what is left of `b64`.
const QUALIFIERS: &[&str] = &[
    "b",
    "backup",
    "base",
    "bytes",
    "clear",
    "const",
    "current",
    "default",
    "dev",
    "development",
    "hex",
    "live",
    "main",
    "new",
    "old",
    "plain",
    "plaintext",
    "primary",
    "prod",
    "production",
    "qa",
    "raw",
    "secondary",
    "stage",
    "staging",
    "str",
    "string",
    "test",
    "testing",
    "text",
    "val",
    "value",
];

/// Words after a secret's name that make it the name of something about the secret.
const ABOUT: &[&str] = &[
    "algorithm",
    "changed",
    "checksum",
    "class",
    "column",
    "count",
    "created",
    "digest",
    "encoder",
    "encoding",
    "endpoint",
    "error",
    "expires",
    "expiry",
    "field",
    "file",
    "filename",
    "fingerprint",
    "format",
    "hash",
    "header",
    "help",
    "hint",
    "id",
    "ids",
    "index",
    "input",
    "kind",
    "label",
    "length",
    "limit",
    "link",
    "max",
    "message",
    "min",
    "name",
    "names",
    "param",
    "path",
    "pattern",
    "placeholder",
    "policy",
    "prompt",
    "ref",
    "regex",
    "reset",
    "rule",
    "rules",
    "service",
    "sha",
    "size",
    "title",
    "ttl",
    "type",
    "updated",
    "uri",
    "url",
    "usage",
    "uuid",
    "version",
];

/// Returns the kind of secret that a name is for; `None` for any other name.
pub(super) fn kind(name: &str) -> Option<Name> {
    let words = words(name);
    let mut last = words.len();
    while last > 1 && QUALIFIERS.contains(&words[last - 1].as_str()) {
        last -= 1;
    }
    let (word, before) = words[..last].split_last()?;
    if let Some(kind) = of_words(word, before.last().map(String::as_str)) {
        return Some(kind);
    }
    let named =
        (1..last).any(|n| of_words(&words[n - 1], n.checked_sub(2).map(|n| words[n].as_str())).is_some());
    (named && !ABOUT.contains(&word.as_str())).then_some(Name::Vague)
}

fn of_words(word: &str, before: Option<&str>) -> Option<Name> {
    let ends = |list: &[&str]| list.iter().any(|ending| word.ends_with(ending));
    let follows = |list: &[&str]| before.is_some_and(|before| list.contains(&before));
    match word {
        "pass" | "pw" if before.is_none() || follows(LOGINS) => Some(Name::Password),
        "key" if follows(KEYS) => Some(Name::Token),
        "key" if before.is_none_or(|before| before != "public") => Some(Name::Vague),
        "auth" | "secrets" => Some(Name::Vague),
        _ if ends(PASSWORDS) => Some(Name::Password),
        _ if ends(TOKENS) => Some(Name::Token),
        _ => None,
    }
}

/// Returns the words of a name in lower case. Digits and marks part words, as a capital after a small letter does.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for c in name.chars() {
        if c.is_ascii_alphabetic() {
            let begins =
                !previous.is_ascii_alphabetic() || (previous.is_ascii_lowercase() && c.is_ascii_uppercase());
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(c.to_ascii_lowercase());
            }
        }
        previous = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_by_their_last_words() {
        for (name, expected) in [
            ("password", Some(Name::Password)),
            ("DB_PASSWORD", Some(Name::Password)),
            ("spring.datasource.password", Some(Name::Password)),
            ("MYSQL_ROOT_PASSWORD_2", Some(Name::Password)),
            ("userPwd", Some(Name::Password)),
            ("smtp_pass", Some(Name::Password)),
            ("passwordValue", Some(Name::Password)),
            ("apiKey", Some(Name::Token)),
            ("APIKEY", Some(Name::Token)),
            ("AWS_SECRET_ACCESS_KEY", Some(Name::Token)),
            ("client-secret", Some(Name::Token)),
            ("_authToken", Some(Name::Token)),
            ("key", Some(Name::Vague)),
            ("_auth", Some(Name::Vague)),
            ("SECRET_KEY_BASE", Some(Name::Token)),
            ("token_eu_west", Some(Name::Vague)),
            ("password_field", None),
            ("tokenCount", None),
            ("tokenizer", None),
            ("max_tokens", None),
            ("author", None),
            ("monkey", None),
            ("bypass", None),
            ("first_pass", None),
            ("public_key", None),
            ("secretName", None),
            ("", None),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }
}
