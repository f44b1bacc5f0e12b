//! The whole pipeline on whole cases: a document, the model's text, the suggestion.

use std::time::Duration;

use housestyle_text::{Language, Offset, Snapshot};
use serde_json::json;

use super::cursor::{document, draw};
use super::scripted::{Answer, Scripted};
use crate::generator::{Cancel, PromptPart, Stop};
use crate::stop::Ended;
use crate::{Completion, Job, Selected, Settings, Trace, Trigger, extend, suggest};

/// Runs the pipeline over a fixture and a model.
#[track_caller]
fn run(path: &str, fixture: &str, model: &mut Scripted, trigger: Trigger, settings: &Settings) -> Trace {
    let (snapshot, cursor) = document(path, fixture);
    let job = Job { trigger, ..Job::at(&snapshot, cursor, settings) };
    suggest(&job, model, &Cancel::new(), &mut |_| {})
}

/// Returns what a person would see: the suggestion, or `✗` and the reason's code.
fn seen(trace: &Trace) -> String {
    match &trace.completion {
        Completion::Suggestion(suggestion) => suggestion.text.clone(),
        Completion::Nothing(reason) => format!("✗{}", reason.code()),
    }
}

/// Checks the suggestion for a text of the model.
#[track_caller]
fn check(path: &str, fixture: &str, model: &str, expect: &str) {
    let trace = run(path, fixture, &mut Scripted::new([model]), Trigger::Automatic, &Settings::default());
    assert_eq!(seen(&trace), expect, "for {fixture:?} + {model:?}: {:#?}", trace.steps);
}

