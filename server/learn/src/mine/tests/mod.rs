//! The miner against histories in which conventions were planted.

mod code;
mod history;
mod plant;

use std::collections::HashSet;

use housestyle_skills::{Form, FormKind, Rule, RuleFile, Skill, lint};

use self::history::History;
use self::plant::{PLANTED, Planted};
use super::{Candidate, FileEdit, Mined, MiningOptions, Stage, mine, render};

fn mined(history: &History) -> Mined {
    let edits = history.edits();
    let options =
        MiningOptions { most: 60, held_out_share: 0.3, configs: Vec::new(), rejected: &|_, _, _| false };
    mine(&edits, &options, &mut |_| {})
}

fn found<'a>(planted: &Planted, candidates: &'a [Candidate]) -> Option<&'a Candidate> {
    candidates.iter().find(|candidate| (planted.is)(&candidate.file))
}

#[test]
fn planted_conventions_are_found_and_little_else() {
    let (mut hits, mut proposals, mut wrong) = (0, 0, Vec::new());
    let mut missed = Vec::new();
    let seeds = [3, 14, 15, 92, 65];
    for seed in seeds {
        let history = History::planted(seed, &[]);
        let mined = mined(&history);
        for planted in PLANTED {
            match found(planted, &mined.candidates) {
                Some(_) => hits += 1,
                None => missed.push(format!("{seed}: {}", planted.name)),
            }
        }
        proposals += mined.candidates.len();
        let strange = mined
            .candidates
            .iter()
            .filter(|candidate| !PLANTED.iter().any(|planted| (planted.is)(&candidate.file)));
        wrong.extend(strange.map(|candidate| format!("{seed}: {} {:?}", candidate.name, candidate.file)));
    }
    let all = PLANTED.len() * seeds.len();
    assert!(PLANTED.len() >= 20);
    assert!(PLANTED.iter().filter(|planted| planted.name.contains(": ")).count() >= 8, "rewrites of code");
    let good = hits * 10 >= all * 9 && wrong.len() * 20 <= proposals;
    assert!(good, "{hits} of {all}, missed: {missed:#?}; {} of {proposals} wrong: {wrong:#?}", wrong.len());
}

/// Returns a history in which people agree on `includes`, in files of two languages.
fn agreed() -> Vec<(usize, &'static str, String, String)> {
    let paths = ["src/a.ts", "web/b.js", "src/c.ts", "web/d.js"];
    let mut texts = paths.map(|_| String::new());
    let edit = |number: usize| {
        let text = &mut texts[number % 4];
        let old = text.clone();
        if number < 12 {
            text.push_str(&format!("if (list{number}.indexOf(row) !== -1) go({number});\n"));
        } else {
            *text = text.replacen("indexOf(row) !== -1", "includes(row)", 1);
            text.push_str(&format!("if (list{number}.includes(row)) go({number});\n"));
        }
        (number, paths[number % 4], old, text.clone())
    };
    (0..40).map(edit).collect()
}

#[test]
fn one_rule_of_two_languages_is_one_skill() {
    let history = agreed();
    let commits: Vec<String> = (0..40).map(|number| format!("c{number}")).collect();
    let found = |ending: &str, rejected: &dyn Fn(&str, &RuleFile, usize) -> bool| -> Vec<Candidate> {
        let edits = history.iter().filter(|(_, path, ..)| path.ends_with(ending));
        let edits: Vec<FileEdit<'_>> = edits
            .map(|(number, path, old, new)| FileEdit {
                commit: &commits[*number],
                author: ["ann", "bob", "cy"][number % 3],
                time: *number as i64,
                path,
                old,
                new,
                hunks: vec![(0..old.len(), 0..new.len())],
            })
            .collect();
        let options = MiningOptions { most: 60, held_out_share: 0.3, configs: Vec::new(), rejected };
        let mut candidates = mine(&edits, &options, &mut |_| {}).candidates;
        candidates.retain(|candidate| candidate.title.contains("includes"));
        candidates
    };
    let nothing = |_: &str, _: &RuleFile, _: usize| false;
    let (both, script, typed) = (found("s", &nothing), found(".js", &nothing), found(".ts", &nothing));
    let [both, script, typed] = [&both[..], &script[..], &typed[..]].map(|found| match found {
        [one] => one,
        several => panic!("{several:#?}"),
    });
    assert_eq!(both.file.scope.languages, ["javascript", "typescript"]);
    assert_eq!(both.title, "Use `.includes(row)` instead of `.indexOf(row) !== -1`");
    let sum = |of: fn(&Candidate) -> usize| assert_eq!(of(both), of(script) + of(typed), "{both:#?}");
    sum(|candidate| candidate.support.places);
    sum(|candidate| candidate.support.followed);
    sum(|candidate| candidate.support.changed);
    sum(|candidate| candidate.support.edits);
    sum(|candidate| candidate.support.files);
    sum(|candidate| candidate.held_out.followed);
    // What people rejected for one of the languages is not proposed for both.
    let one = |name: &str, file: &RuleFile, _: usize| {
        file.scope.languages == ["typescript"] && name.starts_with("typescript-prefer-includes")
    };
    assert_eq!(found("s", &one), []);
}

