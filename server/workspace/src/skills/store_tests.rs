//! Stored facts outlive the process, and damaged or newer files stay as they are.

use std::fs;

use super::entry::Mode;
use super::store::{Effect, SkillsError, Store, StoredCandidate, Use};

struct Desk {
    folder: tempfile::TempDir,
    store: Store,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::at(&folder.path().join("state"));
        Desk { folder, store }
    }

    fn names(&self) -> Vec<String> {
        self.store.candidates().expect("readable").into_iter().map(|candidate| candidate.name).collect()
    }
}

fn candidate(name: &str, evidence: u64, term: &str) -> StoredCandidate {
    let rule =
        format!(r#"{{"format":1,"scope":{{}},"rule":{{"term":{{"avoid":["x"],"prefer":"{term}"}}}}}}"#);
    StoredCandidate {
        name: name.to_owned(),
        files: vec![("rule.json".to_owned(), rule)],
        evidence,
        mined: 1,
        report: None,
    }
}

#[test]
fn what_is_rejected_stays_so_until_the_evidence_has_doubled() {
    let desk = Desk::new();
    assert_eq!(desk.names(), [""; 0]);
    desk.store.replace_candidates(vec![candidate("a", 10, "a"), candidate("b", 5, "b")]).expect("kept");
    assert_eq!(desk.names(), ["a", "b"]);
    assert_eq!(desk.store.reject("a", 7).expect("rejected").evidence, 10);
    assert_eq!(desk.names(), ["b"]);
    assert!(matches!(desk.store.reject("a", 7), Err(SkillsError::Unknown { .. })));
    // The same rule under another name is the same rule.
    desk.store
        .replace_candidates(vec![candidate("a", 19, "a"), candidate("c", 19, "a"), candidate("b", 5, "b")])
        .expect("kept");
    assert_eq!(desk.names(), ["b"]);
    desk.store.replace_candidates(vec![candidate("a", 20, "a")]).expect("kept");
    assert_eq!(desk.names(), ["a"]);
}

#[test]
fn uses_are_counted_for_a_content() {
    let desk = Desk::new();
    let used = |digest: &str, uses: u64, validated: u64| Use {
        name: "a".to_owned(),
        digest: digest.to_owned(),
        uses,
        validated,
        objections: 1,
    };
    desk.store.note_uses(&[used("1", 3, 0)], 10).expect("noted");
    desk.store.note_uses(&[used("1", 2, 1)], 20).expect("noted");
    let counters = desk.store.records().expect("readable").counters["a"].clone();
    assert_eq!((counters.since, counters.uses, counters.validated, counters.objections), (10, 5, 1, 2));
    assert_eq!(counters.last_validated, Some(20));
    desk.store.note_uses(&[used("2", 0, 0)], 30).expect("noted");
    let counters = desk.store.records().expect("readable").counters["a"].clone();
    assert_eq!((counters.since, counters.uses, counters.last_validated), (30, 0, None));
    for time in 0..20 {
        let effect = Effect { time, diff: 0.1, ci95: [0.0, 0.2], places: 9 };
        desk.store.note_effect("a", effect).expect("noted");
    }
    let effects = desk.store.records().expect("readable").counters["a"].effects.clone();
    assert_eq!((effects.len(), effects.last().map(|effect| effect.time)), (8, Some(19)));
}

#[test]
fn what_is_damaged_or_newer_is_left_alone() {
    let desk = Desk::new();
    desk.store.set_mode("a", Mode::Off).expect("set");
    assert_eq!(desk.store.records().expect("readable").modes["a"], Mode::Off);
    desk.store.set_mode("a", Mode::On).expect("set");
    assert!(desk.store.records().expect("readable").modes.is_empty());
    let file = desk.folder.path().join("state/skills/memory.json");
    for content in ["{", "[]", "{\"version\": 2}"] {
        fs::write(&file, content).expect("written");
        assert!(desk.store.set_mode("a", Mode::Off).is_err(), "{content}");
        assert_eq!(fs::read_to_string(&file).expect("there"), content);
    }
}

#[test]
fn several_processes_lose_nothing() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let store = &desk.store;
            scope.spawn(move || {
                for n in 0..5 {
                    let name = format!("skill-{writer}-{n}");
                    let used = Use { name, uses: 1, ..Use::default() };
                    store.note_uses(&[used], 1).expect("noted");
                }
            });
        }
    });
    assert_eq!(desk.store.records().expect("readable").counters.len(), 20);
}
