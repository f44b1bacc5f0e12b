//! The order of positions: by the tokens before them, read backwards.

use std::cmp::Ordering;

/// Stands before, between and behind texts, and is no token.
pub(super) const BORDER: u32 = u32::MAX;
/// Tokens that a position must have before it in its text: the shortest match.
pub(super) const SHORTEST: usize = 2;
/// Tokens that are compared: the longest match.
pub(super) const LONGEST: usize = 24;
/// From so many positions on a run is sorted with a key of their last tokens.
const MANY: usize = 1 << 12;

/// Returns the positions of a text that begins at `start`: those with enough before them, and a token behind.
pub(super) fn positions(start: u32, length: usize) -> impl Iterator<Item = u32> {
    (start + SHORTEST as u32)..(start + (length.max(SHORTEST)) as u32)
}

/// Compares two positions by the tokens before them, the last first. Positions that agree in [`LONGEST`] tokens, or up
/// to the border, come in the order of the texts.
pub(super) fn compare(tokens: &[u32], a: u32, b: u32) -> Ordering {
    against(tokens, a, &tokens[..b as usize]).then(a.cmp(&b))
}

/// Compares the tokens before a position with the end of another text. Both end, backwards, at a border.
pub(super) fn against(tokens: &[u32], position: u32, text: &[u32]) -> Ordering {
    for n in 1..=LONGEST {
        let a = tokens[position as usize - n];
        let b = text.len().checked_sub(n).map_or(BORDER, |at| text[at]);
        match a.cmp(&b) {
            Ordering::Equal if a == BORDER => return Ordering::Equal,
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
    Ordering::Equal
}

/// Returns how many tokens before a position agree with the end of a text, up to [`LONGEST`].
pub(super) fn common(tokens: &[u32], position: u32, text: &[u32]) -> usize {
    let before = tokens[..position as usize].iter().rev();
    before.zip(text.iter().rev()).take(LONGEST).take_while(|(a, b)| a == b && **a != BORDER).count()
}

/// Adds positions to ordered ones.
pub(super) fn merge(tokens: &[u32], positions: &mut Vec<u32>, mut new: Vec<u32>) {
    sort(tokens, &mut new);
    if positions.is_empty() {
        *positions = new;
        return;
    }
    // From the back, so that nothing is written over that was not moved yet.
    let mut old = positions.len();
    positions.resize(old + new.len(), 0);
    let mut to = positions.len();
    while let Some(position) = new.pop() {
        let keep = positions[..old].partition_point(|p| compare(tokens, *p, position) == Ordering::Less);
        positions.copy_within(keep..old, to - (old - keep));
        to -= old - keep + 1;
        positions[to] = position;
        old = keep;
    }
}

/// Sorts positions.
fn sort(tokens: &[u32], positions: &mut [u32]) {
    if positions.len() < MANY {
        positions.sort_unstable_by(|a, b| compare(tokens, *a, *b));
        return;
    }
    // Most pairs differ in their last two tokens: these are compared without following the position.
    let key = |position: u32| {
        let at = position as usize;
        u64::from(tokens[at - 1]) << 32 | u64::from(tokens[at - 2])
    };
    let mut keyed: Vec<(u64, u32)> = positions.iter().map(|position| (key(*position), *position)).collect();
    keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| compare(tokens, a.1, b.1)));
    positions.iter_mut().zip(keyed).for_each(|(position, (_, sorted))| *position = sorted);
}
