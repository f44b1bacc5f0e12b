//! The paths that a source names: those of `use`, one for each name it brings in, and those in code.

use super::tokens::Token;

/// A path that a source names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPath<'a> {
    /// With the inline modules around it resolved; it starts at the crate's root (`crate`) or elsewhere.
    pub(super) segments: Vec<&'a str>,
    pub(super) import: Option<Import<'a>>,
    /// Counted from 1.
    pub(super) line: usize,
}

/// The import of a path by a `use`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Import<'a> {
    /// The name that is brought in, or none for a glob.
    pub(super) name: Option<&'a str>,
    /// Whether the name is seen outside of the module.
    pub(super) public: bool,
    /// Whether the `use` stands in the module itself, and not in a function.
    pub(super) at_top: bool,
}

/// Returns the paths in the tokens of a file that holds the module `module`. A path with `self` or `super`
/// starts with `crate` in the answer; any other is as it was written.
pub(super) fn paths<'a>(tokens: &[Token<'a>], module: &[&'a str]) -> Vec<NamedPath<'a>> {
    let mut found = Vec::new();
    let mut inline = InlineModules::new(module);
    let mut at = 0;
    while at < tokens.len() {
        let text = tokens[at].text;
        // `use<'a>` in a type is a list of what it captures.
        if text == "use" && tokens.get(at + 1).is_none_or(|token| token.text != "<") {
            let end =
                tokens[at..].iter().position(|token| token.text == ";").map_or(tokens.len(), |n| at + n);
            let tree = &tokens[at + 1..end];
            let public = at > 0 && matches!(tokens[at - 1].text, "pub" | ")");
            let at_top = inline.depth == 0;
            for (segments, name) in leaves(tree, &[]) {
                let import = Some(Import { name, public, at_top });
                found.push(NamedPath { segments: inline.resolve(segments), import, line: tokens[at].line });
            }
            at = end;
        } else if starts_a_path(tokens, at) {
            let mut segments = vec![text];
            while let [separator, name, ..] = &tokens[at + 1..]
                && separator.text == "::"
                && is_name(name.text)
            {
                segments.push(name.text);
                at += 2;
            }
            found.push(NamedPath { segments: inline.resolve(segments), import: None, line: tokens[at].line });
        } else {
            inline.step(tokens, at);
        }
        at += 1;
    }
    found
}

/// Returns whether a path of more than one segment starts at a token. A visibility (`pub(in crate::a)`) is none.
fn starts_a_path(tokens: &[Token], at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).map_or("", |at| tokens[at].text);
    let goes_on =
        matches!(&tokens[at + 1..], [separator, name, ..] if separator.text == "::" && is_name(name.text));
    let visibility = before(1) == "in" && before(2) == "(" && before(3) == "pub";
    goes_on && is_name(tokens[at].text) && before(1) != "::" && !visibility
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_') && !text.contains(['"', '\''])
}

/// Returns the paths of a `use`'s tree, each with the name that it brings in.
fn leaves<'a>(tree: &[Token<'a>], before: &[&'a str]) -> Vec<(Vec<&'a str>, Option<&'a str>)> {
    let mut segments = before.to_vec();
    let mut rest = tree;
    while let [token, after @ ..] = rest {
        match token.text {
            "::" | "r" | "#" => {}
            "{" => {
                let inner = after.split_last().map_or(after, |(_, inner)| inner);
                return branches(inner).into_iter().flat_map(|branch| leaves(branch, &segments)).collect();
            }
            "*" => return vec![(segments, None)],
            "as" => return vec![(segments, after.first().map(|name| name.text))],
            "self" if !segments.is_empty() => {}
            name => segments.push(name),
        }
        rest = after;
    }
    let name = segments.last().copied();
    if segments.is_empty() { vec![] } else { vec![(segments, name)] }
}

/// Cuts at the commas that are in no braces.
fn branches<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0;
    let mut comma = |token: &Token| {
        depth += i32::from(token.text == "{") - i32::from(token.text == "}");
        depth == 0 && token.text == ","
    };
    tokens.split(|token| comma(token)).collect()
}

/// The module at a place of a file: that of the file, and those with a body around the place.
pub(super) struct InlineModules<'a> {
    pub(super) module: Vec<&'a str>,
    /// One for each open brace: whether it is the body of a module.
    open: Vec<bool>,
    /// Open braces that are no module's.
    depth: usize,
}

impl<'a> InlineModules<'a> {
    pub(super) fn new(module: &[&'a str]) -> Self {
        InlineModules { module: module.to_vec(), open: Vec::new(), depth: 0 }
    }

    pub(super) fn step(&mut self, tokens: &[Token<'a>], at: usize) {
        match tokens[at].text {
            "{" => {
                let is_module = at >= 2 && tokens[at - 2].text == "mod";
                if is_module {
                    self.module.push(tokens[at - 1].text);
                } else {
                    self.depth += 1;
                }
                self.open.push(is_module);
            }
            "}" => match self.open.pop() {
                Some(true) => drop(self.module.pop()),
                Some(false) => self.depth -= 1,
                None => {}
            },
            _ => {}
        }
    }

    fn resolve(&self, segments: Vec<&'a str>) -> Vec<&'a str> {
        let ups = segments.iter().take_while(|segment| ["self", "super"].contains(segment)).count();
        if ups == 0 {
            return segments;
        }
        let up = segments[..ups].iter().filter(|segment| **segment == "super").count();
        let base = &self.module[..self.module.len().saturating_sub(up)];
        ["crate"].iter().chain(base).chain(&segments[ups..]).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let tokens = tokens(source);
        let describe = |path: &NamedPath| {
            let name = path.import.map(|import| format!(" as {}", import.name.unwrap_or("*")));
            format!("{}{}", path.segments.join("::"), name.unwrap_or_default())
        };
        let found: Vec<String> = paths(&tokens, &["a", "b"]).iter().map(describe).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn every_name_of_a_use_is_found() {
        check("use crate::x;", &["crate::x as x"]);
        check(
            "use crate::x::{Y, z::{self, W as V},\n q::*};",
            &["crate::x::Y as Y", "crate::x::z as z", "crate::x::z::W as V", "crate::x::q as *"],
        );
        check("use super::{y, super::x};", &["crate::a::y as y", "crate::x as x"]);
        check("use super::super::x; use self::c::D;", &["crate::x as x", "crate::a::b::c::D as D"]);
        check("mod inner { use super::super::y; } use super::z;", &["crate::a::y as y", "crate::a::z as z"]);
    }

    #[test]
    fn paths_in_code_are_found_and_visibilities_are_not() {
        check("fn f() -> crate::x::Y<u8> { super::g(Z::h) }", &["crate::x::Y", "crate::a::g", "Z::h"]);
        check(
            "pub(in crate::a) fn f(x: &std::io::Error) { for x in crate::y() {} }",
            &["std::io::Error", "crate::y"],
        );
        check("macro_rules! m { () => { $crate::x::n!() } }", &["crate::x::n"]);
        check("let x = \"crate::x\"; // crate::y\nx::<crate::z::Q>();", &["crate::z::Q"]);
    }

    #[test]
    fn a_public_use_and_one_in_a_function_are_told_apart() {
        let tokens = tokens("pub use a::B; pub(crate) use c::D; use e::F; fn f() { use g::H; }");
        let seen = |path: &NamedPath| path.import.map(|import| (import.public, import.at_top));
        let found: Vec<_> = paths(&tokens, &[]).iter().filter_map(seen).collect();
        assert_eq!(found, [(true, true), (true, true), (false, true), (false, false)]);
    }
}