/// Path, document, the model's text, the suggestion.
const CASES: &[(&str, &str, &str, &str)] = &[
    // Lines of code.
    ("a.rs", "fn f() {\n    let x = ‸\n}\n", "five();\n    let y = six();\n}", "five();"),
    ("a.rs", "fn f() {\n    let x = ‸;\n}\n", "five();\n", "five()"),
    ("a.py", "print(‸)\n", "\"hello\")\nprint(1)", "\"hello\""),
    ("a.py", "x = [1, ‸]\n", "2, 3]\n", "2, 3"),
    ("a.js", "const x = {a: ‸}", "1, b: 2};\n", "1, b: 2"),
    ("a.ts", "import { a‸ } from 'b';", "lpha } from 'b';\n", "lpha"),
    ("a.rs", "let x = 5;‸\n", "\nlet y = 6;", "✗line-complete"),
    ("a.rs", "foo(bar(1‸", "));\n", "✗bare-closers"),
    ("a.rs", "let x = ‸", "", "✗model-silent"),
    ("a.rs", "let x = ‸", "   ", "✗blank"),
    ("a.rs", "let x = ‸", "<|endoftext|>", "✗special-token"),
    ("a.rs", "let x = ‸", "1;<|fim_suffix|>let", "1;"),
    ("a.rs", "let a = one();\nlet ‸", "a = one();\n", "✗prefix-echo"),
    ("a.rs", "let ‸\nlet b = two();", "b = two();\n", "✗suffix-duplicate"),
    // Blocks.
    ("a.rs", "fn f() {\n    ‸\n}\n", "a();\n    b();\n}\n\nfn g() {", "a();\n    b();"),
    ("a.rs", "fn f() {\n    ‸\n}\n", "    a();\n}\n", "a();"),
    ("a.rs", "fn f() {‸\n", "\n    a();\n}\n\nfn g() {\n", "\n    a();\n}"),
    ("a.py", "def f(x):\n    ‸\n\ndef g():\n    pass\n", "return x\n\ndef g():\n    pass\n", "return x"),
    ("a.go", "func f() {\n\t‸\n}\n", "\treturn 1\n}\n", "return 1"),
    ("a.py", "‸\n", "a = 1\na = 1\na = 1\na = 1\na = 1", "✗no-context"),
    ("a.py", "z = 0\n‸\n", "a = 1\na = 1\na = 1\na = 1\na = 1", "a = 1"),
    ("a.lua", "if x then\n  ‸\nend\n", "y()\nend\n", "y()"),
    (
        "a.toml",
        "[package]\nname = \"x\"\n‸\n\n[dependencies]\n",
        "version = \"1\"\n\n[dependencies]\n",
        "version = \"1\"",
    ),
    // A line break before a shallower line.
    (
        "a.py",
        "def f(x):\n    return x\n    ‸\n",
        "\ndef g(y):\n    return y\n\nx = 1",
        "\ndef g(y):\n    return y",
    ),
    ("a.py", "if x:\n    a()\n    ‸\n", "\nelse:\n    b()", "\nelse:\n    b()"),
    ("a.py", "def f(x):\n    ‸\n", "\nx = 1", "✗indentation"),
    ("a.js", "{\n  a();\n  ‸\n}\nbc();\n", "\nbc();", "✗indentation"),
    // Loops over lines above.
    ("a.py", "def f(self):\n    self.x = x\n    ‸\n", "self.x = x", "✗prefix-echo"),
    ("a.py", "def f(self):\n    self.x = x\n    ‸\n", "self.x = x\n    self.x = x", "✗repetition"),
    ("a.py", "# Load the data\n‸\n", "# Load the data\n# Load the data\n# Load the data", "✗repetition"),
    ("a.js", "first();\nsecond();\n‸\n", "first();\nsecond();\nfirst();\nsecond();\n", "✗prefix-echo"),
    ("a.js", "first();\nsecond();\n‸\n", "first();\nsecond();\nfirst();", "✗prefix-echo"),
    ("a.js", "foo();\n‸\nbar();\n", "foo();\nbar();", "✗prefix-echo"),
    ("a.js", "foo();\n‸\nbar();\n", "foo();\nfoo();\nfoo();\nbar();", "✗repetition"),
    // Chat.
    ("a.js", "function f() {\n  ‸\n}\n", "```js\nreturn 1;\n```", "✗chat"),
    ("a.py", "def f(x):\n    ‸\n", "<think>\nok\n</think>\nreturn x", "✗chat"),
    ("a.py", "def f(x):\n    ‸\n", "Here is the code:\n\n    return x", "✗chat"),
    ("a.py", "x = 1\n‸\n", "y = 2\n```\nThis sets y.", "y = 2"),
    // Interpolations.
    ("a.js", "const s = `a ${‸}`;\n", "name}`;", "name"),
    ("a.py", "print(f\"{na‸}\")\n", "me}\")", "me"),
    ("a.dart", "    return \"Hello ${‸}\";\n", "name}\";", "name"),
    // Words.
    ("a.md", "Install the tool ‸\n", "with cargo. Then run it. And", "with cargo."),
    ("a.md", "- One item and ‸\n- Two\n", "another one\n- Two\n- Three", "another one"),
    (
        "a.md",
        "Use a real number such as ‸\n",
        "3.14 or so, e.g. 2.7 here. Then",
        "3.14 or so, e.g. 2.7 here.",
    ),
    ("a.md", "| one two three | ‸\n", "four | five |\n", "four"),
    ("a.md", "‸", "# Title", "✗prose-quiet"),
    ("COMMIT_EDITMSG", "Fix the way ‸\n", "lines end\n\nBecause it was wrong.", "lines end"),
    (
        "a.rs",
        "// Returns the sum of ‸\nfn sum() {}\n",
        "two numbers. Never panics.\nfn sum()",
        "two numbers.",
    ),
    ("a.rs", "// ‸\nfn sum() {}\n", "// Returns the sum\nfn sum", "Returns the sum"),
    ("a.txt", "这是一个很‸", "好的句子。第二句", "好的句子。"),
    // Where nobody asked.
    ("a.rs", "let ‸ = compute_something(1);", "x", "✗text-right"),
    ("deploy/.env", "KEY=‸", "secret", "✗path-disabled"),
];

#[test]
fn cases() {
    for (path, fixture, model, expect) in CASES {
        check(path, fixture, model, expect);
    }
}

#[test]
fn a_word_that_somebody_asked_in_is_not_ended_twice() {
    let seen = |fixture, model| {
        let mut model = Scripted::new([model]);
        seen(&run("a.js", fixture, &mut model, Trigger::Invoked, &Settings::default()))
    };
    assert_eq!(seen("get‸Value(x);\n", "FirstValue(y, z);"), "First");
    assert_eq!(seen("get‸Value(x);\n", "FirstValue(x);"), "First");
    assert_eq!(seen("con‸sole.log(x);\n", "sole.error(y);"), "✗suffix-duplicate");
    assert_eq!(seen("con‸sole.log(x);\n", "sole"), "✗suffix-duplicate");
}

#[test]
fn windows_line_ends_are_the_editors_matter() {
    check("a.rs", "fn f() {\r\n    ‸\r\n}\r\n", "a();\r\n    b();\r\n}\r\n", "a();\n    b();");
    let mut model = Scripted::new(["a();"]);
    run("a.rs", "fn f() {\r\n    ‸\r\n}\r\n", &mut model, Trigger::Automatic, &Settings::default());
    let texts = model.asked[0]
        .prompt
        .parts
        .iter()
        .filter(|part| matches!(part, PromptPart::Text(text) if text.contains('\r')));
    assert_eq!(texts.count(), 0);
}

