//! Code of a rule in one form: without case, kinds of quotes and white space, and with one way to write a truth value.

/// Words before a parenthesis that are no name of a call.
const KEYWORDS: &[&str] =
    &["return", "if", "elif", "while", "and", "or", "not", "in", "is", "else", "assert", "yield"];

/// Code in small letters, as tokens and as a text with white space only between words.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) tokens: Vec<String>,
    pub(super) text: String,
    /// The text in which 0 and 1 are numbers, as in `workers or 1`.
    pub(super) with_numbers: String,
}

impl Code {
    pub(super) fn of(source: &str) -> Code {
        let read = tokens(source);
        let tokens = reduced(&read, true);
        Code { text: joined(&tokens), with_numbers: joined(&reduced(&read, false)), tokens }
    }
}

/// Returns whether a character is part of a word. A metavariable's `$` belongs to its name.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// Returns the text of tokens, with white space only between words.
pub(super) fn joined(tokens: &[String]) -> String {
    let mut out = String::new();
    for token in tokens {
        if token.starts_with(is_word) && out.ends_with(is_word) {
            out.push(' ');
        }
        out.push_str(token);
    }
    out
}

fn tokens(source: &str) -> Vec<String> {
    let text = source.to_lowercase().replace('\'', "\"");
    let mut tokens: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut token = String::from(c);
        if is_word(c) {
            let in_number = |next: char| c.is_ascii_digit() && next == '.';
            while let Some(next) = chars.next_if(|next| is_word(*next) || in_number(*next)) {
                token.push(next);
            }
        } else if let Some(next) = chars.next_if(|next| {
            matches!(
                (c, next),
                ('=' | '!' | '<' | '>' | ':', '=') | ('=' | '-', '>') | (':', ':') | ('|', '|') | ('&', '&')
            )
        }) {
            token.push(next);
        }
        tokens.push(token);
    }
    tokens
}

/// Returns tokens in which a truth value is `true` or `false`, however it was written: `(False)`, `not False`, `!0`,
/// `bool(1)`, `1 == 1`.
fn reduced(tokens: &[String], numbers_too: bool) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for token in tokens {
        out.push(match token.as_str() {
            "1" if numbers_too => "true".to_owned(),
            "0" if numbers_too => "false".to_owned(),
            _ => token.clone(),
        });
        while let Some((taken, value)) = end(&out) {
            out.truncate(out.len() - taken);
            out.push(value.to_string());
        }
    }
    out
}

/// Returns how many of the last tokens are a truth value that can be written as one token, and the value.
fn end(tokens: &[String]) -> Option<(usize, bool)> {
    let back =
        |n: usize| tokens.len().checked_sub(n).and_then(|at| tokens.get(at)).map_or("", String::as_str);
    if let Some(value) = truth(back(1)) {
        return match (back(3), back(2)) {
            (_, "not" | "!") => Some((2, !value)),
            ("boolean", ".") => Some((3, value)),
            (first, "==") => truth(first).map(|first| (3, first == value)),
            _ => None,
        };
    }
    let value = truth(back(2)).filter(|_| back(3) == "(" && back(1) == ")")?;
    match back(4) {
        "bool" | "boolean" => Some((4, value)),
        name if KEYWORDS.contains(&name) => Some((3, value)),
        // The argument of a call: `setAccessible(true)`.
        name if name.ends_with(is_word) || matches!(name, ")" | "]" | ">") => None,
        _ => Some((3, value)),
    }
}

/// Returns the value of a token that is a truth value.
pub(super) fn truth(token: &str) -> Option<bool> {
    match token {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_values_have_one_form() {
        let check = |source: &str, expected: &str| assert_eq!(Code::of(source).text, expected, "{source}");
        check("f(a, verify = 0)", "f(a,verify=false)");
        check("f(verify=(False))", "f(verify=false)");
        check("f(verify=not True)", "f(verify=false)");
        check("f(shell=bool(1))", "f(shell=true)");
        check("{ rejectUnauthorized: !1 }", "{rejectunauthorized:false}");
        check("return ( ! false )", "return true");
        check("$A or (1 == 1)", "$a or true");
        check("x.setAccessible(true)", "x.setaccessible(true)");
        check("f(10, 0.5, a1)", "f(10,0.5,a1)");
        check("Boolean.TRUE", "true");
    }

    #[test]
    fn a_number_can_stay_a_number() {
        assert_eq!(Code::of("$A or 1").with_numbers, "$a or 1");
        assert_eq!(Code::of("$A or not False").with_numbers, "$a or true");
    }
}
