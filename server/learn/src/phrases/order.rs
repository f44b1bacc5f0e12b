//! The order of places: by what stands before them, read backwards.

use std::cmp::Ordering;

/// Stands before, between and behind texts, and is no token.
pub(super) const BORDER: u32 = u32::MAX;
/// Tokens that a place must have before it in its text: the shortest match.
pub(super) const SHORTEST: usize = 2;
/// Tokens that are compared: the longest match.
pub(super) const LONGEST: usize = 24;
/// Places from which on a run is sorted with a key of their last tokens.
const MANY: usize = 1 << 12;

/// Returns the places of a text that begins at `start`: those with enough before them, and a token behind.
pub(super) fn places(start: u32, length: usize) -> impl Iterator<Item = u32> {
    (start + SHORTEST as u32)..(start + (length.max(SHORTEST)) as u32)
}

/// Compares two places by the tokens before them, the last first; places that agree in [`LONGEST`] of them, or up to
/// the border, come in the order of the texts.
pub(super) fn compare(tokens: &[u32], a: u32, b: u32) -> Ordering {
    against(tokens, a, &tokens[..b as usize]).then(a.cmp(&b))
}

/// Compares what stands before a place with the end of another text. Both end, backwards, at a border.
pub(super) fn against(tokens: &[u32], place: u32, text: &[u32]) -> Ordering {
    for n in 1..=LONGEST {
        let a = tokens[place as usize - n];
        let b = text.len().checked_sub(n).map_or(BORDER, |at| text[at]);
        match a.cmp(&b) {
            Ordering::Equal if a == BORDER => return Ordering::Equal,
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
    Ordering::Equal
}

/// Returns how many tokens before a place agree with the end of a text, up to [`LONGEST`].
pub(super) fn common(tokens: &[u32], place: u32, text: &[u32]) -> usize {
    let before = tokens[..place as usize].iter().rev();
    before.zip(text.iter().rev()).take(LONGEST).take_while(|(a, b)| a == b && **a != BORDER).count()
}

/// Adds places to ordered ones.
pub(super) fn merge(tokens: &[u32], places: &mut Vec<u32>, mut new: Vec<u32>) {
    sort(tokens, &mut new);
    if places.is_empty() {
        *places = new;
        return;
    }
    // From the back, so that nothing is written over that was not moved yet.
    let mut old = places.len();
    places.resize(old + new.len(), 0);
    let mut to = places.len();
    while let Some(place) = new.pop() {
        let keep = places[..old].partition_point(|p| compare(tokens, *p, place) == Ordering::Less);
        places.copy_within(keep..old, to - (old - keep));
        to -= old - keep + 1;
        places[to] = place;
        old = keep;
    }
}

/// Sorts places.
fn sort(tokens: &[u32], places: &mut [u32]) {
    if places.len() < MANY {
        places.sort_unstable_by(|a, b| compare(tokens, *a, *b));
        return;
    }
    // Most pairs differ in their last two tokens: these are compared without following the place.
    let key = |place: u32| {
        let at = place as usize;
        u64::from(tokens[at - 1]) << 32 | u64::from(tokens[at - 2])
    };
    let mut keyed: Vec<(u64, u32)> = places.iter().map(|place| (key(*place), *place)).collect();
    keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| compare(tokens, a.1, b.1)));
    places.iter_mut().zip(keyed).for_each(|(place, (_, sorted))| *place = sorted);
}
