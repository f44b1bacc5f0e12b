//! The miner of code on made histories: it finds the planted rules and no others.

use std::ops::Range;

use housestyle_skills::{Rule, Source};
use housestyle_text::Language;
use proptest::prelude::*;

use super::pairs::{COMPARED, Diff, PAIRS};
use super::term::Term;
use super::{Bounds, conventions, rewrites};
use crate::mine::{FileEdit, Guess};

/// An edit with texts of its own.
#[derive(Debug, Clone)]
struct Made {
    commit: String,
    time: i64,
    path: String,
    old: String,
    new: String,
}

impl Made {
    fn new(number: usize, path: &str, old: &str, new: &str) -> Made {
        let (old, new) = (old.to_owned(), new.to_owned());
        Made { commit: format!("c{number}"), time: number as i64, path: path.to_owned(), old, new }
    }
}

/// Hunks of two texts with as many lines: the lines that differ. Else everything.
fn hunks(old: &str, new: &str) -> Vec<(Range<usize>, Range<usize>)> {
    if old.lines().count() != new.lines().count() {
        return vec![(0..old.len(), 0..new.len())];
    }
    let (mut hunks, mut at) = (Vec::new(), (0, 0));
    for (a, b) in old.split_inclusive('\n').zip(new.split_inclusive('\n')) {
        if a != b {
            hunks.push((at.0..at.0 + a.len(), at.1..at.1 + b.len()));
        }
        at = (at.0 + a.len(), at.1 + b.len());
    }
    hunks
}

fn edits(made: &[Made]) -> Vec<FileEdit<'_>> {
    fn edit(made: &Made) -> FileEdit<'_> {
        FileEdit {
            commit: &made.commit,
            author: "a",
            time: made.time,
            path: &made.path,
            old: &made.old,
            new: &made.new,
            hunks: hunks(&made.old, &made.new),
        }
    }
    made.iter().map(edit).collect()
}

fn mined(made: &[Made]) -> Vec<Guess> {
    rewrites(&edits(made), &Bounds::default())
}

/// Shows rewrites as `avoid -> prefer`.
fn shown(findings: &[Guess]) -> Vec<String> {
    let show = |finding: &Guess| match &finding.rule {
        Rule::Rewrite(rule) => format!("{} -> {}", rule.avoid.join(" | "), rule.prefer),
        other => format!("{other:?}"),
    };
    findings.iter().map(show).collect()
}

/// Puts lines into files of a language, one commit a file, and edits each line.
fn history(language: &str, pairs: &[(&str, &str)]) -> Vec<Made> {
    let (path, head, tail) = match language {
        "rust" => ("rs", "fn f() {\n", "}\n"),
        "python" => ("py", "", ""),
        "javascript" => ("js", "", ""),
        "typescript" => ("ts", "", ""),
        "go" => ("go", "package p\n\nfunc f() {\n", "}\n"),
        "java" => ("java", "class C { void f() {\n", "} }\n"),
        "c" => ("c", "void f(void) {\n", "}\n"),
        "lua" => ("lua", "", ""),
        _ => ("sh", "", ""),
    };
    let made = pairs.iter().enumerate().map(|(number, (old, new))| {
        let path = format!("src/f{}.{path}", number % 3);
        Made::new(number, &path, &format!("{head}{old}\n{tail}"), &format!("{head}{new}\n{tail}"))
    });
    made.collect()
}

#[track_caller]
fn check(language: &str, pairs: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(shown(&mined(&history(language, pairs))), expected);
}

