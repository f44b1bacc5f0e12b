//! What skills cost a request: the pipeline with 200 of them and without, over a model that takes no time.
//!
//! `README.md` beside this file says how to run it and what came out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::generator::Cancel;
use housestyle_complete::skills::{Exceptions, Mode, RuleFile, Scope, Skill, Skills};
use housestyle_complete::{Job, Memory, Settings, Trigger, suggest};
use housestyle_skills::{Form, FormKind, Rewrite, Rule, Term};
use housestyle_testkit::cursor;
use housestyle_testkit::scripted::Scripted;
use housestyle_text::{Language, Offset, Snapshot};

/// Requests that are measured.
const ROUNDS: usize = 400;

/// Returns as many skills as asked for, three quarters of them about code of one language; all of their words stand in
/// the document, so that none is passed over for want of one.
fn skills(count: usize) -> Skills {
    let skill = |number: usize| {
        let (languages, rule) = match number % 8 {
            0..6 => {
                let avoid =
                    vec![format!("$A.call_{number}($$$REST).unwrap()"), format!("helper_{number}($A, None)")];
                let prefer = format!("$A.call_{number}($$$REST)?");
                (vec!["rust".to_owned()], Rule::Rewrite(Rewrite { avoid, prefer }))
            }
            6 => {
                let term = Term { avoid: vec![format!("word{number}")], prefer: format!("term{number}") };
                (Vec::new(), Rule::Term(term))
            }
            _ => (vec!["markdown".to_owned()], Rule::Form(Form { of: FormKind::HeadingSentenceCase })),
        };
        let rule = RuleFile { format: 1, scope: Scope { languages, paths: Vec::new() }, rule };
        Skill::new(&format!("skill-{number}"), "A rule of the team.", "", Some(rule), Mode::On)
    };
    Skills::new((0..count).map(skill).collect(), Exceptions::default())
}

/// Returns a document of about so many lines with a cursor in its middle.
fn document(lines: usize) -> (Snapshot, Offset) {
    let function = |number: usize| {
        format!(
            "/// Says word{number} of what it does.\nfn function_{number}(value: &Thing) -> Result<u32, Error> {{\n    \
             let first = value.call_{number}(1, 2)?;\n    let second = helper_{number}(first, Some(3));\n    \
             Ok(first + second)\n}}\n\n"
        )
    };
    let half: String = (0..lines / 14).map(|number| function(number % 200)).collect();
    let (text, at) = cursor::split(&format!("{half}fn last() {{\n    ‸\n}}\n\n{half}"));
    let snapshot = Snapshot::new(&text, 1, Language::from_id("rust")).with_path("src/a.rs");
    (snapshot, Offset(at))
}

/// Returns the median and the 95th percentile of a request's time.
fn measure(skills: &Arc<Skills>, lines: usize, answer: &str) -> (Duration, Duration) {
    let (snapshot, cursor) = document(lines);
    let settings = Settings::default();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let mut model = Scripted::new([answer]);
            let mut memory = Memory { skills: Arc::clone(skills), ..Memory::default() };
            let began = Instant::now();
            memory.tell(&snapshot, cursor, &settings);
            let trigger = Trigger::Automatic;
            let job = Job {
                snapshot: &snapshot,
                cursor,
                trigger,
                selected: None,
                memory: &memory,
                settings: &settings,
            };
            let trace = suggest(&job, &mut model, &Cancel::new(), &mut |_| {});
            assert!(trace.suggestion().is_some());
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[ROUNDS / 2], times[ROUNDS * 95 / 100])
}

fn main() {
    let answers = [
        ("plain text", "let plain = 1;"),
        ("a word of a skill", "let x = value.call_8(1)?;"),
        ("breaks a skill", "let x = value.call_8(1).unwrap();"),
    ];
    println!(
        "{:6} {:20} {:>16} {:>16} {:>16}",
        "lines", "the model writes", "none p50/p95", "200 p50/p95", "more p50"
    );
    for lines in [100, 1_000, 10_000] {
        for (name, answer) in answers {
            let [none, some] = [0, 200].map(|count| measure(&Arc::new(skills(count)), lines, answer));
            let shown = |(p50, p95): (Duration, Duration)| {
                format!("{:.2}/{:.2} ms", p50.as_secs_f64() * 1e3, p95.as_secs_f64() * 1e3)
            };
            let more = (some.0.saturating_sub(none.0)).as_secs_f64() * 1e3;
            println!("{lines:6} {name:20} {:>16} {:>16} {more:>13.2} ms", shown(none), shown(some));
        }
    }
}
