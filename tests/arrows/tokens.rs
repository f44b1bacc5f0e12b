//! Rust source as tokens, without comments, and without code for tests alone.

/// A word, a literal or a mark of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// Counted from 1.
    pub(super) line: usize,
}

/// Returns the tokens of a source. `::` is one token, a literal is one, and comments are none.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let length = length(rest, first);
        let text = &rest[..length];
        if !first.is_whitespace() && !text.starts_with("//") && !text.starts_with("/*") {
            found.push(Token { text, line });
        }
        line += text.matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// Returns the bytes of the token, the comment or the space at the start of `rest`.
fn length(rest: &str, first: char) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if rest.starts_with("::") {
        return 2;
    }
    if let Some(length) = string(rest) {
        return length;
    }
    if first == '\'' {
        return quote(rest);
    }
    if is_word(first) {
        return rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    }
    first.len_utf8()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the bytes of a block comment. Such comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Returns the bytes of a string at the start of `rest`, whatever its prefix.
fn string(rest: &str) -> Option<usize> {
    let prefix = ["", "b", "c", "r", "br", "cr"]
        .into_iter()
        .find(|prefix| rest.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['"', '#'])))?;
    let (raw, open) = (prefix.ends_with('r'), &rest[prefix.len()..]);
    let hashes = open.len() - open.trim_start_matches('#').len();
    let inner = open[hashes..].strip_prefix('"')?;
    let start = prefix.len() + hashes + 1;
    if raw {
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(inner.find(&end).map_or(rest.len(), |at| start + at + end.len()));
    }
    if hashes > 0 {
        return None;
    }
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(start + at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// Returns the bytes of a character or of a lifetime at the start of `rest`.
fn quote(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    let Some((_, first)) = chars.next() else { return rest.len() };
    if first == '\\' {
        let end = chars.skip(1).find(|(_, c)| *c == '\'');
        return end.map_or(rest.len(), |(at, _)| at + 1);
    }
    match chars.next() {
        Some((at, '\'')) => at + 1,
        _ => 1, // A lifetime: its name is the next token.
    }
}

/// Returns the tokens that are compiled into the program: those of items behind `#[cfg(test)]` are left out.
pub(super) fn product(source: &str) -> Vec<Token<'_>> {
    let all = tokens(source);
    let mut found = Vec::new();
    let mut at = 0;
    while at < all.len() {
        match test_item(&all[at..]) {
            Some(length) => at += length,
            None => {
                found.push(all[at]);
                at += 1;
            }
        }
    }
    found
}

/// Returns the names of the modules that a source declares for tests alone, each in a file of its own.
pub(super) fn test_modules(source: &str) -> Vec<&str> {
    let all = tokens(source);
    let items = (0..all.len()).filter_map(|at| Some(&all[at..at + test_item(&all[at..])?]));
    let modules = items.filter_map(|item| match item {
        [.., keyword, name, end] if keyword.text == "mod" && end.text == ";" => Some(name.text),
        _ => None,
    });
    modules.collect()
}

/// Returns how many tokens `#[cfg(test)]` and the item behind it have, if `rest` starts with such an item.
fn test_item(rest: &[Token]) -> Option<usize> {
    let attribute = attribute(rest)?;
    let words: Vec<&str> = rest[..attribute].iter().map(|token| token.text).collect();
    let only_tests = matches!(words[2..], ["cfg", "(", "test", ..] | ["cfg", "(", "all", "(", "test", ..]);
    if !only_tests {
        return None;
    }
    let mut start = attribute;
    while let Some(length) = self::attribute(&rest[start..]) {
        start += length;
    }
    Some(start + item(&rest[start..]))
}

/// Returns how many tokens the attribute at the start of `rest` has.
fn attribute(rest: &[Token]) -> Option<usize> {
    if !matches!(rest, [mark, open, ..] if mark.text == "#" && open.text == "[") {
        return None;
    }
    let mut depth = 0;
    for (at, token) in rest.iter().enumerate() {
        depth += depth_of(token);
        if at > 0 && depth == 0 {
            return Some(at + 1);
        }
    }
    Some(rest.len())
}

fn depth_of(token: &Token) -> i32 {
    match token.text {
        "(" | "[" | "{" => 1,
        ")" | "]" | "}" => -1,
        _ => 0,
    }
}

/// Returns how many tokens an item, a statement, a field or a match's arm has, of which `rest` starts with one.
fn item(rest: &[Token]) -> usize {
    let visibility =
        |token: &&Token| !["pub", "(", "crate", "super", "in", "self", "::", ")"].contains(&token.text);
    let mut words = rest.iter().filter(visibility).map(|token| token.text);
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let ends_with_brace = match first {
        "const" => ["fn", "unsafe", "async", "extern"].contains(&second),
        "fn" | "impl" | "mod" | "struct" | "enum" | "trait" | "union" | "unsafe" | "async" | "extern" => true,
        _ => false,
    };
    let ends_with_comma = !ends_with_brace && !["use", "const", "static", "type", "let"].contains(&first);
    let mut depth = 0;
    for (at, token) in rest.iter().enumerate() {
        depth += depth_of(token);
        match token.text {
            _ if depth < 0 => return at,
            ";" if depth == 0 => return at + 1,
            "}" if depth == 0 && ends_with_brace => return at + 1,
            "," if depth == 0 && ends_with_comma => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Vec<Token>, expected: &str) {
        let found: Vec<&str> = found.into_iter().map(|token| token.text).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn comments_are_no_tokens_and_literals_are_one() {
        check(tokens("a::b // c\n/* d /* e */ f */ g"), "a :: b g");
        check(
            tokens(r#"f("a \" // b", 'c', '\'', '\u{1f}', b"d")"#),
            r#"f ( "a \" // b" , 'c' , '\'' , '\u{1f}' , b"d" )"#,
        );
        check(tokens("fn f<'a>(x: &'a str) {}"), "fn f < ' a > ( x : & ' a str ) { }");
        check(tokens("r#\"a \" b\"# r#type br\"\\\""), "r#\"a \" b\"# r # type br\"\\\"");
        check(tokens("x('\"', '\"'); // \"\ny"), "x ( '\"' , '\"' ) ; y");
        let lines: Vec<usize> = tokens("a\n\"b\nc\" d\ne").iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 3, 4]);
    }

    #[test]
    fn items_for_tests_are_left_out() {
        check(product("#[cfg(test)]\nmod tests { fn f() {} }\nfn g() {}"), "fn g ( ) { }");
        check(product("#[cfg(test)] use a::{b, c}; use d;"), "use d ;");
        check(product("#[cfg(test)] #[path = \"x\"] pub(crate) mod tests; fn g() {}"), "fn g ( ) { }");
        check(product("struct S { #[cfg(test)] a: u8, b: u8 }"), "struct S { b : u8 }");
        check(product("f(A { x, #[cfg(test)] y })"), "f ( A { x , } )");
        check(product("#[cfg(test)] pub(crate) const X: [S; 1] = [S { a: 1 }]; fn g() {}"), "fn g ( ) { }");
        check(product("#[cfg(all(test, unix))] impl A for B { fn f() {} } mod c;"), "mod c ;");
        check(product("#[cfg(not(test))] mod c;"), "# [ cfg ( not ( test ) ) ] mod c ;");
        assert_eq!(test_modules("#[cfg(test)] mod double; mod a; #[cfg(test)] mod tests { }"), ["double"]);
    }
}
