//! Patterns by example, in every language that has them.

use housestyle_text::Language;

use super::{Finder, Pattern};
use crate::source::Source;

/// Checks what a pattern matches in a text.
#[track_caller]
fn check(language: &str, pattern: &str, text: &str, expected: &[&str]) {
    let language = Language::from_id(language);
    let parsed = Pattern::parse(pattern, language).unwrap_or_else(|problem| panic!("{pattern}: {problem}"));
    let source = Source::new("a", text, language);
    let found = Finder::new(vec![parsed.clone()]).find(&source, None, |_| true);
    let found: Vec<&str> = found.iter().map(|found| &text[found.range.clone()]).collect();
    let tree = source.tree.as_ref().unwrap().root_node().to_sexp();
    assert_eq!(found, expected, "{pattern}\n{tree}\n{:?}", parsed.variants);
}

#[track_caller]
fn refused(language: &str, pattern: &str) {
    assert!(Pattern::parse(pattern, Language::from_id(language)).is_err(), "{pattern}");
}

#[test]
fn rust() {
    let check = |pattern, text, expected: &[&str]| check("rust", pattern, text, expected);
    check(
        "$A.unwrap()",
        "fn f() { a.b( 1 ).unwrap(); unwrap(); c /* x */ .unwrap() }",
        &["a.b( 1 ).unwrap()", "c /* x */ .unwrap()"],
    );
    check("$A.len() == 0", "fn f() { if x.y.len() == 0 { a.len() != 0 } }", &["x.y.len() == 0"]);
    check("return $A;", "fn f() { return 1; return; }", &["return 1;"]);
    check("use std::$A;", "use std::fmt;\nuse core::fmt;\nuse std::io::Read;", &["use std::fmt;"]);
    check(
        "assert!($A == $B)",
        "fn f() { assert!(a.b() == c); assert!(a); assert!(a == b && c); assert!(a == b,); }",
        &["assert!(a.b() == c)", "assert!(a == b,)"],
    );
    check(
        "println!($$$A)",
        "fn f() { println!(\"{}\", a); println!(); print!(1) }",
        &["println!(\"{}\", a)", "println!()"],
    );
    check(
        "assert_eq!($A, $B, $$$C)",
        "fn f() { assert_eq!(a, b.c); assert_eq!(a, b, \"{}\", d); assert_eq!(a) }",
        &["assert_eq!(a, b.c)", "assert_eq!(a, b, \"{}\", d)"],
    );
    check(
        "#[derive($$$A, Clone, $$$B)]",
        "#[derive(Debug, Clone)]\nstruct A;\n#[derive(Clone)]\nstruct B;\n#[derive(Copy)] struct C;",
        &["#[derive(Debug, Clone)]", "#[derive(Clone)]"],
    );
    check("$A = $A + $B", "fn f() { x = x + 1; x = y + 1; a.b = a.b + c; }", &["x = x + 1", "a.b = a.b + c"]);
    check(
        "String::from($A)",
        "fn f() { g(String::from(\"a\"), String::from(\"b\",)) }",
        &["String::from(\"a\")", "String::from(\"b\",)"],
    );
    check(
        "Vec<$A>",
        "fn f(a: Vec<u8>, b: Vec<Vec<u8>>, c: Box<u8>) {}",
        &["Vec<u8>", "Vec<Vec<u8>>", "Vec<u8>"],
    );
    check("f($$$A)", "fn g() { f(); f(1); f(1, 2); h(1) }", &["f()", "f(1)", "f(1, 2)"]);
    check("f($A, $$$B, z)", "fn g() { f(1, z); f(1, 2, 3, z); f(z) }", &["f(1, z)", "f(1, 2, 3, z)"]);
    check(
        "if let Some($A) = $B { $$$C }",
        "fn g() { if let Some(x) = y.z() { a(); b() } if let Ok(x) = y {} }",
        &["if let Some(x) = y.z() { a(); b() }"],
    );
    check(
        "match $A { Some($B) => $C, None => $D }",
        "fn g() { match x { Some(y) => y, None => { z } }; match x { None => 1, _ => 2 } }",
        &["match x { Some(y) => y, None => { z } }"],
    );
    check(
        "fn $N(&self) -> usize { $$$B }",
        "impl A { fn len(&self) -> usize { let a = 1; a } fn f(&mut self) -> usize { 1 } }",
        &["fn len(&self) -> usize { let a = 1; a }"],
    );
    check(
        "println!(\"$A\")",
        "fn f() { println!(\"hello\"); println!(\"a\\n\"); println!(\"\"); }",
        &["println!(\"hello\")"],
    );
    check("\"costs $A\"", "fn f() { g(\"costs $A\"); g(\"costs 3\") }", &["\"costs $A\""]);
    check(
        "let $A = $B;\n$C.push($A);",
        "fn f() { let x = g(); v.push(x); let y = 1; v.push(x); }",
        &["let x = g(); v.push(x);"],
    );
    check("$A?", "fn f() { a()?; b }", &["a()?"]);
    refused("rust", "$A");
    refused("rust", "$$$A");
    refused("rust", "fn (");
    refused("rust", "");
    refused("rust", "f($A, $$$A)");
    refused("rust", "$A $B");
    refused("markdown", "a");
}

