//! The text around a pattern while it is parsed, by language.

use housestyle_text::Language;

/// Text before and after a pattern.
pub(super) type Context = (&'static str, &'static str);

/// The contexts of a language.
#[derive(Debug)]
pub(super) struct Contexts {
    /// Tried in this order; the first in which the pattern has no error counts.
    pub(super) first_of: &'static [Context],
    /// Where the same text means something else, which counts too.
    pub(super) and: &'static [Context],
}

/// Returns the contexts of a language; none where patterns are not known in it.
pub(super) fn of(language: Language) -> Option<&'static Contexts> {
    Some(match language.id() {
        "rust" => &RUST,
        "python" => &PYTHON,
        "typescript" => &TYPESCRIPT,
        "typescriptreact" => &TSX,
        "javascript" | "javascriptreact" => &JAVASCRIPT,
        "go" => &GO,
        "java" => &JAVA,
        "c" => &C,
        "lua" => &LUA,
        "shellscript" => &SHELL,
        _ => return None,
    })
}

const RUST: Contexts = Contexts {
    first_of: &[
        ("fn f() {\n", "\n}"),
        ("", ""),
        ("type T = ", ";"),
        ("impl T {\n", "\n}"),
        ("match x {\n", "\n}"),
        ("fn f(", ") {}"),
        ("fn f() { let ", " = x; }"),
        ("struct S {\n", "\n}"),
        ("enum S {\n", "\n}"),
        ("fn f() { S { ", " } }"),
        ("", "\nfn f() {}"),
    ],
    and: &[("type T = ", ";")],
};

const PYTHON: Contexts = Contexts {
    first_of: &[
        ("", ""),
        ("", "\ndef f():\n    pass\n"),
        ("def f(", "):\n    pass\n"),
        ("x = {", "}"),
        ("f(", ")"),
        ("x: ", ""),
        ("try:\n    pass\n", "\n"),
        ("def f():\n    ", "\n"),
    ],
    and: &[("x: ", "")],
};

const JAVASCRIPT: Contexts = Contexts {
    first_of: &[
        ("", ""),
        ("(", ")"),
        ("async function f() {\n", "\n}"),
        ("class C {\n", "\n}"),
        ("({", "})"),
        ("function f(", ") {}"),
        ("try {} ", ""),
        ("<a ", " />"),
    ],
    and: &[],
};

const TYPESCRIPT: Contexts = Contexts {
    first_of: &[
        ("", ""),
        ("(", ")"),
        ("async function f() {\n", "\n}"),
        ("class C {\n", "\n}"),
        ("({", "})"),
        ("function f(", ") {}"),
        ("type T = ", ";"),
        ("interface I {\n", "\n}"),
        ("try {} ", ""),
    ],
    and: &[("type T = ", ";")],
};

const TSX: Contexts = Contexts {
    first_of: &[
        ("", ""),
        ("(", ")"),
        ("async function f() {\n", "\n}"),
        ("class C {\n", "\n}"),
        ("({", "})"),
        ("function f(", ") {}"),
        ("type T = ", ";"),
        ("interface I {\n", "\n}"),
        ("try {} ", ""),
        ("<a ", " />"),
    ],
    and: &[("type T = ", ";")],
};

const GO: Contexts = Contexts {
    first_of: &[
        ("package p\nfunc f() {\n", "\n}\n"),
        ("package p\n", "\n"),
        ("package p\nvar x ", "\n"),
        ("package p\nvar x = T{", "}\n"),
        ("package p\nimport (\n", "\n)\n"),
        ("package p\nfunc f(", ") {}\n"),
        ("package p\ntype T struct {\n", "\n}\n"),
        ("package p\ntype T interface {\n", "\n}\n"),
        ("package p\nfunc f() {\nswitch x {\n", "\n}\n}\n"),
    ],
    and: &[("package p\nvar x ", "\n")],
};

const JAVA: Contexts = Contexts {
    first_of: &[
        ("class C { void f() {\n", "\n} }"),
        ("class C { void f() { g(", "); } }"),
        ("", ""),
        ("class C {\n", "\n}"),
        ("", " class C {}"),
        ("class C { ", " x; }"),
        ("class C { void f(", ") {} }"),
        ("class C { void f() { switch (x) {\n", "\n} } }"),
    ],
    and: &[("class C { ", " x; }"), ("class C {\n", "\n}")],
};

const C: Contexts = Contexts {
    first_of: &[
        ("void f(void) {\n", "\n}\n"),
        ("void f(void) {\n(", ");\n}\n"),
        ("", "\n"),
        ("", " x;\n"),
        ("void f(", ");\n"),
        ("struct s {\n", "\n};\n"),
        ("int x[] = {", "};\n"),
        ("void f(void) { switch (x) {\n", "\n} }\n"),
    ],
    and: &[],
};

const LUA: Contexts = Contexts {
    first_of: &[("", "\n"), ("local x = ", "\n"), ("x = {", "}\n"), ("function f(", ") end\n")],
    and: &[],
};

const SHELL: Contexts =
    Contexts { first_of: &[("", "\n"), ("x ", "\n"), ("case x in\n", "\nesac\n")], and: &[] };
