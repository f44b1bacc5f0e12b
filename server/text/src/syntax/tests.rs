//! Scopes at a visible cursor (`‸`), language by language, as one types.

use super::*;
use crate::{Change, Encoding, Language};

/// Checks cases of `scope`, a blank, and text with a cursor; each also without all that stands after the cursor, as
/// nothing after it may matter.
#[track_caller]
fn check(id: &str, cases: &[(&str, &str)]) {
    let language = Language::from_id(id);
    let mut wrong = Vec::new();
    for (expected, marked) in cases {
        let (before, after) = marked.split_once('‸').expect("a cursor");
        for text in [format!("{before}{after}"), before.to_owned()] {
            let snapshot = Snapshot::new(&text, 1, language);
            let scope = format!("{:?}", scope_at(&snapshot, Offset(before.len()))).to_lowercase();
            if &scope != expected {
                wrong.push(format!("{scope}, not {expected}: {marked:?} as {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{id}:\n{}", wrong.join("\n"));
}

#[test]
fn rust() {
    check(
        "rust",
        &[
            ("code", "‸"),
            ("code", "fn main() {\n    ‸\n}\n"),
            ("comment", "// a comment‸"),
            ("comment", "//‸"),
            ("code", "// a comment\n‸"),
            ("comment", "/// Returns ‸\nfn f() {}\n"),
            ("code", "/// Returns\n‸fn f() {}\n"),
            ("code", "‸// a comment"),
            ("code", "/‸/ a comment"),
            ("comment", "fn f() { /* open ‸\n let x = 1;\n}"),
            ("comment", "/* a /* nested */ ‸ */ fn f() {}"),
            ("code", "/* closed */‸ fn f() {}"),
            ("string", "fn f() { let s = \"hello ‸"),
            ("string", "fn f() {\n    let s = \"hello ‸\n    let b = 1;\n}\n"),
            ("string", "fn f() { println!(\"x = {}‸\", x); }"),
            ("code", "fn f() { println!(\"x\"‸, x); }"),
            ("code", "fn f() { let s = \"a\\\"b\"; ‸ }"),
            ("string", "fn f() { let s = \"a\\\"b‸\"; }"),
            ("string", "fn f() { let s = r#\"a \" b‸\"#; }"),
            ("string", "fn f() { let s = r#\"a \" b‸"),
            ("string", "fn f() { snapshot!(x, @r#\"{\"a\": ‸}\"#); }"),
            ("code", "fn f<'a>(x: &'a str) -> &'a str { ‸ }"),
            ("comment", "fn f<'a>(x: &'a str) { // it's ‸\n}"),
            ("code", "fn f() { let c = '\"'; ‸ }"),
            ("code", "fn f() { let c = '\\''; ‸ }"),
            ("code", "fn f() { let c = '\u{1F600}'; ‸ }"),
            ("string", "fn f() { let s = \"// no comment‸\"; }"),
            ("code", "fn f() { let u = 'x'; broken( ‸"),
            ("comment", "fn f() { broken(((; // but ‸\n"),
        ],
    );
}

#[test]
fn python() {
    check(
        "python",
        &[
            ("code", "‸"),
            ("comment", "# a comment‸"),
            ("comment", "x = 1  # it's ‸\ny = 2\n"),
            ("docstring", "\"\"\"A module ‸"),
            ("docstring", "# coding\n\n'''A module ‸'''\n"),
            ("docstring", "def f(x):\n    \"\"\"Returns ‸"),
            (
                "docstring",
                "def f(x):\n    \"\"\"Returns ‸\n    y = 1\n    return g(y)\n\ndef h():\n    return 2\n",
            ),
            (
                "docstring",
                "def f(x):\n    \"\"\"One.\n\n    Args:\n        x: a ‸\n    \"\"\"\n    return x\n",
            ),
            ("docstring", "def f(\n    x,\n    y,\n) -> int:\n    r\"\"\"Returns ‸"),
            ("docstring", "class A:  # a class\n    \"One line ‸\n"),
            ("docstring", "class A:\n    async def f(self):\n        '''Waits ‸'''\n"),
            ("string", "x = \"\"\"no docstring ‸"),
            ("string", "def f():\n    x = 1\n    \"\"\"no docstring ‸\"\"\"\n"),
            ("string", "if x:\n    \"\"\"no docstring ‸\"\"\"\n"),
            ("string", "call(\"abc ‸\ny = 2\n"),
            ("code", "call(\"abc\ny = ‸\n"),
            ("code", "def f():\n    \"\"\"Closed.\"\"\"‸\n    return 1\n"),
            ("code", "def f():\n    \"\"\"Closed.\"\"\"\n    ‸"),
            ("string", "x = f\"a {b} c‸\""),
            ("code", "x = f\"a {b‸} c\""),
            ("code", "x = f\"a {b‸"),
            ("string", "x = f\"a {{b‸"),
            ("string", "x = rb'\\'‸"),
            ("code", "x = 'it' + ‸"),
        ],
    );
}

#[test]
fn javascript_and_typescript() {
    let common = [
        ("comment", "// a comment‸\nf();\n"),
        ("comment", "function f() {\n  /* open ‸\n"),
        ("comment", "/**\n * Adds ‸\n */\nfunction f() {}\n"),
        ("string", "f('abc ‸\ng();\n"),
        ("string", "import x from \"./‸"),
        ("code", "f('abc')‸;\n"),
        ("string", "const a = `x ${b} ‸`;\n"),
        ("code", "const a = `x ${b‸}`;\n"),
        ("code", "const a = `x ${f({a: 1}, ‸"),
        ("string", "const a = `x ${f({a: 1})} ‸"),
        ("string", "const a = `x ${b + \"c‸"),
        ("string", "const a = `one\ntwo ‸"),
        ("code", "const r = /[\"'`/]/; ‸\n"),
        ("code", "const r = a / b; ‸ c / d;\n"),
        ("string", "const r = /ab‸"),
        ("code", "const s = x / y; // z\n‸"),
        ("comment", "const s = x / y; // z‸\n"),
        ("comment", "if (a { // it's ‸\n"),
        ("comment", "let x = 1;\n/* off @a/b-c‸"),
        ("code", "//* one line\n‸let x = 1;\n"),
        ("code", "let x = \"a/*b\"; ‸\n"),
    ];
    for id in ["javascript", "typescript", "javascriptreact", "typescriptreact"] {
        check(id, &common);
    }
    check(
        "typescript",
        &[
            ("code", "let x: Array<‸"),
            ("code", "let x: string‸ = y"),
            ("code", "let x: str‸ing = y"),
            ("string", "type A = 'a' | 'b‸'"),
        ],
    );
    for id in ["javascriptreact", "typescriptreact"] {
        check(
            id,
            &[
                ("code", "const x = <p>Don't do ‸</p>;\n"),
                ("string", "const x = <p className=\"a ‸\">b</p>;\n"),
                ("code", "const x = <p>a</p>; ‸\n"),
                ("comment", "const x = <p>a</p>; // and ‸\n"),
            ],
        );
    }
}

#[test]
fn go_java_c() {
    check(
        "go",
        &[
            ("comment", "package a\n\n// F returns ‸\nfunc F() {}\n"),
            ("string", "package a\n\nvar s = `raw \\‸"),
            ("code", "package a\n\nvar s = `raw \\` ‸\n"),
            ("string", "package a\n\nvar s = \"a\\\"b‸\n"),
            ("code", "package a\n\nvar r = '\"'; ‸\n"),
        ],
    );
    check(
        "java",
        &[
            ("comment", "/**\n * Returns ‸\n */\nclass A {}\n"),
            ("comment", "class A { // it's ‸\n}"),
            ("string", "class A { String s = \"abc ‸\n}"),
            ("string", "class A { String s = \"\"\"\n  abc \" ‸"),
            ("code", "class A { char c = '\"'; ‸ }"),
        ],
    );
    check(
        "c",
        &[
            ("comment", "/* it's ‸"),
            ("comment", "int x; // don't ‸\nint y;\n"),
            ("comment", "char *s[] = {\n    \"a\", /*tp_name‸"),
            ("comment", "#define A 1 // Has ‸\n"),
            ("string", "char *s = \"a ‸\nint y;\n"),
            ("code", "char *s = \"a\nint ‸y;\n"),
            ("code", "char c = '\"'; ‸\n"),
            ("code", "#include <stdio.h>\n‸"),
            ("string", "char *s = \"a\\\nb‸\";\n"),
        ],
    );
}

#[test]
fn lua() {
    check(
        "lua",
        &[
            ("comment", "-- it's ‸\nlocal x = 1\n"),
            ("comment", "--[[ open ‸\nlocal x = 1\n"),
            ("code", "--[[ closed ]] ‸local x = 1\n"),
            ("comment", "--[==[ a ]] b ‸ ]==]\n"),
            ("string", "local s = [[ a\nb ‸"),
            ("string", "local s = [==[ a ]] b ‸ ]==]\n"),
            ("string", "local s = \"abc ‸\nlocal y\n"),
            ("code", "local t = a[b[1]] ‸\n"),
        ],
    );
}

#[test]
fn shell() {
    check(
        "sh",
        &[
            ("comment", "# it's ‸\necho\n"),
            ("code", "x=${y#z} ‸\n"),
            ("comment", "x=${y#z} # com‸\n"),
            ("code", "echo a#b ‸\n"),
            ("string", "x='abc\ndef ‸"),
            ("string", "echo \"abc ‸"),
            ("code", "echo \"abc $(foo ‸"),
            ("string", "echo \"abc $(foo \"bar‸"),
            ("string", "echo \"abc $(foo \"bar\") ‸\"\n"),
            ("string", "cat <<EOF\nhello 'there ‸\nEOF\n"),
            ("string", "cat <<'EOF'\n$(not \"\n‸"),
            ("code", "cat <<EOF\nhello 'there\nEOF\n‸"),
            ("code", "cat <<-EOF\n\thello\n\tEOF\n‸"),
            ("string", "cat <<EOF\nhello $x ‸"),
            ("code", "cat <<EOF | grep ‸\nhello\nEOF\n"),
            ("code", "echo \\\" ‸"),
        ],
    );
}

#[test]
fn languages_without_a_grammar_go_by_their_marks() {
    check("yaml", &[("comment", "a: 1 # it's ‸"), ("code", "a: don't ‸"), ("code", "url: x#y ‸")]);
    check("toml", &[("comment", "# a‸"), ("string", "a = \"b # c‸\"")]);
    check("haskell", &[("comment", "f = x -- it's ‸"), ("comment", "{- a {- b -} ‸"), ("code", "f' = ‸")]);
    check("html", &[("comment", "<p>Don't</p><!-- a ‸"), ("code", "<p>Don't ‸</p>")]);
    check("sql", &[("comment", "select 1 -- a ‸"), ("string", "select 'a ‸'")]);
    check("vim", &[("comment", "\" a ‸"), ("code", "let x = 1\n‸")]);
    check("json", &[("string", "{\"a‸\": 1}"), ("code", "{\"a\": ‸1}")]);
    check("klingon", &[("code", "# who knows ‸"), ("code", "\"who ‸")]);
}

#[test]
fn prose_is_prose() {
    check("plaintext", &[("prose", "‸"), ("prose", "// it's \"a ‸")]);
    check("rst", &[("prose", "Title\n=====\n\nSome ‸")]);
    check(
        "gitcommit",
        &[
            ("prose", "Fix #12 ‸"),
            ("comment", "Fix\n# Please enter ‸"),
            ("code", "Fix\n# ------------------------ >8 ------------------------\n+let x ‸"),
        ],
    );
    check("latex", &[("prose", "50\\% of ‸"), ("comment", "a % b ‸"), ("prose", "a % b\n‸")]);
    check("asciidoc", &[("prose", "See http://a ‸"), ("comment", "// a ‸")]);
}

#[test]
fn markdown_has_blocks_of_code() {
    check(
        "markdown",
        &[
            ("prose", "# Title\n\nSome ‸"),
            ("prose", "```ru‸"),
            ("code", "```rust\n‸"),
            ("code", "```rust\nlet x = ‸\n```\n"),
            ("prose", "```rust\nlet x;\n```\n‸"),
            ("code", "````\n```\n‸\n````\n"),
            ("code", "~~~\n```\n‸"),
            ("code", "- item\n\n  ```sh\n  ls ‸"),
            ("prose", "a ``` b ``` c\n‸"),
            ("code", "---\ntitle: ‸\n---\n"),
            ("prose", "---\ntitle: a\n---\n‸"),
            ("prose", "text\n\n---\n‸"),
            ("comment", "a <!-- b ‸"),
            ("code", "```rust\r\nlet x = ‸\r\n```\r\n"),
        ],
    );
}

#[test]
fn a_fence_names_its_language() {
    let cases = [
        ("```rust\n‸", "rust"),
        ("```rs\n‸", "rust"),
        ("``` {.python #id}\n‸", "python"),
        ("```{r}\n‸", "r"),
        ("~~~ typescript title=\"a\"\n‸", "typescript"),
        ("```rust,ignore\n‸", "rust"),
        ("```\n‸", "unknown"),
        ("```klingon\n‸", "unknown"),
        ("> ```sh\n> ‸", "shellscript"),
        ("+++\n‸", "toml"),
        ("plain ‸", "outside"),
    ];
    for (marked, expected) in cases {
        let (before, after) = marked.split_once('‸').expect("a cursor");
        let snapshot = Snapshot::new(&format!("{before}{after}"), 1, Language::from_id("markdown"));
        let language = fence_language_at(&snapshot, Offset(before.len()));
        assert_eq!(language.map_or("outside", Language::id), expected, "{marked:?}");
    }
}

#[test]
fn a_document_too_large_to_parse_is_scanned() {
    let line = "fn f() { let s = \"a\"; } // it's\n";
    let lines = SCANNED_BYTES / line.len();
    let document = |lines: usize| Snapshot::new(&line.repeat(lines), 1, Language::from_id("rust"));
    let snapshot = document(2 * lines);
    let end = snapshot.position_of(Offset(snapshot.len()), Encoding::Utf8);
    for (typed, expected) in
        [("// a", Scope::Comment), ("let s = \"a", Scope::String), ("let s", Scope::Code)]
    {
        let next = snapshot.apply(&[Change::replace(end, end, typed)], Encoding::Utf8, 2);
        assert_eq!(scope_at(&next, Offset(next.len())), expected, "{typed}");
    }
    // The work depends on the window alone, whose bytes are counted one by one.
    let steps = |snapshot: &Snapshot| work::of(|| scope_at(snapshot, Offset(snapshot.len())));
    assert_eq!(steps(&snapshot), steps(&document(4 * lines)));
    assert!(steps(&snapshot) >= SCANNED_BYTES / 2);
}

#[test]
fn hostile_text_takes_bounded_work() {
    let units = [
        "(",
        "[[",
        "{",
        "<a>",
        "\"",
        "'",
        "'\\",
        "`${",
        "/*",
        "f\"{",
        "$(",
        "<<A\n",
        "--[[",
        "r#\"",
        "\u{1F600}'",
        "\\",
    ];
    // Ordinary code takes about one step a byte, and one more for each node of its tree.
    const STEPS_A_BYTE: usize = 8;
    let mut most = 0;
    for language in Language::all() {
        for unit in units {
            let text = unit.repeat(8 * 1024 / unit.len());
            let snapshot = Snapshot::new(&text, 1, language);
            // Any answer will do: that there is one is the point.
            let steps = work::of(|| scope_at(&snapshot, Offset(text.len())));
            assert!(steps <= STEPS_A_BYTE * text.len(), "{language}: {steps} steps for {unit:?}");
            most = most.max(steps / text.len());
        }
    }
    assert!(most >= 1, "the work is counted");
}