#[test]
fn what_edits_do_alike_is_a_rewrite() {
    check(
        "rust",
        &[
            ("if x.len() == 0 { a(); }", "if x.is_empty() { a(); }"),
            ("let b = self.y(1).len() == 0;", "let b = self.y(1).is_empty();"),
            ("c(d, z.w.len() == 0);", "c(d, z.w.is_empty());"),
            ("e(v[0].len() == 0 && g);", "e(v[0].is_empty() && g);"),
        ],
        &["$A.len() == 0 -> $A.is_empty()"],
    );
    check(
        "rust",
        &[
            ("assert!(a.b() == c);", "assert_eq!(a.b(), c);"),
            ("assert!(d == e[0]);", "assert_eq!(d, e[0]);"),
            ("assert!(f(1) == 2);", "assert_eq!(f(1), 2);"),
        ],
        &["assert!($A == $B) -> assert_eq!($A, $B)"],
    );
    check(
        "python",
        &[
            ("self.assertEqual(a.b, c)", "assert a.b == c"),
            ("self.assertEqual(f(1), [2])", "assert f(1) == [2]"),
            ("self.assertEqual(x, 'y')", "assert x == 'y'"),
        ],
        &["self.assertEqual($A, $B) -> assert $A == $B"],
    );
    check(
        "javascript",
        &[
            ("foo(a.b == null)", "foo(a.b === null)"),
            ("if (c() == null) d()", "if (c() === null) d()"),
            ("const e = f[0] == null;", "const e = f[0] === null;"),
        ],
        &["$A == null -> $A === null"],
    );
    check(
        "go",
        &[
            ("\treturn errors.New(fmt.Sprintf(\"a %d\", b))", "\treturn fmt.Errorf(\"a %d\", b)"),
            ("\terr := errors.New(fmt.Sprintf(\"c %s %s\", d, e))", "\terr := fmt.Errorf(\"c %s %s\", d, e)"),
            ("\tg(errors.New(fmt.Sprintf(\"%v\", h())))", "\tg(fmt.Errorf(\"%v\", h()))"),
        ],
        &["errors.New(fmt.Sprintf($$$A)) -> fmt.Errorf($$$A)"],
    );
    check(
        "shellscript",
        &[
            ("if [ -z \"$x\" ]; then y; fi", "if [[ -z \"$x\" ]]; then y; fi"),
            ("[ -z \"${y}\" ] && z", "[[ -z \"${y}\" ]] && z"),
            ("[ -z $(w) ] || exit", "[[ -z $(w) ]] || exit"),
        ],
        &["[ -z $A ] -> [[ -z $A ]]"],
    );
}

#[test]
fn what_is_no_house_style_is_none() {
    // What a formatter decides.
    check("python", &[("f('a')", "f(\"a\")"), ("g('b', 1)", "g(\"b\", 1)"), ("h('c')", "h(\"c\")")], &[]);
    check("rust", &[("f(a,b);", "f(a, b);"), ("g(a,);", "g(a);"), ("h( c );", "h(c);")], &[]);
    // One name that is another now.
    check(
        "rust",
        &[("old(a);", "fresh(a);"), ("old(b.c);", "fresh(b.c);"), ("old(d());", "fresh(d());")],
        &[],
    );
    // A version.
    check("rust", &[("v(a, 1);", "v(a, 2);"), ("v(b, 1);", "v(b, 2);"), ("v(c, 1);", "v(c, 2);")], &[]);
    // There and back.
    let (long, short) = ("if x.len() == 0 { a(); }", "if x.is_empty() { a(); }");
    let (other, brief) = ("if y.len() == 0 { b(); }", "if y.is_empty() { b(); }");
    let (last, least) = ("c(z.len() == 0);", "c(z.is_empty());");
    check(
        "rust",
        &[(long, short), (other, brief), (last, least), (short, long), (brief, other), (least, last)],
        &[],
    );
    // One commit.
    let mut all = history("rust", &[(long, short), (other, brief), (last, least)]);
    all.iter_mut().for_each(|made| made.commit = "c".to_owned());
    assert_eq!(shown(&mined(&all)), [""; 0]);
}

