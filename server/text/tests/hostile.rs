//! Documents of a size that nobody writes by hand.
//!
//! The bounds are on work, not on time: each test does so many look-ups that one which were linear in the document
//! would make it last minutes.

use housestyle_text::syntax::scope_at;
use housestyle_text::{Change, Encoding, Language, Offset, Position, Snapshot, edit_between};

const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

#[test]
fn a_line_of_a_megabyte() {
    let unit = "x😀é ";
    let text = unit.repeat(1_000_000 / unit.len());
    let snapshot = Snapshot::new(&text, 1, Language::from_id("javascript"));
    for i in 0..100_000u32 {
        let column = i.wrapping_mul(7_919) % 1_100_000;
        for encoding in ENCODINGS {
            let offset = snapshot.offset_at(Position::new(0, column), encoding);
            let back = snapshot.position_of(offset, encoding);
            assert!(back.column <= column && column - back.column < 4 || offset.0 == snapshot.len());
        }
    }
    let (whole, half) = (unit.len(), 111_111);
    // Five UTF-16 units and eight bytes a unit of text.
    assert_eq!(
        snapshot.offset_at(Position::new(0, 5 * half), Encoding::Utf16),
        Offset(whole * half as usize)
    );
    scope_at(&snapshot, Offset(snapshot.len()));
}

#[test]
fn a_file_of_fifty_megabytes() {
    let line = "let value = compute(\"some text\"); // and a comment\n";
    let count = 50_000_000 / line.len();
    let mut snapshot = Snapshot::new(&line.repeat(count), 1, Language::from_id("rust"));
    assert_eq!(snapshot.line_count(), count + 1);
    for i in 0..1_000u32 {
        let at = Position::new(i.wrapping_mul(7_919) % count as u32, 4);
        let next = snapshot.apply(&[Change::replace(at, at, "x")], Encoding::Utf16, i as i32);
        assert_eq!(next.len(), snapshot.len() + 1);
        assert_eq!(next.position_of(next.offset_at(at, Encoding::Utf16), Encoding::Utf16), at);
        snapshot = next;
    }
    let middle = Position::new(count as u32 / 2, 4);
    let next = snapshot.apply(&[Change::replace(middle, middle, "typed")], Encoding::Utf16, 0);
    assert_eq!(edit_between(&snapshot, &next).text, "typed");
    scope_at(&next, Offset(next.len() / 2));
}