#[test]
fn python() {
    let check = |pattern, text, expected: &[&str]| check("python", pattern, text, expected);
    check(
        "self.assertEqual($A, $B)",
        "class T:\n    def t(self):\n        self.assertEqual(a, b)\n        self.assertEqual(a, b, 'x')\n        self.assertEqual(\n            a, # c\n            b,\n        )\n",
        &["self.assertEqual(a, b)", "self.assertEqual(\n            a, # c\n            b,\n        )"],
    );
    check("assert $A == $B", "assert a == b\nassert a\nassert a == b, 'x'\n", &["assert a == b"]);
    check(
        "Optional[$A]",
        "def f(a: Optional[int], b: Optional[Dict[str, int]] = None) -> Optional[x.Y]: pass\nT = Optional[int]\n",
        &["Optional[int]", "Optional[Dict[str, int]]", "Optional[x.Y]", "Optional[int]"],
    );
    check("$A | None", "def f(a: int | None): pass\nT = int | None\n", &["int | None", "int | None"]);
    check("from $A import $B", "from a.b import c\nfrom a import b, c\nimport a\n", &["from a.b import c"]);
    check(
        "from $A import $$$B",
        "from a.b import c\nfrom a import (b, c,)\nimport a\n",
        &["from a.b import c", "from a import (b, c,)"],
    );
    check(
        "@pytest.mark.parametrize($$$A)",
        "@pytest.mark.parametrize('a', [1])\ndef f(): pass\n@other\ndef g(): pass\n",
        &["@pytest.mark.parametrize('a', [1])"],
    );
    check("f(encoding=$A)", "f(encoding='x')\nf(x)\n", &["f(encoding='x')"]);
    check(
        "if $A is None:\n    $$$B",
        "if x is None:\n    a()\n    return\n",
        &["if x is None:\n    a()\n    return"],
    );
    check(
        "for $A in range(len($B)):\n    $$$C",
        "for i in range(len(xs)):\n    print(i)\n",
        &["for i in range(len(xs)):\n    print(i)"],
    );
    check("x == None", "if x == None: pass\n", &["x == None"]);
    check("f\"{$A}\"", "a = f\"{b}\"\nc = f\"x{b}\"\n", &["f\"{b}\""]);
    check("'$A'", "a = 'b c'\nd = \"b\"\n", &["'b c'"]);
    check("lambda $A: $B", "x = lambda a: a + 1\n", &["lambda a: a + 1"]);
    check(
        "def $F($$$P) -> None:\n    $$$B",
        "def f(a, b=1) -> None:\n    pass\ndef g(): pass\n",
        &["def f(a, b=1) -> None:\n    pass"],
    );
    check(
        "raise ValueError($A)",
        "raise ValueError('a\\n')\nraise ValueError\n",
        &["raise ValueError('a\\n')"],
    );
    refused("python", "def (:");
}