#[test]
fn a_choice_that_is_nearly_always_the_same_is_a_convention() {
    let text = |number: usize, call: &str| {
        format!("fn f{number}() {{\n    a{number}.b().{call};\n    c{number}.{call};\n}}\n")
    };
    let grown = |files: usize, other: &dyn Fn(usize) -> bool| -> Vec<Made> {
        (0..16)
            .map(|number| {
                let call = if other(number) { "unwrap()" } else { "expect(\"it is there\")" };
                Made::new(number, &format!("src/f{}.rs", number % files), "", &text(number, call))
            })
            .collect()
    };
    let found = |made: &[Made]| shown(&conventions(&edits(made), &Bounds::default()));
    let rule = ["$A.unwrap() -> $A.expect($B)"];
    assert_eq!(found(&grown(4, &|_| false)), rule);
    assert_eq!(found(&grown(4, &|number| number < 6)), rule, "people took it up");
    assert_eq!(found(&grown(4, &|number| number % 4 == 0)), [""; 0], "a quarter goes the other way");
    assert_eq!(found(&grown(4, &|number| number > 9)), [""; 0], "people gave it up");
    assert_eq!(found(&grown(2, &|_| false)), [""; 0], "two files are no team's convention");
    assert_eq!(found(&grown(4, &|_| false)[..5]), [""; 0], "ten places are too few");
}

#[test]
fn names_are_conventions_too() {
    let made: Vec<Made> = (0..14)
        .map(|number| {
            let text = format!("it('should do {number}', () => {{ f() }})\n");
            Made::new(number, &format!("test/f{}.js", number % 4), "", &text)
        })
        .collect();
    let found = conventions(&edits(&made), &Bounds::default());
    assert!(
        found.iter().any(|f| matches!(&f.rule, Rule::Name(name) if name.prefix == "should ")),
        "{found:?}"
    );
}

#[test]
fn every_choice_is_code_of_its_languages() {
    for choice in super::catalogue::CHOICES {
        for id in choice.languages {
            for text in choice.ways.iter().flat_map(|texts| texts.iter()) {
                let parsed = housestyle_skills::Pattern::parse(text, Language::from_id(id));
                // In TSX a cast in angle brackets is an element.
                let element = *id == "typescriptreact" && text.starts_with('<');
                assert!(parsed.is_ok() || element, "{id}: {text}: {parsed:?}");
            }
        }
    }
}

/// Words that are keywords in one of the languages.
const KEYWORDS: &[&str] = &[
    "for", "let", "pub", "use", "mod", "not", "and", "def", "try", "del", "var", "new", "int", "while",
    "match", "else", "loop", "self", "super", "true", "false", "print", "exec", "len", "impl", "trait",
    "type", "enum", "fn", "dyn", "move", "ref", "async", "await", "where", "struct", "return", "break",
    "continue", "static", "const", "crate", "extern", "unsafe", "from", "import", "pass", "raise", "with",
    "yield", "class", "global", "assert", "lambda", "func", "map", "range", "chan", "goto", "case", "select",
    "switch", "defer", "package", "default", "union", "auto", "box", "macro", "abstract", "typeof", "do",
    "in", "is", "if",
];

fn name() -> impl Strategy<Value = String> {
    "[a-z]{3,8}".prop_filter("a keyword is no name", |name| !KEYWORDS.contains(&name.as_str()))
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![name(), (0u32..99).prop_map(|number| number.to_string())];
    leaf.prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            (name(), inner.clone()).prop_map(|(name, inner)| format!("{name}({inner})")),
            (name(), name()).prop_map(|(a, b)| format!("{a}.{b}")),
            (name(), inner).prop_map(|(name, inner)| format!("{name}[{inner}]")),
        ]
    })
}

