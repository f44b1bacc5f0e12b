//! A side of a rewrite as a call: its name and its arguments.

use super::code::{Token, shown, without_receiver};

/// Words before a call that are no part of its name.
const PREFIXES: &[&str] =
    &["await", "new", "return", "throw", "raise", "go", "defer", "yield", "delete", "typeof"];

/// Marks between the parts of a name.
const JOINTS: &[&str] = &[".", "::", "?.", ":", "@", "->", "#", "!", "&"];

/// A call, or another name with something in brackets: a macro, a generic type, an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call<'t, 'a> {
    /// The keyword before it.
    pub(super) prefix: Option<&'a str>,
    /// Everything up to the bracket.
    pub(super) callee: &'t [Token<'a>],
    /// The bracket.
    pub(super) open: &'a str,
    /// The arguments; none is empty.
    pub(super) arguments: Vec<&'t [Token<'a>]>,
}

impl<'t, 'a> Call<'t, 'a> {
    /// Reads tokens that are one call and nothing else.
    pub(super) fn of(tokens: &'t [Token<'a>]) -> Option<Call<'t, 'a>> {
        let tokens = match tokens {
            [rest @ .., end] if end.text == ";" => rest,
            all => all,
        };
        let (prefix, tokens) = match tokens {
            [word, rest @ ..] if PREFIXES.contains(&word.text) => (Some(word.text), rest),
            all => (None, all),
        };
        let open = opening(tokens)?;
        let callee = &tokens[..open];
        let says = callee.iter().any(|token| token.is_word() || token.is_string());
        let is_name = says && is_path(callee) && !tokens[open].spaced;
        let inside = &tokens[open + 1..tokens.len() - 1];
        is_name.then(|| Call { prefix, callee, open: tokens[open].text, arguments: arguments(inside) })
    }

    /// Returns whether each argument may be anything.
    pub(super) fn takes_anything(&self) -> bool {
        self.arguments.iter().all(|argument| is_anything(argument))
    }

    /// Returns its name without the part that both names begin with and that may be anything, as in `$A.push`.
    pub(super) fn name(&self, other: &Call<'_, '_>) -> String {
        let name = without_receiver(self.callee);
        let both =
            name.len() < self.callee.len() && without_receiver(other.callee).len() < other.callee.len();
        match name {
            [_, method] if both && without_receiver(other.callee).len() == 2 => shown(&[*method]),
            name => shown(name),
        }
    }

    /// Returns the last part of its name.
    pub(super) fn last_name(&self) -> String {
        shown(&self.callee[self.qualifier().len()..])
    }

    /// Returns everything before the last part of its name.
    pub(super) fn qualifier(&self) -> &'t [Token<'a>] {
        let joint = self.callee.iter().rposition(|token| JOINTS.contains(&token.text));
        &self.callee[..joint.map_or(0, |at| at + 1)]
    }
}

/// Returns whether tokens are one metavariable.
pub(super) fn is_anything(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [one] if one.is_metavariable())
}

/// Returns whether tokens are a name: words joined by dots and the like, perhaps with brackets within.
pub(super) fn is_path(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            _ if depth == 0 && token.spaced && at > 0 => return false,
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            text if JOINTS.contains(&text) => {}
            _ if token.is_mark() => return false,
            _ => {}
        }
    }
    true
}

/// Returns where the bracket opens that the last token closes.
fn opening(tokens: &[Token<'_>]) -> Option<usize> {
    let opens = |close: &str| match close {
        ")" => Some("("),
        "]" => Some("["),
        "}" => Some("{"),
        ">" => Some("<"),
        _ => None,
    };
    let close = tokens.last()?.text;
    let open = opens(close)?;
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().rev() {
        if token.text == close {
            depth += 1;
        } else if token.text == open {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

fn arguments<'t, 'a>(inside: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0usize;
    let parts = inside.split(|token| {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.text == ","
    });
    parts.filter(|argument| !argument.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::code::tokens;
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: Option<(&str, &[&str])>) {
        let tokens = tokens(pattern);
        let call = Call::of(&tokens);
        let read = call.as_ref().map(|call| {
            let arguments: Vec<String> = call.arguments.iter().map(|argument| shown(argument)).collect();
            (shown(call.callee), arguments)
        });
        let expected = expected.map(|(name, list)| {
            (name.to_owned(), list.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>())
        });
        assert_eq!(read, expected, "{pattern}");
    }

    #[test]
    fn calls_are_read_and_other_code_is_not() {
        check("f($A, [1, 2])", Some(("f", &["…", "[1, 2]"])));
        check("$A.b.c()", Some((".b.c", &[])));
        check("expect($A).toEqual($B)", Some(("expect(…).toEqual", &["…"])));
        check("vec![]", Some(("vec!", &[])));
        check("std::mem::take($A);", Some(("std::mem::take", &["…"])));
        check("Array<$A>", Some(("Array", &["…"])));
        check("$A == f($B)", None);
        check("if ($A) { $$$B }", None);
        check("name", None);
    }
}
