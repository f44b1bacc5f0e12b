//! The title of a rule about imports: the path, or the form of the statement.

use super::code::{Token, quoted, same, shown};

/// An import: the path that it names, and the names that it brings.
struct Import<'t, 'a> {
    path: String,
    names: &'t [Token<'a>],
    /// Whether the names may be any.
    any: bool,
}

/// Returns the title where both sides import, and differ in the path alone.
pub(super) fn imports(prefer: &[Token<'_>], avoid: &[Token<'_>]) -> Option<String> {
    let (one, other) = (Import::of(prefer)?, Import::of(avoid)?);
    if one.path == other.path || !same(one.names, other.names) {
        return None;
    }
    let paths = format!("{} instead of {}", quoted(&one.path), quoted(&other.path));
    Some(match (one.names.is_empty(), one.any) {
        (true, _) => format!("Import {paths}"),
        (_, true) => format!("Import from {paths}"),
        _ => format!("Import {} from {paths}", quoted(&shown(one.names))),
    })
}

impl<'t, 'a> Import<'t, 'a> {
    fn of(tokens: &'t [Token<'a>]) -> Option<Import<'t, 'a>> {
        let word = |at: usize| tokens.get(at).map_or("", |token| token.text);
        let find = |text: &str| tokens.iter().position(|token| token.text == text);
        let (path, names) = match (word(0), word(1)) {
            ("from", _) => {
                let import = find("import")?;
                (tokens.get(1..import)?, tokens.get(import + 1..)?)
            }
            ("import" | "use", _) => match find("from") {
                Some(from) => (tokens.get(from + 1..)?, tokens.get(1..from)?),
                None => (tokens.get(1..)?, tokens.get(..0)?),
            },
            ("#", "include") => (tokens.get(2..)?, tokens.get(..0)?),
            _ => return None,
        };
        let path = match path {
            [rest @ .., end] if end.text == ";" => rest,
            all => all,
        };
        let any = names.iter().any(Token::is_metavariable);
        let says = path.iter().any(|token| token.is_word() || token.is_string());
        // A path is named in full, however long its string is.
        let full = |path: &[Token<'_>]| match path {
            [one] if one.is_string() => one.text.to_owned(),
            all => shown(all),
        };
        says.then(|| Import { path: full(path), names, any })
    }
}
