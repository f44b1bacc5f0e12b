//! The journal through its boundary: it reads what it wrote, finds changes, and keeps nothing of forgotten text.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::*;

/// Set for a process that is to write until it is killed: the journal to write to.
const WRITER: &str = "HOUSESTYLE_TEST_JOURNAL_WRITER";
/// The line by which such a process says that it has written a suggestion.
const WRITTEN: &str = "written";
/// Suggestions that each of them writes before it is killed, at least.
const TURNS: usize = 50;

pub(crate) struct TestFolder {
    _folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

pub(crate) fn test_folder() -> TestFolder {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/er/journal.db");
    TestFolder { _folder: folder, path }
}

pub(crate) fn offer(journal: &mut Journal, path: &str, text: &str) -> Number {
    let offered = Fact::Offered(Offered {
        language: "rust".to_owned(),
        length: text.len(),
        model: Some("tiny".to_owned()),
        ..Offered::default()
    });
    let text = Text { path: path.to_owned(), text: text.to_owned(), ..Text::default() };
    journal.append(Stamp(1_000), None, &offered, Some(&text)).expect("written")
}

fn taken(accepted: usize, typed: usize, length: usize) -> Taken {
    Taken { source: "change".to_owned(), accepted, typed, length }
}

/// Offers ten units and takes `fact` of them, with `before` and `after` around.
fn accept(journal: &mut Journal, path: &str, text: &str, around: (&str, &str)) -> Number {
    let number = offer(journal, path, text);
    let fact = Fact::Accepted(taken(text.len(), 0, text.len()));
    let around = Text {
        before: around.0.to_owned(),
        text: text.to_owned(),
        after: around.1.to_owned(),
        ..Text::default()
    };
    journal.append(Stamp(2_000), Some(number), &fact, Some(&around)).expect("written");
    number
}

fn check_retention(journal: &mut Journal, number: Number, accepted: &str, current: &str) {
    let counted = retention(accepted, current);
    let fact = Fact::RetentionChecked(RetentionCheck {
        when: CheckTime::AfterDelay,
        commit: None,
        accepted: counted.accepted,
        retained: counted.retained,
        current: counted.current,
    });
    let text = Text { text: current.to_owned(), ..Text::default() };
    journal.append(Stamp(3_000), Some(number), &fact, Some(&text)).expect("written");
}

pub(crate) fn verified(journal: &mut Journal) -> Audit {
    let audit = journal.verify(&[]).expect("readable");
    assert_eq!(audit.complaints, [""; 0]);
    audit
}

/// Returns whether a text is anywhere in the files of a folder, whatever they are.
fn is_in_files(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[test]
fn what_is_written_is_read_again() {
    let folder = test_folder();
    let mut journal = Journal::open(&folder.path).expect("a journal");
    assert_eq!(journal.head().expect("readable"), None);
    let number = accept(&mut journal, "src/a.rs", "total();", ("let x = ", "\n"));
    check_retention(&mut journal, number, "total();", "total(1);");
    drop(journal);
    let mut journal = Journal::open_existing(&folder.path).expect("readable").expect("there");
    let audit = verified(&mut journal);
    assert_eq!((audit.events, audit.texts, audit.forgotten), (3, 3, 0));
    let [edit] = &journal.accepted_edits().expect("readable")[..] else { panic!("one edit") };
    assert_eq!(
        (
            edit.id,
            edit.path.as_str(),
            edit.before.as_str(),
            edit.text.as_str(),
            edit.after.as_str(),
            edit.weight
        ),
        (number, "src/a.rs", "let x = ", "total(1);", "\n", 1.0)
    );
    assert_eq!(journal.head().expect("readable").map(|(number, _)| number), Some(3));
}

#[test]
fn a_journal_that_is_not_there_is_not_made_by_reading() {
    let folder = test_folder();
    assert!(Journal::open_existing(&folder.path).expect("no error").is_none());
    assert!(!folder.path.exists());
}

/// The outcome of ten units after these facts.
#[track_caller]
fn check_outcome(facts: &[Fact], expected: (SuggestionOutcome, usize)) {
    let folder = test_folder();
    let mut journal = Journal::open(&folder.path).expect("a journal");
    let number = offer(&mut journal, "a.rs", "0123456789");
    for fact in facts {
        journal.append(Stamp(2), Some(number), fact, None).expect("written");
    }
    let mut found = Vec::new();
    journal
        .suggestions(|suggestion| found.push((suggestion.outcome(), suggestion.taken())))
        .expect("readable");
    assert_eq!(found, [expected], "{facts:?}");
}

#[test]
fn outcomes_are_distinguished() {
    let partly = |accepted, typed| Fact::PartlyAccepted(taken(accepted, typed, 10));
    let typed = |accepted| Fact::TypedThrough(taken(accepted, accepted, 10));
    let whole = |typed| Fact::Accepted(taken(10, typed, 10));
    check_outcome(&[], (SuggestionOutcome::Shown, 0));
    check_outcome(&[Fact::Shown(taken(0, 0, 10))], (SuggestionOutcome::Shown, 0));
    check_outcome(&[whole(0)], (SuggestionOutcome::Accepted, 10));
    check_outcome(&[typed(3), whole(3)], (SuggestionOutcome::Accepted, 7));
    check_outcome(&[partly(4, 0), Fact::TypedOver(taken(4, 0, 10))], (SuggestionOutcome::PartlyAccepted, 4));
    check_outcome(&[partly(4, 0), partly(10, 0)], (SuggestionOutcome::Accepted, 10));
    // Typed by hand is not accepted.
    check_outcome(&[typed(1), typed(10)], (SuggestionOutcome::TypedThrough, 0));
    check_outcome(&[typed(1), Fact::TypedOver(taken(1, 1, 10))], (SuggestionOutcome::TypedOver, 0));
    check_outcome(&[Fact::Dismissed(taken(0, 0, 10))], (SuggestionOutcome::Dismissed, 0));
    check_outcome(&[Fact::Superseded(taken(0, 0, 10))], (SuggestionOutcome::Superseded, 0));
}

#[test]
fn a_suggestion_weighs_nothing_until_its_later_check() {
    let folder = test_folder();
    let mut journal = Journal::open(&folder.path).expect("a journal");
    let fresh = accept(&mut journal, "a.rs", "one();", ("", ""));
    let stood = accept(&mut journal, "a.rs", "two();", ("", ""));
    check_retention(&mut journal, stood, "two();", "two();");
    let reverted = accept(&mut journal, "a.rs", "three();", ("", ""));
    check_retention(&mut journal, reverted, "three();", "\n");
    let mended = accept(&mut journal, "a.rs", "four(five);", ("", ""));
    check_retention(&mut journal, mended, "four(five);", "four(six);");
    offer(&mut journal, "a.rs", "never taken");
    let weights: Vec<(Number, f64)> =
        journal.accepted_edits().expect("readable").iter().map(|edit| (edit.id, edit.weight)).collect();
    assert_eq!(weights, [(fresh, 0.0), (stood, 1.0), (reverted, 0.0), (mended, 0.8)]);
}

#[test]
fn figures_count_tokens_and_outcomes() {
    let folder = test_folder();
    let mut journal = Journal::open(&folder.path).expect("a journal");
    let number = accept(&mut journal, "a.rs", "a b c d", ("", ""));
    check_retention(&mut journal, number, "a b c d", "a b c");
    offer(&mut journal, "a.rs", "x");
    let stats = journal.stats().expect("readable");
    assert_eq!(stats.all.acceptance(), Some(0.5));
    assert_eq!(stats.all.retention_after_delay.rate(), Some(0.75));
    assert_eq!(stats.all.retention_at_commit.rate(), None);
    assert_eq!(stats.models["tiny"], stats.languages["rust"]);
}

/// Changes the file behind the journal's back; the first complaint of the audit must hold `expected`.
#[track_caller]
fn check_tampered(sql: &str, expected: &str) {
    let folder = test_folder();
    let mut journal = Journal::open(&folder.path).expect("a journal");
    accept(&mut journal, "a.rs", "one();", ("", ""));
    accept(&mut journal, "b.rs", "two();", ("", ""));
    journal.forget(Stamp(5), "b.rs", |suggestion| suggestion.number == 3).expect("forgotten");
    let head = journal.head().expect("readable").expect("events").1;
    assert_eq!(journal.verify(std::slice::from_ref(&head)).expect("readable").complaints, [""; 0]);
    Connection::open(&folder.path).expect("open").execute_batch(sql).expect("changed");
    let audit = journal.verify(&[head]).expect("readable");
    let first = audit.complaints.first().map_or("", String::as_str);
    assert!(first.contains(expected), "{sql}: {:?}", audit.complaints);
}

#[test]
fn every_change_is_found() {
    check_tampered(
        "UPDATE event SET fact = replace(fact, 'rust', 'dust') WHERE number = 1",
        "event 1 was changed",
    );
    check_tampered("UPDATE event SET time = 7 WHERE number = 2", "event 2 was changed");
    check_tampered("UPDATE event SET suggestion = 3 WHERE number = 2", "event 2 was changed");
    check_tampered("DELETE FROM event WHERE number = 2", "events 2 to 2 are missing");
    check_tampered("DELETE FROM event WHERE number = 5", "forgotten by event 5");
    check_tampered("DELETE FROM text WHERE event = 2", "text of event 2 is gone");
    check_tampered("UPDATE text SET content = replace(content, 'one', 'two')", "text of event 1 was changed");
    check_tampered("DELETE FROM forgotten WHERE event = 4", "text of event 4 is gone");
    check_tampered(
        "INSERT INTO forgotten VALUES (1, 5); DELETE FROM text WHERE event = 1",
        "what event 5 removed was changed",
    );
    check_tampered(
        "INSERT INTO text VALUES (4, x'00', 'back')",
        "event 4 was forgotten, and its text is here",
    );
    check_tampered("INSERT INTO text VALUES (99, x'00', 'stray')", "belong to no event");
    check_tampered("DELETE FROM event WHERE number >= 3; DELETE FROM forgotten", "no event has the digest");
}

#[test]
fn what_is_forgotten_is_in_no_file() {
    let test = test_folder();
    let folder = test.path.parent().expect("a folder").to_owned();
    let mut server = Journal::open(&test.path).expect("a journal");
    let long = "forget_me_".repeat(2_000); // over many pages
    let forgotten = accept(&mut server, "secret/plan.rs", &long, ("left_of_it", "right_of_it"));
    check_retention(&mut server, forgotten, &long, &format!("{long}later_text"));
    let stays = accept(&mut server, "src/a.rs", "remember_me", ("", ""));
    assert!(is_in_files(&folder, "forget_me_"));
    // By another process than the one that has it open.
    let mut command = Journal::open_existing(&test.path).expect("readable").expect("there");
    let wanted = |suggestion: &SuggestionHistory| {
        suggestion.text.as_ref().is_some_and(|text| text.path.starts_with("secret/"))
    };
    let done = command.forget(Stamp(9), "path secret/**", wanted).expect("forgotten");
    assert_eq!((done.suggestions, done.texts), (1, 3));
    for text in ["forget_me_", "left_of_it", "right_of_it", "later_text", "plan.rs"] {
        assert!(!is_in_files(&folder, text), "{text} is still there");
    }
    assert!(is_in_files(&folder, "remember_me"));
    assert_eq!(
        command.forgotten(0).expect("readable"),
        [Deletion { suggestion: forgotten, tombstone: done.tombstone }]
    );
    assert_eq!(command.forgotten(done.tombstone).expect("readable"), []);
    // The server goes on with it, without knowing.
    check_retention(&mut server, forgotten, "forget_me_", "forget_me_");
    assert!(!is_in_files(&folder, "forget_me_"));
    let audit = verified(&mut server);
    assert_eq!((audit.events, audit.texts, audit.forgotten), (7, 2, 3));
    let edits: Vec<Number> = server.accepted_edits().expect("readable").iter().map(|edit| edit.id).collect();
    assert_eq!(edits, [stays]);
    let again = command
        .forget(Stamp(9), "path secret/**", |suggestion| suggestion.number == forgotten)
        .expect("again");
    assert_eq!((again.suggestions, again.texts), (0, 0));
}

#[test]
fn a_reader_holds_up_the_scrub_alone() {
    let test = test_folder();
    let folder = test.path.parent().expect("a folder").to_owned();
    let mut server = Journal::open(&test.path).expect("a journal");
    let forgotten = accept(&mut server, "a.rs", "forget_me_", ("", ""));
    let reader = Connection::open(&test.path).expect("open");
    reader.execute_batch("BEGIN; SELECT count(*) FROM event").expect("a snapshot");
    let mut command = Journal::open(&test.path).expect("a journal");
    let scrub = thread::spawn(move || {
        let held = command.forget_numbers(Stamp(9), "secrets", &BTreeSet::from([forgotten]));
        (command, held)
    });
    // The server writes meanwhile, and at once.
    while server.forgotten(0).expect("readable").is_empty() {
        thread::sleep(Duration::from_millis(10));
    }
    offer(&mut server, "b.rs", "x");
    assert!(!scrub.is_finished(), "the write waited for the scrub");
    let (mut command, held) = scrub.join().expect("no panic");
    assert!(held.is_err_and(|error| error.is_busy()));
    assert!(is_in_files(&folder, "forget_me_"));
    drop(reader);
    command.scrub().expect("nobody reads");
    assert!(!is_in_files(&folder, "forget_me_"));
    assert_eq!(command.forgotten(0).expect("readable").len(), 1);
    assert_eq!(verified(&mut server).events, 4, "one tombstone");
}

/// Writes for ever when this process was started for that, and says so after each suggestion.
#[test]
fn writer_process() {
    let Some(path) = std::env::var_os(WRITER) else { return };
    let mut journal = Journal::open(Path::new(&path)).expect("a journal");
    loop {
        accept(&mut journal, "a.rs", &"x".repeat(3_000), ("before", "after"));
        println!("{WRITTEN}");
    }
}

fn writer(path: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "tests::writer_process", "--nocapture"])
        .env(WRITER, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started")
}

#[test]
fn two_processes_write_at_once_and_are_killed_in_the_middle() {
    let folder = test_folder();
    let mut reported = 0;
    for _ in 0..3 {
        let mut writers = [writer(&folder.path), writer(&folder.path)];
        // Each has many turns; the pipes stay open, so that nothing but the kill ends a writer.
        let mut outputs = writers.each_mut().map(|writer| {
            BufReader::new(writer.stdout.take().expect("a pipe")).lines().map_while(Result::ok)
        });
        for output in &mut outputs {
            assert_eq!(output.filter(|line| line == WRITTEN).take(TURNS).count(), TURNS, "a writer ended");
            reported += 2 * TURNS as u64; // an offer and an acceptance each turn
        }
        for writer in &mut writers {
            writer.kill().expect("killed");
            writer.wait().expect("ended");
        }
        let mut journal = Journal::open(&folder.path).expect("still a journal");
        let audit = verified(&mut journal);
        assert!(audit.events >= reported, "{} events of {reported}", audit.events);
        assert_eq!(audit.texts, audit.events, "an event and its text are one transaction");
    }
}