#[test]
fn javascript_and_typescript() {
    for language in ["javascript", "typescript", "typescriptreact"] {
        let check = |pattern, text, expected: &[&str]| check(language, pattern, text, expected);
        check("$A === undefined", "if (a.b === undefined) {}\nx == undefined;", &["a.b === undefined"]);
        check(
            "const $A = require($B)",
            "const a = require('a');\nconst b = require('b')\nlet c = require('c')\n",
            &["const a = require('a')", "const b = require('b')"],
        );
        check("import $A from 'a'", "import x from 'a';\nimport y from 'b';", &["import x from 'a'"]);
        check(
            "import { $$$A } from $B",
            "import { x, y } from 'a';\nimport z from 'b';",
            &["import { x, y } from 'a'"],
        );
        check(
            "function $F($$$P) { $$$B }",
            "function f(a, b) { g(); return 1 }\nconst g = () => 1;",
            &["function f(a, b) { g(); return 1 }"],
        );
        check("($$$P) => $B", "x.map((a, b) => a + b); y.map(a => a);", &["(a, b) => a + b"]);
        check("$A.then($$$B)", "a.b().then(c => d);\n", &["a.b().then(c => d)"]);
        check(
            "throw new Error($A)",
            "throw new Error(`a ${b}`);throw new TypeError('x')",
            &["throw new Error(`a ${b}`)"],
        );
        check("if ($A) { return $B }", "if (a) { return 1; }\nif (b) return 2;", &["if (a) { return 1; }"]);
        check("`$A`", "x = `abc`; y = `a${b}`;", &["`abc`"]);
        check("`${$A}`", "x = `abc`; y = `${b.c}`; z = `a${b}`", &["`${b.c}`"]);
        check("await $A", "async function f() { await g(1); }", &["await g(1)"]);
        check("await $A;", "async function f() { await g(1); }", &["await g(1)"]);
    }
    check(
        "typescript",
        "interface $A { $$$B }",
        "interface X { a: string; b: number }\ntype Y = {}",
        &["interface X { a: string; b: number }"],
    );
    check(
        "typescript",
        "import type { $$$A } from $B",
        "import type { X } from 'a';\nimport { Y } from 'b';",
        &["import type { X } from 'a'"],
    );
    check(
        "typescript",
        "Array<$A>",
        "let x: Array<string> = []; function f(a: Array<X<Y>>) {}",
        &["Array<string>", "Array<X<Y>>"],
    );
    check(
        "typescript",
        "function $F($$$P): $R { $$$B }",
        "function f(a: string, b?: number): void { g() }",
        &["function f(a: string, b?: number): void { g() }"],
    );
    check("typescript", "$A as any", "let x = y as any;", &["y as any"]);
    check("typescript", "($A: any)", "function f(a: any) {} const g = (b: any) => 1;", &[]);
    check(
        "typescriptreact",
        "<Button $$$A />",
        "const x = <Button a={1} b />; const y = <Link />;",
        &["<Button a={1} b />"],
    );
    check("javascriptreact", "<p>$$$A</p>", "const x = <p>hello <b/></p>;", &["<p>hello <b/></p>"]);
    check("javascript", "x$A", "xB; x$A;", &["x$A"]);
}

