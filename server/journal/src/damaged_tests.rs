//! Damaged journals are set aside and never overwritten; foreign and newer ones stay as they are.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::tests::{offer, test_folder, verified};
use crate::*;

/// Some moment, and its name.
const NOW: Stamp = Stamp(1_795_873_349_000);
const UTC: &str = ".damaged-20261128T134229Z";

/// Writes a journal with some suggestions, and changes its bytes.
fn damaged(path: &Path, change: impl Fn(&mut Vec<u8>)) {
    let mut journal = Journal::open(path).expect("a journal");
    for number in 0..200 {
        offer(&mut journal, "a.rs", &format!("forget_me_{number} {}", "x".repeat(300)));
    }
    drop(journal);
    let mut bytes = fs::read(path).expect("bytes");
    change(&mut bytes);
    fs::write(path, bytes).expect("written");
}

/// Changes the bytes of a page, counted from 0.
fn spoil(bytes: &mut [u8], page: usize) {
    bytes[page * 4096..(page + 1) * 4096].iter_mut().for_each(|byte| *byte ^= 0x5a);
}

#[test]
fn what_is_no_journal_is_told_apart() {
    let check = |make: &dyn Fn(&Path), is_damage: bool| {
        let folder = test_folder();
        fs::create_dir_all(folder.path.parent().expect("a folder")).expect("made");
        make(&folder.path);
        let before = fs::read(&folder.path).expect("bytes");
        let error = Journal::open(&folder.path).expect_err("no journal");
        assert_eq!(error.is_damage(), is_damage, "{error}");
        assert!(error.to_string().contains("journal.db"), "{error}");
        assert_eq!(fs::read(&folder.path).expect("bytes"), before, "looking changes nothing");
        let begun = Journal::open_or_begin(&folder.path, NOW);
        if is_damage {
            let (mut journal, told) = begun.expect("a new one");
            let Some(JournalError::SetAside { aside, .. }) = told else { panic!("{told:?}") };
            assert!(aside.display().to_string().ends_with(UTC), "{}", aside.display());
            assert_eq!(fs::read(&aside).expect("bytes"), before);
            assert_eq!(Journal::damaged_copies(&folder.path), [aside]);
            offer(&mut journal, "a.rs", "x");
            verified(&mut journal);
        } else {
            assert!(begun.is_err());
            assert_eq!(fs::read(&folder.path).expect("bytes"), before);
        }
    };
    check(
        &|path| fs::write(path, "long enough to be a database, but none".repeat(40)).expect("written"),
        true,
    );
    let sql = |sql: &'static str| {
        move |path: &Path| Connection::open(path).expect("open").execute_batch(sql).expect("made")
    };
    check(&sql("CREATE TABLE bookmarks (url TEXT)"), false);
    check(&sql("PRAGMA application_id = 12; CREATE TABLE bookmarks (url TEXT)"), false);
    let newer = "PRAGMA application_id = 1215515246; PRAGMA user_version = 99; CREATE TABLE event (x)";
    check(&sql(newer), false);
    let torn = "PRAGMA application_id = 1215515246; PRAGMA user_version = 1; CREATE TABLE event (x)";
    check(&sql(torn), true);
}

#[test]
fn a_malformed_page_is_found_by_whoever_meets_it() {
    for page in [1, 2, 5, 9] {
        let folder = test_folder();
        damaged(&folder.path, |bytes| spoil(bytes, page));
        let mut journal = Journal::open(&folder.path).expect("the first page is sound");
        let offered = Fact::Offered(Offered::default());
        let written = journal.append(NOW, None, &offered, Some(&Text::default()));
        let error = written.and(journal.check_pages()).expect_err("damaged");
        assert!(error.is_damage(), "page {page}: {error}");
        let open = cfg!(unix).then_some(journal); // other systems rename no file that is open
        let told = error.set_aside(NOW);
        assert!(matches!(told, JournalError::SetAside { .. }), "page {page}: {told}");
        assert!(open.is_none_or(|journal| !journal.is_in_place()), "the open file has another name");
        let mut journal = Journal::open(&folder.path).expect("a new one");
        offer(&mut journal, "a.rs", "x");
        assert_eq!(verified(&mut journal).events, 1);
    }
}

#[test]
fn a_torn_file_is_found() {
    let folder = test_folder();
    damaged(&folder.path, |bytes| bytes.truncate(4096 + 100));
    let checked = Journal::open(&folder.path).and_then(|journal| journal.check_pages());
    assert!(checked.expect_err("damaged").is_damage());
}

#[test]
fn a_sound_journal_stays_and_nothing_is_overwritten() {
    let folder = test_folder();
    assert_eq!(Journal::set_aside(&folder.path, NOW).expect("nothing to do"), None);
    drop(Journal::open(&folder.path).expect("a journal"));
    assert_eq!(Journal::set_aside(&folder.path, NOW).expect("nothing to do"), None);
    // Two in the same second, then more than are kept.
    for count in 0..8 {
        fs::write(&folder.path, format!("damaged {count} {}", "x".repeat(600))).expect("written");
        let now = Stamp(NOW.0 + u64::saturating_sub(count, 1) * 1_000);
        Journal::set_aside(&folder.path, now).expect("renamed").expect("damaged");
        let kept = Journal::damaged_copies(&folder.path);
        let texts: Vec<_> = kept.iter().map(|copy| fs::read_to_string(copy).expect("text")).collect();
        let expected: Vec<_> =
            (u64::saturating_sub(count, 4)..=count).map(|n| format!("damaged {n}")).collect();
        assert!(texts.iter().zip(&expected).all(|(text, start)| text.starts_with(start)), "{kept:?}");
        assert_eq!(texts.len(), expected.len());
    }
}

#[test]
fn every_file_of_a_journal_can_be_removed() {
    let folder = test_folder();
    let state = folder.path.parent().expect("a folder");
    damaged(&folder.path, |bytes| spoil(bytes, 1));
    Journal::set_aside(&folder.path, NOW).expect("renamed").expect("damaged");
    drop(Journal::open(&folder.path).expect("a new one"));
    for name in ["journal.db.aside-17", "journal.db.aside-17-wal", "journal.db-wal", "journal.db-shm"] {
        fs::write(state.join(name), "forget_me_0").expect("written");
    }
    assert_eq!(Journal::remove_damaged_copies(&folder.path).expect("removed").len(), 2);
    assert_eq!(Journal::remove(&folder.path).expect("removed"), Some(folder.path.clone()));
    assert_eq!(Journal::remove(&folder.path).expect("nothing to do"), None);
    let left: Vec<_> =
        fs::read_dir(state).expect("readable").flatten().map(|file| file.file_name()).collect();
    assert_eq!(left, ["journal.db.lock"]);
}
