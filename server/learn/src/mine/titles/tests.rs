//! Titles of rules of each kind, in several languages, and their bound.

use housestyle_skills::{FORMAT, Form, FormKind, Name, NameKind, Rewrite, Rule, RuleFile, Scope, Term};
use proptest::prelude::*;

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
    ("$A && $A.$B && $A.$B.$C", "$A?.$B?.$C", "Use optional chaining (`?.`) instead of `&&`"),
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
    ("\"$A\".format($$$B)", "f\"$$$A\"", "Use `f\"…\"` instead of `\"…\".format(…)`"),
    ("vec![]", "Vec::new()", "Use `Vec::new()` instead of `vec![]` for an empty vector"),
    ("`$$$A`", "$($$$A)", "Write `$(…)` instead of `` `…` `` for a command's output"),
    ("which $A", "command -v $A", "Write `command -v …` instead of `which …` to find a program"),
    // What an ellipsis would hide: another order, an argument that is gone, a text that is cut.
    ("f($A, $B)", "g($B, $A)", "Write `g(b, a)` instead of `f(a, b)`"),
    ("f($A, $B)", "g($A)", "Write `g(a)` instead of `f(a, b)`"),
    ("f($A, x, $B)", "f($B, x, $A)", "Write `f(b, x, a)` instead of `f(a, x, b)`"),
    ("f($A, 1, $B)", "f($B, 2, $A)", "Write `f(b, 2, a)` instead of `f(a, 1, b)`"),
    ("f(1, $A)", "f($A, 2)", "Use `f(…, 2)` instead of `f(1, …)`"),
    ("f($A, x)", "g(x, $A)", "Use `g(x, …)` instead of `f(…, x)`"),
    ("f($A, $B, t=1)", "f($A, r=2)", "Write `f(a, r=2)` instead of `f(a, b, t=1)`"),
    ("f(g($A, $B))", "f(h($B, $A))", "Write `f(h(b, a))` instead of `f(g(a, b))`"),
    ("$A.equals($B)", "$B.equals($A)", "Write `b.equals(a)` instead of `a.equals(b)`"),
    ("$A.indexOf($B) !== -1", "$B.includes($A)", "Write `b.includes(a)` instead of `a.indexOf(b) !== -1`"),
    ("@given($A, $B)", "@cases($B, $A)", "Write `@cases(b, a)` instead of `@given(a, b)`"),
    ("List.of($A)", "List.of()", "Use `List.of()` instead of `List.of(…)`"),
    ("$A && $B.$C", "$A?.$C", "Write `a?.c` instead of `a && b.c`"),
    ("$B && $A.$C", "$A?.$C", "Write `a?.c` instead of `b && a.c`"),
    ("f($A)", "f($$$A)", "Write `f($$$A)` instead of `f($A)`"),
    (
        "raise E(\"a message of the team's that is long\")",
        "raise E(\"a message of the team's, shorter\")",
        "Write `…s, shorter\")` instead of `…s that is long\")`",
    ),
    // A number says nothing without its place.
    ("sleep(1000)", "sleep(2000)", "Pass `2000` instead of `1000` to `sleep`"),
    ("$A > 0", "$A > 1", "Use `1` instead of `0` in `… > 1`"),
    (
        "a_function_with_a_name_that_fills_a_title($A) == 1",
        "a_function_with_a_name_that_fills_a_title($A) == 2",
        "Write `…== 2` instead of `…== 1`",
    ),
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
    check(term(long, &["a very long phrase of the team that nobody would write down thrice"]));
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
fn both_phrases_of_a_term_have_a_place_in_the_title() {
    let title = |prefer: &str, avoid: &str| {
        let term = Term { avoid: vec![avoid.to_owned()], prefer: prefer.to_owned() };
        worded(Rule::Term(term)).title
    };
    assert_eq!(
        title("the list of all members of the team", "the register of all of the team's members"),
        "Write \"the list of all membe…\", not \"the register of all o…\""
    );
    let start = "the list of all members of the team ";
    assert_eq!(title(&format!("{start}x"), &format!("{start}y")), "Write \"… x\", not \"… y\"");
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

/// Returns both sides of the titles and of the catalogue.
fn corpus() -> Vec<String> {
    let titles = TITLES.iter().flat_map(|(avoid, prefer, _)| [avoid, prefer]).map(|side| (*side).to_owned());
    let rules = every_rule().into_iter().flat_map(|rule| rule.avoid.into_iter().chain([rule.prefer]));
    titles.chain(rules).collect()
}

/// Returns the code of a text, each piece between its marks.
fn pieces(text: &str) -> Vec<&str> {
    let mark = |text: &str| text.len() - text.trim_start_matches('`').len();
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let marks = "`".repeat(mark(&rest[at..]));
        let inside = &rest[at + marks.len()..];
        let Some(end) = inside.find(&marks) else { break };
        found.push(inside[..end].trim());
        rest = &inside[end + marks.len()..];
    }
    found
}

#[track_caller]
fn check_sides(avoid: &str, prefer: &str) {
    let title = worded(rewrite(&[avoid], prefer)).title;
    assert!(title.chars().count() <= MOST_TITLE, "{title}");
    if let Some((one, other)) = title.split_once(" instead of ") {
        let sides = (pieces(one).last().copied(), pieces(other).first().copied());
        assert!(sides.0 != sides.1, "{prefer} / {avoid}: {title}");
    }
}

#[test]
fn no_title_of_the_corpus_has_two_sides_that_look_the_same() {
    for (avoid, prefer, _) in TITLES {
        check_sides(avoid, prefer);
        check_sides(prefer, avoid);
    }
    for rule in every_rule() {
        rule.avoid.iter().for_each(|avoid| check_sides(avoid, &rule.prefer));
    }
}

#[test]
fn a_swap_of_two_arguments_is_seen_in_the_title() {
    let swapped = |text: &str| text.replace("$A", "$X").replace("$B", "$A").replace("$X", "$B");
    let mut count = 0;
    for (avoid, prefer, title) in TITLES {
        if [avoid, prefer].iter().all(|side| side.contains("$A") && side.contains("$B")) {
            let told = worded(rewrite(&[avoid], &swapped(prefer))).title;
            assert!(told != *title, "{told}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

proptest! {
    #[test]
    fn no_two_sides_look_the_same(
        avoid in proptest::sample::select(corpus()),
        prefer in proptest::sample::select(corpus()),
        more in proptest::sample::select(&["", "x", "$A", "_and_a_longer_name_that_no_title_has_room_for"][..]),
    ) {
        for (avoid, prefer) in [
            (avoid.clone(), format!("{prefer}{more}")),
            (format!("{more}{avoid}"), format!("{more}{prefer}")),
            (avoid.clone(), format!("{avoid}{more}")),
            (avoid.replace("$A", "$B"), avoid.clone()),
        ] {
            if avoid.split_whitespace().ne(prefer.split_whitespace()) {
                check_sides(&avoid, &prefer);
            }
        }
    }
}
