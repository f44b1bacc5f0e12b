//! What editing sessions cost in tokens evaluated: edits are replayed over a real file, each followed by a request.
//!
//! The generator counts and keeps sequences as the engine does, so the figures are exact but for the tokenizer. They
//! are bounded here, and quoted in `server/decisions/pipeline.md`; `--nocapture` prints them.

use housestyle_text::{Language, Offset, Snapshot};

use super::counting::Counting;
use crate::generator::Cancel;
use crate::memory::RecentEdit;
use crate::{HeldWindows, Job, Memory, Settings, Trigger, WindowSize, prefill, suggest};

/// A real file of 1,500 tokens and more.
const FILE: &str = include_str!("../window.rs");

/// One step of a session.
#[derive(Clone, Copy)]
enum Step {
    /// Types this, key by key.
    Type(&'static str),
    /// Takes back characters, one by one.
    Delete(usize),
    /// Moves by lines, to the end of a line.
    Move(isize),
    /// Puts text in behind the cursor, as an editor closes brackets.
    Close(&'static str),
    /// Puts a line in at the document's top and comes back.
    Import(&'static str),
}

struct Session {
    text: String,
    cursor: usize,
    model: Counting,
    memory: Memory,
    held: HeldWindows,
}

/// How quick the model is.
#[derive(Clone, Copy, PartialEq)]
enum Speed {
    /// It reads any window in time.
    Quick,
    /// It reads 800 tokens in a second, and there is time after each key to read the rest.
    Usual,
}

impl Session {
    /// Begins in the middle of a function, where the file has been read.
    fn new(speed: Speed, reads_context: bool) -> Session {
        let at = FILE.find("    let mut line = text.split").expect("the file has that line");
        let (before, after) = FILE.split_at(at);
        let text = format!("{before}    \n{after}");
        let mut model = Counting::new(" ~");
        model.per_second = (speed == Speed::Usual).then_some(800.0);
        model.reads_context = reads_context;
        let edit = |n: usize| RecentEdit {
            path: format!("src/file_{n}.rs"),
            removed: vec![format!("let before_{n} = first(one, two, three);"); 2],
            added: vec![format!("let after_{n} = second(one, two, three);"); 3],
        };
        let memory = Memory { edits: (0..3).map(edit).collect(), ..Memory::default() };
        let held = HeldWindows::default();
        let mut session = Session { text, cursor: at + 4, model, memory, held };
        session.ask();
        session
    }

    /// Asks at the cursor; returns the tokens evaluated for the answer.
    fn ask(&mut self) -> usize {
        let snapshot = Snapshot::new(&self.text, 1, Language::from_id("rust"));
        let settings = Settings::default();
        let trigger = Trigger::Invoked;
        let cursor = Offset(self.cursor);
        let held = self.held.clone();
        let (memory, held) = (&self.memory, &held);
        let job = Job { trigger, memory, held, ..Job::at(&snapshot, cursor, &settings) };
        let trace = suggest(&job, &mut self.model, &Cancel::new(), &mut |_| {});
        if let (Some(size), Some(window)) = (trace.window_size, trace.held) {
            self.held.keep(size, window);
        }
        let cost = self.model.calls.last().map_or(0, |cost| cost.evaluated);
        if self.model.per_second.is_some() {
            let held = self.held.clone();
            let job = Job { held: &held, ..job };
            let prefilled = prefill(&job, &mut self.model, &Cancel::new());
            if let Some(window) = prefilled.and_then(|prefilled| prefilled.held) {
                self.held.keep(WindowSize::Whole, window);
            }
        }
        cost
    }

    /// Makes a step; returns what each of its requests cost.
    fn step(&mut self, step: Step) -> Vec<usize> {
        let mut costs = Vec::new();
        match step {
            Step::Type(keys) => {
                for key in keys.chars() {
                    self.text.insert(self.cursor, key);
                    self.cursor += key.len_utf8();
                    costs.push(self.ask());
                }
            }
            Step::Delete(count) => {
                for _ in 0..count {
                    self.cursor -= 1;
                    self.text.remove(self.cursor);
                    costs.push(self.ask());
                }
            }
            Step::Move(lines) => {
                let line = self.text[..self.cursor].matches('\n').count();
                let line = line.saturating_add_signed(lines);
                self.cursor = self.text.split_inclusive('\n').take(line + 1).map(str::len).sum::<usize>() - 1;
                costs.push(self.ask());
            }
            Step::Close(text) => {
                self.text.insert_str(self.cursor, text);
                costs.push(self.ask());
            }
            Step::Import(line) => {
                self.text.insert_str(0, line);
                self.cursor += line.len();
                costs.push(self.ask());
            }
        }
        costs
    }
}

/// Returns median and 95th percentile.
fn spread(mut costs: Vec<usize>) -> (usize, usize) {
    costs.sort_unstable();
    let at = |share: f64| costs[((share * costs.len() as f64).ceil() as usize).max(1) - 1];
    (at(0.5), at(0.95))
}

/// Replays steps; checks that median and 95th percentile of the tokens evaluated for a request are no more.
#[track_caller]
fn check(name: &str, steps: &[Step], speed: Speed, most: (usize, usize)) {
    check_session(name, steps, Session::new(speed, false), most);
}

/// As [`check`], for a model that reads context.
#[track_caller]
fn check_with_context(name: &str, steps: &[Step], speed: Speed, most: (usize, usize)) {
    check_session(&format!("{name}, context"), steps, Session::new(speed, true), most);
}

#[track_caller]
fn check_session(name: &str, steps: &[Step], mut session: Session, most: (usize, usize)) {
    let costs: Vec<usize> = steps.iter().flat_map(|step| session.step(*step)).collect();
    let (all, count) = (costs.iter().sum::<usize>(), costs.len());
    let found = spread(costs.clone());
    println!("{name:<36} {count:>3} requests  p50 {:>3}  p95 {:>3}  all {all:>5}", found.0, found.1);
    assert!(found.0 <= most.0 && found.1 <= most.1, "{name}: {found:?} of {costs:?}, at most {most:?}");
}

#[test]
fn a_key_evaluates_what_was_typed() {
    use Speed::Quick;
    use Step::{Delete, Import, Move, Type};
    check("thirty keys on a line", &[Type("let found = count(&text[0..k])")], Quick, (1, 2));
    check("typing and taking back", &[Type("let found"), Delete(5), Type("other = 5;")], Quick, (1, 2));
    check("lines of code", &[Type(LINES)], Quick, (1, 130));
    check("a new line", &[Type("\n")], Quick, (130, 130));
    check("a line down and up", &[Move(1), Move(-1), Move(1), Move(-1)], Quick, (130, 130));
    check("forty lines up and down", &[Move(-40), Move(40), Move(-40)], Quick, (600, 700));
    let import = "use std::collections::BTreeMap;\n";
    check("an import at the top", &[Type("a"), Import(import), Type("b")], Quick, (1, 700));
}

#[test]
fn where_reading_takes_long_a_place_costs_a_near_window() {
    use Speed::Usual;
    use Step::{Import, Move, Type};
    check("lines of code", &[Type(LINES)], Usual, (1, 130));
    check("forty lines up and down", &[Move(-40), Move(40), Move(-40)], Usual, (200, 200));
    let import = "use std::collections::BTreeMap;\n";
    check("an import at the top", &[Type("a"), Import(import), Type("b")], Usual, (1, 200));
}

#[test]
fn with_context_a_new_line_costs_little_more_than_a_key() {
    use Speed::{Quick, Usual};
    use Step::{Close, Delete, Import, Move, Type};
    let import = "use std::collections::BTreeMap;\n";
    for speed in [Quick, Usual] {
        check_with_context("thirty keys on a line", &[Type("let found = count(&text[0..k])")], speed, (1, 2));
        let back = [Type("let found"), Delete(5), Type("other = 5;")];
        check_with_context("typing and taking back", &back, speed, (1, 2));
        check_with_context("lines of code", &[Type(LINES)], speed, (1, 3));
        check_with_context("a new line", &[Type("\n")], speed, (3, 3));
        check_with_context("an import at the top", &[Type("a"), Import(import), Type("b")], speed, (1, 1));
        check_with_context("brackets that close", &[Type("f("), Close(")"), Type("x")], speed, (1, 2));
    }
    // Where there is no time to read ahead, every ninth line makes the model read a window.
    check_with_context("many lines", &[Type(LINES); 4], Quick, (1, 3));
    check_with_context("many lines", &[Type(LINES); 4], Usual, (1, 3));
    check_with_context("a line down and up", &[Move(1), Move(-1), Move(1), Move(-1)], Quick, (300, 620));
    check_with_context("forty lines up and down", &[Move(-40), Move(40), Move(-40)], Usual, (200, 200));
}

const LINES: &str = "let a = 1;\n    let b = a + 1;\n    let c = b + a;\n    if c > b {\n        ";
