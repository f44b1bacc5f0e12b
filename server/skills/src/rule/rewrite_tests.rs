//! Places and fixes of rewrites, in every language that has patterns.

use housestyle_text::Language;

use super::{Rewrite, Rule, RuleFile, Rules, Scope};
use crate::source::Source;

fn rewrite(avoid: &[&str], prefer: &str) -> Rewrite {
    Rewrite { avoid: avoid.iter().map(|text| (*text).to_owned()).collect(), prefer: prefer.to_owned() }
}

/// Checks what a text is after every certain fix, and how many places follow the rule already.
#[track_caller]
fn check(language: &str, avoid: &str, prefer: &str, text: &str, expected: &str, followed: usize) {
    let language = Language::from_id(language);
    let rule = rewrite(&[avoid], prefer);
    rule.patterns(language).unwrap();
    let source = Source::new("a", text, language);
    let places = Rule::Rewrite(rule.clone()).occurrences(&source, None);
    let kept = places.iter().filter(|place| place.followed).count();
    let mut fixed = text.to_owned();
    for place in places.iter().rev() {
        if let Some(fix) = &place.fix {
            fixed.replace_range(place.range.clone(), fix);
        }
    }
    assert_eq!((fixed.as_str(), kept), (expected, followed), "{places:?}");
    let scope = Scope::default();
    let rules = Rules::new(vec![RuleFile { format: 1, scope, rule: Rule::Rewrite(rule) }]);
    let together: Vec<_> = rules.all_occurrences(&source, None).into_iter().map(|(_, place)| place).collect();
    assert_eq!(together, places, "found together, places are the same");
}

#[test]
fn fixes_keep_what_is_bound() {
    let rust =
        |avoid, prefer, text, expected, followed| check("rust", avoid, prefer, text, expected, followed);
    rust(
        "$A.len() == 0",
        "$A.is_empty()",
        "fn f() { a.b().len() == 0; c.is_empty() }",
        "fn f() { a.b().is_empty(); c.is_empty() }",
        1,
    );
    rust(
        "assert!($A == $B)",
        "assert_eq!($A, $B)",
        "fn f() { assert!(a.b(1) == c[0]); }",
        "fn f() { assert_eq!(a.b(1), c[0]); }",
        0,
    );
    rust(
        "String::from($A)",
        "$A.to_owned()",
        "fn f() { String::from(\"a\"); String::from(a + b) }",
        "fn f() { \"a\".to_owned(); (a + b).to_owned() }",
        0,
    );
    rust(
        "$A.is_empty()",
        "$A.len() == 0",
        "fn f() { !a.is_empty(); b.is_empty() }",
        "fn f() { !(a.len() == 0); b.len() == 0 }",
        0,
    );
    rust(
        "$A.unwrap()",
        "$A.expect($B)",
        "fn f() { a.unwrap(); b.expect(\"c\") }",
        "fn f() { a.unwrap(); b.expect(\"c\") }",
        1,
    );
    rust(
        "f($A)",
        "g($A)",
        "fn h() { f(a /* why */); f(/* b */ c); f(f(d)) }",
        "fn h() { f(a /* why */); f(/* b */ c); g(f(d)) }",
        0,
    );
    rust(
        "$A.clone().clone()",
        "$A.clone()",
        "fn f() { a.clone().clone(); b.clone() }",
        "fn f() { a.clone(); b.clone() }",
        1,
    );
    rust(
        "print($A)",
        "log(print($A))",
        "fn f() { log(print(a)); print(b); print(log(print(c))) }",
        "fn f() { log(print(a)); log(print(b)); log(print(log(print(c)))) }",
        2,
    );
    rust(
        "match $A { Ok($B) => $C, Err($D) => return Err($D) }",
        "let $B = $A?;",
        "fn f() {\n    match a {\n        Ok(b) => c,\n        Err(e) => return Err(e),\n    }\n}",
        "fn f() {\n    let b = a?;\n}",
        0,
    );
    rust(
        "if $A { $$$B }",
        "if $A {\n    log();\n    $$$B\n}",
        "fn f() {\n  if a {\n    b();\n    c();\n  }\n}",
        "fn f() {\n  if a {\n    log();\n    b();\n    c();\n  }\n}",
        0,
    );
    check(
        "python",
        "self.assertEqual($A, $B)",
        "assert $A == $B",
        "self.assertEqual(a, b or c)\nassert d == e\n",
        "assert a == (b or c)\nassert d == e\n",
        1,
    );
    check(
        "python",
        "if $A == True:\n    $$$B",
        "if $A:\n    $$$B",
        "def f():\n  if a == True:\n    b()\n    c()\n",
        "def f():\n  if a:\n    b()\n    c()\n",
        0,
    );
    check(
        "python",
        "Optional[$A]",
        "$A | None",
        "def f(a: Optional[int], b: Optional[List[str]] = None): pass\n",
        "def f(a: int | None, b: List[str] | None = None): pass\n",
        0,
    );
    check("python", "print($$$A)", "log($$$A)", "print('''a\nb''', 1)\n", "log('''a\nb''', 1)\n", 0);
    check(
        "javascript",
        "var $A = $B",
        "const $A = $B",
        "var a = f();\nvar b = 1\nconst c = 2;\n",
        "const a = f();\nconst b = 1\nconst c = 2;\n",
        1,
    );
    check("javascript", "$A == null", "$A === null", "if (!(a == null)) {}\n", "if (!(a === null)) {}\n", 0);
    check(
        "typescript",
        "Array<$A>",
        "$A[]",
        "let a: Array<string>; let b: Array<X | Y>;",
        "let a: string[]; let b: (X | Y)[];",
        0,
    );
    check(
        "typescriptreact",
        "<Button $$$A />",
        "<Knob $$$A />",
        "const a = <Button b={1} />;",
        "const a = <Knob b={1} />;",
        0,
    );
    check(
        "go",
        "errors.New(fmt.Sprintf($$$A))",
        "fmt.Errorf($$$A)",
        "package p\nfunc f() error { return errors.New(fmt.Sprintf(\"a %d\", b)) }\n",
        "package p\nfunc f() error { return fmt.Errorf(\"a %d\", b) }\n",
        0,
    );
    check(
        "go",
        "if err != nil { t.Fatal(err) }",
        "require.NoError(t, err)",
        "package p\nfunc f() {\n\tif err != nil {\n\t\tt.Fatal(err)\n\t}\n}\n",
        "package p\nfunc f() {\n\trequire.NoError(t, err)\n}\n",
        0,
    );
    check(
        "java",
        "assertTrue($A == $B)",
        "assertEquals($A, $B)",
        "class C { void f() { assertTrue(a == b.c()); } }",
        "class C { void f() { assertEquals(a, b.c()); } }",
        0,
    );
    check(
        "c",
        "if ($A == NULL) { $$$B }",
        "if (!$A) { $$$B }",
        "void f(void) { if (p->q == NULL) { g(); h(); } }\n",
        "void f(void) { if (!p->q) { g(); h(); } }\n",
        0,
    );
    check("lua", "table.insert($A, $B)", "$A[#$A + 1] = $B", "table.insert(t, 1)\n", "t[#t + 1] = 1\n", 0);
    check(
        "shellscript",
        "[ -z $A ]",
        "[[ -z $A ]]",
        "if [ -z \"$x\" ]; then\n  y\nfi\n",
        "if [[ -z \"$x\" ]]; then\n  y\nfi\n",
        0,
    );
    check("shellscript", "`$A`", "$($A)", "x=`ls -l`\n", "x=$(ls -l)\n", 0);
}