#[test]
fn go() {
    let check = |pattern, text: &str, expected: &[&str]| {
        check("go", pattern, &format!("package p\n{text}\n"), expected);
    };
    check(
        "fmt.Errorf($A)",
        "func f() { return fmt.Errorf(\"a\"), fmt.Errorf(\"a %w\", err) }",
        &["fmt.Errorf(\"a\")"],
    );
    check(
        "if err != nil { return $A }",
        "func f() {\n\tif err != nil {\n\t\treturn err\n\t}\n}",
        &["if err != nil {\n\t\treturn err\n\t}"],
    );
    check(
        "if err != nil {\n\treturn $$$A\n}",
        "func f() {\n\tif err != nil {\n\t\treturn nil, err\n\t}\n}",
        &["if err != nil {\n\t\treturn nil, err\n\t}"],
    );
    check("t.Fatal($$$A)", "func f() { t.Fatal(a, b); t.Fatalf(\"\") }", &["t.Fatal(a, b)"]);
    check("$A, err := $B", "func f() { x, err := g(1); y := 1 }", &["x, err := g(1)"]);
    check(
        "interface{}",
        "func f(a interface{}, b any) { var x interface{} }",
        &["interface{}", "interface{}"],
    );
    check("var $A $B", "func f() { var x int; var y = 1 }", &["var x int"]);
    check("import \"$A\"", "import \"errors\"", &["import \"errors\""]);
    check(
        "func $F($$$P) error { $$$B }",
        "func f(a int, b string) error { return nil }\nfunc g() {}",
        &["func f(a int, b string) error { return nil }"],
    );
    check("[]string{}", "var x = []string{}\nvar y = []int{}", &["[]string{}"]);
    check("T{A: $B}", "var x = T{A: 1}\nvar y = T{A: 1, B: 2}", &["T{A: 1}"]);
    check(
        "for _, $A := range $B { $$$C }",
        "func f() { for _, x := range xs.y { g(x); h() } }",
        &["for _, x := range xs.y { g(x); h() }"],
    );
}

#[test]
fn java() {
    let check = |pattern, text: &str, expected: &[&str]| check("java", pattern, text, expected);
    check(
        "assertEquals($A, $B)",
        "class A { void f() { assertEquals(1, x.y()); assertEquals(1); } }",
        &["assertEquals(1, x.y())"],
    );
    check("$A.equals($B)", "class A { boolean f() { return a.b().equals(c); } }", &["a.b().equals(c)"]);
    check("@Override", "class A { @Override public void f() {} @Test void g() {} }", &["@Override"]);
    check("import static $A;", "import static a.b.c;\nimport d.e;\nclass X {}", &["import static a.b.c;"]);
    check("List<$A>", "class A { List<String> x; Set<String> y; }", &["List<String>"]);
    check(
        "throw new IllegalArgumentException($A);",
        "class A { void f() { throw new IllegalArgumentException(\"a\" + b); } }",
        &["throw new IllegalArgumentException(\"a\" + b);"],
    );
    check(
        "if ($A == null) { $$$B }",
        "class A { void f() { if (x == null) { g(); return; } } }",
        &["if (x == null) { g(); return; }"],
    );
    check(
        "private static final $T $N = $V;",
        "class A { private static final int X = 1; private int y; }",
        &["private static final int X = 1;"],
    );
    check("x -> $A", "class A { void f() { g(x -> x + 1); } }", &["x -> x + 1"]);
}

#[test]
fn c() {
    let check = |pattern, text: &str, expected: &[&str]| check("c", pattern, text, expected);
    check(
        "if ($A == NULL) { $$$B }",
        "int f(void) {\n  if (p->q == NULL) { free(p); return 1; }\n  if (!p) { }\n}\n",
        &["if (p->q == NULL) { free(p); return 1; }"],
    );
    check("$A == NULL", "int f(void) { return p == NULL; }", &["p == NULL"]);
    check("free($A);", "void f(void) { free(p->q); free(a, b); }", &["free(p->q);"]);
    check("sizeof($A)", "void f(void) { x = malloc(sizeof(y)); }", &["sizeof(y)"]);
    check("(int) $A", "void f(void) { x = (int) y; }", &["(int) y"]);
    check("#include <string.h>", "#include <string.h>\n#include \"a.h\"\n", &["#include <string.h>"]);
    check(
        "static inline $T $F($$$P) { $$$B }",
        "static inline int f(int a, char *b) { return 1; }\nint g(void) { return 2; }\n",
        &["static inline int f(int a, char *b) { return 1; }"],
    );
    check("unsigned $A", "unsigned x;\nvoid f(void) { unsigned y = 1; }\n", &[]);
}