#[test]
fn the_model_decides_the_format() {
    let mut plain = Scripted::new(["five();"]);
    plain.description.fim = false;
    let trace = run("a.rs", "let x = ‸;\n", &mut plain, Trigger::Automatic, &Settings::default());
    assert_eq!((plain.asked[0].prompt.format, seen(&trace).as_str()), ("plain-1", "five()"));
}

#[test]
fn a_small_context_gets_a_small_prompt() {
    let mut model = Scripted::new(["five();"]);
    model.description.context_tokens = 400;
    let above = "let number = 1;\n".repeat(1000);
    run("a.rs", &format!("{above}let x = ‸;\n{above}"), &mut model, Trigger::Automatic, &Settings::default());
    let bytes = super::shown(&model.asked[0].prompt).len();
    assert!(bytes / 4 + 64 < 400, "{bytes} bytes");
}

/// Checks what time limits leave: a model that needs `per_char` milliseconds a character.
#[track_caller]
fn check_slow(fixture: &str, model: &str, per_char: u64, expect: &str) {
    let answer = Answer { per_char: Duration::from_millis(per_char), ..Answer::from(model) };
    let (settings, _) = Settings::from_json(&json!({"timeBudgetMs": 200, "deadlineMs": 500}));
    let trace = run("a.rs", fixture, &mut Scripted::new([answer]), Trigger::Automatic, &settings);
    assert_eq!(seen(&trace), expect, "{:?}", trace.ended);
}

#[test]
fn time_limits_hold() {
    check_slow("fn f() {\n    ‸\n}", "a();\n    b();\n    c();\n", 1, "a();\n    b();\n    c();");
    check_slow("fn f() {\n    ‸\n}", "a();\n    b();\n    c();\n", 20, "a();\n    b();");
    check_slow("fn f() {\n    ‸\n}", "alpha();\n    beta();\n", 40, "alpha();");
    check_slow("let x = ‸", "call(one, two, three)", 40, "call(one,");
    check_slow("let x = ‸", "abcdefghijklmnopqrstuvw", 40, "✗unfinished");
    check_slow("let x = ‸", "abc", 1000, "✗too-slow");
}

#[test]
fn a_token_limit_leaves_whole_lines() {
    let (settings, _) = Settings::from_json(&json!({"maxTokens": 4}));
    let model = "a();\n    bb();\n    cc();\n";
    let trace = run("a.rs", "fn f() {\n    ‸\n}", &mut Scripted::new([model]), Trigger::Automatic, &settings);
    assert_eq!(seen(&trace), "a();\n    bb();");
}

#[test]
fn doubt_is_silence() {
    let answer = |mean_logprob| Scripted::new([Answer { mean_logprob, ..Answer::from("five();") }]);
    let shown = |path, fixture, mean| {
        seen(&run(path, fixture, &mut answer(mean), Trigger::Automatic, &Settings::default()))
    };
    assert_eq!(shown("a.rs", "let x = ‸", -9.0), "✗low-confidence");
    assert_eq!(shown("a.rs", "let x = ‸", -2.0), "five();");
    assert_eq!(shown("a.rs", "let x = ‸", 0.0), "five();");
    assert_eq!(shown("a.md", "One two three ‸", -2.0), "✗low-confidence");
}

#[test]
fn failure_and_cancelling_are_reasons() {
    let trace =
        run("a.rs", "let x = ‸", &mut Scripted::failing("no luck"), Trigger::Invoked, &Settings::default());
    assert_eq!(trace.reason().map(ToString::to_string).as_deref(), Some("the model failed: no luck"));
    let (snapshot, cursor) = document("a.rs", "let x = ‸");
    let settings = Settings::default();
    let job = Job { trigger: Trigger::Invoked, ..Job::at(&snapshot, cursor, &settings) };
    let cancel = Cancel::new();
    let trace = suggest(&job, &mut Scripted::new(["five();"]), &cancel, &mut |text| {
        if text.len() == 3 {
            cancel.cancel();
        }
    });
    assert_eq!(seen(&trace), "✗cancelled");
    assert_eq!(trace.raw.map(|raw| (raw.text, raw.stop)), Some(("fiv".to_owned(), Stop::Cancelled)));
}

#[test]
fn progress_gets_all_text_so_far() {
    let (snapshot, cursor) = document("a.rs", "let x = ‸");
    let settings = Settings::default();
    let job = Job { trigger: Trigger::Invoked, ..Job::at(&snapshot, cursor, &settings) };
    let mut received = Vec::new();
    suggest(&job, &mut Scripted::new(["f()"]), &Cancel::new(), &mut |text| received.push(text.to_owned()));
    assert_eq!(received, ["f", "f(", "f()"]);
}