#[test]
fn only_occurrences_that_touch_are_found() {
    let language = Language::from_id("rust");
    let text = "fn f() { a.unwrap(); b.unwrap(); c.unwrap() }";
    let source = Source::new("a.rs", text, language);
    let rule = Rule::Rewrite(rewrite(&["$A.unwrap()"], "$A?"));
    let at = text.find("b.").unwrap();
    let places = rule.occurrences(&source, Some(at + 3..at + 4));
    let found: Vec<_> = places.iter().map(|place| &text[place.range.clone()]).collect();
    assert_eq!(found, ["b.unwrap()"]);
}

#[test]
fn the_last_pattern_that_a_file_may_hold_is_read() {
    let entries: Vec<String> = (1..=50).map(|number| format!("\"old{number}($A)\"")).collect();
    let text = format!(
        r#"{{"format":1,"scope":{{}},"rule":{{"rewrite":{{"avoid":[{}],"prefer":"new($A)"}}}}}}"#,
        entries.join(",")
    );
    let file = RuleFile::parse(text.as_bytes()).expect("as many as a file may hold");
    let source = Source::new("a.rs", "fn f() { old50(a) }", Language::from_id("rust"));
    assert_eq!(file.rule.occurrences(&source, None).len(), 1);
}

#[test]
fn patterns_that_say_nothing_are_refused() {
    let rust = Language::from_id("rust");
    for (avoid, prefer) in
        [("$A", "f()"), ("f()", "$A"), ("fn (", "f()"), ("f()", ""), ("f($A, $$$A)", "f()")]
    {
        let error = rewrite(&[avoid], prefer).patterns(rust).unwrap_err();
        assert!(error.to_string().contains("rewrite."), "{error}");
    }
    assert!(rewrite(&["f()"], "g()").patterns(Language::from_id("markdown")).is_err());
}
