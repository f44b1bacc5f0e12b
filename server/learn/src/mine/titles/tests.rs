//! Titles of rules of each kind, in several languages, and their bound.

use housestyle_skills::{FORMAT, Form, FormKind, Name, NameKind, Rewrite, Rule, RuleFile, Scope, Term};

use super::{MOST_TITLE, Wording, wording};
use crate::mine::code::every_rule;

fn worded(rule: Rule) -> Wording {
    wording(&RuleFile { format: FORMAT, scope: Scope::default(), rule })
}

fn rewrite(avoid: &[&str], prefer: &str) -> Rule {
    let avoid = avoid.iter().map(|text| (*text).to_owned()).collect();
    Rule::Rewrite(Rewrite { avoid, prefer: prefer.to_owned() })
}

/// Avoided code, preferred code, title.
const TITLES: &[(&str, &str, &str)] = &[
    // A call renamed.
    (
        "$A.replace(/_/g, $B)",
        "$A.replaceAll(\" \", $B)",
        "Use `replaceAll` instead of `replace` with a global pattern",
    ),
    ("$A.substr($$$B)", "$A.slice($$$B)", "Use `slice` instead of `substr`"),
    ("std::mem::take($A)", "mem::take($A)", "Use `mem::take` instead of `std::mem::take`"),
    ("time.Now().Sub($A)", "time.Since($A)", "Use `time.Since` instead of `time.Now().Sub`"),
    (
        "assert!($A == $B, $$$C)",
        "assert_eq!($A, $B, $$$C)",
        "Use `assert_eq!` instead of `assert!` with `==`",
    ),
    ("ioutil.ReadAll($A)", "io.ReadAll($A)", "Use `io.ReadAll` instead of `ioutil.ReadAll`"),
    (
        "expect($A).toEqual($B)",
        "expect($A).toStrictEqual($B)",
        "Use `expect(…).toStrictEqual` instead of `expect(…).toEqual`",
    ),
    (
        "table.insert(out, $A)",
        "out[#out + 1] = $A",
        "Write `out[#out + 1] = …` instead of `table.insert(out, …)`",
    ),
    ("$A.indexOf($B) !== -1", "$A.includes($B)", "Use `.includes` instead of `.indexOf(…) !== -1`"),
    ("return Err(anyhow!($$$A))", "bail!($$$A)", "Use `bail!` instead of `return Err(anyhow!(…))`"),
    // Arguments.
    ("requests.get($A)", "requests.get($A, timeout=TIMEOUT)", "Pass `timeout=TIMEOUT` to `requests.get`"),
    ("json.dumps($A, indent=2)", "json.dumps($A)", "Call `json.dumps` without `indent=2`"),
    ("open($A, 'r')", "open($A, 'rb')", "Pass `'rb'` instead of `'r'` to `open`"),
    ("fmt.Errorf($A, $B)", "fmt.Errorf($B, $A)", "Write `fmt.Errorf(b, a)` instead of `fmt.Errorf(a, b)`"),
    ("f($A)", "f($A, $B)", "Write `f(a, b)` instead of `f(a)`"),
    // Wrappers.
    ("list(sorted($A))", "sorted($A)", "Drop `list` around `sorted(…)`"),
    ("os.Getenv($A)", "strings.TrimSpace(os.Getenv($A))", "Wrap `os.Getenv(…)` in `strings.TrimSpace`"),
    ("input($A)", "input($A).strip()", "Put `.strip()` after `input(…)`"),
    ("$A.iter().cloned().collect()", "$A.iter().cloned()", "Drop `.collect()` after `.iter().cloned()`"),
    // Imports.
    (
        "from collections import $$$A",
        "from collections.abc import $$$A",
        "Import from `collections.abc` instead of `collections`",
    ),
    (
        "import { $$$A } from 'lodash'",
        "import { $$$A } from 'lodash-es'",
        "Import from `'lodash-es'` instead of `'lodash'`",
    ),
    ("import $A from 'fs'", "import $A from 'node:fs'", "Import from `'node:fs'` instead of `'fs'`"),
    (
        "use std::sync::Mutex;",
        "use parking_lot::Mutex;",
        "Import `parking_lot::Mutex` instead of `std::sync::Mutex`",
    ),
    (
        "import java.util.Date;",
        "import java.time.Instant;",
        "Import `java.time.Instant` instead of `java.util.Date`",
    ),
    (
        "from typing import $$$A",
        "import typing as t",
        "Write `import typing as t` instead of `from typing import …`",
    ),
    (
        "const $A = require($B)",
        "import $A from $B",
        "Write `import … from …` instead of `const … = require(…)`",
    ),
    // Operators and other tokens.
    ("$A == $B", "$A === $B", "Use `===` instead of `==`"),
    ("$A == None", "$A is None", "Use `is` instead of `==` in `… is None`"),
    ("$A || $B", "$A ?? $B", "Use `??` instead of `||`"),
    (
        "except $E as exc:\n    $$$B",
        "except $E as e:\n    $$$B",
        "Use `e` instead of `exc` in `except … as e: …`",
    ),
    ("$A && $A.$B", "$A?.$B", "Use optional chaining (`?.`) instead of `&&`"),
    // Annotations and types.
    ("@pytest.fixture()", "@pytest.fixture", "Use `@pytest.fixture` instead of `@pytest.fixture()`"),
    ("#[inline(always)]", "#[inline]", "Annotate with `#[inline]` instead of `#[inline(always)]`"),
    ("def $F($$$P):\n    $$$B", "def $F($$$P) -> $R:\n    $$$B", "Add `-> …` to `def …(…): …`"),
    ("List[$A]", "list[$A]", "Use `list` instead of `List` in types"),
    ("Array<$A>", "$A[]", "Use `…[]` instead of `Array<…>` in types"),
    ("typing.Optional[$A]", "$A | None", "Write `… | None` instead of `typing.Optional[…]` in types"),
    // Members, keywords, literals.
    ("$A.getName()", "$A.name", "Read `.name` instead of calling `.getName()`"),
    ("$A.length", "$A.size()", "Call `.size()` instead of reading `.length`"),
    ("fetchRows($A)", "await fetchRows($A)", "Put `await` before `fetchRows(…)`"),
    ("Error($$$A)", "new Error($$$A)", "Put `new` before `Error(…)`"),
    ("\"UTF-8\"", "StandardCharsets.UTF_8", "Use `StandardCharsets.UTF_8` instead of `\"UTF-8\"`"),
    ("\"$A\".format($$$B)", "f\"$$$A\"", "Use `f\"…\"` instead of `\"…\".format`"),
    ("vec![]", "Vec::new()", "Use `Vec::new()` instead of `vec![]` for an empty vector"),
    ("`$$$A`", "$($$$A)", "Write `$(…)` instead of `` `…` `` for a command's output"),
    ("which $A", "command -v $A", "Write `command -v …` instead of `which …` to find a program"),
    // Nothing but the code as it is, cut where it is long.
    (
        "$A.$B = $A.$B || function_with_a_name($C, 'a', 'b', 'c')",
        "$A.$B = other_function_with_a_longer_name($A.$B, $C)",
        "Write `…= other_function_…` instead of `…= ….… || function…`",
    ),
];