/// Language, before and after; `A` and `B` are put in.
const PLANTED: [(&str, &str, &str); 6] = [
    ("rust", "check(A.len() == 0, B);", "check(A.is_empty(), B);"),
    ("rust", "assert!(A == B);", "assert_eq!(A, B);"),
    ("python", "self.assertEqual(A, B)", "assert A == B"),
    ("javascript", "use(A == null, B);", "use(A === null, B);"),
    ("go", "\terr := wrap(errors.New(fmt.Sprint(A, B)))", "\terr := wrap(fmt.Errorf(A, B))"),
    ("lua", "table.insert(A, B)", "push(A, B, 1)"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_planted_rewrites_every_before_into_its_after(
        which in 0..PLANTED.len(),
        values in prop::collection::vec((expression(), expression()), 6..12),
        noise in prop::collection::vec((name(), expression()), 12),
    ) {
        let (language, before, after) = PLANTED[which];
        let lines: Vec<(String, String)> = values
            .iter()
            .enumerate()
            .map(|(at, (a, b))| {
                let filled = |text: &str| text.replace('A', &format!("va_{a}")).replace('B', &format!("vb_{b}"));
                let semicolon = if matches!(language, "rust") { ";" } else { "" };
                let indent = if language == "go" { "\t" } else { "" };
                let (name, value) = &noise[at];
                let (before, after) = (filled(before), filled(after));
                let noise = format!("{indent}{name}(n_{value}){semicolon}");
                (format!("{noise}\n{before}"), format!("{noise}\n{after}"))
            })
            .collect();
        let pairs: Vec<(&str, &str)> = lines.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let made = history(language, &pairs);
        let findings = mined(&made);
        prop_assert!(!findings.is_empty());
        for made in &made {
            let source = Source::new(&made.path, &made.old, Language::from_id(language));
            let mut text = made.old.clone();
            for finding in &findings {
                for place in finding.rule.occurrences(&source, None).iter().rev() {
                    if let Some(fix) = &place.fix {
                        text.replace_range(place.range.clone(), fix);
                    }
                }
            }
            prop_assert_eq!(&text, &made.new, "{:?}", shown(&findings));
        }
    }

    #[test]
    fn edits_that_have_nothing_in_common_give_no_rewrite(
        values in prop::collection::vec((name(), expression(), name(), expression()), 20),
    ) {
        let lines: Vec<(String, String)> = values
            .iter()
            .map(|(f, a, g, b)| (format!("x_{f}(y_{a});"), format!("z_{g}(w_{b}, 1);")))
            .collect();
        let pairs: Vec<(&str, &str)> = lines.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        prop_assert_eq!(shown(&mined(&history("rust", &pairs))), Vec::<String>::new());
    }

    #[test]
    fn no_text_breaks_the_miner(old in ".{0,200}", new in "[(){}\\[\\]a-c$;:,.'\"=\n ]{0,200}", which in 0..9usize) {
        let language =
            ["rust", "python", "javascript", "typescript", "go", "java", "c", "lua", "shellscript"][which];
        let made = history(language, &[(&old, &new), (&new, &old), (&old, &old), (&new, &new)]);
        mined(&made);
        conventions(&edits(&made), &Bounds::default());
        let wild = vec![(Range { start: 7, end: 3 }, 1_000_000..2_000_000), (1..2, 1..2)];
        let wild: Vec<FileEdit<'_>> =
            edits(&made).into_iter().map(|edit| FileEdit { hunks: wild.clone(), ..edit }).collect();
        rewrites(&wild, &Bounds::default());
        conventions(&wild, &Bounds::default());
    }
}

#[test]
fn what_is_deep_or_long_is_read_in_bounds() {
    let deep = format!("{}x{}", "f(".repeat(3000), ")".repeat(3000));
    let long = "g(1);\n".repeat(3000);
    // Neighbours whose product is beyond what is compared.
    let (few, many) = ("first_of_the_calls(1);\n".repeat(600), "second_of_the_calls(1);\n".repeat(700));
    let made = history("rust", &[(&deep, &long), (&long, &deep), (&deep, "x"), ("x", &long), (&few, &many)]);
    let mut compared = 0;
    let rust = Language::from_id("rust");
    for made in &made {
        let read = |text| Term::of(&Source::new(&made.path, text, rust));
        let (Some(old), Some(new)) = (read(made.old.as_str()), read(made.new.as_str())) else { continue };
        let diff = Diff::of(&old, &new, Bounds::default().tokens);
        compared += 1;
        assert!(diff.compared <= COMPARED, "{} comparisons", diff.compared);
        assert!(diff.pairs.len() <= PAIRS, "{} pairs", diff.pairs.len());
    }
    assert!(compared > 0, "some have a tree");
    mined(&made);
    conventions(&edits(&made), &Bounds::default());
}
