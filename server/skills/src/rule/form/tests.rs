//! Forms through the boundary: a text, a kind, what is followed and what the fixes make of the text.

use housestyle_text::Language;

use super::{Form, FormKind};
use crate::source::Source;

#[track_caller]
fn check(kind: FormKind, path: &str, text: &str, fixed: &str, followed: usize, broken: usize) {
    let source = Source::new(path, text, Language::from_path(path));
    let places = Form { of: kind }.occurrences(&source, None);
    let count = |wanted: bool| places.iter().filter(|place| place.followed == wanted).count();
    assert_eq!((count(true), count(false)), (followed, broken), "{kind:?} {places:?}");
    let mut out = text.to_owned();
    for place in places.iter().rev() {
        if let Some(fix) = &place.fix {
            out.replace_range(place.range.clone(), fix);
        }
    }
    assert_eq!(out, fixed, "{kind:?}");
}

#[test]
fn headings_tell_their_case_by_the_words_after_the_first() {
    let text =
        "# Set up the server\n\n## Getting Started\n\n## Use of GitHub\n\n## API\n\nCode Of Conduct\n---\n";
    check(FormKind::HeadingSentenceCase, "a.md", text, text, 1, 2);
    check(FormKind::HeadingTitleCase, "a.md", text, text, 2, 1);
}

#[test]
fn items_end_in_a_stop_or_not_and_are_marked() {
    let text = "- One long item.\n- Another long item\n* See `x` and (this)\n1. A first numbered item:\n- short one\n";
    let with = "- One long item.\n- Another long item.\n* See `x` and (this).\n1. A first numbered item:\n- short one\n";
    check(FormKind::ListItemFullStop, "a.md", text, with, 1, 2);
    let without = text.replace("item.\n", "item\n");
    check(FormKind::ListItemNoStop, "a.md", text, &without, 2, 1);
    check(FormKind::ListMarkDash, "a.md", text, &text.replace("* See", "- See"), 3, 1);
}

#[test]
fn entries_of_changelogs_have_a_tense() {
    let text = "# 1.0\n\n- Added a thing\n- Fix another thing\n- Drops a thing\n- `x` is new\n";
    let imperative = "# 1.0\n\n- Add a thing\n- Fix another thing\n- Drop a thing\n- `x` is new\n";
    check(FormKind::ChangelogImperative, "CHANGELOG.md", text, imperative, 1, 2);
    let past = "# 1.0\n\n- Added a thing\n- Fixed another thing\n- Dropped a thing\n- `x` is new\n";
    check(FormKind::ChangelogPast, "CHANGELOG.md", text, past, 1, 2);
    check(FormKind::ChangelogPast, "README.md", text, text, 0, 0);
}

#[test]
fn what_documents_functions_has_a_voice() {
    let rust = "/// Returns the sum.\nfn a() {}\n/// Compute it.\n#[x]\npub fn b() {}\n/// Return type.\nstruct S;\n// Add it\nfn c() {}\n";
    check(FormKind::DocThirdPerson, "a.rs", rust, &rust.replace("Compute", "Computes"), 1, 1);
    let python = "def f():\n    \"\"\"Returns it.\"\"\"\n\nclass C:\n    \"\"\"Return it.\"\"\"\n    def m(self):\n        \"\"\"\n        Get it.\n        \"\"\"\n";
    check(FormKind::DocImperative, "a.py", python, &python.replace("Returns", "Return"), 1, 1);
    let go = "package p\n\n// Sum returns it.\nfunc Sum() {}\n\n// Add add it.\nfunc Add() {}\n";
    check(FormKind::DocThirdPerson, "a.go", go, &go.replace("Add add", "Add adds"), 1, 1);
    let script = "/**\n * Create a thing.\n * @param x the thing\n */\nexport function a() {}\n";
    check(FormKind::DocThirdPerson, "a.ts", script, &script.replace("Create", "Creates"), 0, 1);
}

#[test]
fn summaries_end_in_a_stop_or_not() {
    let text =
        "/// Returns the sum\n///\n/// Of all that is there.\nfn a() {}\n/** It does this. */\nfn b() {}\n";
    check(FormKind::DocFullStop, "a.rs", text, &text.replace("the sum", "the sum."), 1, 1);
    let block =
        "/**\n * Creates a thing.\n */\nfunction a() {}\n\n/**\n * Drops a thing\n **/\nfunction b() {}\n";
    check(FormKind::DocFullStop, "a.ts", block, &block.replace("Drops a thing", "Drops a thing."), 1, 1);
    let script = "/**\n * Creates a thing.\n * @param x the thing of it\n */\nfunction a() {}\n";
    check(FormKind::DocNoStop, "a.js", script, &script.replace("thing.\n", "thing\n"), 0, 1);
}

#[test]
fn docstrings_begin_behind_their_quotes_or_below() {
    let text = "def f():\n    \"\"\"\n    One.\n    \"\"\"\n\ndef g():\n    \"\"\"Two.\n\n    More.\n    \"\"\"\n\ndef h():\n    \"\"\"One line.\"\"\"\n";
    check(FormKind::DocstringFirstLine, "a.py", text, &text.replace("\"\"\"\n    One", "\"\"\"One"), 1, 1);
    check(FormKind::DocstringNextLine, "a.py", text, &text.replace("\"\"\"Two", "\"\"\"\n    Two"), 1, 1);
}

#[test]
fn comments_have_capitals_and_stops() {
    let text = "// Copyright by the people who wrote this.\n\n// the first of them\nint a; // after the code here\n// The second one is.\n// #define x y z\n// call f(x);\nint b;\n";
    check(FormKind::CommentCapital, "a.c", text, text, 1, 1);
    let fixed = text.replace("first of them", "first of them.");
    check(FormKind::CommentFullStop, "a.c", text, &fixed, 1, 1);
}

#[test]
fn quotes_are_a_choice_where_nothing_is_quoted_within() {
    let text = "a = 'x'\nb = \"y\"\nc = 'a \"b\"'\nd = '''z'''\ne = f'{x}'\n\"\"\"doc\"\"\"\n";
    check(
        FormKind::QuotesDouble,
        "a.py",
        text,
        &text.replace("'x'", "\"x\"").replace("f'{x}'", "f\"{x}\""),
        1,
        2,
    );
    let script = "import a from 'b';\nconst c = \"d\";\nconst e = <p q=\"r\">it's</p>;\n";
    check(FormKind::QuotesSingle, "a.tsx", script, &script.replace("\"d\"", "'d'"), 1, 1);
}
