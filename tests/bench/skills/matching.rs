//! What 200 skills cost: a request with them and without, and the look at a whole document while nobody types.
//!
//! `README.md` beside this file says how to run it and what came out.

mod rules;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use housestyle_complete::generator::Cancel;
use housestyle_complete::skills::{Skills, hints};
use housestyle_complete::{Job, Memory, Settings, suggest};
use housestyle_testkit::scripted::Scripted;
use housestyle_text::{Language, Offset, Snapshot};

/// Files of this repository, of each kind one.
const FILES: &[&str] = &[
    "server/complete/src/suggest.rs",
    "server/learn/src/mine/pipeline.rs",
    "tests/bench/editor.py",
    "editors/nvim/lua/housestyle/ghost.lua",
    "server/ARCHITECTURE.md",
    "CHANGELOG.md",
];
/// Bytes to which each file is repeated: what an editor's large document has.
const LARGE: usize = 64 * 1024;
/// Places of a file at which a request is made.
const PLACES: usize = 60;
/// Times that each is measured; the shortest counts, as what comes between is not the program's.
const TIMES: usize = 5;

/// A request: a document without one of its lines, at whose end the cursor stands, and the line that the model writes.
struct Request {
    snapshot: Snapshot,
    cursor: Offset,
    answer: String,
}

fn requests(path: &str, text: &str) -> Vec<Request> {
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            *at += line.len();
            Some((*at - line.len(), line))
        })
        .filter(|(_, line)| line.trim().len() > 3)
        .collect();
    let step = lines.len().div_ceil(PLACES).max(1);
    let request = |(start, line): &(usize, &str)| {
        let answer = line.trim();
        let from = start + line.find(answer).unwrap_or(0);
        let without = format!("{}{}", &text[..from], &text[from + answer.len()..]);
        let snapshot = Snapshot::new(&without, 1, Language::from_path(path)).with_path(path);
        Request { snapshot, cursor: Offset(from), answer: answer.to_owned() }
    };
    lines.iter().step_by(step).map(request).collect()
}

/// Returns the time to select skills, and the time of the whole request.
fn measure(request: &Request, skills: &Arc<Skills>, settings: &Settings) -> [Duration; 2] {
    let once = || {
        let mut model = Scripted::new([request.answer.as_str()]);
        let mut memory = Memory { skills: Arc::clone(skills), ..Memory::default() };
        let began = Instant::now();
        memory.select_skills(&request.snapshot, request.cursor, settings);
        let selection = began.elapsed();
        let job = Job { memory: &memory, ..Job::at(&request.snapshot, request.cursor, settings) };
        suggest(&job, &mut model, &Cancel::new(), &mut |_| {});
        [selection, began.elapsed()]
    };
    let all: Vec<[Duration; 2]> = (0..TIMES).map(|_| once()).collect();
    [0, 1].map(|part| all.iter().map(|times| times[part]).min().unwrap_or_default())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Returns the median, the 95th percentile and the largest of some times in milliseconds.
fn spread(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    format!("{:.2} / {:.2} / {:.2}", at(50), at(95), at(100))
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let settings = Settings::default();
    let [none, some] = [Arc::new(Skills::default()), Arc::new(rules::skills())];
    println!("| file | KiB | request without | choosing | with 200 skills | more | whole document | hints |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for path in FILES {
        let text = std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let large = text.repeat(LARGE.div_ceil(text.len().max(1)));
        let cut = large[..LARGE].rfind('\n').map_or(LARGE, |end| end + 1);
        for text in [&text, &large[..cut]] {
            let (mut without, mut choosing, mut with, mut more) = (vec![], vec![], vec![], vec![]);
            for request in requests(path, text) {
                let [_, plain] = measure(&request, &none, &settings);
                let [selection, all] = measure(&request, &some, &settings);
                without.push(ms(plain));
                choosing.push(ms(selection));
                with.push(ms(all));
                more.push((ms(all) - ms(plain)).max(0.0));
            }
            let mut scans = Vec::new();
            let mut found = 0;
            for _ in 0..20 {
                let began = Instant::now();
                found = hints(&some, path, Language::from_path(path), text, &settings).len();
                scans.push(ms(began.elapsed()));
            }
            println!(
                "| {path} | {} | {} | {} | {} | {} | {} | {found} |",
                text.len().div_ceil(1024),
                spread(without),
                spread(choosing),
                spread(with),
                spread(more),
                spread(scans),
            );
        }
    }
}