#[test]
fn who_wrote_what_changes_nothing() {
    let names = |history: &History| -> HashSet<String> {
        mined(history).candidates.into_iter().map(|candidate| candidate.name).collect()
    };
    let history = History::planted(7, &[]);
    let before = names(&history);
    for seed in 1..4 {
        let after = names(&history.with_authors_shuffled(seed));
        let changed = before.symmetric_difference(&after).count();
        assert!(changed * 10 <= before.len(), "{before:?} {after:?}");
    }
}

#[test]
fn one_author_teaches_nobody_to_be_careless() {
    let clean = mined(&History::planted(21, &[]));
    for poison in plant::POISONS {
        let poisoned = mined(&History::planted(21, std::slice::from_ref(poison)));
        for candidate in &poisoned.candidates {
            let text = candidate.file.text();
            assert!(!poison.marks.iter().any(|mark| text.contains(mark)), "{text}");
        }
        assert!(poisoned.candidates.len() + 2 >= clean.candidates.len());
    }
}

#[test]
fn what_is_written_is_a_skill_that_no_check_refuses() {
    let mined = mined(&History::planted(5, &[]));
    assert!(mined.candidates.len() > 10);
    for candidate in &mined.candidates {
        let files: Vec<(String, Vec<u8>)> = render(candidate)
            .expect("a name to the standard")
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes()))
            .collect();
        let skill = Skill::read(&candidate.name, &files).expect("a skill");
        assert_eq!(skill.rule.as_ref(), Some(&candidate.file));
        assert_eq!((skill.warnings, lint::lint(&candidate.name, &files)), (vec![], vec![]));
    }
}

#[test]
fn a_candidate_has_the_keys_and_the_headings_that_its_readers_know() {
    let mined = mined(&History::planted(5, &[]));
    let candidate = mined.candidates.first().expect("candidates");
    let json = serde_json::to_value(candidate).expect("JSON");
    let keys = |json: &serde_json::Value| {
        let mut keys: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys.join(" ")
    };
    let all = "counter_examples description examples file later name score stability support title";
    assert_eq!(keys(&json), all);
    assert_eq!(keys(&json["later"]), "broken edits followed interval keeping places");
    let files = render(candidate).expect("files");
    let (_, page) = files.iter().find(|(path, _)| path == "EVIDENCE.md").expect("a page");
    let first = format!("# Evidence for {}", candidate.name);
    let headings = [&*first, "## Later edits", "## Edits", "## Against it"];
    let places = headings.map(|heading| page.lines().position(|line| line == heading));
    assert!(places[0] == Some(0) && places.is_sorted_by(|a, b| a < b), "{places:?}: {page}");
}

#[test]
fn enforced_and_rejected_rules_are_dropped() {
    let wanted = |history: &History, options: &MiningOptions<'_>| {
        mine(&history.edits(), options, &mut |_| {})
            .candidates
            .into_iter()
            .any(|candidate| candidate.file.rule == Rule::Form(Form { of: FormKind::QuotesSingle }))
    };
    let options =
        MiningOptions { most: 60, held_out_share: 0.3, configs: Vec::new(), rejected: &|_, _, _| false };
    let mut histories = (9..14).map(|seed| History::planted(seed, &[]));
    let history = histories.find(|history| wanted(history, &options)).expect("it is found in most");
    let configs = vec![("pyproject.toml", "[tool.ruff]\n")];
    assert!(!wanted(&history, &MiningOptions { configs, ..options }));
    let rejected = |name: &str, _: &RuleFile, _: usize| name == "quotes-single";
    let options = MiningOptions { most: 60, held_out_share: 0.3, configs: Vec::new(), rejected: &rejected };
    assert!(!wanted(&history, &options));
}

#[test]
fn nothing_is_mined_from_nothing() {
    let options =
        MiningOptions { most: 10, held_out_share: 0.3, configs: Vec::new(), rejected: &|_, _, _| false };
    let mined = mine(&[], &options, &mut |_| {});
    assert!(mined.candidates.is_empty());
    // Forms are asked of every history.
    assert_eq!(mined.funnel(), [(Stage::Nowhere, mined.considered)]);
}