/// Checks a suggestion beside a popup, whose selected item replaces `selected` bytes left of the cursor.
#[track_caller]
fn check_popup(fixture: &str, selected: usize, item: &str, model: &str, expect: &str) {
    let (snapshot, cursor) = document("a.rs", fixture);
    let settings = Settings::default();
    let range = Offset(cursor.0 - selected)..cursor;
    let selected = Some(Selected { range: range.clone(), text: item.to_owned() });
    let job = Job { selected, ..Job::at(&snapshot, cursor, &settings) };
    let mut generator = Scripted::new([model]);
    let trace = suggest(&job, &mut generator, &Cancel::new(), &mut |_| {});
    let suggestion = trace.suggestion().expect("a suggestion");
    let mut text = snapshot.to_text();
    text.replace_range(suggestion.replace.start.0..suggestion.replace.end.0, &suggestion.text);
    assert_eq!(draw(&text, suggestion.replace.start.0), expect);
}

#[test]
fn a_popup_item_is_extended() {
    check_popup("let x = le‸;", 2, "length", "(y);", "let x = ‸length(y);");
    // A selection elsewhere is not a popup's item.
    check_popup("fn f() {\n    le‸;", 12, "x\ny", "ngth();", "fn f() {\n    le‸ngth();");
}

#[test]
fn strange_documents_cost_little() {
    let settings = Settings::default();
    for text in [
        "x".repeat(1_000_000),
        "let a = [1, 2, 3];\n".repeat(2_600_000),
        "\n".repeat(1_000_000),
        "é".repeat(500_000),
        "(".repeat(1_000_000),
        " ".repeat(1_000_000),
    ] {
        let snapshot = Snapshot::new(&text, 1, Language::from_id("rust"));
        for cursor in [0, text.len() / 2, text.len(), text.len() + 10] {
            let job = Job { trigger: Trigger::Invoked, ..Job::at(&snapshot, Offset(cursor), &settings) };
            let mut model = Scripted::new(["some text that is not there"]);
            suggest(&job, &mut model, &Cancel::new(), &mut |_| {});
            let bytes = model.asked.first().map_or(0, |request| super::shown(&request.prompt).len());
            assert!(bytes < 8_000, "a prompt of {bytes} bytes");
        }
    }
}

#[test]
fn a_suggestion_that_time_cut_short_is_extended() {
    let (snapshot, cursor) = document("a.rs", "fn f() {\n    ‸\n}");
    let (settings, _) = Settings::from_json(&json!({"timeBudgetMs": 200}));
    let job = Job::at(&snapshot, cursor, &settings);
    let slow = |text| Answer { per_char: Duration::from_millis(20), ..Answer::from(text) };
    let mut model = Scripted::new([slow("a();\n    b();\n    c();\n}"), slow("    c();\n}")]);
    let trace = suggest(&job, &mut model, &Cancel::new(), &mut |_| {});
    assert_eq!((seen(&trace).as_str(), trace.ended), ("a();\n    b();", Some(Ended::SoftBudget)));
    let mut received = String::new();
    let longer = extend(&job, &trace, &mut model, &Cancel::new(), &mut |text| text.clone_into(&mut received));
    let longer = longer.expect("there was more");
    assert_eq!((seen(&longer).as_str(), longer.ended), ("a();\n    b();\n    c();", Some(Ended::Dedent)));
    // The model goes on from its own text, within what is left of its tokens.
    let written = trace.raw.map(|raw| raw.text).unwrap_or_default();
    assert_eq!(model.asked[1].prompt.parts.last(), Some(&PromptPart::Text(format!("    {written}"))));
    assert!(received.starts_with(&written) && received.len() > written.len());
    assert!(model.asked[1].limits.max_tokens < settings.max_tokens);
    // That was all.
    assert_eq!(extend(&job, &longer, &mut model, &Cancel::new(), &mut |_| {}), None);
}

/// Checks the language and scope after the first key of a suggestion.
#[track_caller]
fn check_next(path: &str, fixture: &str, model: &str, expect: &str) {
    let trace = run(path, fixture, &mut Scripted::new([model]), Trigger::Automatic, &Settings::default());
    let next = trace.next.map(|(language, scope)| format!("{} {scope:?}", language.id()));
    assert_eq!(next.as_deref().unwrap_or("-"), expect, "for {fixture:?} + {model:?}");
}

#[test]
fn where_the_first_key_of_a_suggestion_leads_is_known_before_it_is_typed() {
    check_next("a.rs", "let x = ‸;\n", "five()", "rust Code");
    check_next("a.py", "print(‸)\n", "\"hello\")\n", "python String");
    check_next("a.rs", "let x = 5; /‸\n", "/ five\n", "rust Comment");
    check_next("a.rs", "let x = ‸", "", "-");
}