#[test]
fn lua() {
    let check = |pattern, text: &str, expected: &[&str]| check("lua", pattern, text, expected);
    check(
        "local $A = require($B)",
        "local x = require('x')\nlocal y = require 'y'\n",
        &["local x = require('x')"],
    );
    check("$A == nil", "if x.y == nil then return end\n", &["x.y == nil"]);
    check(
        "function $F($$$P) $$$B end",
        "function f(a, b) g() return 1 end\n",
        &["function f(a, b) g() return 1 end"],
    );
    check("if $A then $$$B end", "if x then a() b() end\n", &["if x then a() b() end"]);
    check("$A()", "f()\ng(1)\nlocal x = h.i()\n", &["f()", "h.i()"]);
    check("table.insert($A, $B)", "table.insert(t, 1)\ntable.insert(t, 1, 2)", &["table.insert(t, 1)"]);
    check("{ $$$A }", "x = { 1, 2, }\n", &["{ 1, 2, }"]);
}

#[test]
fn shell() {
    let check = |pattern, text: &str, expected: &[&str]| check("shellscript", pattern, text, expected);
    check("[ -z $A ]", "if [ -z \"$x\" ]; then echo; fi\n[[ -z $y ]]\n", &["[ -z \"$x\" ]"]);
    check("[[ $A == $B ]]", "[[ \"$x\" == y ]] && z\n", &["[[ \"$x\" == y ]]"]);
    check("`$A`", "x=`ls`\n", &["`ls`"]);
    check("$(cat $A)", "x=$(cat a.txt)\ny=$(cat a b)\n", &["$(cat a.txt)"]);
    check("echo \"$HOME\"", "echo \"$HOME\"\necho \"$PATH\"\n", &["echo \"$HOME\""]);
    check("export $A=$B", "export X=1\nY=2\n", &["export X=1"]);
    check("if $A; then $$$B; fi", "if test -f x; then a; b; fi\n", &["if test -f x; then a; b; fi"]);
    check("cd $A || exit 1", "cd \"$d\" || exit 1\n", &["cd \"$d\" || exit 1"]);
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    const LANGUAGES: [&str; 11] = [
        "rust",
        "python",
        "javascript",
        "javascriptreact",
        "typescript",
        "typescriptreact",
        "go",
        "java",
        "c",
        "lua",
        "shellscript",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_pattern_and_no_text_panics(
            which in 0..LANGUAGES.len(),
            pattern in "(\\$\\$\\$[AB]|\\$[AB]|[a-c]|[(){}\\[\\],;.:=\"'`#@!?+\n -]|é){0,24}",
            text in "([a-c]|[(){}\\[\\],;.:=\"'`#@!?+\n -]|é){0,200}",
        ) {
            let language = Language::from_id(LANGUAGES[which]);
            if let Ok(parsed) = Pattern::parse(&pattern, language) {
                let source = Source::new("a", &text, language);
                for found in Finder::new(vec![parsed.clone()]).find(&source, None, |_| true) {
                    prop_assert!(text.get(found.range.clone()).is_some());
                    super::super::expand(&source, &parsed, &found, &parsed);
                }
            }
        }
    }

    #[test]
    fn work_is_bounded() {
        let rust = Language::from_id("rust");
        let many = (0..20).map(|at| format!("$$$A{at}, x")).collect::<Vec<_>>().join(", ");
        let pattern = Pattern::parse(&format!("f({many}, y)"), rust).unwrap();
        let text = format!("fn g() {{ f({}); }}", "x, ".repeat(5000));
        let found = Finder::new(vec![pattern]).find(&Source::new("a", &text, rust), None, |_| true);
        assert!(found.is_empty());
        let deep = format!("{}$A{}", "f(".repeat(500), ")".repeat(500));
        assert!(Pattern::parse(&deep, rust).is_err());
        assert!(Pattern::parse(&"f(".repeat(10_000), rust).is_err());
        let nested = format!("fn g() {{ {}x{}; }}", "f(".repeat(300), ")".repeat(300));
        let call = Pattern::parse("f($$$A)", rust).unwrap();
        assert_eq!(Finder::new(vec![call]).find(&Source::new("a", &nested, rust), None, |_| true).len(), 300);
    }
}