#[test]
fn titles_name_both_sides_in_the_words_of_the_code() {
    let told: Vec<String> = TITLES
        .iter()
        .map(|(avoid, prefer, title)| (worded(rewrite(&[avoid], prefer)).title, title))
        .filter(|(told, title)| told != *title)
        .map(|(told, title)| format!("{told}\n    expected: {title}"))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_title_of_the_catalogue_fits_and_says_both_sides() {
    let rules = every_rule();
    assert!(rules.len() > 200, "{}", rules.len());
    for rule in rules {
        let (first, text) = (rule.avoid.first().cloned().unwrap_or_default(), rule.prefer.clone());
        let Wording { title, rule, .. } = worded(Rule::Rewrite(rule));
        assert!(title.chars().count() <= MOST_TITLE && title.contains('`'), "{text} / {first}: {title}");
        assert!(rule.starts_with(&title) && rule.ends_with('.'), "{rule}");
    }
}

#[test]
fn every_other_title_fits() {
    let check = |rule: Rule| {
        let title = worded(rule).title;
        assert!((1..=MOST_TITLE).contains(&title.chars().count()), "{title}");
    };
    for of in FormKind::ALL {
        check(Rule::Form(Form { of }));
    }
    let long = "a very long phrase of the team that nobody would write down twice in one document";
    let term = |prefer: &str, avoid: &[&str]| {
        let avoid = avoid.iter().map(|word| (*word).to_owned()).collect();
        Rule::Term(Term { avoid, prefer: prefer.to_owned() })
    };
    check(term("sign-in", &["login", "log-in", "sign in", "signin", "log in", "logon", "log-on", "log on"]));
    check(term(long, &[long]));
    for of in [NameKind::Test, NameKind::Constructor, NameKind::Error] {
        check(Rule::Name(Name { of, prefix: "should_".to_owned(), suffix: "_or_else".to_owned() }));
        check(Rule::Name(Name { of, prefix: "x".repeat(100), suffix: "y".repeat(100) }));
    }
    let name = "a_name".repeat(40);
    check(rewrite(&[&format!("{name}($A)")], &format!("{name}($A, {name}.{name})")));
    check(rewrite(&[&format!("x{name}")], &name));
    check(rewrite(&[], "f($A)"));
    check(rewrite(&["", "ä".repeat(300).as_str()], "`"));
}

#[test]
fn a_title_names_as_many_words_as_it_has_room_for() {
    let term = |avoid: &[&str]| {
        let avoid = avoid.iter().map(|word| (*word).to_owned()).collect();
        worded(Rule::Term(Term { avoid, prefer: "sign-in".to_owned() })).title
    };
    assert_eq!(term(&["login", "log-in"]), "Write \"sign-in\", not \"login\" or \"log-in\"");
    let many = ["login page", "log-in page", "logon page", "log-on page"];
    assert_eq!(term(&many), "Write \"sign-in\", not \"login page\" or \"log-in page\"");
}

#[test]
fn the_sentence_names_every_avoided_form() {
    let told = worded(rewrite(&["List[$A]", "typing.List[$A]", "t.List[$A]"], "list[$A]"));
    assert_eq!(
        told.rule,
        "Use `list` instead of `List` in types. Avoid `typing.List[…]` and `t.List[…]` too."
    );
    assert_eq!(told.about, ["`List[…]`", "`typing.List[…]`", "`t.List[…]`"]);
}
