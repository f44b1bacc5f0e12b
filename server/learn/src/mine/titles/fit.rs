//! The room of a title: both sides are whole, or cut, and never look the same.

use super::{MOST_TITLE, cut};

/// Returns whether a title is short enough.
pub(super) fn fits(title: &str) -> bool {
    long(title) <= MOST_TITLE
}

/// Returns a title of two sides, each cut at its end as far as it must be; `None` where the sides look the same then.
pub(super) fn cut_to_fit(sides: [&str; 2], title: &dyn Fn(&str, &str) -> String) -> Option<String> {
    let [one, other] = sides;
    if one == other {
        return None;
    }
    let whole = title(one, other);
    if fits(&whole) {
        return Some(whole);
    }
    let room = MOST_TITLE.saturating_sub(long(&whole) - long(one) - long(other));
    // A shorter side leaves its room to the other.
    let half = room / 2;
    let [first, second] = match (long(one) <= half, long(other) <= half) {
        (true, _) => [long(one), room - long(one)],
        (_, true) => [room - long(other), long(other)],
        _ => [half, half],
    };
    let [one, other] = [cut(one, first), cut(other, second)];
    (one != other).then(|| title(&one, &other))
}

/// Returns two texts from the character before the first difference on.
pub(super) fn from_difference(one: &str, other: &str) -> [String; 2] {
    let alike = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from = alike.saturating_sub(1);
    [one, other].map(|text| {
        let rest: String = text.chars().skip(from).collect();
        if from > 0 { format!("…{rest}") } else { rest }
    })
}

fn long(text: &str) -> usize {
    text.chars().count()
}
