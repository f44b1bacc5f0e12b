//! Random Unicode documents under random edits, compared with the oracle after each edit.

use housestyle_text::{Change, Encoding, Language, Offset, Position, Snapshot, edit_between};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::oracle::Oracle;

const DOCUMENTS: u32 = 2_500;
const EDITS: usize = 44; // a document; 110,000 in all

const PIECES: [&str; 32] = [
    "a",
    "Z",
    " ",
    "\t",
    "_x1",
    "word ",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\r\r\n",
    "\n\r",
    "é",
    "e\u{301}",
    "ß",
    "中文",
    "日",
    "שלום",
    "مرحبا",
    "😀",
    "👩‍👩‍👧‍👦",
    "🇩🇪",
    "𝒳",
    "\u{feff}",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\0",
    "\u{b}\u{c}",
    "\u{10ffff}",
    "\u{200d}",
    "\u{ffff}",
];

fn text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..most).prop_map(|pieces| pieces.concat())
}

/// A position that is mostly near the text, often past a line's or the document's end or inside a character.
fn position() -> impl Strategy<Value = Position> {
    let line = prop_oneof![20 => 0..40u32, 1 => 0..4_000u32, 1 => Just(u32::MAX)];
    let column = prop_oneof![20 => 0..24u32, 1 => 0..4_000u32, 1 => Just(u32::MAX)];
    (line, column).prop_map(|(line, column)| Position::new(line, column))
}

fn change() -> impl Strategy<Value = Change> {
    let range = prop_oneof![
        6 => position().prop_map(|at| Some((at, at))),
        12 => (position(), position()).prop_map(Some),
        1 => Just(None),
    ];
    // A long text now and then, so that the rope has more than a few chunks.
    let text = prop_oneof![30 => text(6), 4 => Just(String::new()), 1 => text(500)];
    (range, text).prop_map(|(range, text)| Change { range, text })
}

const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

fn compare(snapshot: &Snapshot, oracle: &Oracle, probes: &[Position]) {
    let lines = oracle.lines();
    assert_eq!(snapshot.to_text(), oracle.text());
    assert_eq!(snapshot.len(), oracle.byte_of(oracle.chars.len()));
    assert_eq!(snapshot.line_count(), lines.len());
    for position in probes {
        for encoding in ENCODINGS {
            let index = oracle.index_at(*position, encoding);
            let offset = snapshot.offset_at(*position, encoding);
            assert_eq!(offset.0, oracle.byte_of(index), "{position:?} in {encoding:?}");
            let back = snapshot.position_of(offset, encoding);
            assert_eq!(back, oracle.position_of(index, encoding), "{offset:?} in {encoding:?}");
            assert_eq!(snapshot.offset_at(back, encoding), offset, "{back:?} in {encoding:?}");
        }
        // Any byte at all, also inside a character or between \r and \n.
        let byte = (position.line as usize * 7 + position.column as usize) % (snapshot.len() + 3);
        let whole = (0..=oracle.chars.len()).rev().find(|i| oracle.byte_of(*i) <= byte).unwrap();
        assert_eq!(snapshot.floor(byte).0, oracle.byte_of(whole));
        let expected = oracle.position_of(whole, Encoding::Utf16);
        assert_eq!(snapshot.position_of(Offset(byte), Encoding::Utf16), expected, "byte {byte}");
        assert_eq!(snapshot.line_of(Offset(byte)), expected.line as usize, "byte {byte}");
        let number = position.line as usize % (lines.len() + 1);
        if let Some(line) = lines.get(number) {
            assert_eq!(snapshot.line_start(number).0, oracle.byte_of(line.start));
            assert_eq!(snapshot.line_end(number).0, oracle.byte_of(line.end));
            assert_eq!(
                snapshot.line_text(number),
                oracle.chars[line.start..line.end].iter().collect::<String>()
            );
        } else {
            assert_eq!(snapshot.line_start(number).0, snapshot.len());
            assert_eq!(snapshot.line_end(number).0, snapshot.len());
        }
    }
}

fn compare_diff(old: &Snapshot, new: &Snapshot) {
    let edit = edit_between(old, new);
    let (start, end) = (edit.range.start, edit.range.end);
    assert_eq!(old.slice(0..start.0) + &edit.text + &old.slice(end.0..old.len()), new.to_text());
    // The same edit in positions does the same.
    let at = |offset| old.position_of(offset, Encoding::Utf16);
    let change = Change::replace(at(start), at(end), edit.text);
    assert_eq!(old.apply(&[change], Encoding::Utf16, 0).to_text(), new.to_text());
}

#[test]
fn edits_agree_with_the_oracle() {
    let edits = prop::collection::vec((change(), prop::sample::select(&ENCODINGS[..])), EDITS);
    let strategy = (text(60), edits, prop::collection::vec(position(), 4));
    // The same cases each time: a failure here is found again, and a pass means what it meant yesterday.
    let config = Config { cases: DOCUMENTS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner
        .run(&strategy, |(start, edits, probes)| {
            let mut snapshot = Snapshot::new(&start, 0, Language::PLAIN);
            let mut oracle = Oracle::new(&start);
            compare(&snapshot, &oracle, &probes);
            for (version, (change, encoding)) in edits.iter().enumerate() {
                let before = (snapshot.clone(), oracle.clone());
                snapshot = snapshot.apply(std::slice::from_ref(change), *encoding, version as i32);
                oracle.edit(change.range, &change.text, *encoding);
                compare(&snapshot, &oracle, &probes[version % 4..][..1]);
                compare_diff(&before.0, &snapshot);
                assert_eq!(before.0.to_text(), before.1.text(), "the older snapshot changed");
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn several_changes_are_made_one_after_the_other() {
    let changes = [
        Change::replace(Position::new(0, 0), Position::new(0, 0), "ab\n"),
        Change::replace(Position::new(1, 0), Position::new(1, 1), "c"),
        Change::whole("x\ny"),
        Change::replace(Position::new(1, 1), Position::new(9, 9), "z"),
    ];
    let snapshot = Snapshot::new("d", 1, Language::PLAIN).with_path("a/b.txt");
    let texts: Vec<String> =
        (0..=4).map(|n| snapshot.apply(&changes[..n], Encoding::Utf16, 2).to_text()).collect();
    assert_eq!(texts, ["d", "ab\nd", "ab\nc", "x\ny", "x\nyz"]);
    let next = snapshot.apply(&changes, Encoding::Utf16, 2);
    assert_eq!((next.version(), next.path(), snapshot.version()), (2, Some("a/b.txt"), 1));
}
